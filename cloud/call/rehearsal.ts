import type { CloudRequest } from './port.js';
import type { CloudError } from '../errors/cloud-error.js';
import { products } from '../products/products.js';
import { type Change, changeRequest } from '../lists/wire.js';

/**
 * The cloud's own rehearsal of a creation: it checks everything, and does nothing. No other function builds a request that asks for it.
 * @returns undefined where the product cannot
 */
export const rehearsalOfCreate = (change: Omit<Change, 'dryRun'>): CloudRequest | undefined =>
  products[change.target.product].dryRun ? changeRequest('create', { ...change, dryRun: true }) : undefined;

/**
 * Tells whether an error means that the rehearsal has passed. Not documented for ecr; sibling operations of the cloud answer a rehearsal that
 * has passed with this code, and one that has not with the code of the real call.
 */
export const isPassedRehearsal = ({ details }: CloudError): boolean => details.code === 'DryRunOperation';

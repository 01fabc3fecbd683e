import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { Parameter } from './parameters.js';

/** Rows that several actions share. Sources: the five API documents, and the newer SDK models where they differ. */

/** Names and descriptions may not look like links. */
export const notALink = /^(?!https?:\/\/)/;

/** A project or log store: 3 to 63, lower case, digits and hyphens (log stores underscores too), beginning and ending with a letter or digit. */
export const projectPattern = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
export const logStorePattern = /^[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]$/;

/** An id of anything. Stars are let through because the cloud's own documents mask ids with them. */
export const idPattern = /^[A-Za-z0-9*_-]{1,128}$/;

/** Query and form parameters every VPC and CEN request may carry; they change nothing here. */
export const ownerParameters: readonly Parameter[] = [
  { name: 'OwnerId', type: 'text', pattern: /^\d*$/ },
  { name: 'OwnerAccount', type: 'text' },
  { name: 'ResourceOwnerId', type: 'text', pattern: /^\d*$/ },
  { name: 'ResourceOwnerAccount', type: 'text' },
];

/** The client token: ASCII; its documented family refuses more than 64 characters. */
export const clientToken: Parameter = {
  name: 'ClientToken',
  type: 'text',
  pattern: /^[\x20-\x7e]*$/,
  max: 64,
  wrong: 'IllegalParam.ClientToken',
};

/** A region, where the call may as well name none. */
export const anyRegion: Parameter = { name: 'RegionId', type: 'text' };

/** Filters that are plain words: a word that is nothing's finds nothing. */
export const words = (...names: readonly string[]): readonly Parameter[] =>
  names.map((name) => ({ name, type: 'text' }));

/** Page number and size of VPC and CEN lists. */
export const pageParameters = (wrong?: string): readonly Parameter[] => [
  { name: 'PageNumber', type: 'integer', min: 1, max: 1_000_000, ...omitUndefined({ wrong: wrong || undefined }) },
  { name: 'PageSize', type: 'integer', min: 1, max: 50, ...omitUndefined({ wrong: wrong || undefined }) },
];

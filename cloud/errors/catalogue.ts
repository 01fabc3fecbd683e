import { omitUndefined } from '../omit-undefined.js';
import type { CloudErrorDetails, ErrorKind, Proof } from './cloud-error.js';
import type { Service } from '../call/port.js';
import { cenErrors } from './cen.js';
import { ecrErrors } from './ecr.js';
import { gatewayErrors } from './gateway.js';
import { hiddenErrors } from './hidden.js';
import type { ErrorRow } from './row.js';
import { transportErrors } from './transport.js';
import { permissionErrors } from './permission.js';
import { requestErrors } from './request.js';
import { vpcErrors } from './vpc.js';
import { vpcServiceErrors } from './vpc-service.js';
import { actionNamed, type ActionName } from '../products/products.js';

export { kindRules } from './kind-rules.js';

/** Every error we know of, by service, action, code and message. */
export const errorCatalogue: readonly ErrorRow[] = [
  ...vpcErrors,
  ...vpcServiceErrors,
  ...cenErrors,
  ...ecrErrors,
  ...gatewayErrors,
  ...permissionErrors,
  ...requestErrors,
  ...transportErrors,
  ...hiddenErrors,
];

/** Facts of a failed call before it is looked up. */
export interface Failure {
  readonly service: Service;
  /** The cloud's spelling. */
  readonly action: string;
  readonly code: string;
  readonly message?: string;
  readonly httpStatus?: number;
}

/** The catalogue's entry for a failure. */
export interface Classification {
  readonly kind: ErrorKind;
  readonly proof: Proof;
  readonly scope: CloudErrorDetails['scope'];
  readonly meaning: string;
  readonly advice: string;
  /** `false`: no row; the kind is `unknown` and the code should be counted, reported and added. */
  readonly known: boolean;
  /** Of a permanent kind, yet tried again until the deadline: expired or disabled credentials, a wrong clock. */
  readonly untilDeadline: boolean;
}

/**
 * Looks a failure up. Total: a code without a row is of kind `unknown`. Where several rows fit, the most specific wins:
 * the code letter for letter before a pattern (the longer pattern first), then a message, an action, a service before none.
 * The HTTP status takes no part: nearly every error of this cloud is a 400, throttling and "internal error" among them.
 */
export function classify(failure: Failure): Classification {
  const name = actionNamed(failure.service, failure.action)?.name;
  const best = mostSpecific(errorCatalogue, failure, name);
  if (!best) return unknownCode(failure);
  // The code alone decides the proof, whatever the message says.
  const says = (isVague(best) && mostSpecific(hiddenErrors, failure, name)) || best;
  const { kind, scope = 'target', meaning, advice, untilDeadline = false } = says;
  return { kind, proof: proofOf(best), scope, meaning, advice, known: true, untilDeadline };
}

/** True for a row that only says that something in the request is wrong: the message may name it. */
const isVague = ({ kind, message }: ErrorRow): boolean => kind === 'invalid' && message === undefined;

function mostSpecific(rows: readonly ErrorRow[], failure: Failure, name: ActionName | undefined): ErrorRow | undefined {
  let best: ErrorRow | undefined;
  for (const row of rows) if (rowFits(row, failure, name) && (!best || isMoreSpecific(row, best))) best = row;
  return best;
}

/** Returns the proof that a row gives about the change that got its code. */
export function proofOf({ refused, answer }: ErrorRow): Proof {
  if (answer) return answer === 'none' ? 'unanswered' : answer;
  return refused ? 'refused' : 'answered';
}

/** The details of a {@link CloudError}: the failure, and its entry in the catalogue. */
export function catalogued<T extends Failure & { readonly message: string }>(
  failure: T,
): T & Pick<CloudErrorDetails, 'kind' | 'proof' | 'scope' | 'advice' | 'untilDeadline'> {
  const { kind, proof, scope, advice, untilDeadline } = classify(failure);
  return { ...failure, kind, proof, scope, advice, ...omitUndefined({ untilDeadline: untilDeadline || undefined }) };
}

function rowFits(row: ErrorRow, failure: Failure, name: ActionName | undefined): boolean {
  return (
    (row.service === undefined || row.service === failure.service) &&
    (row.on === undefined || (name !== undefined && row.on.includes(name))) &&
    codeFits(row.code, failure.code) &&
    (row.message === undefined || row.message.test(failure.message ?? ''))
  );
}

function codeFits(pattern: string, code: string): boolean {
  if (!pattern.includes('*')) return pattern === code;
  const parts = pattern.split('*').map((part) => part.replace(/[.\\^$+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(code);
}

function isMoreSpecific(row: ErrorRow, other: ErrorRow): boolean {
  const [mine, theirs] = [specificity(row), specificity(other)];
  const difference = mine.findIndex((value, index) => value !== theirs[index]);
  return difference >= 0 && (mine[difference] ?? 0) > (theirs[difference] ?? 0);
}

const specificity = ({ code, message, on, service }: ErrorRow): number[] => [
  code.includes('*') ? 0 : 1,
  code.length,
  message ? 1 : 0,
  on ? 1 : 0,
  service ? 1 : 0,
];

const unknownCode = ({ code, httpStatus }: Failure): Classification => ({
  kind: 'unknown',
  proof: 'answered',
  scope: 'target',
  meaning: `The code ${code}${httpStatus === undefined ? '' : ` (HTTP ${httpStatus})`} is not in the catalogue.`,
  advice:
    'Look the code up in the API pages and report it, so that it is added to the catalogue; it is treated as unclear until then.',
  known: false,
  untilDeadline: false,
});

import type { CloudErrorDetails, ErrorKind } from './cloud-error.js';
import type { Service } from '../call/port.js';
import type { ActionName } from '../products/products.js';

/** One code that the cloud, or the way to it, is known to answer with. The table is also the documentation page. */
export interface ErrorRow {
  /** Absent: any service. */
  readonly service?: Service;
  /** Absent: any action. Given only where the code means something else elsewhere. */
  readonly on?: readonly ActionName[];
  /** Letter for letter, spelling mistakes of the cloud included; `*` stands for any text. */
  readonly code: string;
  /** Must occur in the message, where one code has several meanings. */
  readonly message?: RegExp;
  readonly kind: ErrorKind;
  /**
   * The request was not admitted, by the words of a document: why, and the words. Only with both is a create that got this code known not
   * to have been made; without them it is in doubt, whatever the kind.
   */
  readonly refused?: readonly [why: RefusalClass, quote: string];
  /** Of our own names for calls that ended without a code: `not-sent`, nothing has left; `none`, it left, and no answer came that says anything. */
  readonly answer?: 'not-sent' | 'none';
  /** Extent of the failure. Default `target`. */
  readonly scope?: CloudErrorDetails['scope'];
  /** Meaning of the code, in one sentence. */
  readonly meaning: string;
  /** Advice for a person on call, in one sentence. */
  readonly advice: string;
  /** Document that lists the code, or place where it was seen. */
  readonly source: string;
  /** Of a permanent kind, yet it may pass without a change to the operation: tried again until the deadline. */
  readonly untilDeadline?: true;
}

/** Subject of a documented refusal: the caller, the time, the parameters, or the amount. Such a request never reaches what would carry it out. */
export type RefusalClass =
  'signature' | 'clock' | 'credentials' | 'permission' | 'parameter' | 'quota' | 'flow control';

/** A row of the cloud's own API metadata of mid-2024, with the operations that list the code. */
export const metadata = (...operations: string[]): string => `API metadata of mid-2024: ${operations.join(', ')}`;

/** A code that terraform's provider retries, though no page lists it. */
export const terraform = 'terraform-provider-alicloud, August 2026; on no page';

/** The gateway's common errors. */
export const gatewayPages = "common error codes of the API gateway, Alibaba Cloud's help pages";

/** Advice that several tables give. */
export const fixInput = 'Correct the field that the message names and ask again.';
export const createLogStore =
  'Create the project and the log store in the Log Service of that region, or name existing ones, and ask again.';
export const waitForFlowLog = 'Nothing to do: the operation waits until the flow log has settled and looks again.';
export const looksFirst =
  'Nothing to do: the operation looks before it sends again. If it stays, open a ticket with the request id.';

/** Advice where the fault is ours. */
export const reportIt = 'Report it with the request id: a request of this program is not what the cloud expects.';

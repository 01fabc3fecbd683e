import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of recorded histories, one file a path, one line an event: a change of one event is a change of one line. */
export const historiesFolder = fileURLToPath(new URL('../histories/', import.meta.url));

/** A recorded history in protobuf's JSON, as `Worker.runReplayHistory` takes it. */
export interface RecordedHistory {
  readonly events: readonly RecordedEvent[];
}

/** The part of an event that is read here. */
interface RecordedEvent {
  readonly workflowExecutionStartedEventAttributes?: {
    readonly workflowId?: string;
    readonly workflowType: { readonly name: string };
  };
  readonly workflowExecutionCompletedEventAttributes?: { readonly result?: { readonly payloads: readonly Payload[] } };
  readonly workflowExecutionFailedEventAttributes?: { readonly failure: Failure };
  readonly activityTaskStartedEventAttributes?: { readonly attempt: number; readonly lastFailure?: Failure };
}
interface Payload {
  readonly data: string;
}
interface Failure {
  readonly applicationFailureInfo?: { readonly type: string };
}

/** A text of the machine that recorded, and what stands in its place. */
export type Replacement = readonly [found: string, instead: string];

/**
 * Takes out what belongs to the machine: identities of workers and clients, stack traces, paths, addresses; also inside payloads, which are JSON in
 * base64. The events themselves are left.
 */
export function withoutMachine(history: RecordedHistory, replacements: readonly Replacement[]): RecordedHistory {
  const plain = (text: string) =>
    replacements.reduce((replaced, [found, instead]) => replaced.replaceAll(found, instead), text);
  const walk = (value: unknown, name?: string): unknown => {
    if (typeof value === 'string') {
      if (name === 'identity') return 'recorder';
      if (name === 'stackTrace') return '';
      return name === 'data' ? encoded(plain(decoded(value))) : plain(value);
    }
    if (Array.isArray(value)) return value.map((each) => walk(each));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([field, each]) => [field, walk(each, field)]));
  };
  return walk(history) as RecordedHistory;
}

const decoded = (data: string): string => Buffer.from(data, 'base64').toString('utf8');
const encoded = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/** End of the run: the outcome it reported, or the type of its failure. */
export function endOf({ events }: RecordedHistory): string {
  const last = events.at(-1);
  const failed = last?.workflowExecutionFailedEventAttributes;
  if (failed) return failed.failure.applicationFailureInfo?.type ?? 'failed';
  const completed = last?.workflowExecutionCompletedEventAttributes;
  if (!completed) return 'no end';
  const data = completed.result?.payloads[0]?.data;
  const { outcome } = (data ? JSON.parse(decoded(data)) : {}) as { outcome?: string };
  return outcome ?? 'completed';
}

/** Types of the last failures of activities that took more than one attempt. */
export const lastFailures = ({ events }: RecordedHistory): readonly string[] =>
  events.flatMap(({ activityTaskStartedEventAttributes: started }) =>
    started?.lastFailure ? [started.lastFailure.applicationFailureInfo?.type ?? 'unknown'] : [],
  );

/** All texts of a history, those inside payloads decoded. */
export function textsOf(history: RecordedHistory): string {
  const texts: string[] = [];
  const walk = (value: unknown, name?: string): void => {
    if (typeof value === 'string') texts.push(name === 'data' ? decoded(value) : value);
    else if (typeof value === 'object' && value !== null)
      for (const [field, each] of Object.entries(value)) walk(each, field);
  };
  walk(history);
  return texts.join('\n');
}

/** The recorded history of a path. */
export const readHistory = (name: string): RecordedHistory =>
  JSON.parse(readFileSync(join(historiesFolder, `${name}.json`), 'utf8')) as RecordedHistory;

/** The file's text. */
export const written = ({ events }: RecordedHistory): string =>
  `{"events":[\n${events.map((event) => JSON.stringify(event)).join(',\n')}\n]}\n`;

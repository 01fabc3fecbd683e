import { omitUndefined } from '../../cloud/omit-undefined.js';
import { LedgerOutOfReachError, LedgerRefusedError } from './audit/errors.js';
import { ManifestError } from '../manifest/manifest.js';
import {
  BulkEndedError,
  InvalidInputError,
  NoAnswerError,
  NoSuchScheduleError,
  OperationFailedError,
  OperationInProgressError,
  ScheduleBusyError,
  ScheduleExistsError,
  UnreachableError,
} from '../errors.js';
import { exitCodeOf, type ExitCode } from './exit-codes.js';
import { counted } from './words.js';

/** An error, told twice: to a program and to a person. */
export interface Explanation {
  readonly document: Readonly<Record<string, unknown>>;
  /** In one or two words, for a cell of a table. */
  readonly brief: string;
  /** Full text for a person: the failure, its subject, the cloud's code and request id; then what to do next. */
  readonly lines: readonly string[];
  readonly exitCode: ExitCode;
}

interface Told {
  readonly details: Readonly<Record<string, unknown>>;
  readonly brief: string;
  readonly lines: readonly string[];
}
type Teller = (error: unknown) => Told | undefined;

/** Advice about a schedule that is not as the command needs it. */
const scheduleAdvice: readonly {
  readonly of: abstract new (...args: never[]) => Error;
  readonly next: (schedule: string) => string;
}[] = [
  {
    of: ScheduleExistsError,
    next: (name) =>
      `see it: npx flowlog schedule describe ${name}; change it: npx flowlog schedule update ${name}; put this one in its place: --replace; or choose another name`,
  },
  { of: NoSuchScheduleError, next: () => 'see which there are: npx flowlog schedule list' },
  { of: ScheduleBusyError, next: (name) => `see what runs: npx flowlog schedule describe ${name}` },
];

const problemCount = ({ problems }: { readonly problems: readonly unknown[] }): string =>
  `${counted(problems.length, 'problem')}; nothing was started`;

/** `startedAt` is the name that `since` had. */
const runInTheWay = ({ run }: OperationInProgressError) => (run ? { ...run, startedAt: run.since } : {});

/** Explanations by type of error; the first that knows the error is used. */
const tellers: readonly Teller[] = [
  (error) =>
    error instanceof ManifestError
      ? {
          details: { problems: error.problems },
          brief: 'wrong input',
          lines: [
            ...error.problems.map(({ file, line, column, path, message }) =>
              [`${file}:${line}:${column}`, ...(path ? [path] : []), message].join(': '),
            ),
            problemCount(error),
          ],
        }
      : undefined,
  (error) =>
    error instanceof InvalidInputError
      ? {
          details: { problems: error.problems },
          brief: 'wrong input',
          lines: [...error.message.split('\n'), problemCount(error)],
        }
      : undefined,
  (error) => {
    if (!(error instanceof OperationFailedError)) return undefined;
    const { workflowId, details, message } = error;
    return {
      details: { workflowId, ...details },
      brief: details.code,
      lines: [message, `what to do: ${details.advice}`],
    };
  },
  (error) =>
    error instanceof OperationInProgressError
      ? {
          details: { workflowId: error.workflowId, workflowType: error.workflowType, ...runInTheWay(error) },
          brief: 'in progress',
          lines: [error.message, `what to do: look at it with: npx flowlog operation show ${error.workflowId}`],
        }
      : undefined,
  (error) => {
    const next = scheduleAdvice.find(({ of }) => error instanceof of)?.next;
    if (!next) return undefined;
    const { schedule, message } = error as NoSuchScheduleError;
    return { details: { schedule }, brief: 'schedule', lines: [message, `what to do: ${next(schedule)}`] };
  },
  (error) => {
    if (!(error instanceof AggregateError)) return undefined;
    const all = error.errors.map(explain);
    return {
      details: { errors: all.map(({ document }) => document) },
      brief: all[0]?.brief ?? 'wrong',
      lines: all.flatMap(({ lines }) => lines),
    };
  },
  (error) =>
    error instanceof UnreachableError
      ? {
          details: { address: error.address },
          brief: 'out of reach',
          lines: [
            error.message,
            `what to do: ${error.advice ?? 'start the service here with `npm start`, or name another by TEMPORAL_ADDRESS or --address'}`,
          ],
        }
      : undefined,
  (error) =>
    error instanceof NoAnswerError
      ? {
          details: {},
          brief: 'no answer',
          lines: [
            error.message,
            'what to do: see with `flowlog doctor` who works, and start a worker: `npm run worker`',
          ],
        }
      : undefined,
  (error) =>
    error instanceof BulkEndedError
      ? {
          details: {
            bulk: error.workflowId,
            how: error.how,
            ...omitUndefined({ endedAt: error.endedAt || undefined }),
          },
          brief: 'has ended',
          lines: [
            error.message,
            `what to do: see what became of each target: npx flowlog bulk report ${error.workflowId}`,
          ],
        }
      : undefined,
  (error) =>
    error instanceof LedgerOutOfReachError
      ? {
          details: error.place === undefined ? {} : { place: error.place },
          brief: 'out of reach',
          lines: [
            error.message,
            `what to do: ${error.advice ?? 'start the service here with `npm start`, or name its database by DATABASE_URL'}`,
          ],
        }
      : undefined,
  (error) =>
    error instanceof LedgerRefusedError
      ? {
          details: {},
          brief: 'not permitted',
          lines: [
            error.message,
            `what to do: ${error.advice ?? 'name a login with the role flowlog_auditor to read, with flowlog_service to anchor and freeze'}`,
          ],
        }
      : undefined,
];

const NEXT = 'what to do: ';
/** The one thing to do about an error; nothing where none is known. */
export const adviceOf = ({ lines }: Explanation): string =>
  lines.find((line) => line.startsWith(NEXT))?.slice(NEXT.length) ?? '';

/** Tells an error so that a person can act on it. */
export function explain(error: unknown): Explanation {
  const exitCode = exitCodeOf(error);
  const told = tellers.map((tell) => tell(error)).find((one) => one !== undefined);
  const name = error instanceof Error ? error.name : 'Error';
  const message = error instanceof Error ? error.message : String(error);
  return {
    document: { error: name, message, ...told?.details },
    brief: told?.brief ?? name,
    lines: told?.lines ?? message.split('\n'),
    exitCode,
  };
}

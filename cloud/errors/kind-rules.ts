import type { CloudError, ErrorKind } from './cloud-error.js';

/** Retry rule for a change that failed with one kind of error. Every delay and every cap is here and nowhere else. */
interface KindRule {
  /**
   * Rule for sending the change again, once it is known not to have been made: `until-deadline`, `after-grace` (of those without an answer
   * only once the look after the grace finds it not done), `if-needed` (after a look that still asks for it), `never`.
   */
  readonly resend: 'until-deadline' | 'after-grace' | 'if-needed' | 'never';
  /** Number of such ends in one step before the code is the result. Absent: until the deadline. */
  readonly maxRefusals?: number;
  /** First pause, in ms. */
  readonly initialIntervalMs: number;
  /** Growth of the pause from one attempt to the next. */
  readonly backoffCoefficient: number;
  /** Longest pause, in ms. */
  readonly maximumIntervalMs: number;
  /** A person must act: Temporal does not retry it, except where the catalogue's row says `untilDeadline`. */
  readonly permanent: boolean;
}

const permanent: KindRule = {
  resend: 'never',
  // Used only by the rows that are tried until the deadline: a person or a rotation renews credentials within minutes.
  initialIntervalMs: 5_000,
  backoffCoefficient: 2,
  maximumIntervalMs: 60_000,
  permanent: true,
};

/**
 * Advice for a person once a failure of this kind has ended an operation. While it runs, the catalogue's own advice holds; once ended, it does
 * nothing more by itself. Kinds that a person must settle anyway need none: their advice is the same before and after.
 */
export const adviceWhenEnded: Readonly<Record<ErrorKind, string>> = {
  throttled:
    'Ask again when fewer calls are made; find who else calls this API, or lower the share of its limit (FLOWLOG_BUDGET_SHARE).',
  unavailable:
    'See that the cloud, the database and the workers are up (`flowlog doctor`), then ask again; asking again is safe.',
  busy: 'Wait until the flow log has settled (`flowlog status`), then ask again; asking again is safe.',
  ambiguous: 'See what became of the last call (`flowlog status`), then ask again: it looks before it sends anything.',
  exists: 'See what is there (`flowlog status`); adopt it with `--adopt`, or delete it, then ask again.',
  'not-found': 'Check the ids, account and region, then ask again.',
  unknown: 'Open a ticket with the request id; asking again is safe, it looks before it sends anything.',
  invalid: 'Correct the field that is named, then ask again.',
  denied: 'Renew the credentials, or grant what is missing, then ask again.',
  quota: 'Raise the quota or delete what is not needed, then ask again.',
  unsupported: 'Leave this target out: the cloud does not offer it here.',
  prerequisite: 'Provide what is missing, then ask again.',
};

/** The reaction to each kind of failure. */
export const kindRules: Readonly<Record<ErrorKind, KindRule>> = {
  // A pause that the cloud asks for (x-acs-retry-after) takes precedence over these.
  throttled: {
    resend: 'until-deadline',
    initialIntervalMs: 1_000,
    backoffCoefficient: 2,
    maximumIntervalMs: 30_000,
    permanent: false,
  },
  unavailable: {
    resend: 'until-deadline',
    initialIntervalMs: 1_000,
    backoffCoefficient: 2,
    maximumIntervalMs: 30_000,
    permanent: false,
  },
  // Eight times with these pauses are about 50 s: longer than any cool-down seen, and than the hint of 30 s in the API metadata.
  busy: {
    resend: 'if-needed',
    maxRefusals: 8,
    initialIntervalMs: 1_000,
    backoffCoefficient: 1.7,
    maximumIntervalMs: 10_000,
    permanent: false,
  },
  ambiguous: {
    resend: 'after-grace',
    initialIntervalMs: 1_000,
    backoffCoefficient: 2,
    maximumIntervalMs: 30_000,
    permanent: false,
  },
  exists: {
    resend: 'never',
    initialIntervalMs: 1_000,
    backoffCoefficient: 2,
    maximumIntervalMs: 10_000,
    permanent: false,
  },
  'not-found': {
    resend: 'if-needed',
    maxRefusals: 8,
    initialIntervalMs: 1_000,
    backoffCoefficient: 1.7,
    maximumIntervalMs: 10_000,
    permanent: false,
  },
  unknown: {
    resend: 'after-grace',
    maxRefusals: 5,
    initialIntervalMs: 1_000,
    backoffCoefficient: 2,
    maximumIntervalMs: 30_000,
    permanent: false,
  },
  invalid: permanent,
  denied: permanent,
  quota: permanent,
  unsupported: permanent,
  prerequisite: permanent,
};

/** Tells whether the failure may pass without a person acting: asked again later, the cloud may answer something else. */
export const mayPass = ({ kind, details: { untilDeadline } }: Pick<CloudError, 'kind' | 'details'>): boolean =>
  !kindRules[kind].permanent || untilDeadline === true;

/** Backoff before the next attempt, in ms. `failures` is the number of earlier failures of this kind; the cloud's own request comes first. */
export function backoffMs(kind: ErrorKind, failures: number): number {
  const { initialIntervalMs, backoffCoefficient, maximumIntervalMs } = kindRules[kind];
  return Math.min(initialIntervalMs * backoffCoefficient ** Math.max(0, failures), maximumIntervalMs);
}

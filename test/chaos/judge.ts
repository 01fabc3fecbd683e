import type { Verification } from '../../audit/index.js';
import type { FlowLogView, JournalEntry } from '../../simulator/index.js';
import { groupBy } from './group-by.js';
import { type LedgerRow, ledgerProblems } from './ledger-judge.js';
import type { Program } from './plan.js';
import { RETRY_AFTER_MS } from './storm.js';
import { placesOf } from './targets.js';

/** End of one operation, in the words of the service. */
export interface End {
  readonly place: string;
  /** Its position in the place's program, from 0. */
  readonly index: number;
  readonly runId?: string;
  readonly outcome?: string;
  /** Last status in the report: `active`, `inactive` or `absent`. */
  readonly status?: string;
  readonly failure?: { readonly kind: string; readonly code: string; readonly message: string };
}

/** All that a campaign leaves behind. The service's own reports are judged by the rest. */
export interface Evidence {
  readonly programs: readonly Program[];
  readonly ends: readonly End[];
  /** The simulator's calls, in order of arrival. */
  readonly journal: readonly JournalEntry[];
  /** Times at which held calls were let go, by request id, on the journal's monotonic clock. */
  readonly releasedMs: ReadonlyMap<string, number>;
  /** Flow logs as they truly are, those deleted too. */
  readonly flowLogs: readonly FlowLogView[];
  /** Flow logs of others as they were before the first call. */
  readonly foreign: readonly FlowLogView[];
  readonly ledger: readonly LedgerRow[];
  readonly verification: Verification;
}

/** One invariant: how much was looked at, and everything that is wrong. */
export interface Verdict {
  readonly invariant: string;
  readonly says: string;
  /** E.g. `200 targets`. */
  readonly looked: string;
  readonly problems: readonly string[];
}

/** Judges what a campaign left by the invariants. Pure. */
export function judge(evidence: Evidence): readonly Verdict[] {
  const { programs, journal, foreign, ledger, verification } = evidence;
  const operations = programs.reduce((sum, program) => sum + program.operations.length, 0);
  const changes = journal.filter(({ kind }) => kind === 'change');
  return [
    {
      invariant: 'I1',
      says: 'one flow log of ours where there should be one, none elsewhere, never two at a time',
      looked: `${programs.length} targets`,
      problems: [
        ...programs.flatMap((program) => standing(evidence, program)),
        ...strays(evidence),
        ...twins(evidence),
      ],
    },
    {
      invariant: 'I2',
      says: 'every operation ends as it must, and says what is true',
      looked: `${operations} operations`,
      problems: programs.flatMap((program) => untrue(evidence, program)),
    },
    {
      invariant: 'I3',
      says: 'every operation asked for has one end',
      looked: `${operations} operations`,
      problems: programs.flatMap((program) => unended(evidence, program)),
    },
    {
      invariant: 'I4',
      says: 'every change has its intent before it and its end after it in the ledger, which verifies',
      looked: `${changes.length} calls, ${ledger.length} rows`,
      problems: [
        ...ledgerProblems(ledger, changes, placesOf(evidence.flowLogs)),
        ...unrecorded(evidence),
        ...(verification.broken ? [`the ledger does not verify: ${verification.broken.what}`] : []),
      ],
    },
    {
      invariant: 'I5',
      says: 'what is not ours is as it was',
      looked: `${foreign.length} flow logs`,
      problems: foreign.flatMap((flowLog) => disturbed(evidence, flowLog)),
    },
    {
      invariant: 'I6',
      says: 'a throttled change is not sent again before the time it was told',
      looked: `${changes.filter(({ code }) => code === 'Throttling.User').length} throttled changes`,
      problems: impatient(evidence, changes),
    },
  ];
}

const placeOfFlowLog = ({ product, resource }: FlowLogView): string => `${product} ${resource}`;

/** Flow logs of ours: made by a call, which only the service sends. */
const ours = ({ flowLogs }: Evidence): readonly FlowLogView[] => flowLogs.filter(({ origin }) => origin === 'call');

/** Compares the flow logs on a target at the end with those that should be there. */
function standing(evidence: Evidence, { place, wanted }: Program): string[] {
  const made = ours(evidence).filter((flowLog) => placeOfFlowLog(flowLog) === place);
  const [flowLog, ...surplus] = made.filter(({ deleted }) => !deleted);
  const ids = made.map(({ flowLogId }) => flowLogId).join(', ');
  return [
    ...surplus.map(({ flowLogId }) => `${place}: a second flow log ${flowLogId}`),
    ...(flowLog?.status === wanted.status
      ? []
      : [`${place}: is ${flowLog?.status ?? 'absent'}, not ${wanted.status ?? 'absent'}`]),
    ...(made.length === wanted.creates
      ? []
      : [`${place}: ${made.length} flow logs were made (${ids}), not ${wanted.creates}`]),
    ...(flowLog && wanted.description !== undefined && flowLog.fields['Description'] !== wanted.description
      ? [
          `${place}: the description is ${JSON.stringify(flowLog.fields['Description'])}, not ${JSON.stringify(wanted.description)}`,
        ]
      : []),
  ];
}

/** Flow logs made on targets that no program asked for. */
function strays(evidence: Evidence): string[] {
  const asked = new Set(evidence.programs.map(({ place }) => place));
  return ours(evidence)
    .filter((flowLog) => !asked.has(placeOfFlowLog(flowLog)))
    .map(({ flowLogId, ...flowLog }) => `${placeOfFlowLog({ flowLogId, ...flowLog })}: nobody asked for ${flowLogId}`);
}

/** Creates that had their effect while another flow log of ours was still there. */
function twins({ journal, releasedMs, flowLogs }: Evidence): string[] {
  const placeOf = placesOf(flowLogs);
  const doneMs = (call: JournalEntry) => releasedMs.get(call.requestId) ?? call.monotonicMs;
  const done = journal.filter(({ committed }) => committed).toSorted((a, b) => doneMs(a) - doneMs(b));
  const alive = new Map<string, string>();
  return done.flatMap((call) => {
    const place = placeOf(call);
    const flowLogId = call.flowLogId ?? call.params['FlowLogId'] ?? '';
    if (/^Delete/.test(call.action) && alive.get(place) === flowLogId) alive.delete(place);
    if (!/^Create/.test(call.action)) return [];
    const other = alive.get(place);
    alive.set(place, flowLogId);
    return other === undefined
      ? []
      : [`${place}: ${flowLogId} was made (request ${call.requestId}) while ${other} was there`];
  });
}

const endsOf = ({ ends }: Evidence, { place }: Program): readonly End[] => ends.filter((end) => end.place === place);

/** Compares the ends of operations with the planned ones, and with what is there. */
function untrue(evidence: Evidence, program: Program): string[] {
  const { place, operations, wanted } = program;
  const ends = endsOf(evidence, program);
  const last = ends.find(({ index }) => index === operations.length - 1);
  const foreign = evidence.foreign.find((flowLog) => placeOfFlowLog(flowLog) === place);
  // A flow log of another owner was adopted if the program never wants one of ours.
  const status = (wanted.creates === 0 ? foreign?.status : wanted.status)?.toLowerCase() ?? 'absent';
  return [
    ...ends.flatMap(({ index, outcome, failure }) => {
      const planned = operations[index];
      const name = `${place}: ${planned?.operation} (number ${index + 1})`;
      if (failure) return [`${name} failed: ${failure.kind}, ${failure.code}: ${failure.message}`];
      return outcome === planned?.outcome ? [] : [`${name} ended ${outcome}, not ${planned?.outcome}`];
    }),
    ...(last?.outcome === undefined || last.status === status
      ? []
      : [`${place}: reported ${last.status}, but it is ${status}`]),
  ];
}

function unended(evidence: Evidence, program: Program): string[] {
  const ends = endsOf(evidence, program);
  return program.operations.flatMap(({ operation }, index) => {
    const count = ends.filter((end) => end.index === index).length;
    return count === 1 ? [] : [`${program.place}: ${operation} (number ${index + 1}) has ${count} ends`];
  });
}

/** Runs without an opening or a closing row of their own. */
function unrecorded({ ends, ledger }: Evidence): string[] {
  const rowsOf = groupBy(ledger, ({ run_id }) => run_id);
  return ends.flatMap(({ place, runId }) => {
    const kinds = new Set(rowsOf.get(runId ?? '')?.map(({ kind }) => kind));
    return ['opened', 'closed']
      .filter((kind) => !kinds.has(kind))
      .map((kind) => `${place}: run ${runId} has no row ${kind}`);
  });
}

function disturbed({ flowLogs, journal }: Evidence, before: FlowLogView): string[] {
  const now = flowLogs.find(({ flowLogId }) => flowLogId === before.flowLogId);
  const calls = journal.filter(({ kind, params }) => kind === 'change' && params['FlowLogId'] === before.flowLogId);
  return [
    ...(JSON.stringify(now) === JSON.stringify(before)
      ? []
      : [`${before.flowLogId} (${placeOfFlowLog(before)}) is not as it was`]),
    ...calls.map(({ action, requestId }) => `${before.flowLogId} was named by ${action} (request ${requestId})`),
  ];
}

function impatient({ flowLogs }: Evidence, changes: readonly JournalEntry[]): string[] {
  const placeOf = placesOf(flowLogs);
  return [...groupBy(changes, placeOf)].flatMap(([place, calls]) =>
    calls.flatMap((call, index) => {
      const next = calls[index + 1];
      if (call.code !== 'Throttling.User' || !next) return [];
      const afterMs = next.monotonicMs - call.monotonicMs;
      return afterMs >= RETRY_AFTER_MS
        ? []
        : [`${place}: ${next.action} ${next.requestId} came ${Math.round(afterMs)} ms after it was throttled`];
    }),
  );
}

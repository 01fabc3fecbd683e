import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { omitUndefined } from '../../../cloud/omit-undefined.js';
import type { Check } from '../../../workflows/contract/operation.js';
import { NoAnswerError } from '../../errors.js';
import type { QueueWorkers } from '../../workers.js';
import type { Answer, Cell } from '../answer.js';
import { givenDefaults } from '../defaults.js';
import { explain } from '../explain.js';
import { exitCodes } from '../exit-codes.js';
import { addOutputFlags } from '../output.js';
import { regionMistake } from '../region-check.js';
import type { Session } from '../session.js';
import { writeCells, writeRow } from '../terminal.js';

const workerCheck = ({ taskQueue, kind, workers }: QueueWorkers): Check => ({
  name: `worker on ${taskQueue}`,
  ok: workers.length > 0,
  detail: workers.length > 0 ? workers.map(({ identity }) => identity).join(', ') : `nobody takes ${kind} tasks`,
  ...omitUndefined({
    advice:
      workers.length > 0 ? undefined : 'Start one with `npm run worker`, against the same Temporal and namespace.',
  }),
});

/** A check that could not be made is a check that failed; so is one that does not end. */
async function made(name: string, check: () => Promise<readonly Check[]>): Promise<readonly Check[]> {
  try {
    return await Promise.race([check(), tooLong()]);
  } catch (error) {
    const [detail = '', ...advice] = explain(error).lines;
    const next = advice.join(' ').replace(/^what to do: /, '');
    return [{ name, ok: false, detail, ...omitUndefined({ advice: next || undefined }) }];
  }
}

/** Longest time of one check. */
const DOCTOR_CHECK_MS = 5_000;

const tooLong = async (): Promise<never> => {
  // One moment more, so that a check which knows why there is no answer can say so.
  await sleep(DOCTOR_CHECK_MS + 500, undefined, { ref: false });
  throw new NoAnswerError(DOCTOR_CHECK_MS, 'the check did not end');
};

/** Defaults in force: they say what a target without region or account means. */
const defaultsCheck = async ({ surroundings: { env, defaults } }: Session): Promise<readonly Check[]> => {
  const given = await givenDefaults(env, defaults);
  const mistakes = given.flatMap(({ name, value, from }) => {
    const mistake = name === 'region' ? regionMistake(value) : undefined;
    return mistake ? [`${from}: region ${value}: ${mistake}`] : [];
  });
  const told = given.map(({ name, value, from }) => `${name} ${value} (${from})`).join(', ');
  return [
    {
      name: 'defaults',
      ok: mistakes.length === 0,
      detail: mistakes[0] ?? (told || 'none: set one with `flowlog config set region <region>`, or by FLOWLOG_REGION'),
    },
  ];
};

/** Every check as soon as it has ended. */
async function* checksOf(session: Session): AsyncGenerator<Check> {
  const service = await session.service();
  const { flowLogs } = service;
  const about = `${service.address}, namespace ${service.namespace}`;
  const reached = await made('Temporal', async () => {
    await flowLogs.reach();
    return [{ name: 'Temporal', ok: true, detail: about }];
  });
  yield* reached;
  yield* await made('defaults', () => defaultsCheck(session));
  if (!reached.every(({ ok }) => ok)) return;
  if (session.surroundings.env['DATABASE_URL'])
    yield* await made('database, from here', async () => {
      const place = await session.withLedger(async (ledger) => {
        await ledger.freezes();
        return ledger.place;
      });
      return [{ name: 'database, from here', ok: true, detail: place }];
    });
  const workers = await made('workers', async () => (await flowLogs.workers()).map(workerCheck));
  yield* workers;
  const seen = workers.some(({ ok }) => ok);
  if (seen) yield* await made('database and cloud', async () => (await flowLogs.diagnose()).checks);
  else yield { name: 'database and cloud', ok: false, detail: 'only a worker can look at them, and none is up' };
}

const head = ['check', 'state', 'seen'];
const checkCells = ({ name, ok, detail }: Check): Cell[] => [
  name,
  ok ? { text: 'ok', tone: 'good' } : { text: 'NOT ok', tone: 'bad' },
  detail,
];

async function doctor(session: Session): Promise<Answer> {
  const { stdout, json, color, isWhole } = session.screen;
  const isShownAtOnce = !json && !isWhole;
  const checks: Check[] = [];
  for await (const check of checksOf(session)) {
    if (isShownAtOnce && !stdout.isTTY && checks.length === 0) writeRow(stdout, head);
    checks.push(check);
    // Said at once: one that hangs holds back none of those before it.
    if (!isShownAtOnce) continue;
    if (stdout.isTTY) writeCells(stdout, [check.name.padEnd(NAME_WIDTH), ...checkCells(check).slice(1)], color);
    else writeRow(stdout, checkCells(check));
  }
  const allWell = checks.every(({ ok }) => ok);
  return {
    document: { ok: allWell, checks },
    ...(isShownAtOnce ? { text: [] } : { table: { head, rows: checks.map(checkCells) } }),
    notes: checks.flatMap(({ name, ok, advice }) => (!ok && advice ? [`${name}: ${advice}`] : [])),
    exitCode: allWell ? exitCodes.done : exitCodes.unreachable,
  };
}

/** Of the column of names on a terminal. */
const NAME_WIDTH = 32;

/** `doctor`: whether Temporal, the workers, their database and the cloud can be reached, and what to do where not. */
export function addDoctorCommand(program: Command, session: Session): void {
  addOutputFlags(
    program.command('doctor').description('can Temporal, the workers, their database and the cloud be reached?'),
  ).action(async () => session.answer(await doctor(session)));
}

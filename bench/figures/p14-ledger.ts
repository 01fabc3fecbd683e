import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { migrate, openAuditor } from '../../audit/index.js';
import { startPostgres } from '../../local/postgres.js';
import type { Figure } from '../figure.js';
import type { LedgerRead } from '../ledger-read.js';
import { ROWS_PER_OPERATION, type WrittenOperation, writeOperations } from '../ledger-rows.js';

const runProgram = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

const FEW_ROWS = 100_000;
const MANY_ROWS = process.argv.includes('--full') ? 1_000_000 : 300_000;
const MOST_RATIO = 1.3;
const MOST_MEGABYTES = 200;

interface LedgerSample {
  readonly verify: LedgerRead;
  readonly exported: LedgerRead;
}

/** Cost of proving the ledger as it grows: time a row must stay the same. Uses a database of its own. */
export const p14: Figure = {
  id: 'P14',
  what: `ledger of ${MANY_ROWS.toLocaleString('en')} rows ÷ of ${FEW_ROWS.toLocaleString('en')}: verify and export, time a row`,
  goal: `≤ ${MOST_RATIO}; memory ≤ ${MOST_MEGABYTES} MB`,
  async measure() {
    const folder = await mkdtemp(join(tmpdir(), 'flowlog-ledger-'));
    const server = await startPostgres({ dataDir: join(folder, 'postgres'), durable: false });
    try {
      await migrate(server.url);
      const few = await sampleAt(server.url, 0, FEW_ROWS);
      const many = await sampleAt(server.url, FEW_ROWS, MANY_ROWS);
      return judgedSample(few, many);
    } finally {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Grows the ledger to so many rows, anchors it, and reads it. */
async function sampleAt(databaseUrl: string, from: number, to: number): Promise<LedgerSample> {
  await writeOperations(databaseUrl, numberedOperations(from / ROWS_PER_OPERATION + 1, to / ROWS_PER_OPERATION));
  const auditor = await openAuditor({ databaseUrl, statementTimeoutMs: 60_000 });
  await auditor.anchor();
  await auditor.close();
  return { verify: await readLedger('verify', databaseUrl), exported: await readLedger('export', databaseUrl) };
}

const numberedOperations = (first: number, last: number): WrittenOperation[] =>
  Array.from({ length: last - first + 1 }, (_, index) => {
    const n = first + index;
    const place = `vpc/1000000000000001/cn-hangzhou/VPC/vpc-${n}`;
    return { workflowId: `flow-log/${place}`, runId: `run-${n}`, target: `local/${place}`, flowLogId: `fl-${n}` };
  });

/** The median of three reads. */
async function readLedger(what: 'verify' | 'export', databaseUrl: string): Promise<LedgerRead> {
  const reads: LedgerRead[] = [];
  for (let round = 0; round < 3; round++) {
    const args = ['local/bootstrap.mjs', 'bench/ledger-read.ts', what, databaseUrl];
    const { stdout } = await runProgram(process.execPath, args, { cwd: root });
    reads.push(JSON.parse(stdout) as LedgerRead);
  }
  return reads.toSorted((a, b) => a.ms - b.ms)[1] as LedgerRead;
}

function judgedSample(few: LedgerSample, many: LedgerSample) {
  const perRow = ({ ms, rows }: LedgerRead) => (ms * 1_000) / rows;
  const ratioOf = (what: keyof LedgerSample) => perRow(many[what]) / perRow(few[what]);
  const [verify, exported] = [ratioOf('verify'), ratioOf('exported')];
  const peak = Math.max(...[few, many].flatMap((each) => [each.verify.peakMegabytes, each.exported.peakMegabytes]));
  const told = (what: keyof LedgerSample) =>
    `${perRow(few[what]).toFixed(0)} and ${perRow(many[what]).toFixed(0)} µs a row`;
  return {
    result: `verify ${verify.toFixed(2)}, export ${exported.toFixed(2)}, ${peak} MB`,
    met: verify <= MOST_RATIO && exported <= MOST_RATIO && peak <= MOST_MEGABYTES,
    detail: `verify ${told('verify')}; export ${told('exported')}; medians of 3; ${many.verify.rows} rows in the end`,
  };
}

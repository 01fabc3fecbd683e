import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openAuditor } from '../../audit/index.js';
import { enableAll, vpcItems } from '../bulk-run.js';
import type { Figure } from '../figure.js';
import type { Laboratory } from '../laboratory.js';

const TARGETS = process.argv.includes('--full') ? 10_000 : 500;
const TOLD_FOR = 10_000;

/** MB that one bulk leaves for 10,000 targets, each of them created: in the ledger, in its report, in Temporal; and in the ledger after an archive. */
export const p15: Figure = {
  id: 'P15',
  what: `MB for ${TOLD_FOR.toLocaleString('en')} created flow logs, from a bulk of ${TARGETS.toLocaleString('en')}: ledger, report rows, Temporal's histories`,
  goal: 'ledger ≤ 100, report ≤ 20, left of the ledger after an archive ≤ 30',
  async measure(laboratory) {
    await laboratory.cloud({});
    const { databaseUrl } = laboratory;
    // Rows that earlier figures recorded, and the size of the empty schema, do not count here.
    await archived(databaseUrl);
    const before = await sizesOf(databaseUrl);
    const began = new Date();
    await enableAll(laboratory, vpcItems('p15', TARGETS));
    const after = await sizesOf(databaseUrl);
    const histories = await historiesOf(laboratory, began);
    const file = await archived(databaseUrl);
    const left = await sizesOf(databaseUrl);
    const megabytes = (bytes: number) => (bytes * TOLD_FOR) / TARGETS / 1e6;
    const ledger = megabytes(after.ledger - before.ledger);
    const report = megabytes(after.report - before.report);
    const kept = megabytes(left.ledger - before.ledger);
    const told = [ledger, report, megabytes(histories)].map((each) => each.toFixed(0)).join(', ');
    return {
      result: `${told} MB; ${kept.toFixed(1)} MB after an archive`,
      met: ledger <= 100 && report <= 20 && kept <= 30,
      detail: `file of the archive: ${((file.bytes * TOLD_FOR) / file.chains / 1e6).toFixed(1)} MB for ${TOLD_FOR.toLocaleString('en')}; tables with indexes, after VACUUM FULL`,
    };
  },
};

async function sizesOf(databaseUrl: string): Promise<{ ledger: number; report: number }> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('vacuum full');
    const { rows } = await client.query<{ ledger: number; report: number }>(
      `select sum(pg_total_relation_size(c.oid)) filter (where n.nspname = 'ledger')::float8 as ledger,
         sum(pg_total_relation_size(c.oid)) filter (where n.nspname = 'flowlog' and c.relname in ('bulks', 'targets'))::float8 as report
       from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r'`,
    );
    return rows[0] ?? { ledger: 0, report: 0 };
  } finally {
    await client.end();
  }
}

/** Bytes of the histories of all runs since then, as Temporal counts them. */
async function historiesOf({ client }: Laboratory, since: Date): Promise<number> {
  let bytes = 0;
  for await (const { raw } of client.workflow.list({ query: `StartTime >= '${since.toISOString()}'` }))
    bytes += Number(raw.historySizeBytes ?? 0);
  return bytes;
}

async function archived(databaseUrl: string): Promise<{ bytes: number; chains: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'flowlog-sizes-'));
  const auditor = await openAuditor({ databaseUrl, statementTimeoutMs: 60_000 });
  try {
    const report = await auditor.archive({ before: new Date(), folder, by: 'bench' });
    const sizes = await Promise.all((await readdir(folder)).map((name) => stat(join(folder, name))));
    return {
      bytes: sizes.reduce((sum, { size }) => sum + size, 0),
      chains: report.archived.reduce((sum, { chains }) => sum + chains, 0),
    };
  } finally {
    await auditor.close();
    await rm(folder, { recursive: true, force: true });
  }
}

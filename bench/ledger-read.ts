import { Writable } from 'node:stream';
import { openAuditor } from '../audit/index.js';

/** Time and memory of one read of a whole ledger; printed as one line of JSON. */
export interface LedgerRead {
  readonly rows: number;
  readonly ms: number;
  /** Most memory the process had resident, in MB. */
  readonly peakMegabytes: number;
}

/** `ledger-read.ts verify|export DATABASE_URL`: reads a ledger once, in a process of its own so that only its own memory is measured. */
const [what = '', databaseUrl = ''] = process.argv.slice(2);
const auditor = await openAuditor({ databaseUrl });
const startedMs = performance.now();
const rowCount = what === 'verify' ? await verified() : await exported();
const tookMs = performance.now() - startedMs;
await auditor.close();
const ledgerRead: LedgerRead = {
  rows: rowCount,
  ms: tookMs,
  peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
};
console.log(JSON.stringify(ledgerRead));

async function verified(): Promise<number> {
  const { ok, entries, broken } = await auditor.verify();
  if (!ok) throw new Error(broken?.what);
  return entries;
}

async function exported(): Promise<number> {
  let lines = 0;
  const sink = new Writable({
    write(piece: Buffer, _, done) {
      for (const byte of piece) if (byte === 10) lines += 1;
      done();
    },
  });
  await auditor.export(sink, { format: 'jsonl' });
  return lines;
}

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
const begun = performance.now();
const rows = what === 'verify' ? await verified() : await exported();
const ms = performance.now() - begun;
await auditor.close();
const read: LedgerRead = { rows, ms, peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024) };
console.log(JSON.stringify(read));

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

import { cpus } from 'node:os';
import Table from 'cli-table3';
import type { Figure, Result } from './figure.js';
import { openLaboratory } from './laboratory.js';
import { p1, p1Replaced } from './figures/p1-calls.js';
import { p2, p2Fleet } from './figures/p2-limit.js';
import { p3 } from './figures/p3-bulk.js';
import { p4 } from './figures/p4-notice.js';
import { p5 } from './figures/p5-history.js';
import { p6 } from './figures/p6-overhead.js';
import { p7 } from './figures/p7-growth.js';
import { p8 } from './figures/p8-drift.js';
import { p9 } from './figures/p9-scopes.js';
import { p10 } from './figures/p10-loop.js';
import { p11 } from './figures/p11-standing.js';
import { p12 } from './figures/p12-single.js';
import { p14 } from './figures/p14-ledger.js';
import { p15 } from './figures/p15-sizes.js';
import { p16, p17 } from './figures/p16-start.js';
import { whole } from './figures/whole.js';

const figures: readonly Figure[] = [
  p6,
  p4,
  p3,
  p1,
  p1Replaced,
  p8,
  p7,
  p2,
  p2Fleet,
  p5,
  p9,
  p10,
  p11,
  p12,
  p14,
  p15,
  p16,
  p17,
  whole,
];

/** `npm run bench [-- P4 P6 …]`: measures the figures named, or all; exit 1 when one misses its goal. */
async function main(names: readonly string[]): Promise<number> {
  const chosen = figures.filter(({ id }) => names.length === 0 || names.includes(id));
  if (chosen.length === 0) {
    console.error(`no such figure; there are ${figures.map(({ id }) => id).join(', ')}`);
    return 2;
  }
  const laboratory = await openLaboratory();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void laboratory.close().finally(() => process.exit(130)));
  const rows: { figure: Figure; result: Result }[] = [];
  try {
    for (const figure of chosen) {
      console.error(`${figure.id}: ${figure.what} …`);
      const result = await figure.measure(laboratory);
      console.error(`${figure.id}: ${result.result} (goal ${figure.goal}); ${result.detail}`);
      rows.push({ figure, result });
    }
  } finally {
    await laboratory.close();
  }
  printTable(rows);
  return rows.every(({ result }) => result.met) ? 0 : 1;
}

function printTable(rows: readonly { figure: Figure; result: Result }[]): void {
  const table = new Table({
    head: ['', 'figure', 'goal', 'result', 'met', 'made of'],
    wordWrap: true,
    colWidths: [6, 36, 24, 26, 5, 44],
  });
  for (const { figure, result } of rows.toSorted((a, b) => a.figure.id.localeCompare(b.figure.id))) {
    table.push([figure.id, figure.what, figure.goal, result.result, result.met ? 'yes' : 'NO', result.detail]);
  }
  console.log(table.toString());
  console.log(`${cpus().length} cores, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`);
}

process.exit(await main(process.argv.slice(2).filter((argument) => !argument.startsWith('-'))));

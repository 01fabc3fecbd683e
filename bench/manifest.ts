/**
 * Time and memory that a command needs to read a manifest of 100,000 items, before it sends anything: `npx tsx bench/manifest.ts`, one line a format.
 * Each format is read in a process of its own, so that its greatest memory is its own.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { omitUndefined } from '../cloud/omit-undefined.js';
import { effectiveItems } from '../client/manifest/effective.js';
import { readManifest } from '../client/manifest/manifest.js';
import { digestOf, manifestPages } from '../client/bulks/manifest-store.js';

const ITEMS = Number(process.env['ITEMS'] ?? 100_000);
const manifestFormats = ['json', 'csv', 'yaml'] as const;

const manifestItem = (index: number) => ({
  product: 'vpc',
  region: 'cn-hangzhou',
  resource: { type: 'VPC', id: `vpc-${index}` },
  destination: { project: 'netlogs', logStore: 'flow' },
  trafficType: 'All',
});

function manifestText(format: (typeof manifestFormats)[number]): string {
  const items = Array.from({ length: ITEMS }, (_, index) => manifestItem(index));
  if (format === 'json') return JSON.stringify({ version: 1, flowLogs: items }, null, 1);
  if (format === 'yaml')
    return `version: 1\nflowLogs:\n${items.map((item) => `  - ${JSON.stringify(item)}\n`).join('')}`;
  const rows = items.map(({ resource: { id } }) => `vpc,cn-hangzhou,VPC,${id},netlogs,flow,All\n`);
  return `product,region,resource.type,resource.id,destination.project,destination.logStore,trafficType\n${rows.join('')}`;
}

/** Reads, checks, merges, cuts and names a manifest, as a command does before it asks a worker. */
function readOne(file: string): void {
  const startedMs = performance.now();
  const located = readManifest(file, readFileSync(file, 'utf8'));
  const asked = { accounts: { default: { uid: '1000000000000001' } }, requestedBy: 'bench' };
  const items = effectiveItems(located, 'enable', asked).map(({ input: { target, spec } }) => ({
    target,
    ...omitUndefined({ spec }),
  }));
  const pages = manifestPages(items).length;
  const digest = digestOf(items).slice(0, 8);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const cpu = ((userCPUTime + systemCPUTime) / 1e6).toFixed(1);
  const megabytes = Math.round(maxRSS / 1024);
  console.log(
    `${file.split('.').pop()}: ${items.length} items in ${pages} pages (${digest}): ${seconds} s (${cpu} s of processor), ${megabytes} MB at most`,
  );
}

const [given] = process.argv.slice(2);
if (given !== undefined) readOne(given);
else {
  const folder = mkdtempSync(join(tmpdir(), 'flowlog-manifest-'));
  try {
    for (const format of manifestFormats) {
      const file = join(folder, `manifest.${format}`);
      writeFileSync(file, manifestText(format));
      execFileSync(process.execPath, ['--import', 'tsx', fileURLToPath(import.meta.url), file], { stdio: 'inherit' });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

import type { Entry } from './entry.js';
import type { Format } from './export.js';
import { sentence } from './sentence.js';
import { bodyOf, isoOf } from './story.js';
import type { Verification } from './verify.js';

/** What the page says before the rows. */
export interface PageFacts {
  readonly madeAt: Date;
  readonly verification: Verification;
  readonly since?: Date;
  readonly until?: Date;
}

/** One self-contained page: no script, nothing loaded from elsewhere, fit to be printed. A section for each run of an operation. */
export function htmlPage(facts: PageFacts): Format {
  return async function* (rows) {
    yield opening(facts);
    let chain = '';
    let count = 0;
    for await (const row of rows) {
      const next = `${row.workflow_id}\n${row.run_id}`;
      if (next !== chain) yield `${chain && '</table></section>\n'}${section(row)}`;
      chain = next;
      count += 1;
      yield line(row);
    }
    yield `${chain && '</table></section>\n'}<footer>${count} rows.</footer>\n</main></body></html>\n`;
  };
}

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const style = `
  :root { color-scheme: light dark; --faint: color-mix(in srgb, currentColor 12%, transparent); }
  body { margin: 0; font: 15px/1.5 system-ui, sans-serif; }
  main { max-width: 72rem; margin: 0 auto; padding: 2rem 1rem; }
  h1 { font-size: 1.5rem; } h2 { font-size: 1rem; margin: 2rem 0 .3rem; overflow-wrap: anywhere; }
  .facts { border: 1px solid var(--faint); border-radius: .5rem; padding: .2rem 1rem; }
  .good::before { content: '\\2713  '; color: #2a8a3e; } .bad::before { content: '\\2717  '; color: #c62828; }
  table { width: 100%; border-collapse: collapse; } td { border-top: 1px solid var(--faint); padding: .25rem .5rem .25rem 0; vertical-align: top; }
  td:first-child { white-space: nowrap; } code, pre, td:first-child { font: 12px/1.6 ui-monospace, monospace; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; } .run { opacity: .7; } footer { margin-top: 2rem; opacity: .7; }
  @media print { section { break-inside: avoid-page; } details { display: none; } }`;

function opening({ madeAt, verification, since, until }: PageFacts): string {
  const { ok, entries, chains, anchor, unanchoredChains, broken } = verification;
  const range = `from ${since?.toISOString() ?? 'the beginning'} until ${until?.toISOString() ?? 'now'}`;
  const verdict = ok
    ? `<p class="good">All ${entries} rows in ${chains} chains were verified: every hash, every link and every anchor is right.</p>`
    : `<p class="bad">The record is broken: ${escape(broken?.what ?? '')}.</p>`;
  const anchored = anchor
    ? `Last anchor: number ${anchor.count} of ${anchor.at}, <code>${anchor.head}</code>. ${unanchoredChains} chains have newer rows.`
    : 'There is no anchor yet.';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Flow log ledger</title><style>${style}
</style></head><body><main>
<h1>Flow log ledger</h1>
<div class="facts"><p>Rows written ${range}; page made at ${madeAt.toISOString()}.</p>
${verdict}
<p>${anchored}</p></div>
`;
}

const section = (row: Entry): string =>
  `<section><h2>${escape(row.target ?? row.workflow_id)}</h2>
<p class="run"><code>${escape(row.workflow_id)}</code> run <code>${escape(row.run_id)}</code></p><table>
`;

function line(row: Entry): string {
  const body = bodyOf(row);
  const details = JSON.stringify(body, null, 2);
  return (
    `<tr><td>${escape(isoOf(row).slice(0, 23))}Z</td><td>${escape(sentence(row, body))}` +
    `<details><summary>row ${row.seq}, ${escape(row.kind)}</summary><pre>${escape(details)}</pre>` +
    `<code>${escape(row.hash)}</code></details></td></tr>\n`
  );
}

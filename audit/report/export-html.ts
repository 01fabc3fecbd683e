import { capitalized, htmlText, numbered } from '../../cloud/text.js';
import type { Entry } from '../entry.js';
import type { Format, OrderedRows } from './export.js';
import { sentence, title } from './sentence.js';
import { bodyOf, isoOf } from './story.js';
import { exportStyle } from './export-style.js';
import { tallyOf, type Tally } from './tally.js';
import type { Verification } from '../verify.js';

/** Facts that the page states before the rows. */
export interface PageFacts {
  readonly madeAt: Date;
  readonly verification: Verification;
  readonly since?: Date;
  readonly until?: Date;
}

/**
 * One self-contained page: no script, nothing loaded from elsewhere, fit to be printed. First whether the record is whole and what it
 * sums up to, then a section for each run of an operation, in the order in which they began. The rows are read twice, so that
 * the sum can stand before them and memory stays constant.
 */
export function htmlPage(facts: PageFacts): Format {
  return async function* (rows: OrderedRows) {
    const tally = await tallyOf(rows('byId'));
    yield exportOpening(facts, tally);
    let chain = '';
    for await (const row of rows('byBeginning')) {
      const next = `${row.workflow_id}\n${row.run_id}`;
      if (next !== chain) yield `${chain && '</ol></section>\n'}${entrySection(row)}`;
      chain = next;
      yield line(row, isBroken(row, facts.verification));
    }
    yield `${chain && '</ol></section>\n'}<footer>End of ${numbered(tally.rows, 'row')}.</footer>\n</main></body></html>\n`;
  };
}

/** A moment as a person reads it; the exact one is in the details. */
const moment = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;

function exportOpening({ madeAt, verification, since, until }: PageFacts, tally: Tally): string {
  const range = `from ${since ? moment(since.toISOString()) : 'the beginning'} until ${moment((until ?? madeAt).toISOString())}`;
  const fact = (name: string, value: string) => `<dt>${name}</dt><dd>${value}</dd>\n`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Flow log ledger, ${htmlText(range)}</title><style>${exportStyle}
</style></head><body><main>
<header><h1>Flow log ledger</h1>
<p>What was asked of the flow logs of Alibaba Cloud, by whom and why; what was sent, and how it ended.</p></header>
${exportVerdict(verification)}
<dl>
${fact('Rows', `${numbered(tally.rows, 'row')} written ${range}`)}${fact('Page made', moment(madeAt.toISOString()))}${fact('Last anchor', anchored(verification))}${fact('Names', 'Who asked is what callers said of themselves; principals were verified with the cloud.')}</dl>
<div class="sums">${sums('Operations', tally.operations)}${sums('Calls that change something', tally.calls)}</div>
<p class="hint">Each row opens: what exactly was recorded, and its hashes.</p>
`;
}

function exportVerdict({ ok, entries, chains, broken }: Verification): string {
  if (!ok)
    return `<p class="verdict bad"><strong>The record is broken.</strong> ${htmlText(capitalized(broken?.what ?? ''))}.</p>`;
  return `<p class="verdict good"><strong>The record is whole.</strong> All ${numbered(entries, 'row')} in ${numbered(chains, 'chain')} were verified: every hash, every link and every anchor is right.</p>`;
}

function anchored({ anchor, unanchoredChains }: Verification): string {
  if (!anchor) return 'none yet: rows at the end of a chain could be missing unseen';
  const since = unanchoredChains > 0 ? `; ${numbered(unanchoredChains, 'chain')} with newer rows` : '';
  return (
    `number ${anchor.count} of ${moment(anchor.at)}${since}<br><code>${anchor.count}:${anchor.head}</code><br>` +
    '<small>Compare it with the one that was kept outside: then nothing up to it was changed or removed.</small>'
  );
}

function sums(heading: string, counts: Tally['calls']): string {
  if (counts.length === 0) return '';
  const rows = counts.map(
    ({ what, end, count, tone }) =>
      `<tr><td>${htmlText(what)}</td><td class="${tone}">${htmlText(end)}</td><td>${count}</td></tr>\n`,
  );
  return `<table><caption>${heading}</caption>\n${rows.join('')}</table>\n`;
}

const entrySection = (row: Entry): string =>
  `<section><h2>${htmlText(title(row.workflow_id, row.target))}</h2>
<p class="run"><code>${htmlText(row.workflow_id)}</code> <span>run <code>${htmlText(row.run_id)}</code></span></p><ol>
`;

/** Mark of a row, by its kind or result; the row's sentence says the same for those who see no colours. */
const marks: Readonly<Record<string, string>> = {
  accepted: 'good',
  refused: 'bad',
  ambiguous: 'doubt',
  unknown: 'doubt',
  'late-outcome': 'doubt',
  surplus: 'doubt',
  closed: 'end',
};

const isBroken = ({ workflow_id, run_id, seq }: Entry, { broken }: Verification): boolean =>
  broken?.seq === seq && broken.operation.workflowId === workflow_id && broken.operation.runId === run_id;

function line(row: Entry, broken: boolean): string {
  const body = bodyOf(row);
  const at = isoOf(row);
  const { seq, kind, activity_id, attempt, intent_id, prev_hash, hash } = row;
  const exact = { row: seq, kind, at, activity_id, attempt, intent_id, body, prev_hash, hash };
  const mark = broken ? 'bad' : (marks[row.result ?? ''] ?? marks[kind] ?? '');
  const warning = broken ? '<strong class="bad">Not as it was recorded: </strong>' : '';
  return (
    `<li class="${mark}"><details><summary><time>${htmlText(at.slice(0, 19).replace('T', ' '))}</time><span>${warning}${htmlText(sentence(row, body))}</span></summary>` +
    `<pre>${htmlText(JSON.stringify(exact, nullsDropped, 2))}</pre></details></li>\n`
  );
}

const nullsDropped = (_: string, value: unknown): unknown => value ?? undefined;

import { htmlText } from '../../../cloud/text.js';
import type { BulkRow, BulkSummary, RowState } from '../../../workflows/contract/bulk.js';
import { flawCounts, isFlawed } from '../flaws.js';
import { causesText } from './causes.js';
import { byTarget, reportCells, tallyText, rowTones, whyOf } from './report.js';
import { pageColours } from '../html.js';

/** Legible on a screen and on paper. */
const reportStyle = `${pageColours}
  body { margin: 0; font: 14px/1.45 system-ui, sans-serif; } main { max-width: 76rem; margin: 0 auto; padding: 2.5rem 1.25rem; }
  h1 { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere; } header p { margin: .2rem 0 1.2rem; color: var(--soft); }
  .bar { display: flex; height: .8rem; border-radius: .4rem; overflow: hidden; background: var(--faint); margin: 0 0 .5rem; }
  .bar span.good { background: var(--good); } .bar span.bad { background: var(--bad); } .bar span.busy { background: var(--doubt); } .bar span.dim { background: var(--soft); }
  table { border-collapse: collapse; width: 100%; margin-top: 1.4rem; } th, td { text-align: left; vertical-align: top; padding: .25rem .9rem .25rem 0; border-top: 1px solid var(--faint); overflow-wrap: anywhere; }
  th { color: var(--soft); font-weight: 500; white-space: nowrap; } td.state { white-space: nowrap; } .good { color: var(--good); } .bad { color: var(--bad); } .busy { color: var(--doubt); } .dim { color: var(--soft); }
  code { font: 12px/1.5 ui-monospace, monospace; } footer { margin-top: 2rem; border-top: 1px solid var(--faint); padding-top: .6rem; color: var(--soft); }
  @media print { main { max-width: none; padding: 0; } body { font-size: 11px; } tr { break-inside: avoid; } * { print-color-adjust: exact; } }`;

const shownColumns = [
  'product',
  'account',
  'place',
  'target',
  'state',
  'flow log',
  'why',
  'what to do',
  'request',
] as const;

/** The report as one self-contained page: what it sums up to, then a row a target, those that did not end well first. */
export async function* bulkReportPage(
  summary: BulkSummary,
  rows: Iterable<BulkRow>,
  madeAt: Date,
): AsyncGenerator<string> {
  yield reportOpening(summary);
  const wrong: BulkRow[] = [];
  const well: BulkRow[] = [];
  for (const row of rows) (isWrong(row) ? wrong : well).push(row);
  for (const row of [...byTarget(wrong), ...byTarget(well)]) yield bulkRowHtml(row);
  yield `</tbody></table>\n<footer>Made ${madeAt.toISOString().slice(0, 19).replace('T', ' ')} UTC.</footer></main></body></html>\n`;
}

const isWrong = (row: BulkRow): boolean =>
  row.state === undefined || row.state === 'failed' || row.state === 'skipped' || isFlawed(row);

function reportOpening({
  bulk,
  operation,
  requestedBy,
  reason,
  startedAt,
  endedAt,
  tally,
  report,
}: BulkSummary): string {
  const { total, ...states } = tally;
  const part = ([state, count]: [string, number]) =>
    `<span class="${rowTones[state as RowState]}" style="width:${(100 * count) / Math.max(total, 1)}%" title="${htmlText(`${count} ${state}`)}"></span>`;
  const asked = `${operation}, asked for by ${requestedBy}${reason ? ` (${reason})` : ''}; started ${startedAt}${endedAt ? `, ended ${endedAt}` : ', still running'}`;
  const end = report ? ` ${report.end}${report.why ? `: ${report.why}` : ''}` : '';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${htmlText(bulk)}</title><style>${reportStyle}
</style></head><body><main>
<header><h1>${htmlText(bulk)}</h1><p>${htmlText(asked)}</p></header>
<div class="bar">${Object.entries(states).map(part).join('')}</div>
<p>${htmlText([tallyText(tally) + (end && `;${end}`), ...flawCounts(report?.surplus, report?.notApplied)].join('; '))}</p>
${causesText(report ?? {})
  .map((text) => `<p>${htmlText(text)}</p>`)
  .join('\n')}
<table><thead><tr>${shownColumns.map((name) => `<th>${name}</th>`).join('')}</tr></thead><tbody>
`;
}

function bulkRowHtml(row: BulkRow): string {
  const [, product = '', account = '', place = '', target = ''] = reportCells(row);
  const { state, outcome, flowLogId = '', requestId = '' } = row;
  const shown = state ? `${state}${outcome && outcome !== state ? ` (${outcome})` : ''}` : 'not ended';
  const why = whyOf(row);
  const cell = (text: string) => `<td>${htmlText(text)}</td>`;
  const mono = (text: string) => `<td><code>${htmlText(text)}</code></td>`;
  const tone = state ? rowTones[state] : 'busy';
  return `<tr>${cell(product)}${mono(account)}${cell(place)}${mono(target)}<td class="state ${tone}">${htmlText(shown)}</td>${mono(flowLogId)}${cell(why)}${cell(row.advice ?? '')}${mono(requestId)}</tr>\n`;
}

import { htmlText } from '../../cloud/text.js';
import type { Sheet } from './answer.js';
import { pageColours } from './html.js';
import { cellText } from './terminal.js';

/** Legible on a screen and on paper. */
const sheetStyle = `${pageColours}
  body { margin: 0; font: 14px/1.45 system-ui, sans-serif; } main { margin: 0 auto; padding: 2rem 1.25rem; }
  h1 { font-size: 1.4rem; margin: 0 0 .6rem; } p { margin: .2rem 0; color: var(--soft); }
  table { border-collapse: collapse; width: 100%; margin-top: 1.2rem; } th, td { text-align: left; vertical-align: top; padding: .25rem .9rem .25rem 0; border-top: 1px solid var(--faint); overflow-wrap: anywhere; }
  th { color: var(--soft); font-weight: 500; white-space: nowrap; } .good { color: var(--good); } .bad { color: var(--bad); } .busy { color: var(--doubt); } .dim { color: var(--soft); }
  @media print { main { padding: 0; } body { font-size: 11px; } tr { break-inside: avoid; } }`;

/** Rows as one self-contained page. */
export async function* sheetPage(
  title: string,
  { head, rows }: Sheet,
  notes: readonly string[],
): AsyncGenerator<string> {
  const heading = head.map((name) => `<th>${htmlText(name)}</th>`).join('');
  yield `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${htmlText(title)}</title><style>${sheetStyle}
</style></head><body><main><h1>${htmlText(title)}</h1>
${notes.map((note) => `<p>${htmlText(note)}</p>`).join('\n')}
<table><thead><tr>${heading}</tr></thead><tbody>
`;
  for await (const row of rows) {
    const cells = row.map((cell) => {
      const tone = typeof cell === 'object' && 'tone' in cell && cell.tone ? ` class="${cell.tone}"` : '';
      return `<td${tone}>${htmlText(cellText(cell))}</td>`;
    });
    yield `<tr>${cells.join('')}</tr>\n`;
  }
  yield '</tbody></table></main></body></html>\n';
}

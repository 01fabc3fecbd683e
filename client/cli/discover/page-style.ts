import type { Tone } from '../answer.js';
import { pageColours } from '../html.js';

/** CSS class on the page for each tone of a coverage; `dim` is for resources that can have no flow log. */
export const pageTones: Readonly<Record<Tone, string>> = { good: 'good', bad: 'bad', busy: 'doubt', dim: 'none' };

/** The look of the page: legible on a screen and on paper. */
export const coverageStyle = `${pageColours}
  body { margin: 0; font: 15px/1.5 system-ui, sans-serif; }
  main { max-width: 68rem; margin: 0 auto; padding: 2.5rem 1.25rem; }
  h1 { font-size: 1.7rem; margin: 0; } header p { margin: .2rem 0 1.4rem; color: var(--soft); } h2 { font-size: 1.1rem; margin: 2.2rem 0 .4rem; } h2 small { font-weight: 400; }
  code, td.number, time { font: 12px/1.6 ui-monospace, monospace; font-variant-numeric: tabular-nums; } code { overflow-wrap: anywhere; } small { color: var(--soft); }
  .verdict { border-left: .3rem solid; border-radius: .2rem; background: color-mix(in srgb, currentColor 8%, transparent); padding: .7rem 1rem; margin: 0 0 1.2rem; } .verdict strong { font-size: 1.25rem; }
  .good { color: var(--good); } .bad { color: var(--bad); } .doubt { color: var(--doubt); } .none { color: var(--soft); }
  .legend { display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; margin: 0; padding: 0; list-style: none; } .legend li::before { content: ''; display: inline-block; width: .7rem; height: .7rem; border-radius: .15rem; margin-right: .45rem; background: currentColor; } .legend span { color: CanvasText; }
  .scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; } th { text-align: left; font-weight: 500; color: var(--soft); } th, td { border-top: 1px solid var(--faint); padding: .3rem 1rem .3rem 0; vertical-align: middle; white-space: nowrap; } thead th { border: 0; }
  td:last-child, th:last-child { padding-right: 0; } td.number, th.number { text-align: right; } td.wide { width: 45%; min-width: 12rem; } td.text { white-space: normal; overflow-wrap: anywhere; min-width: 10rem; }
  .bar { display: flex; height: .85rem; border-radius: .2rem; overflow: hidden; background: var(--faint); gap: 1px; } .bar i { min-width: 2px; background: currentColor; }
  i.none { opacity: .35; } i.inherited, .legend .inherited::before { opacity: .5; } i.misconfigured, .legend .misconfigured::before { opacity: .6; } i.undelivered, .legend .undelivered::before { opacity: .6; }
  footer { margin-top: 2.5rem; border-top: 1px solid var(--faint); padding-top: .6rem; color: var(--soft); }
  @media print { main { max-width: none; padding: 0; } body { font-size: 12px; } tr { break-inside: avoid; } thead { display: table-header-group; } * { print-color-adjust: exact; } }`;

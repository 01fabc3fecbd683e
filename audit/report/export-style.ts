/** The look of the page: legible on a screen by day and night, and on paper, where details stay closed and sections stay together. */
export const exportStyle = `
  :root { color-scheme: light dark; --faint: color-mix(in srgb, currentColor 14%, transparent); --soft: color-mix(in srgb, currentColor 62%, transparent);
    --good: light-dark(#1a7f37, #4ac26b); --bad: light-dark(#c62828, #ff7b72); --doubt: light-dark(#9a6700, #d4a72c); }
  body { margin: 0; font: 15px/1.5 system-ui, sans-serif; }
  main { max-width: 64rem; margin: 0 auto; padding: 2.5rem 1.25rem; }
  h1 { font-size: 1.7rem; margin: 0; } header p { margin: .2rem 0 1.4rem; color: var(--soft); }
  code, pre, time { font: 12px/1.6 ui-monospace, monospace; font-variant-numeric: tabular-nums; } code { overflow-wrap: anywhere; } small { color: var(--soft); }
  .verdict { border-left: .3rem solid; border-radius: .2rem; background: color-mix(in srgb, currentColor 8%, transparent); padding: .7rem 1rem; margin: 0 0 1.2rem; }
  .good { color: var(--good); } .bad { color: var(--bad); } .doubt { color: var(--doubt); }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.2rem; margin: 0 0 1.6rem; } dt { color: var(--soft); } dd { margin: 0; }
  .sums { display: flex; flex-wrap: wrap; gap: 1.2rem 3rem; align-items: start; } caption { text-align: left; white-space: nowrap; font-weight: 600; padding-bottom: .2rem; }
  table { border-collapse: collapse; } td { border-top: 1px solid var(--faint); padding: .15rem 1.2rem .15rem 0; } td:last-child { text-align: right; padding-right: 0; }
  section { margin-top: 2rem; } h2 { font-size: 1.02rem; margin: 0; overflow-wrap: anywhere; } .run { margin: 0 0 .3rem; color: var(--soft); } .run span { white-space: nowrap; }
  ol { list-style: none; margin: 0; padding: 0; } li { border-top: 1px solid var(--faint); padding: .2rem 0; color: inherit; }
  summary { display: grid; grid-template-columns: .5rem 9.4rem 1fr; gap: .7rem; align-items: baseline; cursor: pointer; overflow-wrap: anywhere; }
  summary::-webkit-details-marker { display: none; } summary:hover span, details[open] summary span { text-decoration: underline dotted; text-underline-offset: .2rem; }
  summary::before { content: ''; width: .5rem; height: .5rem; border-radius: 50%; background: var(--faint); }
  .good summary::before { background: var(--good); } .bad summary::before { background: var(--bad); } .doubt summary::before { background: var(--doubt); }
  li.good, li.bad, li.doubt { color: inherit; } .end summary { font-weight: 600; } .end time { font-weight: 400; }
  time { color: var(--soft); } .hint { margin: 1.6rem 0 0; color: var(--soft); }
  pre { margin: .3rem 0 .6rem 11.3rem; padding: .6rem .8rem; white-space: pre-wrap; overflow-wrap: anywhere; border-radius: .3rem; background: color-mix(in srgb, currentColor 6%, transparent); }
  footer { margin-top: 2.5rem; border-top: 1px solid var(--faint); padding-top: .6rem; color: var(--soft); }
  @media (max-width: 40rem) { summary { grid-template-columns: .5rem 1fr; } summary span { grid-column: 2; } pre { margin-left: 1.2rem; } }
  @media print { .hint { display: none; } main { max-width: none; padding: 0; } body { font-size: 12px; } section { break-inside: avoid-page; } * { print-color-adjust: exact; } }`;

import { enableAll, vpcItems } from './bulk-run.js';
import { openLaboratory } from './laboratory.js';
const N = Number(process.argv[2] ?? 300);
const lab = await openLaboratory();
await lab.worker({ FLOWLOG_BUDGETS: `*=10`, FLOWLOG_BUDGET_SHARE: '0.95' });
await lab.cloud({ progression: { mode: 'time', activationMs: 5000, settleMs: 0 }, limits: { '*': 10 } });
const began = Date.now();
let r: unknown;
let e: unknown;
try {
  r = await enableAll(lab, vpcItems('p2', N));
} catch (x) {
  e = x;
}
const journal = lab.simulator.journal();
const per: Record<string, Record<number, number>> = {};
for (const c of journal) {
  const s = Math.floor(
    (Date.parse((c as never as { at: string }).at ?? (c as never as { time: string }).time) - began) / 1000,
  );
  (per[c.action] ??= {})[s] = ((per[c.action] ??= {})[s] ?? 0) + 1;
}
console.log(JSON.stringify(per));
const creates = journal.filter((c) => c.action === 'CreateFlowLog').map((c) => c.monotonicMs);
console.log('gaps', JSON.stringify(creates.slice(1).map((t, i) => Math.round(t - (creates[i] ?? 0)))));
console.log(
  e,
  (r as { wallMs: number; throttled: number } | undefined)?.wallMs,
  (r as { throttled: number } | undefined)?.throttled,
  Object.keys(journal[0] ?? {}),
);

const rep = (r as { report: { rows: string; bulk: string } }).report;
console.log(rep);
const rows: { target: { resource: { id: string } }; startedAt: string; endedAt: string }[] = [];
for await (const row of lab.flowLogs.bulks.rows(rep.rows.split(':').at(-1) ?? '')) rows.push(row as never);
const made = new Map(
  journal
    .filter((c) => c.action === 'CreateFlowLog')
    .map((c) => [String((c.params as never as { ResourceId: string }).ResourceId), Date.parse(c.time)]),
);
const out = rows
  .map((x) => {
    const c = made.get(x.target.resource.id) ?? 0;
    return {
      s: (Date.parse(x.startedAt) - began) / 1000,
      c: (c - began) / 1000,
      e: (Date.parse(x.endedAt) - began) / 1000,
    };
  })
  .toSorted((a, b) => a.c - b.c);
console.log(
  out
    .filter((_, i) => i % 10 === 0)
    .map(({ s, c, e }) => `${s.toFixed(1)} +${(c - s).toFixed(1)} +${(e - c).toFixed(1)}`)
    .join('\n'),
);
const kinds: Record<string, number> = {};
for (const c of journal)
  if (c.action === 'DescribeFlowLogs') {
    const k = Object.keys(c.params)
      .filter((n) => /FlowLogId|Tag|ResourceId/.test(n))
      .join('+');
    kinds[k] = (kinds[k] ?? 0) + 1;
  }
console.log(kinds);
await lab.close();
process.exit(0);

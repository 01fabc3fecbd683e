import type { Command } from 'commander';

/** Two command lines for each command, as its help shows them; without the word `flowlog`. */
export const examples: Readonly<Record<string, readonly [string, string]>> = {
  enable: [
    'enable vpc-1a2b --region cn-hangzhou --project netlogs --log-store flow --wait',
    'enable -f flow-logs.yaml --canary 10 --failure-budget 5% --wait',
  ],
  disable: ['disable vpc-1a2b --region cn-hangzhou --wait', 'disable -f flow-logs.yaml --expect 12 --reason "cutover"'],
  modify: [
    'modify vpc-1a2b --region cn-hangzhou --interval 60 --wait',
    'modify fl-1a2b --region cn-hangzhou --name core --dry-run',
  ],
  delete: [
    'delete vpc-1a2b --region cn-hangzhou --wait',
    'delete -f flow-logs.yaml --expect 12 --reason "no longer needed"',
  ],
  plan: ['plan -f flow-logs.yaml', 'plan vpc-1a2b --region cn-hangzhou --operation delete --detailed-exitcode'],
  status: ['status vpc-1a2b --region cn-hangzhou', 'status fl-1a2b --region cn-hangzhou --watch'],
  list: ['list --region cn-hangzhou', 'list --region cn-hangzhou --product vpc --format csv -o flow-logs.csv'],
  discover: [
    'discover --accounts all --format html -o coverage.html',
    'discover --tag env=prod --project netlogs --log-store flow --format manifest -o todo.yaml',
  ],
  operation: ['operation list --running', 'operation show vpc-1a2b --region cn-hangzhou'],
  'operation list': ['operation list --running', 'operation list --state failed --region cn-hangzhou --limit 20'],
  'operation show': [
    'operation show vpc-1a2b --region cn-hangzhou',
    'operation show flow-log/vpc/1000000000000001/cn-hangzhou/VPC/vpc-1a2b --watch',
  ],
  'operation wait': [
    'operation wait vpc-1a2b --region cn-hangzhou',
    'operation wait flow-log/vpc/1000000000000001/cn-hangzhou/VPC/vpc-1a2b --json',
  ],
  'operation cancel': [
    'operation cancel vpc-1a2b --region cn-hangzhou --wait',
    'operation cancel flow-log/vpc/1000000000000001/cn-hangzhou/VPC/vpc-1a2b',
  ],
  bulk: ['bulk list', 'bulk status enable-2026-01-31T080000Z-4f1c --watch'],
  'bulk list': ['bulk list', 'bulk list --limit 50 --format csv -o bulks.csv'],
  'bulk status': ['bulk status enable-2026-01-31T080000Z-4f1c', 'bulk status enable-2026-01-31T080000Z-4f1c --wait'],
  'bulk report': [
    'bulk report enable-2026-01-31T080000Z-4f1c',
    'bulk report enable-2026-01-31T080000Z-4f1c --format html -o report.html',
  ],
  'bulk pause': [
    'bulk pause enable-2026-01-31T080000Z-4f1c --reason "cutover"',
    'bulk pause enable-2026-01-31T080000Z-4f1c --requested-by network-team',
  ],
  'bulk resume': [
    'bulk resume enable-2026-01-31T080000Z-4f1c',
    'bulk resume enable-2026-01-31T080000Z-4f1c --reason "cutover is over"',
  ],
  'bulk approve': [
    'bulk approve enable-2026-01-31T080000Z-4f1c',
    'bulk approve enable-2026-01-31T080000Z-4f1c --reason "records arrive"',
  ],
  'bulk reject': [
    'bulk reject enable-2026-01-31T080000Z-4f1c',
    'bulk reject enable-2026-01-31T080000Z-4f1c --reason "wrong log store"',
  ],
  'bulk change': [
    'bulk change enable-2026-01-31T080000Z-4f1c --window 20',
    'bulk change enable-2026-01-31T080000Z-4f1c --failure-budget 5% --reason "the region is slow"',
  ],
  'bulk cancel': ['bulk cancel enable-2026-01-31T080000Z-4f1c', 'bulk cancel enable-2026-01-31T080000Z-4f1c --wait'],
  'bulk retry': [
    'bulk retry enable-2026-01-31T080000Z-4f1c --wait',
    'bulk retry enable-2026-01-31T080000Z-4f1c --bulk second-try --window 20',
  ],
  schedule: ['schedule list', 'schedule describe prod'],
  'schedule create': [
    'schedule create prod -f examples/standing-order.yaml --every 30m --reason "CIS 3.3"',
    'schedule create nightly -f flow-logs.yaml --cron "0 3 * * *" --time-zone Asia/Shanghai',
  ],
  'schedule update': ['schedule update prod --every 1h', 'schedule update prod -f flow-logs.yaml --max-changes 20'],
  'schedule list': ['schedule list', 'schedule list --json'],
  'schedule describe': ['schedule describe prod', 'schedule describe prod --json'],
  'schedule pause': ['schedule pause prod', 'schedule pause prod --note "until the cutover is over"'],
  'schedule resume': ['schedule resume prod', 'schedule resume prod --note "the cutover is over"'],
  'schedule trigger': ['schedule trigger prod', 'schedule trigger prod --wait'],
  'schedule backfill': [
    'schedule backfill prod --from 24h --to 1h',
    'schedule backfill prod --from 2026-01-31 --to 2026-02-01 --overlap buffer-one',
  ],
  'schedule delete': ['schedule delete prod', 'schedule delete prod --json'],
  audit: ['audit show vpc-1a2b', 'audit verify'],
  'audit show': ['audit show vpc-1a2b --region cn-hangzhou', 'audit show fl-1a2b --limit 5 --format csv -o story.csv'],
  'audit verify': ['audit verify', 'audit verify --anchors /var/lib/flowlog/anchors.log'],
  'audit anchor': ['audit anchor', 'audit anchor --json'],
  'audit export': [
    'audit export --format csv -o audit.csv',
    'audit export --format jsonl --since 2026-01-01 --until 2026-02-01 -o january.jsonl',
  ],
  doubt: ['doubt list', 'doubt resolve 4f1c2d3e --as not-done --reason "the console shows none"'],
  'doubt list': ['doubt list', 'doubt list --region cn-hangzhou --product vpc'],
  'doubt resolve': [
    'doubt resolve 4f1c2d3e --as done --reason "the console shows it"',
    'doubt resolve --region cn-hangzhou --as not-done --reason "the region was down"',
  ],
  ledger: ['ledger archive --before 2026-01-01 -o /var/archive/flowlog', 'ledger adopt-empty --reason "disk lost"'],
  'ledger archive': [
    'ledger archive --before 2026-01-01 -o /var/archive/flowlog',
    'ledger archive --before 720h --report-rows --reason "retention"',
  ],
  'ledger adopt-empty': [
    'ledger adopt-empty --reason "the disk is lost, and so is its backup"',
    'ledger adopt-empty --reason "disk lost" --requested-by network-team',
  ],
  freeze: ['freeze --reason "incident 42"', 'freeze --region cn-hangzhou --product vpc --reason "cutover"'],
  thaw: ['thaw --id 4f1c2d3e', 'thaw --region cn-hangzhou --product vpc --reason "cutover is over"'],
  accounts: ['accounts list', 'accounts test'],
  'accounts list': ['accounts list', 'accounts list --format csv -o accounts.csv'],
  'accounts test': ['accounts test', 'accounts test prod staging'],
  config: ['config set region cn-hangzhou', 'config list'],
  'config list': ['config list', 'config list --json'],
  'config set': ['config set region cn-hangzhou', 'config set account prod'],
  'config unset': ['config unset region', 'config unset account'],
  migrate: ['migrate', 'migrate --wait 2m'],
  doctor: ['doctor', 'doctor --json'],
  'ram-policy': ['ram-policy --product vpc cen', 'ram-policy --read-only --account prod'],
  completion: ['completion bash', 'completion fish'],
};

/** Adds its examples to the help of every command below the program. */
export function addExamples(command: Command, path: readonly string[] = []): void {
  for (const below of command.commands) {
    const names = [...path, below.name()];
    const lines = examples[names.join(' ')];
    if (lines) below.addHelpText('after', `\nExamples:\n${lines.map((line) => `  flowlog ${line}`).join('\n')}`);
    addExamples(below, names);
  }
}

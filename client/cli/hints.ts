import { flagWords } from './outline.js';

/** Words that people try, and what to type in their place: by the command they stand behind. */
const hintWords: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '': {
    adopt: 'enable <id> --adopt changes a foreign flow log; enable <id> --take-over makes it ours',
    'take-over': 'enable <id> --take-over',
    import: 'enable <id> --take-over; what is there, as a manifest: discover --format manifest -o FILE',
    rollback:
      'enable <id> --rollback deletes what it created where it fails; to undo one: delete <id>, or disable <id>',
    undo: 'delete <id>, or disable <id>; enable <id> --rollback undoes what fails',
    create: 'enable <id>',
    add: 'enable <id>',
    new: 'enable <id>',
    start: 'enable <id>; the service itself: npm start',
    on: 'enable <id>',
    activate: 'enable <id>',
    apply: 'enable -f <manifest>',
    run: 'enable -f <manifest>',
    stop: 'disable <id>; an operation: operation cancel <id>; a bulk: bulk cancel <bulk>',
    off: 'disable <id>',
    deactivate: 'disable <id>',
    update: 'modify <id>',
    edit: 'modify <id>',
    set: 'modify <id>; defaults of this command: config set',
    remove: 'delete <id>',
    rm: 'delete <id>',
    destroy: 'delete <id>',
    show: 'status <id>, operation show <id> or audit show <id>',
    get: 'status <id>, or list',
    describe: 'status <id>, or operation show <id>',
    inspect: 'status <id>',
    watch: 'status <id> --watch, or bulk status <bulk> --watch',
    ls: 'list',
    'dry-run': 'plan, or --dry-run behind enable, disable, modify, delete',
    preview: 'plan',
    diff: 'plan',
    validate: 'plan --validate',
    coverage: 'discover',
    scan: 'discover',
    find: 'discover',
    search: 'discover, or list',
    operations: 'operation list',
    bulks: 'bulk list',
    schedules: 'schedule list',
    jobs: 'operation list --running, or bulk list',
    job: 'operation list, or bulk list',
    tasks: 'operation list',
    cron: 'schedule create',
    wait: 'operation wait <id>, or bulk status <bulk> --wait',
    cancel: 'operation cancel <id>, or bulk cancel <bulk>',
    abort: 'operation cancel <id>, or bulk cancel <bulk>',
    retry: 'bulk retry <bulk>; of one target: the same command again',
    pause: 'bulk pause <bulk>, or schedule pause <name>',
    resume: 'bulk resume <bulk>, or schedule resume <name>',
    report: 'bulk report <bulk>',
    log: 'audit show <id>',
    logs: 'audit show <id>',
    history: 'audit show <id>',
    events: 'audit show <id>',
    verify: 'audit verify',
    export: 'audit export --format csv -o FILE',
    unfreeze: 'thaw',
    account: 'accounts list',
    login: "accounts test; the credentials are the worker's",
    configure: 'config set region <region>',
    check: 'doctor',
    health: 'doctor',
    ping: 'doctor',
    version: '--version',
  },
  bulk: {
    show: 'bulk status <bulk>, or bulk report <bulk> for its rows',
    describe: 'bulk status <bulk>',
    get: 'bulk status <bulk>',
    ls: 'bulk list',
    rows: 'bulk report <bulk>',
    export: 'bulk report <bulk> --format csv -o FILE',
    start: 'enable -f <manifest> --bulk <name>',
    create: 'enable -f <manifest> --bulk <name>',
    run: 'enable -f <manifest> --bulk <name>',
    wait: 'bulk status <bulk> --wait',
    watch: 'bulk status <bulk> --watch',
    stop: 'bulk cancel <bulk>',
    abort: 'bulk cancel <bulk>',
    delete: 'bulk cancel <bulk> ends it; its report stays',
    continue: 'bulk resume <bulk>',
    rollback: 'delete -f <manifest>; enable -f <manifest> --rollback undoes what fails',
  },
  operation: {
    status: 'operation show <id>',
    describe: 'operation show <id>',
    get: 'operation show <id>',
    ls: 'operation list',
    watch: 'operation show <id> --watch',
    stop: 'operation cancel <id>',
    abort: 'operation cancel <id>',
    delete: 'operation cancel <id>',
    retry: 'the same command again: it joins what runs, and does the rest',
  },
  schedule: {
    show: 'schedule describe <name>',
    status: 'schedule describe <name>',
    get: 'schedule describe <name>',
    ls: 'schedule list',
    add: 'schedule create <name>',
    run: 'schedule trigger <name>',
    start: 'schedule trigger <name> fires now; schedule resume <name> ends a pause',
    stop: 'schedule pause <name>',
    disable: 'schedule pause <name>',
    enable: 'schedule resume <name>',
    edit: 'schedule update <name>',
    set: 'schedule update <name>',
    remove: 'schedule delete <name>',
    rm: 'schedule delete <name>',
  },
  audit: {
    list: 'audit show <id>; everything: audit export --format csv',
    log: 'audit show <id>',
    get: 'audit show <id>',
    check: 'audit verify',
    download: 'audit export --format csv -o FILE',
  },
  doubt: { show: 'doubt list', settle: 'doubt resolve <intent>', get: 'doubt list', ls: 'doubt list' },
  accounts: { show: 'accounts list', ls: 'accounts list', check: 'accounts test', verify: 'accounts test' },
  config: { show: 'config list', get: 'config list', delete: 'config unset <name>', rm: 'config unset <name>' },
  ledger: { verify: 'audit verify', show: 'audit show <id>', export: 'audit export --format csv' },
};

/** Flags that were, or are elsewhere, and the flags that take their place. */
const flags: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '': {
    '--csv': '--format csv, with -o FILE for a file',
    '--html': '--format html -o FILE',
    '--yaml': '--format json',
    '--out': '-o FILE',
    '--out-file': '-o FILE',
    '--as-json': '--format json',
    '--yes': 'nothing is asked; the number of targets of a bulk is given by --expect',
    '--force': '--adopt or --take-over for foreign flow logs; nothing else is forced',
    '--dryrun': '--dry-run',
    '--log-project': '--project',
    '--logstore': '--log-store',
    '--traffic-type': '--traffic',
    '--traffic-path': '--path',
    '--aggregation-interval': '--interval',
    '--sampling-rate': '--sampling',
    '--tags': '--tag key=value, once for each',
    '--all-regions': 'discover --regions all',
    '--timeout': '--deadline',
    '--follow': '--watch, or --wait',
    '--account-id': '--account, which takes a name or a uid',
    '--flow-log-id': 'the id as an argument: flowlog status fl-1a2b',
  },
  discover: {
    '--manifest': '--format manifest, with -o FILE for a file',
    '--region': '--regions',
    '--account': '--accounts',
  },
};

const hintAt = (table: Readonly<Record<string, Readonly<Record<string, string>>>>, command: string, word: string) =>
  Object.hasOwn(table, command) && Object.hasOwn(table[command] ?? {}, word) ? table[command]?.[word] : undefined;

/** Flags of the whole command line that take a value. */
const globalFlags: readonly string[] = ['--address', '--namespace'];

/** Suggestions for a command line that was refused: what people mean by the word or flag that there is not. */
export function hintFor(message: string, argv: readonly string[]): string[] {
  const typed = flagWords(argv);
  const isValue = (at: number) => globalFlags.includes(typed[at - 1] ?? '');
  const command = typed.find((word, at) => !word.startsWith('-') && !isValue(at)) ?? '';
  const [, word] = /unknown command '([^']+)'/.exec(message) ?? [];
  const [, flag] = /unknown option '(-[^'=]+)/.exec(message) ?? [];
  if (/too many arguments for '(enable|disable|modify|delete|plan)'/.test(message))
    return ['one target a command: several stand in a manifest (-f flow-logs.yaml)'];
  const meant =
    word === undefined
      ? flag && (hintAt(flags, command, flag) ?? hintAt(flags, '', flag))
      : hintAt(hintWords, command === word ? '' : command, word);
  return meant ? [`${word ?? flag}: use ${meant}`] : [];
}

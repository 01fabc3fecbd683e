import { Command, CommanderError } from 'commander';
import type { Answer, Screen } from './answer.js';
import { addAuditCommands } from './audit/commands.js';
import { addFreezeCommands } from './audit/freeze.js';
import { addLedgerGroup } from './audit/ledger.js';
import { addMigrateCommand } from './audit/migrate.js';
import { addAccountCommands } from './commands/accounts.js';
import { addBulkGroup } from './commands/bulk.js';
import { addCompletionCommand } from './commands/completion.js';
import { addConfigCommands } from './commands/config.js';
import { addDiscoverCommand } from './commands/discover.js';
import { addDoctorCommand } from './commands/doctor.js';
import { addDoubtGroup } from './commands/doubt.js';
import { addListCommand } from './commands/list.js';
import { addOperationCommands } from './commands/operate.js';
import { addOperationGroup } from './commands/operation.js';
import { addPlanCommand } from './commands/plan.js';
import { addRamPolicyCommand } from './commands/ram-policy.js';
import { addScheduleGroup } from './commands/schedule.js';
import { addStatusCommand } from './commands/status.js';
import { complete } from './completion/answers.js';
import { COMPLETE } from './completion/scripts.js';
import { givenDefaults } from './defaults.js';
import { addExamples } from './examples.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { explain } from './explain.js';
import { hintFor } from './hints.js';
import { addVersion, flagWords } from './outline.js';
import { type Output, onScreen, outputOf } from './output.js';
import { refuseMisspeltRegions } from './region-check.js';
import type { Session } from './session.js';
import type { ServiceConnection, Surroundings } from './surroundings.js';
import { writeDocument, writeLine, writeText } from './terminal.js';
import { version } from './version.js';

const epilogue = `
Exit codes: 0 done, 1 an item failed, 2 wrong usage or input, 3 Temporal, database or cloud out of reach, 4 refused, 130 interrupted.

Examples:
  flowlog enable vpc-1a2b --region cn-hangzhou --project netlogs --log-store flow --wait
  flowlog enable -f flow-logs.yaml --wait
  flowlog status vpc-1a2b --region cn-hangzhou
  flowlog operation list --running
  flowlog audit show vpc-1a2b

Most commands take --format table|json|csv|html and -o FILE. \`flowlog <command> --help\` has examples of each.`;

/** Flags that tell the command where to look for Temporal. */
interface GlobalFlags {
  readonly address?: string;
  readonly namespace?: string;
}

/** The command line as commander knows it; each command hands its answer to the session. */
export function createProgram(session: Session): Command {
  const { stdout, stderr } = session.surroundings;
  const program = addVersion(new Command('flowlog'), version())
    .description('Alibaba Cloud flow logs that stay on: exactly one per target, on the record.')
    .option('--json', 'the same as --format json: one JSON document on stdout; progress and notes go to stderr')
    .option(
      '--address <host:port>',
      'Temporal (default: TEMPORAL_ADDRESS, else a running `npm start`, else localhost:7233)',
    )
    .option(
      '--namespace <name>',
      'namespace in it (default: TEMPORAL_NAMESPACE, else that of the running `npm start`, else default)',
    )
    .addHelpText('after', epilogue)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => writeText(stdout, text),
      writeErr: (text) => writeText(stderr, text),
      outputError: (text, write) => write(withHint(text, session.argv ?? [])),
    });
  addOperationCommands(program, session);
  addPlanCommand(program, session);
  addStatusCommand(program, session);
  addListCommand(program, session);
  addDiscoverCommand(program, session);
  addOperationGroup(program, session);
  addBulkGroup(program, session);
  addScheduleGroup(program, session);
  addAuditCommands(program, session);
  addDoubtGroup(program, session);
  addLedgerGroup(program, session);
  addFreezeCommands(program, session);
  addMigrateCommand(program, session);
  addAccountCommands(program, session);
  addDoctorCommand(program, session);
  addConfigCommands(program, session);
  addRamPolicyCommand(program, session);
  addCompletionCommand(program, session);
  addExamples(program);
  return program;
}

/** An error of the command line with what was meant, where we know it better than by likeness. */
function withHint(text: string, argv: readonly string[]): string {
  const hints = hintFor(text, argv);
  const says = hints.length > 0 ? text.replace(/\n\(Did you mean [^]*$/, '') : text;
  return `${[says.trimEnd(), ...hints].join('\n')}\n`;
}

/** `--json` counts wherever it stands, and also where the rest of the line is wrong. */
function wantsJson(argv: readonly string[]): boolean {
  const words = flagWords(argv);
  return words.some(
    (word, at) => word === '--json' || word === '--format=json' || (word === '--format' && words[at + 1] === 'json'),
  );
}

const screenOf = ({ env, stdout, stderr }: Surroundings, json: boolean): Screen => ({
  stdout,
  stderr,
  json,
  color: Boolean(stdout.isTTY) && !env['NO_COLOR'],
});

/** Says what went wrong: with `--json` on stdout as the document, else on stderr. */
function printError(error: unknown, { stdout, stderr, json }: Screen): ExitCode {
  const { document, lines, exitCode } = explain(error);
  if (json) writeDocument(stdout, document);
  else for (const line of lines) writeLine(stderr, line);
  return exitCode;
}

function afterCommander(
  { exitCode, message }: CommanderError,
  argv: readonly string[],
  { stdout, json }: Screen,
): ExitCode {
  if (exitCode === 0) return exitCodes.done;
  if (json) writeDocument(stdout, { error: 'UsageError', message: [message, ...hintFor(message, argv)].join('\n') });
  return exitCodes.usage;
}

/**
 * Runs one command line.
 * @param argv without node and script
 * @returns the exit code; never rejects
 */
export async function run(argv: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const screen = screenOf(surroundings, wantsJson(argv));
  const interrupt = new AbortController();
  const stopListening = surroundings.onInterrupt(() => interrupt.abort(new Error('interrupted')));
  let service: Promise<ServiceConnection> | undefined;
  let answer: Answer | undefined;
  let output: Output = onScreen(screen);
  const session: Session = {
    surroundings,
    argv,
    get screen() {
      return output.screen;
    },
    signal: interrupt.signal,
    accounts: async () => {
      const known = await surroundings.accounts();
      if (Object.keys(known).length === 0) await session.service();
      return known;
    },
    defaults: async () => {
      const { env, defaults: file } = surroundings;
      return Object.fromEntries((await givenDefaults(env, file)).map(({ name, value }) => [name, value]));
    },
    service: () => (service ??= surroundings.connect(program.opts<GlobalFlags>())),
    withLedger: async (use) => {
      const ledger = await surroundings.openLedger(program.opts<GlobalFlags>());
      try {
        return await use(ledger);
      } finally {
        await ledger.close();
      }
    },
    answer: (given) => (answer = given),
  };
  const program = createProgram(session);
  program.hook('preAction', async (_, command) => {
    refuseMisspeltRegions(command);
    output = await outputOf(command, screen, surroundings);
  });
  const interrupted = new Promise<never>((_, reject) =>
    interrupt.signal.addEventListener('abort', () => setTimeout(() => reject(new InterruptedError()), graceMs).unref()),
  );
  interrupted.catch(() => undefined);
  try {
    // Before commander sees it: what is being typed may be no command line yet.
    const [first, ...typed] = argv;
    const work =
      first === COMPLETE ? complete(program, typed.slice(1), session) : program.parseAsync(argv, { from: 'user' });
    await Promise.race([work, interrupted]);
    return answer ? await output.print(answer) : exitCodes.done;
  } catch (error) {
    await output.abandon();
    if (error instanceof InterruptedError) return exitCodes.interrupted;
    // Commander has said it on stderr already; a program that asked for JSON still gets its document.
    if (error instanceof CommanderError) return afterCommander(error, argv, screen);
    return printError(error, screen);
  } finally {
    stopListening();
  }
}

/** A command that waits says at Ctrl-C what goes on without it; one that does not answer is left after this time. */
const graceMs = 500;
class InterruptedError extends Error {}

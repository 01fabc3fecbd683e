import { parseArgs } from 'node:util';
import { StartProblem } from './problem.js';

/** Ports that can be given; those of the last start are taken for those that are not, or free ones. */
export interface Ports {
  readonly temporal?: number;
  readonly ui?: number;
  readonly database?: number;
  readonly simulator?: number;
}

/** Options of `npm start`. */
export interface StartOptions {
  /** Folder of everything that survives. Default `.flowlog` in the repository. */
  readonly folder: string;
  /** Empty the folder first. */
  readonly fresh: boolean;
  /** End when the job is done. */
  readonly once: boolean;
  /** The manifest to enable; undefined for none. */
  readonly manifest?: string;
  readonly ports: Ports;
}

/** The job that runs where no other is asked for. */
export const firstRunManifest = 'examples/first-run.yaml';

/** Output of `npm start -- --help`. */
export const usage = `npm start -- [options]
  --once                    end when the job is done: 0, or 1 if an item failed
  --fresh                   forget everything of earlier starts first
  -f, --file MANIFEST       enable this manifest instead of ${firstRunManifest}
  --no-job                  start everything, enable nothing
  --folder PATH             keep data here instead of .flowlog
  --temporal-port N  --ui-port N  --database-port N  --simulator-port N
                            instead of those of the last start, or free ones
Environment: what TEMPORAL_ADDRESS, DATABASE_URL or FLOWLOG_ENDPOINT name is used and not started;
TEMPORAL_CLI_PATH is the Temporal CLI to run.`;

const booleanOption = { type: 'boolean', default: false } as const;
const textOption = { type: 'string' } as const;
const startFlags = {
  ...{ once: booleanOption, fresh: booleanOption, 'no-job': booleanOption, help: { ...booleanOption, short: 'h' } },
  ...{ file: { ...textOption, short: 'f' }, folder: { ...textOption, default: '.flowlog' } },
  ...{ 'temporal-port': textOption, 'ui-port': textOption, 'database-port': textOption, 'simulator-port': textOption },
} as const;

/**
 * Reads the command line of `npm start`.
 * @returns the options, or `help` where only the usage is wanted
 * @throws Problem with the usage below what is wrong
 */
export function parseOptions(argv: readonly string[]): StartOptions | 'help' {
  const { values } = attempt(() =>
    parseArgs({ args: [...argv], options: startFlags, strict: true, allowPositionals: false }),
  );
  if (values.help) return 'help';
  if (values['no-job'] && values.file !== undefined) throw wrongUsage('--no-job and --file exclude each other.');
  const manifest = values['no-job'] ? undefined : (values.file ?? firstRunManifest);
  const port = (name: keyof Ports) => portOf(`--${name}-port`, values[`${name}-port`]);
  const given = (['temporal', 'ui', 'database', 'simulator'] as const).flatMap((name) => {
    const number = port(name);
    return number === undefined ? [] : [[name, number] as const];
  });
  const repeated = given.find(([, number], index) => given.findIndex(([, other]) => other === number) !== index);
  if (repeated) throw wrongUsage(`Port ${repeated[1]} is given twice.`);
  const { once, fresh, folder } = values;
  return { folder, fresh, once, ports: Object.fromEntries(given), ...(manifest !== undefined && { manifest }) };
}

function portOf(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > 65_535) {
    throw wrongUsage(`${option} ${JSON.stringify(value)} is no port: a whole number from 1 to 65535.`);
  }
  return number;
}

function attempt<Result>(parse: () => Result): Result {
  try {
    return parse();
  } catch (error) {
    throw wrongUsage((error as Error).message);
  }
}

const wrongUsage = (message: string) => new StartProblem(`${message}\n\n${usage}`, { exitCode: 2 });

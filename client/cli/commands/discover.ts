import type { Command } from 'commander';
import type { Selector } from '../../../cloud/discovery/selector.js';
import type { DiscoveredResource } from '../../../workflows/contract/bulk.js';
import { readManifest } from '../../manifest/manifest.js';
import { effectiveSelectors } from '../../manifest/selectors.js';
import type { Answer } from '../answer.js';
import { coveragesOf, type Coverages } from '../discover/coverage.js';
import { manifestOf } from '../discover/manifest-out.js';
import { coveragePage } from '../discover/page.js';
import { selectorsOf, type SelectionFlags } from '../discover/selection.js';
import { coverageAnswer, csvOf } from '../discover/table-out.js';
import { UsageError } from '../exit-codes.js';
import { listFlag, tagFlag } from '../flags.js';
import { writeOutput } from '../output.js';
import type { Session } from '../session.js';
import { writeLine } from '../terminal.js';

/** Destination of an output: a file, or stdout where the flag stands alone. */
type Output = string | true | undefined;

interface Flags extends SelectionFlags {
  readonly file?: string;
  readonly csv?: Output;
  readonly manifest?: Output;
  readonly html?: string;
}

/** The forms in which it can be written, beside the table. */
const forms: Readonly<Record<'csv' | 'manifest' | 'html', (found: Coverages) => AsyncIterable<string>>> = {
  csv: csvOf,
  manifest: manifestOf,
  html: coveragePage,
};
const formNames = Object.keys(forms) as readonly (keyof typeof forms)[];

async function selectorsFrom(flags: Flags, session: Session): Promise<readonly Selector[]> {
  const { surroundings } = session;
  const accounts = await session.accounts();
  const { file } = flags;
  if (file === undefined) return selectorsOf(flags, accounts);
  if (Object.keys(flags).some((name) => name !== 'file' && !Object.hasOwn(forms, name)))
    throw new UsageError('with -f the selectors are in the manifest; give one or the other');
  const text = await surroundings.readFile(file).catch((error: unknown) => {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  });
  const located = readManifest(file, text);
  const found = effectiveSelectors(located, undefined, { accounts, requestedBy: surroundings.userName });
  if (found.length === 0) throw new UsageError(`${file}: has no selectors`);
  return found.map(({ selector }) => selector);
}

async function discover(flags: Flags, session: Session): Promise<Answer | undefined> {
  const wanted = formNames.filter((form) => flags[form] !== undefined);
  const onStdout = wanted.filter((form) => flags[form] === true);
  if (onStdout.length > 0 && session.screen.json)
    throw new UsageError(`--${onStdout.join(' and --')} is no JSON document: give it a file, or leave --json`);
  if (onStdout.length > 1) throw new UsageError(`--${onStdout.join(' and --')} both write to stdout: give them files`);
  const selectors = await selectorsFrom(flags, session);
  refuseManifestWithoutDestination(flags, selectors);
  const { flowLogs } = await session.service();
  const discovered = await flowLogs.discover({ selectors }, session.signal);
  const resources: DiscoveredResource[] = [];
  for await (const resource of discovered) resources.push(resource);
  const accounts = await session.accounts();
  const found = coveragesOf(discovered.report, selectors, resources, accounts);
  const answer = coverageAnswer(found, Boolean(session.screen.stdout.isTTY));
  const written: string[] = [];
  for (const form of wanted) {
    const output = flags[form];
    const path = typeof output === 'string' ? output : undefined;
    await writeOutput(forms[form](found), path, session);
    if (path !== undefined) written.push(`written: ${path}`);
  }
  if (onStdout.length === 0) return { ...answer, notes: [...(answer.notes ?? []), ...written] };
  // The output is on stdout; notes go to stderr.
  for (const note of [...(answer.notes ?? []), ...written]) writeLine(session.screen.stderr, note);
  return { document: undefined, text: [], ...(answer.exitCode ? { exitCode: answer.exitCode } : {}) };
}

/** Told before anything is looked for. */
function refuseManifestWithoutDestination({ manifest }: Flags, selectors: readonly Selector[]): void {
  const lacks = selectors.some(
    ({ spec, specByAccount }) =>
      !(spec ?? specByAccount) ||
      [spec, ...Object.values(specByAccount ?? {})].some((each) => each && !each.destination),
  );
  if (manifest !== undefined && lacks)
    throw new UsageError('--manifest must say where records go: give --project and --log-store, or selectors by -f');
}

/** `discover`: what is covered by flow logs and what is not, over accounts and regions. */
export function addDiscoverCommand(program: Command, session: Session): void {
  program
    .command('discover')
    .description('what is covered by flow logs and what is not, over accounts and regions')
    .option('-f, --file <manifest>', 'the selectors of a manifest, in the place of flags')
    .option('--product <product>', 'only this product: vpc, cen or ecr')
    .option('--resource-type <types>', 'which resources, or all (default: VPC, TransitRouter, EcrVbr)', listFlag)
    .option('--accounts <names>', 'accounts by name or uid, or all (default: default)', listFlag)
    .option('--regions <regions>', 'regions, or all (default: all)', listFlag)
    .option('--id <ids>', 'only these resources', listFlag)
    .option('--name <glob>', 'only resources of this name, with * and ?')
    .option('--resource-group <id>', 'only resources of this group')
    .option('--tag <key=value>', 'only resources with this tag, * for any value; repeatable', tagFlag('--tag'))
    .option('--exclude-id <ids>', 'not these', listFlag)
    .option('--exclude-name <glob>', 'not those of this name')
    .option('--exclude-tag <key=value>', 'not those with this tag; repeatable', tagFlag('--exclude-tag'))
    .option(
      '--coverage <what>',
      'what counts as not covered: missing, inactive, undelivered, doubled, misconfigured (default: all)',
    )
    .option('--inherited', 'also what is covered only from above, by its VPC or vSwitch')
    .option('--project <name>', 'where records shall go: what goes elsewhere is misconfigured')
    .option('--log-store <name>', 'log store in it')
    .option('--csv [file]', 'every resource as CSV')
    .option('--manifest [file]', 'what is not covered as a manifest for `enable -f`')
    .option('--html <file>', 'one self-contained page')
    .action(async (flags: Flags) => {
      const answer = await discover(flags, session);
      if (answer) session.answer(answer);
    });
}

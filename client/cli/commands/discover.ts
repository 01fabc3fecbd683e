import type { Command } from 'commander';
import type { Selector } from '../../../cloud/discovery/selector.js';
import type { DiscoveredResource } from '../../../workflows/contract/bulk.js';
import { readWithMistakes } from '../../manifest/manifest.js';
import type { Answer } from '../answer.js';
import { itemsAndSelectors } from '../bulk/items-and-selectors.js';
import { coveragesOf } from '../discover/coverage.js';
import { manifestOf } from '../discover/manifest-out.js';
import { coveragePage } from '../discover/page.js';
import { selectorsOfFlags, type SelectionFlags } from '../discover/selection.js';
import { coverageAnswer, coverageCsv } from '../discover/table-out.js';
import { UsageError } from '../exit-codes.js';
import { listFlag, tagFlag } from '../flags.js';
import { addLimit } from '../limit.js';
import { readTextFile } from '../manifest-file.js';
import { addOutputFlags, rowFormats } from '../output.js';
import { addUnlistedRegion, tellsRegionsItself } from '../region-check.js';
import type { Session } from '../session.js';

interface DiscoverFlags extends SelectionFlags {
  readonly file?: string;
  readonly format?: string;
  readonly output?: string;
  readonly limit?: number;
}

/** Flags that do not select. */
const otherFlags: readonly string[] = ['file', 'format', 'output', 'limit', 'unlistedRegion', 'json'];

async function selectorsFrom(flags: DiscoverFlags, session: Session): Promise<readonly Selector[]> {
  const { surroundings } = session;
  const accounts = await session.accounts();
  const { file } = flags;
  if (file === undefined) return selectorsOfFlags(flags, accounts);
  if (Object.keys(flags).some((name) => !otherFlags.includes(name)))
    throw new UsageError('with -f the selectors are in the manifest; give one or the other');
  const text = await readTextFile(file, surroundings);
  const located = readWithMistakes(file, text);
  const asked = { accounts, requestedBy: surroundings.userName };
  const [, found] = itemsAndSelectors(located, undefined, asked, flags.unlistedRegion === true);
  if (found.length === 0) throw new UsageError(`${file}: has no selectors`);
  return found.map(({ selector }) => selector);
}

async function discoverCommand(flags: DiscoverFlags, session: Session): Promise<Answer> {
  const selectors = await selectorsFrom(flags, session);
  refuseManifestWithoutDestination(flags, selectors);
  const { flowLogs } = await session.service();
  const discovered = await flowLogs.discover({ selectors }, session.signal);
  const resources: DiscoveredResource[] = [];
  for await (const resource of discovered) resources.push(resource);
  const accounts = await session.accounts();
  const found = coveragesOf(discovered.report, selectors, resources, accounts);
  return {
    ...coverageAnswer(found, { stdout: session.screen.stdout, limit: flags.limit }),
    page: coveragePage(found),
    forms: { manifest: manifestOf(found), csv: coverageCsv(found) },
  };
}

/** Told before anything is looked for. */
function refuseManifestWithoutDestination({ format }: DiscoverFlags, selectors: readonly Selector[]): void {
  const lacks = selectors.some(
    ({ spec, specByAccount }) =>
      !(spec ?? specByAccount) ||
      [spec, ...Object.values(specByAccount ?? {})].some((each) => each && !each.destination),
  );
  if (format === 'manifest' && lacks)
    throw new UsageError(
      '--format manifest must say where records go: give --project and --log-store, or selectors by -f',
    );
}

/** `discover`: what is covered by flow logs and what is not, over accounts and regions. */
export function addDiscoverCommand(program: Command, session: Session): void {
  const command = program
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
    .option('--log-store <name>', 'log store in it');
  addOutputFlags(addLimit(tellsRegionsItself(addUnlistedRegion(command))), [...rowFormats, 'manifest']).action(
    async (flags: DiscoverFlags) => session.answer(await discoverCommand(flags, session)),
  );
}

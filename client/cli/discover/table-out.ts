import { omitUndefined } from '../../../cloud/omit-undefined.js';
import { coverages, type Coverage } from '../../../cloud/discovery/selector.js';
import { placeName } from '../../../cloud/target.js';
import { csvLine } from '../../../cloud/text.js';
import type { DiscoveredResource } from '../../../workflows/contract/bulk.js';
import { shortName } from '../../../workflows/contract/labels.js';
import type { Answer, Cell } from '../answer.js';
import { exitCodes } from '../exit-codes.js';
import { flawCounts, isFlawed } from '../flaws.js';
import { limited, moreThan } from '../limit.js';
import type { Sink } from '../surroundings.js';
import { counted, timeFor } from '../words.js';
import { coveredShare, coverageTones, percent, problemPlace, type Coverages, type Group } from './coverage.js';
import { flowLogsText } from './flow-logs-text.js';

function groupRow(
  { accountId, place, resourceType, counts, total }: Group,
  shown: readonly Coverage[],
  accountOf: Coverages['accountOf'],
): Cell[] {
  const count = (coverage: Coverage): Cell => ({ count: counts[coverage], tone: coverageTones[coverage] });
  return [accountOf(accountId), place, resourceType, String(total), ...shown.map(count), percent(coveredShare(counts))];
}

/** Uncovered resources shown on a terminal where no limit is given. */
const USUAL_LIMIT = 40;

const uncoveredHead = ['is', 'account', 'region', 'resource', 'name', 'flow logs'] as const;

const uncoveredRow = (resource: DiscoveredResource, accountOf: Coverages['accountOf']): Cell[] => {
  const { target, coverage, name = '' } = resource;
  return [
    { text: coverage, tone: coverageTones[coverage] },
    accountOf(target.accountId),
    placeName(target),
    shortName(target),
    name,
    flowLogsText(resource),
  ];
};

/** The sum by account, region and type, then what is not covered, then what could not be read; on a terminal without columns of nothing. */
export function coverageAnswer(
  found: Coverages,
  { stdout, limit = USUAL_LIMIT }: { readonly stdout: Sink; readonly limit?: number | undefined },
): Answer {
  const terminal = stdout.isTTY ?? false;
  const { report, resources, groups, uncovered, accountOf } = found;
  const failed = report.problems.filter(({ unsupported }) => !unsupported);
  const doubled = resources.filter(isFlawed).length;
  const leftOut = Object.entries(report.leftOut).map(([reason, count]) => `${count} ${reason}`);
  const listed = limited(uncovered, limit);
  const shown = coverages.filter((coverage) => !terminal || (report.byCoverage[coverage] ?? 0) > 0);
  return {
    document: { ...report, resources },
    table: {
      head: ['account', 'region', 'type', 'found', ...shown, 'share'],
      rows: groups.map((group) => groupRow(group, shown, accountOf)),
    },
    ...omitUndefined({
      second:
        uncovered.length > 0
          ? {
              head: uncoveredHead,
              rows: listed.map((resource) => uncoveredRow(resource, accountOf)),
            }
          : undefined,
    }),
    notes: [
      ...(terminal ? moreThan(listed.length, uncovered.length, 'resource to enable', 'resources to enable') : []),
      ...(terminal ? [] : ['every resource, one a line: --format csv']),
      `${report.found} found, ${percent(coveredShare(report.byCoverage))} covered, ${uncovered.length} to enable; ${counted(report.apiCalls, 'call')}, read at ${timeFor(stdout, report.readAt)}`,
      ...flawCounts(doubled),
      ...(leftOut.length > 0 ? [`left out: ${leftOut.join(', ')}`] : []),
      ...report.problems.map(
        (problem) =>
          `${problem.unsupported ? 'no flow logs there' : 'not read'}: ${problemPlace(problem, accountOf)}: ${problem.message}`,
      ),
      ...(report.moreProblems ? [`and ${counted(report.moreProblems, 'more place')} that could not be read`] : []),
    ],
    exitCode: failed.length > 0 || doubled > 0 ? exitCodes.failed : exitCodes.done,
  };
}

const columns = [
  'account',
  'accountId',
  'product',
  'region',
  'resourceType',
  'resource',
  'name',
  'coverage',
  'below',
  'flowLogIds',
  'resourceGroupId',
  'tags',
  'surplus',
] as const;

/** Every resource found, one a line. */
export async function* coverageCsv({ resources, accountOf }: Coverages): AsyncGenerator<string> {
  yield csvLine(columns);
  for (const resource of resources) {
    const { target, resourceType, name = '', coverage, below = '', surplus = [], ...rest } = resource;
    const { accountId, product } = target;
    const tags = Object.entries(rest.tags ?? {}).map(([key, value]) => `${key}=${value}`);
    const what = [accountOf(accountId), accountId, product, placeName(target), resourceType, shortName(target)];
    const how = [
      name,
      coverage,
      below,
      flowLogsText(resource),
      rest.resourceGroupId ?? '',
      tags.join(';'),
      surplus.join(' '),
    ];
    yield csvLine([...what, ...how]);
  }
}

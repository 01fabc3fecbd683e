import type { Coverage } from '../../../cloud/discovery/selector.js';
import { placeName } from '../../../cloud/target.js';
import { htmlText, numbered } from '../../../cloud/text.js';
import type { DiscoveredResource } from '../../../workflows/contract/bulk.js';
import { shortName } from '../../../workflows/contract/labels.js';
import { coveredShare, coverageTones, percent, problemPlace, type Coverages, type Group } from './coverage.js';
import { pageTones, coverageStyle } from './page-style.js';
import { flowLogsText } from './flow-logs-text.js';

const utcText = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;

/** Meaning of each coverage, in a few words. */
const meanings: Readonly<Record<Coverage, string>> = {
  covered: 'covered',
  inherited: 'covered from above',
  missing: 'no flow log',
  undelivered: 'records do not arrive',
  doubled: 'recorded more than once',
  inactive: 'flow log is off',
  misconfigured: 'not as wished',
  unsupported: 'no flow logs there',
};

/** In bars what is well comes first, then what is worst. */
const coverageOrder = Object.keys(meanings) as readonly Coverage[];

const coverageTone = (coverage: Coverage): string => pageTones[coverageTones[coverage]];

/**
 * One self-contained page: no script, nothing loaded from elsewhere, fit to be printed. First how much is covered, then a bar for each
 * account, region and type, then every resource that is not, then what could not be told.
 */
export async function* coveragePage(found: Coverages): AsyncGenerator<string> {
  const { uncovered, accountOf } = found;
  yield coverageOpening(found);
  yield* bars(found);
  if (uncovered.length > 0) {
    const head = ['', 'account', 'region', 'resource', 'name', 'flow logs']
      .map((title) => `<th>${title}</th>`)
      .join('');
    yield `<h2>Not covered <small>${uncovered.length}</small></h2>\n<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>\n`;
    for (const resource of uncovered) yield uncoveredHtmlRow(resource, accountOf);
    yield '</tbody></table></div>\n';
  }
  yield problems(found);
  yield leftOut(found);
  yield `<footer>Read at ${utcText(found.report.readAt)} with ${numbered(found.report.apiCalls, 'call')} that change nothing.</footer>\n</main></body></html>\n`;
}

function coverageOpening({ report }: Coverages): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Flow log coverage, ${htmlText(utcText(report.readAt))}</title><style>${coverageStyle}
</style></head><body><main>
<header><h1>Flow log coverage</h1>
<p>Which networks record their traffic, and which do not, at ${htmlText(utcText(report.readAt))}.</p></header>
${coverageVerdict(report)}
<ul class="legend">${coverageOrder
    .filter((coverage) => (report.byCoverage[coverage] ?? 0) > 0)
    .map(
      (coverage) =>
        `<li class="${coverageTone(coverage)} ${coverage}"><span>${report.byCoverage[coverage]} ${meanings[coverage]}</span></li>`,
    )
    .join('')}</ul>
`;
}

function coverageVerdict({ found, byCoverage, problems: all, moreProblems = 0 }: Coverages['report']): string {
  const unread = all.filter(({ unsupported }) => !unsupported).length + moreProblems;
  const share = coveredShare(byCoverage);
  const tone = share === 1 && unread === 0 ? 'good' : share === undefined || share < 0.9 ? 'bad' : 'doubt';
  const doubt = unread > 0 ? ` ${numbered(unread, 'place')} could not be read: what is there is unknown.` : '';
  return `<p class="verdict ${tone}"><strong>${percent(share)} covered</strong> of ${numbered(found, 'resource')} found.${doubt}</p>`;
}

function* bars({ groups, accountOf }: Coverages): Generator<string> {
  const byAccount = new Map<string, Group[]>();
  for (const group of groups) byAccount.set(group.accountId, [...(byAccount.get(group.accountId) ?? []), group]);
  for (const [accountId, own] of byAccount) {
    const name = accountOf(accountId);
    yield `<h2>${htmlText(name)}${name === accountId ? '' : ` <small><code>${htmlText(accountId)}</code></small>`}</h2>\n`;
    yield '<div class="scroll"><table><thead><tr><th>region</th><th>type</th><th></th><th class="number">covered</th><th class="number">of</th></tr></thead><tbody>\n';
    for (const { place, resourceType, counts, total } of own)
      yield `<tr><td>${htmlText(place)}</td><td>${htmlText(resourceType)}</td><td class="wide">${bar(counts, total)}</td><td class="number">${percent(coveredShare(counts))}</td><td class="number">${total}</td></tr>\n`;
    yield '</tbody></table></div>\n';
  }
}

function bar(counts: Group['counts'], total: number): string {
  const there = coverageOrder.filter((coverage) => counts[coverage] > 0);
  const told = there.map((coverage) => `${counts[coverage]} ${meanings[coverage]}`).join(', ');
  const parts = there.map(
    (coverage) =>
      `<i class="${coverageTone(coverage)} ${coverage}" style="width:${((100 * counts[coverage]) / total).toFixed(2)}%"></i>`,
  );
  return `<div class="bar" role="img" aria-label="${htmlText(told)}" title="${htmlText(told)}">${parts.join('')}</div>`;
}

function uncoveredHtmlRow(resource: DiscoveredResource, accountOf: Coverages['accountOf']): string {
  const { target, coverage, name = '' } = resource;
  return (
    `<tr><td class="${coverageTone(coverage)}">${meanings[coverage]}</td><td>${htmlText(accountOf(target.accountId))}</td><td>${htmlText(placeName(target))}</td>` +
    `<td><code>${htmlText(shortName(target))}</code></td><td class="text">${htmlText(name)}</td><td class="text"><code>${htmlText(flowLogsText(resource))}</code></td></tr>\n`
  );
}

function problems({ report, accountOf }: Coverages): string {
  if (report.problems.length === 0) return '';
  const rows = report.problems.map((problem) => {
    const said = problem.unsupported ? 'no flow logs there' : 'not read';
    return `<tr><td class="${problem.unsupported ? 'none' : 'bad'}">${said}</td><td>${htmlText(problemPlace(problem, accountOf))}</td><td><code>${htmlText(problem.code)}</code></td><td class="text">${htmlText(problem.message)}</td></tr>\n`;
  });
  const more = report.moreProblems ? `<p>And ${numbered(report.moreProblems, 'more place')}.</p>\n` : '';
  return `<h2>Places that could not be read</h2>\n<div class="scroll"><table><tbody>\n${rows.join('')}</tbody></table></div>\n${more}`;
}

/** Reasons for leaving out a resource that a selector reaches, in words. */
const omissionReasons: Readonly<Record<string, string>> = {
  'basic-router': 'Basic Edition routers, which have no flow logs, and what is attached to them',
  excluded: 'excluded by the selectors',
  'not-available': 'not settled: on the way or going away',
  'not-matching': 'not what the selectors ask for',
  'not-owned': "another account's, shared with this one",
  'service-managed': 'managed by other services of the cloud',
  'unusable-id': 'ids that no operation can name',
};

function leftOut({ report }: Coverages): string {
  const counts = Object.entries(report.leftOut);
  if (counts.length === 0) return '';
  const rows = counts.map(
    ([reason, count]) =>
      `<tr><td>${htmlText(omissionReasons[reason] ?? reason)}</td><td class="number">${count}</td></tr>\n`,
  );
  return `<h2>Left out</h2>\n<table><tbody>\n${rows.join('')}</tbody></table>\n`;
}

import { disagreements } from './agreement.js';
import { readFacts } from './facts.js';
import { replayProblems } from './replays.js';

/**
 * `npm run release -- --check`: whether version, releases, changelog, recorded histories and schemas agree.
 * Exit 0 where they do, 1 where they do not, 2 for another argument.
 */
async function main(args: readonly string[]): Promise<number> {
  if (args.length !== 1 || args[0] !== '--check') {
    console.error('usage: npm run release -- --check');
    return 2;
  }
  const facts = await readFacts();
  const problems = [...disagreements(facts), ...(await replayProblems(Object.keys(facts.histories)))];
  for (const problem of problems) console.error(problem);
  const lacking = facts.releases.filter(({ commit }) => facts.commits[commit] === 'missing');
  for (const { version, commit } of lacking)
    console.error(
      `Not compared: commit ${commit} of ${version} is not in this clone; git fetch --unshallow brings it.`,
    );
  const last = facts.releases[0]?.version ?? 'none';
  const counts = `${Object.keys(facts.histories).length} histories, ${Object.keys(facts.keptSchemas).length} schemas`;
  console.log(
    problems.length === 0
      ? `Version ${facts.version}, last release ${last}: package.json, package-lock.json, RELEASES.md, CHANGELOG.md, ${counts} agree.`
      : `Version ${facts.version}, last release ${last}: ${problems.length} disagreement${problems.length === 1 ? '' : 's'}.`,
  );
  return problems.length === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));

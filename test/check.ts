import { run, runTests, tallyLine } from './run.js';

/** `npm run check`: types, lint, format, unused code, spelling, copies, reading distance, messages, then the tests, unless `--without-tests`. Stops at the first that fails. */

const checks = [
  { name: 'types', script: 'node_modules/typescript/bin/tsc', args: ['--noEmit'], advice: 'the compiler says where' },
  {
    name: 'lint',
    script: 'node_modules/eslint/bin/eslint.js',
    args: ['.', '--max-warnings=0'],
    advice: 'see the rules in eslint.config.mjs',
  },
  {
    name: 'format',
    script: 'node_modules/prettier/bin/prettier.cjs',
    args: ['--check', '.', '--log-level=warn'],
    advice: 'npm run format',
  },
  {
    name: 'unused code',
    script: 'node_modules/knip/bin/knip.js',
    args: [],
    advice: 'remove it, or say in knip.jsonc who uses it',
  },
  {
    name: 'spelling',
    script: 'node_modules/cspell/bin.mjs',
    args: ['**/*.{ts,mjs,cjs,md,sql,yaml,jsonc}', '--no-progress', '--no-summary', '--quiet'],
    advice: 'correct it, or put a word that is right into tools/words.txt',
  },
  {
    name: 'copies',
    script: 'node_modules/jscpd/bin/jscpd',
    args: ['--config', '.jscpd.json'],
    advice: 'one of each: the limit is in .jscpd.json',
  },
  {
    name: 'reading distance',
    script: 'local/bootstrap.mjs',
    args: ['tools/reading-distance/main.ts'],
    advice: 'npm run reading -- --write, or fewer imports',
  },
  {
    name: 'messages',
    script: 'local/bootstrap.mjs',
    args: ['tools/messages/main.ts'],
    advice: 'npm run messages -- --write, and read what is new in the page',
  },
] as const;

const heading = (text: string) => console.log(`\n── ${text} ${'─'.repeat(Math.max(0, 76 - text.length))}`);

for (const { name, script, args, advice } of checks) {
  heading(name);
  const exitCode = await run(script, args);
  if (exitCode !== 0) {
    heading(`${name} FAILED: ${advice}`);
    console.log(tallyLine({ passed: 0, failed: 1, skipped: 0 }));
    process.exit(exitCode);
  }
}
const WITHOUT_TESTS = '--without-tests';
const args = process.argv.slice(2);
if (!args.includes(WITHOUT_TESTS)) {
  heading('tests');
  const result = await runTests(args);
  console.log(tallyLine(result));
  process.exitCode = result.exitCode;
}

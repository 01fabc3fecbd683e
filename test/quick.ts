import { runTests, tallyLine } from './run.js';

/**
 * `npm run test:quick`, between edits: every pure decision, the wire, the schemas, and a life of each product on a real Temporal server
 * and PostgreSQL. Tests that take long to search or to start are left to `npm test`.
 */

const parts = [
  'test/pure/',
  'test/cloud/',
  'test/client/input',
  'test/client/manifest',
  'test/client/request-hash',
  'test/client/schemas',
  'test/simulator/conformance',
  'test/simulator/golden',
  'test/simulator/signature',
  'test/service/enable.test.ts',
  'test/service/ledger.test.ts',
];

/** Whole searches, random worlds, recorded histories, and programs that are started many times. */
const leftOut = [
  'test/pure/law-two-model.test.ts',
  'test/pure/replay.test.ts',
  'test/pure/local-*.test.ts',
  'test/cloud/discovery-paging.test.ts',
  'test/cloud/discovery-survey.test.ts',
  'test/cloud/read-list.test.ts',
];

const result = await runTests([...parts, ...leftOut.flatMap((glob) => ['--exclude', glob]), ...process.argv.slice(2)]);
console.log(tallyLine(result));
process.exitCode = result.exitCode;

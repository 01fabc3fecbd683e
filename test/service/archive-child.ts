import { openAuditor } from '../../audit/index.js';

/** `archive-child.ts DATABASE_URL FOLDER BEFORE STEP`: archives, and ends itself by SIGKILL as soon as STEP is done. */
const [databaseUrl = '', folder = '', before = '', fatalStep = ''] = process.argv.slice(2);
const auditor = await openAuditor({ databaseUrl });
const report = await auditor.archive({
  before: new Date(before),
  folder,
  by: 'a test',
  most: 2,
  onStep: (step) => {
    if (step === fatalStep) process.kill(process.pid, 'SIGKILL');
  },
});
await auditor.close();
console.log(JSON.stringify(report));

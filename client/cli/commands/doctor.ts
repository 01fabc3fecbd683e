import type { Command } from 'commander';
import type { Check } from '../../../workflows/contract.js';
import type { QueueWorkers } from '../../workers.js';
import { explain } from '../explain.js';
import { exitCodes } from '../exit-codes.js';
import type { Session } from '../session.js';
import type { FlowLogsPort, Service } from '../surroundings.js';

const workerCheck = ({ taskQueue, kind, workers }: QueueWorkers): Check => ({
  name: `worker on ${taskQueue}`,
  ok: workers.length > 0,
  detail: workers.length > 0 ? workers.map(({ identity }) => identity).join(', ') : `nobody takes ${kind} tasks`,
  ...(workers.length > 0
    ? {}
    : { advice: 'Start one with `npm run worker`, against the same Temporal and namespace.' }),
});

/** A check that could not be made is a check that failed. */
async function made(name: string, check: () => Promise<readonly Check[]>): Promise<readonly Check[]> {
  try {
    return await check();
  } catch (error) {
    const [detail = '', ...advice] = explain(error).lines;
    return [{ name, ok: false, detail, ...(advice.length > 0 ? { advice: advice.join(' ') } : {}) }];
  }
}

async function checksOf(service: Service): Promise<readonly Check[]> {
  const flowLogs: FlowLogsPort = service.flowLogs;
  const temporal: Check = { name: 'Temporal', ok: true, detail: `${service.address}, namespace ${service.namespace}` };
  const workers = await made('workers', async () => (await flowLogs.workers()).map(workerCheck));
  if (!workers.some(({ ok }) => ok)) {
    const unseen: Check = {
      name: 'database and cloud',
      ok: false,
      detail: 'only a worker can look at them, and none is up',
    };
    return [temporal, ...workers, unseen];
  }
  const inside = await made('database and cloud', async () => (await flowLogs.diagnose()).checks);
  return [temporal, ...workers, ...inside];
}

/** `doctor`: whether Temporal, the workers, their database and the cloud can be reached, and what to do where not. */
export function addDoctorCommand(program: Command, session: Session): void {
  program
    .command('doctor')
    .description('can Temporal, the workers, their database and the cloud be reached?')
    .action(async () => {
      const checks = await checksOf(await session.service());
      const allWell = checks.every(({ ok }) => ok);
      session.answer({
        document: { ok: allWell, checks },
        table: {
          head: ['check', '', 'seen'],
          rows: checks.map(({ name, ok, detail }) => [
            name,
            ok ? { text: 'ok', tone: 'good' } : { text: 'NOT ok', tone: 'bad' },
            detail,
          ]),
        },
        notes: checks.flatMap(({ name, ok, advice }) => (!ok && advice ? [`${name}: ${advice}`] : [])),
        exitCode: allWell ? exitCodes.done : exitCodes.unreachable,
      });
    });
}

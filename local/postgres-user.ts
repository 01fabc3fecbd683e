import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Runs PostgreSQL's programs, which refuse to run as root. */
export interface PostgresUser {
  /** Owner of the data; undefined: the user of this process. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Puts what is needed before a program and its arguments. */
  command(
    program: string,
    args: readonly string[],
  ): { command: string; args: string[]; runAs?: { uid: number; gid: number } };
}

/**
 * Chooses the user of the database: our own, or `nobody` where we are root. A folder below one that only root may enter (`mktemp -d`, `/root`)
 * cannot be reached by `nobody`; there the programs keep, of all that root may do, only the right to pass closed folders.
 * @param paths must be reachable by that user
 */
export function postgresUser(paths: readonly string[]): PostgresUser {
  if (process.getuid?.() !== 0) return { command: (command, args) => ({ command, args: [...args] }) };
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  const owner = { uid: id('-u'), gid: id('-g') };
  const reachable = paths.every((path) => spawnSync('test', ['-x', path], owner).status === 0);
  if (reachable || !existsSync('/usr/bin/setpriv')) {
    return { owner, command: (command, args) => ({ command, args: [...args], runAs: owner }) };
  }
  const drop = [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups'];
  // The last one: without it access(2), by which initdb looks for its companions, leaves the right out of account.
  const keep = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--securebits=+no_setuid_fixup'];
  return {
    owner,
    command: (program, args) => ({ command: '/usr/bin/setpriv', args: [...drop, ...keep, program, ...args] }),
  };
}

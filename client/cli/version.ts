import { readFileSync } from 'node:fs';

/** Put in place of this name where the command is bundled, because `package.json` is elsewhere then. */
declare const BUNDLED_VERSION: string | undefined;

/** The version of this command, as `package.json` has it. */
export function version(): string {
  if (typeof BUNDLED_VERSION === 'string') return BUNDLED_VERSION;
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}

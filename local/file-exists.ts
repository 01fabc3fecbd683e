import { access } from 'node:fs/promises';

/** Tells whether there is something at this path that may be looked at. */
export const fileExists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** SQLSTATE `insufficient_privilege`: what the login may not do. */
export const NOT_PERMITTED = '42501';

/** Reason why the database cannot be used, and advice what to do about it. */
export interface DatabaseTrouble {
  readonly detail: string;
  readonly advice: string;
}

/** Advice by the beginning of the SQLSTATE. */
const byState: readonly (readonly [state: string, advice: string])[] = [
  ['28', 'Correct user and password in DATABASE_URL, or what pg_hba.conf lets in.'],
  ['3D', 'Create the database, or correct its name in DATABASE_URL.'],
  [NOT_PERMITTED, 'Give the role of DATABASE_URL the rights of flowlog_service.'],
  ['53', 'The server has no connections or memory left: give it more, or end what holds them.'],
  ['57P03', 'The server is starting: wait.'],
  ['25006', 'DATABASE_URL names a replica that cannot be written: name the primary.'],
];

/** Advice by the error code of the socket. */
const bySocket: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Start PostgreSQL, or correct host and port in DATABASE_URL.',
  ENOTFOUND: 'Correct the host in DATABASE_URL.',
  EAI_AGAIN: 'Correct the host in DATABASE_URL, or bring the name server back.',
};

/** The first error in a chain of causes that has a code; an AggregateError tells the first of its own. */
function firstCoded(error: unknown): { readonly code: string; readonly message: string } | undefined {
  for (let link = error, depth = 0; link instanceof Error && depth < 10; depth++) {
    if ('code' in link && typeof link.code === 'string') return { code: link.code, message: link.message || link.code };
    link = link instanceof AggregateError ? link.errors[0] : link.cause;
  }
  return undefined;
}

/** Tells a failed question to the database by its cause. */
export function databaseTrouble(error: unknown): DatabaseTrouble {
  const cause = firstCoded(error);
  const detail = cause?.message ?? (error instanceof Error ? error.message : String(error));
  const advice = cause && (bySocket[cause.code] ?? byState.find(([state]) => cause.code.startsWith(state))?.[1]);
  return { detail, advice: advice ?? 'Bring PostgreSQL back, or correct DATABASE_URL.' };
}

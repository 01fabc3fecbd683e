/** Steps of an archive, in order. It can end after each of them, and be done again. */
export const archiveSteps = [
  'chosen',
  'writing',
  'written',
  'synced',
  'named',
  'kept',
  'read back',
  'asked to remove',
  'removed',
] as const;

/** Hears of each step as soon as it is done. */
export type OnStep = (step: (typeof archiveSteps)[number]) => void;

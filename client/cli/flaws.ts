/**
 * Flaws of an operation that did not fail: more than one flow log of ours on a target, or a wish that no call can grant. Either makes the exit
 * code 1, and is one sentence that says what to do.
 */
export interface Flawed {
  /** Own flow logs beyond the one that counts. */
  readonly surplus?: readonly string[] | undefined;
  /** Fields asked for in which the flow log still differs. */
  readonly notApplied?: readonly string[] | undefined;
}

/** Tells whether there is any flaw. */
export const isFlawed = ({ surplus = [], notApplied = [] }: Flawed): boolean =>
  surplus.length > 0 || notApplied.length > 0;

/** The sentences about one target. */
export const flawsText = (name: string, { surplus = [], notApplied = [] }: Flawed): string[] => [
  ...(surplus.length > 0
    ? [
        `${name} has more than one flow log of ours: look at them with \`flowlog status\`, then delete ${surplus.join(', ')} by id, ` +
          'or enable again with --surplus remove',
      ]
    : []),
  ...(notApplied.length > 0
    ? [
        `${name} differs in ${notApplied.join(', ')}, which was not applied: no call changes it on a flow log that is there; ` +
          'delete it and enable it anew, or leave the field out',
      ]
    : []),
];

/** The same in few words, for a cell of a table. */
export const flawsBrief = ({ surplus = [], notApplied = [] }: Flawed): string[] => [
  ...(surplus.length > 0 ? [`surplus: ${surplus.join(' ')}`] : []),
  ...(notApplied.length > 0 ? [`not applied: ${notApplied.join(' ')}`] : []),
];

/** The sentences about many targets, of which so many are not right. */
export const flawCounts = (surplus = 0, notApplied = 0): string[] => [
  ...(surplus > 0
    ? [
        `${surplus} with more than one flow log of ours: delete the surplus by id, or enable them again with --surplus remove`,
      ]
    : []),
  ...(notApplied > 0
    ? [
        `${notApplied} with a field that was not applied: delete the flow log and enable it anew, or leave the field out`,
      ]
    : []),
];

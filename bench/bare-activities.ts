/** Activities that do nothing: what is measured with them is Temporal alone. */
export const bareActivities = {
  first: (): Promise<void> => Promise.resolve(),
  second: (): Promise<void> => Promise.resolve(),
  third: (): Promise<void> => Promise.resolve(),
};

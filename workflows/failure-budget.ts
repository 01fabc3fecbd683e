/** `5%`, `2.5%`; a number of failures is a number. */
export const failureSharePattern = /^(100|\d{1,2}(\.\d{1,2})?)%$/;

/**
 * How many of `total` targets may fail before nothing new starts: a number, or a percentage of all, rounded down. Absent: any number.
 * One failure more than this stops the bulk.
 */
export function allowedFailures(budget: number | string | undefined, total: number): number {
  if (budget === undefined) return Infinity;
  const text = String(budget);
  return text.endsWith('%') ? Math.floor((Number(text.slice(0, -1)) / 100) * total) : Number(text);
}

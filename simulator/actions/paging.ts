import type { Refusal } from '../wire/refusal.js';
import type { Call } from './action.js';

/** Errors that a page of a list can have, as pages of a cloud have them while other programs add and remove rows. */
export const lies = [
  /** `TotalCount` is one too many. */
  'total-high',
  /** `TotalCount` is one too few. */
  'total-low',
  /** Every page but the first begins with the last row of the one before: as if a row had come in front of it. */
  'repeat',
  /** Every page but the first begins one row late: as if a row before it had gone. */
  'skip',
  /** The list does not get on: the first page again whatever page is asked for, the token that was sent again as the next one. */
  'stuck',
] as const;
export type Lie = (typeof lies)[number];

/** A page cut by number. */
export interface NumberedPage<Row> {
  readonly page: readonly Row[];
  readonly number: number;
  readonly size: number;
  readonly total: number;
}

/** A page cut by token. */
export interface TokenPage<Row> {
  readonly page: readonly Row[];
  /** Empty at the end. */
  readonly nextToken: string;
  readonly total: number;
}

/** Rules of a list by token. */
export interface TokenRules<Row> {
  readonly size: number;
  /**
   * Sort key that rises from row to row and stays with its row. A token names the last row shown, so that rows that come and go in between
   * make no other row appear twice or not at all.
   */
  readonly placeOf: (row: Row) => number | string;
  readonly wrongToken: () => Refusal;
}

/** Cuts the page that `PageNumber` and `PageSize` ask for. */
export function numberedPage<Row>(call: Call, all: readonly Row[], defaultSize: number): NumberedPage<Row> {
  const number = call.args.integer('PageNumber') ?? 1;
  const size = call.args.integer('PageSize') ?? defaultSize;
  const isStuck = number > 1 && tells(call, 'stuck');
  const from = isStuck ? 0 : (number - 1) * size;
  return { page: cutPage(call, all, from, size), number, size, total: totalOf(call, all.length) };
}

/**
 * Cuts the page after `NextToken`.
 * @throws what `wrongToken` makes, for a token that was not given out.
 */
export function tokenPage<Row>(call: Call, all: readonly Row[], rules: TokenRules<Row>): TokenPage<Row> {
  const { size, placeOf } = rules;
  const token = call.args.text('NextToken') ?? '';
  const after = placeIn(token, rules.wrongToken);
  const first = after === '' ? 0 : all.findIndex((row) => isAfter(placeOf(row), after));
  const from = first < 0 ? all.length : first;
  const last = all[from + size - 1];
  const nextToken = last && from + size < all.length ? tokenAfter(placeOf(last)) : '';
  return {
    page: cutPage(call, all, from, size),
    nextToken: token !== '' && tells(call, 'stuck') ? token : nextToken,
    total: totalOf(call, all.length),
  };
}

const shifts: Readonly<Partial<Record<Lie, number>>> = { repeat: -1, skip: 1 };

function cutPage<Row>(call: Call, all: readonly Row[], from: number, size: number): readonly Row[] {
  const shift = (from > 0 && from < all.length && call.lie && shifts[call.lie.about]) || 0;
  if (shift !== 0) call.lie?.told();
  return all.slice(from + shift, from + shift + size);
}

function totalOf(call: Call, total: number): number {
  if (tells(call, 'total-high')) return total + 1;
  return total > 0 && tells(call, 'total-low') ? total - 1 : total;
}

function tells({ lie }: Call, about: Lie): boolean {
  if (lie?.about !== about) return false;
  lie.told();
  return true;
}

const isAfter = (place: number | string, after: string): boolean =>
  typeof place === 'number' ? place > Number(after) : place > after;

const tokenAfter = (place: number | string): string => Buffer.from(`after:${place}`).toString('base64url');

function placeIn(token: string, wrongToken: () => Refusal): string {
  if (token === '') return '';
  const [, place] = /^after:([\w-]{1,64})$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  if (place === undefined) throw wrongToken();
  return place;
}

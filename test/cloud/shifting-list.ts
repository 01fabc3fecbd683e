import { createHash } from 'node:crypto';
import type { CloudAnswer, CloudClient, CloudRequest } from '../../cloud/call/port.js';
import { ownerTags } from '../../cloud/ownership.js';
import type { ResourceTarget } from '../../cloud/flow-log.js';

/**
 * A list of VPC or ECR flow logs that another program changes between any two pages, each page as old as it likes up to the list lag, in
 * an order of its own: an imitation of the cloud's lists that shares nothing with the simulator. Its time moves with calls and pauses.
 */

export const owner = 'us';
export const orders = ['oldest first', 'newest first', 'by id', 'random', 'changing'] as const;
export type Order = (typeof orders)[number];

/** Draws the random numbers of one world. */
export type Draw = (below: number) => number;

export interface ShiftingList {
  readonly product: 'vpc' | 'ecr';
  readonly order: Order;
  readonly filters: 'exact' | 'prefix';
  /** In ticks; a page is as old as this, or anything up to it. */
  readonly lag: number;
  readonly perPageLag: boolean;
  /** Writes of the other program between two pages, in a hundred. */
  readonly writesPerHundred: number;
  /** It writes once, at the first call, and never again. */
  readonly writesOnce: boolean;
  /** Others' flow logs at the start. */
  readonly foreign: number;
  /** Our own at the start beside the one that is looked for. */
  readonly own: number;
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly ordinal: number;
  readonly from: number;
  to: number;
}

const PAGE = 50;

export const targetOf = (product: 'vpc' | 'ecr', name: string): ResourceTarget =>
  product === 'vpc'
    ? { product, accountId: '1', region: 'cn-hangzhou', resource: { type: 'VPC', id: name } }
    : { product, accountId: '1', resource: { ecrId: 'ecr-1', instanceId: name } };

/** The resource looked for: there from the start, and never touched. */
export const ours = 'vpc-1';
/** The same of another program. */
export const theirs = 'vpc-theirs';

export function shiftingList(world: ShiftingList, draw: Draw) {
  const rows: Row[] = [];
  let now = world.lag + 1;
  const digest = (...parts: readonly (string | number)[]) => createHash('sha1').update(parts.join(' ')).digest('hex');
  const add = (name: string, tags: Row['tags'], from: number) => {
    const ordinal = rows.length + 1;
    rows.push({ id: `fl-${digest(ordinal, draw(1_000))}`, name, tags, ordinal, from, to: Infinity });
  };
  const own = (name: string) => ownerTags(owner, targetOf(world.product, name));
  const fixed = Math.floor((world.foreign * draw(100)) / 100);
  for (let index = 0; index <= world.foreign; index++) {
    if (index === fixed) {
      add(ours, own(ours), 0);
      add(theirs, {}, 0);
    }
    if (index < world.foreign) add(`vpc-1${index}`, {}, 0);
    if (index < world.own) add(`vpc-own${index}`, own(`vpc-own${index}`), 0);
  }
  /** Another program: it replaces, removes and adds what is its own. */
  const write = () => {
    if (world.writesOnce ? calls !== 1 : draw(100) >= world.writesPerHundred) return;
    // Mostly it replaces: then the number of rows tells nothing.
    const removes = draw(12);
    const adds = draw(10) < 8 ? removes : draw(12);
    const standing = rows.filter(
      ({ tags, name, to }) => to === Infinity && name !== theirs && !('flowlog:owner' in tags),
    );
    for (let count = 0; count < removes && standing.length > 0; count++)
      standing.splice(draw(standing.length), 1).forEach((row) => (row.to = now));
    for (let count = 0; count < adds; count++) add(`vpc-1new${rows.length}`, {}, now);
  };
  const place = (row: Row, call: number): string =>
    ({
      'oldest first': () => String(row.ordinal).padStart(9, '0'),
      'newest first': () => String(1e9 - row.ordinal).padStart(10, '0'),
      'by id': () => row.id,
      random: () => digest('random', row.id),
      changing: () => digest('changing', call, row.id),
    })[world.order]();
  let calls = 0;
  const fits = (value: string, wanted: unknown) =>
    wanted === undefined || (world.filters === 'prefix' ? value.startsWith(String(wanted)) : value === wanted);
  const answer = ({ params }: CloudRequest): Record<string, unknown> => {
    const call = calls++;
    // Time passes between two calls, and in it the other program writes.
    now += 1;
    write();
    now += 1;
    const at = now - (world.perPageLag ? draw(world.lag + 1) : world.lag);
    const [tag] = (params.Tags ?? params.Tag ?? []) as { Key: string; Value: string }[];
    const listed = rows
      .filter(({ from, to }) => from <= at && at < to)
      .filter(
        ({ id, name, tags }) =>
          fits(name, params.ResourceId ?? params.InstanceId) &&
          fits(id, params.FlowLogId) &&
          (!tag || tags[tag.Key] === tag.Value),
      )
      .map((row) => ({ row, place: place(row, call) }))
      .sort((one, other) => (one.place < other.place ? -1 : 1));
    const shown = (part: typeof listed) =>
      part.map(({ row: { id, name, tags } }) => ({
        FlowLogId: id,
        Status: 'Active',
        ...(world.product === 'vpc' ? { ResourceType: 'VPC', ResourceId: name } : { EcrId: 'ecr-1', InstanceId: name }),
        Tags: world.product === 'vpc' ? { Tag: pairs(tags) } : pairs(tags),
      }));
    const TotalCount = listed.length;
    if (world.product === 'vpc') {
      const number = Number(params.PageNumber ?? 1);
      const part = listed.slice((number - 1) * PAGE, number * PAGE);
      return {
        TotalCount: String(TotalCount),
        PageNumber: String(number),
        PageSize: String(PAGE),
        FlowLogs: { FlowLog: shown(part) },
      };
    }
    const size = Number(params.MaxResults ?? PAGE);
    const after = String(params.NextToken ?? '');
    const rest = listed.filter((each) => after === '' || each.place > after);
    const NextToken = rest.length > size ? (rest[size - 1]?.place ?? '') : '';
    return { TotalCount, NextToken, FlowLogs: shown(rest.slice(0, size)) };
  };
  const cloud: CloudClient = {
    call: async (request) => ({ body: answer(request), requestId: 'r', httpStatus: 200 }) as unknown as CloudAnswer,
  };
  /** One list lag passes, and the other program goes on meanwhile. */
  const pause = async () => {
    for (let tick = 0; tick <= world.lag; tick++) {
      now += 1;
      if (draw(10) === 0) write();
    }
  };
  return { cloud, pause, calls: () => calls };
}

const pairs = (tags: Row['tags']) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

import { defaultAccount } from '../../../simulator/index.js';

const { uid } = defaultAccount;

/** Arguments, signals and payloads that no type of ours describes, as clumsy callers and callers in other languages send them. */

const spec = { destination: { project: 'netlogs', logStore: 'flow' } };
const target = { product: 'vpc', accountId: uid, region: 'cn-hangzhou', resource: { type: 'VPC', id: 'vpc-caller' } };
const good = { target, spec, requestedBy: 'someone' };

const keys = (count: number, width = 4): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${'k'.repeat(width)}${index}`, index]));
const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const bulk = (items: readonly unknown[]) => ({ operation: 'enable', items, requestedBy: 'someone' });
const times = <Value>(count: number, value: Value): Value[] => Array.from({ length: count }, () => value);

/** A workflow type and its arguments, as the SDK sends them. Each is to be refused. */
export interface WrongCall {
  readonly reason: string;
  readonly type: string;
  readonly args: readonly unknown[];
}

const wrong = (reason: string, type: string, ...args: readonly unknown[]): WrongCall => ({ reason, type, args });

export const wrongCalls: readonly WrongCall[] = [
  wrong('500 unknown keys', 'enableFlowLog', { ...good, ...keys(500) }),
  wrong('3,000 long unknown keys', 'enableFlowLog', { ...good, ...keys(3_000, 50) }),
  wrong('one unknown key of 100,000 characters', 'enableFlowLog', { ...good, ['k'.repeat(100_000)]: 1 }),
  wrong('the JSON as bytes', 'enableFlowLog', bytes(good)),
  wrong('a bulk as bytes', 'bulkFlowLogs', bytes(bulk(times(20, { target, spec })))),
  wrong(
    '500 items with six wrong fields each',
    'bulkFlowLogs',
    bulk(times(500, { target, spec: { ...spec, ...keys(6) } })),
  ),
  wrong('an item that is null', 'bulkFlowLogs', bulk([null])),
  wrong('a manifest that is null', 'storeManifest', null),
  wrong('a page of a manifest whose items are null', 'storeManifest', {
    sha256: 'x',
    page: 0,
    operation: 'enable',
    items: null,
  }),
  wrong('rows that are null', 'readRows', null),
  wrong('rows after a word', 'readRows', { rows: 'bulk:x', after: 'abc' }),
  wrong('bulks to inspect that are a number', 'inspectBulks', 7),
  wrong('doubts of a product that there is not', 'listDoubts', { product: 'rds' }),
  wrong('a doubt settled as nothing that there is', 'resolveDoubts', {
    intentId: '3f2a9c1e',
    as: 'maybe',
    requestedBy: 'someone',
    reason: 'x',
  }),
  wrong('doubts settled nowhere', 'resolveDoubts', { as: 'done', requestedBy: 'someone', reason: 'x' }),
  wrong('doubts settled without a reason', 'resolveDoubts', { everything: true, as: 'done', requestedBy: 'someone' }),
  wrong('an inspection that is null', 'inspectFlowLogs', null),
  wrong('a product that there is not', 'inspectFlowLogs', { accountId: uid, product: 'rds', region: 'cn-hangzhou' }),
  wrong("an inspection of another account's target", 'inspectFlowLogs', { accountId: '42', target }),
  wrong('an inspection of a target that is none', 'inspectFlowLogs', { accountId: uid, target: { product: 'vpc' } }),
  wrong('bulks older than a number', 'inspectBulks', { after: 7 }),
  wrong('a discovery of null', 'discoverFlowLogs', { selectors: [null] }),
  wrong('a plan of null', 'planFlowLogs', { operation: 'enable', items: [null], requestedBy: 'someone' }),
  wrong('a diagnosis of something', 'diagnose', { everything: true }),
  wrong('a page of a bulk by itself', 'bulkPage', null),
  wrong('NUL', 'enableFlowLog', { ...good, requestedBy: 'a\u0000b' }),
  wrong('an escape sequence', 'deleteFlowLog', { target, requestedBy: 'a\u001b]0;owned\u0007b' }),
  wrong('half a surrogate', 'enableFlowLog', { ...good, spec: { ...spec, tags: { k: '\ud800' } } }),
  wrong('half a surrogate in a key', 'enableFlowLog', { ...good, spec: { ...spec, tags: { '\ud800': 'v' } } }),
  wrong('a second argument', 'enableFlowLog', good, 'junk'),
  wrong('no argument', 'enableFlowLog'),
  wrong('a hundred arguments', 'disableFlowLog', ...times(100, good)),
  wrong('a key __proto__', 'modifyFlowLog', JSON.parse('{"__proto__":{"target":1}}')),
  wrong('a list', 'enableFlowLog', [good]),
  wrong('a word', 'bulkFlowLogs', 'enable'),
  wrong('a type that every object has', 'constructor', good),
  wrong('a type that every object has, as a method', 'toString', good),
];

/** `{"a":{"a":…}}`, as text: no serializer of ours goes so deep. */
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const lists = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** A payload made by hand. */
export interface RawCall {
  readonly reason: string;
  readonly type: string;
  readonly encoding?: string;
  readonly data?: string | Uint8Array;
  /** Beside the argument, as JSON: nothing of ours reads it, but the worker does. */
  readonly memo?: string;
}

/** Largest payload that Temporal lets through, in bytes: 2 MiB less the frame around it. */
const LARGEST = 2 * 1_024 * 1_024 - 4_096;

export const rawCalls: readonly RawCall[] = [
  { reason: 'an encoding that nobody knows', type: 'enableFlowLog', encoding: 'binary/xyz', data: '00' },
  { reason: 'json/plain that is no JSON', type: 'enableFlowLog', encoding: 'json/plain', data: '{"target":' },
  { reason: 'json/plain without data', type: 'enableFlowLog', encoding: 'json/plain' },
  {
    reason: 'json/plain that is no UTF-8',
    type: 'enableFlowLog',
    encoding: 'json/plain',
    data: Buffer.from([0x22, 0xff, 0x22]),
  },
  { reason: 'no encoding at all', type: 'bulkFlowLogs', data: '{}' },
  { reason: 'protobuf', type: 'planFlowLogs', encoding: 'json/protobuf', data: '{}' },
  { reason: 'a type that there is not', type: 'noSuchWorkflow', encoding: 'json/plain', data: '{}' },
  { reason: 'a reserved type', type: '__temporal_thing', encoding: 'json/plain', data: '{}' },
  { reason: 'nested 10,000 deep', type: 'enableFlowLog', encoding: 'json/plain', data: nested(10_000) },
  { reason: 'lists nested 10,000 deep', type: 'bulkFlowLogs', encoding: 'json/plain', data: lists(10_000) },
  { reason: 'a memo nested 2,000 deep', type: 'enableFlowLog', encoding: 'json/plain', data: '1', memo: nested(2_000) },
  { reason: 'a memo nested 8,000 deep', type: 'planFlowLogs', encoding: 'json/plain', data: '1', memo: nested(8_000) },
  { reason: 'a memo nested 20,000 deep', type: 'diagnose', encoding: 'json/plain', data: '1', memo: lists(20_000) },
  { reason: 'the deepest that fits', type: 'discoverFlowLogs', encoding: 'json/plain', data: nested(LARGEST / 6 - 10) },
  { reason: 'the largest bytes', type: 'bulkFlowLogs', encoding: 'binary/plain', data: new Uint8Array(LARGEST) },
  { reason: 'the largest null', type: 'deleteFlowLog', encoding: 'binary/null', data: new Uint8Array(LARGEST) },
  {
    reason: 'the longest list',
    type: 'planFlowLogs',
    encoding: 'json/plain',
    data: `[${'1,'.repeat(LARGEST / 2 - 2)}1]`,
  },
  {
    reason: 'the longest list of objects',
    type: 'bulkFlowLogs',
    encoding: 'json/plain',
    data: `{"operation":"enable","requestedBy":"x","items":[${'{},'.repeat(LARGEST / 3 - 40)}{}]}`,
  },
  {
    reason: 'the longest text',
    type: 'enableFlowLog',
    encoding: 'json/plain',
    data: JSON.stringify('x'.repeat(LARGEST - 10)),
  },
  {
    reason: 'the longest text as a field',
    type: 'enableFlowLog',
    encoding: 'json/plain',
    data: JSON.stringify({ ...good, reason: 'x'.repeat(LARGEST - 400) }),
  },
  { reason: 'the most keys', type: 'enableFlowLog', encoding: 'json/plain', data: JSON.stringify(keys(90_000)) },
  { reason: 'the largest of an unknown encoding', type: 'readRows', encoding: 'zip', data: new Uint8Array(LARGEST) },
];

/** Signals to a running operation (`join`) or a running bulk, each wrong: ignored, and counted. */
export const wrongSignals: readonly { readonly signal: string; readonly args: readonly unknown[] }[] = [
  { signal: 'bulkPageFailures', args: [null] },
  { signal: 'bulkPageControl', args: [null] },
  { signal: 'pauseBulk', args: [null] },
  { signal: 'resumeBulk', args: [{ zzz: 1 }] },
  { signal: 'approveBulk', args: [] },
  { signal: 'rejectBulk', args: [{ requestedBy: 'a\u0000b' }] },
  { signal: 'join', args: [null] },
  { signal: 'join', args: [{ requestedBy: 5 }] },
  { signal: 'noSuchSignal', args: [{ requestedBy: 'someone' }] },
  { signal: '__temporal_signal', args: [1] },
];

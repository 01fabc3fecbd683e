import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Operation, OperationInput } from '../../workflows/contract/operation.js';
import { parseOperationInput } from '../../workflows/contract/input.js';
import { canonicalRequestJson, requestHash } from '../../workflows/contract/request-hash.js';
import { altered, leastInput } from './fixtures/requests.js';

const hashOf = (operation: Operation, raw: unknown): string => {
  const parsed = parseOperationInput(operation, raw);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return requestHash(operation, parsed.input);
};
const least = leastInput('enable', 'vpc');

const shuffled = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([name, field]) => [name, shuffled(field)]),
      )
    : value;

describe('the hash by which two callers know that they ask for the same', () => {
  it('is the one written down for callers in other languages', () => {
    // SHA-256 of {"options":{"adopt":false,"onExisting":"conflict","openService":false,"requireDelivery":false,"rollback":false,
    // "surplus":"report"},"spec":{"destination":{"logStore":"flow","project":"netlogs"},"trafficType":"All"},
    // "target":"flow-log/vpc/1000000000000001/cn-hangzhou/VPC/vpc-1","type":"enableFlowLog"}, computed with sha256sum.
    expect(hashOf('enable', least)).toBe('65d502a2615ccbf51e639d6cedb2741e1ee73278a18dd479366d7ad7629a3af6');
  });

  it.each([
    { path: ['requestedBy'], value: 'somebody else', reason: 'who asks is not what is asked' },
    { path: ['reason'], value: 'another', reason: 'nor is why' },
    { path: ['options'], value: { deadlineMs: 5000 }, reason: 'nor how long it may take' },
    { path: ['options'], value: { adopt: false, surplus: 'report' }, reason: 'a default written out is the default' },
    { path: ['spec', 'trafficType'], value: 'All', reason: 'so is the default traffic' },
    { path: ['spec', 'destination', 'logStore'], value: 'flow', reason: 'the same value' },
  ])('stays the same: $reason', ({ path, value }) => {
    expect(hashOf('enable', altered(least, path, value))).toBe(hashOf('enable', least));
  });

  it.each([
    { path: ['options'], value: { adopt: true }, reason: 'another option' },
    { path: ['spec', 'description'], value: 'x', reason: 'another wish' },
    { path: ['target', 'resource', 'id'], value: 'vpc-2', reason: 'another target' },
  ])('differs: $reason', ({ path, value }) => {
    expect(hashOf('enable', altered(least, path, value))).not.toBe(hashOf('enable', least));
  });

  it('stays the same with a router named beside its attachment: that is a parameter, not identity', () => {
    const attachment = leastInput('enable', 'cen');
    const alone = altered(attachment, ['target', 'resource', 'transitRouterId'], undefined);
    expect(hashOf('enable', alone)).toBe(hashOf('enable', attachment));
  });

  it('differs between operations on one target', () => {
    expect(hashOf('disable', leastInput('disable', 'vpc'))).not.toBe(hashOf('delete', leastInput('delete', 'vpc')));
  });

  it('expands templates first', () => {
    const templated = altered(least, ['spec', 'destination', 'project'], '{product}-logs');
    expect(hashOf('enable', templated)).toBe(
      hashOf('enable', altered(least, ['spec', 'destination', 'project'], 'vpc-logs')),
    );
  });

  it('does not depend on the order of fields', () => {
    expect(hashOf('enable', shuffled(least))).toBe(hashOf('enable', least));
    const seed = Date.now();
    fc.assert(
      fc.property(fc.object(), (value) => {
        expect(canonicalRequestJson(shuffled(value))).toBe(canonicalRequestJson(value));
      }),
      { seed, numRuns: 200 },
    );
  });

  it('is made of JSON as RFC 8785 writes it', () => {
    const value = {
      numbers: [1e21, 1e-7, 0.1, -0],
      string: '\u20ac$\u000f\nA\'B"\\',
      literals: [null, true, false],
      é: 1,
      b: undefined,
    };
    expect(canonicalRequestJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[1e+21,1e-7,0.1,0],"string":"€$\\u000f\\nA\'B\\"\\\\","é":1}',
    );
    const input: Pick<OperationInput, 'target'> = {
      target: { product: 'vpc', accountId: '1', region: 'r', flowLogId: 'f' },
    };
    expect(requestHash('delete', input)).toMatch(/^[0-9a-f]{64}$/);
  });
});

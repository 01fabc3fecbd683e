import Core from '@alicloud/pop-core';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import { startSimulator, type Simulator } from '../../simulator/index.js';
import { dialects, products, versions, type Product, type Service } from './fixtures/caller.js';

/** Alibaba's own V1 client, used as its README says, through the whole life of a flow log on all three products. */

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({
    profile: 'friendly',
    config: { progression: { mode: 'reads', count: 1 }, limits: {}, duplicates: 'allow' },
  });
});
afterAll(() => simulator.close());

interface Caller {
  request<Answer>(action: string, params: object, options?: object): Promise<Answer>;
}

const client = (service: Service, secret = 'SKsim', accessKeyId = 'AKsim'): Caller =>
  new Core({ endpoint: simulator.url, apiVersion: versions[service], accessKeyId, accessKeySecret: secret }) as Caller;

const post = { method: 'POST' };

/** Asks until the status is there; each look is a read the change waits for. */
async function until(
  caller: Caller,
  product: Product,
  flowLogId: string,
  wanted: string | undefined,
): Promise<string[]> {
  const seen: string[] = [];
  for (;;) {
    const { common, list, rows } = dialects[product];
    const answer = await caller.request(list, { ...common, FlowLogId: flowLogId }, post);
    const status = rows(answer)[0]?.Status as string | undefined;
    if (status === wanted) return seen;
    if (status) seen.push(status);
    if (seen.length > 5) throw new Error(`never ${wanted}: ${seen.join()}`);
  }
}

describe.each(products)('%s', (product) => {
  const dialect = dialects[product];
  const underWay = {
    vpc: ['Activating', 'Deactivating', 'Activating', 'Modifying', 'Deleting'],
    cen: ['Creating', 'Modifying', 'Modifying', 'Modifying', 'Deleting'],
    ecr: ['Creating', 'Deactivating', 'Activating', 'Modifying', 'Deleting'],
  }[product];

  test('is created, listed, stopped, started, modified and deleted', async () => {
    const caller = client(product);
    const made = await caller.request<{ FlowLogId: string; RequestId: string }>(
      dialect.create,
      { ...dialect.common, ...dialect.createParams(), FlowLogName: "a b*'(x)!~", Tag: [{ Key: 'k', Value: '中' }] },
      post,
    );
    expect(made.RequestId).toMatch(/^[0-9A-F]{8}-([0-9A-F]{4}-){3}[0-9A-F]{12}$/);
    const named = { ...dialect.common, FlowLogId: made.FlowLogId };
    const seen = [await until(caller, product, made.FlowLogId, 'Active')];
    await caller.request(dialect.deactivate, named, post);
    seen.push(await until(caller, product, made.FlowLogId, 'Inactive'));
    await caller.request(dialect.activate, named, post);
    seen.push(await until(caller, product, made.FlowLogId, 'Active'));
    await caller.request(dialect.modify, { ...named, Description: 'changed' }, post);
    seen.push(await until(caller, product, made.FlowLogId, 'Active'));
    const listed = dialect.rows(await caller.request(dialect.list, named, post))[0];
    expect(listed).toMatchObject({ FlowLogName: "a b*'(x)!~", Description: 'changed' });
    expect(product === 'ecr' ? listed.Tags : listed.Tags.Tag).toEqual([{ Key: 'k', Value: '中' }]);
    await caller.request(dialect.delete, named, post);
    seen.push(await until(caller, product, made.FlowLogId, undefined));
    expect(seen).toEqual(underWay.map((word) => [word]));
  });

  test('pages through a list', async () => {
    const caller = client(product);
    const ids = new Set<string>();
    for (let n = 10; n < 17; n += 1) {
      const made = await caller.request<{ FlowLogId: string }>(
        dialect.create,
        { ...dialect.common, ...dialect.createParams(n) },
        post,
      );
      ids.add(made.FlowLogId);
    }
    const listed: string[] = [];
    let token = '';
    for (let page = 1; page === 1 || token !== '' || (product !== 'ecr' && listed.length < ids.size); page += 1) {
      const paging =
        product === 'ecr'
          ? { MaxResults: 3, ...omitUndefined({ NextToken: token || undefined }) }
          : { PageNumber: page, PageSize: 3 };
      const answer = await caller.request<{ NextToken?: string; TotalCount: unknown }>(
        dialect.list,
        { ...dialect.common, ...paging },
        post,
      );
      expect(answer.TotalCount).toBe(product === 'ecr' ? 7 : '7');
      listed.push(...dialect.rows(answer).map((row) => row.FlowLogId as string));
      token = answer.NextToken ?? '';
    }
    expect(listed).toEqual([...ids]);
  });

  test.each([
    ['a wrong secret', () => client(product, 'wrong'), {}, 'SignatureDoesNotMatch'],
    ['an unknown access key', () => client(product, 'SKsim', 'AKnobody'), {}, 'InvalidAccessKeyId.NotFound'],
    ['a stale clock', () => client(product), { Timestamp: '2020-01-01T00:00:00Z' }, 'InvalidTimeStamp.Expired'],
    ['an unreadable clock', () => client(product), { Timestamp: 'yesterday' }, 'InvalidTimeStamp.Format'],
    ['an unknown flow log', () => client(product), { FlowLogId: 'fl-nowhere' }, dialect.notFound],
  ])('is refused for %s', async (_what, make, extra, code) => {
    const params = { ...dialect.common, FlowLogId: 'fl-1', ...extra };
    await expect(make().request(dialect.activate, params, post)).rejects.toMatchObject({ code });
  });

  test('is refused for an action spelled like a sibling', async () => {
    const sibling = { vpc: 'ActivateFlowLog', cen: 'CreateFlowLog', ecr: 'DeleteFlowLog' }[product];
    await expect(client(product).request(sibling, dialect.common, post)).rejects.toMatchObject({
      code: 'InvalidAction.NotFound',
      entry: { response: { statusCode: 404 } },
    });
  });

  test('is refused for a nonce used before', async () => {
    const params = { ...dialect.common, SignatureNonce: randomUUID() };
    await client(product).request(dialect.list, params, post);
    await expect(client(product).request(dialect.list, params, post)).rejects.toMatchObject({
      code: 'SignatureNonceUsed',
    });
  });
});

test('identity: GetCallerIdentity names the account of the key', async () => {
  const answer = await client('sts').request('GetCallerIdentity', {}, post);
  expect(answer).toMatchObject({ AccountId: '1000000000000001', Arn: 'acs:ram::1000000000000001:root' });
});

import { expect, test } from 'vitest';
import { patient } from '../../cloud/call/patience.js';
import type { CloudClient, CloudRequest } from '../../cloud/call/port.js';
import { CloudError } from '../../cloud/errors/cloud-error.js';
import { catalogued } from '../../cloud/errors/catalogue.js';

/** Reads that are tried again within a time. */

const request: CloudRequest = {
  service: 'vpc',
  action: 'DescribeFlowLogs',
  params: {},
  accountId: '1',
  region: 'cn-hangzhou',
};

const failed = (code: string) =>
  new CloudError({
    ...catalogued({ service: 'vpc', action: 'DescribeFlowLogs', code, message: code }),
    retryAfterMs: 1,
  });

/** Answers each call in turn; the last way is for all that come after it. */
const answering = (...ways: (() => Promise<never>)[]): CloudClient => {
  let calls = 0;
  return { call: () => (ways[Math.min(calls++, ways.length - 1)] as () => Promise<never>)() };
};

test('a call that its time ended tells the failure before it: that is why there was no time', async () => {
  const time = new AbortController();
  const cloud = answering(
    () => Promise.reject(failed('Throttling.User')),
    () => {
      time.abort();
      return Promise.reject(failed('Aborted'));
    },
  );
  await expect(patient(cloud, time.signal).call(request)).rejects.toMatchObject({
    details: { code: 'Throttling.User' },
  });
});

test('a first call that its time ended tells so', async () => {
  const time = new AbortController();
  const cloud = answering(() => {
    time.abort();
    return Promise.reject(failed('Aborted'));
  });
  await expect(patient(cloud, time.signal).call(request)).rejects.toMatchObject({ details: { code: 'Aborted' } });
});

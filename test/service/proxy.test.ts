import { expect, onTestFinished, test } from 'vitest';
import { startProxy } from '../cloud/fixtures/proxy-server.js';
import { startService } from './fixtures/service.js';
import { committed, destination, productsUnderTest, requestedBy } from './fixtures/targets.js';

/** Reads pass: the cloud takes no signature twice, so one that repeats all lets nothing be read. */
const twice = (form: URLSearchParams) => (/^Create/.test(form.get('Action') ?? '') ? 2 : 1);

test('a proxy that sends a create twice, and gives the second answer back, makes exactly one flow log', async () => {
  const service = await startService({ simulator: { profile: 'hostile' }, workers: 0 });
  onTestFinished(() => service.stop());
  const proxy = await startProxy({ to: Number(new URL(service.simulator.url).port), times: twice });
  await service.startWorker({ env: { FLOWLOG_ENDPOINT: 'http://cloud.invalid', http_proxy: proxy.url } });
  await Promise.all(
    productsUnderTest.map(async ({ product, target, create }) => {
      const operation = await service.flowLogs.enable({ target: target('twice'), spec: { destination }, requestedBy });
      const report = await operation.result();
      expect(report).toMatchObject({ status: 'active' });
      expect(committed(service.simulator.journal(), product, create)).toHaveLength(1);
    }),
  );
  expect(service.simulator.summary().madeMoreThanOnce).toEqual([]);
  expect(proxy.asked.length).toBeGreaterThan(productsUnderTest.length);
}, 120_000);

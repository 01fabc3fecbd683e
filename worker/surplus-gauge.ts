import type { MetricMeter } from '@temporalio/common';
import type { ResourceTarget } from '../cloud/flow-log.js';
import { placeName, targetKey } from '../cloud/target.js';

/**
 * The metric `flowlog_surplus_flow_logs`, by product, account and region: own flow logs beyond the one that counts, of the targets that this
 * worker has looked at. A target counts as it was seen last.
 */
export function surplusGauge(meter: MetricMeter): (target: ResourceTarget, count: number) => void {
  const gauge = meter.createGauge(
    'flowlog_surplus_flow_logs',
    'int',
    undefined,
    'Own flow logs beyond the one that counts, as last seen',
  );
  const places = new Map<string, Map<string, number>>();
  return (target, count) => {
    const { product, accountId: account } = target;
    const region = placeName(target);
    const place = [product, account, region].join('/');
    const doubled = places.get(place) ?? new Map<string, number>();
    const key = targetKey(target);
    if ((doubled.get(key) ?? 0) === count) return;
    if (count === 0) doubled.delete(key);
    else doubled.set(key, count);
    places.set(place, doubled);
    gauge.set(
      [...doubled.values()].reduce((sum, each) => sum + each, 0),
      { product, account, region },
    );
  };
}

import { describe, expect, it } from 'vitest';
import { contentOf, stillDiffers } from '../../cloud/difference.js';
import { fieldsOf } from '../../cloud/products/fields.js';
import type { Product } from '../../cloud/flow-log.js';

/** The call that changes each field, from the documents and written by hand, so that the rows cannot vouch for themselves. */
const calls: Readonly<Record<Product, Readonly<Record<string, 'modify' | 'tag' | 'move' | 'fixed' | 'notApplied'>>>> = {
  vpc: {
    ...{ 'destination.project': 'fixed', 'destination.logStore': 'fixed', trafficType: 'fixed', trafficPath: 'fixed' },
    ...{ name: 'modify', description: 'modify', aggregationIntervalSeconds: 'modify', ipVersion: 'modify' },
    ...{ tags: 'tag', resourceGroupId: 'move' },
  },
  cen: {
    ...{ 'destination.project': 'fixed', 'destination.logStore': 'fixed', logFormat: 'fixed' },
    ...{ name: 'modify', description: 'modify', aggregationIntervalSeconds: 'modify', tags: 'tag' },
  },
  ecr: {
    ...{ 'destination.project': 'fixed', 'destination.logStore': 'fixed', 'destination.region': 'fixed' },
    ...{ name: 'modify', description: 'modify', aggregationIntervalSeconds: 'modify', samplingRate: 'modify' },
    ...{ tags: 'notApplied', resourceGroupId: 'notApplied' },
  },
};
const all = Object.keys(calls) as Product[];

describe('what becomes of a field that differs', () => {
  it.each(all)('%s: every field has its call, or is fixed, or is told as not applied', (product) => {
    for (const [field] of fieldsOf(product)) {
      const { edits, fixed, notApplied } = contentOf(product, [field]);
      const where = [
        ...edits.map(({ verb }) => verb),
        ...(fixed.length > 0 ? ['fixed'] : []),
        ...(notApplied.length > 0 ? ['notApplied'] : []),
      ];
      expect(where, field).toEqual([calls[product][field]]);
    }
    expect(fieldsOf(product).map(([field]) => field)).toEqual(
      expect.arrayContaining(Object.keys(calls[product])) as string[],
    );
  });

  it('is one call for all fields of a kind, and what is recorded comes first', () => {
    const { edits } = contentOf('vpc', ['resourceGroupId', 'name', 'tags', 'aggregationIntervalSeconds']);
    expect(edits).toEqual([
      { verb: 'modify', fields: ['name', 'aggregationIntervalSeconds'] },
      { verb: 'tag', fields: ['tags'] },
      { verb: 'move', fields: ['resourceGroupId'] },
    ]);
  });

  it('keeps what a call has still to show apart from what another one would change', () => {
    expect(stillDiffers('modify', ['tags', 'name'])).toBe(true);
    expect(stillDiffers('modify', ['tags', 'destination.project'])).toBe(false);
    expect(stillDiffers('tag', ['tags'])).toBe(true);
    expect(stillDiffers('create', ['tags'])).toBe(false);
  });
});

import { omitUndefined } from '../omit-undefined.js';
import type { FieldRow, FieldRule } from './product-row.js';
import { didYouMeanRegion, regionForm, regionPattern } from '../regions.js';

/**
 * Rules and fields that are the same for several products.
 * Where the older page of CreateFlowLog for vpc (name and description start with a letter, at least 2 characters) and newer sources
 * disagree, the newer is accepted here; the names we generate satisfy both.
 */

/** Free text that may not pose as an address. */
const freeText = (minLength: number, maxLength: number): FieldRule => ({
  kind: 'text',
  minLength,
  maxLength,
  refused: /^https?:\/\//,
  allowed: `${minLength} to ${maxLength} characters, no control characters, not starting with http:// or https://`,
});

/** A project or log store of the Log Service; the same bounds for all products. */
const logServiceName = (pattern: RegExp, letters: string): FieldRule => ({
  kind: 'text',
  minLength: 3,
  maxLength: 63,
  pattern,
  allowed: `3 to 63 characters of ${letters}, first and last a lower-case letter or digit`,
  template: true,
});

/** Destination fields, alike in all products. */
export const destination = {
  'destination.project': {
    rule: logServiceName(/^[a-z0-9][a-z0-9-]*[a-z0-9]$/, 'a-z 0-9 -'),
    param: 'ProjectName',
    required: true,
    identifying: true,
  },
  'destination.logStore': {
    rule: logServiceName(/^[a-z0-9][a-z0-9_-]*[a-z0-9]$/, 'a-z 0-9 _ -'),
    param: 'LogStoreName',
    required: true,
    identifying: true,
  },
} as const satisfies Record<string, FieldRow>;

/** Name (up to 128 characters) and description (up to 256), each of at least `minLength`. */
export const nameAndDescription = (minLength: number) =>
  ({
    name: {
      rule: freeText(minLength, 128),
      param: 'FlowLogName',
      change: 'modify',
    },
    description: { rule: freeText(minLength, 256), param: 'Description', change: 'modify' },
  }) as const satisfies Record<string, FieldRow>;

/** Tags: of the documented 20, two are ours. Set at create, and later where the product has a call for it. */
export const tags = (maxKeyLength: number, path: string, change?: 'tag'): FieldRow => ({
  rule: { kind: 'tags', maxKeyLength, maxValueLength: 128, maxCount: 18 },
  param: 'Tag',
  path,
  label: true,
  ...omitUndefined({ change }),
});

/** Resource group: set at create, and later where the product has a call for it. */
export const resourceGroupId = (change?: 'move'): FieldRow => ({
  rule: {
    kind: 'text',
    minLength: 1,
    maxLength: 64,
    pattern: /^[A-Za-z0-9-]+$/,
    allowed: '1 to 64 characters of A-Z a-z 0-9 -',
  },
  param: 'ResourceGroupId',
  label: true,
  ...omitUndefined({ change }),
});

/** A region's id. */
export const regionRule: FieldRule = {
  kind: 'text',
  minLength: 1,
  maxLength: 64,
  pattern: regionPattern,
  allowed: regionForm,
  hint: didYouMeanRegion,
};

/** Seconds between two records, when the request does not say. All three products document the same default. */
export const defaultIntervalSeconds = 600;

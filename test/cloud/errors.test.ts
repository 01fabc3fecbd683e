import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { errorKinds } from '../../cloud/errors/cloud-error.js';
import { hiddenErrors } from '../../cloud/errors/hidden.js';
import { classify, errorCatalogue, kindRules } from '../../cloud/errors/catalogue.js';
import type { ErrorRow } from '../../cloud/errors/row.js';
import { actionNamed } from '../../cloud/products/products.js';
import { codes } from '../../simulator/wire/codes.js';
import { seedErrors, type End } from './fixtures/seed-errors.js';

const nameOf = ({ service, on, code, message }: ErrorRow): string =>
  [service ?? '*', on?.join('|') ?? '*', code, message?.source ?? '*'].join(' ');

describe('the error tables of the five documents', () => {
  it('hold 32 different errors', () => {
    expect(new Set(seedErrors.map(({ product, action, code }) => `${product} ${action} ${code}`)).size).toBe(32);
    expect(seedErrors).toHaveLength(32);
  });

  it.each(seedErrors)('$product $action $code is $kind: $reason', ({ product, action, code, message, kind }) => {
    const found = classify({ service: product, action, code, message, httpStatus: 400 });
    expect(found).toMatchObject({ kind, known: true });
  });

  /** Derives the end of an operation from the rules of a kind, step by step. */
  const endOf = (kind: (typeof seedErrors)[number]['kind']): End => {
    const { permanent, resend, maxRefusals } = kindRules[kind];
    if (permanent) return 'the code at once';
    if (resend === 'never') return 'what a look finds';
    // `maxRefusals` counts the sends again, without the first.
    return maxRefusals === undefined ? 'the deadline' : (`the code after ${maxRefusals + 1} sends` as End);
  };

  it.each(seedErrors)('$product $action $code ends as $end', ({ kind, end }) => expect(endOf(kind)).toBe(end));
});

describe('the catalogue', () => {
  it.each(errorCatalogue.map((row) => ({ name: nameOf(row), row })))(
    '$name says what it means, what to do and where it is from',
    ({ row }) => {
      for (const text of [row.meaning, row.advice, row.source]) expect(text.trim().length).toBeGreaterThan(3);
      for (const sentence of [row.meaning, row.advice]) expect(sentence).toMatch(/^[A-Z"].*[.)]$/);
    },
  );

  it('has no row twice', () => {
    const names = errorCatalogue.map(nameOf);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('has no row that another one always hides', () => {
    // Rows of messages under other codes are each held by a report: hidden-errors.test.ts.
    const byCode = errorCatalogue.filter((row) => !hiddenErrors.includes(row));
    const hidden = byCode.filter((row) => {
      const service = row.service ?? (row.on ? 'vpc' : 'ecs');
      const action = row.on ? actionFor(row) : 'SomeOtherAction';
      const message = row.message ? 'it does not exist' : '';
      const found = classify({ service, action, code: row.code.replaceAll('*', 'Xyz'), message });
      return found.meaning !== row.meaning;
    });
    expect(hidden.map(nameOf)).toEqual([]);
  });

  const actionFor = ({ service = 'vpc', on }: ErrorRow): string => {
    const spellings = [
      'CreateFlowLog',
      'CreateFlowlog',
      'DeleteFlowLog',
      'DeleteFlowlog',
      'OpenFlowLogService',
      'TagResources',
    ];
    return spellings.find((action) => on?.includes(actionNamed(service, action)?.name ?? 'list')) ?? '';
  };

  it('only lets credentials and clocks that may recover be tried again although a person must act', () => {
    const rows = errorCatalogue.filter((row) => row.untilDeadline);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect([row.code, kindRules[row.kind].permanent]).toEqual([row.code, true]);
  });
});

describe('what the simulator can answer', () => {
  it.each(Object.keys(codes))('%s is known', (name) => {
    const [first = '', second] = name.split(':');
    const candidates = second === undefined ? (['vpc', 'cen', 'ecr', 'sts'] as const) : ([first] as 'vpc'[]);
    const actions = ['CreateFlowLog', 'CreateFlowlog', 'OpenFlowLogService'];
    const found = candidates.flatMap((service) =>
      actions.map(
        (action) => classify({ service, action, code: second ?? name, message: codes[name]?.[1] ?? '' }).known,
      ),
    );
    expect(found).toContain(true);
  });
});

describe('looking a failure up', () => {
  it.each([
    {
      reason: 'on create the misnamed code says that there is one',
      service: 'vpc',
      action: 'CreateFlowLog',
      code: 'InvalidResourceId.NotFound',
      kind: 'exists',
    },
    {
      reason: 'on delete the same code says that the id is empty',
      service: 'vpc',
      action: 'DeleteFlowLog',
      code: 'InvalidResourceId.NotFound',
      kind: 'invalid',
    },
    {
      reason: 'on create it is the resource that is missing',
      service: 'vpc',
      action: 'CreateFlowLog',
      code: 'InvalidInstanceId',
      kind: 'invalid',
    },
    {
      reason: 'opening what is open is no error',
      service: 'vpc',
      action: 'OpenFlowLogService',
      code: 'OperationFailed.ExceedPurchaseLimit',
      kind: 'exists',
    },
    {
      reason: 'a deletion that misses the project has been done',
      service: 'cen',
      action: 'DeleteFlowlog',
      code: 'SourceProjectNotExist',
      kind: 'not-found',
    },
    {
      reason: 'the message tells two meanings apart',
      service: 'cen',
      action: 'ModifyFlowLogAttribute',
      code: 'InvalidParameter.FlowLogId',
      message: 'The specified flowlog id does not exist or does not match the cen Id.',
      kind: 'not-found',
    },
    {
      reason: 'any throttling',
      service: 'ecr',
      action: 'CreateFlowLog',
      code: 'Throttling.Something',
      kind: 'throttled',
    },
    {
      reason: 'throttling under another first name',
      service: 'cen',
      action: 'CreateFlowlog',
      code: 'Flow.Throttling.X',
      kind: 'throttled',
    },
    {
      reason: 'the gateway fills the tail',
      service: 'ecr',
      action: 'CreateFlowLog',
      code: 'IllegalParamFormat.EcrId',
      kind: 'invalid',
    },
    {
      reason: 'the tail left unfilled',
      service: 'ecr',
      action: 'CreateFlowLog',
      code: 'MissingParam.%s',
      kind: 'invalid',
    },
    {
      reason: 'any state of any resource',
      service: 'vpc',
      action: 'CreateFlowLog',
      code: 'IncorrectStatus.Vpc',
      kind: 'busy',
    },
    {
      reason: 'a used nonce means that a copy arrived',
      service: 'vpc',
      action: 'CreateFlowLog',
      code: 'SignatureNonceUsed',
      kind: 'ambiguous',
    },
    {
      reason: 'an action that is not a flow log’s',
      service: 'sts',
      action: 'AssumeRole',
      code: 'NoPermission',
      kind: 'denied',
    },
    {
      reason: 'seen only by terraform',
      service: 'cen',
      action: 'CreateFlowlog',
      code: 'Operation.Blocking',
      kind: 'busy',
    },
  ] as const)('$reason', ({ kind, ...failure }) => expect(classify(failure).kind).toBe(kind));

  it('is total: any text is some kind, and what nobody knows is unknown', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('vpc', 'cen', 'ecr', 'ecs', 'sts'),
        fc.string(),
        fc.string(),
        fc.string(),
        (service, action, code, message) => {
          const { kind, known, advice } = classify({ service: service as 'vpc', action, code, message });
          expect(errorKinds).toContain(kind);
          expect(known || kind === 'unknown').toBe(true);
          expect(advice).not.toBe('');
        },
      ),
    );
    expect(classify({ service: 'vpc', action: 'CreateFlowLog', code: 'Zork' })).toMatchObject({
      kind: 'unknown',
      known: false,
    });
  });

  it('says of expired credentials that a person must act, and tries again all the same', () => {
    const found = classify({ service: 'vpc', action: 'ActiveFlowLog', code: 'InvalidSecurityToken.Expired' });
    expect([found.kind, found.untilDeadline]).toEqual(['denied', true]);
  });
});

import { expect, test } from 'vitest';
import { omitUndefined } from '../../cloud/omit-undefined.js';
import type { FaultRuleInput } from '../../simulator/index.js';
import { type Meeting, meetingsOf, statusOf } from './fixtures/code-cases.js';
import { type Task, actionOf, tasksOf } from './fixtures/fault-cases.js';
import { changesOn, flowLogsOn, ledgerProblems, seedOwn } from './fixtures/judge.js';
import { hostile } from './fixtures/scenario.js';
import { type Service, startService } from './fixtures/service.js';
import { productsUnderTest, requestedBy } from './fixtures/targets.js';

/**
 * Law 5 for what is no create: a change that is answered with a code that proves nothing is looked for, and the very same is sent again where it
 * is still needed; one that is refused ends with the code. `codes.test.ts` has every code met by a create; here every reaction to a code is
 * met by one change, the changes and products in turn, and every change of every product meets a code after the act.
 */

type Case = Meeting & { readonly task: Task };

const LAG_MS = 600;
const times = {
  FLOWLOG_LIST_LAG_MS: String(LAG_MS + 200),
  FLOWLOG_COMMIT_DELAY_MS: '200',
  FLOWLOG_GRACE_MS: '30000',
  // No answer is lost here: one that is only slow must not count as lost, and be sent again after the grace.
  FLOWLOG_READ_TIMEOUT_MS: '10000',
};

/** Each change of each product that is no create, met by each code. */
const all: readonly Case[] = productsUnderTest.flatMap((product) =>
  tasksOf(product)
    .filter(({ verb }) => verb !== 'create')
    .flatMap((task) => meetingsOf(product, task.verb).map((meeting): Case => ({ ...meeting, task }))),
);
const changeOf = ({ product, task }: Case): string => `${product.product} ${task.verb}`;
const distinct = (words: readonly string[]): readonly string[] => [...new Set(words)];

/** Every reaction once, each met by another change; and a code after the act for each change that has none of these. */
function chosen(): readonly Case[] {
  const inTurn = distinct(all.map(({ reaction }) => reaction)).flatMap((wanted, index) => {
    const able = all.filter(({ reaction }) => reaction === wanted);
    const changes = distinct(able.map(changeOf));
    return able.find((one) => changeOf(one) === changes[index % changes.length]) ?? [];
  });
  const isAfter = ({ when }: Case): boolean => when === 'after';
  const met = new Set(inTurn.filter(isAfter).map(changeOf));
  const missing = distinct(all.map(changeOf)).filter((change) => !met.has(change));
  return [...inTurn, ...missing.flatMap((change) => all.find((one) => isAfter(one) && changeOf(one) === change) ?? [])];
}
const cases = chosen();

/** A meeting in the world: the flow log that is there before, and the code in the way. */
async function prepare(service: Service, { product, task, name, code, when }: Case): Promise<FaultRuleInput> {
  const flowLogId = await seedOwn(service, product, name, task.from ?? '');
  const fault = { flowLogId, count: 1, effect: 'code', code, when, status: statusOf(code) } as const;
  return { ...fault, product: product.product, action: actionOf(product, task) };
}

/** End of the operation: its outcome, or the code it failed with. */
async function endOf({ flowLogs }: Service, { product, task, name }: Case): Promise<string> {
  const request = { target: product.target(name), requestedBy, ...omitUndefined({ spec: task.spec }) };
  const handle = await flowLogs.operate(task.operation, request);
  return handle.result().then(
    ({ outcome }) => outcome,
    (error: { code?: string }) => error.code ?? String(error),
  );
}

/** The end that law 5 requires: the same change, made once or not at all, and no other. */
function right({ product, task, code, when, resent }: Case) {
  const isMade = when === 'after' || resent;
  const left = isMade ? task.to : task.from;
  return {
    end: isMade ? task.outcome : code,
    sent: Array.from({ length: when === 'before' && resent ? 2 : 1 }, () => actionOf(product, task)),
    made: isMade ? 1 : 0,
    left: left ? [left] : [],
  };
}

test(
  'a change that is answered with a code is made exactly once, or ends with the code: every reaction, and every change of every product',
  { timeout: 300_000 },
  async () => {
    const progression = { mode: 'immediate' } as const;
    const service = await startService(
      hostile({ listLagMs: LAG_MS, cooldownMs: 0, progression, limits: {}, quotas: {} }, { env: times }),
    );
    try {
      service.simulator.faults(await Promise.all(cases.map((one) => prepare(service, one))));
      const ends = await Promise.all(cases.map((one) => endOf(service, one)));
      await service.simulator.settle();
      const seen = cases.map((one, index) => {
        const changes = changesOn(service, one.product, one.name);
        return {
          end: ends[index],
          sent: changes.map(({ action }) => action),
          made: changes.filter(({ committed }) => committed).length,
          left: flowLogsOn(service, one.product, one.name).map(({ status }) => status),
        };
      });
      const named = (ended: readonly object[]) =>
        cases.map((one, index) => ({ case: `${changeOf(one)} ${one.code} (${one.reaction})`, ...ended[index] }));
      console.info(`${cases.length} other changes met a code`);
      expect(named(seen)).toEqual(named(cases.map(right)));
      expect(service.simulator.journal().filter(({ fault }) => fault)).toHaveLength(cases.length);
      expect(await ledgerProblems(service)).toEqual([]);
    } finally {
      await service.stop();
    }
  },
);

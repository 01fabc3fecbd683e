import type { BulkItemRequest } from '../../client/index.js';
import { defaultAccount } from '../../simulator/index.js';
import { enableAll } from '../bulk-run.js';
import type { Figure } from '../figure.js';
import type { Laboratory } from '../laboratory.js';
import { benchSpec as spec } from '../targets.js';

/** Targets of one scope. */
const PER_SCOPE = 100;
const MOST_GROWTH = 0.3;
const MOST_MEGABYTES = 700;

const accountId = defaultAccount.uid;

/** One scope's targets: vpc and cen by region, ecr by router. */
function scope(word: string, number: number): BulkItemRequest[] {
  const region = `cn-bench-${Math.floor(number / 3)}`;
  return Array.from({ length: PER_SCOPE }, (_, index): BulkItemRequest => {
    const id = `${word}-${number}-${index}`;
    switch (number % 3) {
      case 0:
        return { target: { product: 'vpc', accountId, region, resource: { type: 'VPC', id: `vpc-${id}` } }, spec };
      case 1:
        return {
          target: {
            product: 'cen',
            accountId,
            region,
            resource: { cenId: `cen-${word}`, transitRouterId: `tr-${id}` },
          },
          spec,
        };
      default:
        return {
          target: { product: 'ecr', accountId, resource: { ecrId: `ecr-${word}-${number}`, instanceId: `vbr-${id}` } },
          spec,
        };
    }
  });
}

interface Sample {
  readonly targets: number;
  readonly wallMsPerItem: number;
  readonly callsPerItem: number;
  readonly peakMegabytes: number;
}

async function sampleOf(laboratory: Laboratory, word: string, scopes: number): Promise<Sample> {
  await laboratory.worker();
  await laboratory.cloud({ regions: Array.from({ length: scopes }, (_, number) => `cn-bench-${number}`) });
  const items = Array.from({ length: scopes }, (_, number) => scope(word, number)).flat();
  const { wallMs, calls } = await enableAll(laboratory, items);
  const { worker } = await laboratory.usage();
  const targets = items.length;
  return {
    targets,
    wallMsPerItem: wallMs / targets,
    callsPerItem: calls / targets,
    peakMegabytes: worker.peakMegabytes,
  };
}

const growthText = ({ targets, wallMsPerItem, callsPerItem, peakMegabytes }: Sample): string =>
  `${targets}: ${wallMsPerItem.toFixed(1)} ms and ${callsPerItem.toFixed(2)} calls an item, ${peakMegabytes} MB`;

/** Cost of an item among many, which must be that among few. `--full` measures 10,000 in the place of 4,000. */
export const p7: Figure = {
  id: 'P7',
  what: `1,000 targets and many more, ${PER_SCOPE} per scope, immediate activation: wall and calls per item, RSS of the worker`,
  goal: `flat ± ${MOST_GROWTH * 100} %; RSS < ${MOST_MEGABYTES} MB`,
  async measure(laboratory) {
    const few = await sampleOf(laboratory, 'few', 10);
    const many = await sampleOf(laboratory, 'many', process.argv.includes('--full') ? 100 : 40);
    const growth = (of: (sample: Sample) => number) => of(many) / of(few) - 1;
    const wall = growth(({ wallMsPerItem }) => wallMsPerItem);
    const calls = growth(({ callsPerItem }) => callsPerItem);
    const percent = (value: number) => `${value >= 0 ? '+' : ''}${(100 * value).toFixed(0)} %`;
    return {
      result: `wall ${percent(wall)}, calls ${percent(calls)}, ${many.peakMegabytes} MB`,
      met: wall <= MOST_GROWTH && calls <= MOST_GROWTH && many.peakMegabytes < MOST_MEGABYTES,
      detail: `${growthText(few)}; ${growthText(many)}`,
    };
  },
};

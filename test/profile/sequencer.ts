import { readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { startOrder } from './order.js';

/** Seconds that files took in a quiet run; files that take less than `record.ts` counts are not in it. */
const timed = JSON.parse(readFileSync(new URL('./seconds.json', import.meta.url), 'utf8')) as Record<string, number>;

/** Seconds assumed for a file not timed yet: a new file with servers may be long, so it does not start last. */
const guess = { waits: 20, works: 2 };

/** Starts files in the order of {@link startOrder}. */
export class Sequencer extends BaseSequencer {
  override sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const files = specifications.map((specification) => {
      const file = relative(this.ctx.config.root, specification.moduleId).split(sep).join('/');
      const waits = specification.project.name === 'service';
      return { file, waits, seconds: timed[file] ?? (waits ? guess.waits : guess.works), specification };
    });
    const workers = this.ctx.projects[0]?.config.maxWorkers ?? 1;
    return Promise.resolve(startOrder(files, workers).map(({ specification }) => specification));
  }
}

import type { Client } from '@temporalio/client';
import { omitUndefined } from '../cloud/omit-undefined.js';
import {
  type DoubtReport,
  type DoubtRow,
  type ListDoubtsInput,
  type ResolveDoubtsInput,
  type ResolveDoubtsReport,
  type SettledDoubt,
  doubtWorkflowTypes,
} from '../workflows/contract/doubts.js';
import { parseListDoubtsInput, parseResolveDoubtsInput } from '../workflows/contract/doubt-input.js';
import { InvalidInputError } from './errors.js';
import { translated } from './failure.js';
import { read, readLong } from './reads.js';

/** Selects the changes in doubt to list. */
export type DoubtFilter = Omit<ListDoubtsInput, 'after' | 'limit'>;
/** Verdict of a person, and the changes in doubt that it is about. */
export type DoubtVerdict = Omit<ResolveDoubtsInput, 'after'>;

/** Changes whose end is unknown. Needs a worker: its ledger knows them, and it does the looking. */
export class Doubts {
  constructor(
    private readonly client: Client,
    private readonly address: string,
    private readonly patience: { readonly silenceMs?: number },
  ) {}

  /**
   * All that is in doubt, in the order of the targets.
   * @throws InvalidInputError with all problems; NoAnswerError where no worker answers in time
   */
  async list(filter: DoubtFilter = {}): Promise<DoubtRow[]> {
    const rows: DoubtRow[] = [];
    for (let after: string | undefined; ;) {
      const input = checkedDoubtInput(parseListDoubtsInput({ ...filter, ...omitUndefined({ after }) }));
      const page = await translated({ address: this.address }, () =>
        read<DoubtReport>(this.client, doubtWorkflowTypes.list, input, this.patience),
      );
      rows.push(...page.doubts);
      if (page.next === undefined) return rows;
      after = page.next;
    }
  }

  /**
   * Settles what is in doubt by a person's word, where a look agrees: a page of results at a time, each with how many were in doubt when it
   * began. A page settles its changes even if the caller reads no further.
   * @param signal stops before the next change in doubt; one that is being settled is finished
   * @throws InvalidInputError with all problems; nothing was settled
   */
  async *resolve(
    verdict: DoubtVerdict,
    signal?: AbortSignal,
  ): AsyncGenerator<{ rows: readonly SettledDoubt[]; total: number }> {
    for (let after: string | undefined; ;) {
      const input = checkedDoubtInput(parseResolveDoubtsInput({ ...verdict, ...omitUndefined({ after }) }));
      const { rows, total, next } = await translated({ address: this.address }, () =>
        readLong<ResolveDoubtsReport>(this.client, doubtWorkflowTypes.resolve, input, {
          ...this.patience,
          ...omitUndefined({ signal }),
        }),
      );
      yield { rows, total };
      if (next === undefined) return;
      after = next;
    }
  }
}

function checkedDoubtInput<Input>(
  parsed: { readonly input: Input } | { readonly problems: InvalidInputError['problems'] },
): Input {
  if ('problems' in parsed) throw new InvalidInputError(parsed.problems);
  return parsed.input;
}

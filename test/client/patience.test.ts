import { describe, expect, test } from 'vitest';
import { throughSilence } from '../../client/cli/patience.js';
import { NoAnswerError, OperationFailedError, UnreachableError } from '../../client/errors.js';

const away = () => new UnreachableError('temporal:7233', 'no connection');
const noWorker = () => new NoAnswerError(5_000, 'no worker has begun to look');
const signal = new AbortController().signal;

/** Answers with one of these after the other: an error is thrown. */
function answers(...all: readonly unknown[]): () => Promise<unknown> {
  const left = [...all];
  return () => {
    const next = left.length > 1 ? left.shift() : left[0];
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  };
}

describe('a follower', () => {
  test('goes on through the silence of Temporal and of workers, and says so in one line', async () => {
    const said: string[] = [];
    const ask = answers(away(), away(), noWorker(), away(), 'the report');
    const options = { signal, again: 'bulk status b --wait', say: (line: string) => void said.push(line), tryMs: 1 };
    expect(await throughSilence(ask, options)).toBe('the report');
    expect(said).toEqual(['Temporal at temporal:7233 is out of reach: no connection; still waiting']);
  });

  test.each([
    { error: away(), is: UnreachableError },
    { error: noWorker(), is: NoAnswerError },
  ])('that gives up says that the work goes on and how to follow it: $error.name', async ({ error, is }) => {
    const asked = throughSilence(answers(error), { signal, again: 'bulk status b --wait', patienceMs: 30, tryMs: 1 });
    const given = (await asked.catch((thrown: unknown) => thrown)) as Error & { advice?: string };
    expect(given).toBeInstanceOf(is);
    const all = `${given.message} ${given.advice ?? ''}`;
    expect(all).toContain('it goes on by itself; follow it again with: npx flowlog bulk status b --wait');
  });

  test('is told at once what is no silence', async () => {
    const failed = new OperationFailedError('w', 'r', { kind: 'quota', code: 'Quota', message: 'm', advice: 'a' });
    await expect(throughSilence(answers(failed), { signal, again: '' })).rejects.toBe(failed);
  });

  test('that is interrupted waits no longer', async () => {
    const interrupted = AbortSignal.abort();
    await expect(throughSilence(answers(away()), { signal: interrupted, again: '' })).rejects.toThrow('out of reach');
  });
});

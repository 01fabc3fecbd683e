import { expect, test } from 'vitest';
import { shownTexts } from '../../tools/messages/texts.js';

/** The list of texts in docs/messages.md, by what its tool reads from a source file. */

const textsIn = (source: string) => shownTexts('a.ts', source);

test('texts are found as literals, templates and sums, each once, and values are named', () => {
  const source = `
    throw new Error('there is no such file');
    const twice = 'there is no such file';
    const told = \`no answer within \${waitMs} ms: \${a.very.long(expression)}\`;
    const sum = 'the file is ' + state + ' and cannot be read';`;
  expect(textsIn(source)).toEqual([
    'there is no such file',
    'no answer within {waitMs} ms: {…}',
    'the file is {state} and cannot be read',
  ]);
});

test('a text inside the value of another is a text of its own', () => {
  expect(textsIn("const it = `worker ${late ? 'did not answer in time' : name} here and now`;")).toEqual([
    'worker {…} here and now',
    'did not answer in time',
  ]);
});

test('names, queries, pages, types, imports and sources of facts are none', () => {
  const source = `
    import a from 'a package of three words';
    type Word = 'one of three words';
    const query = 'select seq from ledger.entries where kind = $1';
    const page = '<p class="a">three words here</p>';
    const row = { source: 'page of vpc CreateFlowLog' };
    const label = 'flow log';`;
  expect(textsIn(source)).toEqual([]);
});

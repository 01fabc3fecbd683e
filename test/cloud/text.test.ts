import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  csvLine,
  htmlText,
  logLine,
  manyLines,
  oneLine,
  refusedCharacter,
  shownAddress,
  storable,
  withoutPasswords,
} from '../../cloud/text.js';

/** Texts as a hostile cloud would send them: any character, controls, halves of pairs, marks. */
const nasty = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
      fc.constantFrom(
        '\u0000',
        '\u001b]0;owned\u0007',
        '\u001b[2J',
        '\u009b2J',
        '\ud800',
        '\r',
        '\n',
        '=',
        '"',
        '<',
        '&',
        ',',
      ),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));

describe('text on its way out', () => {
  it('moves no cursor and ends no line on a terminal', () => {
    expect(oneLine('a\u001b]0;owned\u0007b\u009b2Jc\nd\u202ee')).toBe('a ]0;owned b 2Jc d e');
    expect(manyLines('a\u001b[2Jb\nc')).toBe('a [2Jb\nc');
    fc.assert(
      fc.property(nasty, (text) => !/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(oneLine(text))),
    );
  });

  it('is no element, no attribute and no control in a page', () => {
    expect(htmlText(`<b a="1" c='2'>&\u0000\n\t`)).toBe('&#60;b a=&#34;1&#34; c=&#39;2&#39;&#62;&#38;\ufffd\n\t');
    fc.assert(fc.property(nasty, (text) => !/[<>"']|[^\P{Cc}\n\r\t]|\p{Cs}/u.test(htmlText(text))));
  });

  it.each(['=1+1', '+1', '-1', '@x', '\tx', '\rx', ' =1+1', '\n=1+1'])('is no formula in a table: %j', (text) => {
    expect(csvLine([text])).toMatch(/^"?'/);
  });

  it('is one cell of a table, whatever stands in it', () => {
    expect(csvLine(['a,b', 'c"d', 'e\r\nf', 'g;h', -5, 7])).toBe('"a,b","c""d","e\r\nf","g;h",-5,7\r\n');
  });

  it('holds no control in a table but ends of lines and tabs', () => {
    fc.assert(fc.property(nasty, (text) => !/[^\P{Cc}\n\r\t]|\p{Cs}/u.test(csvLine([text]))));
  });

  it('is what PostgreSQL can hold', () => {
    expect(storable('a\u0000b\ud800c\udc00d😀')).toBe('a\ufffdb\ufffdc\ufffdd😀');
  });

  it('is the same JSON in a log, with nothing that a terminal obeys', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const line = logLine(JSON.stringify({ text }));
        return JSON.parse(line).text === text && !/[\p{Cc}]/u.test(line);
      }),
    );
  });

  it.each([
    ['http://me:pass@word@proxy:8080/x?y=a@b', 'http://[redacted]@proxy:8080/x?y=a@b'],
    ['postgres://flowlog:s3cret@db:5432/flowlog is away', 'postgres://[redacted]@db:5432/flowlog is away'],
    ['FLOWLOG_ENDPOINT="https://k:v@h"', 'FLOWLOG_ENDPOINT="https://[redacted]@h"'],
    ['mail mika@example.com about https://h/a@b', 'mail mika@example.com about https://h/a@b'],
  ])('holds no password of an address: %s', (text, shown) => {
    expect(withoutPasswords(text)).toBe(shown);
  });
});

it.each([
  ['http://me:p/a@s#s?w@h:1/x', 'http://[redacted]@h:1/x'],
  ['me:pass@host', '[redacted]@host'],
  ['http://host:1', 'http://host:1'],
])('a setting %s is shown as %s', (value, shown) => {
  expect(shownAddress(value)).toBe(shown);
});

describe('characters of an input', () => {
  it.each([
    ['', false, undefined],
    ['VPC 网络 😀', false, undefined],
    ['a\u0000', false, { name: 'U+0000', index: 1 }],
    ['a\nb', false, { name: 'U+000A', index: 1 }],
    ['a\nb\tc', true, undefined],
    ['a\r', true, { name: 'U+000D', index: 1 }],
    ['\u007f', false, { name: 'U+007F', index: 0 }],
    ['😀\u009b', true, { name: 'U+009B', index: 2 }],
    ['a\ud83d', false, { name: 'U+D83D', index: 1 }],
  ] as const)('%j (lines: %s) is refused at %j', (text, lines, refused) => {
    expect(refusedCharacter(text, lines)).toEqual(refused);
  });
});

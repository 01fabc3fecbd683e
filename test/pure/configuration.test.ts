import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { usage } from '../../local/options.js';
import { environment } from '../../worker/config.js';
import { readSources, root } from './fixtures/source-tree.js';

/** docs/configuration.md, held against what is read from the environment. */

const page = readFileSync(join(root, 'docs/configuration.md'), 'utf8');

/** Of package.json: it changes with every release, and the page does not. */
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/** A row of the page's tables: a variable and what is said of it. */
interface Row {
  readonly name: string;
  readonly default: string;
  readonly bounds: string;
}

function rowsBelow(heading: string): readonly Row[] {
  const [, below = ''] = page.split(`\n## ${heading}\n`);
  const [section = ''] = below.split(/\n##+ /);
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')))
    .map(([, name = '', given = '', bounds = '']) => ({ name, default: given, bounds }));
}

/** The part of a JSON Schema about one variable. */
interface Property {
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
}

const schema = z.toJSONSchema(environment, { io: 'output', unrepresentable: 'any' });
const properties = Object.entries(schema.properties ?? {}) as [string, Property][];
const isRequired = (name: string) =>
  !environment.shape[name as keyof typeof environment.shape].safeParse(undefined).success;

const defaultOf = (name: string, { default: value }: Property): string => {
  if (isRequired(name)) return 'required';
  return value === undefined ? 'none' : String(value).replace(hostname(), '<host>').replace(version, 'x.y.z');
};

describe('the page of the configuration', () => {
  const rows = rowsBelow('Worker');
  const rowOf = (name: string) => rows.find((row) => row.name === name);

  test('has a table of the worker', () => {
    expect(rows.length).toBeGreaterThan(15);
    expect(properties.length).toBeGreaterThan(15);
  });

  test.each(properties)('tells of %s, and its default', (name, property) => {
    expect(rowOf(name), `${name} has no row below "## Worker"`).toBeDefined();
    expect(rowOf(name)?.default).toBe(defaultOf(name, property));
  });

  test.each(properties.filter(([, { minimum, enum: words }]) => minimum !== undefined || words))(
    'tells what values %s takes',
    (name, { minimum, maximum, enum: words }) => {
      expect(rowOf(name)?.bounds).toBe(words ? words.join(', ') : `${minimum} … ${maximum}`);
    },
  );

  const sources = readSources(['client', 'workflows', 'activities', 'cloud', 'audit', 'worker', 'simulator', 'local']);

  test('tells of no variable that the worker does not read', () => {
    const code = sources.filter(({ path }) => path.startsWith('worker/')).map(({ text }) => text);
    expect(rows.filter(({ name }) => !code.some((text) => text.includes(name)))).toEqual([]);
  });

  test('tells of every variable that any code names', () => {
    const variable = /\b(?:(?:FLOWLOG|TEMPORAL|ALIBABA_CLOUD|XDG)_[A-Z_]*[A-Z]|DATABASE_URL|NO_COLOR)\b(?!_)/g;
    const named = new Set(sources.flatMap(({ text }) => text.match(variable) ?? []));
    expect([...named]).toContain('FLOWLOG_GRACE_MS');
    expect([...named].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  test('tells of every option of npm start', () => {
    const options = new Set(usage.match(/--[a-z-]*[a-z]/g));
    expect(options.size).toBeGreaterThan(5);
    expect([...options].filter((option) => !new RegExp(`\`${option}[\` ]`).test(page))).toEqual([]);
  });

  test('tells of every variable of docker-compose.yml, and its default', () => {
    const compose = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
    const taken = [...compose.matchAll(/\$\{([A-Z_]+):-([^}]*)\}/g)].map(([, name = '', value = '']) => ({
      name,
      value,
    }));
    expect(taken.length).toBeGreaterThan(5);
    for (const { name, value } of taken) {
      expect(page, name).toContain(`\`${name}\``);
      if (value) expect(rowsBelow('docker compose').find((row) => row.name.includes(name))?.default).toContain(value);
    }
  });
});

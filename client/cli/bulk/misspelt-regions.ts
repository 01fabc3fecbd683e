import { isTree } from '../../../workflows/contract/problems.js';
import type { EffectiveItem } from '../../manifest/effective.js';
import { type LocatedManifest, problemAt } from '../../manifest/manifest.js';
import { placesForDefaults } from '../../manifest/merge.js';
import type { EffectiveSelector } from '../../manifest/selectors.js';
import type { ManifestProblem, PathStep } from '../../manifest/source.js';
import { typoMistake } from '../region-check.js';

type Written = readonly [path: PathStep[], region: unknown];

/** The two regions of an item, or of a place for defaults: of the target, and of the project. */
const regionsAt = (path: PathStep[], values: Readonly<Record<string, unknown>>): Written[] => [
  [[...path, 'region'], values['region']],
  [[...path, 'destination', 'region'], isTree(values['destination']) ? values['destination']['region'] : undefined],
];

/** Says which region was meant; undefined where it is none by itself (`all`, a list), or is not like any public one. */
function typoIn(region: unknown): string | undefined {
  const mistake = typeof region === 'string' && region !== 'all' ? typoMistake(region) : undefined;
  return mistake && `${JSON.stringify(region)}: ${mistake}`;
}

/** Regions written in a manifest that miss a public one by a letter or two. */
export function misspeltIn({ manifest, source }: LocatedManifest): ManifestProblem[] {
  const { flowLogs = [], selectors = [] } = manifest;
  const written: Written[] = [
    ...placesForDefaults(manifest).flatMap(({ path, values }) => regionsAt(path, values)),
    ...flowLogs.flatMap((item, at) => regionsAt(['flowLogs', at], item)),
    ...selectors.flatMap((selector, at) => [
      ...[selector.regions ?? []].flat().map((region, place): Written => [['selectors', at, 'regions', place], region]),
      ...regionsAt(['selectors', at], selector),
    ]),
  ];
  return written.flatMap(([path, region]) => {
    const message = typoIn(region);
    return message === undefined ? [] : [problemAt(source, path, message)];
  });
}

/** Misspelt regions that items and selectors have from outside of the manifest: the defaults of the accounts file. Each is told once. */
export function misspeltDefaults(
  { source }: LocatedManifest,
  items: readonly EffectiveItem[],
  selectors: readonly EffectiveSelector[],
): ManifestProblem[] {
  const told = new Map<unknown, ManifestProblem | undefined>();
  const look = (path: PathStep[], region: unknown): void => {
    if (region === undefined || told.has(region)) return;
    const message = typoIn(region);
    told.set(
      region,
      message === undefined ? undefined : problemAt(source, path, `takes a default of its account, ${message}`),
    );
  };
  for (const { index, input } of items) {
    const { region } = input.target as { readonly region?: string };
    look(['flowLogs', index], region);
    look(['flowLogs', index], input.spec?.destination?.region);
  }
  for (const { index, selector } of selectors) {
    const { regions, spec, specByAccount = {} } = selector;
    for (const region of [regions].flat()) look(['selectors', index], region);
    for (const one of [spec, ...Object.values(specByAccount)]) look(['selectors', index], one?.destination?.region);
  }
  return [...told.values()].filter((problem) => problem !== undefined);
}

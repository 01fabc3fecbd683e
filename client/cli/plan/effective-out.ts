import { omitUndefined } from '../../../cloud/omit-undefined.js';
import { workflowIdOf } from '../../../cloud/target.js';
import type { EffectiveItem } from '../../manifest/effective.js';
import type { EffectiveSelector } from '../../manifest/selectors.js';
import type { Answer } from '../answer.js';
import { nameOf } from '../commands/targets.js';

type Values = EffectiveSelector['values'];

/** Shows what a manifest asks for after merging, and the origin of each value. Looks at nothing in the cloud. */
export function effectiveAnswer(items: readonly EffectiveItem[], selectors: readonly EffectiveSelector[]): Answer {
  const text = [
    ...items.flatMap(({ input, position, values }) => [
      [`${nameOf(input)} (line ${position.line})`],
      ...values.map(lineOf),
    ]),
    ...selectors.flatMap(({ selector, position, values }, index) => [
      [`selector ${index + 1}: ${selector.product} ${selector.resourceType} (line ${position.line})`],
      ...values.map(lineOf),
    ]),
  ];
  return {
    document: {
      items: items.map(({ input, position, values }) => ({
        target: input.target,
        workflowId: workflowIdOf(input.target),
        ...omitUndefined({ spec: input.spec, options: input.options }),
        values,
        ...position,
      })),
      selectors: selectors.map(({ selector, position, values }) => ({ selector, values, ...position })),
    },
    text,
  };
}

const lineOf = ({ path, value, from, account }: Values[number]): string[] => [
  `  ${path} = ${typeof value === 'string' ? value : JSON.stringify(value)}  (${from}${account ? `, account ${account}` : ''})`,
];

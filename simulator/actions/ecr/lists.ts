import { Refusal } from '../../wire/refusal.js';
import type { Json } from '../../wire/xml.js';
import type { Resource } from '../../world/world.js';
import type { AnswerBody, Call } from '../action.js';
import { tokenPage } from '../paging.js';
import type { Parameter } from '../parameters.js';
import { ecrAnswer } from './router.js';

/** Rows by which ECR's lists are paged. */
export const listParameters: readonly Parameter[] = [
  { name: 'NextToken', type: 'text' },
  { name: 'MaxResults', type: 'integer', min: 1, max: 2_147_483_647 },
];

/** The page when none is asked for. */
const routersPageSize = 20;

/** A page of resources under its name, in the envelope of ECR. */
export function resourcePage(
  call: Call,
  all: readonly Resource[],
  name: string,
  shown: (resource: Resource) => Json,
): AnswerBody {
  const maxResults = call.args.integer('MaxResults') ?? routersPageSize;
  const { page, nextToken, total } = tokenPage(call, all, {
    size: maxResults,
    placeOf: ({ ordinal }) => ordinal,
    wrongToken: () => new Refusal('INVALID_PARAMETER'),
  });
  return ecrAnswer(call, {
    TotalCount: total,
    MaxResults: maxResults,
    NextToken: nextToken,
    [name]: page.map(shown),
  });
}

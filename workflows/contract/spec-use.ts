import type { Product } from '../../cloud/flow-log.js';
import type { FieldRow } from '../../cloud/products/product-row.js';
import { products } from '../../cloud/products/products.js';
import type { Operation } from './operation.js';

/** Use of a spec by an operation. */
export interface SpecUse {
  /** Demand for a spec of a resource, and (`byId`) of a flow log named by its id. */
  readonly forResource: 'required' | 'absent';
  readonly byId: 'required' | 'optional' | 'absent';
  /** Whole: every required field must be there. Otherwise only the fields that pass. */
  readonly whole: boolean;
  readonly takes: (field: FieldRow) => boolean;
  /** Reason why a field is not taken. */
  readonly refusal: string;
  /** True where the fields that are taken are told with it. */
  readonly lists?: boolean;
}

/** For an operation that takes no spec. */
export const noSpec: SpecUse = {
  forResource: 'absent',
  byId: 'absent',
  whole: false,
  takes: () => false,
  refusal: 'this operation takes no spec',
};

/** Use of a spec by each operation. */
export const specUses: Readonly<Record<Operation, SpecUse>> = {
  enable: { forResource: 'required', byId: 'optional', whole: true, takes: () => true, refusal: '' },
  disable: noSpec,
  modify: {
    forResource: 'required',
    byId: 'required',
    whole: false,
    // Destination and traffic say which flow log is meant; they are never changed.
    takes: (field) => field.change !== undefined || field.identifying === true,
    refusal: 'cannot be modified; delete the flow log and enable it anew',
    lists: true,
  },
  delete: noSpec,
};

/** Top fields of a product's spec that a modification can change. */
export const modifiableFields = (product: Product): string[] => [
  ...new Set(
    Object.entries(products[product].spec).flatMap(([field, row]) =>
      row.change ? [field.split('.')[0] ?? field] : [],
    ),
  ),
];

/** Tells whether the operation takes a spec at all. */
export const takesSpec = (operation: Operation): boolean => specUses[operation].forResource === 'required';

/** The rows of a top field of the spec: `destination` has two or three, the others one. */
export const fieldRowsOf = (product: Product, name: string): FieldRow[] =>
  Object.entries(products[product].spec)
    .filter(([field]) => field === name || field.startsWith(`${name}.`))
    .map(([, row]) => row);

/** Tells whether the operation takes this top field of the product's spec. */
export const takesSpecField = (operation: Operation, product: Product, name: string): boolean =>
  fieldRowsOf(product, name).some(specUses[operation].takes);

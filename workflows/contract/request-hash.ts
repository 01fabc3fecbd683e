import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { workflowIdOf } from '../../cloud/target.js';
import { workflowTypes, type Operation, type OperationInput, type OperationOptions } from './operation.js';

/** Every choice of an operation but its deadline, at its default. `takeOver` is younger: it counts only where it is asked for, so that hashes stay. */
export const defaultOptions = {
  adopt: false,
  onExisting: 'conflict',
  surplus: 'report',
  requireDelivery: false,
  rollback: false,
  openService: false,
} as const satisfies Required<Omit<OperationOptions, 'deadlineMs' | 'takeOver'>>;

/**
 * JSON with sorted keys and no spaces, as RFC 8785 has it, so that every language writes the same bytes.
 * Fields that are `undefined` are left out.
 */
export function canonicalRequestJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalRequestJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  let fields = '';
  // Sorted by UTF-16 units, as the standard has it. One text that grows: manifests have a million fields.
  for (const name of Object.keys(value).sort()) {
    const field = (value as Readonly<Record<string, unknown>>)[name];
    if (field !== undefined) fields += `${fields && ','}${JSON.stringify(name)}:${canonicalRequestJson(field)}`;
  }
  return `{${fields}}`;
}

/**
 * Hash that two callers compare to know that they ask for the same: SHA-256, in hex, of the canonical JSON of workflow type, target (by its
 * identity, the workflow id: a router named beside an attachment is no other target), effective spec and every option but the deadline.
 * Requester and reason are not part of it.
 *
 * @param input normalised by `parseOperationInput`, so that its spec is the effective one
 */
export function requestHash(operation: Operation, input: Pick<OperationInput, 'target' | 'spec' | 'options'>): string {
  const { target, spec, options } = input;
  const chosen = { ...defaultOptions, ...options, takeOver: options?.takeOver || undefined, deadlineMs: undefined };
  const asked = { type: workflowTypes[operation], target: workflowIdOf(target), spec, options: chosen };
  return bytesToHex(sha256(utf8ToBytes(canonicalRequestJson(asked))));
}

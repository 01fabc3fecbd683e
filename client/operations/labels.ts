/** A target read back from a workflow id, for screens. `undefined` for an id that is none of ours. */
export function targetOfWorkflowId(
  workflowId: string,
): { readonly product: string; readonly accountId: string; readonly place: string; readonly name: string } | undefined {
  const [form, product, accountId, place, ...name] = workflowId.split('/');
  if (form !== 'flow-log' && form !== 'flow-log-id') return undefined;
  if (!product || !accountId || !place || name.length === 0) return undefined;
  return { product, accountId, place, name: name.join('/') };
}

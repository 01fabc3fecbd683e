import type { Refusal } from '../wire/refusal.js';
import type { Resource, ResourceKind } from '../world/world.js';
import type { Call, SimulatedService } from './action.js';

/** Seeded lists by service: once one of a service's lists holds something, that service knows only what was seeded (`resources: auto`). */
const kindsOf: Readonly<Partial<Record<SimulatedService, readonly ResourceKind[]>>> = {
  vpc: ['vpcs', 'vSwitches', 'networkInterfaces'],
  cen: ['cens', 'transitRouters', 'attachments'],
  ecr: ['ecrs', 'vbrs', 'ecrAssociations'],
};

/**
 * The resource a call names, where resources are known; undefined where every well-formed id exists and this one was not seeded.
 * @param region - Empty for a central resource.
 * @throws what `absent` makes, when only seeded resources exist and this is none of them.
 */
export function requireResource(
  call: Call,
  kind: ResourceKind,
  id: string,
  region: string,
  absent: () => Refusal,
): Resource | undefined {
  const resource = call.world.resource(kind, call.accountId, id);
  if (resource && (region === '' || resource.region === '' || resource.region === region)) return resource;
  if (knowsOnlySeeded(call)) throw absent();
  return undefined;
}

function knowsOnlySeeded(call: Call): boolean {
  if (call.config.resources !== 'auto') return call.config.resources === 'seeded';
  const kinds = kindsOf[call.service] ?? [];
  for (const resource of call.world.resources.values()) if (kinds.includes(resource.kind)) return true;
  return false;
}

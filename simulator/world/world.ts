import type { AccessKey, Role } from './access.js';
import type { FlowLog, SimulatedProduct } from './flow-log.js';
import type { StateLog } from './state-log.js';
import { type StateLine } from './state-log.js';
import { Table } from './table.js';

/** An account; one that no seed mentions exists too, with the flow log service open. */
export interface Account {
  readonly uid: string;
  readonly flowLogService: 'open' | 'closed';
}

/** A resource that can be logged, or that contains one: kept as seeded, for discovery and for `resources: seeded`. */
export interface Resource {
  readonly kind: ResourceKind;
  readonly id: string;
  readonly accountId: string;
  /** Empty for a central resource. */
  readonly region: string;
  /** Its place in the order of coming, from 1; pages go by it. */
  readonly ordinal: number;
  readonly tags: Readonly<Record<string, string>>;
  /** Everything else that was seeded about it: `vpcId`, `cenId`, `status`, `shared`, … */
  readonly details: Readonly<Record<string, unknown>>;
}

/** The lists a seed may hold. */
export const resourceKinds = [
  'vpcs',
  'vSwitches',
  'networkInterfaces',
  'cens',
  'transitRouters',
  'attachments',
  'ecrs',
  'vbrs',
  'ecrAssociations',
] as const;
export type ResourceKind = (typeof resourceKinds)[number];

/** A Log Service project that is not as it should be. */
export interface Project {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  /** `missing`: does not exist. `unusable`: exists, but its log store takes nothing. `usable`: as any project that no seed mentions. */
  readonly state: 'usable' | 'missing' | 'unusable';
}

/** The answer a client token was used up for. */
export interface RememberedAnswer {
  readonly requestDigest: string;
  readonly body: unknown;
  readonly flowLogId?: string;
}

/** Fields by which a list is narrowed to one resource; they never change. */
export const identifyingFields = ['ResourceId', 'TransitRouterAttachmentId', 'TransitRouterId', 'InstanceId'] as const;

/** Everything that is true in this cloud. Reads are plain; every write reaches the state log. */
export class World {
  readonly accessKeys: Table<AccessKey>;
  readonly roles: Table<Role>;
  readonly accounts: Table<Account>;
  readonly flowLogs: Table<FlowLog>;
  readonly resources: Table<Resource>;
  readonly projects: Table<Project>;
  readonly remembered: Table<RememberedAnswer>;
  /** Ids of flow logs by account, product and region, in order of creation. */
  readonly #byPlace = new Map<string, Map<string, Set<string>>>();

  /** Ids of flow logs by account, product and each field that identifies their resource, so that a filtered list need not look at all. */
  readonly #byField = new Map<string, Set<string>>();

  /** Of the resource that came last; the places of removed ones are not given again. */
  #lastOrdinal = 0;

  constructor(readonly log: StateLog) {
    this.accessKeys = new Table('accessKeys', log);
    this.roles = new Table('roles', log);
    this.accounts = new Table('accounts', log);
    this.flowLogs = new Table('flowLogs', log);
    this.resources = new Table('resources', log);
    this.projects = new Table('projects', log);
    this.remembered = new Table('remembered', log);
  }

  get tables(): readonly Table<never>[] {
    const { accessKeys, roles, accounts, flowLogs, resources, projects, remembered } = this;
    return [accessKeys, roles, accounts, flowLogs, resources, projects, remembered] as unknown as Table<never>[];
  }

  /** Takes the rows of an earlier run. */
  restore(lines: readonly StateLine[]): void {
    const byName = new Map(this.tables.map((table) => [table.name, table]));
    for (const [name, key, row] of lines) byName.get(name)?.restore(key, row as never);
    for (const flowLog of this.flowLogs.values()) this.#index(flowLog);
    for (const { ordinal } of this.resources.values()) this.#lastOrdinal = Math.max(this.#lastOrdinal, ordinal);
  }

  /** Stores a flow log, new or changed. */
  putFlowLog(flowLog: FlowLog): void {
    this.flowLogs.put(flowLog.id, flowLog);
    this.#index(flowLog);
  }

  /** All flow logs ever made in an account, product and region (of all regions when undefined), in order of creation, those gone too. */
  flowLogsOf(product: SimulatedProduct, accountId: string, region?: string): FlowLog[] {
    const places = this.#byPlace.get(`${product} ${accountId}`);
    if (region !== undefined) return this.#named(places?.get(region));
    const everywhere = [...(places?.values() ?? [])].flatMap((ids) => this.#named(ids));
    return everywhere.sort((a, b) => a.ordinal - b.ordinal);
  }

  /** Those of an account whose field of this name, one of {@link identifyingFields}, has this value, in order of creation. */
  flowLogsOn(product: SimulatedProduct, accountId: string, field: string, value: string): FlowLog[] {
    return this.#named(this.#byField.get([product, accountId, field, value].join(' ')));
  }

  #named(ids: ReadonlySet<string> = new Set()): FlowLog[] {
    const found: FlowLog[] = [];
    for (const id of ids) {
      const flowLog = this.flowLogs.get(id);
      if (flowLog) found.push(flowLog);
    }
    return found;
  }

  account(uid: string): Account {
    return this.accounts.get(uid) ?? { uid, flowLogService: 'open' };
  }

  resource(kind: ResourceKind, accountId: string, id: string): Resource | undefined {
    return this.resources.get(`${kind} ${accountId} ${id}`);
  }

  /** Stores a resource; one that exists is replaced and keeps its place. */
  putResource(resource: Omit<Resource, 'ordinal'>): void {
    const { kind, accountId, id } = resource;
    const ordinal = this.resource(kind, accountId, id)?.ordinal ?? (this.#lastOrdinal += 1);
    this.resources.put(`${kind} ${accountId} ${id}`, { ...resource, ordinal });
  }

  removeResource(kind: ResourceKind, accountId: string, id: string): void {
    this.resources.remove(`${kind} ${accountId} ${id}`);
  }

  /** Stores a role; names of roles are the same in any case. */
  putRole(role: Role): void {
    this.roles.put(role.arn.toLowerCase(), role);
  }

  project(accountId: string, region: string, name: string): Project['state'] {
    return this.projects.get(`${accountId} ${region} ${name}`)?.state ?? 'usable';
  }

  clear(): void {
    for (const table of this.tables) table.clear();
    this.#byPlace.clear();
    this.#byField.clear();
    this.#lastOrdinal = 0;
  }

  #index({ id, product, accountId, region, versions }: FlowLog): void {
    const owner = `${product} ${accountId}`;
    const places = this.#byPlace.get(owner) ?? new Map<string, Set<string>>();
    this.#byPlace.set(owner, places);
    addToIndex(places, region, id);
    for (const field of identifyingFields) {
      const value = versions.at(-1)?.fields[field];
      if (typeof value === 'string' && value !== '') addToIndex(this.#byField, `${owner} ${field} ${value}`, id);
    }
  }
}

function addToIndex(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key);
  if (ids) ids.add(id);
  else index.set(key, new Set([id]));
}

/**
 * The nouns of this service: the resource that is logged (target), the wished state (spec), the state that was seen (observation).
 * Pure types, used by all layers.
 */

/** A cloud product whose traffic flow logs record. */
export type Product = 'vpc' | 'cen' | 'ecr';

/** The calls that change fields of a flow log that is there: its attributes, its tags, its resource group. */
export type EditVerb = 'modify' | 'tag' | 'move';

/** The changing verbs of a flow log's life. Each product spells them its own way; see the rows. */
export type ChangeVerb = 'create' | 'activate' | 'deactivate' | EditVerb | 'delete';

/** Place that holds flow logs: one account in one region; `region` is absent for a product with a central endpoint. */
export interface Place {
  readonly product: Product;
  /** The account's uid, never its name. */
  readonly accountId: string;
  readonly region?: string;
}

/** One thing whose traffic is logged. `resource` holds the row's identity fields, e.g. `{ type, id }` for vpc. */
export interface ResourceTarget extends Place {
  readonly resource: Readonly<Record<string, string>>;
}

/** A flow log named by its id. `ecrId` names the router of an ecr flow log, which the cloud asks for. */
export interface FlowLogIdTarget extends Place {
  readonly flowLogId: string;
  readonly ecrId?: string;
}

/** Target of an operation. */
export type Target = ResourceTarget | FlowLogIdTarget;

/** Destination of the records: a project and log store of the Log Service; `region` only for delivery across regions (ecr). */
export interface Destination {
  readonly project: string;
  readonly logStore: string;
  readonly region?: string;
}

/** Wished state of a flow log. The product's row says which fields it has, and which can be modified. */
export interface Spec {
  readonly destination?: Destination;
  readonly name?: string;
  readonly description?: string;
  readonly aggregationIntervalSeconds?: number;
  readonly trafficType?: string;
  readonly trafficPath?: readonly string[];
  readonly ipVersion?: string;
  readonly logFormat?: string;
  readonly samplingRate?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly resourceGroupId?: string;
}

/** Our three words for the cloud's many, and one for a word that is not documented. */
export type FlowLogStatus = 'active' | 'inactive' | 'changing' | 'unknown';

/** State of the delivery of records, where the cloud tells. */
export interface Delivery {
  readonly state: 'ok' | 'failed' | 'unknown';
  /** The cloud's own words when `failed`. */
  readonly message?: string;
}

/** One flow log as the cloud listed it. Values are in our units (seconds), the raw status kept beside ours. */
export interface ObservedFlowLog {
  readonly flowLogId: string;
  readonly status: FlowLogStatus;
  readonly rawStatus: string;
  readonly businessStatus?: string;
  readonly delivery: Delivery;
  /** As the cloud wrote it, ISO 8601. */
  readonly createdAt?: string;
  /** Identity fields of the resource it logs, in the shape of {@link ResourceTarget.resource}. */
  readonly resource: Readonly<Record<string, string>>;
  readonly region?: string;
  readonly destination: Destination;
  readonly name?: string;
  readonly description?: string;
  readonly aggregationIntervalSeconds?: number;
  readonly trafficType?: string;
  readonly trafficPath?: readonly string[];
  readonly ipVersion?: string;
  readonly logFormat?: string;
  readonly samplingRate?: string;
  readonly resourceGroupId?: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Made by another service of the cloud (ServiceType `sls`): visible, never ours to change. */
  readonly serviceManaged: boolean;
}

/** A flow log compared with the spec: `drift` names the fields that differ, `[]` when none. */
export interface SeenFlowLog extends ObservedFlowLog {
  readonly drift: readonly string[];
}

/** State of one target as the cloud told it, once. Never kept longer than the step that asked. */
export interface Observation {
  readonly own: readonly SeenFlowLog[];
  readonly foreign: readonly SeenFlowLog[];
  readonly managed: readonly SeenFlowLog[];
  /** Time at which the read behind it began, ISO 8601 UTC. */
  readonly readAt: string;
  /** True where the read is a complete scan: distinct ids equal TotalCount on every page, unchanged from first to last. */
  readonly complete: boolean;
}

/** Narrows a target to the by-id form. */
export const isById = (target: Target): target is FlowLogIdTarget => 'flowLogId' in target;

/** The id of a flow log as a field; no field where it is not known. */
export const withFlowLogId = (flowLogId: string | undefined): { flowLogId?: string } =>
  flowLogId ? { flowLogId } : {};

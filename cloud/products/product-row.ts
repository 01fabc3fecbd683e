import type { Service } from '../call/port.js';
import type { ChangeVerb, EditVerb, FlowLogStatus } from '../flow-log.js';

/** Verbs that every product has for a flow log. */
type CommonVerb = Exclude<ChangeVerb, 'tag' | 'move'> | 'list';

/** The verbs of a flow log's life. */
export type Verb = ChangeVerb | 'list';

/** Operations on the account's flow log service, where a product has one. */
export type ServiceVerb = 'serviceStatus' | 'openService';

/** Permission that a RAM policy must give for one action. */
export interface RamRow {
  readonly action: string;
  /** The documented access level. */
  readonly level: 'create' | 'update' | 'delete' | 'list' | 'get';
  /** ARN pattern with `{region} {accountId} {flowLogId}`, or `*`. */
  readonly resource: string;
  /** Document in which this was read. */
  readonly source: string;
  /** Read in one of the API documents that this service was built from; otherwise at second hand, or named after its siblings. */
  readonly verified: boolean;
}

/** One action of the cloud, letter for letter. */
export interface ActionRow {
  readonly action: string;
  readonly ram: RamRow;
  /** Documented limit: calls per minute for one account, region and action. Absent: not documented. */
  readonly quotaPerMinute?: number;
  /** Calls per second we allow ourselves where no limit is documented. */
  readonly undocumentedPerSecond: number;
}

/** Field names of a spec as a person writes them; `destination.*` are flattened. */
export type SpecField =
  | 'destination.project'
  | 'destination.logStore'
  | 'destination.region'
  | 'name'
  | 'description'
  | 'aggregationIntervalSeconds'
  | 'trafficType'
  | 'trafficPath'
  | 'ipVersion'
  | 'logFormat'
  | 'samplingRate'
  | 'tags'
  | 'resourceGroupId';

/** Rule for the values of a field. */
export type FieldRule =
  | {
      readonly kind: 'text';
      readonly minLength: number;
      readonly maxLength: number;
      readonly pattern?: RegExp;
      /** Must not be found in it. */
      readonly refused?: RegExp;
      /** The patterns in words, for messages. */
      readonly allowed: string;
      /** Suggests the value that was probably meant; follows the message where the pattern does not match. */
      readonly hint?: (text: string) => string;
      /** May hold `{account}`-like templates, which are expanded before the rule is applied. */
      readonly template?: true;
    }
  | { readonly kind: 'choice'; readonly allowed: readonly string[] }
  | { readonly kind: 'choices'; readonly allowed: readonly string[]; readonly maxItems: number }
  | { readonly kind: 'seconds'; readonly allowedSeconds: readonly number[]; readonly secondsPerUnit: number }
  | {
      readonly kind: 'tags';
      readonly maxKeyLength: number;
      readonly maxValueLength: number;
      readonly maxCount: number;
    };

/** One field of a product's spec. */
export interface FieldRow {
  readonly rule: FieldRule;
  /** Request parameter. */
  readonly param: string;
  /** Dotted path at which a listed flow log shows it; absent: the parameter's name. */
  readonly path?: string;
  /** Must be given where a whole flow log is described. */
  readonly required?: true;
  /** The call that changes it; absent: it is set at create. */
  readonly change?: EditVerb;
  /** Does not affect the records: where no call changes it, the flow log is right without it, and it is reported as not applied. */
  readonly label?: true;
  /** Sent at create when the request says nothing. */
  readonly default?: string | number;
  /** The default counts as part of the request: a flow log that differs is another flow log. */
  readonly assumed?: true;
  /** Names the flow log that is meant: it may stand beside a modification, though it cannot be modified. */
  readonly identifying?: true;
  /** Value of a listed flow log that does not show the field; absent: the default, or nothing. */
  readonly whenAbsent?: readonly string[];
}

/** One field that identifies the resource whose traffic is logged. */
export interface ResourceFieldRow {
  /** Request parameter; a listed flow log shows it under the same name. */
  readonly param: string;
  readonly required: boolean;
  readonly allowed?: readonly string[];
}

/** One way to identify a resource: the key is the values of these fields, joined by `/`. */
export interface ResourceForm {
  readonly fields: readonly string[];
  /** A new flow log can be made on it. */
  readonly creatable: boolean;
  /** Recognises the last part of a key as this form's, where two forms have the same number of parts. */
  readonly lastPart?: RegExp;
}

/** State to which a change under way leads. */
export type SettledAs = 'active' | 'inactive' | 'absent';

/** Paging of a list. */
export interface PagingRow {
  readonly style: 'page-number' | 'token';
  readonly sizeParam: string;
  /** Rows asked for at a time. */
  readonly pageSize: number;
  /** The parameter that names a page. */
  readonly pageParam: string;
}

/** Everything in which a product differs from the others. Adding a product is adding a row. */
export interface ProductRow {
  readonly service: Service;
  readonly apiVersion: string;
  /** The product's API pages. */
  readonly docs: string;
  /** One endpoint for all regions, and no region parameter. */
  readonly central: boolean;
  readonly actions: Readonly<Record<CommonVerb, ActionRow> & Partial<Record<Verb, ActionRow>>>;
  /** The product's word for a flow log where tags and resource groups are changed; absent where neither can be. */
  readonly resourceType?: string;
  readonly serviceActions: Readonly<Partial<Record<ServiceVerb, ActionRow>>>;
  /** Changes take a ClientToken. Where not, only looking first keeps a change from being made twice. */
  readonly clientToken: boolean;
  /** Changes take DryRun. */
  readonly dryRun: boolean;
  readonly resource: {
    readonly fields: Readonly<Record<string, ResourceFieldRow>>;
    /** Tried in order: the first whose fields are all present is the identity. */
    readonly forms: readonly [ResourceForm, ...ResourceForm[]];
    /** Parameters of create that never vary. */
    readonly constants: Readonly<Record<string, string>>;
  };
  /** The field of the resource that names the instance above it, sent with every action that takes it. */
  readonly parent?: { readonly field: string; readonly param: string; readonly requiredOnList: boolean };
  readonly spec: Readonly<Partial<Record<SpecField, FieldRow>>>;
  /** Our status for each of the cloud's; a word not in here is `unknown`. */
  readonly statuses: Readonly<Record<string, Exclude<FlowLogStatus, 'unknown'>>>;
  /** State to which each of the cloud's words for a change under way leads. A word that may lead to more than one state is not in here. */
  readonly settlesAs: Readonly<Record<string, SettledAs>>;
  /** A project or log store that is not there is created by the cloud; where not, it must exist. */
  readonly makesDestination: boolean;
  /** Service name of the role that the cloud makes for delivery at the first create, in the caller's name; absent where it makes none. */
  readonly serviceLinkedRole?: string;
  /** Flow logs that an account may have in one region, where nothing else was agreed; absent: no number is documented. */
  readonly defaultQuota?: number;
  readonly list: {
    /** Dotted path to the rows of a list. */
    readonly items: string;
    readonly paging: PagingRow;
    /** Parameter of the tag filter (`Tags.1.Key` or `Tag.1.Key`). */
    readonly tagParam: string;
  };
  /** Fields of a listed flow log that tell whether records arrive; absent where the cloud does not tell. */
  readonly delivery?: {
    readonly path: string;
    readonly ok: readonly string[];
    readonly failed: readonly string[];
    readonly messagePath: string;
  };
}

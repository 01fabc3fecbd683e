import { z } from 'zod';
import { type DiscoveredResource, coverages, resourceTypes } from '../../cloud/discovery/selector.js';
import type { Delivery, Destination, FlowLogStatus } from '../../cloud/flow-log.js';
import { productNames } from '../../cloud/products/products.js';
import { targetSchema } from '../../cloud/spec.js';
import type {
  Check,
  DiagnoseReport,
  InspectReport,
  InspectedFlowLog,
  RememberedChange,
} from '../../workflows/contract/operation.js';
import { oneOfWords, time } from './doubt-reports.js';

/** Reports of looks at the cloud, as schemas for callers in other languages. The compiler compares: no field can be missing. */

/** Any text, a list of them, and a count, in every answer. */
export const anyText = z.string();
export const textsShape = z.array(anyText);
const named = z.record(anyText, anyText);
export const countShape = z.int().min(0);

// Keys, so that a word that is missing does not pass either.
const statuses = { active: true, inactive: true, changing: true, unknown: true } satisfies Record<FlowLogStatus, true>;
const states = { ok: true, failed: true, unknown: true } satisfies Record<Delivery['state'], true>;

const logPlace = z.object({
  project: anyText,
  logStore: anyText,
  region: anyText.optional(),
} satisfies Record<keyof Destination, z.ZodType>);
const delivery = z.object({
  state: oneOfWords(states),
  message: anyText.optional(),
} satisfies Record<keyof Delivery, z.ZodType>);

const flowLog = z.object({
  product: z.enum(productNames),
  whose: z.enum(['own', 'foreign', 'managed']),
  flowLogId: anyText,
  status: oneOfWords(statuses),
  rawStatus: anyText,
  businessStatus: anyText.optional(),
  delivery,
  createdAt: anyText.optional(),
  resource: named,
  region: anyText.optional(),
  destination: logPlace,
  name: anyText.optional(),
  description: anyText.optional(),
  aggregationIntervalSeconds: z.number().optional(),
  trafficType: anyText.optional(),
  trafficPath: textsShape.optional(),
  ipVersion: anyText.optional(),
  logFormat: anyText.optional(),
  samplingRate: anyText.optional(),
  resourceGroupId: anyText.optional(),
  tags: named,
  serviceManaged: z.boolean(),
} satisfies Record<keyof InspectedFlowLog, z.ZodType>);

const rememberedFlowLog = z.object({
  product: z.enum(productNames),
  resource: named,
  flowLogId: anyText.optional(),
  text: anyText,
} satisfies Record<keyof RememberedChange, z.ZodType>);

export const inspectReportSchema = z.object({
  flowLogs: z.array(flowLog),
  remembered: z.array(rememberedFlowLog).optional(),
  problems: z.array(z.object({ place: anyText, message: anyText })),
  changedWhileReading: textsShape.optional(),
  rest: z.object({ flowLogs: anyText.optional(), remembered: anyText.optional() }).optional(),
  readAt: time,
} satisfies Record<keyof InspectReport, z.ZodType>);

export const discoveredResourceSchema = z.object({
  target: targetSchema(),
  resourceType: z.enum(Object.keys(resourceTypes) as [keyof typeof resourceTypes]),
  coverage: z.enum(coverages),
  name: anyText.optional(),
  resourceGroupId: anyText.optional(),
  tags: named.optional(),
  flowLogIds: textsShape,
  moreFlowLogs: countShape.optional(),
  surplus: textsShape.optional(),
  below: anyText.optional(),
  selector: countShape,
} satisfies Record<keyof DiscoveredResource, z.ZodType>);

const check = z.object({
  name: anyText,
  accountId: anyText.optional(),
  ok: z.boolean(),
  detail: anyText,
  advice: anyText.optional(),
} satisfies Record<keyof Check, z.ZodType>);

export const diagnoseReportSchema = z.object({
  checks: z.array(check),
} satisfies Record<keyof DiagnoseReport, z.ZodType>);

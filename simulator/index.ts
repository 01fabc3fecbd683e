/** An Alibaba Cloud in a box: the flow-log APIs of VPC, CEN and ECR over their real wire protocol, with a control of its own. */
export { startSimulator, type Simulator, type SimulatorOptions } from './simulator.js';
export { systemClock, type Clock } from './clock.js';
export { profiles, type ConfigPatch, type Profile, type SimulatorConfig } from './config.js';
export type { ActiveRule, FaultEffect, FaultRule, FaultRuleInput } from './control/faults.js';
export type { JournalEntry } from './control/journal.js';
export { ControlError } from './control/checked.js';
export type { Revocation, Revoked } from './control/revocation.js';
export type { FlowLogView, LiveFlowLog, MadeMoreThanOnce, Summary } from './control/summary.js';
export { roleArn as roleArnOf } from './world/access.js';
export { defaultAccount, type Seed } from './world/seed.js';

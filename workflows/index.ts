/** The workflows by name, as the bundle offers them to the server. */
export { enableFlowLog, enableFoundFlowLog } from './operation/enable.js';
export { disableFlowLog, disableFoundFlowLog } from './operation/disable.js';
export { modifyFlowLog, modifyFoundFlowLog } from './operation/modify.js';
export { deleteFlowLog, deleteFoundFlowLog } from './operation/delete.js';
export { inspectFlowLogs, diagnose } from './reads/inspect.js';
export { bulkFlowLogs } from './bulk/bulk.js';
export { bulkPage } from './bulk/bulk-page.js';
export { planFlowLogs } from './reads/plan.js';
export { discoverFlowLogs } from './reads/discover.js';
export { inspectBulks, readRows, storeManifest } from './reads/bulks.js';
export { listDoubts, resolveDoubts } from './reads/doubts.js';
/** Runs for every workflow type that is not one of ours. */
export { unknownWorkflow as default } from './run/door.js';

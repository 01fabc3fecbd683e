/** The workflows by name, as the bundle offers them to the server. */
export { enableFlowLog, enableFoundFlowLog } from './operation/enable.js';
export { disableFlowLog, disableFoundFlowLog } from './operation/disable.js';
export { modifyFlowLog, modifyFoundFlowLog } from './operation/modify.js';
export { deleteFlowLog, deleteFoundFlowLog } from './operation/delete.js';
export { inspectFlowLogs, diagnose } from './reads.js';
export { bulkFlowLogs } from './bulk.js';
export { bulkPage } from './bulk-page.js';
export { planFlowLogs } from './plan.js';
export { discoverFlowLogs } from './discover.js';
export { inspectBulks, readRows, storeManifest } from './bulk-reads.js';
export { listDoubts, resolveDoubts } from './doubts.js';
/** Whatever is asked for by another name. */
export { unknownWorkflow as default } from './run/door.js';

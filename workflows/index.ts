/** The workflows by name, as the bundle offers them to the server. */
export { enableFlowLog, enableFoundFlowLog } from './enable.js';
export { disableFlowLog, disableFoundFlowLog } from './disable.js';
export { modifyFlowLog, modifyFoundFlowLog } from './modify.js';
export { deleteFlowLog, deleteFoundFlowLog } from './delete.js';
export { inspectFlowLogs, diagnose } from './reads.js';
export { bulkFlowLogs } from './bulk.js';
export { bulkPage } from './bulk-page.js';
export { planFlowLogs } from './plan.js';
export { discoverFlowLogs } from './discover.js';
export { inspectBulks, readRows, storeManifest } from './bulk-reads.js';
export { listDoubts, resolveDoubts } from './doubts.js';
/** Whatever is asked for by another name. */
export { unknownWorkflow as default } from './door.js';

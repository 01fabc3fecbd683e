import { createCloudClient } from '../cloud/client.js';
import type { CloudClient } from '../cloud/cloud.js';
import type { WorkerConfig } from './config.js';

/** The cloud as this worker reaches it, and the accounts it has credentials for. */
export interface CloudConnection {
  readonly cloud: CloudClient;
  readonly accountIds: readonly string[];
  close(): void;
}

export async function connectCloud(config: WorkerConfig): Promise<CloudConnection> {
  const { connectTimeoutMs, readTimeoutMs } = config.timing;
  const cloud = createCloudClient({
    credentials: () => ({
      getCredentials: async () => ({
        accessKeyId: process.env['ALIBABA_CLOUD_ACCESS_KEY_ID'] ?? '',
        accessKeySecret: process.env['ALIBABA_CLOUD_ACCESS_KEY_SECRET'] ?? '',
      }),
    }),
    endpoints: config.endpoints,
    network: config.network,
    connectTimeoutMs,
    readTimeoutMs,
  });
  return { cloud, accountIds: config.accountId ? [config.accountId] : [], close: () => cloud.close() };
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeEach, onTestFinished } from 'vitest';
import {
  createCloudClient,
  type ClosableCloudClient,
  type CloudClientOptions,
  type Credentials,
} from '../../cloud/call/client.js';
import type { CloudRequest } from '../../cloud/call/port.js';
import { CloudError } from '../../cloud/errors/cloud-error.js';
import { type Simulator, defaultAccount, startSimulator } from '../../simulator/index.js';

/** One request as a throw-away server received it. */
export interface Received {
  readonly request: IncomingMessage;
  readonly body: string;
  readonly form: URLSearchParams;
}

/** A server that answers as one test says, and remembers what came. */
export interface WireServer {
  readonly url: string;
  readonly received: Received[];
  /** Connections made so far. */
  connections(): number;
  close(): Promise<void>;
}

/** Answers one request; may destroy the connection, or never answer. */
export type Answer = (received: Received, response: ServerResponse) => void;

export async function startWireServer(answer: Answer): Promise<WireServer> {
  const received: Received[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const entry = { request, body, form: new URLSearchParams(body) };
      received.push(entry);
      answer(entry, response);
    });
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Answers every request with a status, a body and headers. */
export const answering =
  (status: number, body: string, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);

export const testCredentials: Credentials = {
  accessKeyId: 'LTAItestkeyid',
  accessKeySecret: 'planted/secret+of=the test',
  securityToken: 'CAISplanted/token+value==',
};

/** A client with short timeouts that sends everything to one address. */
export const clientFor = (url: string, options: Partial<CloudClientOptions> = {}): ClosableCloudClient =>
  createCloudClient({
    credentials: () => ({ getCredentials: async () => testCredentials }),
    endpoints: { FLOWLOG_ENDPOINT: url },
    connectTimeoutMs: 2_000,
    readTimeoutMs: 300,
    ...options,
  });

/** A client of the accounts of a simulator: the default one, and those seeded with `AK` and `SK` before their uid. */
export const clientOf = (
  simulator: Pick<Simulator, 'url'>,
  options: Partial<CloudClientOptions> = {},
): ClosableCloudClient =>
  clientFor(simulator.url, {
    credentials: (uid: string) => ({
      getCredentials: async () =>
        uid === defaultAccount.uid
          ? { accessKeyId: defaultAccount.accessKeyId, accessKeySecret: defaultAccount.secret }
          : { accessKeyId: `AK${uid}`, accessKeySecret: `SK${uid}` },
    }),
    readTimeoutMs: 5_000,
    ...options,
  });

/** A server that answers so, and a client of it, for as long as the test lasts. */
export async function against(answer: Answer, options: Partial<CloudClientOptions> = {}) {
  const server = await startWireServer(answer);
  const client = clientFor(server.url, options);
  onTestFinished(async () => {
    client.close();
    await server.close();
  });
  return { server, client };
}

/** A simulator without limits for all tests of a file, empty before each of them, and a client of it. */
export async function friendlySimulator() {
  const simulator = await startSimulator({ profile: 'friendly', config: { limits: {}, quotas: {} } });
  const cloud = clientOf(simulator);
  beforeEach(() => simulator.reset());
  afterAll(async () => {
    cloud.close();
    await simulator.close();
  });
  return { simulator, cloud };
}

export const activate: CloudRequest = {
  service: 'vpc',
  action: 'ActiveFlowLog',
  accountId: '1000000000000001',
  region: 'cn-hangzhou',
  params: { RegionId: 'cn-hangzhou', FlowLogId: 'fl-1' },
};

/** The CloudError a call ends with. */
export async function cloudErrorOf(call: Promise<unknown>): Promise<CloudError> {
  const error: unknown = await call.then(
    () => new Error('the call succeeded'),
    (reason: unknown) => reason,
  );
  if (error instanceof CloudError) return error;
  throw error;
}

import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Check } from '../workflows/contract/operation.js';
import { ConfigError } from './config.js';

/** Answers of a worker about itself, over HTTP: `/livez`, `/readyz` and `/metrics`. */
export interface Health {
  /** Port that it listens on. */
  readonly port: number;
  /** Says what is looked at for `/readyz` from now on. */
  look(checks: () => Promise<readonly Check[]>): void;
  /** From now on the worker is not ready: it ends. */
  drain(): void;
  close(): Promise<void>;
}

/** Options of {@link serveHealth}. */
export interface HealthOptions {
  /** `host:port`. */
  readonly address: string;
  /** Address of Temporal's own exporter, whose page is handed on as `/metrics`. */
  readonly metrics: string;
}

/** A worker that has not connected yet. */
const starting: readonly Check[] = [{ name: 'worker', ok: false, detail: 'it is starting' }];
const draining: readonly Check[] = [{ name: 'worker', ok: false, detail: 'it ends: changes under way are finished' }];

/**
 * Serves them. `/livez` answers 200 for as long as the process answers at all; `/readyz` 200 where every check is well, else 503; both in JSON.
 * @throws ConfigError where the address cannot be listened on
 */
export async function serveHealth({ address, metrics }: HealthOptions): Promise<Health> {
  let look = (): Promise<readonly Check[]> => Promise.resolve(starting);
  let isDraining = false;
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0];
    if (path === '/livez') return json(response, 200, { live: true });
    if (path === '/readyz') return void (isDraining ? Promise.resolve(draining) : look()).then((checks) => ready(response, checks)); // prettier-ignore
    if (path === '/metrics') return handOn(metrics, response);
    return json(response, 404, { paths: ['/livez', '/readyz', '/metrics'] });
  });
  const port = await listening(server, address);
  return {
    port,
    look: (checks) => (look = checks),
    drain: () => (isDraining = true),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function ready(response: ServerResponse, checks: readonly Check[]): void {
  const isReady = checks.every(({ ok }) => ok);
  json(response, isReady ? 200 : 503, { ready: isReady, checks });
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

function handOn(metrics: string, response: ServerResponse): void {
  const passOn = (page: IncomingMessage) => {
    response.writeHead(page.statusCode ?? 502, { 'content-type': page.headers['content-type'] ?? 'text/plain' });
    page.pipe(response);
  };
  get(`http://${metrics}/metrics`, passOn).on('error', (error) => {
    if (response.headersSent) response.destroy();
    else json(response, 502, { error: `the metrics cannot be read: ${error.message}` });
  });
}

function listening(server: Server, address: string): Promise<number> {
  const at = address.lastIndexOf(':');
  const [host, port] = [address.slice(0, at), Number(address.slice(at + 1))];
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(new ConfigError(`FLOWLOG_METRICS_ADDRESS=${address}: ${error.message}`)));
    server.listen({ host, port }, () => resolve((server.address() as AddressInfo).port));
  });
}

/** A port of this machine alone that nobody listens on now. */
export async function freeLoopbackAddress(): Promise<string> {
  const server = createServer();
  const port = await listening(server, '127.0.0.1:0');
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${port}`;
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { checked, ControlError } from './checked.js';
import type { Simulator } from '../simulator.js';

/** Path prefix of the control interface, apart from the imitated cloud. */
export const controlPrefix = '/_simulator/';

type Route = (simulator: Simulator, body: unknown, query: URLSearchParams) => unknown;

const barrierRequest = z.strictObject({ name: z.string().min(1), action: z.literal('release') });
const settleRequest = z.strictObject({ flowLogId: z.string().optional() }).optional();

const routes: Readonly<Record<string, Route>> = {
  'GET journal': (simulator, _body, query) =>
    simulator
      .journal()
      .filter(
        (entry) =>
          entry.seq > Number(query.get('since') ?? 0) &&
          (!query.has('product') || entry.product === query.get('product')) &&
          (!query.has('action') || entry.action === query.get('action')),
      ),
  'GET summary': (simulator) => simulator.summary(),
  'GET flow-logs': (simulator, _body, query) => simulator.flowLogs({ gone: query.get('gone') === 'true' }),
  'GET faults': (simulator) => ({ rules: simulator.faultRules() }),
  'POST faults': (simulator, body) => simulator.setFaults(body, 'replace'),
  'PATCH faults': (simulator, body) => simulator.setFaults(body, 'add'),
  'DELETE faults': (simulator) => simulator.clearFaults(),
  'GET config': (simulator) => simulator.config(),
  'PUT config': (simulator, body) => simulator.config(body as never),
  'POST settle': async (simulator, body) => ({
    settled: await simulator.settle(checked(settleRequest, body)?.flowLogId),
  }),
  'POST seed': async (simulator, body) => ({ flowLogIds: await simulator.seed(body as never) }),
  'POST revoke': (simulator, body) => simulator.revoke(body as never),
  'POST restore': (simulator, body) => simulator.restore(body as never),
  'POST reset': (simulator) => simulator.reset(),
  'GET barriers': (simulator) => ({ barriers: simulator.barriers.list() }),
  'POST barriers': (simulator, body) => ({ released: simulator.barriers.release(checked(barrierRequest, body).name) }),
};

/** Answers one control request. */
export async function control(simulator: Simulator, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://simulator');
  const name = `${request.method} ${url.pathname.slice(controlPrefix.length)}`;
  const route = routes[name];
  if (!route) {
    reply(response, 404, { error: `no control ${name}`, controls: Object.keys(routes) });
    return;
  }
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    reply(
      response,
      200,
      (await route(simulator, text ? parseBody(text) : undefined, url.searchParams)) ?? { ok: true },
    );
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    reply(response, 400, { error: error.message, problems: error.problems });
  }
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ControlError([{ path: '(body)', message: 'is not JSON', value: text }]);
  }
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body, undefined, 2)}\n`);
}

import type { ServerResponse } from 'node:http';
import { omitUndefined } from '../cloud/omit-undefined.js';
import type { ActiveRule, FaultEffect } from './control/faults.js';
import type { JournalEntry } from './control/journal.js';
import type { Reply } from './exchange.js';
import { errorAnswer, type WireAnswer } from './wire/answer.js';
import { Refusal } from './wire/refusal.js';

/** A call without an answer is let go after so long, in ms, when its client is still there. */
const longestSilenceMs = 120_000;

/** Sends what a call ended with, or does to it what the fault says, and closes its journal entry. */
export function deliver(response: ServerResponse, reply: Reply): void {
  const { entry, fault, answer } = reply;
  if (fault) {
    spoil(response, reply, fault);
    return;
  }
  // The client may have gone away while it was held.
  entry.outcome = response.destroyed ? 'dropped' : (entry.code ?? 'answered');
  send(response, answer);
}

function spoil(response: ServerResponse, reply: Reply, fault: ActiveRule): void {
  const { entry } = reply;
  entry.outcome = 'dropped';
  // The code of a call that was never answered is not the client's to know.
  delete entry.code;
  delete entry.httpStatus;
  spoilers[fault.effect](response, reply, fault);
}

type Spoiler = (response: ServerResponse, reply: Reply, fault: ActiveRule) => void;

const spoilers: Readonly<Record<FaultEffect, Spoiler>> = {
  none: (response, { answer }) => send(response, answer),
  lie: (response, { answer }) => send(response, answer),
  code(response, { entry, context }, fault) {
    const refusal = new Refusal(fault.code ?? 'InternalError', {
      message: fault.message,
      httpStatus: fault.status,
      retryAfterMs: fault.retryAfterMs,
      service: entry.product,
    });
    entry.outcome = entry.code = refusal.code;
    answered(entry, response, errorAnswer(context, refusal));
  },
  status(response, { entry }, fault) {
    const httpStatus = fault.status ?? 503;
    answered(entry, response, {
      httpStatus,
      headers: {
        'content-type': 'text/plain',
        ...omitUndefined({
          'x-acs-retry-after': fault.retryAfterMs === undefined ? undefined : String(fault.retryAfterMs),
        }),
      },
      body: fault.message ?? `HTTP ${httpStatus}\n`,
    });
  },
  reset: (response) => response.socket?.resetAndDestroy(),
  timeout(response) {
    const timer = setTimeout(() => response.socket?.destroy(), longestSilenceMs);
    response.once('close', () => clearTimeout(timer));
  },
  'half-body'(response, { answer }) {
    const body = Buffer.from(answer.body);
    response.writeHead(answer.httpStatus, { ...answer.headers, 'content-length': body.length });
    response.write(body.subarray(0, Math.ceil(body.length / 2)), () => response.socket?.destroy());
  },
  html: (response, { entry }) =>
    answered(entry, response, {
      httpStatus: 502,
      headers: { 'content-type': 'text/html' },
      body: '<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>\n',
    }),
  empty: (response, { entry }) =>
    answered(entry, response, {
      httpStatus: 200,
      headers: { 'content-type': 'application/json;charset=utf-8' },
      body: '',
    }),
  'codeless-500': (response, { entry, context }) =>
    answered(entry, response, {
      httpStatus: 500,
      headers: { 'content-type': 'application/json;charset=utf-8' },
      body: JSON.stringify({ RequestId: context.requestId, Message: 'Internal Server Error' }),
    }),
};

function answered(entry: JournalEntry, response: ServerResponse, answer: WireAnswer): void {
  entry.httpStatus = answer.httpStatus;
  send(response, answer);
}

function send(response: ServerResponse, answer: WireAnswer): void {
  if (response.destroyed) return;
  const body = Buffer.from(answer.body);
  response.writeHead(answer.httpStatus, { ...answer.headers, 'content-length': body.length });
  response.end(body);
}

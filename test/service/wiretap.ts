import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** One request as it went over the wire. */
export interface Overheard {
  readonly method: string;
  readonly url: string;
  /** The signed form. */
  readonly form: string;
}

/** An answer given in the cloud's place, made of the request itself: what a proxy or firewall tells of what it blocked. */
export interface Tale {
  /** Words that the form must hold. */
  readonly about: readonly string[];
  /** Number of times it is told; then the request goes on to the cloud. Default: always. */
  readonly times?: number;
  answer(form: string): { readonly status: number; readonly headers?: Record<string, string>; readonly body: string };
}

/** A middlebox between worker and cloud: it writes down what passes, and tells tales. */
export interface Wiretap {
  readonly url: string;
  readonly overheard: readonly Overheard[];
  /** Replaces the tales. */
  tell(tales: readonly Tale[]): void;
  close(): Promise<void>;
}

/** Passes everything on to `upstream`, broken connections too. */
export async function startWiretap(upstream: string): Promise<Wiretap> {
  const overheard: Overheard[] = [];
  let tales: { tale: Tale; told: number }[] = [];
  const server = createServer((request, response) => {
    void text(request).then((form) => {
      overheard.push({ method: request.method ?? '', url: request.url ?? '', form });
      const teller = tales.find(
        ({ tale, told }) => told < (tale.times ?? Infinity) && tale.about.every((word) => form.includes(word)),
      );
      if (!teller) return passOn(upstream, request, response, form);
      teller.told += 1;
      const { status, headers, body } = teller.tale.answer(form);
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    overheard,
    tell: (told) => void (tales = told.map((tale) => ({ tale, told: 0 }))),
    async close() {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}

function passOn(upstream: string, { method, url, headers }: IncomingMessage, response: ServerResponse, form: string) {
  const broken = () => void response.socket?.resetAndDestroy();
  const onward = httpRequest(new URL(url ?? '/', upstream), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.on('error', broken).pipe(response);
  });
  onward.on('error', broken).end(form);
  response.on('close', () => onward.destroy());
}

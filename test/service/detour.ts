import { createServer as createHttpServer, request as httpRequest } from 'node:http';
import { type AddressInfo, type Socket, connect, createServer as createTcpServer } from 'node:net';

/** Fate of one HTTP request on its way. */
export type Fate =
  /** It arrives, and its answer comes back. */
  | 'pass'
  /** It arrives twice, as a network that repeats itself does; the second answer comes back. */
  | 'twice'
  /** It never arrives, and the client gets no error. */
  | 'swallowed';

export interface Detour {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * A way to an HTTP server on which requests meet their fate. A path before the last slash (`/cn-shanghai/`) is for the judge only and is
 * taken off.
 */
export async function startDetour(to: string, fateOf: (path: string, form: URLSearchParams) => Fate): Promise<Detour> {
  const { hostname, port } = new URL(to);
  const server = createHttpServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => response.destroy());
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const [path = '/', query] = (request.url ?? '/').split('?');
      const { method, headers } = request;
      const send = (answered: (answer: { status: number; headers: object; body: Buffer }) => void) =>
        httpRequest({ hostname, port, method, headers, path: query === undefined ? '/' : `/?${query}` }, (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('end', () =>
            answered({ status: answer.statusCode ?? 502, headers: answer.headers, body: Buffer.concat(parts) }),
          );
        })
          .on('error', () => response.destroy())
          .end(body);
      const reply = (answer: { status: number; headers: object; body: Buffer }) =>
        response.writeHead(answer.status, { ...answer.headers }).end(answer.body);
      const fate = fateOf(path, new URLSearchParams(body.toString()));
      if (fate === 'pass') send(reply);
      if (fate === 'twice') send(() => send(reply));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A line to a TCP server that can be cut and mended. */
export interface Line {
  /** `127.0.0.1:port`. */
  readonly address: string;
  /** Breaks every connection; new ones are broken too. */
  cut(): void;
  mend(): void;
  /** Keeps back all that answers the next message in which this stands. Resolves when such a message has passed. */
  holdAnswer(words: string): Promise<HeldAnswer>;
  close(): Promise<void>;
}

/** An answer that waits on a line. */
export interface HeldAnswer {
  /** The message that it answers. */
  readonly message: string;
  release(): void;
}

/** Starts a line to `host:port`. */
export async function startLine(to: string): Promise<Line> {
  const [host = '', port = ''] = to.split(':');
  const sockets = new Set<Socket>();
  let isCut = false;
  const marks: { readonly words: string; readonly held: (answer: HeldAnswer) => void }[] = [];
  const server = createTcpServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect({ host, port: Number(port) });
    const pairs = [
      [near, far],
      [far, near],
    ] as const;
    near.on('data', (chunk: Buffer) => {
      const index = marks.findIndex(({ words }) => chunk.includes(words));
      if (index < 0) return;
      far.unpipe(near);
      far.pause();
      const [mark] = marks.splice(index, 1);
      mark?.held({ message: chunk.toString('latin1'), release: () => void far.pipe(near) });
    });
    for (const [from, onto] of pairs) {
      sockets.add(from);
      from.on('error', () => onto.destroy());
      from.on('close', () => {
        sockets.delete(from);
        onto.destroy();
      });
      from.pipe(onto);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut() {
      isCut = true;
      breakAll();
    },
    mend: () => void (isCut = false),
    holdAnswer: (words) => new Promise((held) => marks.push({ words, held })),
    close: () =>
      new Promise((resolve) => {
        breakAll();
        server.close(() => resolve());
      }),
  };
}

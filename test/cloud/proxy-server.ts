import { createServer, request as httpRequest } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { onTestFinished } from 'vitest';

/** A request as the proxy received it. */
export interface Asked {
  readonly method: string;
  /** `host:port` of a connection, the whole address of a request. */
  readonly target: string;
  readonly authorization: string | undefined;
}

export interface ProxyServer {
  readonly url: string;
  readonly port: number;
  readonly asked: Asked[];
}

export interface ProxyServerOptions {
  /** Port on loopback to which the proxy sends every name: no name asked for can be resolved. */
  readonly to: number;
  /** Number of times it sends a request that it forwards, by the request's form; it gives the last answer back. Default once. */
  readonly times?: (form: URLSearchParams) => number;
  /** Refuses a client without this `user:password`. */
  readonly user?: string;
  /** Answers to a CONNECT only after this promise. */
  readonly until?: Promise<unknown>;
}

/** A real proxy on loopback for the length of a test: it forwards requests and opens connections. */
export async function startProxy({ to, times = () => 1, user, until }: ProxyServerOptions): Promise<ProxyServer> {
  const asked: Asked[] = [];
  const isWelcome = (authorization: string | undefined) =>
    user === undefined || authorization === `Basic ${Buffer.from(user).toString('base64')}`;
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    const { 'proxy-authorization': authorization, ...others } = headers;
    asked.push({ method, target: url, authorization });
    if (!isWelcome(authorization)) return void response.writeHead(407).end('<html>who?</html>');
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { pathname, search } = new URL(url);
      const send = (left: number): void => {
        const sent = httpRequest({ port: to, method, path: pathname + search, headers: others }, (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('end', () => {
            if (left > 1) send(left - 1);
            else response.writeHead(answer.statusCode ?? 502, answer.headers).end(Buffer.concat(parts));
          });
        });
        sent.on('error', () => response.destroy()).end(Buffer.concat(chunks));
      };
      send(times(new URLSearchParams(Buffer.concat(chunks).toString())));
    });
  });
  const sockets = new Set<Socket>();
  server.on('connect', (request, client: Socket) => {
    const authorization = request.headers['proxy-authorization'];
    asked.push({ method: 'CONNECT', target: request.url ?? '', authorization });
    client.on('error', () => undefined);
    sockets.add(client);
    if (!isWelcome(authorization)) return void client.end('HTTP/1.1 407 Who\r\n\r\n');
    void (until ?? Promise.resolve()).then(() => {
      const upstream = connect(to, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connected\r\n\r\n');
        client.pipe(upstream).pipe(client);
      });
      sockets.add(upstream);
      upstream.on('error', () => client.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    sockets.forEach((socket) => socket.destroy());
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, asked };
}

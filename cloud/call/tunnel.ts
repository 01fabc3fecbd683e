import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { Proxy } from './proxy.js';
import { carriedBy } from './reset.js';

/** Address that an agent's new socket is to connect to, as Node tells it. */
export interface SocketDestination {
  readonly host?: string;
  readonly port?: number | string;
  readonly servername?: string;
}

/** A socket under way to being usable: `ready` or `failed` is called, once; the returned function ends the attempt. */
export type Connect = (
  destination: SocketDestination,
  ready: (socket: Duplex) => void,
  failed: (error: Error) => void,
) => (error: Error) => void;

/**
 * Has a proxy open a connection to the service (`CONNECT`, RFC 9110 §9.3.6) and speaks TLS with the service through it: the proxy sees the
 * service's name and port and nothing of the exchange.
 */
export const tunnelThrough =
  (proxy: Proxy): Connect =>
  (destination, ready, failed) => {
    const { host = '', port = 443 } = destination;
    const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const ask = proxy.protocol === 'https:' ? httpsRequest : httpRequest;
    const headers = { Host: authority, ...authorizationFor(proxy) };
    const asked = ask({ method: 'CONNECT', host: proxy.hostname, port: proxy.port, path: authority, headers, agent: false }); // prettier-ignore
    let end = (error: Error): void => void asked.destroy(error);
    asked.once('connect', ({ statusCode }, socket: Socket) => {
      if (statusCode !== 200) {
        socket.destroy();
        failed(proxyError(proxy, `answered HTTP ${statusCode} when it was asked for a connection to ${authority}`));
        return;
      }
      const secured = carriedBy(
        connectTls({ ...(destination as object), socket, servername: destination.servername ?? host }),
        socket,
      );
      end = (error) => void secured.destroy(error);
      secured
        .once('error', failed)
        .once('close', () => failed(proxyError(proxy, `closed the connection to ${authority}`)));
      secured.once('secureConnect', () => ready(secured));
    });
    asked.once('response', ({ statusCode }) => {
      failed(proxyError(proxy, `answered HTTP ${statusCode} when it was asked for a connection to ${authority}`));
      asked.destroy();
    });
    asked.on('error', (error: NodeJS.ErrnoException) => failed(proxyError(proxy, error.message, error.code)));
    asked.end();
    return (error) => end(error);
  };

/** The header that carries the proxy's user and password. */
export const authorizationFor = ({ authorization }: Proxy): Readonly<Record<string, string>> =>
  authorization ? { 'Proxy-Authorization': authorization } : {};

/** Error that tells what a proxy did; the proxy is named by host and port, never by its user. */
const proxyError = ({ hostname, port }: Proxy, what: string, code = 'PROXY_FAILED'): Error =>
  Object.assign(new Error(`the proxy ${hostname}:${port} ${what}`), { code });

import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** TCP sockets below those that speak TLS. */
const below = new WeakMap<Duplex, Socket>();

/** Remembers the TCP socket that carries a TLS socket. Returns the TLS socket. */
export function carriedBy<S extends Duplex>(secured: S, carrier: Socket): S {
  below.set(secured, carrier);
  return secured;
}

/**
 * Has the connection end by a reset (RST) when its socket is destroyed. One that is closed leaves it to the kernel to deliver what it still holds of a
 * request: where the network was cut, long after the request was given up, and after the grace in which its effect is awaited.
 */
export function endByReset(socket: Duplex): void {
  let carrier = socket;
  for (let next = below.get(carrier); next; next = below.get(carrier)) carrier = next;
  // As Node's own `resetAndDestroy` does, which takes no error to destroy with, and cannot be called on a TLS socket.
  Object.assign(carrier, { resetAndClosing: true });
}

import { createRequire } from 'node:module';
import type { Agents } from './agent.js';

/** The part of the HTTP library by which the credentials library calls: OIDC, ECS role, URI. */
interface Httpx {
  request: (url: string, options?: { agent?: unknown }) => Promise<unknown>;
}

/** The library's own function, before agents were given. */
let original: Httpx['request'] | undefined;

/**
 * Has the credentials library's own calls, which take no agent, leave through these: it has no setting for a proxy. A call that brings an agent, as
 * all of ours do, keeps it.
 */
export function giveLibrary(agents: Agents): void {
  const fromHere = createRequire(import.meta.url);
  const httpx = createRequire(fromHere.resolve('@alicloud/credentials'))('httpx') as Httpx;
  const request = (original ??= httpx.request);
  httpx.request = (url, options = {}) => request(url, { ...options, agent: options.agent ?? agents.for(url) });
}

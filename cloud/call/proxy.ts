import { BlockList, isIP } from 'node:net';
import { omitUndefined } from '../omit-undefined.js';

/** A proxy, and the authorization with which it lets calls through. */
export interface Proxy {
  readonly protocol: 'http:' | 'https:';
  readonly hostname: string;
  readonly port: number;
  /** Value of the header `Proxy-Authorization`; it holds user and password and is shown nowhere. */
  readonly authorization?: string;
}

/** The proxy for an address, or undefined where it is called without one. */
export type ProxyFor = (url: string) => Proxy | undefined;

type Environment = Readonly<Record<string, string | undefined>>;

/** A variable that names no proxy; the message has its name and neither user nor password. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
}

/**
 * Reads which proxy is for which address, as curl does (https://everything.curl.dev/usingcurl/proxies/env.html): the variable of the address's
 * protocol, then `ALL_PROXY`; of each the name in lower case first; `NO_PROXY` names hosts that are called without one. Beyond curl, `NO_PROXY`
 * may name a port; loopback and the cloud's metadata service, which only the machine itself reaches, are never called through a proxy. curl does
 * not read `HTTP_PROXY` in capitals because a web server hands the header `Proxy` of any visitor to a CGI program under that name; here it is
 * left out where `REQUEST_METHOD` shows such a program.
 * @throws ProxyError naming the variable
 */
export function proxiesFrom(env: Environment): ProxyFor {
  const read = (name: string): readonly [string, string] | undefined => {
    const isForged = name === 'HTTP_PROXY' && Boolean(env['REQUEST_METHOD']);
    const names = [name.toLowerCase(), ...(isForged ? [] : [name])];
    const found = names.find((each) => env[each]);
    return found === undefined ? undefined : [found, env[found] ?? ''];
  };
  const proxyOf = (name: string): Proxy | undefined => {
    const given = read(name) ?? read('ALL_PROXY');
    return given && parseProxy(...given);
  };
  const proxies = { 'http:': proxyOf('HTTP_PROXY'), 'https:': proxyOf('HTTPS_PROXY') };
  const isExempt = exemptionsFrom(read('NO_PROXY')?.[1] ?? '');
  return (url) => {
    const { protocol, hostname, port } = new URL(url);
    const proxy = proxies[protocol as keyof typeof proxies];
    const host = hostname.replace(/^\[|\]$/g, '');
    return proxy && !isExempt(host, port || (protocol === 'https:' ? '443' : '80')) ? proxy : undefined;
  };
}

function parseProxy(name: string, text: string): Proxy {
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(address)) throw new ProxyError(`${name} is no address of a proxy: http://user:password@host:port`);
  const { protocol, hostname, port, username, password } = new URL(address);
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new ProxyError(
      `${name} names a proxy that speaks ${protocol.slice(0, -1)}: only http and https are spoken here`,
    );
  }
  const user = `${decoded(username)}:${decoded(password)}`;
  return {
    protocol,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    // Without a port curl takes 1080 for a proxy that speaks http.
    port: Number(port) || (/:80(\/|$)/.test(address) ? 80 : protocol === 'https:' ? 443 : 1080),
    ...omitUndefined({ authorization: username ? `Basic ${Buffer.from(user).toString('base64')}` : undefined }),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Says of a host and port whether `NO_PROXY` names it: a host with all below it, `.suffix`, an address or CIDR, each with a port or without, or `*`. */
function exemptionsFrom(list: string): (host: string, port: string) => boolean {
  const rules = list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(ruleOf);
  return (host, port) => {
    const name = host.toLowerCase().replace(/\.$/, '');
    return isLocal(name) || rules.some((isNamed) => isNamed(name, port));
  };
}

type Rule = (host: string, port: string) => boolean;

function ruleOf(entry: string): Rule {
  if (entry === '*') return () => true;
  const [, bracketed, plain = '', port] =
    /^(?:\[([^\]]+)\]|([^:]*|[^[\]]*:[^[\]]*:[^[\]]*?))(?::(\d+))?$/.exec(entry) ?? [];
  const name = (bracketed ?? plain).replace(/^\*?\./, '').replace(/\.$/, '');
  const fits = (given: string) => port === undefined || port === given;
  const inRange = rangeOf(name);
  if (inRange) return (host, given) => fits(given) && inRange(host);
  return (host, given) => fits(given) && name !== '' && (host === name || host.endsWith(`.${name}`));
}

/** Builds the test whether an address is in a range; a single address is a range too. Undefined where the text is no range. */
function rangeOf(text: string): ((host: string) => boolean) | undefined {
  const [address = '', bits] = text.split('/');
  const version = isIP(address);
  if (version === 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return undefined;
  const most = version === 6 ? 128 : 32;
  if (Number(bits ?? most) > most) return undefined;
  const family = version === 6 ? 'ipv6' : 'ipv4';
  const range = new BlockList();
  range.addSubnet(address, Number(bits ?? most), family);
  return (host) => isIP(host) === version && range.check(host, family);
}

/** This machine, and the address at which an ECS instance is told its role's credentials. */
const isLocal: (host: string) => boolean = (host) =>
  host === 'localhost' ||
  host.endsWith('.localhost') ||
  host === '::1' ||
  host === '100.100.100.200' ||
  /^127\.\d+\.\d+\.\d+$/.test(host);

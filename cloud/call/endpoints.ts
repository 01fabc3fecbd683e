import type { Service } from './port.js';
import { services, type Network } from '../products/services.js';
import { shownAddress } from '../text.js';

/** Addresses that calls go to instead of the cloud's: one variable for all services, or one for each; a value may contain `{region}`. */
export type EndpointSettings = Readonly<
  Partial<Record<'FLOWLOG_ENDPOINT' | `FLOWLOG_ENDPOINT_${Uppercase<Service>}`, string>>
>;

/** The base address for a service, in a region where it has regions. */
export type EndpointOf = (service: Service, region?: string) => string;

/**
 * Gives the address of each service: the setting for the service, else the one for all, else the documented host. A library that is given
 * no endpoint resolves none, and the typed SDKs' own rules build hosts that do not exist for some regions.
 * @param network `public` (default) or `vpc`, for a worker that runs inside a VPC
 * @throws TypeError naming the variable, when a value is no http or https address or asks for a region where there is none
 */
export function endpointsFrom(settings: EndpointSettings, network: Network = 'public'): EndpointOf {
  const names = Object.keys(services) as Service[];
  const bases = new Map(
    names.map((service) => {
      const own = `FLOWLOG_ENDPOINT_${service.toUpperCase()}` as keyof EndpointSettings;
      const name = settings[own] === undefined ? 'FLOWLOG_ENDPOINT' : own;
      const given = settings[name];
      return [
        service,
        given === undefined ? undefined : checkedAddress(name, given, name === own ? service : undefined),
      ];
    }),
  );
  return (service, region) =>
    bases.get(service)?.replaceAll('{region}', regionFor(service, region)) ?? documented(service, region, network);
}

function documented(service: Service, region: string | undefined, network: Network): string {
  const { hosts, hostExceptions } = services[service];
  const exception = network === 'public' && region !== undefined ? hostExceptions?.[region] : undefined;
  const host = exception ?? hosts[network];
  return `https://${host.includes('{region}') ? host.replace('{region}', regionFor(service, region)) : host}`;
}

function regionFor(service: Service, region: string | undefined): string {
  const found = region ?? services[service].defaultRegion;
  if (found !== undefined) return found;
  if (services[service].central) return 'central';
  throw new TypeError(`region: a call to ${service} needs one`);
}

function checkedAddress(name: string, value: string, service: Service | undefined): string {
  const sample = value.replaceAll('{region}', 'region');
  if (!URL.canParse(sample) || !/^https?:$/.test(new URL(sample).protocol)) {
    throw new TypeError(
      `${name}=${JSON.stringify(shownAddress(value))}: must be http://host:port or https://host, and may contain {region}`,
    );
  }
  if (service && services[service].central && value.includes('{region}')) {
    throw new TypeError(
      `${name}=${JSON.stringify(shownAddress(value))}: {region} has no meaning here, ${service} has one endpoint for all regions`,
    );
  }
  return value.replace(/\/+$/, '');
}

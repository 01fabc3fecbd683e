import { createRequire } from 'node:module';
import type { Plugin } from 'esbuild';

/** Definitions of Temporal's protocol that no client of ours speaks: the core of the worker, the API of Temporal Cloud, annotations of gateways. */
const unused = ['coresdk', 'temporal.api.cloud', 'google.api', 'grpc.gateway'];

/** A namespace, a message or a service as protobuf.js writes it as JSON. */
interface Definition {
  readonly nested?: Record<string, Definition>;
  readonly methods?: Readonly<Record<string, { options?: unknown }>>;
}

/** Takes out what is unused, and the options of methods, which describe HTTP gateways. Changes `definition` itself. */
function reduce(definition: Definition, path = ''): void {
  for (const method of Object.values(definition.methods ?? {})) delete method.options;
  for (const [name, inner] of Object.entries(definition.nested ?? {})) {
    const full = path === '' ? name : `${path}.${name}`;
    if (unused.includes(full)) delete definition.nested?.[name];
    else reduce(inner, full);
  }
}

/**
 * Bundles the part of Temporal's protocol that the command speaks. The SDK builds the types of the whole protocol whenever it is
 * loaded, which was two thirds of the start of a command.
 */
export const protosInUse: Plugin = {
  name: 'protos-in-use',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]@temporalio[\\/]proto[\\/]protos[\\/]json-module\.js$/ }, ({ path }) => {
      const whole = createRequire(import.meta.url)(path) as { toJSON(): Definition };
      const definition = structuredClone(whole.toJSON());
      reduce(definition);
      return {
        contents: `
const protobuf = require('protobufjs/light');
const root = (protobuf.roots['__temporal'] ??= new protobuf.Root());
module.exports = root.addJSON(JSON.parse(${JSON.stringify(JSON.stringify(definition.nested))}));`,
        loader: 'js',
      };
    });
  },
};

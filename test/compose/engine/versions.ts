/** Sources of what stands in for images where none can be pulled: Go modules, each with the commands that are built of it. */
export interface GoSource {
  readonly module: string;
  readonly version: string;
  /** Names of executables, and the package of each. */
  readonly commands: Readonly<Record<string, string>>;
}

export const goSources = {
  compose: { module: 'github.com/docker/compose/v2', version: 'v2.40.3', commands: { 'docker-compose': './cmd' } },
  server: {
    module: 'go.temporal.io/server',
    version: 'v1.31.2',
    commands: { 'temporal-server': './cmd/server', 'temporal-sql-tool': './cmd/tools/sql' },
  },
  ui: { module: 'github.com/temporalio/ui-server/v2', version: 'v2.49.1', commands: { 'ui-server': './cmd/server' } },
} as const satisfies Readonly<Record<string, GoSource>>;

/** Debian's packages: the engine and its tools on this machine, and what is in the stand-in images. */
export const hostPackages = ['docker.io', 'dnsmasq-base', 'mmdebstrap', 'buildah', 'iptables', 'iproute2'];
export const imagePackages = ['ca-certificates', 'postgresql-15', 'gosu', 'busybox', 'netcat-openbsd'];

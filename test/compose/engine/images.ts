import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findTemporal } from '../../../local/find-temporal.js';
import { must, say } from '../shell.js';
import { cache, debianRoot, goCommands, goFolder } from './made.js';
import { goSources, imagePackages } from './versions.js';

/** Images that stand in for those of a registry, made with buildah, which needs no engine. */

const root = fileURLToPath(new URL('../../..', import.meta.url));
const storage = [
  '--root',
  join(cache, 'buildah'),
  '--runroot',
  join(cache, 'buildah-run'),
  '--storage-driver',
  'overlay',
];

/** Runs buildah on a store of our own. */
export const buildah = (...args: readonly string[]): Promise<string> =>
  must(['nice', '-n', '10', 'buildah', ...storage, ...args], { timeoutMs: 1_800_000 });

/** The machine's certificates: behind a proxy of its own, packages can be had with them alone. */
const certificates = '/etc/ssl/certs/ca-certificates.crt';

/** Files of one image, by their name in the build's folder, and how it is made of them. */
interface Recipe {
  readonly files: Readonly<Record<string, string>>;
  readonly dockerfile: string;
}

async function build(tag: string, { files, dockerfile }: Recipe): Promise<string> {
  say(`building the stand-in for ${tag} …`);
  const folder = await mkdtemp(join(tmpdir(), 'flowlog-image-'));
  try {
    for (const [name, path] of Object.entries(files))
      await cp(await realpath(path), join(folder, name), { recursive: true });
    await writeFile(join(folder, 'Dockerfile'), dockerfile);
    await buildah('bud', '--isolation', 'chroot', '--pull=never', '--layers', '-t', tag, folder);
    return tag;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The base of our own image: Debian with this machine's Node and npm, and the user `node`. */
export async function buildNode(tag: string): Promise<string> {
  const npm = join(await realpath(process.execPath), '../../lib/node_modules/npm');
  return build(tag, {
    files: { 'root.tar': await debianRoot(['ca-certificates']), node: process.execPath, npm, 'ca.crt': certificates },
    dockerfile: `FROM scratch
ADD root.tar /
COPY ca.crt ${certificates}
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN useradd --uid 1000 --create-home node && ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \\
 && mkdir -p /usr/local/etc && echo 'cafile=${certificates}' > /usr/local/etc/npmrc
ENV NODE_EXTRA_CA_CERTS=${certificates}
CMD ["node"]
`,
  });
}

/** Builds our own image as its Dockerfile says. */
export async function buildFlowlog(tag: string, base: string): Promise<string> {
  say('building the image of flowlog …');
  const args = [
    '--isolation',
    'chroot',
    '--pull=never',
    '--layers',
    '--format',
    'docker',
    '--build-arg',
    `BASE=${base}`,
  ];
  await buildah(
    'bud',
    ...args,
    '-f',
    join(root, 'deploy/Dockerfile'),
    '--ignorefile',
    join(root, 'deploy/Dockerfile.dockerignore'),
    '-t',
    tag,
    root,
  );
  return tag;
}

const debian = 'localhost/flowlog-test-debian';

async function buildDebian(): Promise<void> {
  await build(debian, {
    files: { 'root.tar': await debianRoot(imagePackages) },
    dockerfile: `FROM scratch\nADD root.tar /\nRUN useradd --uid 1100 temporal && ln -sf busybox /bin/sh && ln -s /bin/busybox /usr/bin/wget\n`,
  });
}

/** Stand-ins for the vendors' images. Temporal's entrypoint, schema and configuration are the vendor's own. */
export async function buildVendors(tags: {
  postgres: string;
  server: string;
  tools: string;
  ui: string;
}): Promise<void> {
  const server = await goCommands(goSources.server);
  const ui = await goCommands(goSources.ui);
  const temporal = await findTemporal(say);
  await mkdir(cache, { recursive: true });
  await buildDebian();
  await build(tags.postgres, {
    files: { 'entrypoint.sh': join(root, 'test/compose/engine/postgres.sh') },
    dockerfile: `FROM ${debian}
COPY entrypoint.sh /usr/local/bin/entrypoint.sh
RUN ln -s /usr/lib/postgresql/*/bin/* /usr/local/bin/ ; mkdir -p /var/lib/postgresql/data /var/run/postgresql && chown postgres:postgres /var/lib/postgresql/data /var/run/postgresql
VOLUME /var/lib/postgresql/data
STOPSIGNAL SIGINT
ENTRYPOINT ["/usr/local/bin/entrypoint.sh"]
CMD ["postgres"]
`,
  });
  const vendor = goFolder(goSources.server);
  await build(tags.server, {
    files: {
      'temporal-server': server['temporal-server']!,
      'entrypoint.sh': join(vendor, 'docker/scripts/sh/entrypoint.sh'),
    },
    dockerfile: `FROM ${debian}
COPY --chmod=755 temporal-server /usr/local/bin/
COPY --chmod=755 entrypoint.sh /etc/temporal/entrypoint.sh
WORKDIR /etc/temporal
USER temporal
CMD ["/etc/temporal/entrypoint.sh"]
`,
  });
  await build(tags.tools, {
    files: { temporal, 'temporal-sql-tool': server['temporal-sql-tool']!, schema: join(vendor, 'schema') },
    dockerfile: `FROM ${debian}
COPY --chmod=755 temporal temporal-sql-tool /usr/local/bin/
COPY schema /etc/temporal/schema
USER temporal
CMD ["sleep", "infinity"]
`,
  });
  const uiVendor = goFolder(goSources.ui);
  await build(tags.ui, {
    files: {
      'ui-server': ui['ui-server']!,
      config: join(uiVendor, 'config'),
      'start.sh': join(uiVendor, 'docker/start-ui-server.sh'),
    },
    dockerfile: `FROM ${debian}
WORKDIR /home/ui-server
COPY --chmod=755 ui-server ./
COPY config/docker.yaml ./config/docker.yaml
COPY --chmod=755 start.sh ./start-ui-server.sh
USER temporal
EXPOSE 8080
ENTRYPOINT ["./start-ui-server.sh"]
`,
  });
}

/** Puts an image where an engine can load it. */
export async function archiveOf(tag: string, file: string): Promise<string> {
  await rm(file, { force: true });
  await buildah('push', tag, `docker-archive:${file}:${tag}`);
  return file;
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { parseAccountEntries } from '../../cloud/call/accounts.js';
import { readConfig } from '../../worker/config.js';
import { root } from './fixtures/source-tree.js';

/** The manifests of deploy/kubernetes against Kubernetes' own schemas, and against what the worker takes. */

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly template?: { readonly spec: PodSpec } };
}
interface PodSpec {
  readonly terminationGracePeriodSeconds?: number;
  readonly containers: readonly {
    readonly env?: readonly { readonly name: string; readonly value?: string }[];
    readonly securityContext: object;
    readonly resources: object;
    readonly volumeMounts: readonly { readonly name: string }[];
  }[];
  readonly securityContext: object;
  readonly volumes: readonly { readonly name: string; readonly secret?: { readonly secretName: string }; readonly configMap?: { readonly name: string } }[]; // prettier-ignore
}

const folder = join(root, 'deploy/kubernetes');
const manifests = readdirSync(folder).flatMap((file) =>
  parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Manifest;
  }),
);
const schemas = JSON.parse(readFileSync(join(root, 'test/pure/fixtures/kubernetes.schemas.json'), 'utf8')) as object;
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema(schemas, 'kubernetes');

const groups: Readonly<Record<string, string>> = { v1: 'core.v1', 'apps/v1': 'apps.v1', 'batch/v1': 'batch.v1', 'policy/v1': 'policy.v1' }; // prettier-ignore
function problemsOf(manifest: unknown): unknown {
  const { apiVersion, kind } = manifest as Manifest;
  const validate = ajv.getSchema(`kubernetes#/definitions/io.k8s.api.${groups[apiVersion]}.${kind}`);
  if (!validate) return `no schema of ${apiVersion} ${kind}`;
  return validate(manifest) ? [] : validate.errors;
}

const named = (kind: string, name: string) =>
  manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
const pods = manifests.flatMap(({ metadata, spec }) =>
  spec?.template ? [{ name: metadata.name, pod: spec.template.spec }] : [],
);

describe('the manifests for Kubernetes', () => {
  test.each(manifests.map((manifest) => [`${manifest.kind} ${manifest.metadata.name}`, manifest] as const))(
    '%s is as Kubernetes wants it',
    (_, manifest) => expect(problemsOf(manifest)).toEqual([]),
  );

  test('are judged by schemas that refuse a field that there is not', () => {
    const worker = structuredClone(named('Deployment', 'flowlog-worker')) as unknown as {
      spec: Record<string, unknown>;
    };
    worker.spec['replica'] = 2;
    expect(problemsOf(worker)).not.toEqual([]);
  });

  test.each(pods)('$name runs as nobody in particular, on a root that cannot be written, within bounds', ({ pod }) => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
    for (const { securityContext, resources, volumeMounts } of pod.containers) {
      expect(securityContext).toMatchObject({
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
      });
      expect(resources).toHaveProperty('limits.memory');
      const volumes = pod.volumes.map(({ name }) => name);
      for (const { name } of volumeMounts) expect(volumes).toContain(name);
    }
    for (const { configMap } of pod.volumes) if (configMap) expect(named('ConfigMap', configMap.name)).toBeDefined();
  });

  test('give the worker settings that it takes, and accounts that can be read', () => {
    const settings = named('ConfigMap', 'flowlog-settings')?.data ?? {};
    expect(readConfig(settings)).toMatchObject({ owner: 'production', metricsAddress: '0.0.0.0:9464' });
    expect(
      parseAccountEntries(parse(named('ConfigMap', 'flowlog-accounts')?.data?.['accounts.yaml'] ?? '')),
    ).toHaveLength(1);
  });

  test('hold no secret: each is a reference', () => {
    expect(manifests.map(({ kind }) => kind)).not.toContain('Secret');
    expect(JSON.stringify(manifests)).not.toMatch(/:[^/@"]+@postgres/);
    const secrets = pods.map(({ pod }) => pod.volumes.flatMap(({ secret }) => secret?.secretName ?? []).join());
    expect(secrets).toEqual(['flowlog-migrate', 'flowlog-worker']);
  });

  test('leave a worker the time that its changes take', () => {
    const worker = pods.find(({ name }) => name === 'flowlog-worker')?.pod;
    expect(worker?.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(45);
  });
});

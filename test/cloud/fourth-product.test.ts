import { describe, expect, it, vi } from 'vitest';
import { endpointsFrom } from '../../cloud/call/endpoints.js';
import { budgetName, paceOf } from '../../cloud/call/rates.js';
import type { Product, ResourceTarget } from '../../cloud/flow-log.js';
import type { ProductRow } from '../../cloud/products/product-row.js';
import { parseList } from '../../cloud/lists/parse.js';
import { changeRequest, listRequest } from '../../cloud/lists/wire.js';
import { sortOut } from '../../cloud/observation.js';
import { ramPolicy } from '../../cloud/ram-policy.js';
import { workflowIdOf } from '../../cloud/target.js';
import type { Service } from '../../cloud/call/port.js';
import { type IdForm, idForms, targetOf } from '../../client/cli/resource-id.js';
import { effectiveItems, readManifest } from '../../client/index.js';
import { schemaDocuments } from '../../client/schemas/documents.js';
import { parseOperationInput } from '../../workflows/contract/input.js';
import { itemProblems } from '../../workflows/contract/item-problems.js';
import { desiredOf } from '../../workflows/decide/desired.js';
import { nextStep } from '../../workflows/decide/next-step.js';
import { ramPage } from './fixtures/pages.js';
import { worldOf } from '../client/fixtures/cli-world.js';

/**
 * A product that the service does not have: another name for every action, pages by token, one endpoint for all regions. Only its row, the row of
 * its service and the prefix of its ids are given here; everything else has to follow from them.
 */
vi.mock('../../cloud/products/services.js', async (original) => {
  const real = await original<{ readonly services: object }>();
  Object.assign(real.services, {
    nat: {
      apiVersion: '2030-01-01',
      hosts: { public: 'natgateway.aliyuncs.com', vpc: 'natgateway.vpc-proxy.aliyuncs.com' },
      central: true,
      ramName: 'natgateway',
      undocumentedPerSecond: 3,
    },
  });
  return real;
});

vi.mock('../../cloud/products/products.js', async (original) => {
  const real = await original<{
    readonly products: Readonly<Record<Product, ProductRow>>;
    readonly productNames: Product[];
  }>();
  const action = (name: string, level: string, quotaPerMinute?: number) => ({
    action: name,
    ram: { action: `natgateway:${name}`, level, resource: '*', source: 'page of nat', verified: true },
    undocumentedPerSecond: 3,
    ...(quotaPerMinute === undefined ? undefined : { quotaPerMinute }),
  });
  const { ecr, vpc } = real.products;
  const nat = {
    ...ecr,
    service: 'nat',
    apiVersion: '2030-01-01',
    central: true,
    parent: undefined,
    actions: {
      create: action('OpenRecorder', 'create', 60),
      activate: action('StartRecorder', 'update'),
      deactivate: action('StopRecorder', 'update'),
      modify: action('ChangeRecorder', 'update'),
      delete: action('CloseRecorder', 'delete'),
      list: action('ListRecorders', 'list'),
    },
    resource: {
      fields: {
        type: { param: 'RecordedType', required: true, allowed: ['NatGateway'] },
        id: { param: 'RecordedId', required: true },
      },
      forms: [{ fields: ['type', 'id'], creatable: true }],
      constants: { Recorder: 'FLOW' },
    },
    spec: { ...vpc.spec, 'destination.region': ecr.spec['destination.region'] },
    statuses: { Running: 'active', Stopped: 'inactive', Opening: 'changing' },
    settlesAs: { Opening: 'active' },
    list: {
      items: 'Recorders.Recorder',
      paging: { style: 'token', sizeParam: 'Limit', pageSize: 20, pageParam: 'Marker' },
      tagParam: 'Tags',
    },
  };
  Object.assign(real.products, { nat });
  real.productNames.push('nat' as Product);
  return real;
});

const nat = 'nat' as Product;
const accountId = '1000000000000001';
const resource = { type: 'NatGateway', id: 'ngw-1' };
const target = { product: nat, accountId, resource } as unknown as ResourceTarget;
const spec = { destination: { project: 'netlogs', logStore: 'flow' }, trafficType: 'All' } as const;
const request = { target, spec, requestedBy: 'test' };

const problemsOf = (parsed: object) =>
  ('problems' in parsed ? (parsed.problems as { path: string; message: string }[]) : []).map(
    ({ path, message }) => `${path}: ${message}`,
  );

describe('a fourth product, by its row alone', () => {
  it('has its input checked: taken where it is right, refused by its own fields and values', () => {
    expect(parseOperationInput('enable', request)).toHaveProperty('input');
    const wrong = {
      ...request,
      target: { ...target, region: 'cn-hangzhou', resource: { type: 'Router', id: 'ngw-1' } },
    };
    const problems = problemsOf(parseOperationInput('enable', wrong)).join('\n');
    expect(problems).toContain('must be one of NatGateway');
    expect(problems).toContain('a target of nat');
    expect(workflowIdOf(target)).toBe(`flow-log/nat/${accountId}/central/NatGateway/ngw-1`);
  });

  it('is a target of bulks, and is named among the products where another is asked for', () => {
    expect(itemProblems('enable', [{ target, spec }], {})).toEqual([]);
    const unknown = { ...request, target: { ...target, product: 'slb' } };
    expect(problemsOf(parseOperationInput('enable', unknown)).join('\n')).toContain('vpc, cen, ecr, nat');
  });

  it('is called by its own verbs, listed by its own pages, and read by its own words', () => {
    const ofTarget = { target, spec, owner: 'me', clientToken: 'once' };
    expect(changeRequest('create', ofTarget as never)).toMatchObject({
      service: 'nat',
      action: 'OpenRecorder',
      params: { RecordedType: 'NatGateway', RecordedId: 'ngw-1', Recorder: 'FLOW', ProjectName: 'netlogs' },
    });
    expect(listRequest({ product: nat, accountId }, {}, { Marker: 'm2' })).toMatchObject({
      action: 'ListRecorders',
      params: { Limit: 20, Marker: 'm2' },
    });
    const row = { FlowLogId: 'nfl-1', Status: 'Running', RecordedType: 'NatGateway', RecordedId: 'ngw-1' };
    const page = parseList(nat, { TotalCount: 2, Marker: 'm2', Recorders: { Recorder: [row] } });
    expect(page).toMatchObject({
      next: { Marker: 'm2' },
      flowLogs: [{ flowLogId: 'nfl-1', status: 'active', resource }],
    });
  });

  it('is planned from what its list shows: created where nothing is there, adopted where another made it as wished', () => {
    const desired = desiredOf('enable', target, request);
    const planOf = (rows: readonly object[]) => {
      const { flowLogs } = parseList(nat, { TotalCount: rows.length, Recorders: { Recorder: rows } });
      const observation = { ...sortOut(target, 'me', spec, flowLogs), readAt: '', complete: true };
      return nextStep(desired, { observation, unclear: [] }, { changes: [], deadlineAt: 1_000 }, 0);
    };
    const recorded = { RecordedType: 'NatGateway', RecordedId: 'ngw-1', TrafficType: 'All' };
    const destination = { ProjectName: 'netlogs', LogStoreName: 'flow' };
    expect(planOf([])).toMatchObject({ do: 'create' });
    const running = { FlowLogId: 'nfl-1', Status: 'Running', ...recorded, ...destination };
    expect(planOf([running])).toMatchObject({ do: 'done', outcome: 'adopted' });
    expect(planOf([{ ...running, LogStoreName: 'other' }])).toMatchObject({ do: 'fail', reason: { type: 'Conflict' } });
  });

  it('has a budget, permissions and an endpoint', () => {
    const settings = { share: 0.5, budgets: {}, ofAccount: () => undefined };
    const pace = (action: string) => paceOf({ service: 'nat' as Service, action, accountId }, settings).perSecond;
    expect([pace('OpenRecorder'), pace('StartRecorder'), pace('Unlisted')]).toEqual([0.5, 3, 3]);
    expect(budgetName.test('nat:OpenRecorder')).toBe(true);
    const actions = ramPolicy().policy.Statement.flatMap(({ Action }) => Action);
    expect(actions).toEqual(
      expect.arrayContaining(['natgateway:OpenRecorder', 'natgateway:ListRecorders', 'vpc:CreateFlowLog']),
    );
    expect(endpointsFrom({})('nat' as Service)).toBe('https://natgateway.aliyuncs.com');
    const given = endpointsFrom({ FLOWLOG_ENDPOINT_NAT: 'http://127.0.0.1:1' } as never);
    expect(given('nat' as Service)).toBe('http://127.0.0.1:1');
  });

  it('stands in a manifest, and on the command line by the prefix of its ids', async () => {
    const item = { product: 'nat', accountId, resource, ...spec };
    const located = readManifest('manifest.json', JSON.stringify({ version: 1, flowLogs: [item] }));
    expect(effectiveItems(located, 'enable', { accounts: {}, requestedBy: 'test' })).toMatchObject([
      { input: { target } },
    ]);
    const form: IdForm = {
      prefix: 'ngw-',
      example: 'ngw-1a2b',
      products: [nat],
      names: 'id',
      implies: { type: 'NatGateway' },
    };
    (idForms as IdForm[]).push(form);
    expect(targetOf('ngw-1', {})).toEqual({ product: 'nat', resource });
    const { stdout, exitCode } = await worldOf().run('ram-policy --product nat');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('natgateway:OpenRecorder');
  });

  it('is in the schemas and on the pages that are written from the rows', () => {
    expect(JSON.stringify(schemaDocuments())).toContain('"NatGateway"');
    expect(ramPage()).toContain('natgateway:OpenRecorder');
  });
});

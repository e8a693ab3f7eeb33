/** Apps of other systems that may be a client, agent or resource server here. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

jest.setTimeout(60_000);

type Json = Readonly<Record<string, unknown>>;

let server: RunningServer;
let scene: Scene;

beforeAll(async () => {
  server = await runServer({ environment: { BEHALF__REGISTRATION__OPEN: 'true' } });
  scene = await makeScene(server);
});
afterAll(() => server?.close());

const imported = (source: string, apps: readonly object[]) =>
  scene.management.call('POST', `/inventories/${source}/import`, { apps });
const entries = async (source: string): Promise<readonly Json[]> =>
  (await scene.management.call('GET', `/inventory-entries?source=${source}`)).body['items'] as Json[];
const findings = async (source: string): Promise<readonly Json[]> => {
  const [entry] = await entries(source);
  return (await scene.management.call('GET', `/findings?subject=${entry?.['id']}`)).body['items'] as Json[];
};

/** What became of an app with a right that matters. */
const matched = async (source: string, app: object) => {
  await imported(source, [{ external_id: 'x', name: 'Elsewhere', scopes: ['Mail.Send'], ...app }]);
  const [entry] = await entries(source);
  const open = (await findings(source)).filter(({ state }) => state === 'open');
  return { client: entry?.['client'], by: entry?.['matched_by'], findings: open.length };
};

describe('an app that is known here is linked, and no finding', () => {
  const client = (fields: object) =>
    scene.management.createClient({
      ...{ name: 'Planner', purpose: 'Plans', token_endpoint_auth_method: 'client_secret_basic' },
      ...fields,
    });

  test('by its client id', async () => {
    const { id } = await client({ redirect_uris: ['https://one.example.com/cb'] });
    expect(await matched('by-id', { external_id: id })).toEqual({ client: id, by: 'client_id', findings: 0 });
  });

  test('by the id of a resource server that the list names', async () => {
    const { id } = scene.jwt;
    expect(await matched('by-stated-server', { client: id })).toEqual({ client: id, by: 'stated', findings: 0 });
    expect(await matched('by-no-server', { client: 'rs_unknown' })).toEqual({ client: 'rs_unknown', findings: 1 });
  });

  test('by name and owner together', async () => {
    const { id } = await client({
      name: 'Nightly',
      owner: scene.accountId,
      redirect_uris: ['https://n.example.com/cb'],
    });
    const app = { name: 'Nightly', owner: 'ADA' };
    expect(await matched('by-owner', app)).toEqual({ client: id, by: 'name_and_owner', findings: 0 });
    const known = { ...app, urls: ['https://n.example.com/cb', scene.jwt.identifier] };
    expect(await matched('by-owner-first', known)).toEqual({ client: id, by: 'name_and_owner', findings: 0 });
    expect(await matched('by-other-owner', { ...app, owner: 'grace' })).toEqual({ findings: 1 });
    expect(await matched('by-no-owner', { name: 'Nightly' })).toEqual({ findings: 1 });
  });

  test('not by a client that registered itself: anyone can register one with any address', async () => {
    const answer = await fetch(`${server.issuer}/reg`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify({ client_name: 'Cover', redirect_uris: ['https://cover.example.com/cb'] }),
    });
    expect(answer.status).toBe(201);
    const { client_id: id } = (await answer.json()) as Json;
    expect(await matched('by-cover', { urls: ['https://cover.example.com/cb'] })).toEqual({ findings: 1 });
    expect(await matched('by-cover-id', { external_id: id })).toEqual({ findings: 1 });
    expect(await matched('by-stated-cover', { client: id })).toEqual({ client: id, by: 'stated', findings: 0 });
  });

  test('not by a client that the list names and that there is not', async () => {
    expect(await matched('by-nothing', { client: 'app_unknown' })).toEqual({ client: 'app_unknown', findings: 1 });
  });
});

describe('an app that states an address of a client here is linked, and stays a finding: it chose the address itself', () => {
  const client = (host: string, fields: object = {}) =>
    scene.management.createClient({
      ...{ name: 'Planner', purpose: 'Plans', token_endpoint_auth_method: 'client_secret_basic' },
      redirect_uris: [`https://${host}/cb`],
      ...fields,
    });

  test('the host of a redirect URI, if no second client has it', async () => {
    const { id } = await client('two.example.com');
    const app = { urls: ['https://evil.example.net/cb', 'https://two.example.com/other'] };
    const hint = { client: id, by: 'redirect_host', findings: 1 };
    expect(await matched('by-host', app)).toEqual(hint);
    expect(await matched('by-only-host', { urls: ['https://two.example.com/cb'] })).toEqual(hint);
    await client('two.example.com', { name: 'Planner of others' });
    expect(await matched('by-host', app)).toEqual({ findings: 1 });
    expect(await matched('by-no-host', { urls: ['https://other.example.com/'] })).toEqual({ findings: 1 });
    const native = { application_type: 'native', token_endpoint_auth_method: 'none' };
    await client('', { name: 'On a device', ...native, redirect_uris: ['http://localhost/cb'] });
    expect(await matched('by-local-host', { urls: ['http://localhost/cb'] })).toEqual({ findings: 1 });
  });

  test('the identifier of a resource server', async () => {
    const { id, identifier } = scene.jwt;
    const app = { urls: [`${identifier}/`] };
    expect(await matched('by-resource', app)).toEqual({ client: id, by: 'resource', findings: 1 });
    expect(await matched('by-resource', { ...app, client: id })).toEqual({ client: id, by: 'stated', findings: 0 });
    const found = await findings('by-resource');
    expect(found).toMatchObject([{ state: 'resolved' }]);
    const opened = (await server.events('finding.opened')).filter(({ target }) => target?.id === found[0]?.['id']);
    expect(opened).toHaveLength(1);
  });
});

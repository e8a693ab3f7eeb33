/** Pairs that a resource server wishes for its callers: one person proposes them, another one accepts. */
import { describe, expect, test } from '@jest/globals';
import { CLIENTS, type Client } from '../../../src/domain/clients/clients/client.ts';
import { ACCOUNTS, type Account } from '../../../src/domain/identity/accounts/account.ts';
import { acceptedTargets } from '../../../src/domain/resources/resource-servers/delegation-targets.ts';
import {
  RESOURCE_SERVERS,
  type ResourceServer,
} from '../../../src/domain/resources/resource-servers/resource-server.ts';
import { API, API_SCOPES, BY, ISSUER, publicKey, refusalOf, registryWorld } from './registry-world.ts';

const MCP = 'https://notes.example/mcp';
const PAIR = { resource: API, scope: 'trips:read' };
const [ADA, BOB, EVE] = [{ caller: 'acc_ada' }, { caller: 'acc_bob' }, { caller: 'acc_eve' }];
const SECOND = 1_800_000_000;

type World = ReturnType<typeof registryWorld>;

const person = (world: World, id: string, more: Partial<Account> = {}): Promise<void> =>
  world.documents.collection<Account>(ACCOUNTS).insert({
    ...{ id, username: id, name: id, groups: [], roles: ['operator'], state: 'active', sessionsValidFrom: 0 },
    ...{ createdAt: SECOND - 100, updatedAt: SECOND - 100 },
    ...more,
  });

/** An operator's client as it stands in the store; `setBy` set its credentials. */
const operatorClient = async (world: World, owner: string | undefined, setBy: string | undefined): Promise<string> => {
  const { document } = await world.clients.create(
    {
      name: 'Operations',
      tokenEndpointAuthMethod: 'private_key_jwt',
      jwks: { keys: [publicKey()] },
      grantTypes: ['client_credentials'],
      roles: ['operator'],
    },
    BY,
  );
  const clients = world.documents.collection<Client>(CLIENTS);
  const found = await clients.get(document.id);
  const { credentialsSetBy: _, ...rest } = found?.document ?? document;
  const set = setBy === undefined ? {} : { credentialsSetBy: { caller: setBy, at: SECOND - 100 } };
  const stored = { ...rest, ...set, ...(owner === undefined ? {} : { owner }), updatedAt: SECOND - 100 };
  await clients.replace(stored, found?.version ?? 1);
  return document.id;
};

const world = async () => {
  const made = registryWorld();
  for (const { caller } of [ADA, BOB]) await person(made, caller);
  const { resourceServers: servers } = made;
  const mcp = (await servers.create({ identifier: MCP, name: 'Notes', scopes: [API_SCOPES[0]] }, BY)).document.id;
  const api = (await made.createApi()).document.id;
  made.events.length = 0;
  const targets = async () => acceptedTargets((await servers.get(mcp))?.document ?? {});
  return { ...made, servers, mcp, api, targets };
};

describe('proposing a pair', () => {
  test('notes who did, has no effect, and is recorded first', async () => {
    const { servers, mcp, events, targets } = await world();
    const { document } = await servers.proposeTarget(mcp, undefined, PAIR, ADA);
    expect(document.delegatesTo).toEqual([
      { ...PAIR, proposedBy: 'acc_ada', proposedAt: SECOND, proposers: ['acc_ada'] },
    ]);
    expect(await targets()).toEqual([]);
    expect(events).toMatchObject([
      {
        type: 'resource_server.delegation_proposed',
        caller: 'acc_ada',
        resource: MCP,
        target: { kind: 'resource server', id: mcp },
        inputs: { target: API, scope: 'trips:read' },
        changed: ['delegates_to'],
      },
    ]);
  });

  test.each([
    ['an unknown resource', { ...PAIR, resource: 'https://unknown.example' }, 'invalid_field', '/resource'],
    ['a resource by another spelling', { ...PAIR, resource: `${API}/` }, 'invalid_field', '/resource'],
    ['itself', { ...PAIR, resource: MCP }, 'invalid_field', '/resource'],
    ['the management API', { ...PAIR, resource: `${ISSUER}/api/v1` }, 'invalid_field', '/resource'],
    ['a scope that is not declared there', { ...PAIR, scope: 'trips:sell' }, 'invalid_field', '/scope'],
    ['all scopes at once', { ...PAIR, scope: '*' }, 'invalid_field', '/scope'],
    ['two scopes at once', { ...PAIR, scope: 'trips:read trips:book' }, 'invalid_field', '/scope'],
  ] as const)('is refused for %s', async (_, pair, code, field) => {
    const { servers, mcp, events } = await world();
    await servers.ensureManagementApi(API_SCOPES, BY);
    const before = events.length;
    expect(await refusalOf(() => servers.proposeTarget(mcp, undefined, pair, ADA))).toEqual({ code, field });
    expect(events).toHaveLength(before);
  });

  test('is refused for a disabled resource server, and for the management API as the one that delegates', async () => {
    const { servers, mcp, api } = await world();
    const own = await servers.ensureManagementApi(API_SCOPES, BY);
    const refused = await refusalOf(() => servers.proposeTarget(own.document.id, undefined, PAIR, ADA));
    expect(refused).toMatchObject({ code: 'conflict' });
    await servers.disable(api, BY);
    const field = '/resource';
    const disabled = await refusalOf(() => servers.proposeTarget(mcp, undefined, PAIR, ADA));
    expect(disabled).toEqual({ code: 'invalid_field', field });
  });

  test('is refused for a pair that is there, waiting or accepted', async () => {
    const { servers, mcp, tick } = await world();
    await servers.proposeTarget(mcp, undefined, PAIR, ADA);
    const twice = { code: 'conflict', field: '/scope' };
    expect(await refusalOf(() => servers.proposeTarget(mcp, undefined, PAIR, BOB))).toEqual(twice);
    tick();
    await servers.acceptTarget(mcp, undefined, PAIR, BOB);
    expect(await refusalOf(() => servers.proposeTarget(mcp, undefined, PAIR, ADA))).toEqual(twice);
  });

  test('is refused for the 51st pair', async () => {
    const { servers, mcp } = await world();
    const names = Array.from({ length: 51 }, (_, index) => `s${index}`);
    const wide = 'https://wide.example';
    const scopes = names.map((name) => ({ name, description: 'Something', risk: 'low' }) as const);
    await servers.create({ identifier: wide, name: 'Wide', scopes }, BY);
    const propose = (scope = '') => servers.proposeTarget(mcp, undefined, { resource: wide, scope }, ADA);
    for (const name of names.slice(0, 50)) await propose(name);
    expect(await refusalOf(() => propose(names[50]))).toEqual({ code: 'invalid_field', field: '/scope' });
  });

  test('heeds the version, and of two at the same time with one version keeps one', async () => {
    const { servers, mcp } = await world();
    const propose = (scope: string) => refusalOf(() => servers.proposeTarget(mcp, 1, { resource: API, scope }, ADA));
    const results = await Promise.all([propose('trips:read'), propose('trips:book')]);
    expect(results).toContain('accepted');
    expect(results).toContainEqual({ code: 'precondition_failed', field: undefined });
    expect((await servers.get(mcp))?.document.delegatesTo).toHaveLength(1);
  });

  test('changes nothing while the audit log cannot be written', async () => {
    const { servers, mcp, breakAudit } = await world();
    breakAudit();
    expect(await refusalOf(() => servers.proposeTarget(mcp, undefined, PAIR, ADA))).toMatchObject({
      code: 'unavailable',
    });
    expect((await servers.get(mcp))?.document).not.toHaveProperty('delegatesTo');
  });
});

describe('accepting a pair', () => {
  const proposed = async (by: { readonly caller: string } = ADA) => {
    const made = await world();
    await made.servers.proposeTarget(made.mcp, undefined, PAIR, by);
    made.tick();
    const accept = (caller: string) => made.servers.acceptTarget(made.mcp, undefined, PAIR, { caller });
    return { ...made, accept };
  };
  const forbidden = { code: 'forbidden', field: undefined };

  test('by another operator makes it take effect, once', async () => {
    const { servers, mcp, events, targets, accept } = await proposed();
    await servers.proposeTarget(mcp, undefined, { resource: API, scope: 'trips:book' }, ADA);
    await accept('acc_bob');
    await accept('acc_bob');
    expect(await targets()).toEqual([PAIR]);
    const accepted = events.filter(({ type }) => type === 'resource_server.delegation_accepted');
    expect(accepted).toMatchObject([
      { caller: 'acc_bob', inputs: { target: API, scope: 'trips:read', proposedBy: 'acc_ada', proposedAt: SECOND } },
    ]);
  });

  test('is refused to the proposer, and to an account without a role or disabled', async () => {
    const { accept, targets, ...made } = await proposed();
    await person(made, EVE.caller, { roles: ['auditor'] });
    await person(made, 'acc_away', { state: 'disabled' });
    for (const caller of ['acc_ada', 'acc_eve', 'acc_away', 'acc_unknown']) {
      expect(await refusalOf(() => accept(caller))).toEqual(forbidden);
    }
    expect(await targets()).toEqual([]);
    expect(made.events.map(({ type }) => type)).toEqual(['resource_server.delegation_proposed']);
  });

  test('is refused to an account that was made or changed in the second of the proposal or later', async () => {
    const { accept, ...made } = await proposed();
    await person(made, 'acc_new', { updatedAt: SECOND });
    expect(await refusalOf(() => accept('acc_new'))).toEqual(forbidden);
    await person(made, 'acc_old', { updatedAt: SECOND - 1 });
    expect(await refusalOf(() => accept('acc_old'))).toBe('accepted');
  });

  test('is refused to a client that the proposer owns, or whose credentials they set', async () => {
    const { accept, ...made } = await proposed();
    const own = await operatorClient(made, 'acc_ada', 'acc_ada');
    const ofBob = await operatorClient(made, 'acc_bob', 'acc_ada');
    const through = await operatorClient(made, 'acc_bob', own);
    for (const id of [own, ofBob, through]) expect(await refusalOf(() => accept(id))).toEqual(forbidden);
    const bobs = await operatorClient(made, 'acc_bob', 'acc_bob');
    expect(await refusalOf(() => accept(bobs))).toBe('accepted');
  });

  test('is refused to a client without an owner, of an owner without a role, and with credentials of unknown origin', async () => {
    const { accept, ...made } = await proposed();
    await person(made, EVE.caller, { roles: ['auditor'] });
    const clients = [
      await operatorClient(made, undefined, 'acc_bob'),
      await operatorClient(made, 'acc_eve', 'acc_eve'),
      await operatorClient(made, 'acc_bob', undefined),
    ];
    for (const id of clients) expect(await refusalOf(() => accept(id))).toEqual(forbidden);
  });

  test('is refused to an account for what its client proposed, also once that client is gone', async () => {
    const made = await world();
    const client = await operatorClient(made, 'acc_bob', 'acc_ada');
    await made.servers.proposeTarget(made.mcp, undefined, PAIR, { caller: client });
    await made.documents.collection<Client>(CLIENTS).take(client);
    made.tick();
    for (const by of [ADA, BOB]) {
      expect(await refusalOf(() => made.servers.acceptTarget(made.mcp, undefined, PAIR, by))).toEqual(forbidden);
    }
    await person(made, EVE.caller);
    expect(await refusalOf(() => made.servers.acceptTarget(made.mcp, undefined, PAIR, EVE))).toBe('accepted');
  });

  test('of clients that first start made for one administrator is refused: they are one person', async () => {
    const made = await world();
    const [administrator, operator] = [
      await operatorClient(made, 'acc_ada', 'system'),
      await operatorClient(made, 'acc_ada', 'system'),
    ];
    await made.servers.proposeTarget(made.mcp, undefined, PAIR, { caller: administrator });
    made.tick();
    const accept = (caller: string) => made.servers.acceptTarget(made.mcp, undefined, PAIR, { caller });
    expect(await refusalOf(() => accept(operator))).toEqual(forbidden);
    const bobs = await operatorClient(made, 'acc_bob', 'system');
    expect(await refusalOf(() => accept(bobs))).toBe('accepted');
  });

  test('is refused once the other API does not declare the scope, or is disabled', async () => {
    const { servers, api, accept, targets } = await proposed();
    await servers.update(api, 1, { scopes: [API_SCOPES[1]] }, BY);
    expect(await refusalOf(() => accept('acc_bob'))).toEqual({ code: 'invalid_field', field: '/scope' });
    await servers.disable(api, BY);
    expect(await refusalOf(() => accept('acc_bob'))).toEqual({ code: 'invalid_field', field: '/resource' });
    expect(await targets()).toEqual([]);
  });

  test('is refused for a pair that is not there', async () => {
    const { servers, mcp } = await proposed();
    const other = { ...PAIR, scope: 'trips:book' };
    expect(await refusalOf(() => servers.acceptTarget(mcp, undefined, other, BOB))).toMatchObject({
      code: 'not_found',
    });
  });

  test('and withdrawing it at the same time leaves one outcome, and never a pair without two people', async () => {
    const { servers, mcp, accept, targets } = await proposed();
    const [, withdrawn] = await Promise.all([
      refusalOf(() => accept('acc_bob')),
      refusalOf(() => servers.withdrawTarget(mcp, undefined, PAIR, ADA)),
    ]);
    expect(withdrawn).toBe('accepted');
    expect(await targets()).toEqual([]);
  });
});

describe('withdrawing a pair', () => {
  test('takes one that waits and one that counts, by the proposer or another', async () => {
    const { servers, mcp, events, targets, tick } = await world();
    const book = { ...PAIR, scope: 'trips:book' };
    await servers.proposeTarget(mcp, undefined, PAIR, ADA);
    await servers.proposeTarget(mcp, undefined, book, ADA);
    tick();
    await servers.acceptTarget(mcp, undefined, book, BOB);
    await servers.withdrawTarget(mcp, undefined, book, ADA);
    expect(await targets()).toEqual([]);
    const { document } = await servers.withdrawTarget(mcp, undefined, PAIR, BOB);
    expect(document).not.toHaveProperty('delegatesTo');
    expect(events.at(-1)).toMatchObject({
      type: 'resource_server.delegation_withdrawn',
      caller: 'acc_bob',
      inputs: { target: API, scope: 'trips:read' },
    });
    expect(await refusalOf(() => servers.withdrawTarget(mcp, undefined, PAIR, BOB))).toMatchObject({
      code: 'not_found',
    });
  });
});

describe('other changes of a resource server', () => {
  test('leave its pairs alone, and bring none with them', async () => {
    const { servers, mcp, documents } = await world();
    const smuggled = { ...PAIR, proposedBy: 'acc_ada', proposedAt: 1, acceptedBy: 'acc_bob', acceptedAt: 2 };
    const input = { identifier: 'https://new.example', name: 'New', scopes: API_SCOPES, delegatesTo: [smuggled] };
    const made = await servers.create(input, BY);
    expect(made.document).not.toHaveProperty('delegatesTo');
    const { version } = await servers.proposeTarget(mcp, undefined, PAIR, ADA);
    await servers.update(mcp, version, { name: 'Notebook' }, BY);
    const stored = await documents.collection<ResourceServer>(RESOURCE_SERVERS).get(mcp);
    expect(stored?.document).toMatchObject({ name: 'Notebook', delegatesTo: [PAIR] });
    const change = { name: 'Notes', delegatesTo: [smuggled] };
    const changed = await servers.update(mcp, stored?.version ?? 0, change, BY);
    expect(acceptedTargets(changed.document)).toEqual([]);
  });
});

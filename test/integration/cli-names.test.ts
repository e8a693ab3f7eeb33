/** Commands take names in place of ids, and refuse a name that means nothing or several objects. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newKeyPair } from '../support/agent-keys.ts';
import { cliHere } from '../support/in-process-cli.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

let server: RunningServer;
let management: Management;
let owner: string;
let movers: string;

beforeAll(async () => {
  server = await runServer({ stores: 'sqlite' });
  management = await managementFromKeyFile(server.administratorKeyFile);
  const [administrator] = (await management.call('GET', '/accounts')).body['items'] as readonly {
    readonly id: string;
  }[];
  owner = String(administrator?.id);
  const second = await management.createAccount({ username: 'gus', name: 'Gus' });
  const group = { name: 'movers', members: [owner, second.id] };
  movers = String((await management.call('POST', '/groups', group)).body['id']);
});
afterAll(async () => {
  await server?.close();
});

const behalf = (...argv: readonly string[]) => cliHere(argv, { BEHALF_DATA: server.dataFolder });
const newAgent = async (name: string): Promise<string> => {
  const { publicJwk } = await newKeyPair();
  const agent = { name, owner, purpose: 'Finds days', environment: 'development', jwks: { keys: [publicJwk] } };
  return (await management.createAgent(agent)).id;
};

describe('an agent', () => {
  test('is shown, suspended and resumed by its name, without regard to case', async () => {
    const id = await newAgent('Day Finder');
    expect(JSON.parse((await behalf('agents', 'show', 'Day Finder', '--json')).out)).toMatchObject({ id });
    expect(await behalf('agents', 'suspend', 'day  finder')).toMatchObject({
      code: 0,
      out: 'day  finder is suspended.\n',
    });
    expect((await server.events('agent.suspended')).at(-1)).toMatchObject({ target: { id } });
    expect(await behalf('agents', 'resume', id)).toMatchObject({ code: 0, out: `${id} is active.\n` });
  });

  test('with a name that nothing has is refused, and nothing changes', async () => {
    const before = (await server.events('agent.suspended')).length;
    expect(await behalf('agents', 'suspend', 'Nowhere')).toMatchObject({
      code: 1,
      err: 'behalf: There is no agent with the id or name Nowhere.\nSee `behalf agents list`.\n',
    });
    expect((await server.events('agent.suspended')).length).toBe(before);
  });

  test('with a name that two have is refused, and both ids are named', async () => {
    const ids = [await newAgent('Twin'), await newAgent('twin')];
    const { code, err } = await behalf('agents', 'suspend', 'Twin');
    expect(code).toBe(1);
    for (const id of ids) expect(err).toContain(id);
    expect(err).toContain('Give the id.');
    await behalf('agents', 'retire', String(ids[0]), '--yes');
    expect(await behalf('agents', 'suspend', 'Twin')).toMatchObject({ code: 0, out: 'Twin is suspended.\n' });
  });

  test('without a letter or digit in its name is found', async () => {
    const id = await newAgent('🗓');
    expect(JSON.parse((await behalf('agents', 'show', '🗓', '--json')).out)).toMatchObject({ id });
  });
});

test('an API is named by its name or identifier, a list is filtered by the name of an agent', async () => {
  await behalf(
    'resource-servers',
    'create',
    'https://names.example.com',
    '--name',
    'Names',
    '--scope',
    'read:low:Read',
  );
  for (const name of ['Names', 'https://names.example.com']) {
    const { out } = await behalf('resource-servers', 'show', name, '--json');
    expect(JSON.parse(out)).toMatchObject({ identifier: 'https://names.example.com' });
  }
  const id = await newAgent('Lister');
  await behalf('agents', 'suspend', id);
  const { out } = await behalf('audit', 'list', '--agent', 'Lister', '--json');
  const types = (JSON.parse(out) as readonly { readonly event: { readonly type: string } }[]).map(
    ({ event }) => event.type,
  );
  expect(types).toEqual(expect.arrayContaining(['agent.suspended', 'agent.created']));
  expect((await behalf('delegations', 'list', '--agent', 'Lister')).code).toBe(0);
  expect(await behalf('grants', 'list', '--account', 'no-such-person')).toMatchObject({
    code: 1,
    err: expect.stringContaining('no-such-person'),
  });
});

test('a budget names whom it limits, and an agent is killed by its name', async () => {
  const id = await newAgent('Spender');
  const made = await behalf(
    ...['budgets', 'create', 'Of the spender', '--limit', '5', '--window', '1h'],
    ...['--about', 'agent', '--subject', 'spender', '--json'],
  );
  expect(JSON.parse(made.out)).toMatchObject({ about: 'agent', subject: id });
  const unknown = ['--about', 'owner', '--subject', 'no-such-owner'];
  expect((await behalf('budgets', 'create', 'Of none', '--limit', '5', '--window', '1h', ...unknown)).code).toBe(1);
  const killed = await behalf('kill', 'agent', 'Spender', '--reason', 'drill', '--yes');
  expect([killed.code, killed.err]).toEqual([0, '']);
  expect((await server.events('kill.ordered')).at(-1)).toMatchObject({ target: { kind: 'agent', id } });
});

test('an endpoint of webhooks is named by its name or URL, and its owner by a username', async () => {
  const url = 'https://hooks.example.com/names';
  const { out } = await behalf('webhooks', 'create', url, '--name', 'Pager', '--kind', 'agent.killed', '--json');
  const { id } = JSON.parse(out) as { readonly id: string };
  for (const name of ['pager', url, id]) {
    expect(JSON.parse((await behalf('webhooks', 'show', name, '--json')).out)).toMatchObject({ id });
  }
  const [{ username }] = (await management.call('GET', '/accounts')).body['items'] as [{ readonly username: string }];
  expect((await behalf('webhooks', 'update', 'Pager', '--owner', username)).code).toBe(0);
  expect(await behalf('webhooks', 'retry', '--all', '--to', 'Nowhere')).toMatchObject({
    code: 1,
    err: expect.stringContaining('There is no endpoint with the id or name Nowhere.'),
  });
});

describe('a successor rule', () => {
  const shown = async (rule: string) => (await management.call('GET', `/successor-rules/${rule}`)).body;

  test('is about a group or a directory by its name, and loses its group with -', async () => {
    const client = await management.createClient({ name: 'Sync', grant_types: ['client_credentials'] });
    const directory = (await management.call('POST', '/directories', { name: 'Head office', client: client.id })).body;
    const made = await behalf(
      ...['successor-rules', 'create', '--local', '--applies-to', 'head office', '--manager', 'yes'],
      ...['--group', 'movers', '--json'],
    );
    expect(made).toMatchObject({ code: 0, err: '' });
    const rule = String((JSON.parse(made.out) as { readonly id: string }).id);
    expect(await shown(rule)).toMatchObject({ applies_to: directory['id'], group: movers });
    expect((await behalf('successor-rules', 'list')).out).toMatch(/Head office +yes +movers/);
    expect(await behalf('successor-rules', 'update', rule, '--local', '--group', '-')).toMatchObject({ code: 0 });
    expect(await shown(rule)).not.toHaveProperty('group');
    await behalf('successor-rules', 'update', rule, '--local', '--applies-to', 'movers');
    expect(await shown(rule)).toMatchObject({ applies_to: movers });
  });

  test('is not made for a name that a group and a directory have, nor for one that none has', async () => {
    const client = await management.createClient({ name: 'Other sync', grant_types: ['client_credentials'] });
    const { body } = await management.call('POST', '/directories', { name: 'Movers', client: client.id });
    const before = (await server.events('successor_rule.created')).length;
    const both = await behalf('successor-rules', 'create', '--local', '--applies-to', 'movers', '--manager', 'yes');
    expect([both.code, both.err]).toEqual([1, expect.stringContaining('Several have the name movers')]);
    for (const id of [movers, String(body['id'])]) expect(both.err).toContain(id);
    const none = await behalf('successor-rules', 'create', '--local', '--applies-to', 'Nowhere', '--manager', 'yes');
    expect([none.code, none.err]).toEqual([1, expect.stringContaining('no group or directory')]);
    expect((await server.events('successor_rule.created')).length).toBe(before);
  });
});

test('a sink, a review and a legal hold are named by names', async () => {
  const file = ['audit-sinks', 'create', 'file', '--local', '--name', 'Archive', '--json'] as const;
  const sink = JSON.parse((await behalf(...file)).out) as { readonly id: string };
  expect(await behalf('audit-sinks', 'pause', 'archive')).toMatchObject({ code: 0, out: 'archive is paused.\n' });
  expect(JSON.parse((await behalf('audit-sinks', 'show', 'Archive', '--json')).out)).toMatchObject({ id: sink.id });

  const review = JSON.parse((await behalf('reviews', 'create', 'Winter', '--json')).out) as { readonly id: string };
  expect(JSON.parse((await behalf('reviews', 'show', 'winter', '--json')).out)).toMatchObject({ id: review.id });
  expect((await behalf('review-items', 'list', '--review', 'Winter')).code).toBe(0);

  const agent = await newAgent('Kept');
  const hold = await behalf('legal-holds', 'create', '--local', '--about', 'kept', '--reason', 'case 7', '--json');
  expect(JSON.parse(hold.out)).toMatchObject({ about: agent });
  const unknown = await behalf('legal-holds', 'create', '--local', '--about', 'Nowhere', '--reason', 'case 8');
  expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('no agent, client, account or group')]);
});

test('a name that begins like an id is a name, and an id of any kind is none', async () => {
  const agents = { key_rotator: await newAgent('key_rotator'), agt_planner: await newAgent('agt_planner') };
  const held = (about: string) =>
    behalf('legal-holds', 'create', '--local', '--about', about, '--reason', 'case 9', '--json');
  for (const [name, id] of Object.entries(agents)) {
    expect(JSON.parse((await held(name)).out)).toMatchObject({ about: id });
    expect(JSON.parse((await behalf('agents', 'show', name, '--json')).out)).toMatchObject({ id });
  }
  const delegation = `dlg_${'a'.repeat(26)}`;
  expect(JSON.parse((await held(delegation)).out)).toMatchObject({ about: delegation });
  const before = (await server.events('legal_hold.created')).length;
  const unknown = await held('log_writer');
  expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('with the id or name log_writer')]);
  expect((await server.events('legal_hold.created')).length).toBe(before);
});

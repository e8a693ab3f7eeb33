/** Commands take names in place of ids, and refuse a name that means nothing or several objects. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newKeyPair } from '../support/agent-keys.ts';
import { cliHere } from '../support/in-process-cli.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

let server: RunningServer;
let management: Management;
let owner: string;

beforeAll(async () => {
  server = await runServer({ stores: 'sqlite' });
  management = await managementFromKeyFile(server.administratorKeyFile);
  const [administrator] = (await management.call('GET', '/accounts')).body['items'] as readonly {
    readonly id: string;
  }[];
  owner = String(administrator?.id);
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

/** Names of those who can own agents: no name reads as an id or means an account and a group, and none is guessed at. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCli } from '../../src/cli/main.ts';
import { ACCOUNTS, type Account } from '../../src/domain/identity/accounts/account.ts';
import { ID_PREFIXES } from '../../src/domain/ports/identifiers.ts';
import { newKeyPair } from '../support/agent-keys.ts';
import { type Browser, newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { upstreamWorld } from '../support/upstream-world.ts';

let server: RunningServer;
let scene: Scene;
let members: readonly string[];

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  const made = await scene.management.createAccount({ username: 'member', name: 'A member' });
  members = [scene.accountId, made.id];
}, 60_000);
afterAll(() => server?.close());

const call = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
  scene.management.call(method, path, body, headers);
const newAccount = (username: string) => call('POST', '/accounts', { username, name: 'Some User' });
const newGroup = (name: string) => call('POST', '/groups', { name, members });
const renamed = async (id: string, name: string) => {
  const etag = String((await call('GET', `/groups/${id}`)).headers.get('etag'));
  return call('PATCH', `/groups/${id}`, { name }, { 'if-match': etag });
};
const refusals = async () => {
  await server.settled();
  return server.events('request.refused');
};
const events = async (type: 'account.created' | 'group.created' | 'group.updated') => {
  await server.settled();
  return (await server.events(type)).length;
};
const isRefused = (answer: { readonly status: number; readonly body: unknown }, status: number, pointer: string) =>
  expect(answer).toMatchObject({
    status,
    body: {
      type: `urn:behalf:problem:${status === 409 ? 'conflict' : 'invalid_field'}`,
      errors: [{ pointer }],
    },
  });
const behalf = async (...argv: string[]) => {
  const written = { out: '', err: '' };
  const out = (text: string): void => {
    written.out += text;
  };
  const err = (text: string): void => {
    written.err += text;
  };
  return { code: await runCli(argv, { out, err }, { BEHALF_DATA: server.dataFolder }), ...written };
};

describe('C17 a name that reads as an id', () => {
  test.each(ID_PREFIXES)('is no username and no name of a group: %s_…', async (prefix) => {
    const before = [await events('account.created'), await events('group.created')];
    isRefused(await newAccount(`${prefix}_x`), 400, '/username');
    isRefused(await newGroup(`${prefix}_x`), 400, '/name');
    expect([await events('account.created'), await events('group.created')]).toEqual(before);
  });

  test.each(['ACC_finance', 'ａｃｃ＿finance', ' grp_finance', '𝐚𝐠𝐭_finance'])(
    'is refused in look-alike letters: “%s”',
    async (name) => {
      const before = await events('account.created');
      isRefused(await newAccount(name), 400, '/username');
      expect(await events('account.created')).toBe(before);
    },
  );

  test('is not given to a group later, nor by the command line', async () => {
    const { body } = await newGroup('Harmless');
    isRefused(await renamed(String(body['id']), 'agt_payments'), 400, '/name');
    const refused = await behalf('accounts', 'create', 'grp_payments');
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('does not begin like an id')]);
    expect((await behalf('groups', 'update', String(body['id']), '--name', 'acc_payments')).code).toBe(1);
  });

  test('is not met by names that only begin like one', async () => {
    for (const username of ['account', 'agt', 'keynes', 'grp-ops'])
      expect((await newAccount(username)).status).toBe(201);
  });
});

describe('C17 an account and a group have no name in common', () => {
  test.each([
    ['treasury', 'Treasury'],
    ['ops.team', 'ＯＰＳ.team'],
    ['büro', 'BÜRO'],
  ])('the username %s after the group %s, and the group after the username', async (username, name) => {
    expect((await newGroup(name)).status).toBe(201);
    const before = await events('account.created');
    isRefused(await newAccount(username), 409, '/username');
    expect(await events('account.created')).toBe(before);
    expect((await newAccount(`${username}-2`)).status).toBe(201);
    const groups = await events('group.created');
    isRefused(await newGroup(`${name}-2`), 409, '/name');
    expect(await events('group.created')).toBe(groups);
  });

  test('nor after a group got another name; the one it had is free', async () => {
    const id = String((await newGroup('Before')).body['id']);
    await newAccount('after');
    const changes = await events('group.updated');
    isRefused(await renamed(id, 'After'), 409, '/name');
    expect(await events('group.updated')).toBe(changes);
    expect((await renamed(id, 'Later')).status).toBe(200);
    isRefused(await newAccount('later'), 409, '/username');
    expect((await newAccount('before')).status).toBe(201);
  });

  test('nor when both are asked for at once, any number of times', async () => {
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all(
        Array.from({ length: 6 }, (_, index) =>
          index % 2 === 0 ? newAccount(`race-${round}`) : newGroup(`Race-${round}`),
        ),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
    }
  });

  test('nor in the console, which keeps what was typed', async () => {
    const browser = await consoleOf();
    const page = await browser.open(`${server.issuer}/console/groups/new`);
    const form = page.forms.find(({ action }) => action.endsWith('/console/groups'));
    if (!form) throw new Error(page.text);
    const answer = await browser.submit(page, form, { set: { name: 'Ada', members: 'ada\nmember' } });
    expect([answer.status, answer.text]).toEqual([409, expect.stringContaining('as its username')]);
    expect(answer.html).toContain('value="Ada"');
    expect((await refusals()).at(-1)).toMatchObject({ error: 'conflict' });
  });
});

const consoleOf = async (): Promise<Browser> => {
  const browser = newBrowser(server.issuer);
  const page = await browser.open(`${server.issuer}/console`);
  await submitSignIn(browser, page, { username: 'admin', password: 'correct horse battery staple' });
  return browser;
};

describe('C17 what a name means', () => {
  /** As the store may hold it from before names were one space: a username that is the name of a group. */
  const ambiguous = async (name: string) => {
    const account = String((await newAccount(`${name}-old`)).body['id']);
    const group = String((await newGroup(name)).body['id']);
    const accounts = server.behalf.services.documents.collection<Account>(ACCOUNTS);
    const found = await accounts.get(account);
    if (!found) throw new Error('no account');
    await accounts.replace({ ...found.document, username: name.toLowerCase() }, found.version);
    return [account, group].sort() as [string, string];
  };

  test('is answered by the API: an account, a group, an id, or an error', async () => {
    const group = String((await newGroup('Night watch')).body['id']);
    const of = async (query: object) =>
      (await call('GET', `/owners?${new URLSearchParams({ ...query })}`)) as { status: number; body: object };
    expect((await of({ name: 'ADA' })).body).toEqual({ id: scene.accountId, kind: 'account', name: 'ada' });
    expect((await of({ name: 'night WATCH' })).body).toEqual({ id: group, kind: 'group', name: 'Night watch' });
    expect((await of({ name: group })).body).toMatchObject({ kind: 'group' });
    expect((await of({ name: 'Night watch', kind: 'account' })).status).toBe(404);
    expect((await of({ name: 'acc_nosuch' })).status).toBe(404);
    expect((await of({})).status).toBe(400);
  });

  test('is refused with the ids of all where it means more than one: API, command line, console', async () => {
    const ids = await ambiguous('Twofold');
    const listed = ids.join(', ');
    const answer = await call('GET', '/owners?name=twofold');
    expect(answer).toMatchObject({ status: 409, body: { type: 'urn:behalf:problem:conflict' } });
    expect(answer.text).toContain(listed);
    const list = await call('GET', '/agents?owner=twofold');
    expect([list.status, list.text]).toEqual([409, expect.stringContaining(listed)]);

    const kills = (await server.events('kill.ordered')).length;
    const killed = await behalf('kill', 'owner', 'Twofold', '--reason', 'a test', '--yes');
    expect([killed.code, killed.err]).toEqual([1, expect.stringContaining(listed)]);
    expect(await server.events('kill.ordered')).toHaveLength(kills);
    for (const argv of [
      ['agents', 'create', '--name', 'Mole', '--purpose', 'Digs', '--owner', 'twofold', '--key', '/dev/null'],
      ['policy', 'simulate', 'register', 'agent', '--owner', 'twofold'],
      ['registration', 'tokens', 'create', '--owner', 'twofold'],
    ]) {
      expect(await behalf(...argv)).toMatchObject({ code: 1, err: expect.stringContaining(listed) });
    }

    const browser = await consoleOf();
    const page = await browser.open(`${server.issuer}/console/agents/${scene.agent.clientId}/hand-over`);
    const form = page.forms.find(({ action }) => action.endsWith('/hand-over'));
    if (!form) throw new Error(page.text);
    const refused = await browser.submit(page, form, { set: { owner: 'Twofold' } });
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining(listed)]);
    const register = await browser.open(`${server.issuer}/console/agents/new`);
    const sent = await browser.submit(
      register,
      register.forms.find(({ action }) => action.endsWith('/agents')) as never,
      {
        set: {
          name: 'Mole',
          purpose: 'Digs',
          jwks: JSON.stringify((await newKeyPair()).publicJwk),
          other_owner: 'Twofold',
        },
      },
    );
    expect([sent.status, sent.text]).toEqual([409, expect.stringContaining(listed)]);
    const agent = await call('GET', `/agents/${scene.agent.clientId}`);
    expect(agent.body['owner']).toBe(scene.accountId);
  });
});

test('C17 LG-08 a first sign-in at a provider whose username reads as an id, or is the name of a group, gets another one', async () => {
  const world = await upstreamWorld({ create: 'always' });
  try {
    const there = await makeScene(world.server);
    const other = await there.management.createAccount({ username: 'member', name: 'A member' });
    const group = { name: 'Payments', members: [there.accountId, other.id] };
    expect((await there.management.call('POST', '/groups', group)).status).toBe(201);
    const signedInAs = async (claimed: string) => {
      world.there.claims = { sub: `sub-${claimed}`, preferred_username: claimed, name: claimed };
      const page = await world.signIn(world.browser());
      const [link] = (await world.server.events('upstream_link.created')).slice(-1);
      const account = await there.management.call('GET', `/accounts/${link?.subject}`);
      return [page.url, account.body['username'], account.body['name']];
    };
    const home = `${world.server.issuer}/account`;
    expect(await signedInAs('acc_root')).toEqual([home, 'user-acc_root', 'acc_root']);
    expect(await signedInAs('payments')).toEqual([home, 'user-payments', 'payments']);
    await there.management.createAccount({ username: 'user-grp_x', name: 'There already' });
    expect(await signedInAs('grp_x')).toEqual([home, 'user2-grp_x', 'grp_x']);
    // The next time they are the same account.
    expect(await signedInAs('acc_root')).toEqual([home, 'user2-grp_x', 'grp_x']);
  } finally {
    await world.close();
  }
}, 60_000);

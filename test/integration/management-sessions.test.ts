/** Sessions over the management API and the command line. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCli } from '../../src/cli/main.ts';
import { sessionIdOf } from '../../src/domain/identity/sessions/session.ts';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { ALL_SCOPES, composeManagementApi } from '../support/composed-management-api.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

const world = async () => {
  const made = await composeManagementApi();
  const begun = async (account: string, uid: string): Promise<string> => {
    const { clock, sessions } = made;
    const times = { authTime: clock.now(), until: clock.now() + 3600 };
    await sessions.keep({ ...times, uid, account, amr: ['pwd'], apps: [{ client: 'app_wiki', sid: 's' }] });
    return sessionIdOf(uid);
  };
  const mine = await begun(made.owner.account.id, 'one');
  const theirs = await begun(made.stranger.account.id, 'two');
  const ofAdmin = await begun(made.admin.account.id, 'three');
  return { ...made, mine, theirs, ofAdmin };
};

const idsIn = ({ body }: { readonly body: { readonly items: readonly { readonly id: string }[] } }) =>
  body.items.map(({ id }) => id);

describe('sessions over the management API', () => {
  test('a role reads those of any account, which has to be named', async () => {
    const { call, auditor, owner, mine, refusals } = await world();
    expect(idsIn(await call(auditor, 'get', `/sessions?account=${owner.account.id}`))).toEqual([mine]);
    expect((await call(auditor, 'get', `/sessions/${mine}`)).body).toMatchObject({
      id: mine,
      account: owner.account.id,
      live: true,
      amr: ['pwd'],
      clients: ['app_wiki'],
    });
    const all = await call(auditor, 'get', '/sessions');
    expect([all.status, all.body.errors]).toMatchObject([400, [{ parameter: 'account' }]]);
    expect(refusals().at(-1)).toMatchObject({ error: 'invalid_field', note: 'listSessions' });
  });

  test('MG-01 without a role there are only the own ones', async () => {
    const { call, owner, stranger, mine, theirs, refusals } = await world();
    expect(idsIn(await call(owner, 'get', '/sessions'))).toEqual([mine]);
    expect(idsIn(await call(owner, 'get', `/sessions?account=${stranger.account.id}`))).toEqual([]);
    for (const [method, path] of [
      ['get', `/sessions/${theirs}`],
      ['post', `/sessions/${theirs}/end`],
      ['get', '/sessions/ses_none'],
    ] as const) {
      const answer = await call(owner, method, path);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(refusals().at(-1)).toMatchObject({ caller: owner.account.id, error: 'not_found' });
    }
    const others = await call(owner, 'post', `/accounts/${stranger.account.id}/end-sessions`);
    expect(others.status).toBe(403);
    expect((await call(stranger, 'get', `/sessions/${theirs}`)).body.live).toBe(true);
  });

  test('a person ends the own ones, one or all', async () => {
    const { call, owner, mine, audit, clock, sessions } = await world();
    const ended = await call(owner, 'post', `/sessions/${mine}/end`);
    expect([ended.status, ended.body]).toMatchObject([200, { id: mine, live: false }]);
    expect(audit.of('session.ended')).toMatchObject([
      { subject: owner.account.id, caller: owner.account.id, inputs: { how: 'by_api' }, request: 'req_test' },
    ]);
    clock.move(1);
    const times = { authTime: clock.now(), until: clock.now() + 3600 };
    await sessions.keep({ ...times, uid: 'later', account: owner.account.id, amr: ['pwd'], apps: [] });
    expect((await call(owner, 'post', `/accounts/${owner.account.id}/end-sessions`)).status).toBe(200);
    expect(idsIn(await call(owner, 'get', '/sessions'))).toEqual([]);
    expect(audit.of('account.sessions_ended')).toMatchObject([{ subject: owner.account.id, inputs: {} }]);
  });

  test('an operator ends those of any account but administrators; an auditor none', async () => {
    const { call, operator, auditor, admin, owner, mine, ofAdmin, refusals } = await world();
    expect((await call(auditor, 'post', `/sessions/${mine}/end`)).status).toBe(404);
    expect((await call(auditor, 'post', `/accounts/${owner.account.id}/end-sessions`)).status).toBe(403);
    for (const path of [`/sessions/${ofAdmin}/end`, `/accounts/${admin.account.id}/end-sessions`]) {
      const answer = await call(operator, 'post', path);
      expect([path, answer.status]).toEqual([path, 403]);
      expect(refusals().at(-1)).toMatchObject({ caller: operator.account.id, error: 'forbidden' });
    }
    expect((await call(operator, 'post', `/sessions/${mine}/end`)).body.live).toBe(false);
    expect((await call(admin, 'post', `/sessions/${ofAdmin}/end`)).body.live).toBe(false);
  });

  test('each takes the scope of its own', async () => {
    const { call, token, admin, mine } = await world();
    const reader = { token: token({ subject: admin.account.id, scope: ['sessions:read'] }) };
    expect((await call(reader, 'get', `/sessions/${mine}`)).status).toBe(200);
    expect((await call(reader, 'post', `/sessions/${mine}/end`)).status).toBe(403);
    const others = ALL_SCOPES.filter((scope) => !scope.startsWith('sessions:'));
    const writer = { token: token({ subject: admin.account.id, scope: others }) };
    expect((await call(writer, 'get', `/sessions/${mine}`)).status).toBe(403);
  });

  test('factors that an administrator takes away take all sessions along, first', async () => {
    const { call, admin, fresh, owner, mine, audit } = await world();
    expect((await call(fresh, 'post', `/accounts/${owner.account.id}/remove-factors`)).status).toBe(200);
    expect((await call(admin, 'get', `/sessions/${mine}`)).body.live).toBe(false);
    const ends = audit.events.filter(({ type }) => type !== 'management.permitted');
    expect(ends.map(({ type }) => type)).toEqual(['account.sessions_ended', 'factor.all_removed']);
  });
});

describe('behalf sessions', () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await runServer();
  });
  afterAll(() => server?.close());

  const behalf = async (...argv: readonly string[]) => {
    const [out, err]: [string[], string[]] = [[], []];
    const terminal = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
    const code = await runCli(argv, terminal, { BEHALF_DATA: server.dataFolder });
    return { code, out: out.join(''), err: err.join('') };
  };

  test('lists, shows and ends them', async () => {
    const browser = newBrowser(server.issuer);
    const signIn = async () =>
      submitSignIn(browser, await browser.open(`${server.issuer}/account`), {
        username: 'admin',
        password: 'correct horse battery staple',
      });
    expect((await signIn()).status).toBe(200);
    const listed = await behalf('sessions', 'list', 'admin', '--json');
    const [session] = JSON.parse(listed.out) as { readonly id: string }[];
    expect((await behalf('sessions', 'list', 'admin')).out).toMatch(/pwd.*127\.0\.0\.0\/24/);
    expect((await behalf('sessions', 'show', String(session?.id))).out).toContain('last_used_at');
    // Of an administrator only an administrator.
    expect((await behalf('sessions', 'end', String(session?.id), '--yes')).code).not.toBe(0);
    const ended = async () => (await server.events('session.ended')).length;
    const before = await ended();
    const unasked = await behalf('sessions', 'end', String(session?.id), '--key-file', server.administratorKeyFile);
    expect(unasked).toMatchObject({ code: 2, out: expect.stringContaining('is signed out there') });
    expect(await ended()).toBe(before);
    const file = ['--key-file', server.administratorKeyFile, '--yes'];
    expect(await behalf('sessions', 'end', String(session?.id), ...file)).toMatchObject({ code: 0 });
    expect((await behalf('sessions', 'list', 'admin')).err).toContain('signed in nowhere');
    expect(await behalf('accounts', 'end-sessions', 'admin', ...file)).toMatchObject({ code: 0 });
  });
});

/** Grants: seen and ended over the management API and the command line; narrowed on the page, with what hangs on them. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { runCli } from '../../src/cli/main.ts';
import { GRANTS, type GrantRecord } from '../../src/provider/seam/records.ts';
import { composeManagementApi } from '../support/composed-management-api.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';
import { until } from '../support/until.ts';

const CALENDAR = 'https://calendar.example.com';

const world = async () => {
  const made = await composeManagementApi();
  const { clock, grants, owner, stranger } = made;
  const agent = (await made.call(made.owner, 'post', '/agents', made.newAgent())).body;
  const begun = (account: string, clientId: string): string => {
    const id = `grt_${grants.live.size}`;
    const rights = { openidScopes: ['openid'], resources: { [CALENDAR]: ['read'] } };
    grants.live.set(id, {
      ...{ id, account, clientId, ...rights },
      createdAt: clock.now(),
      expiresAt: clock.now() + 3600,
    });
    return id;
  };
  const mine = begun(owner.account.id, 'app_wiki');
  const theirs = begun(stranger.account.id, 'app_wiki');
  const ofMyAgent = begun(stranger.account.id, agent.id);
  made.audit.events.length = 0;
  return { ...made, agent, mine, theirs, ofMyAgent };
};

const idsIn = ({ body }: { readonly body: { readonly items: readonly { readonly id: string }[] } }) =>
  body.items.map(({ id }) => id);

describe('grants over the management API', () => {
  test('a role sees all, of an account, a client or both, with when they were last used', async () => {
    const { call, auditor, owner, stranger, grantUses, clock, mine, theirs, ofMyAgent } = await world();
    expect(idsIn(await call(auditor, 'get', '/grants'))).toEqual([mine, theirs, ofMyAgent]);
    expect(idsIn(await call(auditor, 'get', '/grants?client=app_wiki'))).toEqual([mine, theirs]);
    expect(idsIn(await call(auditor, 'get', `/grants?account=${stranger.account.id}&client=app_wiki`))).toEqual([
      theirs,
    ]);
    const path = `/grants/${mine}`;
    expect((await call(auditor, 'get', path)).body).toEqual({
      id: mine,
      account: owner.account.id,
      client: 'app_wiki',
      openid_scopes: ['openid'],
      resources: { [CALENDAR]: ['read'] },
      created_at: clock.now(),
      expires_at: clock.now() + 3600,
    });
    grantUses.note({ type: 'token.issued', grant: mine });
    grantUses.note({ type: 'token.refused', grant: theirs });
    expect((await call(auditor, 'get', path)).body.last_used_at).toBe(clock.now());
    await grantUses.flush();
    const { items } = (await call(auditor, 'get', '/grants?client=app_wiki')).body;
    expect(items.map(({ last_used_at: at }: { last_used_at?: number }) => at)).toEqual([clock.now(), undefined]);
  });

  test('MG-01 without a role there are the own ones, and those of the own agents', async () => {
    const { call, owner, stranger, agent, mine, theirs, ofMyAgent, refusals, grants, audit } = await world();
    expect(idsIn(await call(owner, 'get', '/grants'))).toEqual([mine]);
    expect(idsIn(await call(owner, 'get', `/grants?account=${stranger.account.id}`))).toEqual([]);
    expect(idsIn(await call(owner, 'get', `/grants?client=${agent.id}`))).toEqual([ofMyAgent]);
    expect(idsIn(await call(stranger, 'get', `/grants?client=${agent.id}`))).toEqual([ofMyAgent]);
    for (const method of ['get', 'delete'] as const) {
      for (const id of [theirs, 'grt_none']) {
        expect([method, id, (await call(owner, method, `/grants/${id}`)).status]).toEqual([method, id, 404]);
        expect(refusals().at(-1)).toMatchObject({ caller: owner.account.id, error: 'not_found' });
      }
    }
    expect(grants.live.has(theirs)).toBe(true);
    expect(audit.of('grant.revoked')).toEqual([]);
  });

  test('the user, an operator, or the owner of the agent ends it, the event first; an auditor does not', async () => {
    const { call, owner, operator, auditor, mine, theirs, ofMyAgent, audit, grants } = await world();
    expect((await call(auditor, 'delete', `/grants/${mine}`)).status).toBe(404);
    for (const [by, id] of [
      [owner, mine],
      [operator, theirs],
      [owner, ofMyAgent],
    ] as const) {
      const answer = await call(by, 'delete', `/grants/${id}`);
      expect([answer.status, answer.text]).toEqual([204, '']);
      expect(audit.of('grant.revoked').at(-1)).toMatchObject({ grant: id, caller: by.account.id, request: 'req_test' });
      expect((await call(by, 'get', `/grants/${id}`)).status).toBe(404);
    }
    expect(grants.live.size).toBe(0);
  });

  test('of two that end it at once one gets success, and the other that it had ended: with an event of each', async () => {
    const { call, owner, operator, mine, audit, grants } = await world();
    const { revoke } = grants.port;
    grants.port.revoke = async (id) => {
      await until(() => audit.of('grant.revoked').length === 2, { what: 'both have begun' });
      return revoke(id);
    };
    const answers = await Promise.all([owner, operator].map((by) => call(by, 'delete', `/grants/${mine}`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 404]);
    const [lost] = answers.filter(({ status }) => status === 404);
    expect(lost?.body).toMatchObject({ detail: expect.stringContaining('over already') });
    const events = audit.of('grant.revoked');
    expect(events.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'refused']);
    const loser = [owner, operator][answers.findIndex(({ status }) => status === 404)];
    expect(events.at(-1)).toMatchObject({
      caller: loser?.account.id,
      grant: mine,
      note: 'came to nothing: it was over first',
    });
    expect(audit.of('management.refused').at(-1)).toMatchObject({ caller: loser?.account.id, error: 'not_found' });
  });

  test('single rights are revoked by each user who may end it, and of an agent only what that user may know', async () => {
    const { call, owner, stranger, operator, auditor, mine, theirs, ofMyAgent, audit, grants } = await world();
    for (const id of [mine, theirs, ofMyAgent]) {
      const grant = grants.live.get(id);
      if (grant) grants.live.set(id, { ...grant, openidScopes: ['openid', 'email', 'profile'] });
    }
    const taking = { openid_scopes: ['email'] };
    expect((await call(auditor, 'post', `/grants/${mine}/narrow`, taking)).status).toBe(404);
    expect((await call(owner, 'post', `/grants/${theirs}/narrow`, taking)).status).toBe(404);
    for (const [by, id] of [
      [owner, mine],
      [operator, theirs],
      [owner, ofMyAgent],
    ] as const) {
      const answer = await call(by, 'post', `/grants/${id}/narrow`, taking);
      expect([answer.status, answer.body]).toMatchObject([200, { id, openid_scopes: ['openid', 'profile'] }]);
      expect(audit.of('grant.narrowed').at(-1)).toMatchObject({
        ...{ grant: id, outcome: 'done', caller: by.account.id, request: 'req_test' },
        inputs: { openidTaken: ['email'] },
      });
    }
    const ofAgent = await call(stranger, 'post', `/grants/${ofMyAgent}/narrow`, {
      resources: { [CALENDAR]: ['read'] },
    });
    expect([ofAgent.status, ofAgent.body.errors[0]]).toEqual([
      400,
      { pointer: '/resources', detail: expect.stringContaining('delegations') },
    ]);
    expect(grants.live.get(ofMyAgent)?.resources).toEqual({ [CALENDAR]: ['read'] });
    expect(audit.of('grant.narrowed')).toHaveLength(3);
  });

  test('a client is named by as many characters as the address of its metadata document may have', async () => {
    const { call, auditor, grants, clock, owner } = await world();
    const clientId = `https://app.example/${'a'.repeat(492)}`;
    grants.live.set('grt_long', {
      ...{ id: 'grt_long', account: owner.account.id, clientId, openidScopes: ['openid'], resources: {} },
      ...{ createdAt: clock.now(), expiresAt: clock.now() + 60 },
    });
    expect(clientId).toHaveLength(512);
    const asked = (id: string) => call(auditor, 'get', `/grants?client=${encodeURIComponent(id)}`);
    expect(idsIn(await asked(clientId))).toEqual(['grt_long']);
    const longer = await asked(`${clientId}a`);
    expect([longer.status, longer.body.errors]).toEqual([400, [expect.objectContaining({ parameter: 'client' })]]);
    for (const filter of ['caller', 'id']) {
      const found = await call(auditor, 'get', `/audit/events?${filter}=${encodeURIComponent(clientId)}`);
      expect([filter, found.status]).toEqual([filter, 200]);
    }
  });

  test('each takes the scope of its own; nothing ends while the audit log cannot be written', async () => {
    const { call, token, admin, mine, audit, grants } = await world();
    const reader = { token: token({ subject: admin.account.id, scope: ['grants:read'] }) };
    expect((await call(reader, 'get', `/grants/${mine}`)).status).toBe(200);
    expect((await call(reader, 'delete', `/grants/${mine}`)).status).toBe(403);
    audit.state.failing = true;
    expect((await call(admin, 'delete', `/grants/${mine}`)).status).toBe(503);
    expect(grants.live.has(mine)).toBe(true);
  });
});

describe('a grant of an app', () => {
  let server: RunningServer;
  let scene: Scene;
  beforeAll(async () => {
    server = await runServer();
    scene = await makeScene(server, { skipConsent: false });
  }, 60_000);
  afterAll(() => server?.close());

  const behalf = async (...argv: readonly string[]) => {
    const [out, err]: [string[], string[]] = [[], []];
    const terminal = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
    const code = await runCli(argv, terminal, { BEHALF_DATA: server.dataFolder });
    return { code, out: out.join(''), err: err.join('') };
  };
  const isActive = async (token: unknown, { credential } = scene.jwt): Promise<unknown> =>
    (await scene.calls.introspect(credential, String(token))).body['active'];
  const refresh = (token: unknown, resource = scene.jwt.identifier) =>
    scene.calls.token(scene.keyed(scene.app), {
      grant_type: 'refresh_token',
      refresh_token: String(token),
      resource,
    });
  const narrow = async (...rights: readonly (readonly [string, string])[]) => {
    const { browser } = scene;
    const page = await browser.open(`${server.issuer}/account`);
    const form = page.forms.find(({ action }) => action.endsWith(`/clients/${scene.app.clientId}/narrow`));
    if (!form) throw new Error(`nothing to narrow: ${page.text}`);
    return browser.submit(page, form, {
      check: (name, value) => rights.some(([field, right]) => field === name && right === value),
    });
  };
  const at = (scope: string, { identifier } = scene.jwt) => ['scope', `${identifier} ${scope}`] as const;

  test('that is narrowed ends the tokens that carry what was taken, of both formats; the next ones carry what is left', async () => {
    const first = await scene.newTokens(scene.jwt.identifier, 'openid offline_access email read write');
    const plain = (await refresh(first['refresh_token'], scene.opaque.identifier)).body;
    const reading = (
      await scene.calls.token(scene.keyed(scene.app), {
        ...(await scene.newCode(scene.jwt.identifier, 'openid offline_access read')),
      })
    ).body;
    expect([await isActive(first['access_token']), await isActive(plain['access_token'], scene.opaque)]).toEqual([
      true,
      true,
    ]);
    expect((await narrow(at('write'), at('write', scene.opaque), ['openid', 'email'])).text).toContain('Taken away.');
    expect(await isActive(first['access_token'])).toBe(false);
    expect(await isActive(plain['access_token'], scene.opaque)).toBe(false);
    expect(await isActive(reading['access_token'])).toBe(true);
    const next = await refresh(plain['refresh_token']);
    expect([next.status, next.body['scope']]).toEqual([200, expect.not.stringContaining('write')]);
    expect(String(next.body['scope'])).toContain('read');
    expect(await isActive(next.body['access_token'])).toBe(true);
    const held = (await scene.management.call('GET', `/grants?account=${scene.accountId}`)).body['items'];
    expect(JSON.stringify(held)).not.toMatch(/write|email/);
    expect((await server.events('grant.narrowed')).at(-1)).toMatchObject({
      subject: scene.accountId,
      caller: scene.accountId,
      target: { kind: 'client', id: scene.app.clientId },
    });
  });

  test('answers at the UserInfo endpoint by what is allowed now (OpenID Connect Core §5.3)', async () => {
    const request = scene.authorizationRequest(scene.app, { scope: 'openid profile groups offline_access' });
    const code = scene.codeFrom(await scene.walk(request.url));
    const tokens = await scene.calls.token(scene.keyed(scene.app), {
      ...{ grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, code_verifier: request.verifier },
    });
    const userinfo = async (token: unknown) => (await scene.calls.userinfo(String(token))).body;
    const { access_token: token, refresh_token: refreshToken } = tokens.body;
    expect(await userinfo(token)).toMatchObject({ sub: scene.accountId, name: 'Ada', groups: [] });
    expect((await narrow(['openid', 'profile'])).text).toContain('Taken away.');
    const left = await userinfo(token);
    expect(left).toEqual({ sub: scene.accountId, groups: [] });
    const next = await scene.calls.token(scene.keyed(scene.app), {
      ...{ grant_type: 'refresh_token', refresh_token: String(refreshToken) },
    });
    expect(next.status).toBe(200);
    expect(decodeJwt(String(next.body['id_token']))).not.toHaveProperty('name');
    expect(await userinfo(next.body['access_token'])).toEqual(left);
    expect(String(next.body['scope'])).not.toContain('profile');
  });

  test('is found among more than a thousand of other apps: shown, narrowed and ended', async () => {
    const tokens = await scene.newTokens(scene.jwt.identifier);
    const grants = server.behalf.services.documents.collection<GrantRecord>(GRANTS);
    const [own] = await grants.find({ where: { account: scene.accountId, clientId: scene.app.clientId }, limit: 1 });
    if (!own) throw new Error('no grant');
    const others = Array.from({ length: 1000 }, (_, index) => ({
      ...own.document,
      id: `grt_${String(index).padStart(4, '0')}`,
      clientId: 'app_other',
      createdAt: own.document.createdAt - 10,
    }));
    await grants.insertMany(others);
    expect((await narrow(at('write'))).text).toContain('Taken away.');
    expect(await isActive(tokens['access_token'])).toBe(false);
    const next = await refresh(tokens['refresh_token']);
    expect([next.status, await isActive(next.body['access_token'])]).toEqual([200, true]);
    const page = await scene.browser.open(`${server.issuer}/account`);
    const form = page.forms.find(({ action }) => action.endsWith(`/clients/${scene.app.clientId}/revoke`));
    if (!form) throw new Error(page.text);
    expect((await scene.browser.submit(page, form)).status).toBe(200);
    expect(await isActive(next.body['access_token'])).toBe(false);
    expect((await refresh(next.body['refresh_token'])).body['error']).toBe('invalid_grant');
    for (const { id } of others) await grants.take(id);
  });

  test('AP-11 consent that was narrowed is not remembered: more takes a page again', async () => {
    await scene.newTokens(scene.jwt.identifier);
    const request = scene.authorizationRequest(scene.app, {
      scope: 'openid offline_access read write',
      resource: [scene.jwt.identifier, scene.opaque.identifier],
    });
    const pages: string[] = [];
    const walk = () => scene.walk(request.url, { onPage: ({ text }) => void pages.push(text) });
    await walk();
    expect(pages).toEqual([]);
    await narrow(at('write'));
    await walk();
    expect(pages).toHaveLength(1);
    expect(pages[0]).toContain('Add and change');
  });

  test('that has nothing left at a resource gives an agent nothing there, with any delegation', async () => {
    const subject = await scene.newTokens(scene.opaque.identifier);
    await scene.consentToAgent(scene.agent, String(subject['access_token']), scene.jwt.identifier);
    const exchange = () =>
      scene.calls.exchange(scene.keyed(scene.agent), String(subject['access_token']), scene.jwt.identifier);
    const before = await exchange();
    expect([before.status, await isActive(before.body['access_token'])]).toEqual([200, true]);
    await narrow(at('read'), at('write'));
    expect(await isActive(subject['access_token'], scene.opaque)).toBe(true);
    expect(await isActive(before.body['access_token'])).toBe(false);
    const after = await exchange();
    // The person can still allow the agent alone, for calls of this app (decision 21).
    expect([after.status, after.body['error']]).toEqual([400, 'consent_required']);
    expect(after.body['denial']).toMatchObject({ layer: 'delegation', reason: 'consent_missing' });
    expect((await server.events('token.refused')).at(-1)).toMatchObject({ error: 'consent_required' });
  });

  test('is listed, shown and revoked on the command line; its tokens end, and the audit log says by whom', async () => {
    const tokens = await scene.newTokens(scene.jwt.identifier);
    const id = String(decodeJwt(String(tokens['access_token']))['grant_id']);
    expect((await behalf('grants', 'list', '--account', scene.accountId)).out).toContain(id);
    expect((await behalf('grants', 'show', id)).out).toContain('last_used_at');
    expect(await behalf('grants', 'revoke', id, '--yes')).toMatchObject({ code: 0, out: `${id} is revoked.\n` });
    expect(await isActive(tokens['access_token'])).toBe(false);
    expect((await refresh(tokens['refresh_token'])).body['error']).toBe('invalid_grant');
    expect((await behalf('grants', 'revoke', id, '--yes')).code).not.toBe(0);
    const [event] = (await server.events('grant.revoked')).filter(({ grant }) => grant === id);
    expect(event).toMatchObject({ subject: scene.accountId, target: { kind: 'client', id: scene.app.clientId } });
  });

  test('of an app without consent is never asked about, and so not narrowed', async () => {
    const { document } = await server.behalf.services.clients.create(
      { name: 'House', tokenEndpointAuthMethod: 'none', redirectUris: [REDIRECT_URI], skipConsent: true },
      { caller: 'system' },
    );
    const request = scene.authorizationRequest(
      { ...scene.app, clientId: document.id },
      { scope: 'openid email read', resource: scene.jwt.identifier },
    );
    const code = scene.codeFrom(await scene.walk(request.url));
    expect(code).toMatch(/.{20}/);
    const page = await scene.browser.open(`${server.issuer}/account`);
    const ofHouse = page.forms.filter(({ action }) => action.includes(document.id));
    expect(ofHouse.map(({ action }) => action.split('/').at(-1))).toEqual(['revoke']);
    // Nor by a forged form.
    const [form] = ofHouse;
    if (!form) throw new Error(page.text);
    const fields = [...form.fields, { name: 'openid', type: 'hidden', value: 'email', isOn: true }];
    const action = form.action.replace(/revoke$/, 'narrow');
    const before = (await server.events('grant.narrowed')).length;
    expect((await scene.browser.submit(page, { ...form, action, fields })).status).toBe(404);
    const held = (await scene.management.call('GET', `/grants?client=${document.id}`)).body['items'];
    expect(held).toMatchObject([{ openid_scopes: expect.arrayContaining(['email']) }]);
    expect(await server.events('grant.narrowed')).toHaveLength(before);
    expect((await server.events('request.refused')).at(-1)).toMatchObject({
      outcome: 'refused',
      caller: scene.accountId,
    });
  });

  test('without consent is seen on /account; a user who ends it is asked from then on, and no other user is', async () => {
    const { document } = await server.behalf.services.clients.create(
      { name: 'Portal', tokenEndpointAuthMethod: 'none', redirectUris: [REDIRECT_URI], skipConsent: true },
      { caller: 'system' },
    );
    const asking = { ...scene.app, clientId: document.id };
    const request = () =>
      scene.authorizationRequest(asking, { scope: 'openid email read', resource: scene.jwt.identifier }).url;
    await scene.walk(request());
    expect((await scene.browser.open(request())).left?.searchParams.get('code')).toMatch(/.{20}/);
    const page = await scene.browser.open(`${server.issuer}/account`);
    expect(page.text).toContain('lets this app in without asking you');
    const form = page.forms.find(({ action }) => action.endsWith(`${document.id}/revoke`));
    if (!form) throw new Error(page.text);
    await scene.browser.submit(page, form);
    expect((await server.events('consent.asked_again')).at(-1)).toMatchObject({
      caller: scene.accountId,
      subject: scene.accountId,
      target: { kind: 'client', id: document.id },
    });
    const asked = await scene.browser.open(request());
    expect([asked.left, asked.forms.length > 0]).toEqual([undefined, true]);
    expect(asked.text).toContain('Portal');
    // Nor silently (OIDC Core §3.1.2.1).
    const silent = await scene.browser.open(`${request()}&prompt=none`);
    expect(silent.left?.searchParams.get('error')).toBe('consent_required');
    // What the person then allows is theirs to narrow.
    await scene.walk(request());
    const after = await scene.browser.open(`${server.issuer}/account`);
    const ways = after.forms.filter(({ action }) => action.includes(document.id));
    expect(ways.map(({ action }) => action.split('/').at(-1))).toEqual(['revoke', 'narrow']);
    const other = await server.behalf.services.accounts.create(
      { username: 'bob', name: 'Bob', password: 'another long pass phrase' },
      { caller: 'system' },
    );
    const client = (await server.behalf.services.clients.get(document.id))?.document;
    expect(client && (await server.behalf.services.consents.isUnasked(other.document.id, client))).toBe(true);
  });

  test('of an ended session has ended by its id, too, and cannot be ended again', async () => {
    const code = await scene.newCode(scene.jwt.identifier, 'openid read');
    const tokens = (await scene.calls.token(scene.keyed(scene.app), code)).body;
    const id = String(decodeJwt(String(tokens['access_token']))['grant_id']);
    const read = () => scene.management.call('GET', `/grants/${id}`);
    const listed = async () =>
      JSON.stringify((await scene.management.call('GET', `/grants?account=${scene.accountId}`)).body);
    expect((await read()).status).toBe(200);
    expect(await listed()).toContain(id);
    expect((await scene.management.call('POST', `/accounts/${scene.accountId}/end-sessions`)).status).toBe(200);
    expect(await listed()).not.toContain(id);
    expect((await read()).status).toBe(404);
    expect((await scene.management.call('DELETE', `/grants/${id}`)).status).toBe(404);
    expect((await server.events('grant.revoked')).filter(({ grant }) => grant === id)).toEqual([]);
  });
});

/** What hangs on a session, on whole servers: two nodes over the same stores. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { AuditEvent, AuditEventType } from '../../src/domain/audit/audit-event.ts';
import type { Identity } from '../support/agent-keys.ts';
import { type Browser, newBrowser } from '../support/browser-flow.ts';
import { type MemoryNodes, memoryNodes, type Node } from '../support/memory-nodes.ts';
import { type Answer, DEVICE_CODE } from '../support/oauth-calls.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';

let running: MemoryNodes;
let nodes: MemoryNodes['nodes'];
let issuer: string;
let scene: Scene;

beforeAll(async () => {
  stopClock();
  running = await memoryNodes(2);
  ({ nodes, issuer } = running);
  scene = await makeScene(running);
}, 60_000);
beforeEach(() => advance(2000));
afterAll(async () => {
  await running?.close();
  startClock();
});

/** A user signs in to an app in a browser of their own. */
const signIn = async (more: { readonly scope?: string; readonly prompt?: string; readonly app?: Identity } = {}) => {
  const browser = newBrowser(issuer);
  scene.useBrowser(browser);
  const { scope = 'openid read write', prompt, app = scene.app } = more;
  const request = scene.authorizationRequest(app, {
    scope,
    resource: [scene.jwt.identifier, scene.opaque.identifier],
    ...(prompt === undefined ? {} : { prompt }),
  });
  const left = await scene.walk(request.url);
  const redeem = () =>
    scene.calls.token(scene.keyed(app), {
      grant_type: 'authorization_code',
      code: scene.codeFrom(left),
      redirect_uri: String(request.parameters.redirect_uri),
      code_verifier: request.verifier,
      resource: scene.jwt.identifier,
    });
  return { browser, redeem };
};

const signedIn = async (more: Parameters<typeof signIn>[0] = {}) => {
  const { browser, redeem } = await signIn(more);
  const answer = await redeem();
  if (answer.status !== 200) throw new Error(answer.text);
  const { access_token: access, refresh_token: refresh, id_token: idToken } = answer.body as Record<string, string>;
  return { browser, access: String(access), refresh: String(refresh), idToken: String(idToken) };
};

const refreshed = (token: string, app: Identity = scene.app): Promise<Answer> =>
  scene.calls.token(scene.keyed(app), {
    grant_type: 'refresh_token',
    refresh_token: token,
    resource: scene.jwt.identifier,
  });

const isActive = async (token: string): Promise<unknown> =>
  (await scene.calls.introspect(scene.jwt.credential, token)).body['active'];

/** The account page at a node; browsers know no ports. */
const isSignedInAt = async (browser: Browser, { port }: Node): Promise<boolean> => {
  const answer = await fetch(`http://localhost:${port}/account`, {
    headers: { cookie: browser.jar.header(new URL(`${issuer}/account`)) },
    redirect: 'manual',
  });
  return answer.status === 200;
};

const sessionsOf = async (): Promise<readonly { readonly id: string }[]> =>
  (await scene.management.call('GET', `/sessions?account=${scene.accountId}`)).body['items'] as { id: string }[];

const lastEvent = async (type: AuditEventType): Promise<AuditEvent | undefined> =>
  (await nodes[0].behalf.services.audit.list({ type, limit: 1 })).entries[0]?.event;

/** Sends the form of a page of the person that posts to a path with this end. */
const press = async (browser: Browser, path: string, end: string): Promise<void> => {
  const page = await browser.open(`${issuer}${path}`);
  const form = page.forms.find(({ action }) => action.endsWith(end));
  if (!form) throw new Error(`no form ${end} on ${page.text}`);
  await browser.submit(page, form, { ...(end === '/confirm' ? { button: /yes/i } : {}) });
};

describe('what an app holds because a user signed in to it', () => {
  const ways: readonly (readonly [string, (browser: Browser, idToken: string) => Promise<unknown>])[] = [
    ['its person signs out', (browser) => press(browser, '/account', '/sign-out')],
    ['its person signs out at the end-session endpoint', (browser) => press(browser, '/session/end', '/confirm')],
    [
      'an administrator ends the session',
      async () => {
        const [newest] = await sessionsOf();
        const answer = await scene.management.call('POST', `/sessions/${newest?.id}/end`);
        expect(answer.status).toBe(200);
      },
    ],
    [
      'an administrator ends all sessions of the account',
      () => scene.management.call('POST', `/accounts/${scene.accountId}/end-sessions`),
    ],
    [
      'the password is changed',
      () => scene.management.call('POST', `/accounts/${scene.accountId}/password`, { password: scene.person.password }),
    ],
  ];

  test.each(ways)('ends when %s, at every node, at once', async (_, end) => {
    const { browser, access, refresh, idToken } = await signedIn();
    expect(await isActive(access)).toBe(true);
    await end(browser, idToken);
    for (const node of nodes) expect(await isSignedInAt(browser, node)).toBe(false);
    expect(await isActive(access)).toBe(false);
    expect(await refreshed(refresh)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(await lastEvent('token.refused')).toMatchObject({ caller: scene.app.clientId, error: 'invalid_grant' });
    expect((await nodes[1].behalf.services.sessions.ofAccount(scene.accountId)).length).toBe(0);
  });

  test('goes on where the person allowed access while away (offline_access, OIDC Core §11)', async () => {
    const { browser, access, refresh } = await signedIn({
      scope: 'openid offline_access read write',
      prompt: 'consent',
    });
    await press(browser, '/account', '/sign-out');
    expect(await isActive(access)).toBe(true);
    expect((await refreshed(refresh)).status).toBe(200);
  });

  test('ends, too, where a page asked for it', async () => {
    const made = await scene.management.createClient({
      name: 'Asks first',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [scene.app.key.publicJwk] },
      redirect_uris: [String(scene.authorizationRequest(scene.app, {}).parameters.redirect_uri)],
    });
    const app = { clientId: made.id, key: scene.app.key };
    const { browser, access, refresh } = await signedIn({ app });
    await press(browser, '/account', '/sign-out');
    expect(await isActive(access)).toBe(false);
    expect((await refreshed(refresh, app)).status).toBe(400);
  });

  test('of a device goes on: it has no session of the user (RFC 8628)', async () => {
    const begun = await scene.calls.device(scene.keyed(scene.app), {
      scope: 'openid read',
      resource: scene.jwt.identifier,
    });
    const browser = newBrowser(issuer);
    scene.useBrowser(browser);
    const page = await browser.open(String(begun.body['verification_uri_complete']));
    const form = page.forms.find(({ action }) => action.includes('/device'));
    if (!form) throw new Error(page.text);
    await scene.walkConsent(await browser.submit(page, form));
    const answer = await scene.calls.token(scene.keyed(scene.app), {
      grant_type: DEVICE_CODE,
      device_code: String(begun.body['device_code']),
      resource: scene.jwt.identifier,
    });
    expect(answer.status).toBe(200);
    await press(browser, '/account', '/sign-out');
    expect(await isActive(String(answer.body['access_token']))).toBe(true);
  });

  test('a code that was not redeemed when the session ended is worth nothing', async () => {
    const { browser, redeem } = await signIn();
    await press(browser, '/account', '/sign-out');
    expect(await redeem()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  test('is no longer accepted as a subject token (RFC 8693 §2.1)', async () => {
    const { browser, access } = await signedIn();
    await scene.consentToAgent(scene.agent, access, scene.opaque.identifier);
    const mine = async () => scene.calls.exchange(scene.keyed(scene.agent), access, scene.opaque.identifier);
    expect((await mine()).status).toBe(200);
    await press(browser, '/account', '/sign-out');
    expect(await mine()).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  test('what an agent was given from it is not over: its person ends that where it is seen', async () => {
    const { browser, access } = await signedIn();
    await scene.consentToAgent(scene.agent, access, scene.opaque.identifier);
    const given = await scene.calls.exchange(scene.keyed(scene.agent), access, scene.opaque.identifier);
    await press(browser, '/account', '/sign-out');
    const seen = await scene.calls.introspect(scene.opaque.credential, String(given.body['access_token']));
    expect(seen.body).toMatchObject({ active: true, act: { sub: scene.agent.clientId } });
  });

  test('the session of another browser, and what depends on it, goes on', async () => {
    const [one, other] = [await signedIn(), await signedIn()];
    await press(one.browser, '/account', '/sign-out');
    expect([await isActive(one.access), await isActive(other.access)]).toEqual([false, true]);
    expect((await refreshed(other.refresh)).status).toBe(200);
  });

  test('of the one that is kept when the others are ended, goes on', async () => {
    const [one, other] = [await signedIn(), await signedIn()];
    await press(one.browser, '/account/sessions', '/end-others');
    expect([await isActive(one.access), await isActive(other.access)]).toEqual([true, false]);
    expect([await isSignedInAt(one.browser, nodes[1]), await isSignedInAt(other.browser, nodes[1])]).toEqual([
      true,
      false,
    ]);
    // Signing in to the next app takes no sign-in in the one that was kept.
    scene.useBrowser(one.browser);
    const request = scene.authorizationRequest(scene.app, { scope: 'openid', prompt: 'none' });
    expect((await one.browser.open(request.url)).left?.searchParams.get('code')).toBeTruthy();
  });

  test('ends when another user signs in in the same browser', async () => {
    const { browser, access } = await signedIn();
    await scene.management.createAccount({
      username: `bob-${Date.now()}`,
      name: 'Bob',
      password: scene.person.password,
    });
    const { body } = await scene.management.call('GET', '/accounts?limit=1');
    const [bob] = body['items'] as { username: string }[];
    const request = scene.authorizationRequest(scene.app, { scope: 'openid', prompt: 'login' });
    await scene.walk(request.url, { person: { username: String(bob?.username), password: scene.person.password } });
    expect(await isActive(access)).toBe(false);
    expect(await lastEvent('session.ended')).toMatchObject({
      subject: scene.accountId,
      inputs: { how: 'other_account' },
    });
    expect(await isSignedInAt(browser, nodes[0])).toBe(true);
  });
});

test('WB-03 WB-07 a request that was under way when its session ended brings it back at no node', async () => {
  const { browser } = await signedIn();
  const [session] = await sessionsOf();
  // oidc-provider stores a session at the end of each request of its own; here the end comes before that.
  const { documents } = nodes[0].behalf.services;
  const records = documents.collection<never>({
    ...(await import('../../src/provider/seam/records.ts')).PROVIDER_RECORDS,
  });
  const before = await records.find({ limit: 1000 });
  await scene.management.call('POST', `/sessions/${session?.id}/end`);
  const kept = before.filter(({ document }) => (document as { model: string }).model === 'Session');
  for (const { document } of kept) await records.take((document as { id: string }).id);
  for (const { document } of kept) await records.insert(document);
  for (const node of nodes) expect(await isSignedInAt(browser, node)).toBe(false);
  const request = scene.authorizationRequest(scene.app, { scope: 'openid', prompt: 'none' });
  expect((await browser.open(request.url)).left?.searchParams.get('error')).toBe('login_required');
});

test('a page that is open at another node learns at once that its session has ended', async () => {
  const { browser } = await signedIn();
  const stream = await fetch(`http://localhost:${nodes[1].port}/account/approvals/events`, {
    headers: { cookie: browser.jar.header(new URL(`${issuer}/account`)) },
  });
  expect(stream.status).toBe(200);
  const read = (async () => {
    let heard = '';
    for await (const chunk of stream.body ?? []) heard += Buffer.from(chunk).toString();
    return heard;
  })();
  await scene.management.call('POST', `/accounts/${scene.accountId}/end-sessions`);
  expect(await read).toBe('retry: 3000\n\n');
});

test('the management API lists and reads sessions, and says which clients they signed in to', async () => {
  await signedIn();
  const [session] = await sessionsOf();
  const { body, status } = await scene.management.call('GET', `/sessions/${session?.id}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    id: session?.id,
    account: scene.accountId,
    live: true,
    amr: ['pwd'],
    clients: [scene.app.clientId],
  });
  await scene.management.call('POST', `/sessions/${session?.id}/end`);
  const ended = await scene.management.call('GET', `/sessions/${session?.id}`);
  expect(ended.body).toMatchObject({ live: false });
  expect(ended.body['ended_at']).toBeGreaterThan(0);
});

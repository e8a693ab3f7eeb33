/** Groups that an account has by a claim of an upstream provider, as apps see them: they hang on the link and end with it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ACCOUNTS, type Account } from '../../src/domain/identity/accounts/account.ts';
import { type Browser, submitSignIn, walkAuthorization } from '../support/browser-flow.ts';
import { makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';
import { type UpstreamWorld, upstreamWorld } from '../support/upstream-world.ts';

const PASSWORD = 'a long enough pass phrase';
const MAPPING = { 'works-staff': 'staff', 'works-board': 'board' };

let world: UpstreamWorld;
let scene: Scene;
let people = 0;

beforeAll(async () => {
  world = await upstreamWorld({ create: 'always', groups: MAPPING });
  scene = await makeScene(world.server);
}, 60_000);
afterAll(() => world?.close());

const claimOf = (name: string, groups?: unknown): void => {
  world.there.claims = { sub: `sub-${name}`, preferred_username: name, name, ...(groups ? { groups } : {}) };
};
/** The app asks who is signed in in this browser; answers an access token for that. */
const tokenIn = async (browser: Browser): Promise<string> => {
  const request = scene.authorizationRequest(scene.app, { scope: 'openid groups' });
  const answer = await scene.calls.token(scene.keyed(scene.app), {
    grant_type: 'authorization_code',
    code: scene.codeFrom(await walkAuthorization(browser, request.url, {})),
    redirect_uri: REDIRECT_URI,
    code_verifier: request.verifier,
  });
  return String(answer.body['access_token']);
};
const groupsBy = async (token: string): Promise<unknown> => (await scene.calls.userinfo(token)).body['groups'];
const signedIn = async (): Promise<Browser> => {
  const browser = world.browser();
  await world.signIn(browser);
  return browser;
};
const newPerson = async (groups: readonly string[] = []) => {
  people += 1;
  const username = `person${people}`;
  const { id } = await scene.management.createAccount({ username, name: username, password: PASSWORD, groups });
  return { id, username };
};
const link = async (account: string, subject: string): Promise<string> => {
  const body = { upstream: world.provider.id, subject, account };
  const made = await scene.management.call('POST', '/upstream-links', body);
  if (made.status !== 201) throw new Error(made.text);
  return String(made.body['id']);
};
const byPassword = async (username: string): Promise<Browser> => {
  const browser = world.browser();
  const page = await browser.open(`${world.server.issuer}/account`);
  await submitSignIn(browser, page, { username, password: PASSWORD });
  return browser;
};
const call = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
  scene.management.call(method, path, body, headers);
const change = async (path: string, body: object): Promise<number> => {
  const etag = String((await call('GET', path)).headers.get('etag'));
  return (await call('PATCH', path, body, { 'if-match': etag })).status;
};

describe('groups by a claim', () => {
  test('follow it at each sign-in, also when the claim is not there; own groups stay', async () => {
    const { id, username } = await newPerson(['choir']);
    const linked = await link(id, `sub-${username}`);
    claimOf(username, ['works-staff', 'works-board', 'works-golf']);
    const token = await tokenIn(await signedIn());
    expect(await groupsBy(token)).toEqual(['board', 'choir', 'staff']);
    expect((await call('GET', `/accounts/${id}`)).body['groups']).toEqual(['choir']);
    expect((await call('GET', `/upstream-links/${linked}`)).body['claimed']).toEqual(['works-board', 'works-staff']);
    claimOf(username, 'works-board');
    await signedIn();
    expect(await groupsBy(token)).toEqual(['board', 'choir']);
    claimOf(username);
    await signedIn();
    expect(await groupsBy(token)).toEqual(['choir']);
    const events = (await world.server.events('upstream_link.updated')).filter(({ target }) => target?.id === linked);
    expect(events.map(({ changed, subject, caller }) => [changed, subject, caller])).toEqual(
      Array(3).fill([['claimed'], id, world.provider.id]),
    );
  });

  test('end with the link, and the next account of that person has them alone', async () => {
    const [first, second] = [await newPerson(), await newPerson()];
    const linked = await link(first.id, 'sub-moves');
    claimOf('moves', ['works-staff']);
    await signedIn();
    const token = await tokenIn(await byPassword(first.username));
    expect(await groupsBy(token)).toEqual(['staff']);
    const twice = await call('POST', '/upstream-links', {
      upstream: world.provider.id,
      subject: 'sub-moves',
      account: second.id,
    });
    expect([twice.status, twice.body['type']]).toEqual([409, 'urn:behalf:problem:conflict']);
    expect((await call('POST', `/upstream-links/${linked}/remove`)).status).toBe(204);
    expect(await groupsBy(token)).toEqual([]);
    await link(second.id, 'sub-moves');
    await signedIn();
    expect(await groupsBy(token)).toEqual([]);
    expect(await groupsBy(await tokenIn(await byPassword(second.username)))).toEqual(['staff']);
  });

  test('of many that link one person at once, one account is linked', async () => {
    const accounts = await Promise.all(Array.from({ length: 6 }, () => newPerson()));
    const made = await Promise.all(
      accounts.map(({ id }) =>
        call('POST', '/upstream-links', { upstream: world.provider.id, subject: 'sub-raced', account: id }),
      ),
    );
    expect(made.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
    const { body } = await call('GET', `/upstream-links?upstream=${world.provider.id}`);
    const items = body['items'] as readonly { readonly subject: string }[];
    expect(items.filter(({ subject }) => subject === 'sub-raced')).toHaveLength(1);
  });

  test('a sign-in that was on its way when its link ended begins no session', async () => {
    const { id, username } = await newPerson();
    const linked = await link(id, `sub-${username}`);
    claimOf(username, ['works-staff']);
    const browser = world.browser();
    const back = await world.authorizeThere(await world.begin(browser));
    const proven = await browser.open(back.href);
    expect((await call('POST', `/upstream-links/${linked}/remove`)).status).toBe(204);
    const onward = /^0; url=(.+)$/.exec(proven.headers.get('refresh') ?? '')?.[1];
    const page = await browser.open(new URL(String(onward), world.server.issuer).href);
    expect(page.text).not.toContain('Sign out');
    expect((await world.server.events('session.refused')).at(-1)).toMatchObject({
      subject: id,
      inputs: { reason: 'link_ended' },
    });
    expect(await groupsBy(await tokenIn(await byPassword(username)))).toEqual([]);
  });

  test('count by the present mapping, and end when the provider is disabled, also when it is enabled again', async () => {
    const { id, username } = await newPerson(['choir']);
    await link(id, `sub-${username}`);
    claimOf(username, ['works-staff', 'works-board']);
    await signedIn();
    const token = await tokenIn(await byPassword(username));
    const at = `/upstreams/${world.provider.id}`;
    expect(await change(at, { groups: { 'works-staff': 'crew' } })).toBe(200);
    expect(await groupsBy(token)).toEqual(['choir', 'crew']);
    expect(await change(at, { groups: MAPPING })).toBe(200);
    expect((await call('POST', `${at}/disable`)).status).toBe(200);
    expect(await groupsBy(token)).toEqual(['choir']);
    expect((await call('POST', `${at}/enable`)).status).toBe(200);
    expect(await groupsBy(token)).toEqual(['choir']);
  });
});

describe('a group that is free text never reads as the id of one that owns agents', () => {
  test.each(['grp_finance', 'GRP_finance', ' grp_finance', 'ｇｒｐ_finance'])('“%s” is refused', async (name) => {
    const { id } = await newPerson();
    const given = await call('POST', '/accounts', { username: `p${++people}`, name: 'P', groups: [name] });
    expect([given.status, given.body['errors']]).toMatchObject([400, [{ pointer: '/groups' }]]);
    const etag = String((await call('GET', `/accounts/${id}`)).headers.get('etag'));
    const changed = await call('PATCH', `/accounts/${id}`, { groups: [name] }, { 'if-match': etag });
    expect([changed.status, changed.body['type']]).toEqual([400, 'urn:behalf:problem:invalid_field']);
    const at = `/upstreams/${world.provider.id}`;
    const version = String((await call('GET', at)).headers.get('etag'));
    const mapped = await call('PATCH', at, { groups: { staff: name } }, { 'if-match': version });
    expect([mapped.status, mapped.body['errors']]).toMatchObject([400, [{ pointer: '/groups' }]]);
    expect((await world.server.events('management.refused')).at(-1)).toMatchObject({ error: 'invalid_field' });
  });

  test('one that is stored from before is left out', async () => {
    const { id, username } = await newPerson(['choir']);
    const accounts = world.services.documents.collection<Account>(ACCOUNTS);
    const found = await accounts.get(id);
    if (!found) throw new Error('no account');
    await accounts.replace({ ...found.document, groups: ['choir', 'grp_finance'] }, found.version);
    expect(await groupsBy(await tokenIn(await byPassword(username)))).toEqual(['choir']);
  });
});

/** Identities of others, by hand in the console: a workload token is tested, an account is linked to a person of a provider. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Browser, newBrowser, type Page, type Person, submitSignIn } from '../support/browser-flow.ts';
import { freshFactorBrowser } from '../support/fresh-factor-browser.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { newPlatformKey, type PlatformKey, signToken } from '../support/workload-platforms.ts';

const PASSWORD = 'a long enough pass phrase';
const AUDITOR: Person = { username: 'aud', password: PASSWORD };
const ADMIN: Person = { username: 'root', password: PASSWORD };
/** An administrator without a second factor. */
const PLAIN: Person = { username: 'admin', password: 'correct horse battery staple' };
const ISSUER = 'https://cluster.example.com';

let server: RunningServer;
let scene: Scene;
let auditor: Browser;
let admin: Browser;
let plain: Browser;
let owner: Browser;
let key: PlatformKey;
const logged: string[] = [];

const at = (path: string): string => `${server.issuer}${path}`;
const signedIn = async (person: Person): Promise<Browser> => {
  const browser = newBrowser(server.issuer);
  expect((await submitSignIn(browser, await browser.open(at('/console')), person)).status).toBe(200);
  return browser;
};
const send = async (browser: Browser, path: string, set: Record<string, string>): Promise<Page> => {
  const page = await browser.open(at(path));
  const form = page.forms.find(({ action }) => action.endsWith(path));
  if (!form) throw new Error(`no form on ${page.url}: ${page.status} ${page.text.slice(0, 300)}`);
  return browser.submit(page, form, { set });
};
const events = async () => {
  await server.settled();
  return (await server.events()).filter(({ type }) => type !== 'management.permitted');
};

beforeAll(async () => {
  server = await runServer({ log: (line) => logged.push(line) });
  scene = await makeScene(server);
  for (const [person, role] of [
    [AUDITOR, 'auditor'],
    [ADMIN, 'administrator'],
  ] as const) {
    await scene.management.call('POST', '/accounts', { ...person, name: person.username, roles: [role] });
  }
  [auditor, plain, owner] = [await signedIn(AUDITOR), await signedIn(PLAIN), await signedIn(scene.person)];
  admin = await freshFactorBrowser(server, ADMIN);
  key = await newPlatformKey('k1');
}, 60_000);
afterAll(() => server?.close());

describe('a workload token', () => {
  const path = '/console/trusted-issuers/test';
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    ...{ iss: ISSUER, sub: 'system:serviceaccount:desk:planner', iat: now, exp: now + 600, ref: 'refs/heads/main' },
  };
  let agent: string;

  beforeAll(async () => {
    const { management } = scene;
    const made = await management.call('POST', '/trusted-issuers', {
      ...{ issuer: ISSUER, name: 'The cluster', template: 'kubernetes', jwks: { keys: [key.publicJwk] } },
    });
    agent = (await scene.newAgent('Workload')).clientId;
    await management.call('POST', `/agents/${agent}/credentials`, {
      ...{ kind: 'federated', issuer: made.body['id'], subject: { equals: claims.sub } },
      claims: { ref: { equals: 'refs/heads/main' } },
    });
  });

  const tokenWith = (more: object = {}): Promise<string> =>
    signToken({ ...claims, aud: server.issuer, ...more }, key, { kid: 'k1' });

  test('names the agent and the rule that it fits, and gives no token', async () => {
    const before = (await events()).length;
    const token = await tokenWith();
    const page = await send(auditor, path, { token });
    expect([page.status, page.text]).toEqual([
      200,
      expect.stringContaining('An agent can authenticate with this token'),
    ]);
    expect(page.html).toContain(`href="/console/agents/${agent}"`);
    expect(page.text).toMatch(/sub is system:serviceaccount:desk:planner/);
    expect(page.text).toMatch(/ref is refs\/heads\/main/);
    // Nothing of it stays: neither on the page, nor in the log, nor in an event.
    expect(page.html).not.toContain(token.slice(-40));
    expect(logged.join('\n')).not.toContain(token.slice(-40));
    expect(JSON.stringify((await events()).slice(before))).not.toContain(token.slice(-40));
    expect((await events()).slice(before).filter(({ type }) => type === 'token.issued')).toEqual([]);
  });

  test('says which rule it misses, and why', async () => {
    const page = await send(auditor, path, { token: await tokenWith({ ref: 'refs/heads/other' }) });
    expect([page.status, page.text]).toEqual([
      200,
      expect.stringContaining('No agent can authenticate with this token'),
    ]);
    const near = page.text.slice(page.text.indexOf('Rules that it misses'));
    expect(near).toMatch(/Workload .+ the claim ref does not fit its rule/);
  });

  test.each([
    ['another issuer', { iss: 'https://other.example.com' }, 'issuer'],
    ['another audience', { aud: 'https://other.example.com' }, 'audience'],
    ['an old token', { iat: now - 90_000, exp: now - 80_000 }, 'time'],
  ])('names the failed check of %s', async (_, more, check) => {
    const page = await send(auditor, path, { token: await tokenWith(more) });
    expect([page.status, page.text]).toEqual([200, expect.stringContaining(`Failed check ${check}`)]);
    expect(page.text).not.toContain('Rules that it misses');
    expect(page.text).toMatch(
      /In the token, not verified alg RS256 iss https:\/\/.+ sub system:serviceaccount:desk:planner aud http.+ exp /,
    );
  });

  test('of an issuer that is not trusted says so once, and leads those who may to trust it', async () => {
    const token = await tokenWith({ iss: 'https://other.example.com' });
    const reader = await send(auditor, path, { token });
    expect(reader.text).toContain('Why This server does not trust the issuer of the token.');
    expect(reader.html).not.toContain('href="/console/trusted-issuers/new"');
    const other = await send(admin, path, { token: await tokenWith({ aud: 'https://other.example.com' }) });
    expect(other.html).not.toContain('href="/console/trusted-issuers/new"');
    const page = await send(admin, path, { token });
    expect(page.html).toMatch(/class="button primary" href="\/console\/trusted-issuers\/new"/);
    expect(page.text.match(/trust(?:s|ed)? (?:the|an) issuer|no such trusted issuer/gi)).toHaveLength(2);
  });

  test('with an algorithm that is not accepted names the accepted ones, and what the token states', async () => {
    const part = (members: object): string => Buffer.from(JSON.stringify(members)).toString('base64url');
    const token = `${part({ alg: 'HS256' })}.${part({ iss: 'https://other.example.com', aud: ['a', 'b'], exp: 'soon' })}.c2lnbmVk`;
    const page = await send(auditor, path, { token });
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('Failed check algorithm')]);
    expect(page.text).toMatch(/Accepted algorithms RS256 ?, .+ES256/);
    expect(page.text).toMatch(/alg HS256 iss https:\/\/other\.example\.com sub missing aud a, b exp missing/);
    expect(page.text).toContain('In the token, not verified');
    // The issuer was not looked up.
    expect(page.text).not.toContain('does not trust');
    expect(page.html).not.toContain('c2lnbmVk');
    const none = await send(auditor, path, { token: 'no token' });
    expect([none.status, none.text.includes('In the token')]).toEqual([200, false]);
  });

  test('that is empty is refused at the field, without a word of what was typed', async () => {
    const empty = await send(auditor, path, { token: '' });
    expect([empty.status, empty.html]).toEqual([400, expect.stringContaining('id="field-token-error"')]);
    const long = await send(auditor, path, { token: 'x'.repeat(17_000) });
    expect([long.status, long.html.includes('xxxxxxxx')]).toEqual([400, false]);
  });

  test('is tested by those who may see issuers: an owner is refused, with an event', async () => {
    const before = (await events()).length;
    expect((await owner.open(at(path))).status).toBe(403);
    expect((await events()).slice(before)).toMatchObject([{ type: 'request.refused', error: 'forbidden' }]);
  });
});

describe('an account', () => {
  let upstream: string;
  let path: string;

  beforeAll(async () => {
    const { upstreams } = server.behalf.services;
    const works = { name: 'Works', issuer: 'https://works.example.com', clientId: 'behalf' };
    upstream = (await upstreams.create(works, { caller: 'system' })).document.id;
    path = `/console/people/${scene.accountId}/link`;
  });

  const linksOf = async (): Promise<unknown> =>
    (await scene.management.call('GET', `/upstream-links?account=${scene.accountId}`)).body['items'];

  test('is linked by an administrator with a fresh second factor, and unlinked again; each is an event', async () => {
    expect((await admin.open(at(`/console/people/${scene.accountId}`))).html).toContain(`href="${path}"`);
    const page = await send(admin, path, { upstream, subject: 'u-17' });
    expect([page.status, page.url]).toEqual([200, expect.stringContaining('?done=identityLinked')]);
    expect(page.text).toContain('u-17');
    expect(await linksOf()).toMatchObject([{ upstream, subject: 'u-17', proof: 'administrator' }]);
    expect((await events()).findLast(({ type }) => type === 'upstream_link.created')).toMatchObject({
      ...{ outcome: 'done', subject: scene.accountId },
    });
    // The same identity belongs to one account.
    const taken = await send(admin, path, { upstream, subject: 'u-17' });
    expect([taken.status, taken.html]).toEqual([409, expect.stringContaining('id="field-subject-error"')]);
    const end = page.forms.find(({ action }) => /\/links\/upl_\w+\/end$/.test(action));
    if (!end) throw new Error('no button that ends the link');
    expect((await admin.submit(page, end)).status).toBe(200);
    expect(await linksOf()).toEqual([]);
    expect((await events()).at(-1)).toMatchObject({ type: 'upstream_link.removed', outcome: 'done' });
  });

  test('needs an id of the person there, at its field', async () => {
    const page = await send(admin, path, { upstream, subject: '' });
    expect([page.status, page.html]).toEqual([400, expect.stringContaining('id="field-subject-error"')]);
    expect(await linksOf()).toEqual([]);
  });

  test('is linked neither without a second factor, nor by an auditor, with an event each', async () => {
    const before = (await events()).length;
    const unproven = await plain.open(at(path));
    expect([unproven.status, unproven.forms.some(({ action }) => action.endsWith(path))]).toEqual([403, false]);
    expect((await auditor.open(at(path))).status).toBe(403);
    expect((await auditor.open(at(`/console/people/${scene.accountId}`))).html).not.toContain(`href="${path}"`);
    // The form itself, as a browser sends it that never opened the page.
    for (const browser of [plain, auditor]) {
      const csrf = /name="csrf" value="([^"]+)"/.exec((await browser.open(at('/console'))).html)?.[1] ?? '';
      expect(csrf).not.toBe('');
      const body = new URLSearchParams({ csrf, upstream, subject: 'u-18' });
      expect((await browser.request(at(path), { method: 'POST', body })).status).toBe(403);
    }
    expect((await events()).slice(before).map(({ error }) => error)).toEqual([
      ...['insufficient_user_authentication', 'forbidden'],
      ...['insufficient_user_authentication', 'forbidden'],
    ]);
    expect(await linksOf()).toEqual([]);
  });
});

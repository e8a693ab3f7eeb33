/**
 * Sign-in at another provider in a real browser: at a second Behalf, both over https, and at a stock provider.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startChromium, withPage } from '../support/chromium.ts';
import { freePort } from '../support/free-port.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { pageFaults } from '../support/page-faults.ts';
import { newPkce } from '../support/pkce.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { REDIRECT_URI } from '../support/scene.ts';
import { type UpstreamWorld, upstreamWorld } from '../support/upstream-world.ts';

/** As an operator enters it: internal hosts that the settings name are allowed. */
const SYSTEM = { caller: 'system', isByRole: true };
const PASSWORD = 'a long enough pass phrase';

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
}, 60_000);
afterAll(() => browser?.close());

const signInByPassword = async (page: Page, username: string, button = 'Sign in'): Promise<void> => {
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: button, exact: true }).click();
};

/** What the policy of any page on the way kept from happening. */
const objectionsOn = (page: Page): readonly string[] => {
  const objections: string[] = [];
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) objections.push(message.text());
  });
  return objections;
};

describe('at a second Behalf', () => {
  let authority: LocalAuthority;
  let here: RunningServer;
  let there: RunningServer;

  beforeAll(async () => {
    authority = await localAuthority();
    const [port, portThere] = [await freePort(), await freePort()];
    const run = (tls: { readonly port: number; readonly host?: '127.0.0.1' }, other: string) =>
      runServer({
        tls: { authority, ...tls },
        environment: {
          ...internalHosts({ upstreamProviders: other, clientKeys: other, appLogout: other }),
          BEHALF__EGRESS__CAFILE: authority.caFile,
        },
      });
    here = await run({ port }, `127.0.0.1:${portThere}`);
    there = await run({ port: portThere, host: '127.0.0.1' }, `localhost:${port}`);
    const client = await there.behalf.services.clients.create(
      {
        name: 'Behalf of the tools',
        tokenEndpointAuthMethod: 'private_key_jwt',
        jwksUri: `${here.issuer}/jwks`,
        redirectUris: [`${here.issuer}/upstream/callback`],
        postLogoutRedirectUris: [`${here.issuer}/account/signed-out`],
        backchannelLogoutUri: `${here.issuer}/upstream/logout`,
        backchannelLogoutSessionRequired: true,
        skipConsent: true,
      },
      SYSTEM,
    );
    const ada = { username: 'ada', name: 'Ada Byron', email: 'ada@works.example', password: PASSWORD };
    await there.behalf.services.accounts.create({ ...ada, groups: ['planners'] }, SYSTEM);
    await there.behalf.services.accounts.create(
      { ...ada, username: 'bob', name: 'Bob Noyce', email: 'bob@x.example' },
      SYSTEM,
    );
    await here.behalf.services.upstreams.create(
      {
        name: 'Example Works',
        issuer: there.issuer,
        clientId: client.document.id,
        scopes: ['openid', 'profile', 'email', 'groups'],
        domains: ['works.example'],
        groups: { planners: 'planning' },
        create: 'always',
      },
      SYSTEM,
    );
  }, 60_000);
  afterAll(async () => {
    await here?.close();
    await there?.close();
    await authority?.remove();
  });

  const inBrowser = (use: (page: Page) => Promise<void>) =>
    withPage(browser, { ignoreHTTPSErrors: true, viewport: { width: 1280, height: 800 } }, use);

  test('by its button: there and back, an account with name and groups, and out again at both', async () => {
    await inBrowser(async (page) => {
      const objections = objectionsOn(page);
      await page.goto(`${here.issuer}/account`);
      expect(await pageFaults(page)).toEqual([]);
      await page.getByRole('button', { name: 'Sign in with Example Works' }).click();
      await page.waitForURL(`${there.issuer}/**`);
      await signInByPassword(page, 'ada');
      await page.waitForURL(`${here.issuer}/account`);
      await page.getByText('Ada Byron').first().waitFor();
      const made = (await here.behalf.services.accounts.findByUsername('ada'))?.document;
      expect(made).toMatchObject({ name: 'Ada Byron', email: 'ada@works.example', groups: [] });
      // What the claim says hangs on the link, and is not copied into the account.
      const [link] = await here.behalf.services.upstreamLinks.ofAccount(String(made?.id));
      expect(link).toMatchObject({ claimed: ['planners'] });
      expect((await here.events('session.started')).at(-1)?.inputs?.['amr']).toEqual(['urn:behalf:amr:upstream']);

      await page.goto(`${here.issuer}/account/security`);
      await page.getByRole('heading', { name: 'Example Works' }).waitFor();
      await page.getByRole('button', { name: 'Disconnect' }).click();
      await page.getByText('This is your last way to sign in').waitFor();

      await page.goto(`${here.issuer}/account`);
      await page.getByRole('button', { name: 'Sign out' }).click();
      expect(await pageFaults(page)).toEqual([]);
      await page.getByRole('link', { name: 'Sign out there, too' }).click();
      await page.waitForURL(`${there.issuer}/**`);
      await page.getByRole('button', { name: 'Sign out', exact: true }).click();
      await page.waitForURL(`${here.issuer}/account/signed-out?state=*`);
      await page.goto(`${there.issuer}/account`);
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      expect(objections).toEqual([]);
    });
  });

  test('signing out there ends what began by it here, and in no other browser', async () => {
    const { accounts, notifications } = there.behalf.services;
    await accounts.create({ username: 'eva', name: 'Eva', password: PASSWORD }, SYSTEM);
    const signIn = async (page: Page): Promise<void> => {
      await page.goto(`${here.issuer}/account`);
      await page.getByRole('button', { name: 'Sign in with Example Works' }).click();
      await page.waitForURL(`${there.issuer}/**`);
      await signInByPassword(page, 'eva');
      await page.waitForURL(`${here.issuer}/account`);
    };
    await inBrowser(async (page) => {
      await signIn(page);
      await inBrowser(async (other) => {
        await signIn(other);
        await page.goto(`${there.issuer}/account`);
        await page.getByRole('button', { name: 'Sign out', exact: true }).click();
        await page.waitForURL(`${there.issuer}/account/signed-out`);
        // As housekeeping does every second.
        await notifications.deliveryWorker.poll();
        await notifications.deliveryWorker.idle();
        await page.goto(`${here.issuer}/account`);
        await page.getByRole('heading', { name: 'Sign in' }).waitFor();
        await other.reload();
        await other.getByRole('heading', { name: 'Agents and apps' }).waitFor();
      });
    });
    const ended = (await here.events('session.ended')).filter(({ inputs }) => inputs?.['how'] === 'at_provider');
    expect(ended.at(-1)).toMatchObject({ outcome: 'done', target: { kind: 'session' } });
  });

  test('for an app: the policy of no form on the way, there or here, is held against where it all ends', async () => {
    const { document: app } = await here.behalf.services.clients.create(
      { name: 'Desk', tokenEndpointAuthMethod: 'none', redirectUris: [REDIRECT_URI], skipConsent: true },
      SYSTEM,
    );
    await there.behalf.services.accounts.create({ username: 'dora', name: 'Dora', password: PASSWORD }, SYSTEM);
    const query = new URLSearchParams({
      ...{ client_id: app.id, response_type: 'code', scope: 'openid', redirect_uri: REDIRECT_URI },
      ...{ code_challenge: newPkce().challenge, code_challenge_method: 'S256' },
    });
    await inBrowser(async (page) => {
      const objections = objectionsOn(page);
      await page.goto(`${here.issuer}/auth?${query}`);
      await page.getByText('Desk').first().waitFor();
      await page.getByRole('button', { name: 'Sign in with Example Works' }).click();
      await page.waitForURL(`${there.issuer}/**`);
      const arrived = page.waitForRequest(`${REDIRECT_URI}*`);
      await signInByPassword(page, 'dora');
      expect(new URL((await arrived).url()).searchParams.get('code')).toMatch(/.{20}/);
      expect(objections).toEqual([]);
    });
  });

  test('by the domain of an address; one who has an account here connects it with its password', async () => {
    const { accounts, upstreamLinks } = here.behalf.services;
    const bob = await accounts.create({ username: 'bob', name: 'Bob', password: PASSWORD }, SYSTEM);
    await inBrowser(async (page) => {
      const objections = objectionsOn(page);
      await page.goto(`${here.issuer}/account`);
      await page.getByLabel('Username').fill('bob@works.example');
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.waitForURL(`${there.issuer}/**`);
      await signInByPassword(page, 'bob');
      await page.getByRole('heading', { name: 'Connect your account' }).waitFor();
      expect(await pageFaults(page)).toEqual([]);
      await page.getByLabel('Username here').fill('bob');
      await page.getByLabel('Password here').fill(PASSWORD);
      await page.getByRole('button', { name: 'Connect and sign in' }).click();
      await page.waitForURL(`${here.issuer}/account`);
      expect(objections).toEqual([]);
    });
    expect(await upstreamLinks.ofAccount(bob.document.id)).toMatchObject([{ proof: 'sign_in' }]);
  });

  test('connected from the account, and disconnected again', async () => {
    const { accounts, upstreamLinks } = here.behalf.services;
    const carl = await accounts.create({ username: 'carl', name: 'Carl', password: PASSWORD }, SYSTEM);
    await there.behalf.services.accounts.create({ username: 'carlos', name: 'Carl', password: PASSWORD }, SYSTEM);
    await inBrowser(async (page) => {
      await page.goto(`${here.issuer}/account/security`);
      await signInByPassword(page, 'carl');
      await page.getByRole('button', { name: 'Connect Example Works' }).click();
      await page.waitForURL(`${there.issuer}/**`);
      await signInByPassword(page, 'carlos');
      await page.getByText('Connected. You can sign in there from now on.').waitFor();
      expect(await pageFaults(page)).toEqual([]);
      expect(await upstreamLinks.ofAccount(carl.document.id)).toMatchObject([{ proof: 'session', label: 'carlos' }]);
      await page.getByRole('button', { name: 'Disconnect' }).click();
      await page.getByText('Disconnected. No user can sign in to your account from there any more.').waitFor();
    });
    expect(await upstreamLinks.ofAccount(carl.document.id)).toEqual([]);
    expect((await here.events('upstream_link.removed')).at(-1)).toMatchObject({ subject: carl.document.id });
  });
});

describe('at a stock provider', () => {
  let world: UpstreamWorld;
  beforeAll(async () => {
    world = await upstreamWorld({ name: 'Sample Works', create: 'always' });
  }, 60_000);
  afterAll(() => world?.close());

  test('on a phone: there and back', async () => {
    const options = { ignoreHTTPSErrors: true, viewport: { width: 360, height: 740 } };
    await withPage(browser, options, async (page) => {
      const objections = objectionsOn(page);
      await page.goto(`${world.server.issuer}/account`);
      expect(await pageFaults(page)).toEqual([]);
      await page.getByRole('button', { name: 'Sign in with Sample Works' }).click();
      await page.waitForURL(`${world.server.issuer}/account`);
      await page.getByRole('heading', { name: 'Agents and apps' }).waitFor();
      expect(objections).toEqual([]);
    });
    expect(world.there.redeemed.at(-1)).toMatchObject({ grant_type: 'authorization_code' });
    expect((await world.server.events('session.started')).at(-1)?.inputs).toMatchObject({
      upstream: world.provider.id,
    });
  });
});

/** mod_auth_openidc from Debian, in an Apache that protects an app which knows nothing of OpenID Connect. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Browser, Page } from '../support/browser-flow.ts';
import { MODULES, type Site, startApache } from './apache.ts';
import { type Check, type ClientScript, expectSame } from './client-script.ts';
import type { Ground } from './client-server.ts';
import { commandIn, filledIn, guideBlocks } from './guide.ts';

const EXAMPLE = 'https://wiki.example.com';
/** The server sends logout tokens about once a second. */
const TOLD_WITHIN_MS = 15_000;

type AppBrowser = ReturnType<Site['newBrowser']>;

/** Registers the app and starts Apache, both with the blocks of the guide. */
const start = async (ground: Ground): Promise<Site> => {
  const origin = `https://localhost:${ground.appPort}`;
  const [register, host] = (await guideBlocks('mod_auth_openidc')).map(({ text }) => text);
  const command = commandIn(filledIn(String(register), { [EXAMPLE]: origin }), 'behalf');
  const { id, client_secret: secret } = await ground.behalf(...command);
  const values = { ISSUER: ground.issuer, CLIENT_ID: String(id), CLIENT_SECRET: String(secret), [EXAMPLE]: origin };
  const passphrase = randomBytes(24).toString('base64url');
  return startApache(ground, filledIn(String(host), { ...values, PASSPHRASE: passphrase }));
};

/** Ada opens a page of the app, signs in at the server with her browser there, and is back; answers her browser at the app. */
const signIn = async (ground: Ground, site: Site, person: Browser): Promise<AppBrowser> => {
  const browser = site.newBrowser();
  const { location } = await browser('/page');
  expectSame('challenge', new URL(location).searchParams.get('code_challenge_method'), 'S256');
  const returned = await browser((await ground.signIn(location, person)).href);
  expectSame('sent to', returned.location, `${site.origin}/page`);
  return browser;
};

const tokenIn = async (browser: AppBrowser): Promise<string> =>
  String((await browser('/page')).heard['oidc_access_token']);

const userinfo = async (ground: Ground, token: string): Promise<number> =>
  (await fetch(`${ground.issuer}/me`, { headers: { authorization: `Bearer ${token}` } })).status;

/** Presses "yes" on the page that asks whether to sign out. */
const confirmSignOut = async (person: Browser, url: string): Promise<Page> => {
  const page = await person.open(url);
  const form = page.forms.find(({ action }) => action.endsWith('/session/end/confirm'));
  return form ? person.submit(page, form, { button: /yes/i }) : page;
};

const signOutHere = async (ground: Ground, site: Site): Promise<void> => {
  const person = ground.newBrowser();
  const browser = await signIn(ground, site, person);
  const token = await tokenIn(browser);
  const goodbye = `${site.origin}/goodbye`;
  const { location } = await browser(`/oidc/callback?logout=${encodeURIComponent(goodbye)}`);
  const end = await confirmSignOut(person, location);
  expectSame('after sign-out', end.left?.href, goodbye);
  expectSame('the page after sign-out', (await browser('/goodbye')).status, 200);
  expectSame('userinfo with the token of before', await userinfo(ground, token), 401);
  const again = await person.open((await browser('/page')).location);
  const asksForPassword = again.forms.some(({ fields }) => fields.some(({ type }) => type === 'password'));
  expectSame('asked for the password again', asksForPassword, true);
};

const signOutThere = async (ground: Ground, site: Site): Promise<void> => {
  const [laptop, phone] = [ground.newBrowser(), ground.newBrowser()];
  const atLaptop = await signIn(ground, site, laptop);
  const atPhone = await signIn(ground, site, phone);
  await confirmSignOut(laptop, `${ground.issuer}/session/end`);
  // Without `sid` the module would end the session that was used last: the one at the phone.
  const isServed = async (): Promise<boolean> => {
    const { status } = await atLaptop('/page');
    await atPhone('/page');
    return status === 200;
  };
  for (const end = performance.now() + TOLD_WITHIN_MS; await isServed(); await setTimeout(100))
    if (performance.now() > end) throw new Error('the app still serves the session that is over');
  expectSame('the other session', (await atPhone('/page')).status, 200);
};

const run = async (ground: Ground, check: Check): Promise<void> => {
  const site = await start(ground);
  /** As `check`; a failure also shows what Apache wrote. */
  const checkThere = (name: string, work: () => Promise<void>): Promise<boolean> =>
    check(name, () =>
      work().catch(async (error: Error) => {
        throw new Error(`${error.message}\n${(await site.log()).slice(-3000)}`);
      }),
    );
  let browser: AppBrowser | undefined;
  try {
    await checkThere('code flow with PKCE, claims in the headers of the app behind it', async () => {
      browser = await signIn(ground, site, ground.newBrowser());
      const { heard } = await browser('/page');
      const claims = ['sub', 'preferred_username', 'name', 'email'].map((name) => heard[`oidc_claim_${name}`]);
      expectSame('claims', claims, [ground.accountId, 'ada', 'Ada', 'ada@example.com']);
    });
    await checkThere('refresh', async () => {
      if (!browser) throw new Error('the sign-in failed');
      const before = await tokenIn(browser);
      const page = encodeURIComponent(`${site.origin}/page`);
      const { location } = await browser(`/oidc/callback?refresh=${page}&access_token=${before}`);
      expectSame('sent to', location, `${site.origin}/page`);
      const after = await tokenIn(browser);
      if (after === before) throw new Error('the access token is the one of before');
      expectSame('userinfo with the new token', await userinfo(ground, after), 200);
    });
    await checkThere('sign-out at the app ends both sessions and the tokens', () => signOutHere(ground, site));
    await checkThere('sign-out at the server ends the session at the app, and no other', () =>
      signOutThere(ground, site),
    );
  } finally {
    await site.stop();
  }
};

export const modAuthOpenidc: ClientScript = {
  name: 'mod_auth_openidc',
  async prepare() {
    const text = await readFile(join(MODULES, 'mod_auth_openidc.so'), 'latin1');
    return /mod_auth_openidc-(\d[\w.]*)/.exec(text)?.[1] ?? '';
  },
  run,
};

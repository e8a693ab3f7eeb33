/** An authenticator app as a person has it. */
import { Secret, TOTP } from 'otpauth';
import type { Account } from '../../src/domain/identity/accounts/account.ts';
import { MULTI_FACTOR } from '../../src/domain/vocabulary/assurance.ts';
import { type Browser, type Page, type Person, submitSignIn } from './browser-flow.ts';
import type { PeoplePages } from './composed-people-pages.ts';
import type { Form } from './html-forms.ts';

/** What the app shows at this epoch second. */
export const codeAt = (secret: string, seconds: number): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: seconds * 1000 });

/** Adds an app to an account; answers its secret and the recovery codes that came with it. */
export const withApp = async (
  world: PeoplePages,
  account: Account,
): Promise<{ readonly secret: string; readonly recovery: readonly string[] }> => {
  const session = `session of ${account.id}`;
  const assurance = { acr: MULTI_FACTOR, amr: ['pwd', 'otp'], authTime: world.clock.now() };
  const { secret } = await world.totpEnrolment.offer(account, { session, assurance });
  const recovery = await world.totpEnrolment.confirm(
    { name: 'Phone', code: codeAt(secret, world.clock.now()), session },
    { account: account.id, assurance, by: { caller: account.id } },
  );
  return { secret, recovery: recovery ?? [] };
};

/** The page of a running server that offers the first app, after signing in on the way. */
const enrolmentPage = async (browser: Browser, issuer: string, person: Person): Promise<readonly [Form, Page]> => {
  const signIn = await browser.open(`${issuer}/account/security/totp`);
  const page = signIn.text.includes('authenticator') ? signIn : await submitSignIn(browser, signIn, person);
  const form = page.forms.find(({ action }) => action.endsWith('/account/security/totp'));
  if (!form) throw new Error(page.text);
  return [form, page];
};

/** A person adds the first app in a browser; answers its secret and the page with the recovery codes. */
export const enrolApp = async (
  browser: Browser,
  issuer: string,
  person: Person,
): Promise<{ readonly secret: string; readonly page: Page; readonly recovery: readonly string[] }> => {
  const [form, offer] = await enrolmentPage(browser, issuer, person);
  const secret = /key">([A-Z2-7 ]+)</.exec(offer.html)?.[1]?.replaceAll(' ', '') ?? '';
  const page = await browser.submit(offer, form, { set: { code: codeAt(secret, Math.floor(Date.now() / 1000) - 30) } });
  const recovery = [...page.html.matchAll(/key">([a-z0-9-]{19})</g)].map(([, code]) => String(code));
  return { secret, page, recovery };
};

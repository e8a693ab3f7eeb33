/** A person who adds an authenticator app on its page. */
import { codeAt } from './authenticator-app.ts';
import type { Browser } from './browser-flow.ts';

/** Answers the secret of the app. The code that proved it is used up, and the session has a second factor from now on. */
export const addApp = async (issuer: string, browser: Browser): Promise<string> => {
  const page = await browser.open(`${issuer}/account/security/totp`);
  const secret = /key">([A-Z2-7 ]+)</.exec(page.html)?.[1]?.replaceAll(' ', '') ?? '';
  const form = page.forms.find(({ action }) => action.endsWith('/totp'));
  if (!form) throw new Error(page.text);
  const added = await browser.submit(page, form, { set: { code: codeAt(secret, Math.floor(Date.now() / 1000)) } });
  if (!added.text.includes('recovery codes')) throw new Error(added.text);
  return secret;
};

/** A browser whose account has just proved a second factor, with a recovery code. */
import { type Browser, newBrowser, type Person, submitSignIn } from './browser-flow.ts';
import type { RunningServer } from './running-server.ts';

export const freshFactorBrowser = async ({ behalf, issuer }: RunningServer, person: Person): Promise<Browser> => {
  const { services } = behalf;
  const account = (await services.accounts.findByUsername(person.username))?.document.id ?? '';
  const now = Math.floor(Date.now() / 1000);
  const assurance = { acr: 'urn:behalf:acr:1', amr: ['pwd'], authTime: now } as never;
  const codes = await services.factors.add(
    { kind: 'totp', name: 'Phone', secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', lastStep: 0 },
    { account, assurance, by: { caller: account } },
  );
  const browser = newBrowser(issuer);
  const page = await submitSignIn(browser, await browser.open(`${issuer}/console`), person);
  const form = page.forms.find(({ fields }) => fields.some(({ name }) => name === 'code'));
  if (!form) throw new Error(`no second factor asked on ${page.url}`);
  await browser.submit(page, form, { set: { code: String(codes?.[0]) } });
  return browser;
};

/** An authenticator of Chromium's own (WebAuthn over its debugging protocol): the browser makes and uses passkeys without a touch of the user. */
import type { CDPSession, Page } from 'playwright-core';

export type VirtualAuthenticator = { readonly cdp: CDPSession; readonly id: string };

/** Plugs one into the page; it verifies its user and says yes at once. It goes with the page. */
export const plugAuthenticator = async (page: Page): Promise<VirtualAuthenticator> => {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId: id } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { cdp, id };
};

/** On the page that makes a passkey, signed in: makes the first one, and waits for its recovery codes. */
export const makePasskey = async (page: Page, name: string): Promise<void> => {
  await page.getByLabel('Name of the passkey').fill(name);
  await page.getByRole('button', { name: 'Create the passkey' }).click();
  await page.getByRole('heading', { name: 'Keep these recovery codes' }).waitFor();
};

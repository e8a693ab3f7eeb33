/** An administrator looks after security events in a real browser: a receiver and its stream, and held signals. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startChromium, takeOver, withPage } from '../support/chromium.ts';
import { freshFactorBrowser } from '../support/fresh-factor-browser.ts';
import { RISC } from '../support/signal-receiver.ts';
import { type SignalWorld, signalWorld } from '../support/signal-world.ts';

const ADMIN = { username: 'ruth', password: 'a long enough pass phrase' };

let world: SignalWorld;
let browser: Browser;

beforeAll(async () => {
  world = await signalWorld();
  await world.management.call('POST', '/accounts', { ...ADMIN, name: 'Ruth', roles: ['administrator'] });
  browser = await startChromium();
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await world?.close();
});

const press = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('main').getByRole('button', { name, exact: false }).first().click();
  await page.waitForLoadState();
};
const follow = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('main').getByRole('link', { name, exact: false }).first().click();
  await page.waitForLoadState();
};
const says = (page: Page, text: string | RegExp) => page.getByRole('main').getByText(text).first().waitFor();

test('an administrator admits a receiver, pauses and resumes its stream, and lets held signals pass', async () => {
  const { server, management } = world;
  await withPage(browser, { viewport: { width: 1280, height: 900 } }, async (page) => {
    await takeOver(page.context(), await freshFactorBrowser(server, ADMIN), server.issuer);
    await page.goto(`${server.issuer}/console/signals`);
    await says(page, 'No system receives security events');
    await follow(page, 'Add a receiver');
    await page.getByLabel('Name', { exact: true }).fill('Mail gateway');
    await page.getByLabel('People and agents').fill('*');
    await press(page, 'Add the receiver');
    await says(page, 'The server shows this once');
    await follow(page, 'Continue');
    await page.getByRole('heading', { name: 'Mail gateway', level: 1 }).waitFor();
    await says(page, 'The receiver has no stream yet');

    // The receiver creates its stream; then something happens that it has not heard of yet.
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    const { services } = server.behalf;
    const receiver = (await services.signalReceivers.get(id))?.document;
    if (!receiver) throw new Error(`no receiver ${id}`);
    const client = (await management.call('GET', `/clients/${receiver.client}`)).body;
    expect(client).toMatchObject({ name: 'Mail gateway', authority: { [`${server.issuer}/ssf/v1`]: ['ssf.manage'] } });
    const requested = [`${RISC}account-disabled`];
    const { document: stream } = await services.signalStreams.create(receiver, { requested }, { caller: id });
    const leaver = await management.createAccount({ username: 'leaver', name: 'Leaver' });
    await management.call('POST', `/accounts/${leaver.id}/disable`);
    await page.reload();
    await says(page, /\d+ audit records? to check/);
    await follow(page, stream.id);
    await follow(page, 'Pause');
    await page.getByLabel('Reason, for the receiver').fill('Too much noise');
    await press(page, 'Pause');
    await says(page, 'Only an administrator resumes it.');
    expect((await services.signalStreams.get(stream.id))?.document).toMatchObject({
      ...{ status: 'paused', statusSetBy: 'administrator', reason: 'Too much noise' },
    });
    await press(page, 'Resume');
    await says(page, 'The server sends what waited.');
    expect((await services.signalStreams.get(stream.id))?.document.status).toBe('enabled');

    const issuer = `${world.served.origin}/fast`;
    const fast = await world.makeTransmitter({ name: 'Fast', issuer, most_accounts: 1, most_accounts_percent: 0 });
    for (const name of ['one', 'two', 'three']) {
      await world.linked(name);
      const set = await world.sign(world.claimsOf('session_revoked', name, { iss: issuer }));
      await world.push(set, { authorization: fast.authorization });
    }
    await page.goto(`${server.issuer}/console/transmitters`);
    await says(page, 'signals about 2 accounts held');
    await follow(page, 'Fast');
    await press(page, 'Drop');
    await says(page, 'The signal has no effect.');
    await follow(page, 'Let the held signals pass');
    await press(page, 'Let the held signals pass');
    await says(page, 'have had their effects');
    expect(await world.signals('?state=held', fast.id)).toEqual([]);
    expect(await world.signals('?state=discarded', fast.id)).toHaveLength(1);
    expect(await world.signals('?state=applied', fast.id)).toHaveLength(2);
  });
}, 60_000);

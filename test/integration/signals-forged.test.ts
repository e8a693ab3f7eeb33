/** Security event tokens that a transmitter did not make for this server: none has an effect (RFC 8417, RFC 8935 §2.4, WH-03). */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newKeyPair } from '../support/agent-keys.ts';
import { FORGED_SETS, type ForgingWorld } from '../support/forged-sets.ts';
import { type SignalWorld, signalWorld } from '../support/signal-world.ts';

let world: SignalWorld;
let account: string;
let browser: ReturnType<SignalWorld['browser']>;
let other: Awaited<ReturnType<typeof newKeyPair>>;
let second: Awaited<ReturnType<SignalWorld['makeTransmitter']>>;

beforeAll(async () => {
  world = await signalWorld();
  account = await world.linked('victim');
  other = await newKeyPair('RS256');
  second = await world.makeTransmitter({
    ...{ name: 'Second', issuer: `${world.served.origin}/second`, audience: 'https://second.example.com' },
  });
  world.there.claims = { sub: 'victim', preferred_username: 'victim', name: 'victim' };
  browser = world.browser();
  await world.signIn(browser);
}, 60_000);
afterAll(() => world?.close());

type More = Readonly<Record<string, unknown>>;
const claims = (more: More = {}) => world.claimsOf('session_revoked', 'victim', more);
const forging = (): ForgingWorld => ({ ...world, second, other });

test.each(FORGED_SETS)('%s has no effect', async (_, send, err) => {
  const before = (await world.server.events('signal.received')).length;
  const refusals = (await world.server.events('signal.refused')).length;
  const { status, body } = await send(forging());
  expect([status, body['err']]).toEqual([400, err]);
  expect(String(body['description'])).not.toBe('');
  expect(await world.server.events('signal.received')).toHaveLength(before);
  const recorded = (await world.server.events('signal.refused')).slice(refusals);
  expect(recorded).toMatchObject(err === 'authentication_failed' ? [] : [{ outcome: 'refused', error: err }]);
});

test('there are at least 60 of them, and the person is still signed in', async () => {
  expect(FORGED_SETS.length).toBeGreaterThanOrEqual(60);
  expect(await world.signals()).toEqual([]);
  const page = await browser.open(`${world.server.issuer}/account`);
  expect(page.forms.some(({ action }) => action.endsWith('/sign-out'))).toBe(true);
  expect(account).toMatch(/^acc_/);
});

test('a disabled transmitter is refused with access_denied', async () => {
  const path = `/trusted-transmitters/${second.id}`;
  expect((await world.management.call('POST', `${path}/disable`)).status).toBe(200);
  const text = await world.sign(claims({ iss: `${world.served.origin}/second`, aud: 'https://second.example.com' }));
  const refused = await world.push(text, { authorization: second.authorization });
  expect([refused.status, refused.body['err']]).toEqual([400, 'access_denied']);
});

test('the former secret is invalid as soon as there is another', async () => {
  const path = `/trusted-transmitters/${world.transmitter.id}/rotate-secret`;
  const { body } = await world.management.call('POST', path);
  expect((await world.push(await world.sign(claims()))).body['err']).toBe('authentication_failed');
  expect((await world.push(await world.sign(claims()), { authorization: String(body['authorization']) })).status).toBe(
    202,
  );
});

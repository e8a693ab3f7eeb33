/** After a signal that requires a newer sign-in, a newer sign-in is enough. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newBrowser } from '../support/browser-flow.ts';
import { type SignalWorld, signalWorld } from '../support/signal-world.ts';
import { until } from '../support/until.ts';

let world: SignalWorld;
beforeAll(async () => {
  world = await signalWorld();
  const link = { upstream: world.provider.id, subject: 'ada', account: world.scene.accountId };
  const { status, text } = await world.management.call('POST', '/upstream-links', link);
  if (status !== 201) throw new Error(text);
}, 90_000);
afterAll(() => world?.close());

test('an app gets the same token by a newer sign-in', async () => {
  const { scene } = world;
  const tokens = async () => (await scene.newTokens(scene.jwt.identifier, 'openid read'))['scope'];
  const before = await tokens();
  const at = Math.floor(Date.now() / 1000);
  expect((await world.send('credential_change', 'ada', {}, { change_type: 'update' })).status).toBe(202);
  // A sign-in of the same second is none after it.
  await until(() => Date.now() / 1000 > at + 2);
  scene.useBrowser(newBrowser(scene.issuer));
  expect(await tokens()).toBe(before);
});

import { describe, expect, test } from '@jest/globals';
import { memoryEphemeralStore } from '../../../adapters/memory/ephemeral-store.ts';
import { resetBudget } from '../../../src/domain/identity/accounts/reset-budget.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import { movableClock } from '../delegation/fakes.ts';

const budget = () =>
  resetBudget({
    ephemeral: memoryEphemeralStore(movableClock()),
    clock: movableClock(),
    masterKey: masterKey(Buffer.alloc(32, 1)),
    limits: { signInPerAccount: 5, signInPerSource: 20, signInWindowSeconds: 300 },
  });

describe('LG-07 requests for a new password', () => {
  test('of one network are bounded, and keep no other one out', async () => {
    const { takeRequest } = budget();
    const own = await Promise.all(Array.from({ length: 25 }, () => takeRequest('192.0.2.1')));
    expect(own.filter(Boolean)).toHaveLength(20);
    expect(await takeRequest('192.0.3.1')).toBe(true);
  });

  test('of few networks with many addresses are bounded in all, and keep no other network out', async () => {
    const { takeRequest } = budget();
    let taken = 0;
    for (let host = 0; host < 400; host += 1) {
      const [site, network] = [1 + (host % 2), (host >> 1) * 256];
      if (await takeRequest(`2001:db8:${site}:${network.toString(16)}::1`)) taken += 1;
    }
    // And the first one of each site.
    expect(taken).toBe(302);
    expect(await takeRequest('2001:db8:3::1')).toBe(true);
    expect(await takeRequest('198.51.100.1')).toBe(true);
  });
});

import { describe, expect, test } from '@jest/globals';
import { memoryEphemeralStore } from '../../../adapters/memory/ephemeral-store.ts';
import { delegationRequests } from '../../../src/domain/authority/delegation/delegation-requests.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import type { EphemeralStore } from '../../../src/domain/ports/ephemeral-store.ts';
import { countedIdentifiers, ISSUER, movableClock, START } from './fakes.ts';

const wanted = {
  subject: 'acc_anna',
  agent: 'agt_a',
  resource: 'https://mail.example',
  scope: ['send', 'read', 'send'],
  txn: 'txn_1',
  viaClient: 'app_1',
};

const scene = () => {
  const clock = movableClock();
  const writes: string[] = [];
  const store = memoryEphemeralStore(clock);
  const ephemeral: EphemeralStore = {
    ...store,
    set: async (key, value, ttl) => {
      writes.push(key, value);
      await store.set(key, value, ttl);
    },
  };
  const requests = delegationRequests({
    ephemeral,
    clock,
    identifiers: countedIdentifiers(),
    masterKey: masterKey(Buffer.alloc(32, 7)),
    issuer: ISSUER,
    ttlSeconds: 600,
  });
  return { clock, writes, requests };
};

const handleOf = (url: string): string => url.slice(`${ISSUER}/delegations/requests/`.length);

describe('pages behind consent_required (decision D1 b)', () => {
  test('stand for exactly one account, agent, resource and scope', async () => {
    const { requests } = scene();
    const { url, expiresIn } = await requests.create(wanted);
    expect(url).toMatch(/^https:\/\/id\.example\/delegations\/requests\/[\w-]{43}$/);
    expect(expiresIn).toBe(600);
    expect(await requests.peek(handleOf(url))).toEqual({
      ...wanted,
      scope: ['read', 'send'],
      expiresAt: START + 600,
    });
  });

  test('opening changes nothing; deciding works once, for one of many', async () => {
    const { requests } = scene();
    const handle = handleOf((await requests.create(wanted)).url);
    await requests.peek(handle);
    const winners = await Promise.all(Array.from({ length: 20 }, () => requests.consume(handle)));
    expect(winners.filter(Boolean)).toHaveLength(1);
    expect(await requests.peek(handle)).toBeUndefined();
  });

  test('an agent that retries gets the same page while half of its life is left', async () => {
    const { requests, clock } = scene();
    const first = await requests.create(wanted);
    clock.advance(300);
    expect(await requests.create({ ...wanted, scope: ['read', 'send'], txn: 'txn_2' })).toEqual({
      url: first.url,
      expiresIn: 300,
    });
    clock.advance(1);
    const second = await requests.create(wanted);
    expect(second.url).not.toBe(first.url);
    expect(second.expiresIn).toBe(600);
    await requests.consume(handleOf(second.url));
    expect((await requests.create(wanted)).url).not.toBe(second.url);
  });

  test('expire', async () => {
    const { requests, clock } = scene();
    const handle = handleOf((await requests.create(wanted)).url);
    clock.advance(600);
    expect(await requests.peek(handle)).toBeUndefined();
    expect(await requests.consume(handle)).toBeUndefined();
  });

  test('an agent may open a bounded number for one account; others are not held up by it', async () => {
    const { requests, clock } = scene();
    for (let index = 0; index < 10; index += 1) await requests.create({ ...wanted, scope: [`s${index}`] });
    await expect(requests.create({ ...wanted, scope: ['one-more'] })).rejects.toMatchObject({
      code: 'too_many_requests',
      retryAfterSeconds: 600,
    });
    await requests.create({ ...wanted, scope: ['s3'] });
    await requests.create({ ...wanted, subject: 'acc_ben' });
    await requests.create({ ...wanted, agent: 'agt_b' });
    clock.advance(600);
    await requests.create({ ...wanted, scope: ['one-more'] });
  });

  test('a dump of the store holds no handle and no content (decision D14)', async () => {
    const { requests, writes } = scene();
    const { url } = await requests.create(wanted);
    const dump = writes.join('\n');
    for (const secret of [handleOf(url), 'acc_anna', 'agt_a', 'mail.example']) expect(dump).not.toContain(secret);
  });

  test.each(['', 'x', '../../etc', 'a'.repeat(100_000), '%00', `${'a'.repeat(42)}\n`])(
    'nothing is behind %j',
    async (handle) => {
      const { requests } = scene();
      expect(await requests.peek(handle)).toBeUndefined();
      expect(await requests.consume(handle)).toBeUndefined();
    },
  );
});

import { describe, expect, test } from '@jest/globals';
import { passwords } from '../../../src/domain/identity/accounts/passwords.ts';
import { normaliseUsername } from '../../../src/domain/identity/accounts/username.ts';

const settings = {
  argon2MemoryKib: 64,
  argon2Passes: 2,
  argon2Parallelism: 1,
  concurrency: 2,
  queueLimit: 3,
  minimumLength: 8,
};

describe('passwords', () => {
  test('LG-06 keeps an Argon2id PHC string with its own parameters, salted', async () => {
    const { hash, verify } = passwords(settings);
    const first = await hash('correct horse');
    expect(first).toMatch(/^\$argon2id\$v=19\$m=64,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(await hash('correct horse')).not.toBe(first);
    expect(await verify(first, 'correct horse')).toBe(true);
    expect(await verify(first, 'correct horsE')).toBe(false);
    expect(await passwords({ ...settings, argon2Passes: 3 }).verify(first, 'correct horse')).toBe(true);
  });

  test('LG-06 the same password typed composed or decomposed is the same (NFC)', async () => {
    const { hash, verify } = passwords(settings);
    expect(await verify(await hash('Pässwörter'.normalize('NFD')), 'Pässwörter'.normalize('NFC'))).toBe(true);
  });

  test('LG-06 more than 1024 bytes are refused before hashing, even with the queue full', async () => {
    const { hash, verify, verifyNothing } = passwords({ ...settings, concurrency: 1, queueLimit: 0 });
    const stored = await hash('correct horse');
    const running = verify(stored, 'correct horse');
    await expect(hash('x'.repeat(1025))).rejects.toMatchObject({ code: 'invalid_field', field: '/password' });
    expect(await verify(stored, 'x'.repeat(1_000_000))).toBe(false);
    expect(await verify(stored, 'é'.repeat(600))).toBe(false);
    expect(await verifyNothing('x'.repeat(1025))).toBe(false);
    expect(await running).toBe(true);
    expect(await verify(await hash('x'.repeat(1024)), 'x'.repeat(1024))).toBe(true);
  });

  test('refuses a password shorter than the minimum, counted in characters', async () => {
    const { hash } = passwords(settings);
    await expect(hash('é'.repeat(7))).rejects.toMatchObject({ code: 'invalid_field', message: /8/ });
    await expect(hash('😀'.repeat(7))).rejects.toMatchObject({ code: 'invalid_field' });
    await hash('é'.repeat(8));
  });

  test('LG-06 a full queue answers unavailable, and works again afterwards', async () => {
    const { verifyNothing } = passwords(settings);
    const all = await Promise.allSettled(Array.from({ length: 10 }, () => verifyNothing('correct horse')));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    const refused = all.find((result) => result.status === 'rejected');
    expect(refused).toMatchObject({ reason: { code: 'unavailable', retryAfterSeconds: 1 } });
    expect(await verifyNothing('correct horse')).toBe(false);
  });
});

describe('usernames', () => {
  test('are trimmed, NFKC and lower case', () => {
    expect(normaliseUsername('  Ada.Lovelace@Example.ORG ')).toBe('ada.lovelace@example.org');
    expect(normaliseUsername('ＡＤＡ')).toBe('ada');
    expect(normaliseUsername('Zoë_1+x-y')).toBe('zoë_1+x-y');
  });

  test.each([
    ['nothing', ''],
    ['a space', 'a b'],
    ['a slash', 'a/b'],
    ['a zero-width space', 'ad\u200bmin'],
    ['a filler', 'ad\u3164min'],
    ['an override', '\u202eadmin'],
    ['Cyrillic among Latin letters', '\u0430dmin'],
    ['65 characters', 'a'.repeat(65)],
    ['far too many', 'a'.repeat(10_000)],
  ])('is none: %s', (_, typed) => {
    expect(normaliseUsername(typed)).toBeUndefined();
  });
});

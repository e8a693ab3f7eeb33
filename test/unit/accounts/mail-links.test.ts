import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { randomIdentifiers } from '../../../adapters/node/identifiers.ts';
import type { Account } from '../../../src/domain/identity/accounts/account.ts';
import { LINK_SECONDS, MAIL_LINKS, mailLinks } from '../../../src/domain/identity/accounts/mail-links.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';

const START = 1_800_000_000;
const EMAIL = 'ada@example.com';

const world = () => {
  let now = START;
  let account = {
    ...{ id: 'acc_1', state: 'active', sessionsValidFrom: START },
    ...{ email: EMAIL, emailVerified: true, emailFrom: START },
  } as Account;
  const documents = memoryDocumentStore();
  const links = mailLinks({
    documents,
    clock: { now: () => now, nowMillis: () => now * 1000 },
    identifiers: randomIdentifiers,
    masterKey: masterKey(Buffer.alloc(32, 1)),
    accounts: { get: async (id) => (id === account.id ? { document: account } : undefined) },
  });
  return {
    ...{ documents, links },
    account: () => account,
    change: (more: Partial<Account>): void => {
      account = { ...account, ...more };
    },
    pass: (seconds: number): void => {
      now += seconds;
    },
  };
};

describe('LG-07 a link that was mailed', () => {
  test('is valid for half an hour, to the second', async () => {
    const { links, account, pass } = world();
    const token = await links.make('reset', account(), EMAIL);
    pass(LINK_SECONDS - 1);
    expect(await links.peek('reset', token)).toMatchObject({ account: 'acc_1' });
    pass(1);
    expect(await links.peek('reset', token)).toBeUndefined();
    expect(await links.use('reset', token)).toBe(false);
  });

  test('is used once, by one of many', async () => {
    const { links, account } = world();
    const token = await links.make('reset', account(), EMAIL);
    await links.peek('reset', token);
    const used = await Promise.all(Array.from({ length: 20 }, () => links.use('reset', token)));
    expect(used.filter(Boolean)).toHaveLength(1);
    expect(await links.peek('reset', token)).toBeUndefined();
  });

  test.each([
    ['the account was disabled', { state: 'disabled' }],
    ['the password was changed', { sessionsValidFrom: START + 1 }],
    ['the account is another one', { id: 'acc_2' }],
    ['the address is another one', { email: 'bob@example.com' }],
    ['the address is gone', { email: undefined }],
    ['the address is not verified any more', { emailVerified: false }],
    ['the address went and came back', { emailFrom: START + 2 }],
  ] as const)('is refused when %s', async (_, more) => {
    const { links, account, change } = world();
    const token = await links.make('reset', account(), EMAIL);
    change(more as Partial<Account>);
    expect(await links.peek('reset', token)).toBeUndefined();
    expect(await links.use('reset', token)).toBe(false);
  });

  test('is accepted for its own purpose alone', async () => {
    const { links, account } = world();
    const token = await links.make('email', account(), 'new@example.com');
    expect(await links.peek('reset', token)).toBeUndefined();
    expect(await links.use('reset', token)).toBe(false);
    expect(await links.peek('email', token)).toMatchObject({ email: 'new@example.com' });
  });

  test.each(['', 'short', '../../etc', 'x'.repeat(500), 'x'.repeat(43), '__proto__'])('is not “%s”', async (token) => {
    const { links, account } = world();
    await links.make('reset', account(), EMAIL);
    expect(await links.peek('reset', token)).toBeUndefined();
    expect(await links.use('reset', token)).toBe(false);
  });

  test('is stored as a keyed digest', async () => {
    const { documents, links, account } = world();
    const token = await links.make('reset', account(), EMAIL);
    const stored = await documents.collection(MAIL_LINKS).find({});
    expect(stored).toHaveLength(1);
    expect(JSON.stringify(stored)).not.toContain(token);
  });
});

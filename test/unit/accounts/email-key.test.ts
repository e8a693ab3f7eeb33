import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { ACCOUNTS, type Account } from '../../../src/domain/identity/accounts/account.ts';
import { emailKey } from '../../../src/domain/identity/accounts/email-key.ts';
import { keyAddresses } from '../../../src/domain/identity/accounts/email-key-migration.ts';
import { account } from '../token-exchange/fakes.ts';

describe('LG-08 addresses are compared', () => {
  test.each([
    ['Ada@Example.COM', 'ada@example.com'],
    ['ada@example.com.', 'ada@example.com'],
    ['ada@BÜCHER.example', 'ada@xn--bcher-kva.example'],
    ['JOS\u00c9@example.com', 'jose\u0301@example.com'],
  ])('%s like %s', (one, other) => {
    expect(emailKey(one)).toBe(emailKey(other));
  });

  test.each([
    // Sign of the kelvin, small letter dotless i, long s: none of them is the ASCII letter it becomes elsewhere.
    ['\u212aay@example.com', 'kay@example.com'],
    ['l\u0131sa@example.com', 'lisa@example.com'],
    ['\u017fam@example.com', 'sam@example.com'],
    ['ada@ex\u0430mple.com', 'ada@example.com'],
    ['a.da@example.com', 'ada@example.com'],
    ['ada+x@example.com', 'ada@example.com'],
  ])('%s unlike %s', (one, other) => {
    expect(emailKey(one)).not.toBe(emailKey(other));
  });
});

describe('accounts from before', () => {
  type Keyed = Account & { readonly emailKey?: string };
  const of = (id: string, more: Partial<Keyed>): Keyed => ({ ...account(id), username: id, createdAt: 1, ...more });

  test('get their key once, and those who share a verified address are named', async () => {
    const documents = memoryDocumentStore();
    const accounts = documents.collection<Keyed>(ACCOUNTS);
    await accounts.insert(of('acc_1', { email: 'Ada@Example.com', emailVerified: true }));
    await accounts.insert(of('acc_2', { email: 'ada@example.com', emailVerified: true }));
    await accounts.insert(of('acc_3', { email: 'ADA@example.com' }));
    await accounts.insert(of('acc_4', {}));
    for (let index = 5; index < 1205; index += 1)
      await accounts.insert(of(`acc_${index}`, { email: `P${index}@x.example` }));
    expect(await Promise.all([keyAddresses(documents), keyAddresses(documents)])).toEqual([
      [['acc_1', 'acc_2']],
      [['acc_1', 'acc_2']],
    ]);
    expect(await accounts.find({ where: { emailKey: 'ada@example.com' } })).toHaveLength(3);
    expect(await accounts.find({ where: { emailKey: 'p1204@x.example' } })).toHaveLength(1);
    expect((await accounts.get('acc_4'))?.document).not.toHaveProperty('emailKey');
    expect(await keyAddresses(documents)).toBeUndefined();
  });
});

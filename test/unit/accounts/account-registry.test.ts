import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { randomIdentifiers } from '../../../adapters/node/identifiers.ts';
import { accountRegistry } from '../../../src/domain/identity/accounts/account-registry.ts';
import { passwords } from '../../../src/domain/identity/accounts/passwords.ts';
import { ownerNames } from '../../../src/domain/identity/groups/owner-names.ts';
import { SYSTEM } from '../../support/composed-services.ts';
import { recordingAudit } from '../../support/recording-audit.ts';
import { START, standingClock } from '../../support/standing-clock.ts';

const BY = { caller: 'acc_boss', request: 'req_1', source: '192.0.2.7' };

const newRegistry = () => {
  const clock = standingClock();
  const audit = recordingAudit();
  const documents = memoryDocumentStore();
  const accounts = accountRegistry({
    documents,
    clock,
    ownerNames: ownerNames({ documents, clock }),
    identifiers: randomIdentifiers,
    audit,
    passwords: passwords({
      argon2MemoryKib: 64,
      argon2Passes: 1,
      argon2Parallelism: 1,
      concurrency: 2,
      queueLimit: 100,
      minimumLength: 8,
    }),
  });
  return { clock, audit, accounts };
};

describe('accounts', () => {
  test('are made with one form of their username, and the event stands before the account', async () => {
    const { accounts, audit } = newRegistry();
    const { document, version } = await accounts.create(
      { username: ' ADA ', name: 'Ada', groups: ['b', 'a', 'a'], roles: ['auditor'] },
      BY,
    );
    expect(version).toBe(1);
    expect(document).toMatchObject({ username: 'ada', groups: ['a', 'b'], roles: ['auditor'], state: 'active' });
    expect(audit.events).toEqual([
      {
        type: 'account.created',
        outcome: 'done',
        caller: 'acc_boss',
        request: 'req_1',
        target: { kind: 'account', id: document.id },
        personal: { source: '192.0.2.7' },
      },
    ]);
    expect(await accounts.findByUsername('Ada')).toEqual({ document, version: 1 });
  });

  test('cannot share a username, however it is typed; of many at once one is made', async () => {
    const { accounts } = newRegistry();
    const all = await Promise.allSettled(
      ['ada', 'ADA', ' Ada', 'ａｄａ'].map((username) => accounts.create({ username, name: 'Ada' }, BY)),
    );
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(all.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'conflict', field: '/username' },
    });
  });

  test.each([
    [{ username: 'a b' }, '/username'],
    [{ name: '' }, '/name'],
    [{ name: 'Ada \u202eevil' }, '/name'],
    [{ email: 'no-address' }, '/email'],
    [{ groups: [''] }, '/groups'],
    [{ roles: ['god' as 'auditor'] }, '/roles'],
    [{ entitlements: { calendar: ['read'] } }, '/entitlements'],
    [{ language: 'fr' as 'de' }, '/language'],
    [{ password: 'short' }, '/password'],
  ])('are refused with %j, naming the field, without an event', async (wrong, field) => {
    const { accounts, audit } = newRegistry();
    await expect(accounts.create({ username: 'ada', name: 'Ada', ...wrong }, BY)).rejects.toMatchObject({
      code: 'invalid_field',
      field,
    });
    expect(audit.events).toEqual([]);
  });

  test('are not made when the event cannot be written', async () => {
    const { accounts, audit } = newRegistry();
    audit.state.failing = true;
    await expect(accounts.create({ username: 'ada', name: 'Ada' }, BY)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await accounts.findByUsername('ada')).toBeUndefined();
  });

  test('change only at the version that was read, and a new address is not verified', async () => {
    const { accounts, audit } = newRegistry();
    const { document } = await accounts.create(
      { username: 'ada', name: 'Ada', email: 'ada@example.com', emailVerified: true },
      SYSTEM,
    );
    const changed = await accounts.update(document.id, 1, { email: 'new@example.com', groups: ['x'] }, BY);
    expect(changed).toMatchObject({ version: 2, document: { email: 'new@example.com', emailVerified: false } });
    await expect(accounts.update(document.id, 1, { name: 'Eve' }, BY)).rejects.toMatchObject({
      code: 'precondition_failed',
    });
    expect(audit.of('account.updated')).toMatchObject([{ changed: ['email', 'groups'] }]);
    const without = await accounts.update(document.id, 2, { email: null }, BY);
    expect(without.document).not.toHaveProperty('email');
    expect(without.document).not.toHaveProperty('emailVerified');
  });

  test('end their sessions when disabled or given another password, those of the same second too', async () => {
    const { accounts, audit, clock } = newRegistry();
    const { document } = await accounts.create({ username: 'ada', name: 'Ada' }, SYSTEM);
    clock.move(10);
    const disabled = await accounts.disable(document.id, BY);
    expect(disabled.document).toMatchObject({ state: 'disabled', sessionsValidFrom: START + 11 });
    await accounts.disable(document.id, BY);
    expect(audit.of('account.disabled')).toHaveLength(1);
    expect((await accounts.enable(document.id, BY)).document).toMatchObject({ state: 'active' });
    clock.move(10);
    const { document: changed } = await accounts.setPassword(document.id, 'correct horse', BY);
    expect(changed).toMatchObject({ sessionsValidFrom: START + 21 });
    expect(changed.passwordHash).toMatch(/^\$argon2id\$/);
    expect(JSON.stringify(audit.events)).not.toContain('argon2');
  });

  test('a password takes the place of the one that was confirmed, and of no other', async () => {
    const { accounts, audit } = newRegistry();
    const { document } = await accounts.create({ username: 'ada', name: 'Ada', password: 'correct horse' }, BY);
    const instead = document.passwordHash;
    // An administrator was first: a user with the old password does not set the next.
    const { document: reset } = await accounts.setPassword(document.id, 'from an administrator', BY);
    audit.events.length = 0;
    await expect(accounts.setPassword(document.id, 'from a thief', BY, { instead })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect((await accounts.get(document.id))?.document.passwordHash).toBe(reset.passwordHash);
    expect(audit.events).toEqual([]);
    await accounts.setPassword(document.id, 'by its person', BY, { instead: reset.passwordHash });
  });

  test('never lose their last active administrator, by role or by state, in parallel either', async () => {
    const { accounts } = newRegistry();
    const one = (await accounts.create({ username: 'one', name: 'One', roles: ['administrator'] }, SYSTEM)).document;
    await expect(accounts.disable(one.id, BY)).rejects.toMatchObject({ code: 'conflict', message: /last active/ });
    await expect(accounts.update(one.id, 1, { roles: ['operator'] }, BY)).rejects.toMatchObject({ field: '/roles' });
    const two = (await accounts.create({ username: 'two', name: 'Two', roles: ['administrator'] }, SYSTEM)).document;
    expect(two).not.toHaveProperty('administrator');
    const all = await Promise.allSettled([accounts.disable(one.id, BY), accounts.update(two.id, 1, { roles: [] }, BY)]);
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('are listed newest first, page by page', async () => {
    const { accounts, clock } = newRegistry();
    for (const username of ['a', 'b', 'c']) {
      await accounts.create({ username, name: username }, SYSTEM);
      clock.move(1);
    }
    const first = await accounts.list({ limit: 2 });
    expect(first.items.map(({ document }) => document.username)).toEqual(['c', 'b']);
    const second = await accounts.list({ limit: 2, ...(first.next ? { after: first.next } : {}) });
    expect(second.items.map(({ document }) => document.username)).toEqual(['a']);
    expect(second.next).toBeUndefined();
  });
});

describe('the language of an account', () => {
  test('is chosen by the user, audited once, and refused for an unknown account', async () => {
    const { accounts, audit } = newRegistry();
    const { id } = (await accounts.create({ username: 'ada', name: 'Ada' }, SYSTEM)).document;
    audit.events.length = 0;
    await accounts.setLanguage(id, 'de', { caller: id });
    await accounts.setLanguage(id, 'de', { caller: id });
    expect((await accounts.get(id))?.document.language).toBe('de');
    expect(audit.events).toEqual([
      { type: 'account.updated', outcome: 'done', caller: id, target: { kind: 'account', id }, changed: ['language'] },
    ]);
    await expect(accounts.setLanguage(id, 'fr', { caller: id })).rejects.toMatchObject({
      code: 'invalid_field',
      field: '/language',
    });
    await expect(accounts.setLanguage('acc_none', 'de', { caller: id })).rejects.toMatchObject({ code: 'not_found' });
  });

  test('stays when other members change, and can be removed', async () => {
    const { accounts } = newRegistry();
    const made = await accounts.create({ username: 'ada', name: 'Ada', language: 'de' }, SYSTEM);
    const { id } = made.document;
    const renamed = await accounts.update(id, made.version, { name: 'Ada Byron' }, SYSTEM);
    expect(renamed.document.language).toBe('de');
    const without = await accounts.update(id, renamed.version, { language: null }, SYSTEM);
    expect(without.document).not.toHaveProperty('language');
  });

  test('is not changed while the audit log cannot be written', async () => {
    const { accounts, audit } = newRegistry();
    const { id } = (await accounts.create({ username: 'ada', name: 'Ada' }, SYSTEM)).document;
    audit.state.failing = true;
    await expect(accounts.setLanguage(id, 'de', { caller: id })).rejects.toMatchObject({ code: 'unavailable' });
    expect((await accounts.get(id))?.document).not.toHaveProperty('language');
  });
});

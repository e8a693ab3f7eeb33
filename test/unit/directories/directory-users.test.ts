/** What a crash or a failing store leaves of a change by a directory, and how the next call ends it. */
import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { randomIdentifiers } from '../../../adapters/node/identifiers.ts';
import { accountRegistry } from '../../../src/domain/identity/accounts/account-registry.ts';
import { passwords } from '../../../src/domain/identity/accounts/passwords.ts';
import { accountLimit } from '../../../src/domain/identity/directories/account-limit.ts';
import { deactivationBrake } from '../../../src/domain/identity/directories/deactivation-brake.ts';
import {
  DIRECTORY_ACCOUNTS,
  type Directory,
  type DirectoryAccount,
} from '../../../src/domain/identity/directories/directory.ts';
import { directoryMemberships } from '../../../src/domain/identity/directories/directory-memberships.ts';
import { directoryRegistry } from '../../../src/domain/identity/directories/directory-registry.ts';
import type { DirectoryUser } from '../../../src/domain/identity/directories/directory-user.ts';
import { directoryUsers } from '../../../src/domain/identity/directories/directory-users.ts';
import { groupChanges } from '../../../src/domain/identity/directories/group-changes.ts';
import { ownerNames } from '../../../src/domain/identity/groups/owner-names.ts';
import type { Values } from '../../../src/domain/identity/scim/values.ts';
import {
  type CollectionDeclaration,
  type Document,
  type DocumentStore,
  StoreUnavailable,
} from '../../../src/domain/ports/document-store.ts';
import { recordingAudit } from '../../support/recording-audit.ts';
import { START, standingClock } from '../../support/standing-clock.ts';

const BY = { caller: 'dir_1' };
const ADMINISTRATOR = { caller: 'acc_boss' };
const DIRECTORY: Directory = {
  ...{ id: 'dir_1', name: 'Head office', client: 'app_1', verifiesEmails: true, state: 'active' },
  ...{ mostDeactivations: 20, mostDeactivationsPercent: 1, createdAt: START, updatedAt: START },
};

/** Called before a write. True: the server crashes there. */
type Fails = (collection: string, document: object) => boolean | Promise<boolean>;

const failingStore = (documents: DocumentStore, fails: Fails): DocumentStore => ({
  ...documents,
  collection<T extends Document>(declaration: CollectionDeclaration) {
    const collection = documents.collection<T>(declaration);
    const check = async (document: object): Promise<void> => {
      if (await fails(declaration.name, document)) throw new StoreUnavailable('crashed in this test');
    };
    return {
      ...collection,
      async insert(document: T) {
        await check(document);
        return collection.insert(document);
      },
      async replace(document: T, expected: number) {
        await check(document);
        return collection.replace(document, expected);
      },
    };
  },
});

const newWorld = () => {
  const clock = standingClock();
  const audit = recordingAudit();
  const state: { fails: Fails } = { fails: () => false };
  const documents = failingStore(memoryDocumentStore(), (collection, document) => state.fails(collection, document));
  const parts = { documents, clock, audit, identifiers: randomIdentifiers };
  const accounts = accountRegistry({
    ...parts,
    ownerNames: ownerNames(parts),
    passwords: passwords({
      ...{ argon2MemoryKib: 64, argon2Passes: 1, argon2Parallelism: 1 },
      ...{ concurrency: 2, queueLimit: 100, minimumLength: 8 },
    }),
  });
  const brake = deactivationBrake(parts);
  const users = directoryUsers({
    ...{ ...parts, accounts, brake, endLinks: async () => undefined, pause: async () => undefined },
    memberships: directoryMemberships(parts),
    limit: accountLimit(parts),
  });
  const create = (values: Values) => users.create(DIRECTORY, values, BY);
  const change = (id: string, values: Values): Promise<DirectoryUser> =>
    users.change(DIRECTORY, id, { versions: undefined, change: (before) => ({ ...before, ...values }) }, BY);
  const members = documents.collection<DirectoryAccount>(DIRECTORY_ACCOUNTS);
  const accountOf = async (id: string) => (await accounts.get(id))?.document;
  const changes = groupChanges(parts);
  const registry = directoryRegistry({
    ...{ ...parts, accounts, changes, memberships: directoryMemberships(parts) },
    ...{ clients: { get: async () => undefined }, blueprints: { get: async () => undefined } },
  });
  return { clock, audit, state, accounts, brake, users, create, change, members, accountOf, registry };
};

/** The record of the directory, as it is written last: without the mark of a change under way. */
const isLastWrite = (collection: string, document: object): boolean =>
  collection === DIRECTORY_ACCOUNTS.name && !('changingFrom' in document);

const ADA: Values = { userName: 'ada', displayName: 'Ada', emails: [{ value: 'ada@example.com' }] };

describe('a crash', () => {
  test('between account and record is undone by the next change, also by one that sends the former values', async () => {
    const { create, change, state, accountOf, members } = newWorld();
    const { id } = await create(ADA);
    state.fails = isLastWrite;
    const next = { displayName: 'Ada B.', emails: [{ value: 'ada@example.org' }], userName: 'ada.b' };
    await expect(change(id, next)).rejects.toThrow(StoreUnavailable);
    state.fails = () => false;
    expect(await accountOf(id)).toMatchObject({ name: 'Ada B.', email: 'ada@example.org', username: 'ada.b' });
    const user = await change(id, ADA);
    expect(user.values).toMatchObject({ userName: 'ada', displayName: 'Ada' });
    expect(await accountOf(id)).toMatchObject({ name: 'Ada', email: 'ada@example.com', username: 'ada' });
    expect((await members.get(id))?.document).not.toHaveProperty('changingFrom');
  });

  test('after the account is disabled leaves the directory the right to enable it', async () => {
    const { create, change, state, accountOf } = newWorld();
    const { id } = await create(ADA);
    state.fails = isLastWrite;
    await expect(change(id, { active: false, title: 'T' })).rejects.toThrow(StoreUnavailable);
    state.fails = () => false;
    expect(await accountOf(id)).toMatchObject({ state: 'disabled', disabledByDirectory: DIRECTORY.id });
    expect((await change(id, { active: true })).values['active']).toBe(true);
    expect(await accountOf(id)).not.toHaveProperty('disabledByDirectory');
  });

  test('of a creation leaves a record that the next list removes after an hour, and not one whose account is there', async () => {
    const { create, state, users, members, clock } = newWorld();
    state.fails = (collection) => collection === 'accounts';
    await expect(create(ADA)).rejects.toThrow(StoreUnavailable);
    state.fails = isLastWrite;
    await expect(create({ ...ADA, userName: 'ben', emails: [] })).rejects.toThrow(StoreUnavailable);
    state.fails = () => false;
    expect(await members.find({})).toHaveLength(2);
    const [ben] = await users.find(DIRECTORY, undefined);
    expect(await members.find({})).toHaveLength(2);
    clock.move(3601);
    expect((await users.find(DIRECTORY, undefined)).map(({ id }) => id)).toEqual([ben?.id]);
    expect((await members.find({})).map(({ document }) => document.id)).toEqual([ben?.id]);
  });

  test('of a deletion leaves a record that the next list removes', async () => {
    const { create, users, members, accounts } = newWorld();
    const { id } = await create(ADA);
    await accounts.disable(id, BY);
    await accounts.remove(id, BY);
    expect(await users.find(DIRECTORY, undefined)).toEqual([]);
    expect(await members.get(id)).toBeUndefined();
  });
});

describe('a refused change', () => {
  test.each<[string, Values, string]>([
    ['of an address that another account has', { emails: [{ value: 'Ben@example.com' }] }, 'directory_email_taken'],
    ['of a malformed address', { emails: [{ value: 'nowhere' }] }, 'email_malformed'],
    ['of a name that is too long', { displayName: 'x'.repeat(201) }, 'person_name_malformed'],
    ['of a username that another account has', { userName: 'BEN' }, 'directory_username_taken'],
    ['of a username that cannot be one', { userName: 'a b' }, 'username_malformed'],
  ])('%s leaves no event and counts as no deactivation', async (_what, values, reason) => {
    const { create, change, audit, users, accountOf, members, brake } = newWorld();
    const { id } = await create(ADA);
    await create({ userName: 'ben', emails: [{ value: 'ben@example.com' }] });
    const before = [await accountOf(id), await members.get(id), audit.events.length];
    await expect(change(id, { ...values, active: false })).rejects.toMatchObject({ reason });
    expect([await accountOf(id), await members.get(id), audit.events.length]).toEqual(before);
    await expect(users.create(DIRECTORY, { ...ADA, ...values }, BY)).rejects.toThrow();
    expect(audit.events).toHaveLength(Number(before[2]));
    expect(await brake.activity(DIRECTORY.id)).toBeUndefined();
  });
});

test('a change that meets another one of the account is done again, and leaves alone what the directory did not change', async () => {
  const { create, change, accounts, state, accountOf } = newWorld();
  const { id, version } = await create(ADA);
  await accounts.update(id, Number(version.split('.')[1]), { name: 'Countess' }, ADMINISTRATOR);
  let metCount = 0;
  state.fails = async (collection) => {
    if (collection === DIRECTORY_ACCOUNTS.name && metCount === 0) {
      metCount += 1;
      await accounts.setLanguage(id, 'de', ADMINISTRATOR);
    }
    return false;
  };
  const { values } = await change(id, { emails: [{ value: 'ada@example.org' }] });
  expect(metCount).toBe(1);
  expect(values['emails']).toEqual([{ value: 'ada@example.org' }]);
  expect(await accountOf(id)).toMatchObject({ name: 'Countess', email: 'ada@example.org', language: 'de' });
});

test('who else disables an account that the directory disabled keeps the directory from enabling it', async () => {
  const { create, change, accounts, accountOf, audit } = newWorld();
  const { id } = await create(ADA);
  await change(id, { active: false });
  await accounts.disable(id, ADMINISTRATOR);
  expect(audit.of('account.disabled').map(({ caller }) => caller)).toEqual(['dir_1', 'acc_boss']);
  await expect(change(id, { active: true })).rejects.toMatchObject({ reason: 'directory_account_disabled_here' });
  expect(await accountOf(id)).toMatchObject({ state: 'disabled' });
});

test('an external id goes when the directory leaves it out', async () => {
  const { create, users, members } = newWorld();
  const { id } = await create({ ...ADA, externalId: 'E-1' });
  const { values } = await users.change(DIRECTORY, id, { versions: undefined, change: () => ADA }, BY);
  expect(values).not.toHaveProperty('externalId');
  expect((await members.get(id))?.document).not.toHaveProperty('externalId');
});

test('an account that was taken from its directory is not changed by what the directory sent before', async () => {
  const { create, change, state, registry, accountOf, audit } = newWorld();
  const { id } = await create(ADA);
  let taken: Promise<void> | undefined;
  state.fails = async (collection) => {
    if (collection === 'accounts' && taken === undefined) {
      taken = registry.unassign(DIRECTORY.id, id, ADMINISTRATOR);
      // Longer than it takes where it does not wait for its turn.
      for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
    return false;
  };
  await change(id, { active: false });
  expect(taken).toBeDefined();
  await taken;
  const types = audit.events.map(({ type }) => type);
  expect(types.indexOf('directory.account_unassigned')).toBeGreaterThan(types.indexOf('account.disabled'));
  expect(await accountOf(id)).toMatchObject({ state: 'disabled' });
  await expect(change(id, { active: true })).rejects.toMatchObject({ code: 'not_found' });
});

test('a deletion counts as a deactivation, also of an account that is disabled: it is final', async () => {
  const { create, change, users, brake, clock, accountOf } = newWorld();
  const ids: string[] = [];
  for (let index = 0; index < 21; index += 1) {
    const { id } = await create({ userName: `leaver-${index}` });
    await change(id, { active: false });
    clock.move(601);
    ids.push(id);
  }
  const removals: string[] = [];
  for (const id of ids) {
    removals.push(
      await users.remove(DIRECTORY, id, undefined, BY).then(
        () => 'removed',
        (error) => error.reason,
      ),
    );
  }
  expect(removals).toEqual([...Array(20).fill('removed'), 'directory_deactivations_paused']);
  const last = String(ids.at(-1));
  expect([(await accountOf(last))?.removedAt, (await brake.activity(DIRECTORY.id))?.held]).toEqual([undefined, [last]]);
  expect((await users.get(DIRECTORY, last))?.id).toBe(last);
});

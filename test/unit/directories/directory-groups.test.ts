/** Changes of a group of a directory by several processes, of which one pauses. */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { randomIdentifiers } from '../../../adapters/node/identifiers.ts';
import { accountRegistry } from '../../../src/domain/identity/accounts/account-registry.ts';
import { passwords } from '../../../src/domain/identity/accounts/passwords.ts';
import {
  DIRECTORY_ACCOUNTS,
  type Directory,
  type DirectoryAccount,
} from '../../../src/domain/identity/directories/directory.ts';
import { directoryGroups } from '../../../src/domain/identity/directories/directory-groups.ts';
import { directoryMemberships } from '../../../src/domain/identity/directories/directory-memberships.ts';
import { groupChanges } from '../../../src/domain/identity/directories/group-changes.ts';
import { ownerNames } from '../../../src/domain/identity/groups/owner-names.ts';
import { GROUP_RESOURCE } from '../../../src/domain/identity/scim/attributes.ts';
import { readFilter } from '../../../src/domain/identity/scim/filter.ts';
import { recordingAudit } from '../../support/recording-audit.ts';
import { START, standingClock } from '../../support/standing-clock.ts';

const BY = { caller: 'dir_1' };
const DIRECTORY: Directory = {
  ...{ id: 'dir_1', name: 'Head office', client: 'app_1', verifiesEmails: true, state: 'active' },
  ...{ mostDeactivations: 20, mostDeactivationsPercent: 1, createdAt: START, updatedAt: START },
};
const LONGER_THAN_A_TURN = 31;

const newWorld = () => {
  const clock = standingClock();
  const audit = recordingAudit();
  const documents = memoryDocumentStore();
  const parts = { documents, clock, audit, identifiers: randomIdentifiers };
  const accounts = accountRegistry({
    ...parts,
    ownerNames: ownerNames(parts),
    passwords: passwords({
      ...{ argon2MemoryKib: 64, argon2Passes: 1, argon2Parallelism: 1 },
      ...{ concurrency: 2, queueLimit: 100, minimumLength: 8 },
    }),
  });
  const changes = groupChanges(parts);
  const memberships = directoryMemberships({ ...parts, changes });
  const groups = directoryGroups({ ...parts, accounts, memberships, changes });
  /** The groups in a process that pauses before it adds a member. */
  const pausing = (pause: () => Promise<void>) =>
    directoryGroups({
      ...{ ...parts, memberships, changes },
      accounts: {
        getMany: (ids) => accounts.getMany(ids),
        async noteLinkedGroups(id) {
          await pause();
          await accounts.noteLinkedGroups(id);
        },
      },
    });
  const newUser = async (username: string): Promise<string> => {
    const { document } = await accounts.create({ username, name: username }, BY);
    const user = { id: document.id, directory: DIRECTORY.id, attributes: {}, createdAt: START, updatedAt: START };
    await documents.collection<DirectoryAccount>(DIRECTORY_ACCOUNTS).insert(user);
    return document.id;
  };
  return { clock, audit, memberships, groups, changes, pausing, newUser };
};

test('a change that pauses for longer than its turn adds no user whom a later one removed', async () => {
  const { clock, audit, groups, pausing, newUser } = newWorld();
  const ada = await newUser('ada');
  const { id } = await groups.create(DIRECTORY, { displayName: 'Readers', members: [] }, BY);
  const removal = { displayName: 'Left', members: [{ kind: 'only', accounts: [] }] } as const;
  const slow = pausing(async () => {
    clock.move(LONGER_THAN_A_TURN);
    await groups.change(DIRECTORY, id, removal, undefined, BY);
  });
  const addition = { members: [{ kind: 'add', accounts: [ada] }] } as const;
  await expect(slow.change(DIRECTORY, id, addition, undefined, BY)).rejects.toMatchObject({
    ...{ code: 'precondition_failed', reason: 'directory_group_changed' },
  });
  expect(await groups.members(id)).toEqual([]);
  expect((await groups.get(DIRECTORY, id))?.displayName).toBe('Left');
  expect(audit.of('directory.group_written').at(-1)).toMatchObject({ caller: 'dir_1', inputs: { group: id } });
});

test('a group that is removed while a change of it pauses keeps no member', async () => {
  const { clock, audit, groups, pausing, newUser } = newWorld();
  const ada = await newUser('ada');
  const { id } = await groups.create(DIRECTORY, { displayName: 'Readers', members: [] }, BY);
  const slow = pausing(async () => {
    clock.move(LONGER_THAN_A_TURN);
    await groups.remove(DIRECTORY, id, undefined, BY);
  });
  const addition = { members: [{ kind: 'add', accounts: [ada] }] } as const;
  await expect(slow.change(DIRECTORY, id, addition, undefined, BY)).rejects.toMatchObject({
    ...{ code: 'precondition_failed', reason: 'directory_group_changed' },
  });
  expect(await groups.members(id)).toEqual([]);
  expect(audit.of('directory.group_deleted')).toMatchObject([{ inputs: { group: id } }]);
});

test('a token from before a change of a group is decided again, and one from after it is not', async () => {
  const { clock, groups, changes, newUser } = newWorld();
  const [ada, ben] = [await newUser('ada'), await newUser('ben')];
  const { id } = await groups.create(DIRECTORY, { displayName: 'Readers', members: [] }, BY);
  const isAgain = (account: string, issuedAt: number) =>
    changes.isSince({ id: account, hasLinkedGroups: true }, issuedAt);
  /** Whether a token of the second of the change, and one of a minute later, is decided again. */
  const during = async (change: () => Promise<unknown>, account: string) => {
    clock.move(3600);
    const at = clock.now();
    const before = await isAgain(account, at);
    await change();
    return [before, await isAgain(account, at), await isAgain(account, at + 60)];
  };
  const put = (...accounts: readonly string[]) =>
    groups.change(DIRECTORY, id, { members: [{ kind: 'only', accounts }] }, undefined, BY);
  const rename = (displayName: string) => groups.change(DIRECTORY, id, { displayName, members: [] }, undefined, BY);
  expect(await during(() => put(ada), ada)).toEqual([false, true, false]);
  expect(await during(() => put(), ada)).toEqual([false, true, false]);
  expect(await during(() => put(ada), ben)).toEqual([false, false, false]);
  expect(await during(() => rename('Others'), ben)).toEqual([false, true, false]);
  expect(await during(() => groups.remove(DIRECTORY, id, undefined, BY), ada)).toEqual([false, true, false]);
  expect(await changes.isSince({ id: ada }, clock.now())).toBe(false);
});

test('groups with one externalId come oldest first, as a cursor expects', async () => {
  const { clock, groups } = newWorld();
  const names = Array.from({ length: 8 }, (_, index) => `Group ${index}`);
  for (const displayName of names) {
    await groups.create(DIRECTORY, { displayName, externalId: 'E-1', members: [] }, BY);
    clock.move(1);
  }
  const found = await groups.find(DIRECTORY, readFilter('externalId eq "E-1"', GROUP_RESOURCE));
  expect(found.map(({ displayName }) => displayName)).toEqual(names);
});

test('a user is in at most 1,000 groups, and the one beyond changes nothing', async () => {
  const { audit, memberships, groups, newUser } = newWorld();
  const [ada, ben] = [await newUser('ada'), await newUser('ben')];
  const { id } = await groups.create(DIRECTORY, { displayName: 'Readers', members: [] }, BY);
  for (let index = 0; index < 999; index += 1) await memberships.add(`dgr_${index}`, [ada]);
  const put = (...accounts: readonly string[]) =>
    groups.change(DIRECTORY, id, { members: [{ kind: 'only', accounts }] }, undefined, BY);
  await put(ada);
  await put();
  await memberships.add('dgr_999', [ada]);
  const before = audit.events.length;
  await expect(put(ben, ada)).rejects.toMatchObject({ code: 'invalid_field', reason: 'scim_groups_of_user_exceeded' });
  expect(await groups.members(id)).toEqual([]);
  expect(audit.events.length).toBe(before);
});

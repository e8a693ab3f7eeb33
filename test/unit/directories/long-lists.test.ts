/** Lists of a directory with more users than the server reads at once, as clients with pages by index read them. */
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { ACCOUNTS, type Account } from '../../../src/domain/identity/accounts/account.ts';
import { accountReader } from '../../../src/domain/identity/accounts/account-reader.ts';
import {
  DIRECTORY_ACCOUNTS,
  type Directory,
  type DirectoryAccount,
} from '../../../src/domain/identity/directories/directory.ts';
import { directoryMembers } from '../../../src/domain/identity/directories/directory-members.ts';
import { readFilter } from '../../../src/domain/identity/scim/filter.ts';
import { START, standingClock } from '../../support/standing-clock.ts';

const DIRECTORY = { id: 'dir_1' } as Directory;
const USERS = 10_600;

/** Every hundredth user got a role since. */
const longDirectory = async (size = USERS, attributes: DirectoryAccount['attributes'] = {}) => {
  const documents = memoryDocumentStore();
  const clock = standingClock();
  const accounts = documents.collection<Account>(ACCOUNTS);
  const users = documents.collection<DirectoryAccount>(DIRECTORY_ACCOUNTS);
  const reads = { count: 0, running: 0, most: 0 };
  const add = async (index: number): Promise<void> => {
    const id = `acc_${index}`;
    const times = { createdAt: START + Math.floor(index / 7), updatedAt: START };
    const roles = index % 100 === 99 ? (['operator'] as const) : [];
    const account: Account = {
      id,
      username: id,
      name: id,
      groups: [],
      roles,
      state: 'active',
      ...times,
      sessionsValidFrom: 0,
    };
    await accounts.insert(account);
    await users.insert({ id, directory: DIRECTORY.id, attributes, ...times });
  };
  for (let index = 0; index < size; index += 1) await add(index);
  const collection: typeof documents.collection = (declaration) => {
    const found = documents.collection(declaration);
    return {
      ...found,
      find: async (query: Parameters<typeof found.find>[0]) => {
        if (declaration.name !== DIRECTORY_ACCOUNTS.name) return found.find(query);
        reads.running += 1;
        reads.most = Math.max(reads.most, reads.running);
        await new Promise((resolve) => setImmediate(resolve));
        const page = await found.find(query);
        reads.count += page.length;
        reads.running -= 1;
        return page;
      },
    } as never;
  };
  const members = directoryMembers({
    ...{ documents: { ...documents, collection }, clock },
    ...{ accounts: accountReader({ documents }), pause: () => turn() },
  });
  const pageAt = async (startIndex: number, count = 200) => {
    const { pairs, total } = await members.pageAt(DIRECTORY, { startIndex, count });
    return { ids: pairs.map(({ account }) => account.document.id), total };
  };
  return { clock, members, users, pageAt, add, reads };
};

test('a walk by index meets each user once, without those that have a role, and reads the directory a few times', async () => {
  const { members, users, pageAt, add, reads, clock } = await longDirectory();
  const visible = USERS - USERS / 100;
  const met: string[] = [];
  for (let startIndex = 1; ; startIndex += 200) {
    const { ids, total } = await pageAt(startIndex);
    expect(total).toBe(visible);
    met.push(...ids);
    if (met.length >= total || ids.length === 0) break;
  }
  expect([met.length, new Set(met).size]).toEqual([visible, visible]);
  expect(met.some((id) => id.endsWith('99'))).toBe(false);
  // One vain attempt, one outline, and at most two parts for each page: not all users for each page.
  expect(reads.count).toBeLessThan(2 * USERS + Math.ceil(visible / 200) * 1500);

  expect((await pageAt(5001, 3)).ids).toEqual(met.slice(5000, 5003));
  expect(await pageAt(visible, 5)).toEqual({ ids: met.slice(-1), total: visible });
  expect(await pageAt(visible + 1)).toEqual({ ids: [], total: visible });
  expect(await pageAt(999_999_999)).toEqual({ ids: [], total: visible });
  expect(await pageAt(1, 0)).toEqual({ ids: [], total: visible });

  // Who is created since is at the end; a walk that begins later counts them.
  await add(USERS);
  expect(await pageAt(visible, 5)).toEqual({ ids: [...met.slice(-1), `acc_${USERS}`], total: visible + 1 });
  clock.move(61);
  expect((await pageAt(1)).total).toBe(visible + 1);
  await users.take(String(met[0]));
  clock.move(61);
  expect(await pageAt(1, 2)).toEqual({ ids: met.slice(1, 3), total: visible });

  // With a filter the whole would be read.
  await expect(members.candidates(DIRECTORY, readFilter('userName co "a"'))).rejects.toMatchObject({
    reason: 'directory_list_too_long',
  });
});

test('pages that are asked for at once share one outline', async () => {
  const { pageAt, reads } = await longDirectory();
  await pageAt(1);
  const before = reads.count;
  const pages = await Promise.all([1, 401, 801, 1201].map((startIndex) => pageAt(startIndex)));
  expect(new Set(pages.flatMap(({ ids }) => ids)).size).toBe(800);
  expect(reads.count - before).toBeLessThan(4 * 1500);
});

test('other work of the process runs while a long list is read: after each part of 500 users', async () => {
  const { members, pageAt } = await longDirectory();
  const turnsDuring = async (work: () => Promise<unknown>): Promise<number> => {
    let [turns, isOver] = [0, false];
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    await work();
    isOver = true;
    return turns;
  };
  const parts = USERS / 500;
  // The vain attempt to read the whole, and the outline.
  expect(await turnsDuring(() => pageAt(1))).toBeGreaterThan(2 * parts - 4);
  expect(await turnsDuring(() => members.candidates(DIRECTORY, undefined).catch(() => undefined))).toBeGreaterThan(
    parts - 3,
  );
  const none = () => members.page(DIRECTORY, { after: undefined, count: 1 }, () => false);
  expect(await turnsDuring(none)).toBeGreaterThan(10_000 / 500 - 2);
});

test('a walk by index through few users with long attributes does not read the whole list in vain for each page', async () => {
  const size = 700;
  const { pageAt, reads, add, users, clock } = await longDirectory(size, { title: 'x'.repeat(50_000) });
  const visible = size - size / 100;
  const first = await pageAt(1);
  expect([first.ids.length, first.total]).toEqual([200, visible]);
  for (const startIndex of [201, 401, 601]) {
    const before = reads.count;
    expect((await pageAt(startIndex)).total).toBe(visible);
    // Two parts at most, and no attempt at the whole before them.
    expect(reads.count - before).toBeLessThanOrEqual(size);
  }
  // Once it is short again, an outline says so, and the list is read as a whole.
  for (let index = 0; index < 300; index += 1) await users.take(`acc_${index}`);
  clock.move(61);
  expect((await pageAt(1)).total).toBe(visible - 297);
  await add(size);
  expect((await pageAt(1)).total).toBe(visible - 296);
});

test('whole lists are read a few at a time, others wait, and beyond those a list is refused', async () => {
  const { members, reads } = await longDirectory(3);
  const filter = readFilter('displayName co "a"');
  const settled = await Promise.allSettled(Array.from({ length: 407 }, () => members.candidates(DIRECTORY, filter)));
  const refused = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  expect(refused).toHaveLength(3);
  expect(refused[0]).toMatchObject({ code: 'unavailable', reason: 'directory_lists_busy', retryAfterSeconds: 5 });
  expect(reads.most).toBe(4);
  // Those that read one user do not wait.
  expect(await members.candidates(DIRECTORY, readFilter('id eq "acc_1"'))).toHaveLength(1);
});

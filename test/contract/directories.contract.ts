/** Directories on a store: a limit on deactivations that is exact over nodes that race, and pages of accounts. */
import { describe, expect, test } from '@jest/globals';
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';
import { allowedBy, deactivationBrake } from '../../src/domain/identity/directories/deactivation-brake.ts';
import {
  DIRECTORY_ACCOUNTS,
  type Directory,
  type DirectoryAccount,
} from '../../src/domain/identity/directories/directory.ts';
import type { DocumentStore } from '../../src/domain/ports/document-store.ts';
import { isDomainError } from '../../src/domain/vocabulary/errors.ts';

const NOW = 1_800_000_000;
const BY = { caller: 'dir_1' };
const DIRECTORY: Directory = {
  ...{ id: 'dir_1', name: 'Head office', client: 'app_1', verifiesEmails: false, state: 'active' },
  ...{ mostDeactivations: 3, mostDeactivationsPercent: 50, createdAt: NOW, updatedAt: NOW },
};

const worldOn = (documents: DocumentStore) => {
  const clock = { seconds: NOW, now: () => clock.seconds, nowMillis: () => clock.seconds * 1000 };
  const events: AuditEvent[] = [];
  const before: { append: () => Promise<void> } = { append: async () => undefined };
  const audit = {
    async append(event: AuditEvent) {
      await before.append();
      events.push(event);
      return { stream: 'a', sequence: events.length, hash: '' };
    },
  };
  const node = () => deactivationBrake({ documents, clock, audit });
  return {
    clock,
    events,
    before,
    nodes: [node(), node(), node()],
    accounts: documents.collection<DirectoryAccount>(DIRECTORY_ACCOUNTS),
  };
};

const outcomeOf = async (counted: Promise<void>): Promise<string> => {
  try {
    await counted;
    return 'counted';
  } catch (error) {
    if (!isDomainError(error)) throw error;
    return String(error.reason);
  }
};

export const describeDirectories = (name: string, open: () => DocumentStore | Promise<DocumentStore>): void => {
  describe(`directories on ${name}`, () => {
    test('of nodes that race, exactly so many deactivations pass, and one pauses the others', async () => {
      const documents = await open();
      const { nodes, events, clock } = worldOn(documents);
      const accounts = Array.from({ length: 9 }, (_, index) => `acc_${index}`);
      const outcomes = await Promise.all(
        accounts.map((account, index) => outcomeOf(nodes[index % 3]!.count(DIRECTORY, account, BY))),
      );
      expect(outcomes.filter((outcome) => outcome === 'counted')).toHaveLength(3);
      expect(outcomes.filter((outcome) => outcome === 'directory_deactivations_paused')).toHaveLength(6);
      expect(events.map(({ type }) => type)).toEqual(['directory.deactivations_paused']);
      const paused = await nodes[0]!.activity(DIRECTORY.id);
      expect(paused?.held).toHaveLength(6);
      // The pause outlasts the ten minutes.
      clock.seconds += 3600;
      expect(await outcomeOf(nodes[1]!.count(DIRECTORY, 'acc_0', BY))).toBe('directory_deactivations_paused');
      await nodes[2]!.resume(DIRECTORY, 1, BY);
      const [passing = '', ...others] = paused?.held ?? [];
      const asked = [...others, passing];
      const after = await Promise.all(
        asked.map((account, index) => outcomeOf(nodes[index % 3]!.count(DIRECTORY, account, BY))),
      );
      expect(after.filter((outcome) => outcome === 'counted').length).toBeGreaterThanOrEqual(3);
      expect(after.slice(0, -1).filter((outcome) => outcome === 'counted')).toHaveLength(3);
      await documents.close();
    });

    test('what an administrator lets pass are the accounts that were held: no others take their places', async () => {
      const documents = await open();
      const { nodes, clock } = worldOn(documents);
      const [node] = nodes;
      const count = (account: string) => outcomeOf(node!.count(DIRECTORY, account, BY));
      for (const account of ['acc_0', 'acc_1', 'acc_2']) expect(await count(account)).toBe('counted');
      for (const account of ['acc_3', 'acc_4', 'acc_5']) expect(await count(account)).toContain('paused');
      await node!.resume(DIRECTORY, 2, BY);
      // Others have the limit for themselves, and no more: three pass, and the fourth pauses.
      for (const account of ['acc_6', 'acc_7', 'acc_8']) expect(await count(account)).toBe('counted');
      expect(await count('acc_9')).toBe('directory_deactivations_paused');
      // More than were held: others pass for what is beyond them.
      await node!.resume(DIRECTORY, 2, BY);
      for (const account of ['acc_10', 'acc_11', 'acc_12', 'acc_13', 'acc_9']) {
        expect(await count(account)).toBe('counted');
      }
      // Each time within the day: it was seen, and a directory repeats what failed.
      expect(await count('acc_9')).toBe('counted');
      expect(await count('acc_14')).toBe('directory_deactivations_paused');
      await node!.resume(DIRECTORY, undefined, BY);
      clock.seconds += 86_400;
      for (const account of ['acc_20', 'acc_21', 'acc_22']) expect(await count(account)).toBe('counted');
      expect(await count('acc_14')).toBe('directory_deactivations_paused');
      await documents.close();
    });

    test('accounts that are held while a resumption is recorded take what it allows, and add nothing to it', async () => {
      const documents = await open();
      const { nodes, before, clock } = worldOn(documents);
      const [node] = nodes;
      const count = (account: string) => outcomeOf(node!.count(DIRECTORY, account, BY));
      for (const account of ['acc_0', 'acc_1', 'acc_2']) expect(await count(account)).toBe('counted');
      for (const account of ['acc_3', 'acc_4']) expect(await count(account)).toContain('paused');
      before.append = async () => {
        before.append = async () => undefined;
        for (const account of ['acc_5', 'acc_6']) expect(await count(account)).toContain('paused');
      };
      await node!.resume(DIRECTORY, 5, BY);
      const after = await node!.activity(DIRECTORY.id);
      expect(after).toMatchObject({ allowedAccounts: ['acc_3', 'acc_4', 'acc_5', 'acc_6'], allowed: 1 });
      expect(allowedBy(after, clock.now())).toBe(5);
      await documents.close();
    });

    test('a percentage counts no account that is younger than a day', async () => {
      const documents = await open();
      const { nodes, accounts, clock } = worldOn(documents);
      const [node] = nodes;
      for (let index = 0; index < 12; index += 1) {
        const times = { createdAt: NOW - (index < 8 ? 86_400 : 86_399), updatedAt: NOW };
        await accounts.insert({ id: `acc_${index}`, directory: DIRECTORY.id, attributes: {}, ...times });
      }
      const outcomes: string[] = [];
      for (let index = 0; index < 5; index += 1) {
        outcomes.push(await outcomeOf(node!.count(DIRECTORY, `acc_${index}`, BY)));
      }
      expect(outcomes).toEqual([...Array(4).fill('counted'), 'directory_deactivations_paused']);
      clock.seconds += 86_400;
      await node!.resume(DIRECTORY, 0, BY);
      for (let index = 0; index < 6; index += 1) {
        expect(await outcomeOf(node!.count(DIRECTORY, `acc_${index}`, BY))).toBe('counted');
      }
      await documents.close();
    });

    test('the window moves on, and a percentage counts the accounts of this directory only', async () => {
      const documents = await open();
      const { nodes, accounts, clock } = worldOn(documents);
      const [node] = nodes;
      for (let index = 0; index < 12; index += 1) {
        const directory = index < 10 ? DIRECTORY.id : 'dir_2';
        const createdAt = NOW - 86_400;
        await accounts.insert({ id: `acc_${index}`, directory, attributes: {}, createdAt, updatedAt: createdAt });
      }
      const count = (account: number) => outcomeOf(node!.count(DIRECTORY, `acc_${account}`, BY));
      for (const account of [0, 1, 2, 3, 4]) expect(await count(account)).toBe('counted');
      clock.seconds += 600;
      for (const account of [5, 6, 7, 8, 9]) expect(await count(account)).toBe('counted');
      expect(await count(10)).toBe('directory_deactivations_paused');
      await documents.close();
    });

    test('accounts are found by directory and external id, and in pages by time', async () => {
      const documents = await open();
      const { accounts } = worldOn(documents);
      for (const [index, externalId] of ['a', 'b', 'a'].entries()) {
        const directory = index === 2 ? 'dir_2' : 'dir_1';
        const at = NOW + index;
        await accounts.insert({
          id: `acc_${index}`,
          directory,
          externalId,
          attributes: {},
          createdAt: at,
          updatedAt: at,
        });
      }
      const where = { directory: 'dir_1' };
      const ids = async (query: Parameters<typeof accounts.find>[0]) =>
        (await accounts.find(query)).map(({ document }) => document.id);
      expect(await ids({ where: { ...where, externalId: 'a' } })).toEqual(['acc_0']);
      const order = { by: 'createdAt', direction: 'ascending' } as const;
      expect(await ids({ where, order, after: { id: 'acc_0', value: NOW } })).toEqual(['acc_1']);
      await documents.close();
    });
  });
};

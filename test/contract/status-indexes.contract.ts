/** Indexes of status lists: given once, over nodes that race, and removed with their tokens. */
import { describe, expect, test } from '@jest/globals';
import { statusIndexes } from '../../src/domain/authority/status-lists/status-indexes.ts';
import { STATUS_LIST_ENTRIES, type StatusListEntry } from '../../src/domain/authority/status-lists/status-list.ts';
import { EPOCHS, type Epoch, raiseEpoch } from '../../src/domain/platform/epochs/epoch.ts';
import type { DocumentStore } from '../../src/domain/ports/document-store.ts';
import type { IssuedToken } from '../../src/domain/ports/issued-tokens.ts';

const NOW = 1_800_000_000;

const tokenOf = (number: number, issuedAt = NOW): IssuedToken => ({
  id: `tok_${number}`,
  format: 'jwt',
  key: 'key_1',
  subject: 'acc_1',
  clientId: 'agt_2',
  audience: 'https://calendar.example.com',
  scope: ['read'],
  chain: { iss: 'https://id.example.com', sub: 'agt_2', act: { iss: 'https://id.example.com', sub: 'agt_1' } } as never,
  grant: 'grt_1',
  issuedAt,
  expiresAt: issuedAt + 300,
});

export const describeStatusIndexes = (name: string, open: () => DocumentStore | Promise<DocumentStore>): void =>
  describe(`indexes of status lists on ${name}`, () => {
    test('of two nodes that draw the same numbers are given once', async () => {
      const documents = await open();
      const clock = { now: () => NOW };
      const nodes = [0, 1].map(() => {
        let drawn = 0;
        // Both draw 0, 0, 1, 1, 2, 2 …
        return statusIndexes({ documents, clock, randomIndex: () => Math.floor(drawn++ / 2) });
      });
      const tokens = Array.from({ length: 24 }, (_, number) => tokenOf(number));
      const given = await Promise.all(tokens.map((token, at) => nodes[at % 2]?.claim('rs_a', token)));
      const places = given.map((one) => `${one?.list.number}/${one?.index}`);
      expect(new Set(places).size).toBe(24);
      const entries = await documents
        .collection<StatusListEntry>(STATUS_LIST_ENTRIES)
        .find({ where: { dependsOn: 'party:agt_1' }, order: { by: 'kind', direction: 'ascending' }, limit: 100 });
      expect(new Set(entries.map(({ document }) => document.token.id)).size).toBe(24);
    });

    test('go to the next list when a list is crowded, and are other ones for another server, window or epoch', async () => {
      const documents = await open();
      const indexes = statusIndexes({ documents, clock: { now: () => NOW }, randomIndex: () => 7 });
      const first = await indexes.claim('rs_a', tokenOf(1));
      const second = await indexes.claim('rs_a', tokenOf(2));
      const other = await indexes.claim('rs_b', tokenOf(3));
      const later = await indexes.claim('rs_a', tokenOf(4, NOW + 600));
      await raiseEpoch(documents.collection<Epoch>(EPOCHS), 'all', NOW + 1);
      const after = await indexes.claim('rs_a', tokenOf(5));
      expect([first, second, other, later, after].map(({ list, index }) => [list.number, list.since, index])).toEqual([
        [0, 0, 7],
        [1, 0, 7],
        [0, 0, 7],
        [0, 0, 7],
        [0, NOW + 1, 7],
      ]);
      expect(later.list.window).toBe(first.list.window + 1);
    });

    test('are removed a minute after the expiry of their tokens, and not before', async () => {
      const documents = await open();
      const clock = { at: NOW, now: () => clock.at };
      const indexes = statusIndexes({ documents, clock });
      for (let number = 0; number < 5; number += 1) await indexes.claim('rs_a', tokenOf(number, NOW + number));
      clock.at = NOW + 360;
      expect([await indexes.countExpired(), await indexes.sweep(10)]).toEqual([0, { removed: 0, isDone: true }]);
      clock.at = NOW + 363;
      expect(await indexes.countExpired()).toBe(3);
      expect(await indexes.sweep(2)).toEqual({ removed: 2, isDone: false });
      expect(await indexes.sweep(10)).toEqual({ removed: 1, isDone: true });
      expect(await indexes.countExpired()).toBe(0);
    });
  });

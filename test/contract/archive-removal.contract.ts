/** `behalf audit archive --remove` on each store: what leaves, what a hold keeps, and what a stop between two writes leaves over. */
import { describe, expect, test } from '@jest/globals';
import { LEGAL_HOLDS, type LegalHold } from '../../src/domain/audit/archive/legal-hold.ts';
import { recordId } from '../../src/domain/audit/audit-record.ts';
import { beginningsOf, storedBeginning } from '../../src/domain/audit/beginning.ts';
import { proofText, verifyProof } from '../../src/domain/audit/transparency-log/log-proof.ts';
import { noteVerifier } from '../../src/domain/audit/transparency-log/signed-note.ts';
import type { DocumentStore } from '../../src/domain/ports/document-store.ts';
import { DAY, dyingAfter, memoryFiles, PLACE, removalWorld } from '../unit/audit/archive/removal-world.ts';

export const describeArchiveRemoval = (name: string, open: () => DocumentStore | Promise<DocumentStore>): void =>
  describe(`archived records that leave ${name}`, () => {
    const thirteenMonths = async () => {
      const world = await removalWorld(await open());
      await world.day(600);
      world.clock.advance(395 * DAY);
      await world.day(100);
      return world;
    };

    test('killed after any write, the store verifies and the next run goes on; then proofs of removed records hold', async () => {
      const world = await thirteenMonths();
      const files = memoryFiles();
      const before = await world.count();
      for (const writes of [0, 1, 2, 60]) {
        const stopped = world.archive(files, { store: dyingAfter(world.documents, writes) });
        await expect(stopped).rejects.toThrow();
        expect(await world.verify()).toMatchObject({ ok: true });
      }
      // After the swap, and before the last record: each second run removes what is left.
      expect(await storedBeginning(world.documents)).toMatchObject({ log: { size: 512, place: PLACE } });
      const { size, kept } = await world.archive(files);
      expect([size, kept]).toEqual([512, undefined]);
      expect(await world.count()).toBeLessThan(before - 500);
      expect(await world.records.get(recordId('nod_a', 2))).toBeUndefined();
      expect(await world.records.get(recordId('nod_a', 1))).toBeDefined();

      await world.catchUp();
      const verifier = noteVerifier((await world.log.head()).verifierKey);
      for (const sequence of [2, 300, 690]) {
        const proven = await world.log.inclusion('nod_a', sequence);
        if (!proven) throw new Error('no proof');
        expect(verifyProof(proofText(proven), [verifier])).toMatchObject({ ok: true, entry: { sequence } });
      }
      expect(await world.verify()).toMatchObject({ ok: true, beginning: { log: { size: 512 } } });
      expect(await world.verifyFiles(files)).toMatchObject({ bundles: 2, records: 512 });
    }, 120_000);

    test('a legal hold keeps records; one that comes while a removal plans makes it plan again', async () => {
      const world = await thirteenMonths();
      const holds = world.documents.collection<LegalHold>(LEGAL_HOLDS);
      const hold = { state: 'active', reason: 'a case', createdBy: 'acc_a', createdAt: 1, updatedAt: 1 } as const;
      await holds.insert({ ...hold, id: 'hld_b', about: 'acc_nobody' });
      await holds.insert({ ...hold, id: 'hld_a' });
      const before = await world.count();
      // Archives that are complete: one that is not would lack what another run removes.
      const archives = [memoryFiles(), memoryFiles()];
      for (const files of archives) expect((await world.archive(files)).removed).toBe(0);
      const { kept, removed } = await world.archive(memoryFiles());
      expect([kept, removed]).toMatchObject([{ by: 'hold', id: 'hld_a' }, 0]);
      expect(await world.count()).toBe(before);
      expect(await beginningsOf(world.documents).get('current')).toBeUndefined();

      const found = await holds.get('hld_a');
      expect(await holds.replace({ ...hold, id: 'hld_a', state: 'released' }, found?.version ?? 0)).toBe(true);
      // Two runs at once remove the same records once.
      const runs = await Promise.all(archives.map((files) => world.archive(files)));
      expect(runs.map(({ size }) => size)).toEqual([512, 512]);
      expect(await world.records.get(recordId('nod_a', 2))).toBeUndefined();
      await world.catchUp();
      expect(await world.verify()).toMatchObject({ ok: true });
    }, 120_000);
  });

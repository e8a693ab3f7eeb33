/** The transparency log over nodes that race, processes that end between two writes, and editors of the store. */
import { describe, expect, test } from '@jest/globals';
import { randomIdentifiers } from '../../adapters/node/identifiers.ts';
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';
import {
  AUDIT_RECORDS,
  type AuditRecord,
  linkRecord,
  prepareEvent,
  recordId,
} from '../../src/domain/audit/audit-record.ts';
import {
  type BundleDocument,
  LOG_BUNDLES,
  LOG_TILES,
  type LogDocument,
  type TileDocument,
  TRANSPARENCY_LOGS,
} from '../../src/domain/audit/transparency-log/log-documents.ts';
import { entryText, parseEntry } from '../../src/domain/audit/transparency-log/log-entry.ts';
import type { TrustedCheckpoints } from '../../src/domain/audit/transparency-log/log-guard.ts';
import { endLog, recordOpened } from '../../src/domain/audit/transparency-log/log-life.ts';
import { proofText, verifyProof } from '../../src/domain/audit/transparency-log/log-proof.ts';
import {
  isConsistent,
  leafHash,
  rootOfPeaks,
  type TreeHash,
  withLeaf,
} from '../../src/domain/audit/transparency-log/merkle-tree.ts';
import { noteVerifier, openCheckpoint } from '../../src/domain/audit/transparency-log/signed-note.ts';
import { transparencyLog } from '../../src/domain/audit/transparency-log/transparency-log.ts';
import { verifyLog } from '../../src/domain/audit/transparency-log/verify-log.ts';
import { masterKey } from '../../src/domain/platform/crypto/master-key.ts';
import { type DocumentStore, StoreUnavailable, update } from '../../src/domain/ports/document-store.ts';

const NOW = 1_800_000_000;
const KEY = masterKey(Buffer.alloc(32, 7));

/** Checkpoints that a node keeps outside the database. */
const keeping = () => {
  const notes = new Map<string, string>();
  return {
    notes,
    read: (origin: string) => notes.get(origin),
    keep: (origin: string, note: string) => void notes.set(origin, note),
  };
};

const nodeOn = (documents: DocumentStore, kept: TrustedCheckpoints = keeping()) =>
  transparencyLog({
    documents,
    clock: { now: () => NOW },
    identifiers: randomIdentifiers,
    masterKey: KEY,
    issuer: 'https://id.example.com/base',
    kept,
    refused: () => undefined,
    pause: async () => undefined,
  });

type Node = ReturnType<typeof nodeOn>;

/** Records of streams, in a store. */
const recordsOn = (documents: DocumentStore) => {
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  const heads = new Map<string, AuditRecord>();
  return {
    records,
    async write(stream: string, count: number): Promise<void> {
      const made: AuditRecord[] = [];
      for (let at = 0; at < count; at += 1) {
        const prepared = prepareEvent({ type: 'agent.created', outcome: 'done', caller: `c${at}` }, NOW * 1000);
        const record = linkRecord(stream, heads.get(stream), prepared, 'w');
        heads.set(stream, record);
        made.push(record);
      }
      for (let at = 0; at < made.length; at += 500) await records.insertMany(made.slice(at, at + 500));
    },
    heads,
  };
};

/** All entries of the log, read from bundles as a client reads them. */
const entriesOf = async (node: Node): Promise<readonly string[]> => {
  const { size } = await node.head();
  const entries: string[] = [];
  for (let index = 0; entries.length < size; index += 1) {
    const left = size - entries.length;
    const bytes = (await node.bundle(index, left < 256 ? left : undefined)) as Buffer;
    for (let at = 0; at < bytes.length; ) {
      const length = bytes.readUInt16BE(at);
      entries.push(bytes.subarray(at + 2, at + 2 + length).toString());
      at += 2 + length;
    }
  }
  return entries;
};

/** The root of the tree of each size. */
const rootsOf = (entries: readonly string[]): readonly TreeHash[] => {
  let peaks: readonly TreeHash[] = [];
  const roots = [rootOfPeaks(peaks)];
  for (const [size, entry] of entries.entries()) {
    peaks = withLeaf(peaks, size, leafHash(entry));
    roots.push(rootOfPeaks(peaks));
  }
  return roots;
};

const appendAll = async (node: Node): Promise<void> => {
  while ((await node.append()) > 0);
};

export const describeTransparencyLog = (name: string, open: () => DocumentStore | Promise<DocumentStore>): void =>
  describe(`the transparency log on ${name}`, () => {
    const verified = (documents: DocumentStore, kept?: string) =>
      verifyLog({ documents, records: documents.collection<AuditRecord>(AUDIT_RECORDS), masterKey: KEY, kept });

    test('of several nodes has each record once, in the order of its stream, and only grows', async () => {
      const documents = await open();
      const nodes = Array.from({ length: 4 }, () => nodeOn(documents));
      await Promise.all(nodes.map((node) => node.open()));
      const { write } = recordsOn(documents);
      const [first] = nodes as [Node];
      const { verifierKey, origin } = await first.head();
      expect(origin).toMatch(/^id\.example\.com\/base\/log\/log_[a-z2-7]{26}$/);
      const verifier = noteVerifier(verifierKey);
      const checkpoints: string[] = [];
      for (let round = 0; round < 6; round += 1) {
        await Promise.all([
          ...['nod_a', 'nod_b', 'nod_c'].map((stream, at) => write(stream, 40 + 10 * at)),
          ...nodes.map((node) => node.append()),
          ...nodes.map((node) => node.poll()),
        ]);
        checkpoints.push((await first.head()).checkpoint);
      }
      await appendAll(first);
      checkpoints.push((await first.head()).checkpoint);

      const entries = await entriesOf(first);
      const read = entries.map((text) => parseEntry(text));
      for (const [stream, count] of [
        ['nod_a', 240],
        ['nod_b', 300],
        ['nod_c', 360],
      ] as const) {
        const sequences = read.filter((one) => one?.stream === stream).map((one) => one?.sequence);
        expect(sequences).toEqual(Array.from({ length: count }, (_, at) => at + 1));
      }
      expect(entries).toHaveLength(900);
      const roots = rootsOf(entries);
      for (const note of checkpoints) {
        const { size = -1, root } = openCheckpoint(note, verifier) ?? {};
        expect(root).toEqual(roots[size]);
        const proof = await first.consistency(size, 900);
        const isKept = isConsistent(
          { size, root: root as Buffer },
          { size: 900, root: roots[900] as Buffer },
          proof ?? [],
        );
        expect(isKept).toBe(true);
      }
      expect(await verified(documents, checkpoints[1])).toEqual({ entries: 900, verifierKey, warnings: [] });
    }, 60_000);

    test('proves each entry; a record that is not logged has no proof', async () => {
      const documents = await open();
      const node = nodeOn(documents);
      await node.open();
      const { write, heads } = recordsOn(documents);
      await write('nod_a', 300);
      await write('nod_b', 250);
      await appendAll(node);
      const verifier = noteVerifier((await node.head()).verifierKey);
      for (const [stream, sequence] of [
        ['nod_a', 1],
        ['nod_a', 255],
        ['nod_a', 300],
        ['nod_b', 1],
        ['nod_b', 249],
        ['nod_b', 250],
      ] as const) {
        const proven = await node.inclusion(stream, sequence);
        if (!proven) throw new Error('no proof');
        const text = proofText(proven);
        expect(text.length).toBeLessThan(3072);
        expect(verifyProof(text, [verifier])).toMatchObject({ ok: true, entry: { stream, sequence } });
      }
      expect((await node.inclusion('nod_b', 250))?.entry.hash).toBe(heads.get('nod_b')?.hash);
      await write('nod_b', 1);
      for (const [stream, sequence] of [
        ['nod_b', 251],
        ['nod_b', 10_000],
        ['nod_x', 1],
      ] as const) {
        expect(await node.inclusion(stream, sequence)).toBeUndefined();
      }
    });

    test('has the tiles of its size and none beyond (C2SP tlog-tiles)', async () => {
      const documents = await open();
      const node = nodeOn(documents);
      await node.open();
      const { write } = recordsOn(documents);
      await write('nod_a', 600);
      await appendAll(node);
      const entries = await entriesOf(node);
      const leaves = entries.map((entry) => leafHash(entry));
      expect(await node.tile(0, 0)).toEqual(Buffer.concat(leaves.slice(0, 256)));
      expect(await node.tile(0, 1, 100)).toEqual(Buffer.concat(leaves.slice(256, 356)));
      expect(await node.tile(0, 2, 88)).toEqual(Buffer.concat(leaves.slice(512)));
      const halves = [0, 256].map((at) => rootsOf(entries.slice(at, at + 256))[256] as Buffer);
      expect(await node.tile(1, 0, 2)).toEqual(Buffer.concat(halves));
      expect(await node.tile(1, 0, 1)).toEqual(halves[0]);
      for (const [level, index, width] of [
        [0, 2, 89],
        [0, 2, undefined],
        [0, 3, 1],
        [1, 0, 3],
        [1, 0, undefined],
        [1, 1, 1],
        [2, 0, 1],
        [63, 0, 1],
        [0, 999_999_999_999_999, 1],
        [0, 0, 0],
      ] as const) {
        expect([level, index, width, await node.tile(level, index, width)]).toEqual([level, index, width, undefined]);
      }
      expect(await node.bundle(2)).toBeUndefined();
      expect(await node.bundle(3, 1)).toBeUndefined();
    });

    // In one of these orders the last stream begins after the 256 entries of the first bundle.
    test.each([
      [60, 10],
      [10, 60],
    ])('verifies when streams begin about the end of a bundle, with %d and %d records', async (some, others) => {
      const documents = await open();
      const node = nodeOn(documents);
      await node.open();
      const { write } = recordsOn(documents);
      await write('nod_a', 200);
      await appendAll(node);
      await write('nod_b', some);
      await write('nod_c', others);
      await appendAll(node);
      expect(await verified(documents)).toMatchObject({ entries: 270 });
    });

    test('writes nothing when nothing was recorded', async () => {
      const documents = await open();
      const node = nodeOn(documents);
      await node.open();
      const { write } = recordsOn(documents);
      await write('nod_a', 256);
      await appendAll(node);
      await node.append();
      const logs = documents.collection<LogDocument>(TRANSPARENCY_LOGS);
      const before = await logs.find({});
      await node.append();
      await node.poll();
      await node.open();
      expect(await logs.find({})).toEqual(before);
    });

    test('continues after an end of the process between any two writes, with one order', async () => {
      const documents = await open();
      const { write } = recordsOn(documents);
      await nodeOn(documents).open();
      /** The store of a process that ends before its write number `last`. */
      const ending = (last: number): DocumentStore => {
        let writes = 0;
        const step = (): void => {
          writes += 1;
          if (writes >= last) throw new StoreUnavailable('the process has ended');
        };
        return {
          ...documents,
          collection: (declaration) => {
            const collection = documents.collection(declaration);
            return {
              ...collection,
              insert: async (document: never) => {
                step();
                return collection.insert(document);
              },
              replace: async (document: never, expected: number) => {
                step();
                return collection.replace(document, expected);
              },
            } as never;
          },
        };
      };
      for (let last = 1; last <= 12; last += 1) {
        await write('nod_a', 200);
        await write('nod_b', 100);
        const dying = nodeOn(ending(last));
        await appendAll(dying).catch((error: unknown) => expect(error).toBeInstanceOf(StoreUnavailable));
      }
      const node = nodeOn(documents);
      await appendAll(node);
      await node.append();
      expect(await entriesOf(node)).toHaveLength(3600);
      expect(await verified(documents)).toMatchObject({ entries: 3600 });
      expect(await documents.collection<BundleDocument>(LOG_BUNDLES).find({ limit: 100 })).toHaveLength(14);
    }, 60_000);

    test('finds and names what an editor of the store changed', async () => {
      const documents = await open();
      const node = nodeOn(documents);
      await node.open();
      const { write, records } = recordsOn(documents);
      await write('nod_a', 600);
      await appendAll(node);
      await node.append();
      const kept = (await node.head()).checkpoint;
      expect(await verified(documents, kept)).toMatchObject({ entries: 600 });
      const logs = documents.collection<LogDocument>(TRANSPARENCY_LOGS);
      const log = (await logs.find({}))[0]?.document as LogDocument;
      const bundles = documents.collection<BundleDocument>(LOG_BUNDLES);
      const tiles = documents.collection<TileDocument>(LOG_TILES);
      const fault = async (checkpoint = kept): Promise<unknown> =>
        verified(documents, checkpoint).catch((error: unknown) => error);
      const other = 'x'.repeat(43);
      /** Runs the check with a changed document, and puts it back. */
      const changed = async <T extends { readonly id: string }>(
        collection: ReturnType<typeof documents.collection<T>>,
        id: string,
        change: (document: T) => T,
      ): Promise<unknown> => {
        let original: T | undefined;
        await update(collection, id, (document) => {
          original = document;
          return change(document);
        });
        const found = await fault();
        await update(collection, id, () => original);
        return found;
      };
      const names = (text: string) => expect.objectContaining({ fault: expect.stringContaining(text) });
      const record = 'nod_a:0000000000000012';
      expect(await changed(records, record, (one) => ({ ...one, hash: other }))).toEqual(
        names('record 12 of stream nod_a, which entry 11 of the transparency log names, was replaced'),
      );
      const runs = (first: number, count: number) => [
        { stream: 'nod_a', first, hashes: Array.from({ length: count }, () => other) },
      ];
      expect(await changed(bundles, `${log.id}:0000000000000000`, (one) => ({ ...one, runs: runs(1, 256) }))).toEqual(
        names('record 1 of stream nod_a'),
      );
      expect(
        await changed(tiles, `${log.id}:1:0000000000000000`, (one) => ({ ...one, hashes: one.hashes.toReversed() })),
      ).toEqual(names('was changed: its hash 0'));
      expect(
        await changed(logs, log.id, (one) => ({ ...one, checkpoint: one.checkpoint.replace('\n600\n', '\n601\n') })),
      ).toEqual(names('checkpoint of the transparency log does not verify'));
      const { verifierKey } = await nodeOn(documents).head();
      expect(verifierKey).toBe(log.verifierKey);
      expect(
        await changed(logs, log.id, (one) => ({ ...one, verifierKey: one.verifierKey.replace('log_', 'lag_') })),
      ).toEqual(names('does not verify'));
      expect(await changed(logs, log.id, (one) => ({ ...one, peaks: one.peaks.toReversed() }))).toEqual(
        names('its peaks are others than those of its entries'),
      );
      const beyond = [{ stream: 'nod_a', sequence: 601 }];
      expect(await changed(logs, log.id, (one) => ({ ...one, cursors: beyond }))).toEqual(
        names('its cursors are others than those of its entries'),
      );
      expect(await changed(bundles, `${log.id}:0000000000000001`, (one) => ({ ...one, cursors: beyond }))).toEqual(
        names('the cursors of bundle 1 are others'),
      );
      expect(await fault(kept.replace('\n600\n', '\n599\n'))).toEqual(names('is not one of the transparency log'));

      // The store goes back to a state with fewer records and a shorter log.
      await records.take('nod_a:0000000000000600');
      expect(await fault()).toEqual(
        names('record 600 of stream nod_a, which entry 599 of the transparency log names, is missing'),
      );
      const [one] = log.tail;
      await update(logs, log.id, (now) => ({
        ...now,
        size: 599,
        tail: one ? [{ ...one, hashes: one.hashes.slice(0, -1) }] : [],
      }));
      expect(await fault()).toEqual(names('has 599 entries, but the kept checkpoint signs 600'));
    }, 60_000);

    test('signs on from no state that an editor of the store wrote, and shows none', async () => {
      const documents = await open();
      const node = nodeOn(documents);
      await node.open();
      const { write } = recordsOn(documents);
      await write('nod_a', 300);
      expect(await node.append()).toBe(300);
      await write('nod_a', 1);
      const logs = documents.collection<LogDocument>(TRANSPARENCY_LOGS);
      const log = (await logs.find({}))[0]?.document as LogDocument;
      const [run] = log.tail;
      const hashes = run?.hashes.toSpliced(3, 1, 'x'.repeat(43)) ?? [];
      const row = log.peaks.map((one) => Buffer.from(one, 'base64'));
      const wrong: readonly Partial<LogDocument>[] = [
        { peaks: log.peaks.toReversed() },
        { peaks: [rootOfPeaks(row).toString('base64')] },
        { size: 299 },
        { origin: log.origin.replace('log_', 'lag_') },
        { checkpoint: log.checkpoint.replace('\n300\n', '\n299\n') },
        { tail: [{ stream: 'nod_a', first: 1, hashes }] },
      ];
      for (const change of wrong) {
        await update(logs, log.id, (now) => ({ ...now, ...change }));
        const [changed] = await logs.find({});
        for (const one of [node, nodeOn(documents)]) {
          await expect(one.append()).rejects.toMatchObject({ code: 'unavailable', reason: 'log_not_trusted' });
          if (change.tail) continue;
          await expect(one.head()).rejects.toMatchObject({ reason: 'log_not_trusted' });
          await expect(one.inclusion('nod_a', 3)).rejects.toMatchObject({ reason: 'log_not_trusted' });
          await expect(one.consistency(1, 300)).rejects.toMatchObject({ reason: 'log_not_trusted' });
        }
        expect(await logs.find({})).toEqual([changed]);
        await update(logs, log.id, () => log);
      }
      await appendAll(node);
      expect(await verified(documents)).toMatchObject({ entries: 301 });
    });

    test('continues no log that is older than a checkpoint kept outside the store, or another', async () => {
      const documents = await open();
      const kept = keeping();
      await nodeOn(documents, kept).open();
      const { write } = recordsOn(documents);
      await write('nod_a', 3);
      await appendAll(nodeOn(documents, kept));
      const logs = documents.collection<LogDocument>(TRANSPARENCY_LOGS);
      const older = (await logs.find({}))[0]?.document as LogDocument;
      await write('nod_a', 2);
      await appendAll(nodeOn(documents, kept));
      const newer = (await logs.find({}))[0]?.document as LogDocument;
      await nodeOn(documents, kept).head();
      expect([...kept.notes]).toEqual([[newer.origin, newer.checkpoint]]);
      await update(logs, newer.id, () => older);
      await expect(nodeOn(documents, kept).append()).rejects.toMatchObject({ reason: 'log_not_trusted' });
      // A node that keeps nothing continues the older one: what it signs then is inconsistent with the kept checkpoint.
      const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
      for (const sequence of [4, 5]) await records.take(recordId('nod_a', sequence));
      await write('nod_b', 4);
      await appendAll(nodeOn(documents));
      await expect(nodeOn(documents, kept).append()).rejects.toMatchObject({ reason: 'log_not_trusted' });
      kept.notes.set(newer.origin, newer.checkpoint.replace('\n5\n', '\n1\n'));
      await expect(nodeOn(documents, kept).head()).rejects.toMatchObject({ reason: 'log_not_trusted' });
    });

    test('ends when a store is put back, and another one begins over all records', async () => {
      const documents = await open();
      const node = nodeOn(documents);
      await Promise.all([node.open(), nodeOn(documents).open()]);
      const { write } = recordsOn(documents);
      await write('nod_a', 3);
      await appendAll(node);
      const before = await node.head();
      const events: AuditEvent[] = [];
      const audit = {
        append: async (event: AuditEvent) => {
          events.push(event);
          return { stream: 'nod_a', sequence: 1, hash: '' };
        },
      };
      await recordOpened(documents, audit);
      expect(await endLog(documents, audit, NOW)).toBe(true);
      expect(await endLog(documents, audit, NOW)).toBe(false);
      const target = { kind: 'transparency log', id: before.id };
      expect(events).toEqual([
        expect.objectContaining({
          type: 'transparency_log.opened',
          target,
          inputs: expect.objectContaining({ origin: before.origin }),
        }),
        expect.objectContaining({ type: 'transparency_log.ended', target, inputs: { origin: before.origin, size: 3 } }),
      ]);
      await expect(node.append()).rejects.toBeInstanceOf(StoreUnavailable);
      const next = nodeOn(documents);
      await next.open();
      await appendAll(next);
      const after = await next.head();
      expect([before.size, after.size]).toEqual([3, 3]);
      expect(after.origin).not.toBe(before.origin);
      expect(openCheckpoint(after.checkpoint, noteVerifier(before.verifierKey))).toBeUndefined();
      expect(entryText({ stream: 'a', sequence: 1, hash: 'b' })).toBe('{"hash":"b","sequence":1,"stream":"a"}');
    });
  });

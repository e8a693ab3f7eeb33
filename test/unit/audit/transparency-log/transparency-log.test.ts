/** The transparency log in memory: many entries, a long backlog, processes that share the work, and other master keys. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../../adapters/memory/document-store.ts';
import { randomIdentifiers } from '../../../../adapters/node/identifiers.ts';
import { AUDIT_RECORDS, type AuditRecord, recordId } from '../../../../src/domain/audit/audit-record.ts';
import { proofText, verifyProof } from '../../../../src/domain/audit/transparency-log/log-proof.ts';
import { isConsistent } from '../../../../src/domain/audit/transparency-log/merkle-tree.ts';
import { noteVerifier, openCheckpoint } from '../../../../src/domain/audit/transparency-log/signed-note.ts';
import { transparencyLog } from '../../../../src/domain/audit/transparency-log/transparency-log.ts';
import { masterKey } from '../../../../src/domain/platform/crypto/master-key.ts';
import type { DocumentStore, Query } from '../../../../src/domain/ports/document-store.ts';

const kept = { read: () => undefined, keep: () => undefined };

const SECRETS = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)] as const;

const nodeOn = (documents: DocumentStore, secret: Buffer = SECRETS[0], other?: Buffer) =>
  transparencyLog({
    documents,
    clock: { now: () => 1_800_000_000 },
    identifiers: randomIdentifiers,
    masterKey: masterKey(secret, other),
    issuer: 'https://id.example.com',
    kept,
    refused: () => undefined,
    pause: async () => undefined,
  });

const recordOf = (stream: string, sequence: number) => ({
  id: recordId(stream, sequence),
  ...{ stream, sequence, hash: String(sequence).padStart(43, 'h') },
  ...(sequence === 1 ? { opens: true } : {}),
});

/** Writes records of a stream; the log reads only where they stand and their digests. */
const write = async (documents: DocumentStore, stream: string, first: number, count: number): Promise<void> => {
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  const made = Array.from({ length: count }, (_, at) => recordOf(stream, first + at));
  await records.insertMany(made as unknown as readonly AuditRecord[]);
};

/** A store that has so many records of each stream, without storing them. */
const holding = (counts: Readonly<Record<string, number>>): DocumentStore => {
  const documents = memoryDocumentStore();
  const versioned = (stream: string, sequence: number) => ({ document: recordOf(stream, sequence), version: 1 });
  const records = {
    async find({ where, range, limit = 100 }: Query) {
      if (where?.['opens']) return Object.keys(counts).map((stream) => versioned(stream, 1));
      const stream = String(where?.['stream']);
      const first = range?.gte ?? 1;
      const count = Math.max(0, Math.min(limit, (counts[stream] ?? 0) - first + 1));
      return Array.from({ length: count }, (_, at) => versioned(stream, first + at));
    },
    getMany: async (ids: readonly string[]) =>
      ids.flatMap((id) => {
        const [stream = '', digits] = id.split(':');
        return Number(digits) <= (counts[stream] ?? 0) ? [versioned(stream, Number(digits))] : [];
      }),
  };
  return {
    ...documents,
    collection: (declaration) =>
      declaration.name === AUDIT_RECORDS.name ? (records as never) : documents.collection(declaration),
  };
};

describe('with more entries than a tile of level 1 has', () => {
  const COUNT = 65_536 + 300;
  const node = nodeOn(holding({ nod_a: COUNT - 1000, nod_b: 1000 }));
  const kept: string[] = [];

  beforeAll(async () => {
    await node.open();
    for (let calls = 0; (await node.head()).size < COUNT && calls < 10; calls += 1) {
      await node.poll();
      kept.push((await node.head()).checkpoint);
    }
  }, 60_000);

  test('a backlog is appended in calls of at most 20,000 entries', async () => {
    const verifier = noteVerifier((await node.head()).verifierKey);
    expect(kept.map((note) => openCheckpoint(note, verifier)?.size)).toEqual([20_000, 40_000, 60_000, COUNT]);
  });

  test('there is a full tile of level 1 and a partial one of level 2', async () => {
    expect(await node.tile(1, 0)).toHaveLength(8192);
    expect(await node.tile(1, 1, 1)).toHaveLength(32);
    expect(await node.tile(2, 0, 1)).toHaveLength(32);
    for (const [level, index, width] of [
      [1, 1, 2],
      [2, 0, 2],
      [3, 0, 1],
    ] as const) {
      expect(await node.tile(level, index, width)).toBeUndefined();
    }
  });

  test('proofs verify over all of it, and any checkpoint is consistent with a later one', async () => {
    const verifier = noteVerifier((await node.head()).verifierKey);
    for (const [stream, sequence] of [
      ['nod_a', 1],
      ['nod_a', 40_000],
      ['nod_a', COUNT - 1000],
      ['nod_b', 1],
      ['nod_b', 1000],
    ] as const) {
      const proven = await node.inclusion(stream, sequence);
      if (!proven) throw new Error(`no proof of ${stream} ${sequence}`);
      expect(verifyProof(proofText(proven), [verifier])).toMatchObject({ ok: true, entry: { stream, sequence } });
    }
    const trees = kept.map((note) => openCheckpoint(note, verifier) as NonNullable<ReturnType<typeof openCheckpoint>>);
    const last = trees.at(-1);
    if (!last) throw new Error('no checkpoint');
    for (const tree of trees) {
      expect(isConsistent(tree, last, (await node.consistency(tree.size, last.size)) ?? [])).toBe(true);
    }
  });
});

test('a stream with a long backlog delays no other stream', async () => {
  const documents = memoryDocumentStore();
  const node = nodeOn(documents);
  await node.open();
  await write(documents, 'nod_a', 1, 5000);
  await write(documents, 'nod_b', 1, 10);
  await node.append();
  expect(await node.inclusion('nod_b', 10)).toBeDefined();
  expect(await node.inclusion('nod_a', 5000)).toBeUndefined();
});

test('a record behind a gap waits until the gap is filled', async () => {
  const documents = memoryDocumentStore();
  const node = nodeOn(documents);
  await node.open();
  await write(documents, 'nod_a', 1, 2);
  await write(documents, 'nod_a', 4, 2);
  expect(await node.append()).toBe(2);
  expect(await node.append()).toBe(0);
  expect([await node.isBehindGap('nod_a', 4), await node.isBehindGap('nod_a', 2)]).toEqual([true, false]);
  await write(documents, 'nod_a', 3, 1);
  expect(await node.isBehindGap('nod_a', 4)).toBe(false);
  expect(await node.append()).toBe(3);
});

test('a process leaves the work to one that has appended since its last look, and takes it over when that one stops', async () => {
  const documents = memoryDocumentStore();
  const [one, other] = [nodeOn(documents), nodeOn(documents)];
  await one.open();
  await write(documents, 'nod_a', 1, 1);
  await one.poll();
  await other.poll();
  await write(documents, 'nod_a', 2, 1);
  await one.poll();
  await write(documents, 'nod_a', 3, 1);
  await other.poll();
  expect((await one.head()).size).toBe(2);
  await other.poll();
  expect((await one.head()).size).toBe(3);
});

test('the key is sealed, and sealed anew when the master key changes (invariant 8)', async () => {
  const documents = memoryDocumentStore();
  const first = nodeOn(documents);
  await first.open();
  const { verifierKey } = await first.head();
  await write(documents, 'nod_a', 1, 1);
  await nodeOn(documents, SECRETS[1], SECRETS[0]).open();
  const next = nodeOn(documents, SECRETS[1]);
  await next.append();
  expect(await next.head()).toMatchObject({ size: 1, verifierKey });
  await write(documents, 'nod_a', 2, 1);
  await expect(nodeOn(documents).append()).rejects.toThrow();
});

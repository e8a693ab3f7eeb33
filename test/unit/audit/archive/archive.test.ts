/** An archive of the audit log: written, interrupted, continued, and altered in each of its files. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../../adapters/memory/document-store.ts';
import { archiveFolder } from '../../../../adapters/node/archive-folder.ts';
import { randomIdentifiers } from '../../../../adapters/node/identifiers.ts';
import { bundleFile, HEAD, recordsFile, tileFile } from '../../../../src/domain/audit/archive/archive-files.ts';
import { verifyArchive } from '../../../../src/domain/audit/archive/verify-archive.ts';
import { writeArchive } from '../../../../src/domain/audit/archive/write-archive.ts';
import {
  AUDIT_RECORDS,
  type AuditRecord,
  linkRecord,
  prepareEvent,
} from '../../../../src/domain/audit/audit-record.ts';
import {
  type BundleDocument,
  LOG_BUNDLES,
  LOG_TILES,
  type LogDocument,
  type TileDocument,
  TRANSPARENCY_LOGS,
} from '../../../../src/domain/audit/transparency-log/log-documents.ts';
import { proofText, verifyProof } from '../../../../src/domain/audit/transparency-log/log-proof.ts';
import { logTree } from '../../../../src/domain/audit/transparency-log/log-tree.ts';
import { isConsistent } from '../../../../src/domain/audit/transparency-log/merkle-tree.ts';
import { noteVerifier, openCheckpoint } from '../../../../src/domain/audit/transparency-log/signed-note.ts';
import { transparencyLog } from '../../../../src/domain/audit/transparency-log/transparency-log.ts';
import { masterKey } from '../../../../src/domain/platform/crypto/master-key.ts';
import type { ArchiveFiles } from '../../../../src/domain/ports/archive-files.ts';

const MONTH = 30 * 86_400_000;
const START = 1_800_000_000_000;
const documents = memoryDocumentStore();
const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
let now = START;
const node = transparencyLog({
  documents,
  clock: { now: () => Math.floor(now / 1000) },
  identifiers: randomIdentifiers,
  masterKey: masterKey(Buffer.alloc(32, 1), undefined),
  issuer: 'https://id.example.com',
  kept: { read: () => undefined, keep: () => undefined },
  refused: () => undefined,
  pause: async () => undefined,
});
let head: AuditRecord | undefined;
let early = '';

/** Records of `count` events at the present moment. */
const record = async (count: number): Promise<void> => {
  const made = Array.from({ length: count }, (_, at) => {
    const event = {
      type: 'audit.read',
      outcome: 'done',
      caller: `acc_${at}`,
      personal: { source: '192.0.2.1' },
    } as const;
    head = linkRecord('nod_a', head, prepareEvent(event, now), 'writer');
    return head;
  });
  await records.insertMany(made);
  while ((await node.append()) > 0);
};

beforeAll(async () => {
  await node.open();
  await record(600);
  early = (await node.head()).checkpoint;
  now += 13 * MONTH;
  await record(600);
});

const memoryFiles = (): ArchiveFiles & { readonly all: Map<string, Buffer> } => {
  const all = new Map<string, Buffer>();
  return { all, read: async (name) => all.get(name), write: async (name, bytes) => void all.set(name, bytes) };
};
const write = async (files: ArchiveFiles, { before = START + MONTH, personal = false } = {}) => {
  const log = (await documents.collection<LogDocument>(TRANSPARENCY_LOGS).find({ limit: 1 }))[0]?.document;
  if (!log) throw new Error('no log');
  const tiles = documents.collection<TileDocument>(LOG_TILES);
  return writeArchive({
    ...{ files, log, personal, records, beforeMillis: before, onProgress: () => undefined },
    checkpoint: { note: log.checkpoint, size: log.size },
    tree: logTree({ bundles: documents.collection<BundleDocument>(LOG_BUNDLES), tiles }, log),
    verifier: noteVerifier(log.verifierKey),
  });
};
const verifierNow = async () => noteVerifier((await node.head()).verifierKey);
const verify = async (files: Pick<ArchiveFiles, 'read'>) => verifyArchive(files, { verifiers: [await verifierNow()] });

test('has each bundle that is wholly from before, in the tree that the checkpoint signs', async () => {
  const files = memoryFiles();
  const { added, verdict } = await write(files);
  // The third bundle has 88 records of a later month.
  expect([added, verdict?.bundles, verdict?.records, verdict?.checkpoint.size]).toEqual([2, 2, 512, 1200]);
  expect([...files.all.keys()].sort()).toEqual(
    [HEAD, ...[0, 1].flatMap((at) => [bundleFile(at), tileFile(0, at), recordsFile(at)])].sort(),
  );
  expect([bundleFile(1), tileFile(0, 1)]).toEqual(['tile/entries/001', 'tile/0/001']);
  expect(bundleFile(1_234_067)).toBe('tile/entries/x001/x234/067');
  expect(await verify(files)).toMatchObject({ bundles: 2, records: 512 });
});

test('is continued by the next run, which adds nothing twice', async () => {
  const files = memoryFiles();
  await write(files);
  const first = new Map(files.all);
  expect((await write(files)).added).toBe(0);
  expect(await write(files, { before: START + 14 * MONTH })).toMatchObject({ added: 2, verdict: { bundles: 4 } });
  for (const [name, bytes] of first) if (name !== HEAD) expect(files.all.get(name)).toBe(bytes);
  expect(await verify(files)).toMatchObject({ records: 1024 });
});

test('of nothing is nothing', async () => {
  const files = memoryFiles();
  expect(await write(files, { before: START })).toEqual({ added: 0, verdict: undefined });
  expect(files.all.size).toBe(0);
});

test('has personal values only when asked for, and checks them against their commitments', async () => {
  const [without, withValues] = [memoryFiles(), memoryFiles()];
  await write(without);
  await write(withValues, { personal: true });
  expect(String(without.all.get(recordsFile(0)))).not.toContain('192.0.2.1');
  const text = String(withValues.all.get(recordsFile(0)));
  expect(text).toContain('192.0.2.1');
  withValues.all.set(recordsFile(0), Buffer.from(text.replace('192.0.2.1', '192.0.2.2')));
  await expect(verify(withValues)).rejects.toMatchObject({ finding: 'archive_altered' });
});

test('that was interrupted at any write verifies as far as its head says, and the next run completes it', async () => {
  const whole = memoryFiles();
  await write(whole);
  for (let most = 0; most < whole.all.size; most += 1) {
    const files = memoryFiles();
    let writes = 0;
    const failing: ArchiveFiles = {
      read: files.read,
      async write(name, bytes) {
        if (writes === most) throw new Error('the volume is full');
        writes += 1;
        await files.write(name, bytes);
      },
    };
    await expect(write(failing)).rejects.toThrow('the volume is full');
    expect(files.all.has(HEAD)).toBe(false);
    expect(await write(files)).toMatchObject({ added: 2 });
    expect(files.all).toEqual(whole.all);
  }
});

describe('archive altered', () => {
  test('a byte of any file: found, and the file is named', async () => {
    const files = memoryFiles();
    await write(files);
    for (const [name, bytes] of [...files.all]) {
      for (const place of [0, Math.floor(bytes.length / 2), bytes.length - 1]) {
        const changed = Buffer.from(bytes);
        changed[place] = Number(changed[place]) ^ 1;
        const verdict = verify({ read: async (asked) => (asked === name ? changed : files.all.get(asked)) });
        if (name === HEAD) await expect(verdict).rejects.toMatchObject({ fault: expect.stringContaining(HEAD) });
        else
          await expect(verdict).rejects.toMatchObject({
            finding: 'archive_altered',
            fault: expect.stringContaining(name),
          });
      }
    }
  });

  test('a file that is missing: named', async () => {
    const files = memoryFiles();
    await write(files);
    for (const name of files.all.keys()) {
      const read = async (asked: string) => (asked === name ? undefined : files.all.get(asked));
      await expect(verify({ read })).rejects.toMatchObject({
        finding: 'archive_incomplete',
        fault: `${name} of the archive is missing`,
      });
    }
  });

  test('two bundles swapped with all that belongs to them: not in the tree', async () => {
    const files = memoryFiles();
    await write(files);
    const swapped = async (asked: string) =>
      files.all.get(asked.includes('000') ? asked.replace('000', '001') : asked.replace('001', '000'));
    await expect(verify({ read: swapped })).rejects.toMatchObject({ finding: 'archive_altered' });
  });

  test('shortened, with a proof of the longer one: not in the tree', async () => {
    const files = memoryFiles();
    await write(files);
    const shorter = String(files.all.get(HEAD)).replace('"bundles": 2', '"bundles": 1');
    files.all.set(HEAD, Buffer.from(shorter));
    await expect(verify(files)).rejects.toMatchObject({ finding: 'archive_altered' });
  });

  test('of another key, or another log', async () => {
    const files = memoryFiles();
    await write(files);
    const [name] = (await node.head()).verifierKey.split('+');
    const other = `${name}+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k`;
    expect(() => noteVerifier(other)).toThrow();
    const stranger = noteVerifier('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k');
    await expect(verifyArchive(files, { verifiers: [stranger] })).rejects.toMatchObject({
      finding: 'signature_invalid',
    });
    files.all.set(HEAD, Buffer.from(String(files.all.get(HEAD)).replace(/"origin": "[^"]*"/, '"origin": "other"')));
    await expect(write(files)).rejects.toMatchObject({
      finding: 'archive_altered',
      fault: expect.stringContaining('another log'),
    });
  });

  test('before the next run: the run adds nothing, and names the file', async () => {
    const files = memoryFiles();
    await write(files);
    files.all.set(recordsFile(1), Buffer.from('x\n'));
    const before = files.all.get(HEAD);
    await expect(write(files, { before: START + 14 * MONTH })).rejects.toMatchObject({
      fault: expect.stringContaining(recordsFile(1)),
    });
    expect(files.all.get(HEAD)).toBe(before);
  });
});

test('a record that was edited in the store is not archived', async () => {
  const found = await records.get('nod_a:0000000000000300');
  if (!found) throw new Error('no record');
  const edited = { ...found.document, event: { ...found.document.event, caller: 'acc_other' } };
  await records.replace(edited, found.version);
  try {
    const files = memoryFiles();
    await expect(write(files)).rejects.toMatchObject({ fault: expect.stringContaining('record 300 of stream nod_a') });
    expect(files.all.has(HEAD)).toBe(false);
  } finally {
    const again = await records.get(found.document.id);
    await records.replace(found.document, again?.version ?? 0);
  }
});

test('thirteen months later each earlier proof verifies, and the first checkpoint is consistent with the last', async () => {
  const verifier = await verifierNow();
  for (const sequence of [1, 300, 600, 601, 1200]) {
    const proven = await node.inclusion('nod_a', sequence);
    if (!proven) throw new Error('no proof');
    expect(verifyProof(proofText(proven), [verifier])).toMatchObject({ ok: true, entry: { sequence } });
  }
  const [first, last] = [openCheckpoint(early, verifier), openCheckpoint((await node.head()).checkpoint, verifier)];
  if (!first || !last) throw new Error('no checkpoint');
  expect(isConsistent(first, last, (await node.consistency(first.size, last.size)) ?? [])).toBe(true);
});

test('in a folder it is files of their own, which only their owner reads', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'behalf-archive-'));
  try {
    await write(archiveFolder(join(folder, 'new/archive'), { isNew: true }));
    const files = archiveFolder(join(folder, 'new/archive'), { isNew: false });
    expect(await verify(files)).toMatchObject({ bundles: 2 });
    await expect(verify(archiveFolder(join(folder, 'none'), { isNew: false }))).rejects.toMatchObject({
      finding: 'archive_incomplete',
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

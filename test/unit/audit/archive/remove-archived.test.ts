/** Records that leave the store for a verified archive: what still verifies, what stops it, and what a kill between two steps leaves. */
import { describe, expect, test } from '@jest/globals';
import { recordsFile } from '../../../../src/domain/audit/archive/archive-files.ts';
import { isHeldBy, LEGAL_HOLDS, type LegalHold } from '../../../../src/domain/audit/archive/legal-hold.ts';
import { type AuditRecord, recordId } from '../../../../src/domain/audit/audit-record.ts';
import {
  type Beginning,
  beginningsOf,
  signBeginning,
  storedBeginning,
} from '../../../../src/domain/audit/beginning.ts';
import { canonicalText } from '../../../../src/domain/audit/canonical-text.ts';
import { hashOf } from '../../../../src/domain/audit/record-digest.ts';
import { removeIndexed } from '../../../../src/domain/audit/search/index-removal.ts';
import {
  AUDIT_SEARCH_INDEX,
  AUDIT_SEARCH_POSTINGS,
  SEGMENT,
} from '../../../../src/domain/audit/search/search-documents.ts';
import { proofText, verifyProof } from '../../../../src/domain/audit/transparency-log/log-proof.ts';
import { isConsistent } from '../../../../src/domain/audit/transparency-log/merkle-tree.ts';
import { noteVerifier, openCheckpoint } from '../../../../src/domain/audit/transparency-log/signed-note.ts';
import { verifyExport } from '../../../../src/domain/audit/verify-export.ts';
import { verifyPart } from '../../../../src/domain/audit/verify-part.ts';
import { linesIn, newSigner, openAuditLog, signer, stream } from '../support.ts';
import { DAY, dyingAfter, memoryFiles, PLACE, removalWorld } from './removal-world.ts';

/** Thirteen months, with a node that was there only in the first. */
const thirteenMonths = async () => {
  const world = await removalWorld();
  const gone = await openAuditLog(world.documents, { clock: world.clock, node: 'nod_gone' });
  await gone.append({ type: 'audit.read', outcome: 'done', caller: 'acc_gone' });
  await gone.close();
  await world.day(600);
  const early = (await world.log.head()).checkpoint;
  world.clock.advance(395 * DAY);
  await world.day(300);
  return { ...world, early };
};

const held = async (world: Awaited<ReturnType<typeof removalWorld>>, scope: Partial<LegalHold>): Promise<void> =>
  world.documents.collection<LegalHold>(LEGAL_HOLDS).insert({
    ...{ id: 'hld_a', state: 'active', reason: 'a case', createdBy: 'acc_a', createdAt: 1, updatedAt: 1 },
    ...scope,
  });

describe('thirteen months in', () => {
  test('no proof is broken: inclusion of removed records, and consistency of the first checkpoint with the last', async () => {
    const world = await thirteenMonths();
    const files = memoryFiles();
    const before = await world.count();
    const { removed, size, kept } = await world.archive(files);
    expect([size, kept]).toEqual([512, undefined]);
    expect(removed).toBeGreaterThan(500);
    // Two more: the event about the copy is not here, the one about the removal is.
    expect(await world.count()).toBe(before - removed + 1);
    expect(await world.records.get(recordId('nod_a', 2))).toBeUndefined();
    await world.catchUp();

    const verifier = noteVerifier((await world.log.head()).verifierKey);
    for (const sequence of [1, 2, 300, 600, 800]) {
      const proven = await world.log.inclusion('nod_a', sequence);
      if (!proven) throw new Error('no proof');
      expect(verifyProof(proofText(proven), [verifier])).toMatchObject({ ok: true, entry: { sequence } });
    }
    const [first, last] = [world.early, (await world.log.head()).checkpoint].map((one) =>
      openCheckpoint(one, verifier),
    );
    if (!first || !last) throw new Error('no checkpoint');
    expect(isConsistent(first, last, (await world.log.consistency(first.size, last.size)) ?? [])).toBe(true);
    const verdict = await world.verify();
    expect(verdict).toMatchObject({ ok: true, beginning: { log: { size: 512, place: PLACE } } });
    expect(verdict).not.toHaveProperty('warnings');
    expect(await world.verifyFiles(files)).toMatchObject({ bundles: 2, records: 512 });
  });

  test('the first and the last record of each stream stay, so a stream of a node that is gone is still one', async () => {
    const world = await thirteenMonths();
    await world.archive(memoryFiles());
    const { heads = [] } = (await storedBeginning(world.documents)) ?? {};
    expect(heads.map(({ stream: name }) => name)).toEqual(['checkpoints', 'nod_a', 'nod_gone']);
    const sequences = async (name: string) =>
      (await world.records.find({ where: { stream: name }, limit: 1000 })).map(({ document }) => document.sequence);
    expect(await sequences('nod_gone')).toEqual([1, 3]);
    expect(await world.verify()).toMatchObject({ ok: true, streams: 4 });
  });

  test('an export says where the rest is, and verifies whole and in part', async () => {
    const world = await thirteenMonths();
    await world.archive(memoryFiles());
    const lines = await linesIn(world.audit.export());
    expect(await verifyExport(stream(lines))).toMatchObject({ ok: true, archived: { places: [PLACE] } });
    const { heads = [] } = (await storedBeginning(world.documents)) ?? {};
    const end = heads.find((head) => head.stream === 'nod_a')?.sequence ?? 0;
    const part = (from: number, to: number) => verifyPart(stream(lines), { stream: 'nod_a', from, to });
    expect(await part(end + 1, end + 5)).toMatchObject({ ok: true, records: 5 });
    expect(await part(1, 1)).toMatchObject({ ok: true, records: 1 });
    expect(await part(5, 6)).toMatchObject({
      ok: false,
      finding: 'in_archive',
      problem: expect.stringContaining(PLACE),
    });
    // No checkpoint names the first record of this stream, and no record that stays follows it.
    const first = lines.findIndex((line) => line.endsWith('"sequence":1,"stream":"nod_gone"}'));
    const record = JSON.parse(lines[first] ?? '');
    const hash = hashOf({ ...record, at: 1 });
    const forgedFirst = lines.with(first, canonicalText({ ...record, at: 1, hash }));
    const verdict = await verifyPart(stream(forgedFirst), { stream: 'nod_gone', from: 1, to: 1 });
    expect(verdict).toMatchObject({ ok: false, finding: 'lines_changed' });
    // Without the statement, and with that of another key.
    const header = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    const { beginning, ...bare } = header;
    expect(typeof beginning).toBe('string');
    const without = [JSON.stringify(bare), ...lines.slice(1)];
    expect(await verifyExport(stream(without))).toMatchObject({ ok: false, finding: 'records_missing' });
    const payload = JSON.parse(Buffer.from(String(beginning).split('.')[1] ?? '', 'base64url').toString()) as Beginning;
    const forged = { ...header, beginning: await signBeginning(await newSigner(), payload) };
    const ordered = Object.fromEntries(Object.entries(forged).sort(([one], [other]) => (one < other ? -1 : 1)));
    const replaced = [JSON.stringify(ordered), ...lines.slice(1)];
    expect(await verifyExport(stream(replaced))).toMatchObject({ ok: false, finding: 'beginning_changed' });
  });

  test('lists and reads say what is in an archive, and the log opens on heads that name an archived record', async () => {
    const world = await thirteenMonths();
    const { heads } = await world.audit.checkpoint();
    const old = await world.records.get(recordId('nod_a', 300));
    await world.archive(memoryFiles());
    expect(await world.audit.list({})).toMatchObject({ archived: { places: [PLACE] } });
    expect(await world.audit.list({ fromMillis: world.clock.nowMillis() - DAY * 1000 })).not.toHaveProperty('archived');
    expect(await world.audit.get(recordId('nod_a', 300))).toBeUndefined();
    expect(await world.audit.archiveOf(recordId('nod_a', 300))).toMatchObject({ places: [PLACE] });
    expect(await world.audit.archiveOf(recordId('nod_a', 1))).toBeUndefined();
    expect(await world.audit.archiveOf(recordId('nod_a', 800))).toBeUndefined();
    const remembered = [...heads, { stream: 'nod_a', sequence: 300, hash: old?.document.hash ?? '' }];
    const again = await openAuditLog(world.documents, { clock: world.clock });
    await again.open({ remembered });
    expect(await again.sample({ remembered, milliseconds: 1000, elapsed: () => 0 })).toMatchObject({ mismatches: [] });
  });
});

describe('killed', () => {
  test('after any write: the store verifies, the archive has what left, and the next run goes on', async () => {
    const world = await thirteenMonths();
    const files = memoryFiles();
    const before = await world.count();
    let runs = 0;
    for (const writes of [0, 1, 2, 3, 5, 40, 200, 10_000]) {
      const ran = await world
        .archive(files, { store: dyingAfter(world.documents, writes) })
        .catch((error: unknown) => String(error));
      const verdict = await world.verify();
      expect([writes, verdict]).toEqual([writes, expect.objectContaining({ ok: true })]);
      runs += 1;
      if (typeof ran !== 'string') break;
      expect(ran).toMatch(/killed|could not be recorded/);
    }
    expect(runs).toBe(8);
    const beginning = await storedBeginning(world.documents);
    expect(beginning?.log.size).toBe(512);
    expect((await world.verifyFiles(files)).roots[1]?.toString('base64')).toBe(beginning?.log.root);
    expect(await world.verify()).not.toHaveProperty('warnings');
    expect(await world.count()).toBeLessThan(before - 500);
  });

  test('between statement and removal: the check warns, and an altered record among those that are left is found', async () => {
    const world = await thirteenMonths();
    const files = memoryFiles();
    await expect(world.archive(files, { store: dyingAfter(world.documents, 2) })).rejects.toThrow('killed');
    expect(await world.verify()).toMatchObject({ ok: true, warnings: [{ finding: 'not_removed' }] });
    const found = await world.records.get(recordId('nod_a', 100));
    if (!found) throw new Error('no record');
    const { document, version } = found;
    await world.records.replace({ ...document, event: { ...document.event, caller: 'acc_x' } }, version);
    expect(await world.verify()).toMatchObject({ ok: false, findings: expect.arrayContaining(['record_changed']) });
  });
});

test('two runs at once remove the same, and a server that writes meanwhile loses nothing', async () => {
  const world = await thirteenMonths();
  const files = memoryFiles();
  const writing = Promise.all(Array.from({ length: 200 }, (_, at) => world.event(`acc_${at}`)));
  const runs = await Promise.allSettled([world.archive(files), world.archive(files), world.archive(files)]);
  expect(runs.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
  const receipts = await writing;
  for (const { stream: name, sequence } of receipts) {
    expect(await world.records.get(recordId(name, sequence))).toBeDefined();
  }
  await world.catchUp();
  expect(await world.verify()).toMatchObject({ ok: true });
  expect((await storedBeginning(world.documents))?.log.size).toBe(512);
});

test('a run to another place stops: what was removed must be in its archive', async () => {
  const world = await thirteenMonths();
  await world.archive(memoryFiles());
  await world.day(600);
  world.clock.advance(200 * DAY);
  await expect(world.archive(memoryFiles())).rejects.toMatchObject({
    finding: 'archive_incomplete',
    fault: expect.stringContaining(PLACE),
  });
});

test('a head of the archive that a slower run wrote back is healed by the next run', async () => {
  const world = await thirteenMonths();
  const files = memoryFiles();
  await world.archive(files);
  const early = new Map(files.all);
  await world.day(600);
  world.clock.advance(200 * DAY);
  await world.archive(files);
  files.all.set('archive.json', early.get('archive.json') ?? Buffer.from(''));
  const { size } = await world.archive(files);
  expect(size).toBeGreaterThan(512);
  expect((await world.verifyFiles(files)).records).toBe(size);
  expect(await world.verify()).toMatchObject({ ok: true });
});

describe('kept', () => {
  test('a legal hold keeps its first record and all later ones; released, it keeps nothing', async () => {
    const world = await removalWorld();
    await world.day(300);
    await world.day(300, 'acc_held');
    await world.day(300);
    world.clock.advance(100 * DAY);
    await held(world, { about: 'acc_held' });
    const files = memoryFiles();
    expect(await world.archive(files)).toMatchObject({ size: 256, kept: { by: 'hold', id: 'hld_a' } });
    const found = (await world.records.find({ where: { caller: 'acc_held' }, limit: 1000 })).length;
    expect(found).toBe(6);
    const holds = world.documents.collection<LegalHold>(LEGAL_HOLDS);
    const stored = await holds.get('hld_a');
    if (!stored) throw new Error('no hold');
    await holds.replace({ ...stored.document, state: 'released' }, stored.version);
    expect(await world.archive(files)).toMatchObject({ size: 768 });
    expect(await world.verify()).toMatchObject({ ok: true });
  });

  test('a hold that is created while a run plans is seen: the run loses its swap and plans again', async () => {
    const world = await thirteenMonths();
    const files = memoryFiles();
    await world.documents.collection(LEGAL_HOLDS).find({ limit: 1 });
    await beginningsOf(world.documents).insert({ id: 'current', holds: 0 });
    let isFirst = true;
    const racing = {
      ...world.documents,
      collection: (declaration: Parameters<typeof world.documents.collection>[0]) => {
        const own = world.documents.collection(declaration);
        if (declaration.name !== 'audit_beginning') return own;
        return {
          ...own,
          async replace(document: never, expected: number) {
            if (isFirst) {
              isFirst = false;
              await held(world, {});
              await own.replace({ id: 'current', holds: 1 } as never, expected);
            }
            return own.replace(document, expected);
          },
        };
      },
    } as typeof world.documents;
    expect(await world.archive(files, { store: racing })).toMatchObject({ size: 0, removed: 0, kept: { by: 'hold' } });
    expect(await storedBeginning(world.documents)).toBeUndefined();
    const { entries } = await world.audit.list({ type: 'audit.records_removed' });
    expect(new Set(entries.map(({ event }) => event.outcome))).toEqual(new Set(['done', 'refused']));
    expect(new Set(entries.map(({ event }) => event.inputs?.['statement'])).size).toBe(1);
  });

  test.each([
    [{}, true],
    [{ about: 'acc_b' }, true],
    [{ about: 'trn_a' }, true],
    [{ about: 'agt_inner' }, true],
    [{ about: 'acc' }, false],
    [{ from: 1_800_000_000 }, true],
    [{ from: 1_800_000_001 }, false],
    [{ to: 1_800_000_000 }, true],
    [{ to: 1_799_999_999 }, false],
    [{ about: 'acc_b', to: 1_799_999_999 }, false],
  ])('a hold of %j covers the record: %s', (scope, expected) => {
    const event = {
      ...{ type: 'token.issued', outcome: 'granted', subject: 'acc_b', txn: 'trn_a' },
      chain: [{ sub: 'agt_outer' }, { sub: 'agt_inner' }],
    } as unknown as AuditRecord['event'];
    expect(isHeldBy(scope, { at: 1_800_000_000_999, event })).toBe(expected);
  });

  test('what an audit sink has not acknowledged stays, unless the caller skips sinks; then the event names them', async () => {
    const world = await thirteenMonths();
    const files = memoryFiles();
    const behind = [{ id: 'snk_a', cursors: [{ stream: 'nod_a', sequence: 10 }] }];
    expect(await world.archive(files, { sinks: behind })).toMatchObject({
      ...{ size: 0, removed: 0 },
      kept: { by: 'sink', id: 'snk_a' },
    });
    expect(await world.archive(files, { sinks: behind, skipsSinks: true })).toMatchObject({ size: 512 });
    const { entries } = await world.audit.list({ type: 'audit.records_removed' });
    expect(entries.map(({ event }) => event)).toEqual([
      expect.objectContaining({
        ...{ outcome: 'done', caller: 'system' },
        inputs: expect.objectContaining({ size: 512, place: PLACE, undelivered: ['snk_a'] }),
      }),
    ]);
  });
});

describe('AU-03 archive altered, after the removal', () => {
  test('a record of the archive, or of the store: found', async () => {
    const world = await thirteenMonths();
    const files = memoryFiles();
    await world.archive(files);
    const text = String(files.all.get(recordsFile(0)));
    files.all.set(recordsFile(0), Buffer.from(text.replace('acc_b', 'acc_c')));
    await expect(world.verifyFiles(files)).rejects.toMatchObject({ finding: 'archive_altered' });
    files.all.delete(recordsFile(0));
    await expect(world.verifyFiles(files)).rejects.toMatchObject({ finding: 'archive_incomplete' });
    const { heads = [] } = (await storedBeginning(world.documents)) ?? {};
    const next = (heads.find((head) => head.stream === 'nod_a')?.sequence ?? 0) + 1;
    await world.records.take(recordId('nod_a', next));
    expect(await world.verify()).toMatchObject({ ok: false, findings: ['records_missing'] });
  });

  test('the statement: removed, of another key, or put back to an earlier one', async () => {
    const world = await thirteenMonths();
    const files = memoryFiles();
    await world.archive(files);
    const beginnings = beginningsOf(world.documents);
    const early = (await beginnings.get('current'))?.document;
    await world.day(600);
    world.clock.advance(200 * DAY);
    await world.archive(files);
    await world.catchUp();
    const late = (await beginnings.get('current'))?.document;
    if (!early || !late?.signed) throw new Error('no statement');
    const put = async (signed: string | undefined): Promise<void> => {
      const version = (await beginnings.get('current'))?.version ?? 0;
      await beginnings.replace({ id: 'current', holds: 0, ...(signed === undefined ? {} : { signed }) }, version);
    };
    await put(early.signed);
    expect(await world.verify()).toMatchObject({ ok: false, findings: ['records_missing'] });
    await put(undefined);
    expect(await world.verify()).toMatchObject({ ok: false, findings: ['records_missing'] });
    const beginning = await storedBeginning(world.documents);
    expect(beginning).toBeUndefined();
    const payload = JSON.parse(Buffer.from(late.signed.split('.')[1] ?? '', 'base64url').toString()) as Beginning;
    await put(await signBeginning(await newSigner(), payload));
    expect(await world.verify()).toMatchObject({ ok: false, findings: ['beginning_changed'] });
    // Nor does it stop reads, and it hides nothing from the verifier of an export.
    expect(await world.audit.list({})).not.toHaveProperty('archived');
    const lines = await linesIn(world.audit.export());
    expect(await verifyExport(stream(lines))).toMatchObject({ ok: false, finding: 'records_missing' });
    await put(late.signed);
    expect(await world.verify()).toMatchObject({ ok: true });
  });

  test('trusted heads that name an archived record are compared with the log', async () => {
    const world = await removalWorld();
    await world.day(300);
    const { signed } = await world.audit.checkpoint();
    await world.day(300);
    world.clock.advance(100 * DAY);
    await world.day(50);
    await world.archive(memoryFiles());
    expect(await world.verify([{ signed }])).toMatchObject({ ok: true });
    const { heads = [], ...rest } = (await storedBeginning(world.documents)) ?? {};
    expect([heads.length > 0, Object.keys(rest).length > 0]).toEqual([true, true]);
    const forged = await signer.sign(
      JSON.stringify({
        ...{ behalf_audit: 2, kind: 'export', issuer: 'https://id.example.com', at: 1 },
        heads: [{ stream: 'nod_a', sequence: 200, hash: 'A'.repeat(43) }],
      }),
    );
    expect(await world.verify([{ signed: forged }])).toMatchObject({ ok: false, findings: ['split_view'] });
  });
});

test('a log that begins after the removal has the records that are left, and is archived in a place of its own', async () => {
  const world = await thirteenMonths();
  await world.archive(memoryFiles());
  const logs = world.documents.collection<{ readonly id: string; readonly isCurrent?: true }>({
    name: 'transparency_logs',
    indexes: [{ fields: ['isCurrent'], unique: true }],
  } as never);
  const found = await logs.get((await world.current()).id);
  if (!found) throw new Error('no log');
  const { isCurrent: _, ...ended } = found.document;
  await logs.replace(ended, found.version);
  await world.audit.append({ type: 'transparency_log.ended', outcome: 'done', caller: 'system' });
  await world.log.open();
  await world.day(600);
  world.clock.advance(200 * DAY);
  await world.catchUp();
  expect(await world.verify()).toMatchObject({ ok: true });
  const files = memoryFiles();
  const { size } = await world.archive(files);
  expect(size).toBeGreaterThan(512);
  expect(await world.verify()).toMatchObject({
    ok: true,
    beginning: { former: [{ size: 512 }] },
  });
});

test('the search index loses full segments of removed records only, and an interrupted run is completed by the next', async () => {
  const { documents } = await removalWorld();
  type Any = { readonly id: string };
  const index = documents.collection<Any>(AUDIT_SEARCH_INDEX);
  const postings = documents.collection<Any>(AUDIT_SEARCH_POSTINGS);
  const chunk = (id: string, stream: string, first: number) => ({
    ...{ id, streams: [stream], runs: [[0, first, 10]], first: 1, gaps: [] },
  });
  const numbers = [0, 1, 2];
  for (const number of numbers) {
    await index.insert({ id: `segment:${number}`, chunks: [[`chunk:${number}`, 1, 2]] } as Any);
    await index.insert(chunk(`chunk:${number}`, number === 1 ? 'nod_b' : 'nod_a', 1 + number * 10));
    await postings.insert({ id: `term:0000000${number}`, gaps: [1] } as Any);
  }
  const segments = numbers.map((number) => [`segment:${number}`, 1, 2]);
  await index.insert({ id: 'end', size: 3 * SEGMENT, cursors: [], segments, chunks: [] } as Any);
  // The last record of segment 0 is the last removed one; those of segments 1 and 2 stay.
  const heads = [{ stream: 'nod_a', sequence: 10, hash: '' }];
  await expect(removeIndexed(dyingAfter(documents, 1), heads)).rejects.toThrow('killed');
  await removeIndexed(documents, heads);
  const left = async (collection: typeof index) =>
    (await collection.find({ limit: 20 })).map(({ document }) => document.id);
  expect(await left(index)).toEqual(['chunk:1', 'chunk:2', 'end', 'segment:1', 'segment:2']);
  expect(await left(postings)).toEqual(['term:00000001', 'term:00000002']);
  expect((await index.get('end'))?.document).toMatchObject({
    segments: [['', expect.any(Number), -1], segments[1], segments[2]],
  });
});

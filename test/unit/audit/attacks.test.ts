/** AU-03: attacks on the audit log one by one, and the finding that names each. docs/reference/audit-log.md has them as a table. */
import { describe, expect, test } from '@jest/globals';
import { calculateJwkThumbprint } from 'jose';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { randomIdentifiers } from '../../../adapters/node/identifiers.ts';
import { AUDIT_RECORDS, type AuditRecord, recordId } from '../../../src/domain/audit/audit-record.ts';
import { canonicalText } from '../../../src/domain/audit/canonical-text.ts';
import { readTrustedHeads, verificationKey } from '../../../src/domain/audit/signed-heads.ts';
import { type LogDocument, TRANSPARENCY_LOGS } from '../../../src/domain/audit/transparency-log/log-documents.ts';
import { endLog, logLag, recordOpened } from '../../../src/domain/audit/transparency-log/log-life.ts';
import { transparencyLog } from '../../../src/domain/audit/transparency-log/transparency-log.ts';
import { verifyLog } from '../../../src/domain/audit/transparency-log/verify-log.ts';
import { parsePolicy } from '../../../src/domain/audit/transparency-log/witness-policy.ts';
import { verifyExport } from '../../../src/domain/audit/verify-export.ts';
import { verifyStore } from '../../../src/domain/audit/verify-store.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import { type DocumentStore, update } from '../../../src/domain/ports/document-store.ts';
import { linesIn, newSigner, openAuditLog, signer, stream, testClock } from './support.ts';

const key = await calculateJwkThumbprint(signer.key);
const sealing = masterKey(Buffer.alloc(32, 1));
const recordsOf = (documents: DocumentStore) => documents.collection<AuditRecord>(AUDIT_RECORDS);
const trusted = (lines: readonly string[]) => readTrustedHeads(lines.join('\n'));
const verify = (lines: readonly string[], options = {}) => verifyExport(stream(lines), { key, ...options });

/** A server with some sign-ins and refusals. */
const serverOn = async (documents: DocumentStore, options: Parameters<typeof openAuditLog>[1] = {}, count = 4) => {
  const auditLog = await openAuditLog(documents, options);
  for (let n = 0; n < count; n += 1) {
    await auditLog.append({ type: 'session.started', outcome: 'granted', subject: `acc_${n}` });
    const personal = { source: '192.0.2.7', username: `user${n}` };
    await auditLog.append({ type: 'session.refused', outcome: 'refused', personal });
  }
  return auditLog;
};

const copyOf = async (documents: DocumentStore): Promise<DocumentStore> => {
  const copy = memoryDocumentStore();
  const all = await recordsOf(documents).find({ limit: 1000 });
  await recordsOf(copy).insertMany(all.map(({ document }) => document));
  return copy;
};

const logOn = (documents: DocumentStore) =>
  transparencyLog({
    documents,
    clock: { now: () => 1_800_000_000 },
    identifiers: randomIdentifiers,
    masterKey: sealing,
    issuer: 'https://id.example.com',
    kept: { read: () => undefined, keep: () => undefined },
    refused: () => undefined,
    pause: async () => undefined,
  });

const verifyOn = async (
  documents: DocumentStore,
  more: Pick<Parameters<typeof verifyLog>[0], 'kept' | 'policy'> = {},
) => {
  const records = recordsOf(documents);
  const log = () => verifyLog({ documents, records, masterKey: sealing, ...more });
  return verifyStore({ records, key: await verificationKey(signer.key), verifyLog: log });
};

describe('AU-03 with the audit key: needs what a reader keeps outside', () => {
  test('split view: two readers are shown two histories, and either keeps the signed head of the other', async () => {
    const documents = memoryDocumentStore();
    await serverOn(documents);
    const copy = await copyOf(documents);
    const one = await linesIn((await serverOn(documents, { clock: testClock() })).export());
    const other = await linesIn((await serverOn(copy, { clock: testClock() })).export());
    expect(await verify(one)).toMatchObject({ ok: true });
    expect(await verify(other)).toMatchObject({ ok: true });
    expect(await verify(one, { trustedHeads: trusted(other) })).toMatchObject({ ok: false, finding: 'split_view' });
    expect(await verify(other, { trustedHeads: trusted(one) })).toMatchObject({ ok: false, finding: 'split_view' });
  });

  test('stale restore: the store is put back to an older state', async () => {
    const documents = memoryDocumentStore();
    const auditLog = await serverOn(documents);
    const old = await linesIn(auditLog.export());
    await auditLog.append({ type: 'kill.ordered', outcome: 'done' });
    const later = await linesIn(auditLog.export());
    expect(await verify(old, { trustedHeads: trusted(later) })).toMatchObject({
      ok: false,
      finding: 'older_than_trusted',
      problem: expect.stringContaining('records were cut off'),
    });
    expect(await verify(later, { trustedHeads: trusted(old) })).toMatchObject({ ok: true });
  });

  test('stale restore: a trusted checkpoint of the transparency log is ahead of the store', async () => {
    const documents = memoryDocumentStore();
    await serverOn(documents);
    const log = logOn(documents);
    await log.open();
    await log.poll();
    const { checkpoint } = await log.head();
    expect(await verifyOn(documents, { kept: checkpoint })).toMatchObject({ ok: true });
    const logs = documents.collection<LogDocument>(TRANSPARENCY_LOGS);
    await update(logs, (await log.head()).id, (stored) => ({ ...stored, size: 3 }));
    expect(await verifyOn(documents, { kept: checkpoint })).toMatchObject({
      ok: false,
      findings: ['older_than_trusted'],
    });
  });
});

describe('AU-03 without the audit key', () => {
  test('replaced key: the log is written anew and signed with another key', async () => {
    const lines = await linesIn((await serverOn(memoryDocumentStore(), { signer: await newSigner() })).export());
    expect(await verify(lines)).toMatchObject({ ok: false, finding: 'key_replaced', line: 1 });
  });

  test('truncation before the first checkpoint: the transparency log has the records', async () => {
    const documents = memoryDocumentStore();
    await serverOn(documents);
    const log = logOn(documents);
    await log.open();
    await log.poll();
    expect(await verifyOn(documents)).toMatchObject({ ok: true, checkpoints: 0 });
    for (const sequence of [8, 9]) await recordsOf(documents).take(recordId('nod_a', sequence));
    expect(await verifyOn(documents)).toMatchObject({
      ok: false,
      findings: ['records_missing'],
      problems: [
        expect.stringContaining('record 8 of stream nod_a, which entry 7 of the transparency log names, is missing'),
      ],
    });
  });

  test('the transparency log removed from the store, or replaced: an event says that it began', async () => {
    const documents = memoryDocumentStore();
    const auditLog = await serverOn(documents);
    const log = logOn(documents);
    await log.open();
    await recordOpened(documents, auditLog);
    await recordOpened(documents, auditLog);
    expect((await auditLog.list({ type: 'transparency_log.opened' })).entries).toHaveLength(1);
    await log.poll();
    expect(await verifyOn(documents)).toMatchObject({ ok: true });
    const logs = documents.collection<LogDocument>(TRANSPARENCY_LOGS);
    const taken = await logs.take((await log.head()).id);
    expect(await verifyOn(documents)).toMatchObject({
      ok: false,
      findings: ['log_missing'],
      problems: [expect.stringContaining(`the transparency log ${taken?.id} is gone`)],
    });
    const another = logOn(documents);
    await another.open();
    await another.poll();
    expect(await verifyOn(documents)).toMatchObject({ ok: false, findings: ['log_changed'] });
    await endLog(documents, auditLog, 1_800_000_000);
    expect(await verifyOn(documents)).toMatchObject({ ok: true });
  });

  test('a store without a transparency log does not satisfy a policy of witnesses, nor a kept checkpoint', async () => {
    const documents = memoryDocumentStore();
    await serverOn(documents);
    expect(await verifyOn(documents)).toMatchObject({ ok: true });
    const missing = { ok: false, findings: ['log_missing'] };
    expect(await verifyOn(documents, { policy: parsePolicy('quorum none\n') })).toMatchObject(missing);
    expect(await verifyOn(documents, { kept: 'a checkpoint' })).toMatchObject(missing);
  });

  test('records that the transparency log passed over are named, and its lag is measured', async () => {
    const documents = memoryDocumentStore();
    const clock = testClock();
    const auditLog = await serverOn(documents, { clock });
    const other = await serverOn(documents, { clock, node: 'nod_b' });
    const gap = (await recordsOf(documents).take(recordId('nod_a', 3))) as AuditRecord;
    const log = logOn(documents);
    await log.open();
    clock.advance(120);
    await other.append({ type: 'audit.read', outcome: 'done' });
    expect(await logLag(documents, clock.nowMillis())).toBe(120);
    await log.poll();
    await recordsOf(documents).insert(gap);
    const verdict = await verifyOn(documents);
    expect(verdict.ok && verdict.warnings).toEqual([
      expect.objectContaining({ finding: 'not_logged', stream: 'nod_a', sequence: 3 }),
    ]);
    await log.poll();
    await log.poll();
    expect(await logLag(documents, clock.nowMillis())).toBe(0);
    expect(await verifyOn(documents)).not.toHaveProperty('warnings');
    await auditLog.close();
  });

  test('two servers on one stream: an export that has the records of both', async () => {
    const documents = memoryDocumentStore();
    await serverOn(documents);
    const copy = await copyOf(documents);
    const one = await linesIn((await serverOn(documents)).export());
    const other = await linesIn((await serverOn(copy)).export());
    const at = one.findIndex((line) => line.includes('"sequence":12,'));
    const both = one.toSpliced(at, 0, other[at] ?? '');
    expect(await verify(both)).toMatchObject({ ok: false, finding: 'record_replaced' });
    expect(await verify(both.toSpliced(at + 1, 1, one[at] ?? '', other[at] ?? '').toSpliced(at, 1))).toMatchObject({
      ok: false,
      finding: 'forked',
      sequence: 12,
    });
  });

  test('clock set back: within a stream, and at a node that starts after a checkpoint', async () => {
    const documents = memoryDocumentStore();
    const clock = testClock();
    const auditLog = await serverOn(documents, { clock });
    clock.advance(-3600);
    await auditLog.append({ type: 'kill.ordered', outcome: 'done' });
    clock.advance(3600);
    await auditLog.checkpoint();
    const back = testClock();
    back.advance(-7200);
    const other = await serverOn(documents, { clock: back, node: 'nod_b' });
    const verdict = await verify(await linesIn(other.export()));
    expect(verdict).toMatchObject({ ok: true });
    expect(
      verdict.ok && verdict.warnings?.map(({ finding, stream: name, sequence }) => [finding, name, sequence]),
    ).toEqual([
      ['clock_set_back', 'checkpoints', 2],
      ['clock_set_back', 'nod_a', 10],
      ['clock_set_back', 'nod_b', 1],
    ]);
  });

  test('a clock that is adjusted by less than a second is named by no finding', async () => {
    const clock = testClock();
    const auditLog = await serverOn(memoryDocumentStore(), { clock });
    clock.advance(-1);
    await auditLog.append({ type: 'audit.read', outcome: 'done' });
    expect(await verify(await linesIn(auditLog.export()))).not.toHaveProperty('warnings');
  });

  test('index members edited: a search no longer finds the record', async () => {
    const documents = memoryDocumentStore();
    await serverOn(documents);
    await update(recordsOf(documents), recordId('nod_a', 2), (record) => ({ ...record, subject: 'acc_other' }));
    expect(await verifyOn(documents)).toMatchObject({
      ok: false,
      findings: ['index_changed'],
      mismatches: [{ stream: 'nod_a', sequence: 2, members: ['subject'] }],
    });
  });

  test('personal values swapped: between two records, and within one', async () => {
    const documents = memoryDocumentStore();
    const auditLog = await serverOn(documents);
    const lines = await linesIn(auditLog.export({ personal: true }));
    const [a = 0, b = 0] = lines.flatMap((line, at) => (line.includes('"erasable"') ? [at] : []));
    const [one, other] = [JSON.parse(lines[a] ?? ''), JSON.parse(lines[b] ?? '')];
    const between = lines
      .with(a, canonicalText({ ...one, erasable: other.erasable }))
      .with(b, canonicalText({ ...other, erasable: one.erasable }));
    expect(await verify(between)).toMatchObject({ ok: false, finding: 'personal_value_changed', line: a + 1 });
    const { source, username } = one.erasable;
    const within = lines.with(a, canonicalText({ ...one, erasable: { source: username, username: source } }));
    expect(await verify(within)).toMatchObject({ ok: false, finding: 'personal_value_changed' });
    await update(recordsOf(documents), recordId('nod_a', one.sequence), (record) => ({
      ...record,
      erasable: other.erasable,
    }));
    expect(await verifyOn(documents)).toMatchObject({ ok: false, findings: ['personal_value_changed'] });
  });

  test('trusted head edited: the signature is checked, and a list without one is none', async () => {
    const auditLog = await serverOn(memoryDocumentStore());
    const lines = await linesIn(auditLog.export());
    const { signed } = trusted(lines);
    const [header = '', payload = '', signature = ''] = signed.split('.');
    const statement = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const edited = { ...statement, heads: statement.heads.slice(0, 1) };
    const forged = [header, Buffer.from(canonicalText(edited)).toString('base64url'), signature].join('.');
    expect(await verify(lines, { trustedHeads: readTrustedHeads(forged) })).toMatchObject({
      ok: false,
      finding: 'trusted_heads_changed',
    });
    expect(() => readTrustedHeads(JSON.stringify({ heads: statement.heads }))).toThrow(TypeError);
  });
});

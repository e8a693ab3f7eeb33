import { beforeAll, describe, expect, test } from '@jest/globals';
import { calculateJwkThumbprint } from 'jose';
import { canonicalText } from '../../../src/domain/audit/canonical-text.ts';
import type { Finding } from '../../../src/domain/audit/findings.ts';
import { hashOf } from '../../../src/domain/audit/record-digest.ts';
import { readTrustedHeads } from '../../../src/domain/audit/signed-heads.ts';
import { verifyExport } from '../../../src/domain/audit/verify-export.ts';
import { type Part, type PartVerdict, verifyPart } from '../../../src/domain/audit/verify-part.ts';
import { fakeStore } from './fake-store.ts';
import { linesIn, openAuditLog, signer, stream } from './support.ts';

const key = await calculateJwkThumbprint(signer.key);
let whole: readonly string[] = [];

/** 20 records of each node; a checkpoint at records 6, 11 and 16 of nod_a. Records 7 and 18 are of one transaction. */
beforeAll(async () => {
  const { store } = fakeStore();
  const one = await openAuditLog(store);
  const other = await openAuditLog(store, { node: 'nod_b' });
  for (let n = 2; n <= 20; n += 1) {
    const txn = n === 7 || n === 18 ? 'txn_wanted' : `txn_${n}`;
    await one.append({ type: 'token.issued', outcome: 'granted', txn, personal: { source: '192.0.2.7' } });
    await other.append({ type: 'audit.read', outcome: 'done' });
    if (n % 5 === 1) await one.checkpoint();
  }
  whole = await linesIn(one.export({ personal: true }));
});

const verify = (part: Part, lines = whole, options = {}): Promise<PartVerdict> =>
  verifyPart(stream(lines), part, { key, ...options });
const at = (sequence: number, name = 'nod_a'): number =>
  whole.findIndex((line) => line.endsWith(`"sequence":${sequence},"stream":"${name}"}`));
const range = (from: number, to = from): Part => ({ stream: 'nod_a', from, to });
const found = async (verdict: Promise<PartVerdict>): Promise<Finding | undefined> => {
  const { ok, ...others } = await verdict;
  return ok ? undefined : (others as { finding: Finding }).finding;
};
const edited = (sequence: number, change: (record: Record<string, never>) => object): string[] =>
  whole.with(at(sequence), canonicalText(change(JSON.parse(whole[at(sequence)] ?? ''))));

describe('a range of a stream', () => {
  test('verifies up to the next record that a checkpoint or the signed head names', async () => {
    expect(await verify(range(7))).toMatchObject({ ok: true, records: 1, read: 5, namedBy: ['checkpoint 2 (line 3)'] });
    expect(await verify(range(1, 6))).toMatchObject({
      ok: true,
      records: 6,
      read: 6,
      namedBy: ['checkpoint 1 (line 2)'],
    });
    expect(await verify(range(5, 7))).toMatchObject({ ok: true, records: 3, read: 7 });
    expect(await verify(range(19, 20))).toMatchObject({ ok: true, records: 2, read: 2, key });
  });

  test('a range that the export does not have is refused', async () => {
    expect(await found(verify(range(19, 21)))).toBe('records_missing');
    expect(await found(verify({ stream: 'nod_c', from: 1, to: 1 }))).toBe('records_missing');
  });

  test('lines outside of it are not read', async () => {
    const lines = edited(3, (record) => ({ ...record, at: 1 }));
    expect(await verify(range(7), lines)).toMatchObject({ ok: true });
    expect(await found(verify(range(3), lines))).toBe('record_changed');
  });
});

describe('the records of a transaction', () => {
  test('verify, each up to a record that a signature names', async () => {
    expect(await verify({ txn: 'txn_wanted' })).toMatchObject({ ok: true, records: 2, read: 8 });
    expect(await verify({ txn: 'txn_none' })).toMatchObject({ ok: true, records: 0, read: 0, namedBy: [] });
    const lines = edited(18, (record) => ({
      ...record,
      event: Object.assign({}, record['event'], { outcome: 'refused' }),
    }));
    expect(await found(verify({ txn: 'txn_wanted' }, lines))).toBe('record_changed');
  });

  test('an export without txn is refused', async () => {
    const { store } = fakeStore();
    const lines = await linesIn((await openAuditLog(store)).export({ redact: ['txn'] }));
    expect(await found(verify({ txn: 'txn_wanted' }, lines))).toBe('unreadable');
  });
});

describe('AU-03 each change is found on the smallest range that holds it, as on the whole', () => {
  const last = (lines: readonly string[]): string => lines.at(-1) ?? '';
  const rehash = (record: Record<string, never>): object => {
    const made = { ...record, at: 1 };
    return { ...made, hash: hashOf(made as never) };
  };
  /** A value beside a checkpoint, which no digest covers. */
  const withValue = (): readonly string[] => {
    const erasable = { source: { salt: 'A'.repeat(22), value: '192.0.2.7' } };
    return whole.with(2, canonicalText({ ...JSON.parse(whole[2] ?? ''), erasable }));
  };
  test.each<[string, number, Finding, () => readonly string[]]>([
    ['an edit', 8, 'record_changed', () => edited(8, (record) => ({ ...record, at: 1 }))],
    ['an edit with its digest', 8, 'record_replaced', () => edited(8, rehash)],
    ['an edit of the record that a checkpoint names', 11, 'record_replaced', () => edited(11, rehash)],
    ['an edit of the last record, with its digest', 20, 'record_replaced', () => edited(20, rehash)],
    ['a record taken out', 8, 'records_missing', () => whole.toSpliced(at(8), 1)],
    ['the last record taken out', 20, 'records_missing', () => whole.toSpliced(at(20), 1)],
    ['a record twice', 8, 'records_moved', () => whole.toSpliced(at(8), 0, whole[at(8)] ?? '')],
    ['two swapped', 8, 'records_missing', () => whole.with(at(8), whole[at(9)] ?? '').with(at(9), whole[at(8)] ?? '')],
    [
      'a personal value',
      8,
      'personal_value_changed',
      () => whole.with(at(8), (whole[at(8)] ?? '').replace('"value":"192', '"value":"193')),
    ],
    ['another spelling', 8, 'unreadable', () => whole.with(at(8), (whole[at(8)] ?? '').replace('{', '{ '))],
    ['the end cut off', 8, 'cut_off', () => whole.slice(0, -1)],
    ['text behind the end', 8, 'records_moved', () => [...whole, whole[at(8)] ?? '']],
    ['another signature', 8, 'signature_invalid', () => whole.with(-1, last(whole).replace(/.{8}"}$/, 'AAAAAAAA"}'))],
    [
      'the issuer in the header',
      8,
      'lines_changed',
      () => whole.with(0, (whole[0] ?? '').replace('id.example.com', 'id.example.org')),
    ],
    ['a checkpoint', 8, 'record_changed', () => whole.with(2, (whole[2] ?? '').replace('"at":1', '"at":2'))],
    ['a checkpoint with a personal value', 8, 'personal_value_changed', () => withValue()],
    ['another spelling of a checkpoint', 8, 'unreadable', () => whole.with(2, (whole[2] ?? '').replace('{', '{ '))],
    ['no JSON in the first line', 8, 'unreadable', () => whole.with(0, 'x')],
    ['another spelling of the header', 8, 'unreadable', () => whole.with(0, (whole[0] ?? '').replace('{', '{ '))],
    ['a record as the first line', 8, 'unreadable', () => whole.slice(1)],
    ['no line', 8, 'cut_off', () => []],
  ])('%s', async (_, sequence, finding, change) => {
    const lines = change();
    expect(await found(verify(range(sequence), lines))).toBe(finding);
    expect((await verifyExport(stream(lines), { key })).ok).toBe(false);
  });

  test('a range also against another key, and against trusted heads', async () => {
    expect(await found(verify(range(8), whole, { key: 'another' }))).toBe('key_replaced');
    const trustedHeads = readTrustedHeads(last(whole));
    expect(await verify(range(8), whole, { trustedHeads })).toMatchObject({ ok: true });
    const forged = { signed: `${trustedHeads.signed.slice(0, -4)}AAAA` };
    expect(await found(verify(range(8), whole, { trustedHeads: forged }))).toBe('trusted_heads_changed');
  });
});

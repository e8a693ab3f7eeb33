import { createHash, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import { linkRecord, prepareEvent } from '../../../src/domain/audit/audit-record.ts';
import { canonicalText } from '../../../src/domain/audit/canonical-text.ts';
import { membersNamed } from '../../../src/domain/audit/event-members.ts';
import { linesOf } from '../../../src/domain/audit/export-lines.ts';
import type { LogStatement } from '../../../src/domain/audit/logged-heads.ts';
import { hashOf, inPart } from '../../../src/domain/audit/record-digest.ts';
import { entryText } from '../../../src/domain/audit/transparency-log/log-entry.ts';
import { openStatement } from '../../../src/domain/audit/transparency-log/log-statement.ts';
import { leafHash } from '../../../src/domain/audit/transparency-log/merkle-tree.ts';
import { checkpointText, noteSigner } from '../../../src/domain/audit/transparency-log/signed-note.ts';
import { verifyExport } from '../../../src/domain/audit/verify-export.ts';
import { verifyPart } from '../../../src/domain/audit/verify-part.ts';
import { fakeStore } from './fake-store.ts';
import { linesIn, openAuditLog, stream } from './support.ts';

type Line = Record<string, never> & {
  readonly event: Record<string, unknown>;
  readonly salts: Record<string, string>;
  readonly hidden: Record<string, string>;
};

const H = (text: string): string => createHash('sha256').update(text).digest('base64url');
const verify = (lines: readonly string[]) => verifyExport(stream(lines));
const EVENT = {
  type: 'token.issued',
  outcome: 'granted',
  subject: 'acc_ada',
  inputs: { text: 'Grüße', list: [1, null] },
  personal: { source: '192.0.2.7' },
} as const satisfies AuditEvent;
const linked = (event: AuditEvent = EVENT) => linkRecord('nod_a', undefined, prepareEvent(event, 5), 'w');

const redacted = async (redact: readonly string[], personal = true): Promise<string[]> => {
  const { store } = fakeStore();
  const auditLog = await openAuditLog(store);
  await auditLog.append(EVENT);
  return linesIn(auditLog.export({ personal, redact }));
};

describe('the digest of a record', () => {
  test('is over the salted digest of each member, as docs/reference/audit-log.md writes it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), (value, at) => {
        const event = { ...EVENT, inputs: { value } } as AuditEvent;
        const { salt = '', ...record } = linkRecord('nod_a', undefined, prepareEvent(event, at), 'w');
        const members = Object.entries(record.event).map(([name, member]) => [
          name,
          H(canonicalize([H(`${salt}.${name}`).slice(0, 22), name, JSON.parse(JSON.stringify(member))]) ?? ''),
        ]);
        const { sequence, prev } = record;
        const place = { stream: 'nod_a', sequence, at, prev };
        expect(record.hash).toBe(H(canonicalize({ ...place, members: Object.fromEntries(members) }) ?? ''));
        expect(hashOf({ ...record, salt })).toBe(record.hash);
      }),
    );
  });

  test('of a part of a record is that of the whole, for every choice of members', () => {
    const record = linked();
    const names = Object.keys(record.event);
    fc.assert(
      fc.property(fc.subarray(names), (shown) => {
        const { event, salt, ...rest } = record;
        const part = inPart({ event, salt }, (name) => shown.includes(name));
        expect(Object.keys(part?.event ?? {}).toSorted()).toEqual(shown.toSorted());
        expect(hashOf({ ...rest, ...(part ?? { event }) })).toBe(record.hash);
      }),
    );
  });

  test('confirms no guess: two records of one event have no digest of a member in common', () => {
    const hide = () => Object.values(inPart({ event: EVENT, salt: linked().salt }, () => false)?.hidden ?? {});
    const all = [...hide(), ...hide()];
    expect(new Set(all).size).toBe(2 * Object.keys(EVENT).length);
  });
});

describe('an export that leaves members out', () => {
  test('verifies, and has neither the members nor the salt of the record', async () => {
    const lines = await redacted(['inputs', 'subject']);
    expect(await verify(lines)).toMatchObject({ ok: true, records: 3 });
    const text = lines.slice(2).join('\n');
    for (const hidden of ['Grüße', 'acc_ada', '"salt":"\\w{22}","sequence'])
      expect(text).not.toMatch(new RegExp(hidden));
    expect(text).toContain('192.0.2.7');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ behalf_audit: 2, redacted: ['inputs', 'subject'] });
  });

  test('has no personal values without their commitments', async () => {
    const lines = await redacted(['personal']);
    expect(await verify(lines)).toMatchObject({ ok: true });
    expect(lines.join('\n')).not.toContain('192.0.2.7');
  });

  test('AU-03 any change of a disclosed member, a salt, a digest, or of what is hidden is found', async () => {
    const lines = await redacted(['inputs', 'subject'], false);
    const at = lines.findIndex((line) => line.includes('token.issued'));
    const other = 'A'.repeat(22);
    const changes: readonly ((line: Line) => object)[] = [
      (line) => ({ ...line, event: { ...line.event, outcome: 'refused' } }),
      (line) => ({ ...line, salts: { ...line.salts, outcome: other } }),
      (line) => ({ ...line, hidden: { ...line.hidden, inputs: H('x') } }),
      (line) => ({ ...line, hidden: { ...line.hidden, note: H('x') } }),
      ({ hidden: { inputs: _, ...hidden }, ...line }) => ({ ...line, hidden }),
      (line) => ({ ...line, event: { ...line.event, inputs: {} }, salts: { ...line.salts, inputs: other } }),
      (line) => ({ ...line, event: { ...line.event, note: 'n' } }),
      ({ salts: _, ...line }) => line,
      ({ hidden: _, ...line }) => line,
      ({ salts: _, hidden: __, ...line }) => line,
      ({ salts: _, hidden: __, ...line }) => ({ ...line, salt: other }),
      (line) => ({ ...line, salt: other }),
    ];
    for (const change of changes) {
      const changed = lines.with(at, canonicalText(change(JSON.parse(lines[at] ?? ''))));
      expect(await verify(changed)).toMatchObject({ ok: false, line: at + 1 });
    }
  });

  test('an erased person: the same digest before and after, also of a part', async () => {
    const { store } = fakeStore();
    const auditLog = await openAuditLog(store);
    await auditLog.append(EVENT);
    const hashes = async () =>
      (await linesIn(auditLog.export({ personal: true }))).map((line) => JSON.parse(line).hash).slice(2, 4);
    const before = await hashes();
    expect(await auditLog.erase('nod_a:0000000000000002', 'source')).toBe(true);
    expect(await hashes()).toEqual(before);
    const lines = await linesIn(auditLog.export({ personal: true, redact: ['subject'] }));
    expect(lines.join('\n')).not.toContain('192.0.2.7');
    expect(await verify(lines)).toMatchObject({ ok: true });
  });

  test('a misspelt name is refused, so that it leaves no member in by mistake', () => {
    expect(membersNamed('redact', 'inputs, subject,inputs')).toEqual(['inputs', 'subject']);
    expect(membersNamed('redact', undefined)).toEqual([]);
    for (const text of ['input', '', 'toString']) {
      expect(() => membersNamed('redact', text)).toThrow(
        expect.objectContaining({ code: 'invalid_field', reason: 'event_member_unknown', field: 'redact' }),
      );
    }
  });
});

describe('an export of version 1, from before members had salts', () => {
  const text = readFileSync(new URL('export-of-version-1.txt', import.meta.url), 'utf8');
  const lines = text.trimEnd().split('\n');
  const { kid } = JSON.parse(lines[0] ?? '').key as { readonly kid: string };
  const signed = (line: number): string => JSON.parse(lines[line] ?? '').event.inputs.checkpoint;

  test('verifies, with its key pinned and its own checkpoint as trusted heads', async () => {
    const trustedHeads = { signed: signed(1) };
    expect(await verifyExport(linesOf(stream([text])), { key: kid, trustedHeads })).toMatchObject({
      ok: true,
      records: 10,
      streams: 3,
      checkpoints: 2,
    });
  });

  test('AU-03 any edit of it is found', async () => {
    const at = lines.findIndex((line) => line.includes('txn_1'));
    const record = JSON.parse(lines[at] ?? '');
    const salted = linked(record.event);
    for (const change of [
      { ...record, event: { ...record.event, txn: 'txn_9' } },
      { ...record, salt: salted.salt },
      { ...record, salts: {}, hidden: {} },
    ]) {
      expect(await verifyExport(stream(lines.with(at, canonicalText(change))), { key: kid })).toMatchObject({
        ok: false,
        line: at + 1,
      });
    }
  });

  test('AU-03 a part of it verifies, but not with a header that its key did not sign', async () => {
    const verifyRecord = (sequence: number, given: readonly string[]) =>
      verifyPart(
        stream(given),
        { stream: 'nod_a', from: sequence, to: sequence },
        { key: kid, openLog: (value) => openStatement(value, undefined) },
      );
    expect(await verifyRecord(2, lines)).toMatchObject({ ok: true, records: 1 });
    // Another record 2, and a log of the attacker's own that has it.
    const at = lines.findIndex((line) => line.includes('txn_0'));
    const record = JSON.parse(lines[at] ?? '');
    const forged = { ...record, event: { ...record.event, txn: 'txn_9' } };
    const entry = { stream: 'nod_a', sequence: 2, hash: hashOf(forged) };
    const origin = 'id.example.com/log';
    const own = noteSigner(origin, generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }));
    const log: LogStatement = {
      verifierKey: own.verifierKey,
      checkpoint: own.sign(checkpointText({ origin, size: 1, root: leafHash(entryText(entry)) })),
      heads: [{ ...entry, index: 0, proof: [] }],
    };
    for (const version of [1, 2]) {
      const header = { ...JSON.parse(lines[0] ?? ''), behalf_audit: version, log };
      const given = lines.with(0, canonicalText(header)).with(at, canonicalText({ ...forged, hash: entry.hash }));
      expect(await verifyRecord(2, given)).toMatchObject({ ok: false, finding: 'lines_changed' });
    }
  });

  test('its records continue in a store of today, and cannot be exported in part', async () => {
    const { store } = fakeStore();
    const old = lines.map((line) => JSON.parse(line)).filter(({ stream: name }) => name === 'nod_a');
    const collection = store.collection<never>({ name: 'audit_records', indexes: [] });
    for (const [at, record] of old.entries()) {
      const id = `nod_a:${String(record.sequence).padStart(16, '0')}`;
      await collection.insert({
        ...record,
        id,
        writer: 'w',
        type: record.event.type,
        ...(at === 0 ? { opens: true } : {}),
      } as never);
    }
    const auditLog = await openAuditLog(store);
    expect(await verify(await linesIn(auditLog.export()))).toMatchObject({ ok: true, records: old.length + 2 });
    await expect(linesIn(auditLog.export({ redact: ['inputs'] }))).rejects.toThrow(/cannot be redacted/);
  });
});

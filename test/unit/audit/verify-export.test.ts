import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { calculateJwkThumbprint } from 'jose';
import { canonicalText } from '../../../src/domain/audit/canonical-text.ts';
import { linesOf } from '../../../src/domain/audit/export-lines.ts';
import { hashOf } from '../../../src/domain/audit/record-digest.ts';
import { readTrustedHeads } from '../../../src/domain/audit/signed-heads.ts';
import { verifyExport } from '../../../src/domain/audit/verify-export.ts';
import { fakeStore } from './fake-store.ts';
import { linesIn, newSigner, openAuditLog, signer, stream, testClock } from './support.ts';

const pinned = await calculateJwkThumbprint(signer.key);

/** Two nodes, some checkpoints, personal values: every kind of line there is. */
const exportOf = async (rounds = 4, options: Parameters<typeof openAuditLog>[1] = {}) => {
  const { store, rows } = fakeStore();
  const one = await openAuditLog(store, options);
  const other = await openAuditLog(store, { ...options, node: 'nod_b' });
  for (let n = 0; n < rounds; n += 1) {
    await one.append({
      type: 'token.issued',
      outcome: 'granted',
      txn: `txn_${n}`,
      inputs: { n, text: 'Grüße', list: [1, null] },
    });
    await other.append({
      type: 'session.refused',
      outcome: 'refused',
      personal: { source: '192.0.2.7', username: 'ada' },
    });
    if (n % 2) await one.checkpoint();
  }
  return { auditLog: one, other, rows, lines: await linesIn(one.export({ personal: true })) };
};

const { lines: whole } = await exportOf();
const lineOf = (lines: readonly string[], index: number): string => lines.at(index) ?? '';
const verify = (lines: readonly string[], options = {}) => verifyExport(stream(lines), options);

const problemOf = async (lines: readonly string[], options = {}): Promise<string> => {
  const verdict = await verify(lines, options);
  return verdict.ok ? 'none' : verdict.problem;
};

/** Changes lines as an attacker does who has the file and the digests, but not the key: later links are made to fit. */
const rechain = (
  lines: readonly string[],
  from: number,
  change: (record: Record<string, never>) => object,
): string[] => {
  const changed = [...lines];
  let prev: string | undefined;
  let name: string | undefined;
  for (let index = from; index < lines.length - 1; index += 1) {
    const record = JSON.parse(lineOf(lines, index));
    if (name !== undefined && record.stream !== name) break;
    name = record.stream;
    const next = { ...(index === from ? change(record) : record), ...(prev === undefined ? {} : { prev }) };
    prev = hashOf(next);
    changed[index] = canonicalText({ ...next, hash: prev });
  }
  return changed;
};

describe('an unchanged export', () => {
  test('verifies, with its key pinned and an earlier one as trusted heads', async () => {
    const { auditLog, lines } = await exportOf();
    await auditLog.append({ type: 'audit.read', outcome: 'done' });
    const later = await linesIn(auditLog.export());
    const verdict = await verify(later, { key: pinned, trustedHeads: readTrustedHeads(lines.join('\n')) });
    expect(verdict).toMatchObject({ ok: true, records: 14, streams: 3, checkpoints: 3, key: pinned });
    expect(verdict.ok && verdict.heads.map((head) => [head.stream, head.sequence])).toEqual([
      ['checkpoints', 3],
      ['nod_a', 6],
      ['nod_b', 5],
    ]);
  });

  test('is read a page at a time when it is long', async () => {
    const { store, counts } = fakeStore();
    const auditLog = await openAuditLog(store);
    await Promise.all(Array.from({ length: 1200 }, () => auditLog.append({ type: 'audit.read', outcome: 'done' })));
    counts.finds = 0;
    expect(await verifyExport(auditLog.export())).toMatchObject({ ok: true, records: 1202 });
    expect(counts.finds).toBeLessThan(12);
  });

  test('verifies after a change of the audit key, when it carries the former one', async () => {
    const { store } = fakeStore();
    const auditLog = await openAuditLog(store);
    await auditLog.checkpoint();
    const next = await newSigner();
    const renewed = await openAuditLog(store, { signer: next, formerKeys: [signer.key] });
    expect(await verifyExport(renewed.export(), { key: await calculateJwkThumbprint(next.key) })).toMatchObject({
      ok: true,
    });
    const without = await openAuditLog(store, { signer: next });
    expect(await problemOf(await linesIn(without.export()))).toMatch(
      /line 2: the signature of checkpoint 1 does not verify/,
    );
  });
});

describe('AU-03 tampering is found, and named', () => {
  const index = (name: string, sequence: number) =>
    whole.findIndex(
      (line) => line.includes(`"sequence":${sequence},"stream":"${name}"`) && !line.startsWith('{"behalf'),
    );
  const at = index('nod_a', 3);

  test.each([
    [
      'an edit',
      () => whole.with(at, lineOf(whole, at).replace('txn_1', 'txn_9')),
      /^line \d+: record 3 of stream nod_a was changed: its content does not give/,
    ],
    [
      'an edit with its digest made to fit',
      () => rechain(whole, at, (r) => ({ ...r, at: 1 })).map((line, n) => (n === at + 1 ? lineOf(whole, n) : line)),
      /record 4 of stream nod_a does not follow record 3|record 3 of stream nod_a is not the one that checkpoint/,
    ],
    [
      'an edit with all links made to fit',
      () => rechain(whole, at, (r) => ({ ...r, at: 1 })),
      /record 3 of stream nod_a is not the one that checkpoint 1 \(line 2\) names: it was replaced/,
    ],
    [
      'an edit at the end, behind the last checkpoint but one',
      () => rechain(whole, index('nod_a', 5), (r) => ({ ...r, at: 1 })),
      /is not the one that checkpoint 2 \(line 3\) names/,
    ],
    ['a record taken out', () => whole.toSpliced(at, 1), /record 3 of stream nod_a missing in front of record 4/],
    [
      'records taken out',
      () => whole.toSpliced(at - 1, 2),
      /records 2 to 3 of stream nod_a missing in front of record 4/,
    ],
    ['a record doubled', () => whole.toSpliced(at, 0, lineOf(whole, at)), /record 3 of stream nod_a stands twice/],
    [
      'a second record at the same place',
      () => whole.toSpliced(at + 1, 0, rechain(whole, at, (r) => ({ ...r, at: 1 })).at(at) ?? ''),
      /two different records 3 of stream nod_a: the chain was forked/,
    ],
    [
      'two records swapped',
      () => whole.with(at, lineOf(whole, at + 1)).with(at + 1, lineOf(whole, at)),
      /record 3 of stream nod_a missing|stands behind/,
    ],
    ['the end cut off', () => whole.slice(0, -1), /ends without a signed head/],
    [
      'the end of a stream cut off',
      () => whole.toSpliced(index('nod_a', 5), 1),
      /stream nod_a ends at record 4, but checkpoint 2 \(line 3\) names its record 5/,
    ],
    [
      'a checkpoint cut off',
      () => whole.toSpliced(2, 1),
      /stream checkpoints ends at record 1|signed head says that stream checkpoints ends at record 2/,
    ],
    [
      'a stream taken out',
      () => whole.filter((line) => !line.includes('"stream":"nod_b"')),
      /stream nod_b, which checkpoint 1 .* names, is missing/,
    ],
    [
      'a stream put in',
      () =>
        whole.toSpliced(
          -1,
          0,
          ...whole
            .filter((l) => l.includes('"stream":"nod_a"'))
            .slice(0, 1)
            .map((l) => rechain([l.replaceAll('nod_a', 'nod_c'), ''], 0, (r) => ({ ...r, prev: 'x' })).at(0) ?? ''),
        ),
      /record 1 of stream nod_c does not follow the beginning/,
    ],
    [
      'the records of a stream in two places',
      () => whole.toSpliced(-1, 0, lineOf(whole, at)),
      /line 14: records of stream nod_a stand in two places/,
    ],
    ['text behind the head', () => [...whole, lineOf(whole, 1)], /text behind the signed head/],
    [
      'an erased personal value taken for another',
      () => whole.map((line) => line.replace('"value":"ada"', '"value":"eve"')),
      /a personal value of record 2 of stream nod_b was changed/,
    ],
    [
      'a personal value left out without a word',
      () => whole.map((line) => line.replace(/,"username":\{"salt":"[^"]*","value":"ada"\}/, '')),
      /are not those the head was signed for/,
    ],
    [
      'another issuer in the header',
      () => whole.with(0, lineOf(whole, 0).replace('id.example.com', 'id.example.org')),
      /are not those the head was signed for/,
    ],
    ['nothing at all', () => [], /the export is empty/],
    ['something else', () => ['{"hello":"world"}'], /line 1: this is not the header/],
    ['a second spelling', () => whole.with(at, ` ${whole[at]}`), /not in canonical form/],
    ['half a line', () => whole.with(at, lineOf(whole, at).slice(0, 40)), /not JSON/],
    [
      'a member nothing vouches for',
      () => whole.with(at, canonicalText({ ...JSON.parse(lineOf(whole, at)), extra: 1 })),
      /not a record/,
    ],
    ['nesting without end', () => whole.with(at, '['.repeat(200_000)), /not JSON/],
  ])('%s', async (_, change, problem) => {
    expect(await problemOf(change(), { key: pinned })).toMatch(problem);
  });

  test('any random edit, deletion, insertion, swap or truncation', async () => {
    const position = fc.nat({ max: whole.length - 1 });
    const change = fc.oneof(
      fc.record({
        kind: fc.constant('edit' as const),
        line: position,
        at: fc.nat(),
        to: fc.string({ minLength: 1, maxLength: 1 }),
      }),
      fc.record({ kind: fc.constant('delete' as const), line: position }),
      fc.record({ kind: fc.constant('insert' as const), line: position, from: position }),
      fc.record({ kind: fc.constant('swap' as const), line: position, with: position }),
      fc.record({ kind: fc.constant('truncate' as const), line: position, at: fc.nat() }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        let lines = [...whole];
        for (const c of changes) {
          const text = lines[c.line] ?? '';
          if (c.kind === 'edit')
            lines[c.line] = text.slice(0, c.at % (text.length + 1)) + c.to + text.slice((c.at % (text.length + 1)) + 1);
          if (c.kind === 'delete') lines.splice(c.line, 1);
          if (c.kind === 'insert') lines.splice(c.line, 0, lineOf(whole, c.from));
          if (c.kind === 'swap') [lines[c.line], lines[c.with]] = [lines[c.with] ?? '', text];
          if (c.kind === 'truncate') lines = [...lines.slice(0, c.line), text.slice(0, c.at % (text.length + 1))];
        }
        fc.pre(lines.join('\n') !== whole.join('\n'));
        const verdict = await verifyExport(linesOf(stream([lines.join('\n')])), { key: pinned });
        expect(verdict.ok).toBe(false);
      }),
      { numRuns: 400 },
    );
  });

  test('every character of the signed head counts, the spare bits of the last one too', async () => {
    const last = whole.length - 1;
    const text = lineOf(whole, last);
    const quote = text.lastIndexOf('"');
    for (const other of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.replace(
      text.charAt(quote - 1),
      '',
    )) {
      const lines = whole.with(last, text.slice(0, quote - 1) + other + text.slice(quote));
      expect((await verify(lines)).ok).toBe(false);
    }
  });

  test('an audit log written anew and signed with another key is not that of the pinned key', async () => {
    const { lines } = await exportOf(4, { signer: await newSigner() });
    expect((await verify(lines)).ok).toBe(true);
    expect(await problemOf(lines, { key: pinned })).toMatch(
      /line 1: the export is signed with key .*, not with the pinned key/,
    );
    expect(await problemOf(lines, { trustedHeads: readTrustedHeads(lineOf(whole, -1)) })).toMatch(
      /list of trusted heads was not signed with a key of this audit log/,
    );
  });

  test('an audit log cut back and signed anew with the same key is found by an earlier head', async () => {
    const clock = testClock();
    const { auditLog, rows, lines } = await exportOf(4, { clock });
    const remembered = await auditLog.checkpoint();
    for (const [id, { text }] of rows)
      if (JSON.parse(text).stream === 'checkpoints' || id === 'nod_a:0000000000000005') rows.delete(id);
    const { store } = fakeStore();
    const collection = store.collection<never>({ name: 'audit_records', indexes: [] });
    for (const { text } of rows.values()) await collection.insert(JSON.parse(text) as never);
    const rewritten = await openAuditLog(store, { node: 'nod_c', clock });
    const forged = await linesIn(rewritten.export());
    expect((await verify(forged, { key: pinned })).ok).toBe(true);
    for (const trustedHeads of [readTrustedHeads(lineOf(lines, -1)), readTrustedHeads(JSON.stringify(remembered))]) {
      expect(await problemOf(forged, { key: pinned, trustedHeads })).toMatch(
        /but the list of trusted heads names its record|is not the one that the list of trusted heads names|the list of trusted heads/,
      );
    }
  });
});

describe('AU-07 text from outside cannot forge anything', () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom(
      'a\r\n{"type":"token.issued"}',
      '\u202Eevil',
      '\u2028',
      '\u2029',
      '__proto__',
      'constructor',
      '","type":"x',
      '\uD800',
      '\u0000',
    ),
  );

  test('any id, name or value stays where it was put, and the export verifies', async () => {
    await fc.assert(
      fc.asyncProperty(nasty, nasty, nasty, fc.jsonValue(), async (subject, agent, member, value) => {
        const { store } = fakeStore();
        const auditLog = await openAuditLog(store);
        const inputs = Object.fromEntries([[member, value]]);
        const event = {
          type: 'token.refused',
          outcome: 'refused',
          subject,
          agent,
          inputs,
          personal: { username: member },
        } as const;
        await auditLog.append(event);
        const lines = await linesIn(auditLog.export());
        const text = new TextEncoder().encode(`${lines.join('\n')}\n`);
        const pieces = [text.subarray(0, 700), text.subarray(700, 701), text.subarray(701)];
        expect(await verifyExport(linesOf(stream(pieces)))).toMatchObject({ ok: true, records: 3 });
        const stored = JSON.parse(lineOf(lines, 3)).event;
        expect(Object.keys(stored).toSorted()).toEqual(['agent', 'inputs', 'outcome', 'personal', 'subject', 'type']);
        expect([stored.type, stored.subject, stored.agent]).toEqual([
          'token.refused',
          subject.toWellFormed(),
          agent.toWellFormed(),
        ]);
        expect(Object.keys(stored.inputs)).toEqual([member.toWellFormed()]);
      }),
      { numRuns: 100 },
    );
  });

  test('the digest is over RFC 8785 JSON of exactly {at, event, prev, sequence, stream}', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), fc.string(), (inputs, at, prev) => {
        const link = {
          stream: 'nod_a',
          sequence: 7,
          at,
          prev,
          event: { type: 'audit.read', outcome: 'done', inputs },
        } as never;
        const text = canonicalize(JSON.parse(JSON.stringify(link)));
        expect(hashOf(link)).toBe(
          createHash('sha256')
            .update(text ?? '')
            .digest('base64url'),
        );
      }),
    );
  });
});

describe('a file of trusted heads', () => {
  test('may be an export, its last line, a bare signature or a remembered checkpoint, and is signed', () => {
    const signed = JSON.parse(lineOf(whole, -1)).head;
    const heads = [{ stream: 'nod_a', sequence: 1, hash: 'x' }];
    for (const text of [whole.join('\n'), `${whole.at(-1)}\n`, `${signed}\n`])
      expect(readTrustedHeads(text)).toEqual({ signed });
    // Heads beside a signature could be changed without one.
    expect(readTrustedHeads(JSON.stringify({ heads, signed }))).toEqual({ signed });
    for (const text of ['', 'null', '{}', JSON.stringify(heads), JSON.stringify({ heads }), 'a.b']) {
      expect(() => readTrustedHeads(text)).toThrow(TypeError);
    }
  });
});

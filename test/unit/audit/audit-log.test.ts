import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import { commitmentOf, recordId } from '../../../src/domain/audit/audit-record.ts';
import { verifyExport } from '../../../src/domain/audit/verify-export.ts';
import { fakeStore } from './fake-store.ts';
import { linesIn, newSigner, openAuditLog, stream, testClock } from './support.ts';

const issued = (n: number): AuditEvent => ({
  type: 'token.issued',
  outcome: 'granted',
  subject: `acc_${n % 3}`,
  agent: `agt_${n % 2}`,
  caller: `agt_${n % 2}`,
  txn: `txn_${n}`,
  delegation: `dlg_${n % 4}`,
  token: { id: `jti_${n}`, format: 'jwt', expiresAt: 1_800_000_600 },
});

const storedIn = (rows: ReturnType<typeof fakeStore>['rows'], name: string) =>
  [...rows.values()].map(({ text }) => JSON.parse(text)).filter((record) => record.stream === name);

describe('appending', () => {
  test('64 concurrent callers get a gapless chain in few writes', async () => {
    const { store, rows, counts } = fakeStore();
    const auditLog = await openAuditLog(store);
    const before = counts.writes;
    const receipts = await Promise.all(
      Array.from({ length: 64 }, async (_, caller) => {
        const own = [];
        for (let round = 0; round < 5; round += 1) own.push(await auditLog.append(issued(caller * 5 + round)));
        return own;
      }),
    );
    const sequences = receipts.flat().map(({ sequence }) => sequence);
    expect(sequences.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 320 }, (_, index) => index + 2));
    expect(counts.writes - before).toBeLessThanOrEqual(10);
    for (const { sequence, hash } of receipts.flat()) {
      expect(JSON.parse(rows.get(recordId('nod_a', sequence))?.text ?? '').hash).toBe(hash);
    }
    expect(await verifyExport(auditLog.export())).toMatchObject({ ok: true, records: 322, streams: 2 });
  });

  test('nothing is appended before the audit log is open or after it is closed', async () => {
    const { store } = fakeStore();
    const auditLog = await openAuditLog(store);
    await auditLog.close();
    await expect(auditLog.append(issued(1))).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 1 });
    const again = await openAuditLog(store);
    expect((await auditLog.list({ type: 'node.started' })).entries.map(({ event }) => event.inputs?.['after'])).toEqual(
      ['stop', 'nothing'],
    );
    await again.append(issued(2));
    const crashed = await openAuditLog(store);
    expect(
      (await crashed.list({ type: 'node.started', limit: 3 })).entries.map(({ event }) => event.inputs?.['after']),
    ).toContain('crash');
  });

  test.each(['before', 'half', 'after'] as const)(
    'AU-02 a write that fails (%s) is unavailable to every caller, and the chain goes on without a gap',
    async (fault) => {
      const { store, faults, rows } = fakeStore();
      const auditLog = await openAuditLog(store);
      faults.push(fault);
      const results = await Promise.allSettled([1, 2, 3, 4].map((n) => auditLog.append(issued(n))));
      for (const result of results) {
        expect(result).toMatchObject({ status: 'rejected', reason: { code: 'unavailable', retryAfterSeconds: 1 } });
      }
      await auditLog.append(issued(5));
      const stored = storedIn(rows, 'nod_a').length;
      expect(stored).toBe({ before: 2, half: 4, after: 6 }[fault]);
      expect(await verifyExport(auditLog.export())).toMatchObject({ ok: true, records: stored + 1 });
    },
  );

  test('AU-02 more events than may wait are refused, the waiting ones are written', async () => {
    const { store } = fakeStore();
    const auditLog = await openAuditLog(store, { queueLimit: 3 });
    const results = await Promise.allSettled([1, 2, 3, 4, 5].map((n) => auditLog.append(issued(n))));
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    await auditLog.append(issued(6));
  });

  test('AU-04 two writers of one stream cannot fork it, and each event is there exactly once', async () => {
    const { store, rows } = fakeStore();
    const one = await openAuditLog(store);
    const other = await openAuditLog(store);
    // The same event at the same millisecond: only its place tells the two apart.
    const receipts = await Promise.all(
      Array.from({ length: 40 }, (_, n) => (n % 2 ? one : other)).map((auditLog) => auditLog.append(issued(7))),
    );
    expect(new Set(receipts.map(({ sequence }) => sequence)).size).toBe(40);
    expect(storedIn(rows, 'nod_a')).toHaveLength(42);
    expect(await verifyExport(one.export())).toMatchObject({ ok: true, records: 43 });
  });

  test('AU-04 of two writers with the same event for the same place, each gets a record of its own', async () => {
    const { store, rows, faults } = fakeStore();
    const one = await openAuditLog(store);
    const other = await openAuditLog(store);
    // Both lose their heads, so that both read the same one and link the same record to it.
    faults.push('before', 'before');
    await Promise.allSettled([one.append(issued(1)), other.append(issued(1))]);
    const receipts = await Promise.all([one.append(issued(7)), other.append(issued(7))]);
    expect(receipts.map(({ sequence }) => sequence).toSorted()).toEqual([3, 4]);
    expect(storedIn(rows, 'nod_a')).toHaveLength(4);
  });

  test('AU-04 a writer that comes between in the middle of a group costs no event and doubles none', async () => {
    const { store, rows, onWrite, put } = fakeStore();
    const auditLog = await openAuditLog(store);
    // Takes the third place of the group, as a backend without transactions may let it happen.
    const intruder = { ...storedIn(rows, 'nod_a')[0], id: recordId('nod_a', 4), sequence: 4, writer: 'another' };
    onWrite(() => {
      onWrite(undefined);
      put(intruder);
    });
    const receipts = await Promise.all([1, 2, 3, 4].map((n) => auditLog.append(issued(n))));
    expect(receipts.map(({ sequence }) => sequence)).toEqual([2, 3, 5, 6]);
    const txns = storedIn(rows, 'nod_a').map(({ txn }) => txn);
    expect(txns.filter((txn) => txn !== undefined).toSorted()).toEqual(['txn_1', 'txn_2', 'txn_3', 'txn_4']);
  });

  test('an event too large to keep is refused before anything is written', async () => {
    const { store, counts } = fakeStore();
    const auditLog = await openAuditLog(store);
    const before = counts.writes;
    const event: AuditEvent = { ...issued(1), inputs: { text: 'x'.repeat(200_000) } };
    await expect(auditLog.append(event)).rejects.toMatchObject({ code: 'invalid_request' });
    expect(counts.writes).toBe(before);
  });
});

describe('personal values', () => {
  const personal = { source: 'canary-203.0.113.9', username: 'canary-ada' };

  test('are never in the hashed part and, unless asked for, not in an export', async () => {
    const { store, rows } = fakeStore();
    const auditLog = await openAuditLog(store);
    await auditLog.append({ type: 'session.refused', outcome: 'refused', personal });
    for (const { event, erasable: _, ...rest } of storedIn(rows, 'nod_a')) {
      expect(JSON.stringify([event, rest])).not.toContain('canary');
    }
    expect((await linesIn(auditLog.export())).join('\n')).not.toContain('canary');
    const full = await linesIn(auditLog.export({ personal: true }));
    expect(full.join('\n')).toContain('canary-ada');
    expect(await verifyExport(stream(full))).toMatchObject({ ok: true });
    const forged = full.map((line) => line.replace('canary-ada', 'canary-bob'));
    expect(await verifyExport(stream(forged))).toMatchObject({ ok: false, stream: 'nod_a', sequence: 2 });
  });

  test('AU-08 erasing a value takes its salt with it, and the chain still verifies', async () => {
    const { store, rows } = fakeStore();
    const auditLog = await openAuditLog(store);
    const { sequence } = await auditLog.append({ type: 'session.refused', outcome: 'refused', personal });
    const id = recordId('nod_a', sequence);
    const { salt } = JSON.parse(rows.get(id)?.text ?? '').erasable.username;
    expect(await auditLog.erase(id, 'username')).toBe(true);
    expect(await auditLog.erase(id, 'username')).toBe(false);
    expect(await auditLog.erase(id, 'constructor')).toBe(false);
    expect(await auditLog.erase('nod_a:none', 'username')).toBe(false);
    expect(rows.get(id)?.text).not.toContain('canary-ada');
    expect(rows.get(id)?.text).not.toContain(salt);
    const [entry] = (await auditLog.list({ type: 'session.refused' })).entries;
    expect(entry).toMatchObject({ erased: ['username'], event: { personal: { source: personal.source } } });
    expect(entry?.event.personal).not.toHaveProperty('username');
    expect(await auditLog.erase(id, 'source')).toBe(true);
    expect(JSON.parse(rows.get(id)?.text ?? '')).not.toHaveProperty('erasable');
    expect(await verifyExport(auditLog.export({ personal: true }))).toMatchObject({ ok: true });
  });

  test('the same value has another commitment each time', () => {
    const value = 'ada';
    expect(commitmentOf({ salt: 'AAAA', value })).not.toBe(commitmentOf({ salt: 'AAAB', value }));
  });
});

describe('checkpoints and the trusted heads', () => {
  test('a checkpoint names the heads of all streams and is remembered; without news there is no second one', async () => {
    const { store, rows } = fakeStore();
    const seen: unknown[] = [];
    const one = await openAuditLog(store, {
      remember: async ({ heads }) => void seen.push(heads.map((h) => [h.stream, h.sequence])),
    });
    await openAuditLog(store, { node: 'nod_b' });
    await one.checkpoint();
    await one.checkpoint();
    await one.append(issued(1));
    await Promise.all([one.checkpoint(), one.checkpoint()]);
    expect(seen).toEqual([
      [
        ['checkpoints', 1],
        ['nod_a', 1],
        ['nod_b', 1],
      ],
      [
        ['checkpoints', 2],
        ['nod_a', 2],
        ['nod_b', 1],
      ],
    ]);
    expect(storedIn(rows, 'checkpoints')).toHaveLength(2);
  });

  test('AU-04 checkpoints of two nodes at once stand in one chain', async () => {
    const { store, rows } = fakeStore();
    const one = await openAuditLog(store);
    const other = await openAuditLog(store, { node: 'nod_b' });
    for (let round = 0; round < 5; round += 1) {
      await Promise.all([one.append(issued(round)), other.append(issued(round))]);
      await Promise.all([one.checkpoint(), other.checkpoint()]);
    }
    expect(storedIn(rows, 'checkpoints').length).toBeGreaterThanOrEqual(5);
    expect(await verifyExport(other.export())).toMatchObject({ ok: true });
  });

  test('FT-06 FT-14 a start on a data set older than its trusted heads refuses (decision D24)', async () => {
    const { store, rows } = fakeStore();
    const auditLog = await openAuditLog(store);
    const backup = [...rows];
    await auditLog.append(issued(1));
    const { heads } = await auditLog.checkpoint();
    await expect(openAuditLog(store)).resolves.toBeDefined();
    rows.clear();
    for (const [id, row] of backup) rows.set(id, row);
    const { newAuditLog } = await import('../../../src/domain/audit/audit-log.ts');
    const restored = newAuditLog({
      documents: store,
      clock: testClock(),
      node: 'nod_a',
      issuer: 'https://id.example.com',
      signer: await newSigner(),
    });
    await expect(restored.open({ remembered: heads })).rejects.toThrow(/older than its trusted heads: audit stream/);
    await expect(restored.open({ remembered: [{ stream: 'nod_a', sequence: 1, hash: 'x' }] })).rejects.toThrow(
      /not the one that its trusted heads name/,
    );
  });
});

describe('listing', () => {
  test('pages through what matches, newest first, without loss or repetition', async () => {
    const { store } = fakeStore();
    const clock = testClock();
    const auditLog = await openAuditLog(store, { clock });
    for (let n = 0; n < 12; n += 1) {
      await auditLog.append(issued(n));
      if (n % 2) clock.advance(1);
    }
    const found: (string | undefined)[] = [];
    for (let page = await auditLog.list({ agent: 'agt_1', limit: 4 }); ; ) {
      found.push(...page.entries.map(({ event }) => event.txn));
      if (!page.next) break;
      page = await auditLog.list({ agent: 'agt_1', limit: 4, after: page.next });
    }
    expect(found).toEqual(['txn_11', 'txn_9', 'txn_7', 'txn_5', 'txn_3', 'txn_1']);
    const from = 1_800_000_000_000;
    const range = await auditLog.list({
      subject: 'acc_1',
      fromMillis: from + 1000,
      toMillis: from + 3000,
      direction: 'ascending',
    });
    expect(range.entries.map(({ event }) => event.txn)).toEqual(['txn_4', 'txn_7']);
    for (const filter of [
      { txn: 'txn_5' },
      { tokenId: 'jti_5' },
      { delegation: 'dlg_1', caller: 'agt_1', subject: 'acc_2' },
    ]) {
      expect((await auditLog.list(filter)).entries.map(({ event }) => event.txn)).toEqual(['txn_5']);
    }
  });
});

test('over the memory adapter: append, list, checkpoint, export, erase', async () => {
  const auditLog = await openAuditLog(memoryDocumentStore());
  await Promise.all(Array.from({ length: 64 }, (_, n) => auditLog.append(issued(n))));
  const { sequence } = await auditLog.append({
    type: 'session.started',
    outcome: 'done',
    personal: { username: 'ada' },
  });
  expect(
    (await auditLog.list({ agent: 'agt_1', type: 'token.issued', fromMillis: 0, limit: 10 })).entries,
  ).toHaveLength(10);
  expect((await auditLog.list({ agent: 'agt_nobody' })).entries).toEqual([]);
  expect(await auditLog.erase(recordId('nod_a', sequence), 'username')).toBe(true);
  await auditLog.close();
  expect(await verifyExport(auditLog.export())).toMatchObject({ ok: true, records: 68, checkpoints: 1 });
});

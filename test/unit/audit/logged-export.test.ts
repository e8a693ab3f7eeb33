/** An export has a checkpoint of the transparency log with cosignatures: which records it covers, and what an attacker with the audit key gets. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { calculateJwkThumbprint } from 'jose';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { randomIdentifiers } from '../../../adapters/node/identifiers.ts';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import { canonicalText } from '../../../src/domain/audit/canonical-text.ts';
import { type LogStatement, loggedCheck } from '../../../src/domain/audit/logged-heads.ts';
import {
  LOG_BUNDLES,
  type LogDocument,
  TRANSPARENCY_LOGS,
} from '../../../src/domain/audit/transparency-log/log-documents.ts';
import { openStatement } from '../../../src/domain/audit/transparency-log/log-statement.ts';
import { transparencyLog } from '../../../src/domain/audit/transparency-log/transparency-log.ts';
import { parsePolicy, type WitnessPolicy } from '../../../src/domain/audit/transparency-log/witness-policy.ts';
import { type VerifyOptions, verifyExport } from '../../../src/domain/audit/verify-export.ts';
import { verifyPart } from '../../../src/domain/audit/verify-part.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import type { DocumentStore } from '../../../src/domain/ports/document-store.ts';
import { witnessWorld } from '../../support/witness-world.ts';
import { linesIn, openAuditLog, signer, stream, testClock } from './support.ts';

const key = await calculateJwkThumbprint(signer.key);
const REFUSED: AuditEvent = { type: 'session.refused', outcome: 'refused', personal: { source: '192.0.2.7' } };

let clock: ReturnType<typeof testClock>;
let documents: DocumentStore;
let world: ReturnType<typeof witnessWorld>;
let auditLog: Awaited<ReturnType<typeof openAuditLog>>;
/** Names the log that was begun last. */
let policy: WitnessPolicy;

const logOn = (on: DocumentStore, withholds = false) =>
  transparencyLog({
    documents: on,
    clock,
    identifiers: randomIdentifiers,
    masterKey: masterKey(Buffer.alloc(32, 1)),
    issuer: 'https://id.example.com',
    kept: { read: () => undefined, keep: () => undefined },
    witnesses: { rules: world.rules(withholds), audit: auditLog, onOutcome: () => undefined },
    refused: () => undefined,
    pause: async () => undefined,
  });
type Log = ReturnType<typeof logOn>;

const newLog = async (on = documents, withholds = false): Promise<Log> => {
  const log = logOn(on, withholds);
  await log.open();
  const stored = (await on.collection<LogDocument>(TRANSPARENCY_LOGS).find({ limit: 1 }))[0]?.document;
  world.watch(String(stored?.verifierKey));
  policy = parsePolicy(`log ${stored?.verifierKey}\n${world.text}`);
  return log;
};
const cosigned = async (log: Log): Promise<void> => {
  await log.poll();
  await log.cosign();
};
const refusals = async (count: number, to = auditLog): Promise<void> => {
  for (let n = 0; n < count; n += 1) await to.append(REFUSED);
};
const exported = async (log: LogStatement | undefined, from = auditLog): Promise<string[]> =>
  linesIn(from.export({ log }));
const withPolicy = (given: WitnessPolicy | undefined): VerifyOptions => ({
  key,
  openLog: (value) => openStatement(value, given),
});
const verify = (lines: readonly string[], given: { readonly policy: WitnessPolicy | undefined } = { policy }) =>
  verifyExport(stream(lines), withPolicy(given.policy));
const statementOf = async (log: Log): Promise<LogStatement> => {
  const found = await log.statement();
  if (!found) throw new Error('no statement');
  return found;
};
const changed = (statement: LogStatement, change: Partial<LogStatement>): LogStatement => ({ ...statement, ...change });

beforeEach(async () => {
  clock = testClock();
  documents = memoryDocumentStore();
  world = witnessWorld(['w1', 'w2'], 2, clock.now);
  auditLog = await openAuditLog(documents, { clock });
});

test('an export verifies with the policy alone, and says how many records came later', async () => {
  const log = await newLog();
  await refusals(300);
  await cosigned(log);
  await refusals(2);
  const statement = await statementOf(log);
  const lines = await exported(statement);
  const [head] = statement.heads;
  expect(statement.heads).toHaveLength(1);
  expect([head?.stream, head?.sequence, head?.index]).toEqual(['nod_a', 301, 300]);
  // Two refusals, and the checkpoint of the export.
  const at = clock.now();
  expect(await verify(lines)).toMatchObject({
    ok: true,
    log: {
      size: 301,
      uncovered: 3,
      cosigned: [
        { name: 'w1', at },
        { name: 'w2', at },
      ],
    },
  });
  expect(await verify(lines, { policy: undefined })).toMatchObject({ ok: true, log: { size: 301, uncovered: 3 } });
  const part = await verifyPart(stream(lines), { stream: 'nod_a', from: 290, to: 290 }, withPolicy(undefined));
  expect(part).toMatchObject({ ok: true, namedBy: ['the checkpoint of the transparency log'] });
});

test('it has the last record of each stream that readers see, not of each that the log has', async () => {
  const other = await openAuditLog(documents, { clock, node: 'nod_b' });
  const log = await newLog();
  await refusals(600);
  await refusals(300, other);
  await cosigned(log);
  await refusals(700);
  // Nothing has cosigned these.
  await log.poll();
  await log.poll();
  const statement = await statementOf(log);
  expect(statement.heads.map((one) => [one.stream, one.sequence]).toSorted()).toEqual([
    ['nod_a', 601],
    ['nod_b', 301],
  ]);
  expect(await verify(await exported(statement))).toMatchObject({ ok: true, log: { size: 902, uncovered: 701 } });
});

test('old records that no proof covers are a warning that names the stream', async () => {
  const log = await newLog();
  await cosigned(log);
  await refusals(2);
  const statement = await statementOf(log);
  expect(await verify(await exported(statement))).not.toHaveProperty('warnings');
  clock.advance(601);
  expect(await verify(await exported(statement))).toMatchObject({
    ok: true,
    warnings: expect.arrayContaining([
      expect.objectContaining({ finding: 'not_logged', stream: 'nod_a', sequence: 2 }),
    ]),
  });
});

test('a statement of as many streams as it can have leaves others out without a warning', () => {
  const streams = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ stream: `nod_${n}`, sequence: 1, hash: '' }));
  const record = (name: string, sequence: number) => ({ stream: name, sequence, hash: '', prev: '', at: 0 });
  const warned = (heads: number): readonly (string | undefined)[] => {
    const check = loggedCheck(streams(heads));
    for (const one of [record('nod_1', 2), record('nod_x', 1)]) check.follow(one);
    expect(check.uncovered()).toBe(2);
    return check.warnings(600_001).map(({ stream: name }) => name);
  };
  expect(warned(255)).toEqual(['nod_1', 'nod_x']);
  expect(warned(256)).toEqual(['nod_1']);
});

test('a policy is evaluated once for a statement', async () => {
  const log = await newLog();
  await cosigned(log);
  let reads = 0;
  const witnesses = [...policy.witnesses].map(([name, verifier]) => {
    const read: typeof verifier.read = (note) => {
      reads += 1;
      return verifier.read(note);
    };
    return [name, { ...verifier, read }] as const;
  });
  openStatement(await statementOf(log), { ...policy, witnesses: new Map(witnesses) });
  expect(reads).toBe(2);
});

describe('an export has no statement, and is exported all the same', () => {
  test('before witnesses cosigned where the log waits for them', async () => {
    const log = await newLog(documents, true);
    await log.poll();
    expect(await log.statement()).toBeUndefined();
    const lines = await exported(undefined);
    expect(await verify(lines)).toMatchObject({ ok: false, finding: 'not_witnessed', line: 1 });
    expect(await verify(lines, { policy: undefined })).not.toHaveProperty('log');
  });

  test('when an editor of the database removed a part of the log', async () => {
    const log = await newLog();
    await refusals(600);
    await cosigned(log);
    await cosigned(log);
    const bundles = documents.collection<{ readonly id: string }>(LOG_BUNDLES);
    for (const { document } of await bundles.find({ limit: 10 })) await bundles.take(document.id);
    expect(await logOn(documents).statement()).toBeUndefined();
  });
});

describe('AU-03 an attacker with the audit key and the database', () => {
  let statement: LogStatement;

  beforeEach(async () => {
    const log = await newLog();
    await refusals(20);
    await cosigned(log);
    statement = await statementOf(log);
  });

  /** The audit log written anew: other records, signed with the same key. */
  const writtenAnew = async (count: number) => {
    const anew = await openAuditLog(memoryDocumentStore(), { clock });
    await refusals(count, anew);
    return anew;
  };

  test.each([
    ['writes the same number of records anew', 20, 'split_view'],
    ['writes fewer records anew', 10, 'older_than_trusted'],
  ])('%s: the proofs name other records', async (_, count, finding) => {
    const anew = await writtenAnew(count);
    expect(await verify(await exported(undefined, anew), { policy: undefined })).toMatchObject({ ok: true });
    expect(await verify(await exported(statement, anew))).toMatchObject({ ok: false, finding, stream: 'nod_a' });
    // Without a policy it is no less found, and no second history: nothing says that others saw the first.
    const unnamed = await verify(await exported(statement, anew), { policy: undefined });
    expect(unnamed).toMatchObject({ ok: false, finding: count === 20 ? 'forked' : 'records_missing' });
  });

  test('leaves the statement out, or the heads of a stream: the first fails, the second is named once it is old', async () => {
    const anew = await writtenAnew(20);
    expect(await verify(await exported(undefined, anew))).toMatchObject({ ok: false, finding: 'not_witnessed' });
    clock.advance(601);
    expect(await verify(await exported(changed(statement, { heads: [] }), anew))).toMatchObject({
      ok: true,
      log: { uncovered: 22 },
      warnings: expect.arrayContaining([
        expect.objectContaining({ finding: 'not_logged', stream: 'nod_a', sequence: 1 }),
      ]),
    });
  });

  test.each<[string, (statement: LogStatement) => Partial<LogStatement>, string]>([
    ['a digest', ({ heads }) => ({ heads: heads.map((one) => ({ ...one, hash: 'x'.repeat(43) })) }), 'log_changed'],
    ['a sequence', ({ heads }) => ({ heads: heads.map((one) => ({ ...one, sequence: 20 })) }), 'log_changed'],
    ['an index', ({ heads }) => ({ heads: heads.map((one) => ({ ...one, index: 3 })) }), 'log_changed'],
    ['a proof', ({ heads }) => ({ heads: heads.map((one) => ({ ...one, proof: one.proof.slice(1) })) }), 'log_changed'],
    ['the text of a proof', ({ heads }) => ({ heads: heads.map((one) => ({ ...one, proof: ['?'] })) }), 'log_changed'],
    ['the size', ({ checkpoint }) => ({ checkpoint: checkpoint.replace('\n21\n', '\n20\n') }), 'signature_invalid'],
    ['the key', () => ({ verifierKey: 'id.example.com+00000000+AAAA' }), 'unreadable'],
    ['the form', () => ({ heads: 'none' as never }), 'unreadable'],
    [
      'a cosignature',
      ({ checkpoint }) => ({ checkpoint: checkpoint.slice(0, checkpoint.indexOf('— w2')) }),
      'not_witnessed',
    ],
  ])('changes %s of the statement', async (_, change, finding) => {
    const lines = await exported(changed(statement, change(statement)));
    expect(await verify(lines)).toMatchObject({ ok: false, finding, line: 1 });
  });

  test('shows a log of their own, which the same witnesses watch or witnesses of their own: it is none of the policy', async () => {
    const own = memoryDocumentStore();
    const anew = await openAuditLog(own, { clock });
    const [ofReader, withoutLog, textOfReader] = [policy, world.policy, world.text];
    const shown = async () => {
      const log = await newLog(own);
      await cosigned(log);
      return exported(await statementOf(log), anew);
    };
    const lines = await shown();
    expect(await verify(lines)).toMatchObject({ ok: true });
    expect(await verify(lines, { policy: ofReader })).toMatchObject({ ok: false, finding: 'key_replaced' });
    expect(await verify(lines, { policy: withoutLog })).toMatchObject({ ok: false, finding: 'key_replaced' });
    world = witnessWorld(['w1', 'w2'], 2, clock.now);
    clock.advance(1);
    await refusals(1, anew);
    const others = await shown();
    expect(await verify(others)).toMatchObject({ ok: true });
    const byReader = parsePolicy(`log ${JSON.parse(others[0] ?? '').log.verifierKey}\n${textOfReader}`);
    expect(await verify(others, { policy: byReader })).toMatchObject({ ok: false, finding: 'not_witnessed' });
  });
});

test('the header is covered by the signed head: another statement without the audit key is found', async () => {
  const log = await newLog();
  await cosigned(log);
  const lines = await exported(await statementOf(log));
  const { log: _, ...header } = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  const without = [canonicalText(header), ...lines.slice(1)];
  expect(await verify(without, { policy: undefined })).toMatchObject({ ok: false, finding: 'lines_changed' });
});

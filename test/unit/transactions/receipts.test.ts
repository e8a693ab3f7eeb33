/** What a receipt says about many events, and about ends before the end of the transaction. */
import { beforeEach, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { randomIdentifiers } from '../../../adapters/node/identifiers.ts';
import type { AuditEvent, AuditLog } from '../../../src/domain/audit/audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord, linkRecord, prepareEvent } from '../../../src/domain/audit/audit-record.ts';
import { beginningsOf, signBeginning } from '../../../src/domain/audit/beginning.ts';
import { type TransparencyLog, transparencyLog } from '../../../src/domain/audit/transparency-log/transparency-log.ts';
import { transactionReceipts } from '../../../src/domain/authority/transactions/transaction-receipts.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import type { DocumentStore } from '../../../src/domain/ports/document-store.ts';
import { START, standingClock } from '../../support/standing-clock.ts';
import { signer } from '../audit/support.ts';

const ISSUER = 'https://id.example.com';
const TOKEN = { id: 'tok_1', format: 'jwt', expiresAt: START + 900 } as const;

const CLOSED = {
  ...{ id: 'trn_a', agent: 'agt_a', owner: 'acc_o', trigger: 'event', state: 'closed', cause: 'agent' },
  intent: { digest: 'd', source: 'stated_by_agent' },
  ...{ createdAt: START, closedAt: START + 600, expiresAt: START + 900 },
};

let documents: DocumentStore;
let sequence: number;
let log: TransparencyLog;

beforeEach(async () => {
  documents = memoryDocumentStore();
  sequence = 0;
  log = transparencyLog({
    ...{ documents, clock: standingClock(), identifiers: randomIdentifiers, issuer: ISSUER },
    masterKey: masterKey(Buffer.alloc(32, 1)),
    kept: { read: () => undefined, keep: () => undefined },
    refused: () => undefined,
    pause: async () => undefined,
  });
  await log.open();
});

const record = async (seconds: number, ...events: readonly AuditEvent[]): Promise<void> => {
  const made = events.map((event) => {
    sequence += 1;
    const prepared = prepareEvent(event, (START + seconds) * 1000);
    return linkRecord('test', sequence === 1 ? undefined : { sequence: sequence - 1, hash: 'h' }, prepared, 'test');
  });
  await documents.collection<AuditRecord>(AUDIT_RECORDS).insertMany(made);
};

/** Records what the receipts append, a second after everything else. */
const audit: AuditLog = {
  async append(event) {
    await record(700, event);
    return { stream: 'test', sequence, hash: '' };
  },
};

type Claims = Readonly<Record<string, unknown>>;

const receipts = (signed: (claims: Claims) => void = () => undefined) =>
  transactionReceipts({
    ...{ documents, audit, transparencyLog: log, clock: standingClock(), issuer: ISSUER },
    transactions: { closeIfOver: async () => ({ document: CLOSED, version: 1 }) as never },
    signatures: {
      async sign(_, given) {
        signed(given);
        return 'signed';
      },
      bytesSigner: () => ({ kid: 'key', sign: () => Buffer.alloc(64) }),
    },
  });

const receipt = async (): Promise<Claims> => {
  let claims: Claims = {};
  const answer = await receipts((given) => {
    claims = given;
  }).of('trn_a');
  expect(answer?.jws).toBe('signed');
  return claims;
};

const issuedReceipts = () =>
  documents.collection<AuditRecord>(AUDIT_RECORDS).find({ where: { type: 'transaction.receipt_issued' }, limit: 10 });

const refused: AuditEvent = { type: 'token.refused', outcome: 'refused', txn: 'trn_a' };
const issued = (id: string): AuditEvent => ({
  ...{ type: 'token.issued', outcome: 'granted', txn: 'trn_a' },
  ...{ agent: 'agt_a', caller: 'agt_a', owner: 'acc_o', subject: 'acc_s', delegation: 'dlg_a', grant: 'grt_a' },
  token: { ...TOKEN, id },
  inputs: { delegations: [{ subject: 'acc_b', delegation: 'dlg_z' }] },
});

test('is proven by a record of the log, which a later receipt over the same events has too', async () => {
  await record(1, issued('tok_1'));
  const [first, second] = [await receipt(), await receipt()];
  const {
    record: own,
    index,
    proof,
    checkpoint,
  } = first['log'] as {
    readonly record: { readonly sequence: number; readonly event: AuditEvent };
    readonly index: number;
    readonly proof: readonly string[];
    readonly checkpoint: string;
  };
  expect(second['log']).toEqual(first['log']);
  expect(await issuedReceipts()).toHaveLength(1);
  expect(own.event).toMatchObject({ type: 'transaction.receipt_issued', target: { kind: 'transaction', id: 'trn_a' } });
  const known = await log.inclusion('test', own.sequence);
  expect({ index, proof, checkpoint }).toEqual({
    index: known?.index,
    proof: known?.proof.map((one) => one.toString('base64')),
    checkpoint: known?.checkpoint,
  });

  // A report that comes later changes the grade, so there is something new to put into the log.
  await record(2, { type: 'report.stated', outcome: 'done', txn: 'trn_a', token: TOKEN, inputs: { time: START + 2 } });
  const later = await receipt();
  expect(later).toMatchObject({ grades: { confirmed: 1 } });
  expect(later['log']).not.toEqual(first['log']);
  expect(await issuedReceipts()).toHaveLength(2);
});

test('does not take a record for its own whose content was edited in the database', async () => {
  await record(1, issued('tok_1'));
  await receipt();
  const [found] = await issuedReceipts();
  if (!found) throw new Error('no record');
  const { document, version } = found;
  const event = { ...document.event, owner: 'acc_x' };
  await documents.collection<AuditRecord>(AUDIT_RECORDS).replace({ ...document, event }, version);
  await receipt();
  expect(await issuedReceipts()).toHaveLength(2);
});

test('is unavailable while the log cannot have its record', async () => {
  await record(1, issued('tok_1'));
  log = { ...log, append: async () => 0 };
  await expect(receipt()).rejects.toMatchObject({ code: 'unavailable', reason: 'event_not_logged' });
});

test('counts any number of refusals, and they cost no digest', async () => {
  await record(1, issued('tok_1'));
  await record(2, ...Array.from({ length: 10_001 }, () => refused));
  const claims = await receipt();
  expect(claims).toMatchObject({ refused: 10_001, events: { count: 1, through: { test: 10_002 } } });
  expect(claims).toMatchObject({ events: { sha256: expect.any(String) } });
  expect(claims).not.toHaveProperty('truncated');
});

test('about more than 1,000 tokens lists the first, and says that it is truncated', async () => {
  await record(1, ...Array.from({ length: 1001 }, (_, index) => issued(`tok_${index}`)));
  const claims = await receipt();
  expect(claims).toMatchObject({ truncated: true, grades: { unreported: 1000 }, events: { count: 1001 } });
  expect(claims['steps']).toHaveLength(1000);
});

const by = { outcome: 'done', caller: 'app_x' } as const;

test.each<[string, AuditEvent]>([
  [
    'its revocation',
    { ...by, type: 'token.revoked', caller: 'agt_a', token: { id: 'tok_1', format: 'jwt', expiresAt: 1 } },
  ],
  ['the revocation of its delegation', { ...by, type: 'delegation.revoked', subject: 'acc_s', delegation: 'dlg_a' }],
  [
    'the revocation of the delegation of another participant',
    { ...by, type: 'delegation.revoked', subject: 'acc_b', delegation: 'dlg_z' },
  ],
  ['a kill of another participant', { ...by, type: 'kill.ordered', target: { kind: 'account', id: 'acc_b' } }],
  ['the revocation of its grant', { ...by, type: 'grant.revoked', subject: 'acc_s', grant: 'grt_a' }],
  ['the retirement of its agent', { ...by, type: 'agent.retired', target: { kind: 'agent', id: 'agt_a' } }],
  ['a kill of its agent', { ...by, type: 'kill.ordered', target: { kind: 'agent', id: 'agt_a' } }],
  ['a kill of its person', { ...by, type: 'kill.ordered', target: { kind: 'account', id: 'acc_s' } }],
  ['a kill of the agents of its owner', { ...by, type: 'kill.reconciled', target: { kind: 'owner', id: 'acc_o' } }],
  ['a kill of everything', { ...by, type: 'kill.ordered', target: { kind: 'all', id: 'all' } }],
])('knows the end of a token by %s', async (_, event) => {
  await record(1, issued('tok_1'));
  await record(100, event);
  await record(200, issued('tok_2'));
  const [first, second] = (await receipt())['steps'] as readonly object[];
  expect(first).toMatchObject({ token: 'tok_1', ended_at: START + 100, ended_by: event.type });
  expect(second).not.toHaveProperty('ended_at');
});

test.each<[string, AuditEvent]>([
  [
    'another token',
    { ...by, type: 'token.revoked', caller: 'agt_a', token: { id: 'tok_9', format: 'jwt', expiresAt: 1 } },
  ],
  ['another delegation', { ...by, type: 'delegation.revoked', subject: 'acc_s', delegation: 'dlg_b' }],
  ['another agent', { ...by, type: 'kill.ordered', target: { kind: 'agent', id: 'agt_b' } }],
])('does not take the end of %s for that of the token', async (_, event) => {
  await record(1, issued('tok_1'));
  await record(100, event);
  expect(((await receipt())['steps'] as readonly object[])[0]).not.toHaveProperty('ended_at');
});

test.each([
  ['is refused, with the place, when its events may be in an archive', 1, true],
  ['is signed when the archive ends before the transaction', -1, false],
])('%s', async (_, seconds, isRefused) => {
  await record(1, issued('tok_1'));
  const of = { origin: 'o', verifierKey: 'k', size: 256, root: 'r', place: '/archive' };
  const signed = await signBeginning(signer, {
    ...{ behalf_audit: 2, kind: 'beginning', issuer: ISSUER, at: 1, before: (START + seconds) * 1000 },
    ...{ heads: [], log: of },
  });
  await beginningsOf(documents).insert({ id: 'current', holds: 0, signed });
  const answer = await receipts()
    .of('trn_a')
    .catch((error: unknown) => error);
  if (isRefused) expect(answer).toMatchObject({ code: 'conflict', message: expect.stringContaining('/archive') });
  else expect(answer).toMatchObject({ jws: 'signed' });
  expect(await issuedReceipts()).toHaveLength(isRefused ? 0 : 1);
});

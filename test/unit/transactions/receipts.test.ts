/** What a receipt says about many events, and about ends before the end of the transaction. */
import { beforeEach, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { randomIdentifiers } from '../../../adapters/node/identifiers.ts';
import type { AuditEvent, AuditLog } from '../../../src/domain/audit/audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord } from '../../../src/domain/audit/audit-record.ts';
import { beginningsOf, signBeginning } from '../../../src/domain/audit/beginning.ts';
import { type TransparencyLog, transparencyLog } from '../../../src/domain/audit/transparency-log/transparency-log.ts';
import { transactionReceipts } from '../../../src/domain/authority/transactions/transaction-receipts.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import type { DocumentStore } from '../../../src/domain/ports/document-store.ts';
import { awaitedAppend } from '../../support/awaited-append.ts';
import { START, standingClock } from '../../support/standing-clock.ts';
import { signer } from '../audit/support.ts';
import { recordedEvents } from './recorded-events.ts';

const ISSUER = 'https://id.example.com';
const TOKEN = { id: 'tok_1', format: 'jwt', expiresAt: START + 900 } as const;

const CLOSED = {
  ...{ id: 'trn_a', agent: 'agt_a', owner: 'acc_o', trigger: 'event', state: 'closed', cause: 'agent' },
  intent: { digest: 'd', source: 'stated_by_agent' },
  ...{ createdAt: START, closedAt: START + 600, expiresAt: START + 900 },
};

let documents: DocumentStore;
let recorded: ReturnType<typeof recordedEvents>;
let log: TransparencyLog;

beforeEach(async () => {
  documents = memoryDocumentStore('refused');
  recorded = recordedEvents(documents);
  log = transparencyLog({
    ...{ documents, clock: standingClock(), identifiers: randomIdentifiers, issuer: ISSUER },
    masterKey: masterKey(Buffer.alloc(32, 1)),
    kept: { read: () => undefined, keep: () => undefined },
    refused: () => undefined,
    pause: async () => undefined,
  });
  await log.open();
});

const record = (seconds: number, ...events: readonly AuditEvent[]): Promise<void> =>
  recorded.record(seconds, ...events);

/** Records what the receipts append, a second after everything else. */
const audit: AuditLog = {
  append: awaitedAppend(async (event) => {
    await record(700, event);
    return { stream: 'test', sequence: recorded.last(), hash: '' };
  }),
};

type Claims = Readonly<Record<string, unknown>>;

const receipts = (signed: (claims: Claims) => void = () => undefined, found: object | undefined = CLOSED) =>
  transactionReceipts({
    ...{ documents, audit, transparencyLog: log, clock: standingClock(), issuer: ISSUER },
    transactions: { closeIfOver: async () => ({ document: found, version: 1 }) as never },
    signatures: {
      async sign(_, given) {
        signed(given);
        return 'signed';
      },
      bytesSigner: () => ({ kid: 'key', sign: () => Buffer.alloc(64) }),
    },
  });

const receipt = async (found?: object): Promise<Claims> => {
  let claims: Claims = {};
  const answer = await receipts((given) => {
    claims = given;
  }, found).of('trn_a');
  expect(answer?.jws).toBe('signed');
  return claims;
};

const issuedReceipts = () =>
  documents.collection<AuditRecord>(AUDIT_RECORDS).find({ where: { type: 'transaction.receipt_issued' }, limit: 10 });

const refused: AuditEvent = { type: 'token.refused', outcome: 'refused', txn: 'trn_a' };
const by = { outcome: 'done', caller: 'app_x' } as const;
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

test('is refused while the transaction is open, and puts nothing into the log', async () => {
  await record(1, issued('tok_1'));
  await expect(receipt({ ...CLOSED, state: 'open' })).rejects.toMatchObject({
    code: 'conflict',
    reason: 'receipt_of_open_transaction',
  });
  expect(await issuedReceipts()).toEqual([]);
});

test('states participants, composition and trace of the transaction, and no member for what it does not have', async () => {
  const optional = { participants: ['acc_b'], composition: { digest: 'c' }, traceparent: '00-1-2-01' };
  expect(await receipt({ ...CLOSED, ...optional })).toMatchObject(optional);
  const plain = await receipt();
  for (const name of Object.keys(optional)) expect(plain).not.toHaveProperty(name);
});

test('a transaction that is closing ends with its expiry', async () => {
  const { closedAt: _, ...closing } = CLOSED;
  await record(1, issued('tok_1'));
  await record(2, {
    type: 'report.stated',
    outcome: 'done',
    txn: 'trn_a',
    token: TOKEN,
    inputs: { time: START + 700 },
  });
  expect(await receipt(closing)).toMatchObject({ grades: { confirmed: 1 } });
  expect(await receipt()).toMatchObject({ grades: { unauthorized: 1 } });
});

test('a refusal of a token that was announced is one of the events that the digest covers', async () => {
  await record(1, issued('tok_1'), { ...refused, token: { ...TOKEN, id: 'tok_1' } });
  expect(await receipt()).toMatchObject({ refused: 1, events: { count: 2 }, steps: [] });
});

test('of so many events as the digest covers at most, it has the digest; of one more it has none', async () => {
  await record(
    1,
    ...Array.from({ length: 10_000 }, (): AuditEvent => ({ ...by, type: 'grant.revoked', txn: 'trn_a' })),
  );
  const full = await receipt();
  expect(full).toMatchObject({ events: { count: 10_000, sha256: expect.any(String) } });
  expect(full).not.toHaveProperty('truncated');
  await record(2, { ...by, type: 'grant.revoked', txn: 'trn_a' });
  const over = await receipt();
  expect(over).toMatchObject({ truncated: true, events: { count: 10_001 } });
  expect(over['events']).not.toHaveProperty('sha256');
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
  ['a kill of the token', { ...by, type: 'kill.ordered', target: { kind: 'token', id: 'tok_1' } }],
  ['a kill of its delegation', { ...by, type: 'kill.ordered', target: { kind: 'delegation', id: 'dlg_a' } }],
  ['a kill of its owner as an account', { ...by, type: 'kill.ordered', target: { kind: 'account', id: 'acc_o' } }],
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
  ['another grant', { ...by, type: 'grant.revoked', subject: 'acc_s', grant: 'grt_b' }],
  ['no grant', { ...by, type: 'grant.revoked', subject: 'acc_s' }],
  ['no delegation', { ...by, type: 'delegation.revoked', subject: 'acc_s' }],
  ['another agent', { ...by, type: 'kill.ordered', target: { kind: 'agent', id: 'agt_b' } }],
  ['another client', { ...by, type: 'kill.ordered', target: { kind: 'client', id: 'app_b' } }],
  ['another person', { ...by, type: 'kill.ordered', target: { kind: 'account', id: 'acc_c' } }],
  ['the agents of another owner', { ...by, type: 'kill.ordered', target: { kind: 'owner', id: 'acc_s' } }],
  ['another delegation by a kill', { ...by, type: 'kill.ordered', target: { kind: 'delegation', id: 'dlg_b' } }],
  ['another token by a kill', { ...by, type: 'kill.ordered', target: { kind: 'token', id: 'tok_9' } }],
  ['what a kill does not name', { ...by, type: 'kill.ordered' }],
  [
    'its agent that was refused',
    { ...by, outcome: 'refused', type: 'kill.ordered', target: { kind: 'agent', id: 'agt_a' } },
  ],
])('does not take the end of %s for that of the token', async (_, event) => {
  await record(1, issued('tok_1'));
  await record(100, event);
  expect(((await receipt())['steps'] as readonly object[])[0]).not.toHaveProperty('ended_at');
});

test('an end after the expiry of a token ended nothing, and is not named as its evidence', async () => {
  const brief = issued('tok_1');
  await record(1, { ...brief, token: { ...TOKEN, expiresAt: START + 100 } });
  await record(2, { ...issued('tok_2'), agent: 'agt_b', caller: 'agt_b' });
  await record(100, { ...by, type: 'agent.retired', target: { kind: 'agent', id: 'agt_a' } });
  expect((await receipts().of('trn_a'))?.ends).toEqual([]);
});

const kill: AuditEvent = { ...by, type: 'kill.ordered', target: { kind: 'all', id: 'all' } };
const retired: AuditEvent = { ...by, type: 'agent.retired', target: { kind: 'agent', id: 'agt_a' } };
const revoked: AuditEvent = { ...by, type: 'token.revoked', caller: 'agt_a', token: { ...TOKEN, id: 'tok_1' } };

test.each<[string, readonly (readonly [number, AuditEvent])[], string, number]>([
  [
    'the earliest of several ends',
    [
      [100, kill],
      [150, retired],
    ],
    'kill.ordered',
    100,
  ],
  [
    'the earliest, in any order of their types',
    [
      [100, revoked],
      [150, kill],
    ],
    'token.revoked',
    100,
  ],
  [
    'of ends at the same time the first by name',
    [
      [100, kill],
      [100, retired],
    ],
    'agent.retired',
    100,
  ],
  [
    'of ends at the same time the first by name, in any order',
    [
      [100, revoked],
      [100, kill],
    ],
    'kill.ordered',
    100,
  ],
  ['an end in the moment of its issue', [[1, kill]], 'kill.ordered', 1],
])('names %s', async (_, ends, type, seconds) => {
  await record(1, issued('tok_1'));
  for (const [at, event] of ends) await record(at, event);
  expect((await receipt())['steps']).toMatchObject([{ ended_at: START + seconds, ended_by: type }]);
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

/** What a receipt says about many events, and about ends before the end of the transaction. */
import { beforeEach, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord, linkRecord, prepareEvent } from '../../../src/domain/audit/audit-record.ts';
import { transactionReceipts } from '../../../src/domain/authority/transactions/transaction-receipts.ts';
import type { DocumentStore } from '../../../src/domain/ports/document-store.ts';
import { START, standingClock } from '../../support/standing-clock.ts';

const CLOSED = {
  ...{ id: 'trn_a', agent: 'agt_a', owner: 'acc_o', trigger: 'event', state: 'closed', cause: 'agent' },
  intent: { digest: 'd', source: 'stated_by_agent' },
  ...{ createdAt: START, closedAt: START + 600, expiresAt: START + 900 },
};

let documents: DocumentStore;
let sequence: number;

beforeEach(() => {
  documents = memoryDocumentStore();
  sequence = 0;
});

const record = async (seconds: number, ...events: readonly AuditEvent[]): Promise<void> => {
  const made = events.map((event) => {
    sequence += 1;
    const prepared = prepareEvent(event, (START + seconds) * 1000);
    return linkRecord('test', { sequence: sequence - 1, hash: 'h' }, prepared, 'test');
  });
  await documents.collection<AuditRecord>(AUDIT_RECORDS).insertMany(made);
};

const receipt = async (): Promise<Readonly<Record<string, unknown>>> => {
  let claims: Readonly<Record<string, unknown>> = {};
  const receipts = transactionReceipts({
    transactions: { closeIfOver: async () => ({ document: CLOSED, version: 1 }) as never },
    documents,
    clock: standingClock(),
    issuer: 'https://id.example.com',
    async sign(_, given) {
      claims = given;
      return 'signed';
    },
  });
  expect(await receipts.of('trn_a')).toBe('signed');
  return claims;
};

const refused: AuditEvent = { type: 'token.refused', outcome: 'refused', txn: 'trn_a' };
const issued = (id: string): AuditEvent => ({
  ...{ type: 'token.issued', outcome: 'granted', txn: 'trn_a' },
  ...{ agent: 'agt_a', caller: 'agt_a', owner: 'acc_o', subject: 'acc_s', delegation: 'dlg_a', grant: 'grt_a' },
  token: { id, format: 'jwt', expiresAt: START + 900 },
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

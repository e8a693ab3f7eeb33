/** Pages of the tokens of a transaction, as the console shows them. */
import { beforeEach, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord } from '../../../src/domain/audit/audit-record.ts';
import {
  type TransactionSteps,
  transactionSteps,
} from '../../../src/domain/authority/transactions/transaction-steps.ts';
import type { DocumentStore, Query } from '../../../src/domain/ports/document-store.ts';
import { START } from '../../support/standing-clock.ts';
import { recordedEvents } from './recorded-events.ts';

const token = (id: string) => ({ id, format: 'jwt', expiresAt: START + 900 }) as const;
const issued = (id: string, more: Partial<AuditEvent> = {}): AuditEvent => ({
  ...{ type: 'token.issued', outcome: 'granted', txn: 'trn_a', agent: 'agt_a', caller: 'agt_a' },
  token: token(id),
  ...more,
});
const reported = (id: string, inputs: object, more: Partial<AuditEvent> = {}): AuditEvent => ({
  ...{ type: 'report.stated', outcome: 'done', caller: 'rs_mail' },
  token: token(id),
  inputs: { ...inputs },
  ...more,
});

let documents: DocumentStore;
let steps: TransactionSteps;
let record: ReturnType<typeof recordedEvents>['record'];

beforeEach(() => {
  documents = memoryDocumentStore('refused');
  steps = transactionSteps({ documents });
  ({ record } = recordedEvents(documents));
});

const page = (more: Partial<Parameters<TransactionSteps['page']>[1]> = {}) =>
  steps.page('trn_a', { limit: 10, ...more });

test('a step names decision, policy, parent token and delegation as its event does', async () => {
  const known = { decision: 'dec_1', policy: 3, delegation: 'dlg_1' };
  await record(1, issued('tok_1', { ...known, token: { ...token('tok_1'), parent: 'tok_0' } }));
  await record(2, issued('tok_2'));
  const [full, plain] = (await page()).items;
  expect(full).toMatchObject({ token: 'tok_1', ...known, parent: 'tok_0', event: expect.any(String), calls: [] });
  for (const name of ['decision', 'policy', 'delegation', 'parent']) expect(plain).not.toHaveProperty(name);
});

test('has the calls that were reported, with what the report states', async () => {
  await record(1, issued('tok_1'));
  await record(2, reported('tok_1', { time: START + 2, tool: 'send_mail', route: '/mails', outcome: 'done' }));
  await record(3, reported('tok_1', { route: '/mails' }));
  await record(4, { type: 'report.stated', outcome: 'done', token: token('tok_1') });
  await record(5, { type: 'token.revoked', outcome: 'done', caller: 'rs_mail', token: token('tok_1') });
  await record(6, reported('tok_2', { tool: 'other' }));
  expect((await page()).items).toMatchObject([
    {
      reports: 3,
      calls: [
        { time: START + 2, what: 'send_mail', outcome: 'done', server: 'rs_mail' },
        { what: '/mails', outcome: '', server: 'rs_mail' },
        { what: '', outcome: '' },
      ],
    },
  ]);
  const [, second, third] = (await page()).items[0]?.calls ?? [];
  expect(second).not.toHaveProperty('time');
  expect(third).not.toHaveProperty('server');
});

test('shows the first twenty calls, and counts all', async () => {
  await record(1, issued('tok_1'));
  await record(2, ...Array.from({ length: 21 }, (_, at) => reported('tok_1', { time: START + 2, tool: `tool ${at}` })));
  const [step] = (await page()).items;
  expect(step).toMatchObject({
    reports: 21,
    calls: expect.arrayContaining([{ what: 'tool 0' }].map(expect.objectContaining)),
  });
  expect(step?.calls).toHaveLength(20);
});

test('goes on after the last step of a page, and says when there is no further one', async () => {
  for (const at of [1, 2, 3]) await record(at, issued(`tok_${at}`));
  const first = await page({ limit: 2 });
  expect(first.items.map((step) => step.token)).toEqual(['tok_1', 'tok_2']);
  const second = await page({ limit: 2, ...(first.next ? { after: first.next } : {}) });
  expect(second.items.map((step) => step.token)).toEqual(['tok_3']);
  expect(second).not.toHaveProperty('next');
  expect(await page({ limit: 3 })).not.toHaveProperty('next');
});

test('has no step of another transaction, and none of a token that was announced and never issued', async () => {
  await record(1, issued('tok_1'), issued('tok_2', { txn: 'trn_b' }));
  await record(2, { type: 'token.refused', outcome: 'refused', txn: 'trn_a', token: token('tok_1') });
  expect((await page()).items).toEqual([]);
});

test('reads no event from after the expiry of its tokens, also while the transaction is open', async () => {
  await record(1, issued('tok_1'));
  await record(899, { type: 'grant.revoked', outcome: 'done', grant: 'grt_b' });
  for (const at of [900, 5000]) await record(at, { type: 'grant.revoked', outcome: 'done', grant: 'grt_a' });
  const read: string[] = [];
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  const watched = {
    ...records,
    async find(query: Query) {
      const found = await records.find(query);
      read.push(
        ...found.flatMap(({ document: { event } }) => (event.type === 'grant.revoked' ? [`${event.grant}`] : [])),
      );
      return found;
    },
  };
  const store: DocumentStore = { ...documents, collection: () => watched as never };
  const answer = await transactionSteps({ documents: store }).page('trn_a', { limit: 10 });
  expect(answer.items).toMatchObject([{ token: 'tok_1', grade: 'unreported' }]);
  expect(read).toEqual(['grt_b']);
});

test('grades by the end of the transaction; an open one has no end', async () => {
  await record(1, issued('tok_1'));
  await record(2, reported('tok_1', { time: START + 400 }));
  await record(500, { type: 'kill.ordered', outcome: 'done', target: { kind: 'all', id: 'all' } });
  expect((await page({ endedAt: START + 300 })).items).toMatchObject([{ grade: 'unauthorized' }]);
  expect((await page({ endedAt: START + 300 })).items[0]).not.toHaveProperty('ended_by');
  expect((await page()).items).toMatchObject([{ grade: 'confirmed', ended_by: 'kill.ordered' }]);
});

/** Which records the evidence of a transaction holds, and in which of its files. */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord } from '../../../src/domain/audit/audit-record.ts';
import { transactionEvidence } from '../../../src/domain/authority/transactions/transaction-evidence.ts';
import { recordedEvents } from './recorded-events.ts';

const issued = (txn: string): AuditEvent => ({ type: 'token.issued', outcome: 'granted', txn });
const revoked = (txn?: string): AuditEvent => ({
  type: 'token.revoked',
  outcome: 'done',
  ...(txn === undefined ? {} : { txn }),
});

test('events that ended a token are in related.ndjson, unless the receipt covers them as events of the transaction', async () => {
  const documents = memoryDocumentStore('refused');
  const recorded = recordedEvents(documents);
  await recorded.record(0, issued('trn_a'), revoked('trn_a'), issued('trn_b'), revoked(), revoked('trn_a'));
  const all = await documents.collection<AuditRecord>(AUDIT_RECORDS).find({});
  const ends = all.filter(({ document }) => document.event.type === 'token.revoked').map(({ document }) => document.id);
  const evidence = transactionEvidence({
    documents,
    receipts: {
      of: async () => ({
        ...{ jws: 'jws', cose: Buffer.of(1), records: 2, through: { test: 2 }, ends },
        inclusion: { entry: { stream: 'test', sequence: 2, hash: 'h' } },
      }),
    },
    transparencyLog: {
      snapshot: async () => ({
        ...{ verifierKey: 'key', checkpoint: 'checkpoint' },
        inclusion: async (_: string, sequence: number) => ({ index: sequence, proof: [] }),
      }),
      append: async () => undefined,
    },
    policyText: async () => undefined,
    issuer: 'https://id.example',
    jwks: async () => ({ keys: [] }),
  } as never);

  const sequences = new Map<string, readonly number[]>();
  for await (const { name, content } of (await evidence.of('trn_a')) ?? []) {
    const lines: string[] = [];
    for await (const part of content) lines.push(String(part));
    if (name.endsWith('.ndjson'))
      sequences.set(
        name,
        lines.map((line) => JSON.parse(line).sequence),
      );
  }
  // The last revocation came after the receipt.
  expect(Object.fromEntries(sequences)).toEqual({ 'events.ndjson': [1, 2], 'related.ndjson': [4, 5] });
});

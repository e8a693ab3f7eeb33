/**
 * Puts what a receipt states into the transparency log, and proves that it is there. An event holds the digest of the statement,
 * and the log holds the digest of the event.
 */
import { createHash } from 'node:crypto';
import type { AuditLog } from '../../audit/audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord, type Link, recordId } from '../../audit/audit-record.ts';
import { auditRefusal } from '../../audit/audit-refusals.ts';
import { hashOf } from '../../audit/record-digest.ts';
import type { Inclusion } from '../../audit/transparency-log/log-proof.ts';
import type { TransparencyLog } from '../../audit/transparency-log/transparency-log.ts';
import { type DocumentStore, StoreUnavailable } from '../../ports/document-store.ts';
import { canonicalJson } from '../../vocabulary/canonical-json.ts';
import type { Transaction } from './transaction.ts';

/** Batches that one call appends to the log: as many as a poll, which makes up for 20,000 records. */
const MOST_BATCHES = 20;

/** The record of a statement, and that the log has it. */
export type LoggedStatement = { readonly record: Link; readonly inclusion: Inclusion };

/** SHA-256 over the canonical JSON (RFC 8785) of a statement, base64url. */
const statementDigest = (statement: object): string =>
  createHash('sha256')
    .update(canonicalJson(statement) ?? '')
    .digest('base64url');

export type StatementLog = {
  /**
   * Records the digest of a statement about a closed transaction, unless the last such record has the same one, and proves it.
   * Throws 'unavailable' when the log cannot have the record yet.
   */
  logged(transaction: Transaction, statement: object, events: number): Promise<LoggedStatement>;
};

export const statementLog = ({
  documents,
  audit,
  transparencyLog,
}: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly transparencyLog: Pick<TransparencyLog, 'inclusion' | 'append' | 'isBehindGap'>;
}): StatementLog => {
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);

  /** The last record of a statement. An editor of the database may have changed it: then it is none. */
  const last = async (transaction: string): Promise<AuditRecord | undefined> => {
    const [found] = await records.find({
      where: { target: transaction, type: 'transaction.receipt_issued' },
      order: { by: 'at', direction: 'descending' },
      limit: 1,
    });
    const record = found?.document;
    const isIt = record?.event.type === 'transaction.receipt_issued' && record.event.target?.id === transaction;
    return isIt && hashOf(record) === record.hash ? record : undefined;
  };

  const recorded = async ({ id, agent, owner }: Transaction, statement: string, events: number) => {
    const before = await last(id);
    if (before?.event.inputs?.['statement'] === statement) return before;
    const { stream, sequence } = await audit.append({
      ...{ type: 'transaction.receipt_issued', outcome: 'done', caller: 'system', agent, owner },
      target: { kind: 'transaction', id },
      inputs: { events, statement },
    });
    const found = await records.get(recordId(stream, sequence));
    if (!found) throw new StoreUnavailable(`the record ${recordId(stream, sequence)} is not in the store`);
    return found.document;
  };

  const proven = async (stream: string, sequence: number): Promise<Inclusion> => {
    for (let batch = 0; batch < MOST_BATCHES; batch += 1) {
      const inclusion = await transparencyLog.inclusion(stream, sequence);
      if (inclusion) return inclusion;
      await transparencyLog.append();
    }
    if (await transparencyLog.isBehindGap(stream, sequence)) throw auditRefusal('event_behind_gap');
    throw auditRefusal('event_not_logged', { retryAfterSeconds: 1 });
  };

  return {
    async logged(transaction, statement, events) {
      const { stream, sequence, at, prev, event, salt } = await recorded(
        transaction,
        statementDigest(statement),
        events,
      );
      const record = { stream, sequence, at, prev, event, ...(salt === undefined ? {} : { salt }) };
      return { record, inclusion: await proven(stream, sequence) };
    },
  };
};

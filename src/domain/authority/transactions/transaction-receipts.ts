import { createHash } from 'node:crypto';
import { AUDIT_RECORDS, type AuditRecord } from '../../audit/audit-record.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, everyDocument } from '../../ports/document-store.ts';
import { GRADES, gradedSteps } from './grading.ts';
import type { Transaction } from './transaction.ts';
import { transactionRefusal } from './transaction-refusals.ts';
import type { TransactionRegistry } from './transaction-registry.ts';

/** `typ` of a receipt (RFC 8725 §3.11): no other token of this server passes for one. */
const RECEIPT_TYPE = 'transaction-receipt+jwt';

/** Events of a transaction that a receipt covers at most. */
const MOST_RECEIPT_EVENTS = 10_000;
const AT_A_TIME = 500;

/** Signed statements about closed transactions. */
export interface TransactionReceipts {
  /**
   * The receipt of a closed transaction, as a compact JWS: its facts, the grade of each token, and a digest of its events in the
   * audit log. A later one may cover more events, because reports come up to a day late. Undefined when there is no such
   * transaction. Throws 'conflict' for an open one and for one with more than 10,000 events, 'unavailable' while its end is being
   * recorded.
   */
  of(id: string): Promise<string | undefined>;
}

export const transactionReceipts = ({
  transactions,
  documents,
  clock,
  issuer,
  sign,
}: {
  readonly transactions: Pick<TransactionRegistry, 'get' | 'close'>;
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly issuer: string;
  /** Signs claims as a JWS of this `typ`, with a key that the server publishes. */
  readonly sign: (typ: string, claims: Readonly<Record<string, unknown>>) => Promise<string>;
}): TransactionReceipts => {
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);

  /** The transaction with its end, which is in the audit log. One that is past its end is closed first. */
  const closed = async (id: string): Promise<Transaction | undefined> => {
    const found = await transactions.get(id);
    if (!found) return undefined;
    if (found.document.state === 'open') throw transactionRefusal('receipt_of_open_transaction');
    const stored = (await transactions.close(id, 'timeout', { caller: 'system' }))?.document;
    if (stored?.state === 'closing') throw transactionRefusal('receipt_too_early', { retryAfterSeconds: 1 });
    return stored;
  };

  const recordsOf = async (id: string): Promise<readonly AuditRecord[]> => {
    const order = { by: 'at', direction: 'ascending' } as const;
    const all: AuditRecord[] = [];
    for await (const record of everyDocument(records, { where: { txn: id }, order, limit: AT_A_TIME })) {
      if (record.event.txn !== id) continue;
      if (all.length === MOST_RECEIPT_EVENTS) {
        throw transactionRefusal('receipt_too_large', { params: { most: MOST_RECEIPT_EVENTS } });
      }
      all.push(record);
    }
    return all;
  };

  return {
    async of(id): Promise<string | undefined> {
      const transaction = await closed(id);
      if (!transaction) return undefined;
      const all = await recordsOf(id);
      const { agent, owner, trigger, intent, composition, traceparent, createdAt, closedAt, cause } = transaction;
      const steps = gradedSteps(all, closedAt ?? transaction.expiresAt);
      return sign(RECEIPT_TYPE, {
        iss: issuer,
        iat: clock.now(),
        txn: id,
        agent,
        owner,
        trigger,
        intent: { digest: intent.digest, source: intent.source },
        ...(composition === undefined ? {} : { composition }),
        ...(traceparent === undefined ? {} : { traceparent }),
        opened_at: createdAt,
        closed_at: closedAt,
        cause,
        events: digestOf(all),
        refused: all.filter(({ event }) => event.type === 'token.refused').length,
        grades: Object.fromEntries(GRADES.map((grade) => [grade, steps.filter((one) => one.grade === grade).length])),
        steps,
      });
    },
  };
};

/**
 * The events by their places in the audit log: how many, up to which place of each stream, and SHA-256 (base64url) over one line
 * `stream:sequence:hash` and U+000A for each, in the order of stream and sequence.
 */
const digestOf = (all: readonly AuditRecord[]) => {
  const ordered = all.toSorted((one, other) =>
    one.stream === other.stream ? one.sequence - other.sequence : one.stream < other.stream ? -1 : 1,
  );
  const digest = createHash('sha256');
  const through: Record<string, number> = {};
  for (const { stream, sequence, hash } of ordered) {
    digest.update(`${stream}:${sequence}:${hash}\n`);
    through[stream] = sequence;
  }
  return { count: ordered.length, through, sha256: digest.digest('base64url') };
};

import { createHash } from 'node:crypto';
import { AUDIT_RECORDS, type AuditRecord } from '../../audit/audit-record.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, everyDocument } from '../../ports/document-store.ts';
import { GRADES, stepBook } from './grading.ts';
import { TOKEN_ENDS, tokenEnds } from './token-ends.ts';
import type { Transaction } from './transaction.ts';
import { transactionRefusal } from './transaction-refusals.ts';
import type { TransactionRegistry } from './transaction-registry.ts';

/** `typ` of a receipt (RFC 8725 §3.11): no other token of this server passes for one. */
const RECEIPT_TYPE = 'transaction-receipt+jwt';

/** Tokens that a receipt lists at most, and events that its digest covers at most. */
const MOST_STEPS = 1000;
const MOST_RECEIPT_EVENTS = 10_000;
const AT_A_TIME = 500;

/** Signed statements about closed transactions. */
export interface TransactionReceipts {
  /**
   * The receipt of a closed transaction, as a compact JWS: its facts, the grade of each token, and a digest of its events in the
   * audit log. A later one may cover more events, because reports come up to a day late. One about more than 1,000 tokens or
   * 10,000 events says `truncated`: it lists the first tokens, and has no digest beyond that number of events. Undefined when
   * there is no such transaction. Throws 'conflict' for an open one, 'unavailable' while its end is being recorded.
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
  readonly transactions: Pick<TransactionRegistry, 'closeIfOver'>;
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly issuer: string;
  /** Signs claims as a JWS of this `typ`, with a key that the server publishes. */
  readonly sign: (typ: string, claims: Readonly<Record<string, unknown>>) => Promise<string>;
}): TransactionReceipts => {
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);

  /** The transaction with its end, which is in the audit log. One that has ended by itself is closed first. */
  const closed = async (id: string): Promise<Transaction | undefined> => {
    const stored = (await transactions.closeIfOver(id))?.document;
    if (stored?.state === 'open') throw transactionRefusal('receipt_of_open_transaction');
    return stored;
  };

  /** The events of a transaction, of which only what the receipt says stays in memory. */
  const eventsOf = async (id: string) => {
    const order = { by: 'at', direction: 'ascending' } as const;
    const book = stepBook(MOST_STEPS);
    const digest = eventDigest(MOST_RECEIPT_EVENTS);
    let refused = 0;
    for await (const record of everyDocument(records, { where: { txn: id }, order, limit: AT_A_TIME })) {
      if (record.event.txn !== id) continue;
      const { type, token } = record.event;
      if (type === 'token.refused') refused += 1;
      book.add(record);
      digest.add(record, type === 'token.refused' && !token);
    }
    return { book, refused, events: digest.claim() };
  };

  return {
    async of(id): Promise<string | undefined> {
      const transaction = await closed(id);
      if (!transaction) return undefined;
      const { book, refused, events } = await eventsOf(id);
      const { agent, owner, trigger, intent, composition, traceparent, createdAt, closedAt, cause } = transaction;
      const endedAt = closedAt ?? transaction.expiresAt;
      const steps = book.steps(endedAt, await tokenEnds(documents, book.tokens(), endedAt * 1000));
      const isTruncated = book.isTruncated() || events.sha256 === undefined;
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
        events,
        refused,
        ...(isTruncated ? { truncated: true } : {}),
        ends_known: TOKEN_ENDS,
        grades: Object.fromEntries(GRADES.map((grade) => [grade, steps.filter((one) => one.grade === grade).length])),
        steps,
      });
    },
  };
};

/**
 * How many events there are, the last sequence of each stream, and SHA-256 (base64url) over one line `stream:sequence:hash` and
 * U+000A for each, in the order of stream and sequence. No digest for more than `most` events. Refusals are not in the digest: an
 * agent can cause any number of them, and must not void the digest by that.
 */
const eventDigest = (most: number) => {
  const through: Record<string, number> = {};
  let lines: Pick<AuditRecord, 'stream' | 'sequence' | 'hash'>[] | undefined = [];
  let count = 0;
  return {
    add({ stream, sequence, hash }: AuditRecord, isOnlyCounted: boolean): void {
      through[stream] = Math.max(through[stream] ?? 0, sequence);
      if (isOnlyCounted) return;
      count += 1;
      if (count > most) lines = undefined;
      lines?.push({ stream, sequence, hash });
    },
    claim() {
      if (!lines) return { count, through };
      const digest = createHash('sha256');
      lines.sort((one, other) =>
        one.stream === other.stream ? one.sequence - other.sequence : one.stream < other.stream ? -1 : 1,
      );
      for (const { stream, sequence, hash } of lines) digest.update(`${stream}:${sequence}:${hash}\n`);
      return { count, through, sha256: digest.digest('base64url') };
    },
  };
};

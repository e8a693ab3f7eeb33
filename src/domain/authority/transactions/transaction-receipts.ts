import { createHash } from 'node:crypto';
import type { AuditLog } from '../../audit/audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord } from '../../audit/audit-record.ts';
import { archivedOf, storedBeginning } from '../../audit/beginning.ts';
import { coseStatement } from '../../audit/transparency-log/cose.ts';
import type { Inclusion } from '../../audit/transparency-log/log-proof.ts';
import type { TransparencyLog } from '../../audit/transparency-log/transparency-log.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, everyDocument } from '../../ports/document-store.ts';
import { GRADES, stepBook } from './grading.ts';
import { statementLog } from './logged-statement.ts';
import { TOKEN_ENDS, tokenEnds } from './token-ends.ts';
import { type Transaction, vouchedIntentOf } from './transaction.ts';
import { transactionRefusal } from './transaction-refusals.ts';
import type { TransactionRegistry } from './transaction-registry.ts';

/** `typ` of a receipt (RFC 8725 §3.11): no other token of this server passes for one. */
const RECEIPT_TYPE = 'transaction-receipt+jwt';
/** Content type of the payload of the COSE form. */
const COSE_PAYLOAD = 'application/json';

/** Tokens that a receipt lists at most, and events that its digest covers at most. */
const MOST_STEPS = 1000;
const MOST_RECEIPT_EVENTS = 10_000;
const AT_A_TIME = 500;

/** The same receipt in two forms. */
export type TransactionReceipt = {
  /** Compact JWS. */
  readonly jws: string;
  /** COSE_Sign1 with the same claims, and with a COSE receipt of the transparency log (RFC 9942, RFC 9943 transparent statement). */
  readonly cose: Buffer;
  /** The proof in it that the transparency log has the digest of the receipt. */
  readonly inclusion: Inclusion;
  /** The last sequence of each stream that it covers. */
  readonly through: Readonly<Record<string, number>>;
  /** How many records it covers, refusals among them. */
  readonly records: number;
  /** Ids of the records of events that ended tokens of it before their expiry. */
  readonly ends: readonly string[];
};

/** Signed statements about closed transactions. */
export interface TransactionReceipts {
  /**
   * The receipt of a closed transaction: its facts, the grade of each token, a digest of its events in the audit log, and a
   * proof that the transparency log contains the digest of all this. Adds that digest to the log if it is new. A later
   * receipt may cover more events, because reports come up to a day late. Beyond 1,000 tokens or 10,000 events it says
   * `truncated`: it lists the first tokens, and has no digest of events after that number. Undefined: there is no such
   * transaction. Throws 'conflict' for an open transaction and for one with archived events, 'unavailable' while its end is
   * being recorded and while the transparency log cannot take the digest.
   */
  of(id: string): Promise<TransactionReceipt | undefined>;
}

/** Signs with a key that the server publishes. */
export type ReceiptSignatures = {
  /** A JWS of this `typ`. */
  sign(typ: string, claims: Readonly<Record<string, unknown>>): Promise<string>;
  /** ES256 with the key that `kid` names, r and s of 32 bytes each. */
  bytesSigner(): { readonly kid: string; sign(bytes: Uint8Array): Buffer };
};

export const transactionReceipts = ({
  transactions,
  documents,
  clock,
  issuer,
  audit,
  transparencyLog,
  signatures,
}: {
  readonly transactions: Pick<TransactionRegistry, 'closeIfOver'>;
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly issuer: string;
  readonly audit: AuditLog;
  readonly transparencyLog: Pick<TransparencyLog, 'inclusion' | 'append' | 'isBehindGap' | 'receipt'>;
  readonly signatures: ReceiptSignatures;
}): TransactionReceipts => {
  const statements = statementLog({ documents, audit, transparencyLog });
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);

  /** The transaction with its end, which is in the audit log. One that has ended by itself is closed first. */
  const closed = async (id: string): Promise<Transaction | undefined> => {
    const stored = (await transactions.closeIfOver(id))?.document;
    if (stored?.state === 'open') throw transactionRefusal('receipt_of_open_transaction');
    const beginning = stored && (await storedBeginning(documents));
    // A part of its events would give another receipt.
    if (beginning && stored.createdAt * 1000 < beginning.before) {
      throw transactionRefusal('transaction_archived', { params: { places: archivedOf(beginning).places.join(', ') } });
    }
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

  /** What a receipt states, without when it was signed and the proof. */
  const statementOf = async (id: string, transaction: Transaction) => {
    const { book, refused, events } = await eventsOf(id);
    const { agent, owner, trigger, participants, composition, traceparent, createdAt, closedAt, cause } = transaction;
    const endedAt = closedAt ?? transaction.expiresAt;
    const ends = await tokenEnds(documents, book.tokens(), endedAt * 1000);
    const steps = book.steps(endedAt, ends);
    const isTruncated = book.isTruncated() || events.sha256 === undefined;
    const statement = {
      iss: issuer,
      txn: id,
      agent,
      owner,
      trigger,
      intent: vouchedIntentOf(transaction),
      ...(participants === undefined ? {} : { participants }),
      ...(composition === undefined
        ? {}
        : { composition, composition_grade: transaction.compositionGrade ?? 'declared' }),
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
    };
    return { statement, ends: [...new Set([...ends.values()].flatMap(({ record }) => record ?? []))] };
  };

  const coseOf = (id: string, claims: { readonly iat: number }, receipt: Buffer): Promise<Buffer> => {
    const bytes = Buffer.from(JSON.stringify(claims));
    const who = { issuer, subject: id, issuedAt: claims.iat };
    const signer = { algorithm: -7, ...signatures.bytesSigner() } as const;
    return coseStatement(signer, who, { type: COSE_PAYLOAD, bytes }, [receipt]);
  };

  return {
    async of(id) {
      const transaction = await closed(id);
      if (!transaction) return undefined;
      const { statement, ends } = await statementOf(id, transaction);
      const { record, inclusion } = await statements.logged(transaction, statement, statement.events.count);
      const { index, proof, checkpoint } = inclusion;
      const log = { record, index, proof: proof.map((one) => one.toString('base64')), checkpoint };
      const claims = { ...statement, iat: clock.now(), log };
      const cose = await coseOf(id, claims, await transparencyLog.receipt(inclusion));
      return {
        jws: await signatures.sign(RECEIPT_TYPE, claims),
        cose,
        inclusion,
        through: statement.events.through,
        records: statement.events.count + statement.refused,
        ends,
      };
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

/**
 * The evidence of a closed transaction as an archive: everything that a verifier needs offline, with the key of the transparency log
 * only. docs/how-to/receipts/verify_evidence.py verifies it.
 */

import { AUDIT_RECORDS, type AuditRecord } from '../../audit/audit-record.ts';
import {
  type EvidenceFile,
  evidenceFile as file,
  provenLine,
  snapshotWith,
} from '../../audit/transparency-log/evidence-files.ts';
import { entryText } from '../../audit/transparency-log/log-entry.ts';
import type { LogSnapshot } from '../../audit/transparency-log/log-snapshot.ts';
import type { TransparencyLog } from '../../audit/transparency-log/transparency-log.ts';
import { type DocumentStore, everyDocument } from '../../ports/document-store.ts';
import { evidenceReadme } from './evidence-readme.ts';
import type { TransactionReceipt, TransactionReceipts } from './transaction-receipts.ts';
import { transactionRefusal } from './transaction-refusals.ts';

/** Records of an archive at most. A larger transaction is in `behalf audit export`. */
const MOST_RECORDS = 50_000;
const MOST_POLICIES = 100;
const AT_A_TIME = 200;

export interface TransactionEvidence {
  /**
   * The files of an archive: receipt, keys, checkpoint, each record of the transaction with its proof, records of events that ended
   * its tokens, the policies that decided, and instructions. Nothing personal: commitments stand in place of personal values. Undefined
   * when there is no such transaction. Throws what the receipt throws, and 'conflict' for more than 50,000 records. Reads the records while it
   * is read; a failure of the store breaks it off.
   */
  of(id: string): Promise<AsyncIterable<EvidenceFile> | undefined>;
}

type Deps = {
  readonly receipts: TransactionReceipts;
  readonly documents: DocumentStore;
  readonly transparencyLog: Pick<TransparencyLog, 'snapshot' | 'append'>;
  /** The text of a version of the policy set. */
  readonly policyText: (version: number) => Promise<string | undefined>;
  readonly issuer: string;
  /** The published keys of the server. */
  readonly jwks: () => Promise<{ readonly keys: readonly object[] }>;
};

export const transactionEvidence = (deps: Deps): TransactionEvidence => {
  const { documents, transparencyLog, policyText } = deps;
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);

  const ofTransaction = async function* (id: string, through: TransactionReceipt['through']) {
    const order = { by: 'at', direction: 'ascending' } as const;
    for await (const record of everyDocument(records, { where: { txn: id }, order, limit: AT_A_TIME })) {
      if (record.event.txn === id && record.sequence <= (through[record.stream] ?? 0)) yield record;
    }
  };

  /** Activations of these versions: each has the digest of the text. */
  const activations = async function* (versions: ReadonlySet<number>) {
    const order = { by: 'at', direction: 'ascending' } as const;
    const where = { type: 'policy.activated' };
    for await (const record of everyDocument(records, { where, order, limit: AT_A_TIME })) {
      if (versions.has(Number(record.event.inputs?.['version']))) yield record;
    }
  };

  const files = async function* (
    id: string,
    receipt: TransactionReceipt,
    snapshot: LogSnapshot,
  ): AsyncGenerator<EvidenceFile> {
    const { jws, cose, inclusion, through, ends } = receipt;
    const versions = new Set<number>();
    yield file('README.txt', evidenceReadme({ id, issuer: deps.issuer, verifierKey: snapshot.verifierKey }));
    yield file('receipt.jws', `${jws}\n`);
    yield file('receipt.cose', cose);
    yield file('jwks.json', `${JSON.stringify(await deps.jwks())}\n`);
    yield file('checkpoint', snapshot.checkpoint);
    yield {
      name: 'events.ndjson',
      content: (async function* () {
        for await (const record of ofTransaction(id, through)) {
          const { policy } = record.event;
          if (policy !== undefined && versions.size < MOST_POLICIES) versions.add(policy);
          yield await provenLine(snapshot, record);
        }
      })(),
    };
    yield {
      name: 'related.ndjson',
      content: (async function* () {
        for (const { document } of await records.getMany(ends)) {
          // The revocation of a token is an event of its transaction, too.
          const isListed = document.event.txn === id && document.sequence <= (through[document.stream] ?? 0);
          if (!isListed) yield await provenLine(snapshot, document);
        }
        for await (const record of activations(versions)) yield await provenLine(snapshot, record);
      })(),
    };
    for (const version of versions) {
      const text = await policyText(version);
      if (text !== undefined) yield file(`policies/${version}.cedar`, text);
    }
    yield file('entry.json', entryText(inclusion.entry));
  };

  return {
    async of(id) {
      const receipt = await deps.receipts.of(id);
      if (!receipt) return undefined;
      if (receipt.records > MOST_RECORDS)
        throw transactionRefusal('evidence_too_large', { params: { most: MOST_RECORDS } });
      const ended = (await records.getMany(receipt.ends)).map(
        ({ document }) => [document.stream, document.sequence] as const,
      );
      const snapshot = await snapshotWith(transparencyLog, [...Object.entries(receipt.through), ...ended]);
      return files(id, receipt, snapshot);
    },
  };
};

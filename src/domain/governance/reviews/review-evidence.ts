/**
 * The evidence of an access review as an archive: the review, its items, their records with proofs, and the effects, for a verifier
 * who has the key of the transparency log only. verify-review-evidence.ts verifies it.
 *
 * Items change while they are read. So each file is digested as it is written, and the log has the digest of all of them: the record
 * `review.evidence_written` comes last, with its proof.
 */
import { createHash, hash } from 'node:crypto';
import type { AuditLog } from '../../audit/audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord, recordId } from '../../audit/audit-record.ts';
import { archivedOf, storedBeginning } from '../../audit/beginning.ts';
import { canonicalText } from '../../audit/canonical-text.ts';
import {
  type EvidenceFile,
  evidenceFile,
  provenLine,
  snapshotWith,
} from '../../audit/transparency-log/evidence-files.ts';
import { proofText } from '../../audit/transparency-log/log-proof.ts';
import type { LogSnapshot } from '../../audit/transparency-log/log-snapshot.ts';
import type { TransparencyLog } from '../../audit/transparency-log/transparency-log.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, everyDocument, StoreUnavailable } from '../../ports/document-store.ts';
import { REVIEW_ITEMS, REVIEWS, type Review, type ReviewItem } from './review.ts';
import {
  EFFECTS_OF,
  type Effects,
  type EvidenceManifest,
  evidenceItem,
  evidenceReview,
  MANIFEST,
} from './review-evidence-files.ts';
import { reviewEvidenceReadme } from './review-evidence-readme.ts';
import { aboutReview } from './review-items.ts';
import { reviewRefusal } from './review-refusals.ts';

/** Items of an archive at most. */
const MOST_ITEMS = 100_000;
const MOST_POLICIES = 100;
const AT_A_TIME = 200;
/** After so long a caller that reads another archive may ask again. */
const BUSY = { retryAfterSeconds: 30 };
/** Events that are read to find the effect of a decision: an agent that works gets tokens in between. */
const MOST_READ = 2000;
/** Clocks of nodes differ by less. */
const CLOCKS_SECONDS = 60;
const OLDEST_FIRST = { by: 'createdAt', direction: 'ascending' } as const;
const EARLIEST_FIRST = { by: 'at', direction: 'ascending' } as const;

export interface ReviewEvidence {
  /**
   * The files of an archive. Undefined when there is no such review. Throws 'conflict' for a review whose items are being made, that has
   * more than 100,000, or whose events are in an archive, 'unavailable' while the log lacks its events, and 'too_many_requests' while the
   * caller reads another archive from this process, also at the first file. Reads and records while it is read; a failure breaks it off.
   */
  of(id: string, by: By): Promise<AsyncIterable<EvidenceFile> | undefined>;
}

type Deps = {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly transparencyLog: Pick<TransparencyLog, 'snapshot' | 'append'>;
  /** The text of a version of the policy set. */
  readonly policyText: (version: number) => Promise<string | undefined>;
  readonly issuer: string;
  /** Lets other requests run. */
  readonly pause: () => Promise<void>;
};

/** The last sequence of each stream. */
type Through = Map<string, number>;

export const reviewEvidence = (deps: Deps): ReviewEvidence => {
  const { documents, audit, clock, transparencyLog, policyText, issuer, pause } = deps;
  const reviews = documents.collection<Review>(REVIEWS);
  const items = documents.collection<ReviewItem>(REVIEW_ITEMS);
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  /** Callers that read an archive. */
  const reading = new Set<string>();
  const refuseSecond = ({ caller }: By): void => {
    if (reading.has(caller)) throw reviewRefusal('review_evidence_busy', BUSY);
  };

  const found = async (id: string): Promise<Review | undefined> => {
    const review = (await reviews.get(id))?.document;
    if (!review) return undefined;
    if (review.state === 'preparing') throw reviewRefusal('review_evidence_early');
    if (review.items > MOST_ITEMS) throw reviewRefusal('review_evidence_too_large', { params: { most: MOST_ITEMS } });
    const beginning = await storedBeginning(documents);
    if (beginning && review.createdAt * 1000 < beginning.before)
      throw reviewRefusal('review_archived', { params: { places: archivedOf(beginning).places.join(', ') } });
    return review;
  };

  const eventsOf = async function* (review: string, through?: Through) {
    let read = 0;
    for await (const record of everyDocument(records, {
      ...{ where: { target: review }, order: EARLIEST_FIRST, limit: AT_A_TIME },
    })) {
      read += 1;
      if (read % AT_A_TIME === 0) await pause();
      const isIn = !through || record.sequence <= (through.get(record.stream) ?? 0);
      if (record.event.target?.id === review && isIn) yield record;
    }
  };

  /** The first event of these types about a delegation, among MOST_READ from a time on. Undefined: there is none. */
  const firstOf = async (
    delegation: string,
    types: readonly string[],
    gte: number,
  ): Promise<AuditRecord | undefined> => {
    let read = 0;
    for await (const record of everyDocument(records, {
      ...{ where: { delegation }, range: { field: 'at', gte }, order: EARLIEST_FIRST, limit: AT_A_TIME },
    })) {
      const { type, outcome } = record.event;
      if (types.includes(type) && outcome === 'done') return record;
      read += 1;
      if (read === MOST_READ) return undefined;
      if (read % AT_A_TIME === 0) await pause();
    }
    return undefined;
  };

  /** The records that show the effect of a decision, and of its undo. There is none where someone else was faster. */
  const effectsOf = async (item: ReviewItem): Promise<Effects<AuditRecord>> => {
    const { delegation, newDelegation, decidedAt = 0, state } = item;
    const from = (decidedAt - CLOCKS_SECONDS) * 1000;
    const types = EFFECTS_OF[state];
    const effect = types && (await firstOf(delegation, types, from));
    const undo = newDelegation === undefined ? undefined : await firstOf(newDelegation, ['delegation.created'], from);
    return { ...(effect ? { effect } : {}), ...(undo ? { undo } : {}) };
  };

  /** Activations of the policy sets that were active during the review. */
  const activationsIn = async ({ createdAt, completedAt }: Review): Promise<readonly AuditRecord[]> => {
    const active: AuditRecord[] = [];
    for await (const record of everyDocument(records, {
      where: { type: 'policy.activated' },
      range: { field: 'at', lte: (completedAt ?? clock.now()) * 1000 },
      ...{ order: { by: 'at', direction: 'descending' }, limit: AT_A_TIME },
    })) {
      active.push(record);
      if (record.at < createdAt * 1000 || active.length === MOST_POLICIES) break;
    }
    return active.reverse();
  };

  /** The record that has the digest of the manifest, with its proof. */
  const sealOf = async (review: string, manifest: string, counts: object, by: By) => {
    const digest = hash('sha256', manifest, 'hex');
    const { stream, sequence } = await audit.append({
      ...{ ...aboutReview(review, by), type: 'review.evidence_written', outcome: 'done' },
      inputs: { manifest: digest, ...counts },
    });
    const snapshot = await snapshotWith(transparencyLog, [[stream, sequence]]);
    const inclusion = await snapshot.inclusion(stream, sequence);
    const record = (await records.get(recordId(stream, sequence)))?.document;
    if (!inclusion || !record) throw new StoreUnavailable(`the store lacks record ${recordId(stream, sequence)}`);
    const { at, prev, event, salt, hash: own } = record;
    return {
      proof: proofText(inclusion),
      record: canonicalText({ at, event, hash: own, prev, ...(salt ? { salt } : {}), sequence, stream }),
    };
  };

  const files = async function* (id: string, by: By, verifierKey: string): AsyncGenerator<EvidenceFile> {
    const digests: Record<string, string> = {};
    /** The same file, whose digest the manifest will have. */
    const listed = ({ name, content }: EvidenceFile): EvidenceFile => ({
      name,
      content: (async function* () {
        const digest = createHash('sha256');
        for await (const part of content) {
          digest.update(part);
          yield part;
        }
        digests[name] = digest.digest('hex');
      })(),
    });
    const lines = (name: string, content: AsyncGenerator<string>): EvidenceFile => listed({ name, content });

    yield listed(evidenceFile('README.txt', reviewEvidenceReadme({ id, issuer, verifierKey })));
    const readAt = clock.now();
    const effects: string[] = [];
    const through: Through = new Map();
    const count = { items: 0, records: 0 };
    const needs = ({ stream, sequence }: AuditRecord): void =>
      void through.set(stream, Math.max(through.get(stream) ?? 0, sequence));
    const readItems = async function* () {
      for await (const item of everyDocument(items, {
        ...{ where: { review: id }, order: OLDEST_FIRST, limit: AT_A_TIME },
      })) {
        count.items += 1;
        await pause();
        const shown = await effectsOf(item);
        for (const record of Object.values(shown)) {
          effects.push(record.id);
          needs(record);
        }
        yield `${canonicalText(evidenceItem(item, shown))}\n`;
      }
    };
    yield lines('items.ndjson', readItems());
    // After the items: it may have been completed meanwhile.
    const review = await found(id);
    if (!review) throw new StoreUnavailable(`the store lacks the review ${id}`);
    yield listed(evidenceFile('review.json', `${canonicalText(evidenceReview(review, { issuer, readAt }))}\n`));
    const activations = await activationsIn(review);
    activations.forEach(needs);
    for await (const record of eventsOf(id)) needs(record);
    const snapshot = await snapshotWith(transparencyLog, [...through]);
    yield listed(evidenceFile('checkpoint', snapshot.checkpoint));
    const ofReview = async function* () {
      for await (const record of eventsOf(id, through)) {
        count.records += 1;
        yield await provenLine(snapshot, record);
      }
    };
    yield lines('events.ndjson', ofReview());
    yield lines('related.ndjson', relatedLines(snapshot, effects, activations));
    for (const version of new Set(activations.map(({ event }) => Number(event.inputs?.['version'])))) {
      const text = await policyText(version);
      if (text !== undefined) yield listed(evidenceFile(`policies/${version}.cedar`, text));
    }
    const manifest = `${canonicalText({ review: id, issuer, files: digests } satisfies EvidenceManifest)}\n`;
    yield evidenceFile(MANIFEST.manifest, manifest);
    const seal = await sealOf(id, manifest, count, by);
    yield evidenceFile(MANIFEST.record, `${seal.record}\n`);
    yield evidenceFile(MANIFEST.proof, seal.proof);
  };

  const relatedLines = async function* (
    snapshot: LogSnapshot,
    effects: readonly string[],
    activations: readonly AuditRecord[],
  ) {
    for (let from = 0; from < effects.length; from += AT_A_TIME) {
      for (const { document } of await records.getMany(effects.slice(from, from + AT_A_TIME)))
        yield await provenLine(snapshot, document);
      await pause();
    }
    for (const record of activations) yield await provenLine(snapshot, record);
  };

  /** The files, as the only archive that the caller reads. */
  const asOnlyOne = async function* (content: AsyncIterable<EvidenceFile>, by: By): AsyncGenerator<EvidenceFile> {
    refuseSecond(by);
    reading.add(by.caller);
    try {
      yield* content;
    } finally {
      reading.delete(by.caller);
    }
  };

  return {
    async of(id, by) {
      refuseSecond(by);
      const review = await found(id);
      if (!review) return undefined;
      // A log that lacks the events, because witnesses do not answer, is said before the archive begins.
      const order = { by: 'at', direction: 'descending' } as const;
      const [last] = await records.find({ where: { target: id }, order, limit: 1 });
      const needed = last ? [[last.document.stream, last.document.sequence] as const] : [];
      const { verifierKey } = await snapshotWith(transparencyLog, needed);
      return asOnlyOne(files(id, by, verifierKey), by);
    },
  };
};

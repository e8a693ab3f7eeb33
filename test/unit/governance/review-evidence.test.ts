/** The evidence of a review is read by a caller once at a time, and lets other requests run. */
import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import type { LogSnapshot } from '../../../src/domain/audit/transparency-log/log-snapshot.ts';
import { REVIEW_ITEMS, REVIEWS, type Review, type ReviewItem } from '../../../src/domain/governance/reviews/review.ts';
import { reviewEvidence } from '../../../src/domain/governance/reviews/review-evidence.ts';
import { recordingAudit } from '../../support/recording-audit.ts';

const NOW = 1_790_000_000;
const ITEMS = 25;
const ID = 'rvw_1';

const world = async () => {
  const documents = memoryDocumentStore();
  const review = { id: ID, name: 'Autumn', state: 'open', items: ITEMS, createdAt: NOW } as Review;
  await documents.collection<Review>(REVIEWS).insert(review);
  for (let number = 0; number < ITEMS; number += 1)
    await documents.collection<ReviewItem>(REVIEW_ITEMS).insert({
      ...{ id: `rvi_${number}`, review: ID, state: 'open', delegation: `dlg_${number}`, scope: [], createdAt: NOW },
    } as unknown as ReviewItem);
  const snapshot = { verifierKey: 'key', checkpoint: 'checkpoint', inclusion: async () => undefined };
  const pauses = { count: 0 };
  const evidence = reviewEvidence({
    ...{ documents, audit: recordingAudit(), clock: { now: () => NOW, nowMillis: () => NOW * 1000 } },
    transparencyLog: {
      snapshot: async () => snapshot as unknown as LogSnapshot,
      append: async () => undefined as never,
    },
    ...{ policyText: async () => undefined, issuer: 'https://as.example' },
    pause: async () => {
      pauses.count += 1;
    },
  });
  const filesOf = async (caller: string) => {
    const files = await evidence.of(ID, { caller });
    if (!files) throw new Error('no files');
    return files[Symbol.asyncIterator]();
  };
  return { filesOf, pauses };
};

const BUSY = { code: 'too_many_requests', reason: 'review_evidence_busy', retryAfterSeconds: 30 };

describe('the evidence of a review', () => {
  test('a caller who reads an archive gets no second one until the first has ended; others do', async () => {
    const { filesOf } = await world();
    const [first, second] = [await filesOf('acc_1'), await filesOf('acc_1')];
    expect((await first.next()).value).toMatchObject({ name: 'README.txt' });
    // Asked for before the first began to be read.
    await expect(second.next()).rejects.toMatchObject(BUSY);
    await expect(filesOf('acc_1')).rejects.toMatchObject(BUSY);
    expect((await (await filesOf('acc_2')).next()).value).toMatchObject({ name: 'README.txt' });
    await first.return?.();
    expect((await (await filesOf('acc_1')).next()).value).toMatchObject({ name: 'README.txt' });
  });

  test('other requests run between two items', async () => {
    const { filesOf, pauses } = await world();
    const files = await filesOf('acc_1');
    await files.next();
    const items = (await files.next()).value;
    expect(items).toMatchObject({ name: 'items.ndjson' });
    const lines: unknown[] = [];
    for await (const line of items.content) lines.push(line);
    expect([lines.length, pauses.count]).toEqual([ITEMS, ITEMS]);
  });
});

/** An undo that another process completes while this one is slow. */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import type { Delegation } from '../../../src/domain/authority/delegation/delegation.ts';
import type { Agent } from '../../../src/domain/clients/agents/agent.ts';
import type { ReviewItem } from '../../../src/domain/governance/reviews/review.ts';
import { reviewItems } from '../../../src/domain/governance/reviews/review-items.ts';
import { reviewUndo } from '../../../src/domain/governance/reviews/review-undo.ts';
import type { Account } from '../../../src/domain/identity/accounts/account.ts';
import { recordingAudit } from '../../support/recording-audit.ts';
import { START, standingClock } from '../../support/standing-clock.ts';

const undoing = async (meanwhile: (finish: () => Promise<unknown>) => Promise<unknown>) => {
  const [documents, audit, clock] = [memoryDocumentStore(), recordingAudit(), standingClock()];
  const items = reviewItems({ documents, audit, clock });
  const live = { state: 'active' } as const;
  const undo = reviewUndo({
    ...{ items, clock, events: audit },
    delegations: {
      get: async (id) =>
        ({ id, subject: 'acc_1', actor: 'agt_a', scope: [], expiresAt: START * 2 }) as unknown as Delegation,
      consented: async () => undefined,
      suspendedAt: async () => undefined,
      async recordConsent() {
        await meanwhile(() => items.finished('rvi_1', { newDelegation: 'dlg_new' }));
        return undefined;
      },
    },
    agents: { get: async () => ({ document: live as Agent, version: 1 }) },
    accounts: { get: async () => ({ document: live as Account, version: 1 }) },
    revocation: { ended: async () => undefined },
  });
  await items.collection.insert({
    ...{ id: 'rvi_1', review: 'rvw_1', delegation: 'dlg_1', subject: 'acc_1', agent: 'agt_a', owner: 'acc_owner' },
    resource: 'https://books.example.com',
    ...{ state: 'ended', isEnd: true, decidedAt: clock.now(), createdAt: clock.now(), expiresAt: START * 2 },
  } as ReviewItem);
  const answer = await undo.undo('rvi_1', undefined, { caller: 'acc_2' }).catch((error: unknown) => error);
  return { answer, audit, stored: (await items.collection.get('rvi_1'))?.document };
};

test('succeeds as the other process completed it', async () => {
  const { answer, audit, stored } = await undoing((finish) => finish());
  expect(answer).toMatchObject({ document: { state: 'undone', newDelegation: 'dlg_new' } });
  expect(stored).toMatchObject({ state: 'undone', newDelegation: 'dlg_new' });
  expect(audit.of('review.item_undo_refused')).toEqual([]);
});

test('is refused where no process could make the delegation', async () => {
  const { answer, audit, stored } = await undoing(async () => undefined);
  expect(answer).toMatchObject({ code: 'conflict', reason: 'review_undo_refused' });
  expect(stored).toMatchObject({ state: 'ended', undoRefusedAt: START });
  expect(audit.of('review.item_undo_refused')).toHaveLength(1);
});

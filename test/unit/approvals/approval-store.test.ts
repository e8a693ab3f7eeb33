/** A change of an approval that another writer overtakes. */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import { approvalStore } from '../../../src/domain/approvals/approval-store.ts';
import { DomainError } from '../../../src/domain/vocabulary/errors.ts';
import { awaitedAppend } from '../../support/awaited-append.ts';
import { recordingAudit } from '../../support/recording-audit.ts';
import { standingClock } from '../../support/standing-clock.ts';

const APPROVAL = { id: 'apv_1', open: 'apv_1', slot: 'apv_1', state: 'pending' } as Approval;

test('what came to nothing is in the audit log before the change is tried again (AP-02)', async () => {
  const audit = recordingAudit();
  const { approvals, settle } = approvalStore({
    documents: memoryDocumentStore('refused'),
    clock: standingClock(),
    audit: {
      // As a disk does, it takes a moment.
      append: awaitedAppend(async (event) => {
        await new Promise((written) => setImmediate(written));
        return audit.append(event);
      }),
    },
  });
  await approvals.insert(APPROVAL);
  const outcomes = () => audit.events.map(({ type, outcome }) => [type, outcome]);
  const refusal = new DomainError('conflict', 'It was denied.');
  const deciding = settle(APPROVAL.id, async (current) => {
    if (current.state === 'denied') {
      expect(outcomes()).toEqual([
        ['approval.approved', 'done'],
        ['approval.approved', 'refused'],
      ]);
      throw refusal;
    }
    await approvals.replace({ ...current, state: 'denied' }, 1);
    return { next: { ...current, state: 'approved' }, event: { type: 'approval.approved', outcome: 'done' } };
  });
  await expect(deciding).rejects.toBe(refusal);
  expect((await approvals.get(APPROVAL.id))?.document.state).toBe('denied');
});

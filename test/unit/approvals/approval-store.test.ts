/** A change of an approval that another writer overtakes. */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import { approvalStore } from '../../../src/domain/approvals/approval-store.ts';
import { type Collection, type DocumentStore, StoreUnavailable } from '../../../src/domain/ports/document-store.ts';
import type { Part } from '../../../src/domain/ports/revocation.ts';
import { DomainError } from '../../../src/domain/vocabulary/errors.ts';
import { awaitedAppend } from '../../support/awaited-append.ts';
import { recordingAudit } from '../../support/recording-audit.ts';
import { standingClock } from '../../support/standing-clock.ts';
import { action } from './fakes.ts';

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

/** A store of which a write or a read fails so many times. */
const failing = (faults: { insert: number; error?: Error; isStored?: boolean; isOvertaken?: boolean }) => {
  const documents = memoryDocumentStore('refused');
  const inserts: string[] = [];
  const collection: DocumentStore['collection'] = (declaration) => {
    const found = documents.collection<never>(declaration as never) as Collection<Approval>;
    return {
      ...found,
      async insert(document: Approval) {
        inserts.push(document.id);
        faults.insert -= 1;
        if (faults.insert < 0 && faults.isOvertaken) await found.insert(ASKED);
        if (faults.insert < 0) return found.insert(document);
        if (faults.isStored) await found.insert(document);
        throw faults.error ?? new StoreUnavailable('in this test');
      },
    } as never;
  };
  const audit = recordingAudit();
  const store = approvalStore({ documents: { ...documents, collection }, clock: standingClock(), audit });
  return { store, audit, inserts };
};
const ASKED = { ...APPROVAL, ...action(), action: action(), votes: [], createdAt: 1 } as unknown as Approval;

test('what a store does not take at once is tried again, and any other error is not', async () => {
  const { store, inserts } = failing({ insert: 1 });
  expect(await store.store(ASKED)).toBe(true);
  expect(inserts).toHaveLength(2);
  const other = failing({ insert: 1, error: new TypeError('another') });
  await expect(other.store.store(ASKED)).rejects.toThrow('another');
  expect(other.inserts).toHaveLength(1);
  expect(await other.store.settleUnknown()).toBe(0);
});

test('what no attempt could store is closed once the store answers, with its event', async () => {
  const { store, audit, inserts } = failing({ insert: 3 });
  await expect(store.store(ASKED)).rejects.toBeInstanceOf(StoreUnavailable);
  expect([inserts.length, audit.events]).toEqual([3, []]);
  expect([await store.settleUnknown(), await store.settleUnknown()]).toEqual([1, 0]);
  expect(audit.events).toMatchObject([{ type: 'approval.lapsed', outcome: 'done', caller: 'system' }]);
  expect((await store.approvals.get(ASKED.id))?.document).toMatchObject({ state: 'cancelled', decidedBy: 'system' });
});

test('what is stored by a late write while it is closed stays open, and the audit log says so', async () => {
  const { store, audit } = failing({ insert: 3, isOvertaken: true });
  await store.store(ASKED).catch(() => undefined);
  expect(await store.settleUnknown()).toBe(1);
  expect(audit.events.map(({ type, outcome }) => [type, outcome])).toEqual([
    ['approval.lapsed', 'done'],
    ['approval.lapsed', 'refused'],
  ]);
  expect((await store.approvals.get(ASKED.id))?.document.state).toBe('pending');
});

test('one that was stored after all stays as it is', async () => {
  const { store, audit } = failing({ insert: 1, isStored: true });
  expect(await store.store(ASKED)).toBe(true);
  expect(await store.settleUnknown()).toBe(0);
  expect([audit.events, (await store.approvals.get(ASKED.id))?.document.state]).toEqual([[], 'pending']);
});

test('a change of an approval that is not there is refused, and one that changes nothing has no event', async () => {
  const changed: string[] = [];
  const audit = recordingAudit();
  const store = approvalStore({
    documents: memoryDocumentStore('refused'),
    clock: standingClock(),
    audit,
    onChange: ({ state }) => void changed.push(state),
  });
  await expect(store.settle('apv_none', async () => undefined)).rejects.toMatchObject({ code: 'not_found' });
  await store.approvals.insert(APPROVAL);
  expect(await store.settle(APPROVAL.id, async () => undefined)).toEqual(APPROVAL);
  expect([audit.events, changed]).toEqual([[], []]);
  const event = { type: 'approval.denied', outcome: 'done' } as const;
  await store.settle(APPROVAL.id, async (current) => ({ next: { ...current, state: 'denied' }, event }));
  expect([audit.events, changed]).toEqual([[event], ['denied']]);
});

test('an approval has ended when its agent has other owners since, and is of other hands then only', async () => {
  const asked: (readonly Part[])[] = [];
  let end: string | undefined;
  const store = approvalStore({
    documents: memoryDocumentStore('refused'),
    clock: standingClock(),
    audit: recordingAudit(),
    revocation: {
      async ended(parts: readonly Part[]) {
        asked.push(parts);
        return end;
      },
    } as never,
  });
  const vote = { account: 'acc_bob', at: 5 };
  const approved = { ...ASKED, votes: [vote], breakGlass: { votes: [{ account: 'acc_cleo', at: 6 }] } } as never;
  for (const [reason, isOther, isKilled] of [
    [undefined, false, false],
    ['handed_over', true, true],
    ['killed', false, true],
  ] as const) {
    end = reason;
    expect([await store.isFromOtherHands(approved), await store.isKilled(approved)]).toEqual([isOther, isKilled]);
  }
  expect(asked[1]).toMatchObject([
    { subject: ASKED.action.subject, since: 1, ownership: 0, consentedAt: 1 },
    { subject: 'acc_bob', since: 5 },
    { subject: 'acc_cleo', since: 6 },
  ]);
});

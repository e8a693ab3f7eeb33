import { describe, expect, test } from '@jest/globals';
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import { approvalFigures } from '../../../src/domain/approvals/approval-figures.ts';
import { listApprovals } from '../../../src/domain/approvals/approval-lists.ts';
import type { Cursor } from '../../../src/domain/ports/document-store.ts';

const DAY = 86_400;
const NOW = 1_800_000_000;
const TODAY = NOW - (NOW % DAY);

const made = (id: number, more: Partial<Approval> = {}): Approval =>
  ({
    id: `apv_${String(id).padStart(5, '0')}`,
    state: 'pending',
    agent: 'agt_1',
    subject: 'acc_1',
    votes: [],
    createdAt: NOW - 100,
    expiresAt: NOW + 100,
    ...more,
  }) as unknown as Approval;

const vote = (account: string, at: number) => ({ account, at, assurance: { amr: ['pwd'], authTime: at } });

describe('figures of what people decided', () => {
  test('nothing was decided: no percentage of nothing', () => {
    const { medianSeconds, quickShare, denialShare, decisions, people, days } = approvalFigures([made(1)], NOW);
    expect([medianSeconds, quickShare, denialShare, decisions, people]).toEqual([
      undefined,
      undefined,
      undefined,
      0,
      [],
    ]);
    expect(days).toEqual([6, 5, 4, 3, 2, 1, 0].map((ago) => TODAY - ago * DAY));
  });

  test('counts each approval and each denial of each person on its day, and says who is too quick', () => {
    const approvals = [
      made(1, {
        state: 'approved',
        createdAt: TODAY,
        votes: [vote('acc_1', TODAY + 2), vote('acc_2', TODAY + 60)],
        redeemBy: NOW + 9,
      }),
      made(2, { state: 'redeemed', createdAt: TODAY - DAY, votes: [vote('acc_1', TODAY - DAY + 3)] }),
      made(3, { state: 'denied', createdAt: TODAY, decidedAt: TODAY + 10, decidedBy: 'acc_1' }),
      // Cancelled by the agent, and too long ago: no decisions that count.
      made(4, { state: 'cancelled', createdAt: TODAY, decidedAt: TODAY + 1, decidedBy: 'agt_1' }),
      made(5, { state: 'redeemed', createdAt: TODAY - 8 * DAY, votes: [vote('acc_3', TODAY - 8 * DAY)] }),
      made(6, { createdAt: NOW - 900, expiresAt: NOW }),
      // Approved, and the agent did not come back in time.
      made(7, { state: 'approved', createdAt: TODAY - 9 * DAY, redeemBy: NOW }),
    ];
    const figures = approvalFigures(approvals, NOW);
    expect(figures).toMatchObject({
      decisions: 4,
      approvals: 3,
      medianSeconds: 3,
      quickShare: 1 / 3,
      denialShare: 0.25,
    });
    expect(figures.people).toEqual([
      { account: 'acc_1', perDay: [0, 0, 0, 0, 0, 1, 2], total: 3 },
      { account: 'acc_2', perDay: [0, 0, 0, 0, 0, 0, 1], total: 1 },
    ]);
    expect(figures.states).toEqual(
      [
        ['pending', 0],
        ['approved', 1],
        ['redeemed', 2],
        ['unused', 1],
        ['denied', 1],
        ['cancelled', 1],
        ['expired', 1],
      ].map(([state, count]) => ({ state, count })),
    );
  });
});

describe('a page of approvals', () => {
  const all = Array.from({ length: 3000 }, (_, index) =>
    made(index, {
      createdAt: NOW - index,
      agent: index % 2 === 0 ? 'agt_even' : 'agt_odd',
      state: index % 3 === 0 ? 'denied' : 'pending',
      expiresAt: index < 1500 ? NOW + 1 : NOW,
    }),
  );
  const read = { rows: 0 };
  const pageOf =
    (fits: (one: Approval) => boolean) =>
    async ({ after, limit = 50 }: { readonly after?: Cursor; readonly limit?: number }) => {
      const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after.id) + 1;
      const rows = all.slice(from).filter(fits).slice(0, limit);
      read.rows += rows.length;
      return rows;
    };
  const service = {
    list: (query: { readonly state?: Approval['state']; readonly after?: Cursor; readonly limit?: number } = {}) =>
      pageOf(({ state }) => query.state === undefined || state === query.state)(query),
    ofAgent: (agent: string, page = {}) => pageOf((one) => one.agent === agent)(page),
    ofSubject: (subject: string, page = {}) => pageOf((one) => one.subject === subject)(page),
    breakGlass: { reviews: (review: 'open' | 'closed', page = {}) => pageOf((one) => one.review === review)(page) },
  };

  test.each([
    [{}, 3000],
    [{ agent: 'agt_even' }, 1500],
    [{ subject: 'acc_1', state: 'denied' }, 1000],
    [{ agent: 'agt_odd', state: 'expired' }, 500],
    [{ state: 'pending' }, 1000],
    [{ subject: 'acc_2' }, 0],
  ] as const)('%j: every one that fits, once, with any page size', async (query, count) => {
    for (const limit of [7, 200]) {
      const ids: string[] = [];
      let after: Cursor | undefined;
      for (;;) {
        const { items, next } = await listApprovals(service, { ...query, limit, after }, NOW);
        expect(items.length).toBeLessThanOrEqual(limit);
        ids.push(...items.map(({ id }) => id));
        if (!next) break;
        after = next;
      }
      expect(ids).toHaveLength(count);
      expect(new Set(ids).size).toBe(count);
      expect(ids).toEqual([...ids].sort());
    }
  });

  test('IN-08 reads a bounded number of documents for one page, however few fit', async () => {
    read.rows = 0;
    const { items, next } = await listApprovals(service, { subject: 'acc_1', state: 'cancelled' }, NOW);
    expect([items.length, next !== undefined, read.rows]).toEqual([0, true, 2000]);
  });
});

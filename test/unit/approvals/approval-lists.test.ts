/** Which stored list answers a question about approvals, and where a page of it ends. */
import { expect, test } from '@jest/globals';
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import { type ApprovalQuery, listApprovals } from '../../../src/domain/approvals/approval-lists.ts';

const NOW = 1000;
const approval = (place: number, more: object = {}): Approval =>
  ({
    id: `apr_${place}`,
    agent: 'agt_a',
    subject: 'acc_anna',
    state: 'pending',
    createdAt: 9000 - place,
    expiresAt: NOW + 1,
    ...more,
  }) as never;

/** `read`: which lists are read, with their first parameters. */
const listed = async (stored: readonly Approval[], query: ApprovalQuery) => {
  const read: unknown[] = [];
  const from =
    (name: string) =>
    async (...given: readonly unknown[]) => {
      const { after, limit } = given.at(-1) as { readonly after?: { readonly id: string }; readonly limit: number };
      const { state } = given.at(-1) as { readonly state?: string };
      read.push([name, ...given.slice(0, -1), ...(state === undefined ? [] : [state])]);
      const begin = after === undefined ? 0 : stored.findIndex(({ id }) => id === after.id) + 1;
      return stored.slice(begin, begin + limit);
    };
  const service = {
    list: from('list'),
    ofAgent: from('agent'),
    ofSubject: from('subject'),
    breakGlass: { reviews: from('reviews') },
  };
  const { items, next } = await listApprovals(service as never, query, NOW);
  return { read, ids: items.map(({ id }) => id), next };
};

const WHOLE = { agent: 'agt_a', subject: 'acc_anna', state: 'pending', review: 'open' } as const;

test.each<[ApprovalQuery, readonly unknown[]]>([
  [WHOLE, ['reviews', 'open']],
  [{ ...WHOLE, review: undefined }, ['agent', 'agt_a']],
  [{ subject: 'acc_anna', state: 'pending' }, ['subject', 'acc_anna']],
  [{ state: 'unused' }, ['list', 'approved']],
  [{ state: 'denied' }, ['list', 'denied']],
  [{ state: 'expired' }, ['list']],
  [{}, ['list']],
])('for %j the narrowest list is read: %j', async (query, list) => {
  expect((await listed([], query)).read).toEqual([list]);
});

test.each<[ApprovalQuery, readonly string[]]>([
  [{ agent: 'agt_a' }, ['apr_0', 'apr_2', 'apr_3', 'apr_4', 'apr_5']],
  [{ subject: 'acc_anna' }, ['apr_0', 'apr_1', 'apr_3', 'apr_4', 'apr_5']],
  [{ review: 'open' }, ['apr_3']],
  [{ state: 'pending' }, ['apr_0', 'apr_1', 'apr_2', 'apr_3']],
  [{ state: 'expired' }, ['apr_4']],
  [{ state: 'unused' }, ['apr_5']],
  [{ agent: 'agt_a', subject: 'acc_anna', state: 'pending' }, ['apr_0', 'apr_3']],
])('%j has those that fit all of it', async (query, ids) => {
  const stored = [
    approval(0),
    approval(1, { agent: 'agt_b' }),
    approval(2, { subject: 'acc_ben' }),
    approval(3, { review: 'open' }),
    approval(4, { expiresAt: NOW }),
    approval(5, { state: 'approved', redeemBy: NOW }),
  ];
  expect(await listed(stored, query)).toMatchObject({ ids, next: undefined });
});

test('a page says where the next one begins, and the last one says nothing', async () => {
  const stored = Array.from({ length: 5 }, (_, place) => approval(place));
  const first = await listed(stored, { limit: 2 });
  expect([first.ids, first.next?.id]).toEqual([['apr_0', 'apr_1'], 'apr_1']);
  const second = await listed(stored, { limit: 3, after: first.next });
  expect([second.ids, second.next]).toEqual([['apr_2', 'apr_3', 'apr_4'], undefined]);
});

test('a page reads so many at most, and another follows where it found too few', async () => {
  const stored = Array.from({ length: 2_100 }, (_, place) =>
    approval(place, { agent: place === 2_050 ? 'agt_b' : 'agt_a' }),
  );
  const first = await listed(stored, { agent: 'agt_b' });
  expect([first.ids, first.next?.id, first.read.length]).toEqual([[], 'apr_1999', 10]);
  expect((await listed(stored, { agent: 'agt_b', after: first.next })).ids).toEqual(['apr_2050']);
});

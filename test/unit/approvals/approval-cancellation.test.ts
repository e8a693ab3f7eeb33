/** Which approvals end without a denial: the agent withdraws one, or an agent of its chain is contained or changes owner. */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { APPROVALS } from '../../../src/domain/approvals/approval.ts';
import { approvalCancellation } from '../../../src/domain/approvals/approval-cancellation.ts';
import { movableClock, START } from '../delegation/fakes.ts';
import { action } from './fakes.ts';

type Stored = { readonly id: string; readonly state: string; readonly [member: string]: unknown };

const approval = (id: string, more: object = {}): Stored => ({
  id,
  ...action(),
  action: action(),
  slot: id,
  state: 'pending',
  channel: 'backchannel',
  actors: ['agt_a'],
  votes: [],
  createdAt: START - 5,
  expiresAt: START + 60,
  redeemBy: START + 60,
  ...more,
});

const scene = async (
  stored: readonly Stored[],
  { isFormer = () => true as boolean, between = (one: Stored): Stored => one } = {},
) => {
  const approvals = memoryDocumentStore('refused').collection<Stored>({
    ...APPROVALS,
    indexes: [{ fields: ['actors', 'createdAt'] }],
    members: [],
  } as never);
  for (const one of stored) await approvals.insert(one);
  const events: unknown[] = [];
  const port = approvalCancellation({
    states: {
      approvals,
      isFromOtherHands: async () => isFormer(),
      async settle(id: string, change: (now: unknown) => Promise<{ next: unknown; event: object } | undefined>) {
        const found = stored.find((one) => one.id === id) as Stored;
        const outcome = await change(between(found));
        if (outcome) events.push([id, outcome.event]);
        return outcome?.next ?? found;
      },
    },
    reads: { find: async (id: string) => stored.find((one) => one.id === id) },
    clock: movableClock(),
    settings: { ttlSeconds: 600, redeemSeconds: 300 },
  } as never);
  return { port, events };
};

const ALL = [
  approval('apr_1', { createdAt: START - 1 }),
  approval('apr_2', { state: 'approved', createdAt: START - 2 }),
  approval('apr_denied', { state: 'denied' }),
  approval('apr_over', { expiresAt: START }),
  approval('apr_old', { createdAt: START - 901 }),
];
const cancelled = (by: string, more: object) =>
  expect.objectContaining({ type: 'approval.cancelled', outcome: 'done', caller: by, ...more });

test.each<[number, readonly string[]]>([
  [9, ['apr_1', 'apr_2']],
  [2, ['apr_1', 'apr_2']],
  [1, ['apr_1']],
])('at most %s of a contained agent are cancelled, the newest first: %j', async (limit, ids) => {
  const { port, events } = await scene(ALL);
  expect(await port.cancelOf('agt_a', 'system', limit)).toBe(ids.length);
  const note = 'a response contained an agent of the chain';
  expect(events).toEqual(ids.map((id) => [id, cancelled('system', { note })]));
});

test('of a hand-over those from other hands are cancelled', async () => {
  const { port, events } = await scene(ALL);
  expect(await port.cancelFormer('agt_a', 'acc_admin', 1)).toBe(1);
  expect(events).toEqual([['apr_1', cancelled('acc_admin', { note: 'the owner of an agent of the chain changed' })]]);
  const own = await scene(ALL, { isFormer: () => false });
  expect([await own.port.cancelFormer('agt_a', 'acc_admin', 9), own.events]).toEqual([0, []]);
});

test('what was decided meanwhile stays', async () => {
  const { port, events } = await scene(ALL, { between: (one) => ({ ...one, state: 'redeemed' }) });
  await port.cancelOf('agt_a', 'system', 9);
  await port.cancel('apr_1', 'agt_a', 'req_1');
  expect(events).toEqual([]);
});

test('an agent withdraws what is open or unused; what has ended does not change', async () => {
  for (const id of ['apr_1', 'apr_2']) {
    const { port, events } = await scene(ALL);
    expect(await port.cancel(id, 'agt_a', 'req_1')).toMatchObject({ state: 'cancelled', decidedBy: 'agt_a' });
    expect(events).toEqual([[id, cancelled('agt_a', { request: 'req_1' })]]);
  }
  const { port, events } = await scene(ALL);
  expect(await port.cancel('apr_denied', 'agt_a', 'req_1')).toMatchObject({ state: 'denied' });
  expect([await port.cancel('apr_none', 'agt_a', 'req_1'), events]).toEqual([undefined, []]);
});

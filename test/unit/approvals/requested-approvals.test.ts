/** The one permit of an approval that a resource server requested (invariant 1). */
import { expect, test } from '@jest/globals';
import { requestedApprovals } from '../../../src/domain/approvals/requested-approvals.ts';
import { movableClock, START } from '../delegation/fakes.ts';
import { action } from './fakes.ts';

type Approval = Readonly<Record<string, unknown>>;

const approval = (more: Approval = {}): Approval => ({
  id: 'apr_1',
  ...action(),
  action: action(),
  state: 'approved',
  channel: 'access_request',
  subject: 'acc_anna',
  createdAt: START,
  expiresAt: START + 600,
  redeemBy: START + 600,
  votes: [],
  requested: { by: 'rs_bank', question: 'q', decision: 'dec_1' },
  ...more,
});

/** What one call makes of an approval: its next state and event, or nothing new. */
const scene = (current: Approval) => {
  const outcomes: unknown[] = [];
  let secrets = 0;
  const port = requestedApprovals({
    states: {
      async settle(_: string, change: (now: unknown) => Promise<unknown>) {
        const outcome = await change(current);
        outcomes.push(outcome);
        return (outcome as { readonly next?: unknown } | undefined)?.next ?? current;
      },
    },
    clock: movableClock(),
    identifiers: {
      newSecret() {
        secrets += 1;
        return `secret ${secrets}`;
      },
    },
    masterKey: { digests: (...values: readonly string[]) => [`new ${values.join(' ')}`, `old ${values.join(' ')}`] },
  } as never);
  return { port, outcomes };
};

const BY = { server: 'rs_bank', request: 'req_1', decision: 'dec_2' };
const KEY = 'approval-use apr_1 call';

test('an approved one is used up by its first call, with its event', async () => {
  const { port, outcomes } = scene(approval());
  await port.spend('apr_1', { ...BY, call: 'call' });
  expect(outcomes).toEqual([
    {
      next: expect.objectContaining({ state: 'redeemed', redeemedAt: START, use: { key: `new ${KEY}`, at: START } }),
      event: expect.objectContaining({ type: 'approval.used', outcome: 'done', caller: 'rs_bank', decision: 'dec_2' }),
    },
  ]);
});

test('the same call is that caller again, also after the key was rotated; another is too late', async () => {
  for (const key of [`new ${KEY}`, `old ${KEY}`]) {
    const used = approval({ state: 'redeemed', use: { key, at: START } });
    const { port, outcomes } = scene(used);
    await port.spend('apr_1', { ...BY, call: 'call' });
    expect(outcomes).toEqual([undefined]);
    for (const call of ['other', undefined]) {
      await expect(port.spend('apr_1', { ...BY, call })).rejects.toMatchObject({ reason: 'approval_over' });
    }
    expect(port.isUsedBy(used as never, 'call')).toBe(true);
    for (const call of ['other', undefined]) expect(port.isUsedBy(used as never, call)).toBe(false);
  }
  expect(scene(approval()).port.isUsedBy(approval() as never, 'call')).toBe(false);
});

test.each(['pending', 'denied', 'cancelled'])('one that is %s permits nothing', async (state) => {
  const { port } = scene(approval({ state }));
  await expect(port.spend('apr_1', BY)).rejects.toMatchObject({ reason: 'approval_over' });
});

test('only the resource server that requested it uses or withdraws it', async () => {
  for (const requested of [{ by: 'rs_other' }, undefined]) {
    const { port } = scene(approval({ requested, state: 'pending' }));
    await expect(port.spend('apr_1', BY)).rejects.toMatchObject({ code: 'not_found' });
    await expect(port.withdraw('apr_1', BY)).rejects.toMatchObject({ code: 'not_found' });
  }
});

test('a pending one is withdrawn with its event; what is decided is not', async () => {
  const { port, outcomes } = scene(approval({ state: 'pending' }));
  await port.withdraw('apr_1', BY);
  expect(outcomes).toEqual([
    {
      next: expect.objectContaining({ state: 'cancelled', decidedBy: 'rs_bank' }),
      event: expect.objectContaining({ type: 'approval.cancelled', outcome: 'done', caller: 'rs_bank' }),
    },
  ]);
  for (const state of ['approved', 'denied', 'redeemed']) {
    const decided = scene(approval({ state }));
    await expect(decided.port.withdraw('apr_1', BY)).rejects.toMatchObject({ code: 'conflict' });
  }
});

/** How an approval gives its one token, and how the resource server that accepts the token uses it (invariant 1). */
import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import { approvalRedemption } from '../../../src/domain/approvals/approval-redemption.ts';
import { approvalStore } from '../../../src/domain/approvals/approval-store.ts';
import { recordingAudit } from '../../support/recording-audit.ts';
import { START, standingClock } from '../../support/standing-clock.ts';
import { action } from './fakes.ts';

const vote = (account: string) => ({ account, at: START });
const approval = (more: object = {}): Approval =>
  ({
    ...{
      id: 'apr_1',
      ...action(),
      action: action(),
      slot: 'apr_1',
      open: 'apr_1',
      state: 'approved',
      channel: 'backchannel',
    },
    ...{
      createdAt: START,
      expiresAt: START + 600,
      redeemBy: START + 300,
      votes: [],
      requires: { quorum: 2 },
      mustAgree: null,
      ...more,
    },
  }) as unknown as Approval;

const scene = async (stored: Approval, counting: readonly object[] = []) => {
  const clock = standingClock();
  const audit = recordingAudit();
  const changed: string[] = [];
  const states = approvalStore({
    ...{ documents: memoryDocumentStore('refused'), clock, audit },
    onChange: ({ state }) => void changed.push(state),
  });
  await states.approvals.insert(stored);
  const port = approvalRedemption({
    states,
    reads: { get: async (id: string) => (await states.approvals.get(id))?.document },
    breakGlass: { votesOf: async () => [vote('acc_glass')] },
    votes: { of: async () => counting },
    clock,
    masterKey: { digests: (...values: readonly string[]) => [`new ${values.join(' ')}`, `old ${values.join(' ')}`] },
  } as never);
  return { port, clock, audit, changed, approvals: states.approvals };
};

describe('an approval', () => {
  test('is redeemed once, by one of several requests, and stands from then on', async () => {
    const { port, changed } = await scene(approval());
    expect(await port.standing('apr_1')).toBeUndefined();
    const redeemed = await Promise.all([port.redeem('apr_1'), port.redeem('apr_1'), port.redeem('apr_none')]);
    expect(redeemed.filter(Boolean)).toHaveLength(1);
    expect([await port.redeem('apr_1'), changed]).toEqual([false, ['redeemed']]);
    expect(await port.standing('apr_1')).toMatchObject({ state: 'redeemed', redeemedAt: START });
    expect(await port.standing('apr_none')).toBeUndefined();
  });

  test.each<[string, object]>([
    ['is pending', { state: 'pending' }],
    ['was denied', { state: 'denied' }],
    ['is too old', { redeemBy: START }],
    ['was requested by a resource server', { requested: { by: 'rs_bank' } }],
  ])('that %s gives no token', async (_, more) => {
    const { port, approvals, changed } = await scene(approval(more));
    expect([await port.redeem('apr_1'), changed]).toEqual([false, []]);
    expect((await approvals.get('apr_1'))?.document.state).not.toBe('redeemed');
  });

  test('has as many votes as it requires, or those of a break-glass', async () => {
    const both = [vote('acc_anna'), vote('acc_bob')];
    expect(await (await scene(approval(), both)).port.standingVotes(approval())).toEqual(both);
    expect(await (await scene(approval(), both.slice(1))).port.standingVotes(approval())).toBeUndefined();
    const mustAgree = approval({ mustAgree: 'acc_cleo' });
    const { port } = await scene(approval(), both);
    expect(await port.standingVotes(mustAgree)).toBeUndefined();
    expect(await port.standingVotes(approval({ mustAgree: 'acc_bob' }))).toEqual(both);
    expect(await port.standingVotes(approval({ breakGlass: { votes: both } }))).toEqual([vote('acc_glass')]);
  });
});

describe('the use of its token', () => {
  const server = { id: 'rs_bank', identifier: action().resource } as never;
  const by = (key: string, at = server) => ({ server: at, key, request: 'req_1' });

  test('belongs to the first call, with one event, and the same call may ask again', async () => {
    const { port, audit } = await scene(approval({ state: 'redeemed' }));
    expect(await port.use('apr_1', by('call'))).toMatchObject({
      ...{ isFirst: true, approval: { use: { key: 'new approval-use apr_1 call', at: START } } },
    });
    expect((await port.use('apr_1', by('call'))).isFirst).toBe(false);
    await expect(port.use('apr_1', by('other'))).rejects.toMatchObject({ reason: 'approval_used_by_other' });
    expect(audit.events).toMatchObject([{ type: 'approval.used', caller: 'rs_bank', request: 'req_1' }]);
  });

  test('is known by the key before a rotation of the master key', async () => {
    const used = approval({ state: 'redeemed', use: { key: 'old approval-use apr_1 call', at: START } });
    expect((await (await scene(used)).port.use('apr_1', by('call'))).isFirst).toBe(false);
  });

  test('is none at another resource server, or before the token', async () => {
    const { port, audit } = await scene(approval({ state: 'redeemed' }));
    const other = { id: 'rs_other', identifier: 'https://other.example' } as never;
    await expect(port.use('apr_1', by('call', other))).rejects.toMatchObject({ code: 'not_found' });
    const early = await scene(approval());
    await expect(early.port.use('apr_1', by('call'))).rejects.toMatchObject({ code: 'not_found' });
    expect([audit.events, early.audit.events]).toEqual([[], []]);
  });
});

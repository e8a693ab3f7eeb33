/** Tasks of access requests as a resource server sees them, and their callbacks (Access Request and Approval Profile). */
import { describe, expect, test } from '@jest/globals';
import { memoryEphemeralStore } from '../../../adapters/memory/ephemeral-store.ts';
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import { moment } from '../../../src/domain/approvals/authzen/access-approvals.ts';
import { accessCallbacks } from '../../../src/domain/approvals/authzen/access-callbacks.ts';
import { type AccessRequest, showTask, taskStatus } from '../../../src/domain/approvals/authzen/access-request.ts';
import { digestOfBody, echoOf, told } from '../../../src/domain/approvals/authzen/submission.ts';
import { START, standingClock } from '../../support/standing-clock.ts';
import { server } from '../decision/world.ts';

const approval = (id: string, more: Partial<Approval> = {}): Approval =>
  ({ id, state: 'pending', createdAt: START - 60, expiresAt: START + 60, requested: {}, ...more }) as Approval;
const APPROVED = { state: 'approved', decidedAt: START - 5, redeemBy: START + 30 } as const;
const REQUEST: AccessRequest = {
  ...{ id: 'arq_1', server: server.id, items: [{ approval: 'apv_1' }], isBundle: false, key: 'k', body: 'b' },
  ...{ createdAt: START - 60, expiresAt: START + 90, forgetAt: START + 900 },
};
const PLACE = { now: START, endpoint: 'https://id/access', inbox: 'https://id/approvals' };
const shown = (approvals: readonly Approval[], more: Partial<AccessRequest> = {}) =>
  showTask({ ...REQUEST, ...more }, new Map(approvals.map((one) => [one.id, one])), PLACE);
const KNOWN = { id: 'arq_1', status_endpoint: 'https://id/access/arq_1', expires_at: moment(START + 90) };

test.each<[string, Partial<Approval> | undefined, string]>([
  ['nothing', undefined, 'expired'],
  ['one that waits', {}, 'pending'],
  ['one whose time is over', { expiresAt: START }, 'expired'],
  ['one that was given', APPROVED, 'approved'],
  ['one that was given and is over', { ...APPROVED, redeemBy: START - 1 }, 'approved'],
  ['one that was given and withdrawn', { ...APPROVED, state: 'denied' }, 'approved'],
  ['one that was used', { state: 'redeemed' }, 'approved'],
  ['one that was denied', { state: 'denied' }, 'denied'],
  ['one that was cancelled', { state: 'cancelled' }, 'cancelled'],
])('the task of %s has an end that stays', (_, more, status) => {
  expect(taskStatus(more && approval('apv_1', more), START)).toBe(status);
});

describe('a task', () => {
  test('that waits has links, and a number where an approver types one', () => {
    const links = { cancel: 'https://id/access/arq_1/cancel', review: 'https://id/approvals' };
    const title = 'People are being asked';
    expect(shown([approval('apv_1')])).toEqual({
      task: {
        ...{ ...KNOWN, status: 'pending', links },
        display: { title, description: 'Nothing happens before they have decided.' },
      },
    });
    const two = [{ approval: 'apv_1' }, { approval: 'apv_2' }];
    const numbered = shown([approval('apv_1', { number: '17' }), approval('apv_2', { number: '42' })], { items: two });
    expect(numbered.task.display).toEqual({
      title,
      description: 'Nothing happens before they have decided. They will be asked for this number: 17, 42.',
      'urn:behalf:number': '17 42',
    });
  });

  test('that is approved has its result, and no link', () => {
    const result = {
      mode: 'reevaluate',
      approval: { id: 'apv_1', approved_at: moment(START - 5), approved_until: moment(START + 30) },
    };
    expect(shown([approval('apv_1', APPROVED)])).toEqual({ task: { ...KNOWN, status: 'approved' }, result });
    const items = [{ approval: 'apv_1', resource: { id: 'r' }, action: { name: 'a' } }, { approval: 'apv_2' }];
    expect(
      shown([approval('apv_1', APPROVED), approval('apv_2', { state: 'denied' })], { isBundle: true, items }),
    ).toEqual({
      task: {
        ...{ ...KNOWN, status: 'partial' },
        items: [{ resource: { id: 'r' }, action: { name: 'a' }, status: 'approved', result }, { status: 'denied' }],
      },
    });
  });

  test.each<[readonly Partial<Approval>[], string]>([
    [[{}, { state: 'denied' }], 'pending'],
    [[{ state: 'denied' }, { state: 'denied' }], 'denied'],
    [[{ state: 'denied' }, { state: 'cancelled' }], 'partial'],
    [[], 'expired'],
  ])('of several items %j is %s', (parts, status) => {
    const all = parts.map((more, index) => approval(`apv_${index}`, more));
    expect(shown(all, { items: all.map(({ id }) => ({ approval: id })) }).task.status).toBe(status);
  });
});

test('what is stored of a submission leaves out what was not sent', () => {
  expect(told('wbh_1', { endpoint: 'https://x' })).toEqual({ webhook: 'wbh_1' });
  expect(told('wbh_1', { endpoint: 'https://x', state: 's', events: ['denied'] })).toEqual({
    ...{ webhook: 'wbh_1', state: 's', events: ['denied'] },
  });
  expect(echoOf({ question: {} } as never)).toEqual({});
  const sent = { resource: { id: 'r' }, action: { name: 'a' }, subject: {} };
  expect(echoOf({ question: { sent } } as never)).toEqual({ resource: { id: 'r' }, action: { name: 'a' } });
  expect(digestOfBody({ one: 1, two: 2 })).toBe(digestOfBody({ two: 2, one: 1 }));
  expect(() => digestOfBody({ text: '\ud800' })).toThrow(
    expect.objectContaining({ reason: 'submission_not_canonical' }),
  );
});

describe('a callback', () => {
  const scene = (webhook: object | null = {}) => {
    const sent: unknown[] = [];
    const looked: string[] = [];
    const callbacks = accessCallbacks({
      ephemeral: memoryEphemeralStore(standingClock()),
      clock: standingClock(),
      webhooks: {
        callbackAt: async (of: string, endpoint: string) =>
          of === server.id && endpoint === 'https://x' ? { id: 'wbh_1' } : undefined,
        get: async () =>
          webhook === null ? undefined : { document: { state: 'active', resourceServer: server.id, ...webhook } },
      },
      outbox: { put: async (message: unknown) => void sent.push(message) },
    } as unknown as Parameters<typeof accessCallbacks>[0]);
    const told = async (of: Approval, callback?: AccessRequest['callback'] | null, all = [of]) => {
      const { callback: _, ...known } = REQUEST;
      const rest = { ...known, items: all.map(({ id }) => ({ approval: id })) };
      const request = callback === null ? rest : { ...rest, callback: callback ?? { webhook: 'wbh_1' } };
      await callbacks.tell(of, async (id) => {
        looked.push(id);
        return id === 'arq_gone'
          ? undefined
          : { request, shown: showTask(request, new Map(all.map((one) => [one.id, one])), PLACE) };
      });
      return sent;
    };
    return { callbacks, told, looked, sent };
  };
  const denied = approval('apv_1', { state: 'denied', decidedAt: START - 5 });

  test('goes to an endpoint that is registered for the resource server', async () => {
    const { callbacks } = scene();
    expect(await callbacks.endpointOf(server, { endpoint: 'https://x' })).toBe('wbh_1');
    await expect(callbacks.endpointOf(server, { endpoint: 'https://y' })).rejects.toMatchObject({
      reason: 'callback_endpoint_unknown',
      field: '/callback/endpoint',
    });
  });

  test('says once that the task has ended, at the time of the decision', async () => {
    const { callbacks, told } = scene();
    await callbacks.remember({ ...REQUEST, items: [{ approval: 'apv_1' }, { approval: 'apv_1' }] });
    expect(await told(denied, { webhook: 'wbh_1', state: 's' })).toEqual([
      {
        ...{ id: expect.any(String), channel: 'webhook', to: 'wbh_1', kind: 'access_request.answered', at: START - 5 },
        body: JSON.stringify({
          ...{ state: 's', task: { id: 'arq_1', status: 'denied', status_endpoint: 'https://id/access/arq_1' } },
        }),
      },
    ]);
    const other = scene();
    await other.callbacks.remember(REQUEST);
    expect(await other.told(approval('apv_1', APPROVED), undefined)).toMatchObject([
      { body: expect.not.stringContaining('"state"') },
    ]);
  });

  test.each<[string, Approval, AccessRequest['callback'] | null | undefined, object | null | undefined]>([
    ['an approval that waits', approval('apv_1'), undefined, {}],
    ['the withdrawal of a given approval', approval('apv_1', { ...APPROVED, state: 'denied' }), undefined, {}],
    ['the use of a given approval', approval('apv_1', { ...APPROVED, state: 'redeemed' }), undefined, {}],
    ['an approval without a resource server', { ...denied, requested: undefined } as never, undefined, {}],
    ['a task without a callback', denied, null, {}],
    ['an end that it does not want', denied, { webhook: 'wbh_1', events: ['approved'] }, {}],
    ['an endpoint that was disabled', denied, undefined, { state: 'disabled' }],
    ['an endpoint of another resource server', denied, undefined, { resourceServer: 'rs_other' }],
    ['an endpoint that is gone', denied, undefined, null],
  ])('is not sent for %s', async (_, of, callback, webhook) => {
    const { callbacks, told } = scene(webhook);
    await callbacks.remember(REQUEST);
    expect(await told(of, callback)).toEqual([]);
  });

  test('is not sent while another part of the task waits; of a task that is gone it knows nothing', async () => {
    const { callbacks, told, looked } = scene();
    await callbacks.remember({ ...REQUEST, id: 'arq_gone' });
    await callbacks.remember(REQUEST);
    expect(await told(denied, { webhook: 'wbh_1', events: ['denied'] })).toHaveLength(1);
    expect(looked).toEqual(['arq_gone', 'arq_1']);
    const { callbacks: alone, told: toldAlone } = scene();
    await alone.remember({ ...REQUEST, items: [{ approval: 'apv_2' }] });
    expect(await toldAlone(denied)).toEqual([]);
    const waiting = scene();
    await waiting.callbacks.remember(REQUEST);
    expect(await waiting.told(denied, undefined, [denied, approval('apv_2')])).toEqual([]);
    expect(await waiting.told(denied, undefined, [denied, approval('apv_2', APPROVED)])).toHaveLength(1);
  });

  test('is remembered for the last 20 tasks of an approval, at least for a second', async () => {
    const { callbacks, told, looked } = scene();
    for (let index = 0; index < 21; index += 1) {
      await callbacks.remember({ ...REQUEST, id: `arq_${index}`, expiresAt: START - 10 });
    }
    await told(denied, undefined);
    expect([looked.length, looked[0]]).toEqual([20, 'arq_1']);
  });
});

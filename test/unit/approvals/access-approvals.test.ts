/** What an approval lifts of a denied evaluation, and what can be requested for it (Access Request and Approval Profile). */
import { describe, expect, test } from '@jest/globals';
import { digestOf, meaningOf } from '../../../src/domain/approvals/action.ts';
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import { accessApprovals, moment } from '../../../src/domain/approvals/authzen/access-approvals.ts';
import type { Acting } from '../../../src/domain/approvals/authzen/access-facts.ts';
import type { AccessQuestion } from '../../../src/domain/approvals/authzen/access-question.ts';
import { questionDigest } from '../../../src/domain/approvals/authzen/evaluation-binding.ts';
import type { Decision } from '../../../src/domain/authority/decision/decision.ts';
import { StoreUnavailable } from '../../../src/domain/ports/document-store.ts';
import { DomainError } from '../../../src/domain/vocabulary/errors.ts';
import { account, agent, client, NOW, server } from '../decision/world.ts';
import { action, strong } from './fakes.ts';

const ISSUER = 'https://id.example';
const DETAIL = { type: 'payment', amount: 5 };
const ACTION = action({ resource: server.identifier, scope: ['read'], details: [] });
const DECISION = { id: 'dec_l', scope: ['read'], details: [], removed: [], removedDetails: [] } as unknown as Decision;
const acting = (more: object = {}, facts: object = {}): Acting =>
  ({ held: { delegation: [[]] }, facts: { server, caller: agent, subject: account, ...facts }, ...more }) as never;
const question = (context: object = {}): AccessQuestion =>
  ({
    context,
    sent: {
      subject: { type: 'account', id: 'acc_anna' },
      action: { name: 'read' },
      resource: { type: 'scope', id: 'read' },
    },
  }) as never;
const DIGEST = String(questionDigest(question(), acting()));

const scene = (
  over: {
    readonly approval?: Partial<Approval> | null;
    readonly isKilled?: boolean;
    readonly votes?: readonly unknown[] | null;
    readonly decision?: Partial<Decision>;
    readonly actual?: object;
    readonly isUsedBy?: boolean;
    readonly isPossible?: boolean;
    readonly spend?: () => Promise<void>;
  } = {},
) => {
  const {
    approval = {},
    isKilled = false,
    votes = [{ account: 'acc_ben', at: NOW - 5, assurance: strong(NOW - 5) }],
  } = over;
  const stored = {
    ...{ id: 'apv_1', state: 'approved', action: ACTION, digest: digestOf(ACTION), createdAt: NOW - 50 },
    ...{ expiresAt: NOW - 10, redeemBy: NOW + 10, requested: { by: 'rs_mail', question: DIGEST, decision: 'dec_1' } },
    ...approval,
  };
  const calls: { readonly name: string; readonly given: unknown }[] = [];
  const approvals = accessApprovals({
    service: {
      get: async (id: string) => (approval === null ? undefined : { ...stored, id }),
      isKilled: async () => isKilled,
      standingVotes: async () => votes ?? undefined,
      requested: {
        isUsedBy: (_: unknown, call: unknown) => {
          calls.push({ name: 'call', given: call });
          return over.isUsedBy ?? false;
        },
        spend: async (id: string, by: object) => {
          calls.push({ name: 'spend', given: { id, ...by } });
          await over.spend?.();
        },
      },
    },
    asking: {
      isPossible: async () => over.isPossible ?? true,
      actionOf: async (...given: unknown[]) => {
        calls.push({ name: 'action', given });
        return { ...ACTION, ...over.actual };
      },
    },
    authorize: async (facts: unknown) => {
      calls.push({ name: 'authorize', given: facts });
      return { ...DECISION, ...over.decision };
    },
    ids: { make: (...given: unknown[]) => given.join('|'), read: () => undefined, isOf: () => true },
    clock: { now: () => NOW },
    issuer: ISSUER,
    endpoint: `${ISSUER}/access/v1/access_requests`,
  } as unknown as Parameters<typeof accessApprovals>[0]);
  const lift = (
    more: {
      readonly acting?: Acting;
      readonly asked?: AccessQuestion;
      readonly id?: string;
      readonly wanted?: object;
    } = {},
  ) =>
    approvals.lift(
      ...([
        server,
        more.asked ?? question(),
        (more.wanted ?? { scope: 'read' }) as never,
        more.acting ?? acting(),
      ] as const),
      more.id ?? 'apv_1',
    );
  const named = (name: string) => calls.filter((call) => call.name === name).map(({ given }) => given);
  return { approvals, lift, named };
};

describe('what can be approved', () => {
  const { approvals } = scene();

  test('is an action of an agent for a person', () => {
    expect(approvals.intentionOf({ scope: 'read' }, acting())).toEqual({
      channel: 'access_request',
      agent,
      chain: { sub: 'agt_a', iss: ISSUER, sub_profile: 'ai_agent' },
      facts: { server, caller: agent, subject: account, asked: ['read'], details: { delegation: [[]], asked: [] } },
    });
    const chain = { sub: 'agt_a', act: { sub: 'app_a' } };
    expect(approvals.intentionOf({ detail: DETAIL }, acting({ token: { chain } }))).toMatchObject({
      chain,
      facts: { asked: [], details: { asked: [DETAIL] } },
    });
  });

  test.each<[string, Acting]>([
    ['of a client', acting({}, { caller: client })],
    ['without a person', acting({}, { subject: undefined })],
    ['by a token of another approval', acting({ token: { approval: { id: 'apv_1', digest: 'd' } } })],
  ])('is not an action %s', (_, who) => {
    expect(approvals.intentionOf({ scope: 'read' }, who)).toBeUndefined();
  });

  test('can be requested for ten minutes, where approvers could approve it', async () => {
    expect(await approvals.requestable(question(), { scope: 'read' }, acting(), 'dec_1')).toEqual({
      evaluation_id: `dec_1|${NOW + 600}|${DIGEST}`,
      evaluated_at: moment(NOW),
      access_request: { endpoint: `${ISSUER}/access/v1/access_requests`, expires_at: moment(NOW + 600) },
    });
    const { sent: _, ...unsent } = question();
    expect(await approvals.requestable(unsent as never, { scope: 'read' }, acting(), 'dec_1')).toBeUndefined();
    const ofClient = acting({}, { caller: client });
    expect(await approvals.requestable(question(), { scope: 'read' }, ofClient, 'dec_1')).toBeUndefined();
    const impossible = scene({ isPossible: false }).approvals;
    expect(await impossible.requestable(question(), { scope: 'read' }, acting(), 'dec_1')).toBeUndefined();
  });
});

describe('an approval', () => {
  const OVER = { isLifted: false, reason: 'approval_expired', next: 'request' };
  const UNVERIFIABLE = { isLifted: false, reason: 'approval_unverifiable', next: 'none' };

  test('lifts the denial, decided with those who agreed and as they signed in', async () => {
    const { lift, named } = scene();
    expect(await lift()).toMatchObject({ isLifted: true, decision: { id: 'dec_l' }, approval: { id: 'apv_1' } });
    expect(named('authorize')).toEqual([
      {
        ...{ server, caller: agent, subject: account, asked: ['read'], details: { delegation: [[]], asked: [] } },
        ...{ approval: { id: 'apv_1', approvers: 1 }, assurance: expect.objectContaining({ amr: ['pwd', 'otp'] }) },
      },
    ]);
    expect(named('action')).toEqual([
      [
        agent,
        {
          ...{
            chain: expect.anything(),
            subject: 'acc_anna',
            resource: server.identifier,
            scope: ['read'],
            details: [],
          },
          ...{ meaning: meaningOf(server, DECISION), policyVersion: undefined, message: 'Invoice 7731' },
        },
      ],
    ]);
  });

  test.each<[string, Parameters<typeof scene>[0], Parameters<ReturnType<typeof scene>['lift']>[0]]>([
    ['that is not there', { approval: null }, {}],
    ['whose id is none', {}, { id: 'dlg_1' }],
    [
      'of another resource server',
      { approval: { requested: { by: 'rs_other', question: DIGEST, decision: 'd' } } },
      {},
    ],
    ['that no resource server requested', { approval: { requested: undefined } as never }, {}],
    ['that was never given', { approval: { redeemBy: undefined } as never }, {}],
    ['for what a client asks', {}, { acting: acting({}, { caller: client }) }],
  ])('%s is treated as missing', async (_, over, asked) => {
    const { lift, named } = scene(over);
    expect(await lift(asked)).toEqual(UNVERIFIABLE);
    expect(named('authorize')).toEqual([]);
  });

  test('of another question is out of scope', async () => {
    const over = { approval: { requested: { by: 'rs_mail', question: 'other', decision: 'd' } } };
    expect(await scene(over).lift()).toEqual({ isLifted: false, reason: 'out_of_scope', next: 'request' });
  });

  test.each<[string, Parameters<typeof scene>[0], Partial<Awaited<ReturnType<ReturnType<typeof scene>['lift']>>>]>([
    ['that is over', { approval: { redeemBy: NOW } }, OVER as never],
    ['that was denied', { approval: { state: 'denied' } }, OVER as never],
    [
      'that was used',
      { approval: { state: 'redeemed', use: { key: 'k', at: 1 } } },
      { reason: 'approval_used' } as never,
    ],
    ['whose votes do not stand', { votes: null }, OVER as never],
    ['that a kill ended', { isKilled: true }, OVER as never],
  ])('%s lifts nothing', async (_, over, lift) => {
    expect(await scene(over).lift()).toMatchObject({ isLifted: false, next: 'request', ...lift });
  });

  test('from before its subject was disabled lifts nothing (LC-06)', async () => {
    const since = (tokensValidFrom: number) =>
      scene().lift({ acting: acting({}, { subject: { ...account, tokensValidFrom } }) });
    expect(await since(NOW - 49)).toMatchObject(OVER);
    expect(await since(NOW - 50)).toMatchObject({ isLifted: true });
  });

  test('answers the same call again until it is over', async () => {
    const again = { approval: { state: 'redeemed', use: { key: 'k', at: 1 } }, isUsedBy: true } as const;
    const { lift, named } = scene(again);
    expect(await lift({ asked: question({ call: 'c1' }) })).toMatchObject({ isLifted: true });
    expect(named('call')).toEqual(['c1']);
    const late = scene({ ...again, approval: { ...again.approval, redeemBy: NOW } });
    expect(await late.lift({ asked: question({ call: 'c1' }) })).toMatchObject({ reason: 'approval_used' });
  });

  test('of an action that has changed since lifts nothing, and says what changed', async () => {
    expect(await scene({ actual: { policy: 8, composition: null } }).lift()).toEqual({
      ...OVER,
      text: 'Since it was approved this has changed: composition, policy.',
    });
  });

  test.each<[string, Partial<Decision>, object, object]>([
    [
      'a policy forbids it now',
      { scope: [], removed: [{ scope: 'read', layer: 'policy', reasons: ['Not today.'] }] },
      { scope: 'read' },
      { reason: 'policy_denied', next: 'none', layer: 'policy', decision: expect.anything(), text: 'Not today.' },
    ],
    [
      'a layer denies it without a text',
      { scope: [], removed: [{ scope: 'read', layer: 'delegation' }] },
      { scope: 'read' },
      { reason: 'policy_denied', next: 'none', layer: 'delegation', decision: expect.anything() },
    ],
    [
      'more people have to agree now',
      { scope: [], removed: [{ scope: 'read', layer: 'approval' }] },
      { scope: 'read' },
      { reason: 'approval_expired', next: 'request' },
    ],
    [
      'more people have to agree to the detail',
      { scope: [], removedDetails: [{ detail: DETAIL, layer: 'approval' }] },
      { detail: DETAIL },
      { reason: 'approval_expired', next: 'request', text: 'not given now: payment' },
    ],
  ])('lifts nothing where %s', async (_, decision, wanted, lift) => {
    expect(await scene({ decision }).lift({ wanted })).toEqual({ isLifted: false, ...lift });
  });

  test('lifts a detail that the decision gives', async () => {
    const { lift } = scene({ decision: { scope: [], details: [DETAIL] } });
    expect(await lift({ wanted: { detail: DETAIL } })).toMatchObject({ isLifted: true });
  });
});

describe('using up an approval', () => {
  const by = { call: 'c1', decision: 'dec_1', request: 'req_1' };
  const spent = (spend: () => Promise<void>) => {
    const { approvals, named } = scene({ spend });
    return { named, answer: approvals.spend(server, { id: 'apv_1' } as Approval, by) };
  };

  test('names the call and the resource server', async () => {
    const { named, answer } = spent(async () => undefined);
    expect(await answer).toBe(true);
    expect(named('spend')).toEqual([{ id: 'apv_1', server: 'rs_mail', ...by }]);
  });

  test('fails for the second call alone, and as the store fails', async () => {
    expect(await spent(() => Promise.reject(new DomainError('conflict', 'used'))).answer).toBe(false);
    for (const error of [new DomainError('not_found', 'gone'), new StoreUnavailable('down')]) {
      await expect(spent(() => Promise.reject(error)).answer).rejects.toBe(error);
    }
  });
});

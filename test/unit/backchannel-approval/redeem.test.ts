/** What an approval gives when its token is fetched, and every reason why it gives none (CIBA Core §11). */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Action, digestOf, meaningOf } from '../../../src/domain/approvals/action.ts';
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import type { DecisionFacts } from '../../../src/domain/authority/decision/facts.ts';
import type { Account } from '../../../src/domain/identity/accounts/account.ts';
import { redeemApproval } from '../../../src/extensions/backchannel-approval/redeem.ts';
import { action, START, weak } from '../approvals/fakes.ts';
import { countedIdentifiers } from '../delegation/fakes.ts';
import { account, agent, resourceServer } from '../token-exchange/fakes.ts';

const vote = (by: string) => ({ account: by, at: START, assurance: weak(START) });

const world = () => {
  const server = resourceServer('rs_bank', action().resource, ['pay', 'read']);
  const approved: Action = action({ details: [], meaning: meaningOf(server, { scope: ['pay'], details: [] }) });
  return {
    server: server as ReturnType<typeof resourceServer> | undefined,
    approved,
    actual: {} as Partial<Action>,
    approval: {} as Partial<Approval>,
    isFound: true,
    agent: agent('agt_a') as ReturnType<typeof agent> | undefined,
    account: account('acc_anna') as Account | undefined,
    votes: [vote('acc_anna')] as readonly object[] | undefined,
    isKilled: false,
    told: undefined as number | undefined,
    poll: undefined as number | undefined,
    decision: {} as object,
    source: {} as object,
    redeemed: true,
    standing: undefined as object | undefined,
  };
};
let given: ReturnType<typeof world>;
let calls: string[];
let facts: DecisionFacts | undefined;
let noted: Partial<AuditEvent>;

beforeEach(() => {
  given = world();
  calls = [];
  facts = undefined;
  noted = {};
});

const redeem = async (form: readonly string[] = ['areq_1'], caller: object = {}) => {
  const found = async <T>(document: T | undefined) => (document ? { document, version: 1 } : undefined);
  const approval = {
    ...{ id: 'apv_1', channel: 'backchannel', state: 'approved', action: given.approved, createdAt: START - 10 },
    ...{ redeemBy: START + 60, expiresAt: START + 60, digest: digestOf(given.approved), votes: [] },
    ...given.approval,
  };
  return redeemApproval({
    service: {
      find: async (id: string, client: string) => {
        calls.push(`find ${id} ${client}`);
        return given.isFound ? approval : undefined;
      },
      isKilled: async () => given.isKilled,
      redeem: async () => given.redeemed,
      standing: async () => given.standing,
      standingVotes: async () => given.votes,
    },
    asking: {
      actionOf: async (_agent: unknown, parts: Partial<Action>) => ({
        ...given.approved,
        ...pick(parts),
        ...given.actual,
      }),
    },
    sources: {
      [approval.channel]: async () => ({
        ...{ facts: { server: given.server, details: { delegation: [[]] } }, chain: given.approved.chain },
        notAfter: START + 1000,
        delegation: async () => ({ id: 'dlg_1', chain: given.approved.chain, expiresAt: START + 900 }),
        discard: async ({ id }: { readonly id: string }) => {
          calls.push(`discard ${id}`);
        },
        ...given.source,
      }),
    },
    agents: { get: async () => found(given.agent) },
    accounts: { get: async () => found(given.account) },
    resourceServers: { findByIdentifier: async () => found(given.server) },
    authorize: async (asked: DecisionFacts) => {
      facts = asked;
      return {
        ...{ id: 'dec_1', scope: ['pay'], removed: [], details: [], removedDetails: [], limits: [] },
        ...{ policyVersion: 7, maxSeconds: undefined, route: 'ciba' },
        ...given.decision,
      };
    },
    pace: {
      slowedTo: (poller: string) => {
        calls.push(`told ${poller}`);
        return given.told;
      },
      poll: async (name: string, seconds: number, poller: string) => {
        calls.push(`poll ${name} ${seconds} ${poller}`);
        return given.poll;
      },
    },
    clock: { now: () => START },
    identifiers: countedIdentifiers(),
    pollIntervalSeconds: 5,
  } as never)(
    {
      ...{ id: 'req_1', clientId: 'agt_a', isAgent: true, dpopThumbprint: undefined, source: '192.0.2.1' },
      note: (more: Partial<AuditEvent>) => {
        noted = { ...noted, ...more };
      },
      ...caller,
    } as never,
    () => form,
  );
};

/** The parts that `redeem` reads from the current state. */
const pick = ({ scope, meaning, resource, subject, details }: Partial<Action>): Partial<Action> => ({
  ...(scope ? { scope } : {}),
  ...(meaning ? { meaning } : {}),
  ...(resource ? { resource } : {}),
  ...(subject ? { subject } : {}),
  ...(details ? { details } : {}),
});

const expectRefusal = (answer: Promise<unknown>, reason: string) =>
  expect(answer).rejects.toMatchObject({ denial: { reason, id: expect.stringMatching(/^dny_/) } });

describe('an approval', () => {
  test('gives a token for the action that was approved, good for one use', async () => {
    const { token } = await redeem();
    expect(token).toMatchObject({
      ...{ subject: 'acc_anna', scope: ['pay'], details: [], delegation: 'dlg_1', notAfter: START + 300 },
      ...{ decision: { id: 'dec_1', maxUses: 1 }, approval: { id: 'apv_1', digest: digestOf(given.approved) } },
      txn: expect.stringMatching(/^txn_/),
    });
    for (const name of ['participants', 'parent', 'issuedTokenType']) expect(token).not.toHaveProperty(name);
    expect(token.approval).not.toHaveProperty('break_glass');
    expect(noted).toMatchObject({
      ...{ agent: 'agt_a', owner: 'acc_owner', approval: 'apv_1', subject: 'acc_anna', scopeAsked: ['pay'] },
      ...{ scopeGiven: ['pay'], delegation: 'dlg_1', decision: 'dec_1', policy: 7, txn: token.txn },
      inputs: expect.objectContaining({ now: START, votes: 1, digest: digestOf(given.approved) }),
    });
    expect(noted.inputs).not.toHaveProperty('breakGlass');
  });

  test('is decided about with its votes and the proof of the request', async () => {
    given.votes = [vote('acc_anna'), vote('acc_ben')];
    await redeem();
    expect(facts).toMatchObject({
      ...{ route: 'ciba', now: START, asked: ['pay'], approval: { id: 'apv_1', approvers: 2 }, isBound: false },
      ...{ details: { asked: [], delegation: [[]] }, assurance: { amr: ['pwd'], authTime: START } },
    });
    await redeem(undefined, { dpopThumbprint: 'k' });
    expect(facts?.isBound).toBe(true);
    await redeem(undefined, { certificateThumbprint: 'c' });
    expect(facts?.isBound).toBe(true);
  });

  test('keeps the transaction of its request, and what an exchange leaves to the token', async () => {
    given.source = { txn: 'trn_1', parent: 'tok_0', issuedTokenType: 'at', grant: 'grt_1' };
    expect((await redeem()).token).toMatchObject({
      txn: 'trn_1',
      parent: 'tok_0',
      issuedTokenType: 'at',
      grant: 'grt_1',
    });
  });

  test('names in the event of a refusal the transaction of its request', async () => {
    given.approval = { txn: 'trn_1' };
    given.isKilled = true;
    await expectRefusal(redeem(), 'approval_ended');
    expect(noted.txn).toBe('trn_1');
  });

  test.each<[string, object, object, number]>([
    ['the source', { notAfter: START + 7 }, {}, 7],
    ['the delegation', { delegation: async () => ({ id: 'dlg_1', expiresAt: START + 8 }) }, {}, 8],
    ['the decision', {}, { maxSeconds: 9 }, 9],
    ['five minutes', {}, { maxSeconds: 400 }, 300],
  ])('gives a token that lives no longer than %s', async (_, source, decision, seconds) => {
    Object.assign(given, { source, decision });
    expect((await redeem()).token.notAfter).toBe(START + seconds);
  });

  test('for several people depends on the delegations of all of them', async () => {
    const participants = async () => [{ id: 'dlg_2', subject: 'acc_ben', expiresAt: START + 6 }];
    given.source = { participants };
    expect((await redeem()).token).not.toHaveProperty('participants');
    given.decision = { participants: { scope: ['pay'], others: [] } };
    expect((await redeem()).token).toMatchObject({
      participants: [{ subject: 'acc_ben', delegation: 'dlg_2' }],
      notAfter: START + 6,
    });
    given.source = {};
    expect((await redeem()).token).not.toHaveProperty('participants');
  });

  test('by break-glass says so, and gives two minutes', async () => {
    given.approval = { breakGlass: { votes: [vote('acc_b'), vote('acc_c')] } } as never;
    const { token } = await redeem();
    expect(token).toMatchObject({ approval: { break_glass: true }, notAfter: START + 120 });
    expect(noted.inputs).toMatchObject({ breakGlass: true });
  });
});

describe('the one token', () => {
  test('is for the request that redeems first', async () => {
    expect(await (await redeem()).redeem()).toBe(true);
    expect(calls).not.toContain('discard dlg_1');
  });

  test('leaves its delegation to the request that was first', async () => {
    given.redeemed = false;
    given.standing = { use: undefined };
    expect(await (await redeem()).redeem()).toBe(false);
    expect(calls).not.toContain('discard dlg_1');
  });

  test('takes its delegation away where a denial was first', async () => {
    given.redeemed = false;
    expect(await (await redeem()).redeem()).toBe(false);
    expect(calls).toContain('discard dlg_1');
  });
});

describe('a caller', () => {
  test('that was told to wait is told again, before anything is read', async () => {
    given.told = 4;
    await expect(redeem()).rejects.toMatchObject({ reason: 'approval_polled_too_soon', retryAfterSeconds: 4 });
    expect(calls).toEqual(['told agt_a areq_1']);
  });

  test('that is no agent, or not active, is refused', async () => {
    await expectRefusal(redeem(undefined, { isAgent: false }), 'caller_not_an_agent');
    given.agent = agent('agt_a', { state: 'suspended' });
    await expectRefusal(redeem(), 'agent_not_active');
    given.agent = undefined;
    await expectRefusal(redeem(), 'agent_not_active');
    expect(noted).toEqual({});
  });

  test('names its request', async () => {
    await expectRefusal(redeem([]), 'parameter_missing');
    await redeem();
    expect(calls).toContain('find areq_1 agt_a');
  });
});

describe('no token comes of', () => {
  test.each<[string, object, string]>([
    ['an unknown request', { isFound: false }, 'request_unknown'],
    ['a request of a resource server', { approval: { channel: 'access_request' } }, 'request_unknown'],
    ['a denied one', { approval: { state: 'denied' } }, 'approval_denied'],
    ['a redeemed one', { approval: { state: 'redeemed' } }, 'approval_used'],
    ['a cancelled one', { approval: { state: 'cancelled' } }, 'approval_cancelled'],
    ['one that was not decided in time', { approval: { state: 'pending', expiresAt: START } }, 'approval_expired'],
    ['one that was not fetched in time', { approval: { redeemBy: START } }, 'approval_expired'],
    ['an approved one that a kill ended', { isKilled: true }, 'approval_ended'],
    ['a pending one that a kill ended', { isKilled: true, approval: { state: 'pending' } }, 'approval_ended'],
    ['one whose approver left', { votes: undefined }, 'approver_left'],
    ['one of an account that is gone', { account: undefined }, 'subject_not_active'],
    ['one of a disabled account', { account: { ...account('acc_anna'), state: 'disabled' } }, 'subject_not_active'],
    [
      'one from before all tokens of the account ended',
      { account: { ...account('acc_anna'), tokensValidFrom: START - 9 } },
      'approval_ended',
    ],
    [
      'a pending one of a disabled account',
      { approval: { state: 'pending' }, account: { ...account('acc_anna'), state: 'disabled' } },
      'subject_not_active',
    ],
    [
      'a pending one from before all tokens of the account ended',
      { approval: { state: 'pending' }, account: { ...account('acc_anna'), tokensValidFrom: START - 9 } },
      'approval_ended',
    ],
    ['one at a resource server that is gone', { server: undefined }, 'target_unknown'],
    [
      'one at a disabled resource server',
      { server: resourceServer('rs_bank', action().resource, ['pay'], { state: 'disabled' }) },
      'target_unknown',
    ],
    [
      'a decision that leaves less',
      { decision: { scope: [], removed: [{ scope: 'pay', layer: 'agent' }] } },
      'scope_not_available',
    ],
    [
      'a decision that removes a detail',
      { decision: { removedDetails: [{ detail: { type: 'x' }, layer: 'delegation' }] } },
      'details_not_available',
    ],
    ['another action than the approved one', { actual: { policy: 8 } }, 'action_changed'],
    ['an approval of another action than the stored one', { approval: { digest: 'x' } }, 'action_changed'],
  ])('%s', async (_, change, reason) => {
    Object.assign(given, change);
    await expectRefusal(redeem(), reason);
  });

  test('an account whose tokens all ended at the very time of the request still has it', async () => {
    given.account = { ...account('acc_anna'), tokensValidFrom: START - 10 };
    expect((await redeem()).token.subject).toBe('acc_anna');
  });

  test('a pending request: the caller polls again after the interval', async () => {
    given.approval = { state: 'pending' };
    await expect(redeem()).rejects.toMatchObject({ reason: 'approval_undecided' });
    expect(calls).toContain('poll approval:apv_1 5 agt_a areq_1');
    given.poll = 5;
    await expect(redeem()).rejects.toMatchObject({ reason: 'approval_polled_too_soon', retryAfterSeconds: 5 });
  });
});

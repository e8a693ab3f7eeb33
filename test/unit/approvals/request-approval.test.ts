/** How a request for approval finds what it requires and whom it asks. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { ApprovalDraft } from '../../../src/domain/approvals/approval-draft.ts';
import { NO_RULE } from '../../../src/domain/approvals/approvers.ts';
import { type ApprovalRequest, askingForApproval } from '../../../src/domain/approvals/request-approval.ts';
import type { ApproverRule } from '../../../src/domain/authority/decision/decision.ts';
import type { DecisionFacts } from '../../../src/domain/authority/decision/facts.ts';
import { DomainError } from '../../../src/domain/vocabulary/errors.ts';
import type { Risk } from '../../../src/domain/vocabulary/risk.ts';
import { agent, client, server } from '../decision/world.ts';

const INTENTION = {
  channel: 'token_exchange',
  agent: { id: 'agt_a', owner: 'acc_owner', ownership: 1 },
  chain: { sub: 'agt_a', act: { sub: 'agt_b' } },
  facts: {
    server,
    caller: agent,
    through: [],
    subject: { id: 'acc_anna' },
    asked: ['read'],
    details: { asked: [] },
    now: 1,
  },
} as unknown as ApprovalRequest;

type Asking = Parameters<typeof askingForApproval>[0];

let calls: unknown[];
let rules: readonly ApproverRule[] | undefined;
let policyVersion: number | undefined;
/** The fewest approvers with whom everything is granted; undefined: none suffice. */
let quorum: number | undefined;
let approvers: readonly string[];
let excluded: readonly string[];
let owners: readonly string[] | undefined;
let standing: object | undefined;

beforeEach(() => {
  calls = [];
  rules = undefined;
  policyVersion = 7;
  quorum = 1;
  approvers = ['acc_anna', 'acc_owner', 'acc_bob'];
  excluded = [];
  owners = ['acc_owner'];
  standing = undefined;
});

const asking = (more: Partial<Record<keyof Asking, unknown>> = {}) =>
  askingForApproval({
    service: {
      ask: async (draft: unknown, request: string, counted: unknown) => {
        calls.push(['ask', draft, request, counted]);
        return { approval: {}, authReqId: 'a', isJoined: false };
      },
      checkRoom: async (looked: unknown) => {
        calls.push(['room', looked]);
      },
    },
    resolve: {
      leftOut: async () => excluded,
      approversOf: async (_concerned: unknown, whom: unknown) => {
        calls.push(['approvers', whom]);
        return approvers;
      },
    },
    chainOwners: { whenAsked: async () => owners },
    standing: {
      covers: async () => standing !== undefined,
      take: async () => standing,
    },
    authorizeHere: async ({ asked, approval, route }: DecisionFacts) => {
      calls.push(['decide', route]);
      const isEnough = quorum !== undefined && (approval?.approvers ?? 0) >= quorum;
      return {
        ...{ scope: isEnough ? asked : [], details: [], removedDetails: [], policyVersion },
        ...(rules ? { approvers: rules } : {}),
      };
    },
    blueprints: { get: async (id: string) => (id === 'bpr_1' ? { document: { version: 4 } } : undefined) },
    ...more,
  } as never);

const ofRisk = (risk: Risk): ApprovalRequest => ({
  ...INTENTION,
  facts: { ...INTENTION.facts, server: { ...server, scopes: [{ name: 'read', description: 'Read', risk }] } },
});

const routes = () => new Set(calls.flatMap((call) => (Array.isArray(call) && call[0] === 'decide' ? [call[1]] : [])));

test('what no approval lifts is requested from no approver, and is not possible', async () => {
  quorum = undefined;
  expect(await asking().isPossible(INTENTION)).toBe(false);
  expect(await asking().prepare(INTENTION)).toBeUndefined();
  expect(await asking().ask(INTENTION, 'req_1')).toBeUndefined();
  expect(calls.filter((call) => Array.isArray(call) && call[0] !== 'decide')).toEqual([]);
  expect(calls.length).toBeGreaterThan(2);
});

test('what one person may approve is possible, and requested from them', async () => {
  expect(await asking().isPossible(INTENTION)).toBe(true);
  expect(await asking().ask(INTENTION, 'req_1')).toMatchObject({ authReqId: 'a' });
  expect(calls.at(-1)).toEqual([
    'ask',
    expect.objectContaining({
      ...{ channel: 'token_exchange', owner: 'acc_owner', ownersWhenAsked: ['acc_owner'], risk: 'low' },
      ...{ requires: { quorum: 1, isProvenAnew: false }, approvers, approverNames: ['subject'], mustAgree: 'acc_anna' },
      standing: expect.any(Function),
    }),
    'req_1',
    {},
  ]);
});

test.each([
  ['access_request', 'access_evaluation'],
  ['token_exchange', 'ciba'],
  ['backchannel', 'ciba'],
] as const)('a request over %s is decided as on the route %s', async (channel, route) => {
  await asking().prepare({ ...INTENTION, channel });
  expect(routes()).toEqual(new Set([route]));
});

describe('is refused, and not possible', () => {
  const expectRefusal = async (reason: string) => {
    await expect(asking().prepare(INTENTION)).rejects.toMatchObject({ code: 'access_denied', reason });
    expect(await asking().isPossible(INTENTION)).toBe(false);
  };

  test('where parts of it have different approvers', async () => {
    rules = [NO_RULE, { names: ['owner'], except: [] }];
    await expectRefusal('approvers_differ');
  });

  test('where the owners of the chain are not known', async () => {
    owners = undefined;
    await expectRefusal('chain_owners_unknown');
  });

  test('where there are fewer approvers than it needs', async () => {
    quorum = 2;
    approvers = ['acc_anna'];
    await expectRefusal('approvers_too_few');
    approvers = ['acc_anna', 'acc_owner'];
    expect(await asking().isPossible(INTENTION)).toBe(true);
  });

  test('where the person must agree and cannot be asked', async () => {
    approvers = ['acc_owner', 'acc_bob'];
    await expectRefusal('approvers_too_few');
  });
});

test('where others than the person approve, the person need not be among them', async () => {
  rules = [{ names: ['owner'], except: ['acc_eve'], escalation: { after: 60, names: ['grp_1'] } }];
  approvers = ['acc_owner'];
  expect((await asking().prepare(INTENTION))?.wanted).toMatchObject({
    ...{ approverNames: ['owner'], approversExcept: ['acc_eve'], mustAgree: null },
    escalation: { after: 60, names: ['grp_1'] },
  });
});

test('a person who is excluded is not asked: the owner is', async () => {
  excluded = ['acc_anna'];
  const wanted = (await asking().prepare(INTENTION))?.wanted;
  expect(wanted).toMatchObject({ approverNames: ['owner'], mustAgree: null });
  expect(wanted).not.toHaveProperty('approversExcept');
  expect(wanted).not.toHaveProperty('escalation');
  expect(wanted).not.toHaveProperty('isConsentBesides');
});

test('a restricted agent asks the person and the owner, each time, and both have to agree', async () => {
  const restriction = { act: 'approve', response: 'rsp_1', at: 0, until: 2, owner: 'acc_owner' } as const;
  const caller = { ...agent, restrictions: [{ ...restriction, resources: [], people: [] }] };
  const restricted = { ...INTENTION, facts: { ...INTENTION.facts, caller } } as ApprovalRequest;
  const prepared = await asking().prepare(restricted);
  expect(prepared?.wanted).toMatchObject({
    ...{ requires: { quorum: 2 }, approverNames: ['subject', 'owner'], mustAgree: 'acc_anna' },
  });
  expect(prepared?.like).toBeUndefined();
  excluded = ['acc_owner', 'acc_bob'];
  const alone = await asking().prepare(restricted);
  expect(alone?.wanted).toMatchObject({ requires: { quorum: 1 }, approverNames: ['subject'], mustAgree: 'acc_anna' });
  expect(alone?.like).toBeUndefined();
});

test('a first decision that others approve, too, is the consent of the person besides', async () => {
  rules = [{ names: ['owner'], except: [] }];
  const wanted = (await asking().prepare({ ...INTENTION, channel: 'backchannel' }))?.wanted;
  expect(wanted).toMatchObject({ isConsentBesides: true, mustAgree: 'acc_anna', requires: { quorum: 2 } });
});

test('an error that is no refusal is not taken for one', async () => {
  const failing = asking({
    chainOwners: {
      whenAsked: async () => {
        throw new DomainError('unavailable', 'the store does not answer');
      },
    },
  });
  await expect(failing.isPossible(INTENTION)).rejects.toMatchObject({ code: 'unavailable' });
});

describe('the action', () => {
  const actionOf = async (more: Partial<ApprovalRequest>) =>
    (await asking().prepare({ ...INTENTION, ...more }))?.wanted.action;

  test('names what is decided, and null for what there is not', async () => {
    policyVersion = undefined;
    const action = await actionOf({});
    expect(action).toMatchObject({
      ...{ client: 'agt_a', agent: 'agt_a', subject: 'acc_anna', resource: server.identifier, scope: ['read'] },
      ...{ blueprint: null, composition: null, policy: null },
    });
    expect(action).not.toHaveProperty('message');
  });

  test('names policy set, blueprint, composition and message', async () => {
    const composed = { ...INTENTION.agent, blueprint: 'bpr_1', composition: { digest: 'c' } as never };
    expect(await actionOf({ agent: composed, message: 'Please.' })).toMatchObject({
      ...{ blueprint: { id: 'bpr_1', version: 4 }, composition: 'c', policy: 7, message: 'Please.' },
    });
    expect(await actionOf({ agent: { ...composed, blueprint: 'bpr_9' } })).toMatchObject({
      blueprint: { id: 'bpr_9', version: 0 },
    });
  });
});

test('counts the changes of ownership of the agents that act, and of no other party', async () => {
  const through = [
    { ...agent, id: 'agt_b', ownership: 2 },
    { ...agent, id: 'agt_c', ownership: 4 },
    { ...client, ownership: 8 },
  ];
  const facts = { ...INTENTION.facts, through } as ApprovalRequest['facts'];
  expect((await asking().prepare({ ...INTENTION, facts }))?.wanted.ownership).toBe(3);
});

describe('a standing approval', () => {
  beforeEach(() => {
    standing = { id: 'sap_1', vote: {} };
  });

  const standingOf = async (intention: ApprovalRequest) => {
    await asking().ask(intention, 'req_1');
    const [, draft] = calls.at(-1) as [string, Pick<ApprovalDraft, 'standing'>];
    return draft.standing?.();
  };
  const isCovered = async (intention: ApprovalRequest) => {
    const prepared = await asking().prepare(intention);
    if (!prepared) throw new Error('nothing was prepared');
    await asking().checkRoom([prepared]);
    const [, [looked]] = calls.at(-1) as [string, readonly [{ readonly isCovered: boolean; readonly wanted: object }]];
    expect(looked.wanted).toBe(prepared.wanted);
    return looked.isCovered;
  };

  test.each(['low', 'medium', 'high'] as const)('covers what one person approves, of %s risk', async (risk) => {
    expect(await standingOf(ofRisk(risk))).toBe(standing);
    expect(await isCovered(ofRisk(risk))).toBe(true);
  });

  test('covers nothing critical', async () => {
    expect(await standingOf(ofRisk('critical'))).toBeUndefined();
    expect(await isCovered(ofRisk('critical'))).toBe(false);
  });

  test('covers nothing that two people approve', async () => {
    quorum = 2;
    expect(await standingOf(INTENTION)).toBeUndefined();
    expect(await isCovered(INTENTION)).toBe(false);
  });

  test('is none where there is none', async () => {
    standing = undefined;
    expect(await standingOf(INTENTION)).toBeUndefined();
    expect(await isCovered(INTENTION)).toBe(false);
  });
});

/** Who could approve what an agent would ask for, as a simulation. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { type ApproverQuestion, approverCandidates } from '../../../src/domain/approvals/candidate-approvers.ts';
import type { ApproverRule } from '../../../src/domain/authority/decision/decision.ts';
import type { AgentParty, DecisionFacts } from '../../../src/domain/authority/decision/facts.ts';
import { agent as party, server } from '../decision/world.ts';

const ASKED: ApproverQuestion = { agent: 'agt_a', subject: 'acc_anna', resource: server.identifier, scope: ['read'] };

let agent: object | undefined;
let owners: readonly string[] | undefined;
let excluded: readonly string[];
let rules: readonly ApproverRule[] | undefined;
/** The fewest approvers with whom everything is granted; undefined: none suffice. */
let quorum: number | undefined;
/** The accounts that each name means. */
let people: Readonly<Record<string, readonly string[]>>;
let forbidden: readonly string[];
let stopped: readonly string[];
let simulated: unknown[];
let caller: AgentParty;

beforeEach(() => {
  agent = { owner: 'acc_owner' };
  owners = ['acc_owner'];
  excluded = [];
  rules = undefined;
  quorum = 1;
  people = { subject: ['acc_anna'], owner: ['acc_owner'], grp_1: ['acc_owner', 'acc_ben'] };
  forbidden = [];
  stopped = [];
  simulated = [];
  caller = party;
});

const candidates = () =>
  approverCandidates({
    trials: {
      under: async (_tried: unknown, find: (active: unknown) => Promise<unknown>) => ({
        ...{ found: await find(undefined), version: 3, isEnforced: true },
      }),
    },
    simulator: {
      actionOf: async () => ({
        facts: { server, caller, through: [], asked: ['read'], details: { asked: [] }, now: 1 },
        decide: async ({ asked, approval }: DecisionFacts) => ({
          ...{ scope: (approval?.approvers ?? 0) >= (quorum ?? 99) ? asked : [], details: [], removedDetails: [] },
          ...(rules ? { approvers: rules } : {}),
        }),
      }),
    },
    useSimulator: {
      simulate: async (asked: { readonly caller: string }) => {
        simulated.push(asked);
        return {
          decision: { removed: forbidden.includes(asked.caller) ? [{ scope: 'read', layer: 'policy' }] : [] },
          stops: stopped.includes(asked.caller) ? [{ id: 'party_not_active' }] : [],
        };
      },
    },
    agents: { get: async () => agent && { document: agent, version: 1 } },
    resolve: {
      leftOut: async () => excluded,
      approversOf: async (_concerned: unknown, { names }: { readonly names: readonly string[] }) =>
        names.flatMap((name) => people[name] ?? []),
    },
    chainOwners: { whenAsked: async () => owners },
  } as never).of(ASKED, {} as never);

test('the person alone, where the action needs one approver', async () => {
  expect(await candidates()).toMatchObject({
    ...{ requires: { quorum: 1 }, mustAgree: true, isEnough: true, version: 3, isEnforced: true },
    approvers: [{ account: 'acc_anna', as: ['subject'], isPermitted: true }],
  });
  expect(simulated).toEqual([{ ...ASKED, action: 'approve', caller: 'acc_anna' }]);
});

test('the person and the owner, where it needs two', async () => {
  quorum = 2;
  expect(await candidates()).toMatchObject({
    ...{ requires: { quorum: 2 }, mustAgree: true, isEnough: true },
    approvers: [{ account: 'acc_anna' }, { account: 'acc_owner' }],
  });
});

test('the person and the owner, where a response rule has people approve', async () => {
  const restriction = { act: 'approve', response: 'rsp_1', at: 0, until: 2, owner: 'acc_owner' } as const;
  caller = { ...party, restrictions: [{ ...restriction, resources: [], people: [] }] };
  expect(await candidates()).toMatchObject({
    ...{ requires: { quorum: 2 }, mustAgree: true, isEnough: true },
    approvers: [{ account: 'acc_anna' }, { account: 'acc_owner' }],
  });
});

test('no approver, where no approval would grant all of it', async () => {
  quorum = undefined;
  const found = await candidates();
  expect(found).toMatchObject({ mustAgree: false, approvers: [], isEnough: false });
  expect(found).not.toHaveProperty('requires');
  expect(simulated).toEqual([]);
});

test('each account once, with every name by which it is asked, and later only those of an escalation', async () => {
  rules = [{ names: ['owner', 'grp_1'], except: [], escalation: { after: 60, names: ['grp_1', 'subject'] } }];
  const { approvers } = await candidates();
  expect(approvers).toMatchObject([
    { account: 'acc_owner', as: ['owner', 'grp_1'] },
    { account: 'acc_ben', as: ['grp_1'] },
    { account: 'acc_anna', as: ['subject'], afterSeconds: 60 },
  ]);
  for (const one of approvers.slice(0, 2)) expect(one).not.toHaveProperty('afterSeconds');
});

test('at most 64 accounts', async () => {
  rules = [{ names: ['grp_1'], except: [] }];
  people = { grp_1: Array.from({ length: 65 }, (_, at) => `acc_${at}`) };
  expect((await candidates()).approvers).toHaveLength(64);
});

describe('enough approvers', () => {
  test('are permitted by policies, and active', async () => {
    forbidden = ['acc_anna'];
    expect(await candidates()).toMatchObject({ isEnough: false, approvers: [{ isPermitted: false }] });
    forbidden = [];
    stopped = ['acc_anna'];
    expect(await candidates()).toMatchObject({ isEnough: false, approvers: [{ isPermitted: false }] });
  });

  test('are as many as it needs', async () => {
    quorum = 2;
    forbidden = ['acc_owner'];
    expect((await candidates()).isEnough).toBe(false);
  });

  test('are there before an escalation', async () => {
    quorum = 2;
    rules = [{ names: ['owner'], except: [], escalation: { after: 60, names: ['grp_1'] } }];
    expect((await candidates()).isEnough).toBe(false);
    rules = [{ names: ['grp_1'], except: [] }];
    expect(await candidates()).toMatchObject({ isEnough: true, mustAgree: false });
  });

  test('include the person where the person must agree', async () => {
    people = { ...people, subject: [], owner: ['acc_owner', 'acc_ben'] };
    quorum = 2;
    expect(await candidates()).toMatchObject({ mustAgree: true, isEnough: false });
    people = { ...people, subject: ['acc_anna'] };
    expect((await candidates()).isEnough).toBe(true);
    forbidden = ['acc_anna'];
    expect((await candidates()).isEnough).toBe(false);
  });

  test('do not include a person who is excluded', async () => {
    excluded = ['acc_anna'];
    expect(await candidates()).toMatchObject({
      mustAgree: false,
      approvers: [{ account: 'acc_owner' }],
      isEnough: true,
    });
  });
});

describe('is refused', () => {
  test.each<[string, () => void, object]>([
    [
      'for an unknown agent',
      () => {
        agent = undefined;
      },
      { reason: 'simulated_agent_unknown' },
    ],
    [
      'without all owners of the agent',
      () => {
        owners = undefined;
      },
      { reason: 'simulated_owners_unknown' },
    ],
    [
      'where parts of it have different approvers',
      () => {
        rules = [
          { names: ['owner'], except: [] },
          { names: ['grp_1'], except: [] },
        ];
      },
      { reason: 'simulated_approvers_differ' },
    ],
  ])('%s', async (_, change, { reason }: { readonly reason?: string }) => {
    change();
    await expect(candidates()).rejects.toMatchObject({ code: 'invalid_field', reason });
    expect(simulated).toEqual([]);
  });
});

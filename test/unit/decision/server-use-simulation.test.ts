/** Simulations of registrations, calls of the management API, and approvals. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  type AdministrationTrial,
  type ApprovalTrial,
  type RegistrationTrial,
  serverUseSimulator,
  type UseTrial,
} from '../../../src/domain/authority/decision/server-use-simulation.ts';
import { account, NOW, policiesThat, server } from './world.ts';

const ADMINISTER: AdministrationTrial = {
  ...{ action: 'administer', caller: 'acc_anna', operation: 'suspendAgent', scope: 'agents:write', risk: 'high' },
  demand: { roles: ['operator', 'administrator'], own: false },
};
const REGISTER: RegistrationTrial = {
  ...{ action: 'register', caller: 'acc_anna', way: 'management', isChange: false, kind: 'agent' },
  ...{ credentials: [], roles: [], demand: { roles: ['operator'], own: true } },
};
const APPROVE: ApprovalTrial = {
  ...{ action: 'approve', caller: 'acc_anna', agent: 'agt_a', resource: server.identifier, scope: ['send', 'read'] },
};

let parties: Record<string, { id: string; state: string; roles: readonly string[] }>;
let blueprint: { id: string; state: string } | undefined;
let isKnownAgent: boolean;
let built: { readonly kind: string; readonly asked: unknown; readonly by: unknown }[];
let forbidden: readonly string[];

beforeEach(() => {
  parties = {
    acc_anna: { ...account, roles: [] },
    acc_ben: { ...account, id: 'acc_ben', roles: ['operator'] },
    app_1: { id: 'app_1', state: 'active', roles: ['operator'] },
    agt_a: { id: 'agt_a', state: 'active', roles: [] },
  };
  blueprint = { id: 'bpr_1', state: 'active' };
  isKnownAgent = true;
  built = [];
  forbidden = [];
});

const questionOf = (...scopes: readonly string[]) => ({
  ...{ action: 'act', principal: { type: 'Account', id: 'acc_anna' }, entities: [], context: {}, isConditional: true },
  resources: scopes.map((scope) => ({ scope, entity: { name: { type: 'Scope', id: scope } }, consented: false })),
});

const simulator = () => {
  const party = async (id: string) => (parties[id] ? { document: parties[id], version: 1 } : undefined);
  const build = (kind: string, scopesOf: (asked: never) => readonly string[]) => async (asked: never, by: unknown) => {
    built.push({ kind, asked, by });
    return kind === 'approval' && !isKnownAgent ? undefined : questionOf(...scopesOf(asked));
  };
  return serverUseSimulator({
    cases: {
      registration: build('registration', () => ['register']),
      administration: build('administration', ({ operation }: AdministrationTrial) => [operation]),
      approval: build(
        'approval',
        ({ action }: { readonly action: { readonly scope: readonly string[] } }) => action.scope,
      ),
    },
    ...{ accounts: { get: party }, clients: { get: party }, agents: { get: party } },
    blueprints: { get: async (id: string) => (blueprint?.id === id ? { document: blueprint } : undefined) },
    resourceServers: {
      findByIdentifier: async (id: string) => (id === server.identifier ? { document: server } : undefined),
    },
  } as never);
};

const simulate = async (asked: UseTrial, isActive = true) => {
  const policies = policiesThat(({ resource }) => ({ effect: forbidden.includes(resource.id) ? 'deny' : 'allow' }));
  return simulator().simulate(asked, isActive ? await policies.current() : undefined);
};

describe('a call', () => {
  test('is permitted to a caller with one of its roles', async () => {
    const found = await simulate({ ...ADMINISTER, caller: 'acc_ben' });
    expect(found).toMatchObject({
      decision: { route: 'administration', scope: ['suspendAgent'], removed: [] },
      layers: [
        { layer: 'role', counts: true, leaves: ['suspendAgent'] },
        { layer: 'policy', counts: true, leaves: ['suspendAgent'] },
      ],
      ...{ policies: [{ scope: 'suspendAgent', effect: 'allow', by: [{ id: 'one' }] }], changes: [], stops: [] },
    });
    expect(found.layers[0]).not.toHaveProperty('why');
  });

  test('is denied to a caller without a role, and says which role would help', async () => {
    expect(await simulate(ADMINISTER)).toMatchObject({
      decision: { scope: [], removed: [{ scope: 'suspendAgent', layer: 'role' }] },
      layers: [
        { layer: 'role', leaves: [] },
        { layer: 'policy', leaves: ['suspendAgent'] },
      ],
      changes: [
        {
          scope: 'suspendAgent',
          steps: [
            { layer: 'role', reason: 'give_role', params: { party: 'acc_anna', roles: 'operator or administrator' } },
          ],
        },
      ],
    });
  });

  test('that needs no role is for any caller', async () => {
    expect(await simulate({ ...ADMINISTER, demand: { roles: [], own: false } })).toMatchObject({
      decision: { scope: ['suspendAgent'] },
      layers: [{ why: { reason: 'any_caller_may' } }, {}],
    });
  });

  test('is denied by a policy, and the steps name the policy', async () => {
    forbidden = ['suspendAgent'];
    const found = await simulate({ ...ADMINISTER, caller: 'acc_ben' });
    expect(found).toMatchObject({
      decision: { scope: [], removed: [{ scope: 'suspendAgent', layer: 'policy', policies: ['one'] }] },
      layers: [{ leaves: ['suspendAgent'] }, { leaves: [] }],
      policies: [{ effect: 'deny', by: [{ id: 'one' }] }],
      changes: [{ steps: [{ layer: 'policy' }] }],
    });
    expect((await simulate(ADMINISTER)).changes[0]?.steps.map(({ layer }) => layer)).toEqual(['role', 'policy']);
  });

  test('is denied while no policies are active, and the step is to activate some', async () => {
    expect(await simulate({ ...ADMINISTER, caller: 'acc_ben' }, false)).toMatchObject({
      decision: { scope: [], removed: [{ scope: 'suspendAgent', layer: 'policy', policies: [] }] },
      policies: [{ effect: 'deny', by: [] }],
      changes: [{ steps: [{ layer: 'policy', reason: 'activate_policies' }] }],
    });
  });

  test('has the time, sign-in and source that are asked about, and no others', async () => {
    await simulate({ ...ADMINISTER, caller: 'app_1' });
    expect(built[0]).toMatchObject({ kind: 'administration', by: { caller: 'app_1', at: undefined } });
    for (const name of ['assurance', 'source']) expect(built[0]?.by).not.toHaveProperty(name);
    const assurance = { amr: ['pwd'], authTime: 1 };
    await simulate({ ...ADMINISTER, assurance, source: '192.0.2.1', at: NOW });
    expect(built[1]?.by).toEqual({ caller: 'acc_anna', at: NOW, assurance, source: '192.0.2.1' });
  });

  test('is stopped by a caller that is not active', async () => {
    parties['acc_ben'] = { ...account, id: 'acc_ben', state: 'disabled', roles: ['operator'] };
    expect((await simulate({ ...ADMINISTER, caller: 'acc_ben' })).stops).toMatchObject([
      { reason: 'party_not_active', params: { party: 'acc_ben', state: 'disabled' } },
    ]);
  });

  test('by an unknown caller is refused', async () => {
    await expect(simulate({ ...ADMINISTER, caller: 'acc_x' })).rejects.toMatchObject({
      ...{ code: 'invalid_field', reason: 'simulated_party_unknown' },
    });
  });
});

describe('a registration', () => {
  test('of an agent of the account itself needs no role; that of a client does', async () => {
    expect(await simulate(REGISTER)).toMatchObject({
      decision: { route: 'registration', scope: ['register'], removed: [] },
      layers: [{ counts: true, why: { reason: 'own_needs_no_role' }, leaves: ['register'] }, {}],
    });
    parties['app_1'] = { id: 'app_1', state: 'active', roles: [] };
    const byClient = await simulate({ ...REGISTER, caller: 'app_1' });
    expect(byClient.decision.removed).toEqual([{ scope: 'register', layer: 'role' }]);
    expect(byClient.layers[0]).not.toHaveProperty('why');
    const notOwn = { ...REGISTER, demand: { roles: ['operator'], own: false } } as const;
    expect((await simulate(notOwn)).decision.removed).toEqual([{ scope: 'register', layer: 'role' }]);
  });

  test('in the management API needs a caller', async () => {
    await expect(simulate({ ...REGISTER, caller: undefined })).rejects.toMatchObject({
      ...{ code: 'invalid_field', reason: 'simulated_party_missing' },
    });
  });

  test('in another way needs no role and no known caller', async () => {
    const found = await simulate({ ...REGISTER, way: 'open', caller: undefined });
    expect(found).toMatchObject({
      decision: { scope: ['register'] },
      layers: [{ layer: 'role', counts: false, why: { reason: 'no_role_needed' } }, {}],
    });
    expect(found.layers[0]).not.toHaveProperty('leaves');
    expect(built[0]).toMatchObject({ kind: 'registration', by: { caller: 'register' } });
  });

  test('under a blueprint is stopped when the blueprint is not active, and refused when it is unknown', async () => {
    expect((await simulate({ ...REGISTER, blueprint: 'bpr_1' })).stops).toEqual([]);
    blueprint = { id: 'bpr_1', state: 'retired' };
    expect((await simulate({ ...REGISTER, blueprint: 'bpr_1' })).stops).toMatchObject([
      { reason: 'blueprint_not_active', params: { blueprint: 'bpr_1', state: 'retired' } },
    ]);
    await expect(simulate({ ...REGISTER, blueprint: 'bpr_2' })).rejects.toMatchObject({
      reason: 'simulated_blueprint_unknown',
    });
  });
});

describe('an approval', () => {
  test('is asked about for the account itself, and every scope once, in order', async () => {
    expect(await simulate({ ...APPROVE, scope: ['send', 'read', 'send'] })).toMatchObject({
      decision: { route: 'approval', scope: ['read', 'send'] },
      layers: [{ counts: false, why: { reason: 'approver_agrees' } }, {}],
    });
    expect(built[0]).toMatchObject({
      asked: { action: { agent: 'agt_a', subject: 'acc_anna', scope: ['read', 'send'], details: [] }, risk: 'high' },
    });
  });

  test('is denied as a whole by the denial of one part', async () => {
    forbidden = ['send'];
    const found = await simulate(APPROVE);
    expect(found.decision).toMatchObject({ scope: [], removed: [{ scope: 'send', layer: 'policy' }] });
    expect(found.policies).toMatchObject([
      { scope: 'read', effect: 'allow' },
      { scope: 'send', effect: 'deny' },
    ]);
    expect(found.changes).toMatchObject([{ scope: 'send' }]);
  });

  test('may be for another subject, by a deputy, and the consent itself', async () => {
    await simulate({ ...APPROVE, subject: 'acc_ben', for: 'acc_ben', consent: true });
    expect(built[0]?.asked).toMatchObject({ action: { subject: 'acc_ben' }, for: 'acc_ben', isConsent: true });
  });

  test('is stopped by an account or an agent that is not active', async () => {
    parties['acc_anna'] = { ...account, state: 'disabled', roles: [] };
    parties['agt_a'] = { id: 'agt_a', state: 'suspended', roles: [] };
    expect((await simulate(APPROVE)).stops).toMatchObject([
      { params: { party: 'acc_anna', state: 'disabled' } },
      { params: { party: 'agt_a', state: 'suspended' } },
    ]);
  });

  test.each<[string, Partial<ApprovalTrial>, string]>([
    ['by a client', { caller: 'app_1' }, 'simulated_approver_not_person'],
    ['by an unknown account', { caller: 'acc_x' }, 'simulated_party_unknown'],
    ['at an unknown resource server', { resource: 'https://x.example' }, 'simulated_resource_unknown'],
    ['of a scope that is not declared', { scope: ['read', 'other'] }, 'simulated_scope_undeclared'],
    ['for an unknown subject', { subject: 'acc_x' }, 'account_unknown'],
    ['for an unknown absent account', { for: 'acc_x' }, 'account_unknown'],
  ])('%s is refused', async (_, more, reason) => {
    await expect(simulate({ ...APPROVE, ...more })).rejects.toMatchObject({ code: 'invalid_field', reason });
  });

  test('of an unknown agent is refused', async () => {
    isKnownAgent = false;
    await expect(simulate(APPROVE)).rejects.toMatchObject({ reason: 'simulated_agent_unknown' });
  });
});

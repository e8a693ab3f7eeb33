import { describe, expect, test } from '@jest/globals';
import { type SimulationRequest, simulator } from '../../../src/domain/authority/decision/simulation.ts';
import { simulationStatement } from '../../../src/domain/authority/decision/simulation-statements.ts';
import type { Delegation } from '../../../src/domain/authority/delegation/delegation.ts';
import type { Transaction } from '../../../src/domain/authority/transactions/transaction.ts';
import type { Agent } from '../../../src/domain/clients/agents/agent.ts';
import { countedIdentifiers } from '../delegation/fakes.ts';
import { API, account, agent, client, MAIL, NOW, policiesThat, server } from './world.ts';

const row = (scope: readonly string[]) => ({ scope }) as unknown as Delegation;

const TRANSACTION = {
  ...{ id: 'trn_1', agent: 'agt_a', opener: 'agt_a', trigger: 'event', participants: ['acc_anna', 'acc_bob'] },
  intent: { digest: 'd', source: 'stated_by_agent' },
} as unknown as Transaction;

const world = ({
  caller = agent as object as Partial<Agent>,
  consented = undefined as readonly string[] | undefined,
} = {}) =>
  simulator({
    transactions: {
      get: async (id) => {
        const ofApp = { ...TRANSACTION, id, opener: 'app_a' };
        return id === 'trn_1' ? { document: TRANSACTION } : id === 'trn_of_app' ? { document: ofApp } : undefined;
      },
    },
    groupsOf: async (account) => account.groups,
    signalsOf: async () => undefined,
    agents: {
      get: async (id) => (id === 'agt_a' ? { document: { ...agent, ...caller } as unknown as Agent } : undefined),
    },
    clients: { get: async (id) => (id === 'app_a' ? { document: { ...client } as never } : undefined) },
    accounts: { get: async (id) => (id === account.id ? { document: account } : undefined) },
    resourceServers: { findByIdentifier: async (id) => (id === MAIL ? { document: server } : undefined) },
    delegations: { consented: async () => (consented ? row(consented) : undefined) },
    clock: { now: () => NOW, nowMillis: () => NOW * 1000 },
    identifiers: countedIdentifiers(),
    managementApi: API,
  });

const asked: SimulationRequest = { caller: 'agt_a', subject: 'acc_anna', resource: MAIL };
const permitting = () => policiesThat(() => ({})).current();

describe('a simulation in a transaction', () => {
  test('shows the transaction to policies, and what the other participants leave', async () => {
    const seen = policiesThat(() => ({}));
    const { layers } = await world({ consented: ['read', 'send'] }).simulate(
      { ...asked, transaction: 'trn_1' },
      await seen.current(),
    );
    // Bob has no account here, and no scope of this server needs all participants.
    expect(layers.find(({ layer }) => layer === 'participants')).toEqual({
      layer: 'participants',
      counts: true,
      leaves: ['read', 'send'],
    });
    expect(seen.questions[0]?.context).toMatchObject({
      transaction: { record: { trigger: 'event', intent: 'd', source: 'stated_by_agent', participants: 2 } },
    });
  });

  test.each(['agt_a', 'app_a'])('that an app opened for an agent is for both of them: %s', async (caller) => {
    const seen = policiesThat(() => ({}));
    await world({ consented: ['read'] }).simulate(
      { ...asked, caller, transaction: 'trn_of_app' },
      await seen.current(),
    );
    expect(seen.questions[0]?.context).toMatchObject({ transaction: { record: { intent: 'd' } } });
  });

  test.each([
    ['that is not declared', { transaction: 'trn_2' }],
    ['of another caller', { transaction: 'trn_1', caller: 'app_a' }],
  ])('is refused for one %s', async (_, more) => {
    await expect(world().simulate({ ...asked, ...more }, await permitting())).rejects.toMatchObject({
      reason: 'simulated_transaction_unknown',
      field: '/transaction',
    });
  });
});

describe('simulation', () => {
  test('decides as an exchange would, and says what each layer leaves', async () => {
    const { decision, layers, changes } = await world({ consented: ['read'] }).simulate(asked, await permitting());
    expect(decision.scope).toEqual(['read']);
    expect(decision.route).toBe('token_exchange');
    const said = Object.fromEntries(layers.map(({ layer, ...rest }) => [layer, rest]));
    expect(said['delegation']).toEqual({ counts: true, leaves: ['read'] });
    expect(said['agent']).toEqual({ counts: true, leaves: ['read', 'send'] });
    expect(said['blueprint']).toEqual({ counts: true });
    expect(said['grant']).toMatchObject({
      counts: false,
      why: { reason: 'person_used_client', text: expect.stringContaining('the person used a client') },
    });
    expect(said['policy']).toEqual({ counts: true, leaves: ['read', 'send'] });
    expect(changes).toEqual([
      {
        scope: 'send',
        steps: [
          {
            layer: 'delegation',
            reason: 'consent_to_agent',
            params: { agent: 'agt_a', scope: 'send', resource: 'https://mail.example' },
            text: 'The person consents: agt_a may have send at https://mail.example.',
          },
        ],
      },
    ]);
  });

  test('names all that would have to change, not only the first refusal', async () => {
    const denying = await policiesThat(({ resource }) => ({
      effect: resource.id.endsWith('send') ? 'deny' : 'allow',
    })).current();
    const narrow = { ceilings: { authority: { [MAIL]: ['read'] } } };
    const { changes, policies } = await world({ caller: narrow, consented: ['read'] }).simulate(asked, denying);
    expect(changes.map(({ scope, steps }) => [scope, steps.map(({ layer }) => layer)])).toEqual([
      ['send', ['blueprint', 'delegation', 'policy']],
    ]);
    expect(changes[0]?.steps.at(-1)?.text).toBe('This policy forbids it: one.');
    expect(policies.map(({ scope, effect, by }) => [scope, effect, by.map(({ id }) => id)])).toEqual([
      ['read', 'allow', ['one']],
      ['send', 'deny', ['one']],
    ]);
  });

  test('what policy refuses only for want of consent takes consent and nothing more', async () => {
    const ifConsented = await policiesThat(({ context }) => ({
      effect: context['consented'] === true ? 'allow' : 'deny',
    })).current();
    const { changes, policies } = await world({ consented: ['read'] }).simulate(asked, ifConsented);
    expect(policies.find(({ scope }) => scope === 'send')?.effect).toBe('deny');
    expect(changes.map(({ steps }) => steps.map(({ layer }) => layer))).toEqual([['delegation']]);
  });

  test.each([
    [
      { approval: 'required' },
      { reason: 'approval_for_policies', params: { policies: 'one' }, text: 'An approval, as one asks for.' },
    ],
    [
      { acr: 'urn:a', max_age: '60' },
      {
        reason: 'sign_in_with_and_recent',
        params: { acr: 'urn:a', seconds: 60, policies: 'one' },
        text: 'A sign-in of the person with urn:a, at most 60 seconds ago, as one asks for.',
      },
    ],
  ])('says what a policy asks for: %j', async (annotations, statement) => {
    const { changes } = await world({ consented: ['read', 'send'] }).simulate(
      asked,
      await policiesThat(() => ({ annotations })).current(),
    );
    expect(changes[0]?.steps).toEqual([{ layer: 'policy', ...statement }]);
  });

  test('an undeclared scope, and a suspended agent, are reported', async () => {
    const { changes, stops } = await world({ consented: ['read'], caller: { state: 'suspended' } }).simulate(
      { ...asked, scope: ['reed'] },
      await permitting(),
    );
    expect(changes[0]?.steps).toEqual([
      { layer: 'resource_server', ...simulationStatement('declare_scope', { server: 'rs_mail', scope: 'reed' }) },
    ]);
    expect(stops).toEqual([simulationStatement('party_not_active', { party: 'agt_a', state: 'suspended' })]);
    expect([changes[0]?.steps[0]?.text, stops[0]?.text]).toEqual([
      'Resource server rs_mail: declare the scope reed.',
      'agt_a is suspended, so the server refuses all its requests.',
    ]);
  });

  test('a consent can be assumed, to see what stands in the way then', async () => {
    const { decision } = await world().simulate({ ...asked, assumeConsent: true }, await permitting());
    expect(decision.scope).toEqual(['read', 'send']);
  });

  test('SC-04 without an active set nothing is permitted', async () => {
    const { decision, changes } = await world({ consented: ['read', 'send'] }).simulate(asked, undefined);
    expect(decision.scope).toEqual([]);
    expect(changes.map(({ steps }) => steps.map(({ text }) => text))).toEqual([
      ['No policy set is active: activate one.'],
      ['No policy set is active: activate one.'],
    ]);
  });

  test.each([
    [{ ...asked, resource: 'https://other.example' }, '/resource'],
    [{ ...asked, caller: 'agt_none' }, '/caller'],
    [{ ...asked, subject: 'acc_none' }, '/subject'],
    [{ ...asked, subject: undefined, route: 'token_exchange' }, '/subject'],
  ] as const)('names what is not there: %#', async (wrong, field) => {
    await expect(world().simulate(wrong as SimulationRequest, await permitting())).rejects.toMatchObject({
      code: 'invalid_field',
      field,
    });
  });
});

test('a client and an agent by itself have no delegation, also where one is consented', async () => {
  const seen = policiesThat(() => ({}));
  const { subject: _, ...itself } = asked;
  for (const [of, route] of [
    [{ ...asked, caller: 'app_a' }, 'authorization_code'],
    [itself, 'client_credentials'],
  ] as const) {
    const { decision, layers } = await world({ consented: [] }).simulate(of, await seen.current());
    expect(decision.route).toBe(route);
    expect(decision.removed.map(({ layer }) => layer)).not.toContain('delegation');
    expect(layers.find(({ layer }) => layer === 'delegation')).toMatchObject({ counts: false });
  }
});

import { describe, expect, test } from '@jest/globals';
import { cedarPolicyEngine } from '../../../adapters/cedar/policy-engine.ts';
import type { ActivePolicies } from '../../../src/domain/authority/decision/authorize.ts';
import {
  type Permitted,
  permitsBy,
  type ServerUse,
  serverUse,
} from '../../../src/domain/authority/decision/server-use.ts';
import {
  factsOfAgent,
  factsOfClient,
  serverUseCases,
} from '../../../src/domain/authority/decision/server-use-cases.ts';
import type { Agent } from '../../../src/domain/clients/agents/agent.ts';
import type { Client } from '../../../src/domain/clients/clients/client.ts';
import type { PolicyCase } from '../../../src/domain/ports/policy-engine.ts';
import { isDomainError } from '../../../src/domain/vocabulary/errors.ts';
import { countedIdentifiers } from '../delegation/fakes.ts';
import { API, account, MAIL, NOW, policiesThat } from './world.ts';

const engine = cedarPolicyEngine();
const under = (text: string): { current: () => Promise<ActivePolicies> } => ({
  current: async () => ({ version: 4, policies: await engine.compile(text) }),
});
const PERMIT = '@id("all") permit (principal, action, resource) when { context.depth == 0 };';

type Over = Partial<Parameters<typeof serverUseCases>[0]>;
const use = (policies: { current(): Promise<ActivePolicies | undefined> } | undefined, over: Over = {}): ServerUse =>
  serverUse({
    identifiers: countedIdentifiers(),
    policies,
    cases: serverUseCases({
      clock: { now: () => NOW },
      accounts: { get: async (id) => (id === account.id ? { document: account } : undefined) },
      clients: { get: async (id) => (id === 'app_1' ? { document: { id } } : undefined) },
      groupsOf: async ({ groups }) => groups,
      groups: { ofAccount: async (id) => (id === account.id ? [{ id: 'grp_owners' }] : []) },
      resourceServers: {
        findByIdentifier: async (id) => (id === API ? { document: { id: 'rs_own', scopes: [] } } : undefined),
      },
      agents: { get: async () => undefined },
      owners: { answersFor: async () => false },
      managementApi: API,
      ...over,
    }),
    managementApi: API,
  });

const CALL = { operation: 'suspendAgent', scope: 'agents:write', risk: 'high', target: 'agt_1' };
const AGENT = {
  id: 'agt_1',
  owner: 'grp_owners',
  environment: 'test',
  blueprint: 'bpt_1',
  jwks: { keys: [] },
  credentials: [{ id: 'crd_1', kind: 'federated', state: 'active' }],
  createdAt: 0,
} as unknown as Agent;
const register = (from: ServerUse, caller: string, isChange = false) =>
  from.register({ ...factsOfAgent(AGENT), id: AGENT.id }, isChange, { caller, source: '10.1.2.3' });

const refusalOf = async (asked: Promise<unknown>) => {
  const error: unknown = await asked.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isDomainError(error)) throw new Error('it was permitted', { cause: error });
  const { code, denial, refused } = error;
  return { code, denial, refused };
};

describe('who asks', () => {
  test.each([
    ['acc_anna', { type: 'Account', id: 'acc_anna' }, 'management'],
    ['app_1', { type: 'Client', id: 'app_1' }, 'management'],
    ['iat_1', { type: 'Registration', id: 'iat_1' }, 'token'],
    ['https://vouches.example', { type: 'Registration', id: 'https://vouches.example' }, 'statement'],
    ['registration', { type: 'Registration', id: 'open' }, 'open'],
    ['agt_1', { type: 'Registration', id: 'agt_1' }, 'itself'],
  ])('%s is %j, and registers by %s', async (caller, principal, via) => {
    const policies = policiesThat(() => ({}));
    await register(use(policies), caller);
    expect(policies.questions).toMatchObject([
      {
        action: 'register',
        principal,
        resource: { type: 'Blueprint', id: 'bpt_1' },
        context: {
          route: 'registration',
          via,
          kind: 'agent',
          owner: 'grp_owners',
          environment: 'test',
          credentials: ['federated', 'jwks'],
          source: { network: '10.1.2.3' },
        },
      },
    ]);
  });

  test('SC-04 an unknown caller is permitted nothing, and neither is an agent that is another one', async () => {
    for (const caller of ['acc_gone', 'app_gone', 'agt_2']) {
      const { refused } = await refusalOf(register(use(under(PERMIT)), caller));
      expect([caller, refused?.inputs]).toMatchObject([caller, { removed: [{ scope: 'register', layer: 'policy' }] }]);
    }
    await refusalOf(use(under(PERMIT)).administer(CALL, { caller: 'acc_gone' }));
  });

  test('SC-04 without an active set nothing is permitted; with policies off no policy is evaluated', async () => {
    const { code, denial, refused } = await refusalOf(
      use({ current: async () => undefined }).administer(CALL, { caller: 'acc_anna' }),
    );
    expect([code, denial?.reason, refused?.policy]).toEqual(['forbidden', 'policy_forbids', undefined]);
    expect(await use(undefined).administer(CALL, { caller: 'acc_anna' })).toBeUndefined();
    expect(await register(use(undefined), 'acc_anna')).toBeUndefined();
  });

  test('a refusal has the reason of its policy as text, or else a reason code of the server', async () => {
    const asked = (forbid: string) =>
      use(under(`${PERMIT}@id("no") ${forbid} forbid (principal, action, resource);`)).administer(CALL, {
        caller: 'acc_anna',
      });
    await expect(asked('@reason("Not on Sundays.")')).rejects.toMatchObject({
      message: 'Not on Sundays.',
      reason: undefined,
    });
    await expect(asked('')).rejects.toMatchObject({ reason: 'refused_by_policy' });
  });

  test('what this server does itself is not asked about', async () => {
    expect(await register(use({ current: async () => undefined }), 'system')).toBeUndefined();
  });
});

describe('facts fit the schema', () => {
  test.each(['acc_anna', 'app_1', 'iat_1', 'https://vouches.example', 'registration', 'agt_1'])(
    'of a registration by %s',
    async (caller) => {
      for (const isChange of [false, true]) {
        expect(await register(use(under(PERMIT)), caller, isChange)).toMatchObject({ policy: 4, resource: API });
      }
    },
  );

  test('of a client, a document, a call with everything and one with nothing', async () => {
    const client = { id: 'app_2', tokenEndpointAuthMethod: 'none', roles: ['operator'] } as unknown as Client;
    const of = use(under(PERMIT));
    await of.register({ ...factsOfClient(client), id: client.id }, false, { caller: 'acc_anna' });
    await of.document(client, {});
    await of.administer({ ...CALL, target: undefined }, { caller: 'app_1' });
    const assurance = { acr: 'a', amr: ['pwd'], authTime: NOW - 5 };
    await of.administer(CALL, { caller: 'acc_anna', assurance, source: '::1', isBound: true });
  });
});

describe('an account', () => {
  const text = (group: string): string =>
    `${PERMIT}@id("no") forbid (principal, action, resource) unless { principal in Group::"${group}" };`;

  test('is in the groups of its directory and in those that own agents', async () => {
    for (const group of ['finance', 'grp_owners']) {
      expect(await use(under(text(group))).administer(CALL, { caller: 'acc_anna' })).toMatchObject({ policy: 4 });
    }
    await refusalOf(use(under(text('grp_others'))).administer(CALL, { caller: 'acc_anna' }));
  });

  test('an initial access token is in the group of its owner, and a statement in none', async () => {
    expect(await register(use(under(text('grp_owners'))), 'iat_1')).toMatchObject({ policy: 4 });
    await refusalOf(register(use(under(text('grp_owners'))), 'https://vouches.example'));
  });
});

describe('conditions', () => {
  const stepUp =
    '@id("a") @acr("urn:behalf:acr:multi-factor") @max_age("60") permit (principal is Account, action, resource);';
  const by = (acr: string, age: number) => ({
    caller: 'acc_anna',
    assurance: { acr, amr: ['pwd'], authTime: NOW - age },
  });

  test('of a permit are met by the sign-in of the caller, or named as a remedy', async () => {
    const of = use(under(stepUp));
    expect(await of.administer(CALL, by('urn:behalf:acr:multi-factor', 30))).toMatchObject({ policy: 4 });
    for (const asked of [
      by('urn:behalf:acr:multi-factor', 61),
      by('urn:behalf:acr:single-factor', 1),
      { caller: 'acc_anna' },
    ]) {
      const { code, denial } = await refusalOf(of.administer(CALL, asked));
      expect([code, denial?.reason, denial?.remedies?.[0]?.kind]).toEqual([
        'insufficient_user_authentication',
        'step_up_required',
        'step_up',
      ]);
    }
  });

  test('that no sign-in here meets are named as such, and no approval is requested', async () => {
    const never = use(under('@id("a") @acr("urn:elsewhere") permit (principal is Account, action, resource);'));
    expect(await refusalOf(never.administer(CALL, by('x', 1)))).toMatchObject({
      code: 'forbidden',
      denial: { reason: 'step_up_unavailable' },
    });
    const approved = use(under('@id("a") @approval("required") permit (principal is Account, action, resource);'));
    expect(await refusalOf(approved.administer(CALL, by('x', 1)))).toMatchObject({
      code: 'forbidden',
      denial: { reason: 'approval_required', remedies: [{ kind: 'contact', whom: 'operator' }] },
    });
  });
});

describe('a register', () => {
  const asking = () => {
    const policies = policiesThat(() => ({}));
    return { policies, permits: permitsBy<Agent>(use(policies), factsOfAgent) };
  };
  const by = { caller: 'acc_anna' };

  test('asks for what is new, and writes the decision down', async () => {
    const { policies, permits } = asking();
    expect(await permits(AGENT, undefined, by)).toMatchObject({
      decision: expect.any(String),
      policy: 1,
      inputs: { policyCase: { action: 'register' }, removed: [] },
    });
    expect(policies.questions).toHaveLength(1);
  });

  test.each([
    ['environment', { environment: 'production' }],
    ['blueprint', { blueprint: undefined }],
    ['owner', { owner: 'acc_anna' }],
    ['kinds of credentials', { credentials: [] }],
  ])('asks again when the %s is another', async (_, change) => {
    const { policies, permits } = asking();
    await permits({ ...AGENT, ...change } as Agent, AGENT, by);
    expect(policies.questions).toMatchObject([{ context: { change: true } }]);
  });

  test('evaluates no policy when another member changes', async () => {
    const { policies, permits } = asking();
    const more = [...(AGENT.credentials ?? []), { ...AGENT.credentials?.[0], id: 'crd_2' }];
    expect(
      await permits({ ...AGENT, name: 'Other', state: 'suspended', credentials: more } as Agent, AGENT, by),
    ).toEqual({});
    expect(policies.questions).toEqual([]);
  });
});

describe('the approval of an action', () => {
  const people = new Map([account, { ...account, id: 'acc_bob' }].map((one) => [one.id, one]));
  const over: Over = {
    accounts: {
      get: async (id) => {
        const document = people.get(id);
        return document && { document };
      },
    },
    agents: { get: async (id) => (id === 'agt_1' ? { document: AGENT } : undefined) },
    owners: { answersFor: async (owner, id) => owner === 'grp_owners' && id === account.id },
  };
  const action = {
    ...{ agent: 'agt_1', chain: { sub: 'agt_1', iss: 'https://id.example' }, subject: 'acc_bob' },
    ...{ resource: MAIL, scope: ['send'], details: [] },
  };
  const asked = (more: object = {}) => ({ action: { ...action, ...more }, risk: 'high' }) as never;
  const by = (caller: string, more: object = {}) => ({ caller, ...more });

  test('shows who approves, for whom, and whether they own the agent', async () => {
    const policies = policiesThat(() => ({}));
    const service = use(policies, over);
    const permitted = [
      await service.approval(asked(), by(account.id, { at: 5 })),
      await service.approval(asked({ subject: account.id }), by(account.id)),
      await service.approval(asked({ resource: API }), by('acc_bob')),
    ];
    const accountsIn = (one: Permitted | undefined): readonly string[] => {
      const { policyCase } = (one as Permitted).inputs as { readonly policyCase: PolicyCase };
      return policyCase.entities.flatMap(({ name }) => (name.type === 'Account' ? [name.id] : []));
    };
    expect(permitted.map(accountsIn)).toEqual([[account.id, 'acc_bob'], [account.id], ['acc_bob']]);
    expect(policies.questions).toMatchObject([
      { principal: { id: account.id }, context: { self: false, owner: true } },
      { principal: { id: account.id }, context: { self: true, owner: true } },
      { principal: { id: 'acc_bob' }, context: { self: true, owner: false } },
    ]);
  });

  test('of an unknown agent, or by an unknown account, is refused', async () => {
    const service = use(
      policiesThat(() => ({})),
      over,
    );
    for (const [more, caller] of [
      [{ agent: 'agt_none' }, account.id],
      [{}, 'acc_none'],
    ] as const) {
      await expect(service.approval(asked(more), by(caller))).rejects.toMatchObject({ reason: 'question_not_found' });
    }
  });

  test('is evaluated by no policy where policies are off', async () => {
    const off = use(undefined, over);
    expect(await off.approval(asked({ agent: 'agt_none' }), by(account.id))).toBeUndefined();
    expect(await off.document({ id: 'https://app.example', roles: [] } as never, {})).toBeUndefined();
    expect([off.isAsked, use(policiesThat(() => ({}))).isAsked]).toEqual([false, true]);
  });
});

test.each([
  ['dir_1', 'directory'],
  ['iat_1', 'token'],
  ['agt_2', 'management'],
  ['apx_1', 'statement'],
])('%s registers by %s', async (caller, via) => {
  const policies = policiesThat(() => ({}));
  await register(use(policies), caller);
  expect(policies.questions).toMatchObject([{ context: { via } }]);
});

test.each<[Partial<Client>, readonly string[]]>([
  [{ tokenEndpointAuthMethod: 'private_key_jwt' }, ['jwks']],
  [{ tokenEndpointAuthMethod: 'private_key_jwt', jwksUri: 'https://app.example/keys' }, ['jwks_uri']],
  [{ tokenEndpointAuthMethod: 'client_secret_post' }, ['secret']],
  [{ tokenEndpointAuthMethod: 'client_secret_basic' }, ['secret']],
])('a client with %j has credentials of the kinds %j', (more, credentials) => {
  expect(factsOfClient({ id: 'app_1', roles: ['b', 'a'], ...more } as never)).toMatchObject({
    credentials,
    roles: ['a', 'b'],
  });
});

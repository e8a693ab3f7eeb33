/** Which rights that a person allowed work now, and which layer blocks the others. */
import { expect, test } from '@jest/globals';
import type { DecisionFacts } from '../../../src/domain/authority/decision/facts.ts';
import { effectiveRights } from '../../../src/domain/authority/grants/effective-rights.ts';
import { agent, MAIL, resourceServer } from '../token-exchange/fakes.ts';

const PAYMENT = { type: 'payment' };
const ANNA = { id: 'acc_anna' } as never;

const scene = () => {
  const asked: DecisionFacts[] = [];
  const states: Record<string, string> = {
    agt_a: 'active',
    agt_b: 'active',
    agt_off: 'suspended',
    cli_app: 'active',
    cli_off: 'suspended',
  };
  const found = (document: object | undefined) => document && { document, version: 1 };
  const rights = effectiveRights({
    async authorize(facts: DecisionFacts) {
      asked.push(facts);
      return { scope: ['read'], removed: [{ scope: 'send', layer: 'policy' }], details: [PAYMENT], removedDetails: [] };
    },
    agents: {
      get: async (id: string) =>
        found(states[id] === undefined ? undefined : agent(id, { state: states[id] } as never)),
    },
    clients: { get: async (id: string) => found(states[id] ? { id, state: states[id] } : undefined) },
    resourceServers: {
      findByIdentifier: async (identifier: string) =>
        found(
          identifier.includes('none')
            ? undefined
            : { ...resourceServer('rs', identifier, ['read']), state: identifier.includes('off') ? 'off' : 'active' },
        ),
    },
    clock: { now: () => 5 },
  } as never);
  return { rights, asked };
};

const delegation = (chain: object, more: object = {}) =>
  ({ id: 'dlg_1', resource: MAIL, scope: ['read', 'send'], chain, ...more }) as never;
const DECIDED = {
  scope: ['read'],
  withheld: [{ scope: 'send', layer: 'policy' }],
  details: [PAYMENT],
  withheldDetails: [],
};
const blocked = (layer: string, details: readonly object[] = []) => ({
  scope: [],
  withheld: ['read', 'send'].map((scope) => ({ scope, layer })),
  details: [],
  withheldDetails: details.map((detail) => ({ detail, layer })),
});

test('a delegation has what the decision leaves for its chain', async () => {
  const { rights, asked } = scene();
  expect(await rights.ofDelegation(delegation({ sub: 'agt_a', act: { sub: 'agt_b' } }), ANNA)).toEqual(DECIDED);
  expect(asked).toEqual([
    expect.objectContaining({
      route: 'introspection',
      now: 5,
      asked: ['read', 'send'],
      caller: expect.objectContaining({ id: 'agt_a' }),
      through: [expect.objectContaining({ id: 'agt_b' })],
      delegation: ['read', 'send'],
      actors: ['agt_a', 'agt_b'],
    }),
  ]);
  expect(asked[0]).not.toHaveProperty('details');
});

test('details are asked within the delegation; those of a client within its grant', async () => {
  const { rights, asked } = scene();
  await rights.ofDelegation(delegation({ sub: 'agt_a' }, { details: [PAYMENT] }), ANNA);
  await rights.ofClient('cli_app', { resource: MAIL, scope: ['read'], details: [PAYMENT] }, ANNA);
  await rights.ofClient('cli_app', { resource: MAIL, scope: ['read'], details: [] }, ANNA);
  expect(asked[0]?.details).toEqual({ asked: [PAYMENT], delegation: [[PAYMENT]] });
  expect(asked[1]?.details).toEqual({ asked: [PAYMENT] });
  for (const one of asked.slice(1)) {
    expect(one).toMatchObject({ caller: { kind: 'client', id: 'cli_app' }, through: [] });
    for (const member of ['delegation', 'actors']) expect(one).not.toHaveProperty(member);
  }
  expect(asked[2]).not.toHaveProperty('details');
});

test('the client in whose calls alone a delegation is valid is asked as well', async () => {
  const { rights, asked } = scene();
  await rights.ofDelegation(delegation({ sub: 'agt_a' }, { via: 'cli_app' }), ANNA);
  expect(asked[0]?.through).toEqual([expect.objectContaining({ kind: 'client', id: 'cli_app' })]);
  for (const via of ['cli_off', 'cli_none']) {
    expect(await rights.ofDelegation(delegation({ sub: 'agt_a' }, { via }), ANNA)).toEqual(blocked('client'));
  }
  expect(asked).toHaveLength(1);
});

test.each<[string, object, object, string]>([
  ['an agent that is suspended', { sub: 'agt_off' }, {}, 'agent'],
  ['an agent in the chain that is gone', { sub: 'agt_a', act: { sub: 'agt_none' } }, {}, 'agent'],
  ['a resource that is gone', { sub: 'agt_a' }, { resource: 'https://none.example' }, 'resource_server'],
  ['a resource that is not active', { sub: 'agt_a' }, { resource: 'https://off.example' }, 'resource_server'],
])('%s blocks all, with its layer', async (_, chain, more, layer) => {
  const { rights, asked } = scene();
  const all = delegation(chain, { details: [PAYMENT], ...more });
  expect(await rights.ofDelegation(all, ANNA)).toEqual(blocked(layer, [PAYMENT]));
  expect(asked).toEqual([]);
});

test('a client that is not active, or an agent by itself, has no rights', async () => {
  const { rights } = scene();
  const held = { resource: MAIL, scope: ['read', 'send'], details: [PAYMENT] };
  for (const id of ['cli_off', 'cli_none']) {
    expect(await rights.ofClient(id, held, ANNA)).toEqual(blocked('client', [PAYMENT]));
  }
});

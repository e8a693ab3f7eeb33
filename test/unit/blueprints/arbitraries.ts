/** Agents and ceilings of all shapes, over few names, so that they meet. */
import fc from 'fast-check';
import type { Agent } from '../../../src/domain/clients/agents/agent.ts';
import {
  AUTHENTICATION_METHODS,
  type Ceilings,
  COMPOSITION_DRIFT_ACTIONS,
} from '../../../src/domain/clients/blueprints/ceilings.ts';
import { GRANT_TYPES } from '../../../src/domain/clients/clients/grant-types.ts';

export const RESOURCES = ['https://a.example', 'https://b.example', 'https://c.example'] as const;
export const SCOPES = ['read', 'write', 'delete'] as const;
const DIGESTS = ['1', '2', '3'].map((digit) => `sha256:${digit.repeat(64)}`);
const ENVIRONMENTS = ['development', 'test', 'production'] as const;

const some = <T extends string>(names: readonly T[]) => fc.subarray([...names], { minLength: 0 });
const authority = fc.dictionary(fc.constantFrom(...RESOURCES), fc.oneof(some(SCOPES), fc.constant(['*'])), {
  maxKeys: 3,
});

export const anyCeilings: fc.Arbitrary<Ceilings> = fc.record(
  {
    grantTypes: some(GRANT_TYPES),
    authenticationMethods: some(AUTHENTICATION_METHODS),
    authority,
    detailTypes: some(['payment', 'booking']),
    maxAccessTokenSeconds: fc.integer({ min: 30, max: 3600 }),
    maxGrantSeconds: fc.integer({ min: 60, max: 10_000 }),
    maxDelegationSeconds: fc.integer({ min: 60, max: 10_000 }),
    maxDelegationDepth: fc.integer({ min: 0, max: 5 }),
    environments: some(ENVIRONMENTS),
    approvals: authority,
    compositions: some(DIGESTS),
    compositionDrift: fc.constantFrom(...COMPOSITION_DRIFT_ACTIONS),
    senderConstraint: fc.constant('dpop' as const),
    maxAgents: fc.integer({ min: 0, max: 9 }),
    maxInstances: fc.integer({ min: 0, max: 9 }),
  },
  { requiredKeys: [] },
);

export const anyAgent: fc.Arbitrary<Agent> = fc
  .record(
    {
      environment: fc.constantFrom(...ENVIRONMENTS),
      state: fc.constantFrom('active' as const, 'suspended' as const, 'retired' as const),
      grantTypes: some(GRANT_TYPES),
      dpopBoundAccessTokens: fc.boolean(),
      authority,
      ceilings: anyCeilings,
      composition: fc.constantFrom(...DIGESTS).map((digest) => ({ digest })),
    },
    { requiredKeys: ['environment', 'state', 'grantTypes', 'dpopBoundAccessTokens'] },
  )
  .map(
    (members) =>
      ({
        id: 'agt_a',
        name: 'Booker',
        owner: 'acc_a',
        purpose: 'Books trips',
        jwks: { keys: [{ kty: 'EC' }] },
        redirectUris: [],
        resourceServers: [],
        blueprint: 'bpt_a',
        createdAt: 1,
        updatedAt: 1,
        ...members,
      }) as unknown as Agent,
  );

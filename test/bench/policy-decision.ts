/**
 * What one decision costs under policy sets of several sizes, in microseconds: of a question that was not asked before,
 * and of one that was. A process of its own, so that it runs on the core of the servers.
 */
import { cedarPolicyEngine } from '../../adapters/cedar/policy-engine.ts';
import { randomIdentifiers } from '../../adapters/node/identifiers.ts';
import { authorizer } from '../../src/domain/decision/authorize.ts';
import type { AgentParty, DecisionFacts } from '../../src/domain/decision/facts.ts';
import { percentile } from './load.ts';
import { policiesOf } from './policy-sets.ts';
import { rounded } from './statistics.ts';

type Spread = { readonly p50: number; readonly p99: number };
export type DecisionMicros = { readonly policies: number; readonly first: Spread; readonly again: Spread };

const QUESTIONS = 2_000;
const COUNTS = [11, 50, 200, 2_000];

const factsOf = (n: number): DecisionFacts => {
  const caller: AgentParty = {
    kind: 'agent',
    id: `agt_${n}`,
    owner: 'acc_owner',
    environment: 'production',
    blueprint: `bpt_${n % 40}`,
    authority: { 'https://service.example.com': ['*'] },
  };
  return {
    route: 'token_exchange',
    now: 1_790_040_000,
    server: {
      id: `rs_${n % 40}`,
      identifier: 'https://service.example.com',
      name: 'Service',
      scopes: [{ name: 'read', description: 'Read', risk: 'low' }],
      accessTokenFormat: 'jwt',
      accessTokenSigningAlg: 'ES256',
      accessTokenTtlSeconds: 600,
      introspectionAuthMethod: 'none',
      state: 'active',
      createdAt: 1,
      updatedAt: 1,
    },
    asked: ['read'],
    caller,
    subject: {
      id: 'acc_person',
      username: 'person',
      name: 'Person',
      groups: ['grp_1', 'grp_2'],
      roles: [],
      state: 'active',
      sessionsValidFrom: 0,
      createdAt: 1,
      updatedAt: 1,
    },
    delegation: ['read'],
    actors: [caller.id],
  };
};

const engine = cedarPolicyEngine();
const found: DecisionMicros[] = [];
for (const count of COUNTS) {
  const policies = engine.compile(policiesOf(count, engine.starter));
  const decide = authorizer({
    identifiers: randomIdentifiers,
    managementApi: 'https://id.example.com/api/v1',
    policies: { current: async () => ({ version: 1, policies }) },
  });
  const timed = async (from: number): Promise<Spread> => {
    const micros: number[] = [];
    for (let n = from; n < from + QUESTIONS; n += 1) {
      const facts = factsOf(n);
      const begin = performance.now();
      const { scope } = await decide(facts);
      micros.push((performance.now() - begin) * 1000);
      if (scope.length !== 1) throw new Error('the decision was another one');
    }
    const sorted = micros.toSorted((one, other) => one - other);
    return { p50: rounded(percentile(sorted, 0.5), 0), p99: rounded(percentile(sorted, 0.99), 0) };
  };
  await timed(1_000_000);
  found.push({ policies: policies.policies.size, first: await timed(0), again: await timed(0) });
  policies.release();
}
console.log(JSON.stringify(found));

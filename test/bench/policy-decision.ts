/**
 * What one decision costs under policy sets of several sizes, in microseconds: of a question that was not asked before, of
 * one that was, and of a mix in which four of five were. Asked in several rounds, each with a set made ready anew: `p99` is of all
 * that was measured, `alone` of the best that each question took, which leaves out what others did on the same core meanwhile. `cpu` is the
 * mean of this thread's CPU time. A process of its own, so that it runs on the core of the servers.
 */
import { cedarPolicyEngine } from '../../adapters/cedar/policy-engine.ts';
import { randomIdentifiers } from '../../adapters/node/identifiers.ts';
import { type Authorize, authorizer } from '../../src/domain/authority/decision/authorize.ts';
import type { AgentParty, DecisionFacts } from '../../src/domain/authority/decision/facts.ts';
import { seededRandom } from '../campaigns/campaign.ts';
import { percentile } from './load.ts';
import { policiesOf } from './policy-sets.ts';
import { rounded } from './statistics.ts';

type Spread = { readonly cpu: number; readonly p50: number; readonly p99: number; readonly alone: number };
export type DecisionMicros = {
  readonly policies: number;
  readonly first: Spread;
  readonly again: Spread;
  readonly mixed: Spread;
};

const isQuick = process.argv[2] === 'quick';
const QUESTIONS = isQuick ? 100 : 1_000;
const ROUNDS = isQuick ? 1 : 5;
/** Asked in the mix that were asked before. */
const OF_BEFORE = 0.8;
const COUNTS = isQuick ? [11, 50] : [11, 50, 200, 2_000];

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
    through: [],
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

/** Micros of each question, and of the thread in all. */
type Round = { readonly micros: readonly number[]; readonly cpu: number };

const timed = async (decide: Authorize, asked: readonly number[]): Promise<Round> => {
  const micros: number[] = [];
  const before = process.threadCpuUsage();
  for (const n of asked) {
    const facts = factsOf(n);
    const begin = performance.now();
    const { scope } = await decide(facts);
    micros.push((performance.now() - begin) * 1000);
    if (scope.length !== 1) throw new Error('the decision was another one');
  }
  const { user, system } = process.threadCpuUsage(before);
  return { micros, cpu: user + system };
};

const spreadOf = (rounds: readonly Round[]): Spread => {
  const all = rounds.flatMap(({ micros }) => micros).toSorted((one, other) => one - other);
  const best = Array.from({ length: QUESTIONS }, (_, at) => Math.min(...rounds.map(({ micros }) => micros[at] ?? 0)));
  return {
    cpu: rounded(rounds.reduce((sum, { cpu }) => sum + cpu, 0) / all.length, 0),
    p50: rounded(percentile(all, 0.5), 0),
    p99: rounded(percentile(all, 0.99), 0),
    alone: rounded(
      percentile(
        best.toSorted((one, other) => one - other),
        0.99,
      ),
      0,
    ),
  };
};

const questions = Array.from({ length: QUESTIONS }, (_, n) => n);
const found: DecisionMicros[] = [];
for (const count of COUNTS) {
  const { next } = seededRandom(count);
  const mix = questions.map((n) => (next() < OF_BEFORE ? Math.floor(next() * QUESTIONS) : 2_000_000 + n));
  const rounds: Record<'first' | 'again' | 'mixed', Round[]> = { first: [], again: [], mixed: [] };
  let size = 0;
  for (let round = 0; round <= ROUNDS; round += 1) {
    const policies = await engine.compile(policiesOf(count, engine.starter));
    size = policies.policies.size;
    const decide = authorizer({
      identifiers: randomIdentifiers,
      managementApi: 'https://id.example.com/api/v1',
      policies: { current: async () => ({ version: 1, policies }) },
    });
    const [first, again, mixed] = [
      await timed(decide, questions),
      await timed(decide, questions),
      await timed(decide, mix),
    ];
    policies.release();
    // The first is to get warm.
    if (round === 0) continue;
    rounds.first.push(first);
    rounds.again.push(again);
    rounds.mixed.push(mixed);
  }
  const { first, again, mixed } = rounds;
  found.push({ policies: size, first: spreadOf(first), again: spreadOf(again), mixed: spreadOf(mixed) });
}
console.log(JSON.stringify(found));

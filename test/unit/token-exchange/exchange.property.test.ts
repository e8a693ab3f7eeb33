import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { actorsOf } from '../../../src/domain/vocabulary/actor-chain.ts';
import { AT, exchangeScene, ISSUER, MAIL, PAY, START } from './fakes.ts';
import { type ModelToken, referenceModel } from './reference-model.ts';

const AGENTS = ['agt_a', 'agt_b', 'agt_c'] as const;
const TARGETS = [MAIL, PAY, AT.agt_a, AT.agt_b, AT.agt_c] as const;
const SCOPES = ['read', 'send', 'delete', 'pay', 'call', '*', 'READ'];

const consentStep = fc.record({
  kind: fc.constant('consent' as const),
  actor: fc.constantFrom(...AGENTS),
  target: fc.constantFrom(...TARGETS),
  scope: fc.subarray(['read', 'send', 'delete', 'pay', 'call'], { minLength: 1 }),
  seconds: fc.integer({ min: 1, max: 2000 }),
  agents: fc.subarray([...AGENTS]),
  depth: fc.integer({ min: 0, max: 5 }),
});
const exchangeStep = fc.record({
  kind: fc.constant('exchange' as const),
  caller: fc.nat(),
  token: fc.nat(),
  target: fc.constantFrom(...TARGETS),
  asked: fc.option(fc.subarray(SCOPES, { minLength: 1 }), { nil: undefined, freq: 2 }),
});
const step = fc.oneof(
  { weight: 4, arbitrary: consentStep },
  { weight: 12, arbitrary: exchangeStep },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('revoke' as const),
      actor: fc.constantFrom(...AGENTS),
      target: fc.constantFrom(...TARGETS),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 400 }) }),
  },
);

/** Mostly a client that may use the token at all: its holder, or the agent it was made for. */
const callerOf = (choice: number, { path, audience }: ModelToken): string => {
  const able = [path[0], AGENTS.find((id) => AT[id] === audience)].filter((id) => id !== undefined);
  const from = choice % 5 === 0 || able.length === 0 ? AGENTS : able;
  return from[Math.floor(choice / 5) % from.length] as string;
};

/** Every agent may re-delegate mail and calls to every other: without it, few random histories get deep. */
const generous = [MAIL, AT.agt_a, AT.agt_b, AT.agt_c].map((target) => ({
  kind: 'consent' as const,
  actor: 'agt_a' as const,
  target,
  scope: ['read', 'send', 'call'],
  seconds: 5000,
  agents: [...AGENTS],
  depth: 5,
}));

test('TX-02 TX-03 TX-05 TX-08 random histories: granted is what the reference model grants, within the parent on every axis', async () => {
  let deepest = 0;
  const reasons = new Set<string | undefined>();
  let grants = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(2, 3),
      fc.boolean(),
      fc.array(step, { minLength: 20, maxLength: 60 }),
      async (maxDepth, isGenerous, steps) => {
        const scene = exchangeScene({ maxDepth, ttl: 600 });
        const model = referenceModel({
          maxDepth,
          ttl: 600,
          declared: Object.fromEntries(
            [...scene.servers.map.values()].map((rs) => [rs.identifier, rs.scopes.map(({ name }) => name)]),
          ),
          grant: scene.grant().resources,
          registeredAs: AT,
        });
        const tokens: { value: string; model: ModelToken }[] = AGENTS.map((id) => ({
          value: scene.addToken({ audience: AT[id] }),
          model: { path: [], audience: AT[id], scope: ['call'], expiresAt: START + 3000, generation: 0 },
        }));
        for (const each of isGenerous ? [...generous, ...steps] : steps) {
          const now = scene.clock.now();
          if (each.kind === 'wait') scene.clock.advance(each.seconds);
          if (each.kind === 'consent' && !model.has(each.actor, each.target, now)) {
            const { actor, target, scope, agents, depth } = each;
            const expiresAt = now + each.seconds;
            await scene.consent(actor, target, scope, { expiresAt, delegableTo: { agents, depth } });
            model.consent(actor, target, { scope, expiresAt, agents, depth });
          }
          if (each.kind === 'revoke') {
            const row = await scene.delegations.consented('acc_anna', each.actor, each.target);
            if (row) await scene.delegations.revoke(row.id, 'acc_anna');
            model.revoke(each.actor, each.target);
          }
          if (each.kind !== 'exchange') continue;

          const parent = tokens.at(-1 - (each.token % Math.min(tokens.length, 8))) as (typeof tokens)[number];
          const inbound = scene.live.get(parent.value);
          const caller = callerOf(each.caller, parent.model);
          const expected = model.exchange(caller, parent.model, each.target, each.asked, now);
          const { minted, token, error } = await scene.exchange(caller, {
            subject_token: parent.value,
            resource: each.target,
            ...(each.asked ? { scope: each.asked.join(' ') } : {}),
          });
          if (error && !error.denial) throw error;
          reasons.add(error?.denial?.reason);
          expect(minted && { path: actorsOf(minted.chain), scope: minted.scope, exp: minted.notAfter }).toEqual(
            expected && { path: expected.path, scope: expected.scope, exp: expected.expiresAt },
          );
          if (!minted || !expected) continue;
          grants += 1;
          deepest = Math.max(deepest, expected.path.length);
          tokens.push({ value: token, model: expected });
          // Independently of the model: the caller is outermost, the inbound chain is nested unchanged, nothing grew.
          const { act, ...outermost } = minted.chain;
          expect(outermost).toEqual({ sub: caller, iss: ISSUER, sub_profile: 'ai_agent' });
          expect(act).toEqual(inbound?.clientId === caller ? inbound.chain?.act : inbound?.chain);
          expect(minted.notAfter).toBeLessThanOrEqual(parent.model.expiresAt);
          expect(minted.subject).toBe('acc_anna');
          if (inbound?.audience === each.target) {
            expect(minted.scope.every((name) => inbound.scope.includes(name))).toBe(true);
          }
        }
      },
    ),
    { numRuns: 150, seed: 8693 },
  );
  // The histories must reach what they are to test.
  expect(grants).toBeGreaterThan(500);
  expect(deepest).toBe(3);
  for (const reason of [
    'chain_too_long',
    'not_delegable_to_agent',
    'delegation_not_at_target',
    'consent_missing',
    'scope_not_available',
  ]) {
    expect(reasons).toContain(reason);
  }
});

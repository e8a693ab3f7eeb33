import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Agent } from '../../../src/domain/clients/agents/agent.ts';
import { effectiveAgent, limitsOfAgent } from '../../../src/domain/clients/agents/effective-agent.ts';
import {
  type Ceilings,
  diffCeilings,
  isWithinCeilings,
  meetCeilings,
} from '../../../src/domain/clients/blueprints/ceilings.ts';
import type { ResourceServer } from '../../../src/domain/resources/resource-servers/resource-server.ts';
import { cutScope } from '../../../src/domain/vocabulary/scope-sets.ts';
import { anyAgent, anyCeilings, RESOURCES, SCOPES } from './arbitraries.ts';

const RUNS = { numRuns: 500, seed: 20_261_125 };
const all = fc.assert;
const under = (agent: Agent, ceilings: Ceilings) => effectiveAgent(agent, { version: 1, ceilings }).agent;

/** What of an agent can be used at all. */
const reach = (agent: Agent, forItself: boolean): ReadonlySet<string> =>
  new Set(
    agent.state !== 'active'
      ? []
      : RESOURCES.flatMap((identifier) => {
          const scopes = SCOPES.map((name) => ({ name, description: name, risk: 'low' as const }));
          const server = { identifier, scopes } as unknown as ResourceServer;
          const { scope } = cutScope(undefined, [...SCOPES], limitsOfAgent(agent, server, forItself));
          return scope.map((name) => `${identifier} ${name}`);
        }),
  );
const isSubset = (one: Iterable<string>, other: Iterable<string>): boolean => {
  const whole = new Set(other);
  return [...one].every((each) => whole.has(each));
};
const isNarrower = (one: Agent, other: Agent): boolean =>
  (one.state !== 'active' || other.state === 'active') &&
  isSubset(one.grantTypes, other.grantTypes) &&
  (one.dpopBoundAccessTokens || !other.dpopBoundAccessTokens) &&
  [true, false].every((forItself) => isSubset(reach(one, forItself), reach(other, forItself))) &&
  isWithinCeilings(one.ceilings ?? {}, other.ceilings ?? {});

describe('ceilings', () => {
  test('meet is commutative, associative and idempotent, and its result is within both', () => {
    all(
      fc.property(anyCeilings, anyCeilings, anyCeilings, (a, b, c) => {
        expect(meetCeilings(a, b)).toEqual(meetCeilings(b, a));
        expect(meetCeilings(meetCeilings(a, b), c)).toEqual(meetCeilings(a, meetCeilings(b, c)));
        expect(meetCeilings(meetCeilings(a, b), b)).toEqual(meetCeilings(a, b));
        expect([a, b].every((each) => isWithinCeilings(meetCeilings(a, b), each))).toBe(true);
      }),
      RUNS,
    );
  });

  test('a change that narrows nowhere is within, and the other way round', () => {
    all(
      fc.property(anyCeilings, anyCeilings, (before, after) => {
        const narrows = diffCeilings(before, after).some((one) => one.narrows);
        expect(narrows).toBe(!isWithinCeilings(before, after));
      }),
      RUNS,
    );
  });
});

describe('an effective agent', () => {
  test('has nothing that the agent has not got', () => {
    all(
      fc.property(anyAgent, anyCeilings, (agent, ceilings) => {
        expect(isNarrower(under(agent, ceilings), agent)).toBe(true);
      }),
      RUNS,
    );
  });

  test('has nothing that the blueprint does not allow', () => {
    all(
      fc.property(anyAgent, anyCeilings, (agent, ceilings) => {
        const effective = under(agent, ceilings);
        expect(isWithinCeilings(effective.ceilings ?? {}, ceilings)).toBe(true);
        expect(isSubset(effective.grantTypes, ceilings.grantTypes ?? effective.grantTypes)).toBe(true);
        expect(ceilings.senderConstraint === undefined || effective.dpopBoundAccessTokens).toBe(true);
        if (effective.state !== 'active') return;
        expect(ceilings.environments?.includes(agent.environment)).not.toBe(false);
        expect(ceilings.compositions?.some((one) => one === agent.composition?.digest)).not.toBe(false);
        const allowed = reach({ ...agent, state: 'active', authority: { ...ceilings.authority }, ceilings }, true);
        if (ceilings.authority) expect(isSubset(reach(effective, false), allowed)).toBe(true);
      }),
      RUNS,
    );
  });

  test('never grows when its blueprint is tightened, nor beyond what it narrowed when that is loosened', () => {
    all(
      fc.property(anyAgent, anyCeilings, anyCeilings, (agent, ceilings, more) => {
        const tight = meetCeilings(ceilings, more);
        expect(isNarrower(under(agent, tight), under(agent, ceilings))).toBe(true);
        expect(isNarrower(under(agent, {}), agent)).toBe(true);
      }),
      RUNS,
    );
  });

  test('is the same when it is made of itself again', () => {
    all(
      fc.property(anyAgent, anyCeilings, (agent, ceilings) => {
        const once = under(agent, ceilings);
        expect(under(once, ceilings)).toEqual(once);
      }),
      RUNS,
    );
  });

  test.each([
    ['is unknown or unreadable', undefined],
    ['was never activated', { version: 0, ceilings: {} }],
  ])('has nothing under a blueprint that %s', (_, blueprint) => {
    all(
      fc.property(anyAgent, (agent) => {
        const { agent: effective, stops } = effectiveAgent(agent, blueprint);
        expect(stops).toEqual(['blueprint_unknown']);
        expect(effective.state).not.toBe('active');
        expect(effective.grantTypes).toEqual([]);
        const reachable = reach({ ...effective, state: 'active' }, false);
        expect([...reachable]).toEqual([]);
      }),
      RUNS,
    );
  });

  test('is the agent itself, the same object, where nothing limits it', () => {
    const { blueprint: _, ceilings: __, ...free } = { ...fc.sample(anyAgent, 1)[0] } as Agent;
    expect(effectiveAgent(free, undefined).agent).toBe(free);
  });
});

/** Agents that begin to do the same at the same time: those that have something in common, unless an operator's act explains it. */
import { describe, expect, test } from '@jest/globals';
import type { RecentRecord } from '../../../src/domain/audit/recent-records.ts';
import { type AgentEvent, withEvents } from '../../../src/domain/governance/responses/agent-facts.ts';
import {
  type Deviation,
  deviationsOf,
  sharedDeviations,
} from '../../../src/domain/governance/responses/shared-deviations.ts';

const NOON = 20_000 * 86_400 + 43_200;
const API = 'https://bank.example';
const deviation = (more: Partial<Deviation> = {}): Deviation => ({
  ...{ key: `api ${API}`, at: NOON, peers: [], resource: API, ...more },
});
const agent = (id: string, owner = 'acc_ada', blueprint?: string) => ({
  ...{ id, owner, ...(blueprint === undefined ? {} : { blueprint }) },
});
const newRegister = () => sharedDeviations(async (id) => (id === 'rs_bank' ? API : undefined));
const record = (type: RecentRecord['event']['type'], target: { kind: string; id: string }, caller = 'acc_operator') =>
  ({ at: NOON * 1000, event: { type, outcome: 'done', target, caller } }) as RecentRecord;

describe('others that deviate alike', () => {
  test.each([
    ['owner', agent('agt_1'), agent('agt_2'), {}],
    ['blueprint', agent('agt_1', 'acc_ada', 'bpt_1'), agent('agt_2', 'acc_bob', 'bpt_1'), {}],
    ['composition', agent('agt_1'), agent('agt_2', 'acc_bob'), { composition: 'sha256:1' }],
    ['agent in their chain', agent('agt_1'), agent('agt_2', 'acc_bob'), { peers: ['agt_9'] }],
  ])('are those of the same %s', async (_, one, other, more) => {
    const { noted } = newRegister();
    expect(await noted(one, [deviation(more)])).toEqual([]);
    expect(await noted(other, [deviation(more)])).toEqual(['agt_1']);
  });

  test('are none of another owner with nothing in common, of another deviation, of an hour ago, or the agent itself', async () => {
    const { noted } = newRegister();
    await noted(agent('agt_1'), [deviation()]);
    expect(await noted(agent('agt_2', 'acc_bob'), [deviation()])).toEqual([]);
    expect(await noted(agent('agt_3'), [deviation({ key: 'api https://other.example' })])).toEqual([]);
    expect(await noted(agent('agt_1'), [deviation({ at: NOON + 1 })])).toEqual([]);
    expect(await noted(agent('agt_4'), [deviation({ at: NOON + 3601 })])).toEqual([]);
  });

  test.each([
    ['a changed resource server', record('resource_server.updated', { kind: 'resource_server', id: 'rs_bank' })],
    ['an activated blueprint', record('blueprint.activated', { kind: 'blueprint', id: 'bpt_1' })],
    ['a change of each agent', record('agent.updated', { kind: 'agent', id: 'agt_2' })],
  ])('%s explains it for a day', async (_, act) => {
    const { noted, explain } = newRegister();
    explain(act);
    await noted(agent('agt_1', 'acc_ada', 'bpt_1'), [deviation()]);
    expect(await noted(agent('agt_2', 'acc_ada', 'bpt_1'), [deviation()])).toEqual([]);
    const later = deviation({ at: NOON + 86_401 });
    await noted(agent('agt_1', 'acc_ada', 'bpt_1'), [later]);
    expect(await noted(agent('agt_2', 'acc_ada', 'bpt_1'), [later])).toEqual(['agt_1']);
  });

  test('no act of an agent explains anything, and one agent pushes out none of the others', async () => {
    const { noted, explain } = newRegister();
    explain(record('blueprint.activated', { kind: 'blueprint', id: 'bpt_1' }, 'agt_9'));
    await noted(agent('agt_1', 'acc_ada', 'bpt_1'), [deviation()]);
    const many = Array.from({ length: 30_000 }, (_, index) => deviation({ key: `api ${index}` }));
    await noted(agent('agt_2', 'acc_ada', 'bpt_1'), many);
    expect(await noted(agent('agt_3', 'acc_ada', 'bpt_1'), [deviation()])).toEqual(['agt_1']);
  });
});

test('an agent of a week deviates by a new API, scope, form of request or chain, and a younger one by nothing', () => {
  const event = (at: number, sequence: number, more: Partial<AgentEvent> = {}): AgentEvent => ({
    ...{ id: `s:${sequence}`, stream: 's', sequence, at, counts: 'tokens', rights: ['read a'] },
    ...{ used: { resources: 'a', shapes: 'read' }, ...more },
  });
  const found = (first: number, more: Partial<AgentEvent>) => {
    const last = event(NOON, 3, more);
    const facts = withEvents('agt_1', undefined, [event(first, 1), event(NOON - 60, 2), last]);
    return facts === undefined ? [] : deviationsOf(facts, [last]).map(({ key }) => key);
  };
  const old = NOON - 8 * 86_400;
  expect(found(old, {})).toEqual([]);
  expect(found(old, { used: { resources: 'b', shapes: 'b' }, rights: ['read b'] })).toEqual(['api b', 'scope read b']);
  expect(found(old, { used: { resources: 'a', shapes: 'other' } })).toEqual(['form other']);
  expect(found(old, { used: { chains: 'x' }, peers: ['agt_2'] })).toEqual(['chain agt_2']);
  expect(found(NOON - 86_400, { used: { resources: 'b' } })).toEqual([]);
});

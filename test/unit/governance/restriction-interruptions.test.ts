/** Restrictions where a process stops halfway, a rule changes meanwhile, or the brake keeps one back for a time. */
import { describe, expect, test } from '@jest/globals';
import { randomIdentifiers } from '../../../adapters/node/identifiers.ts';
import { AGENT_FACTS, type AgentFacts } from '../../../src/domain/governance/responses/agent-facts.ts';
import {
  RESPONSE_BRAKE,
  RESPONSES,
  RESTRICTION_BRAKE,
  type Response,
  type ResponseBrake,
} from '../../../src/domain/governance/responses/response.ts';
import { responseActs } from '../../../src/domain/governance/responses/response-acts.ts';
import { BY } from '../registries/registry-world.ts';
import { acting, BANK, DENIALS, FILES, HOUR, MAIL, OPERATOR, OWNER } from './responses-world.ts';

const DAY = 24 * HOUR;
type Acting = Awaited<ReturnType<typeof acting>>;

const statesOf = async ({ responses }: Acting) => (await responses()).map(({ act, state }) => [act, state]);

test('a lift that ended the restriction and was cut off is done: the rule acts again, by what comes later', async () => {
  const made = await acting();
  const { id, denied, read, responses, restrictions, agents, clock, tick } = made;
  await denied(id);
  await read();
  const [response] = await responses();
  const ordered = { response: response?.id ?? '', at: clock.now(), until: clock.now() + DAY, owner: 'acc_owner' };
  tick(10);
  const liftedAt = clock.now();
  await agents.endRestriction(id, ordered, OPERATOR);
  tick(10);
  await denied(id, 1);
  await read();
  // What it did before the lift counts no more.
  expect(await statesOf(made)).toEqual([['narrow', 'lifted']]);
  expect((await responses())[0]).toMatchObject({ liftedAt });
  expect((await responses())[0]?.past).toBeUndefined();
  tick(300);
  await denied(id);
  await read();
  expect(await statesOf(made)).toEqual([
    ['narrow', 'open'],
    ['narrow', 'lifted'],
  ]);
  expect(await restrictions()).toHaveLength(1);
});

describe('a process that stalls before it restricts', () => {
  /** Another process finishes the response meanwhile; then `during` happens, and the first process goes on. */
  const stalled = async (during: (made: Acting, response: string) => Promise<unknown>) => {
    const made = await acting();
    const { id, agents, documents, audit, clock, acts, responses, tick, log } = made;
    const gate = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const slow = responseActs({
      ...{ documents, audit, clock, identifiers: randomIdentifiers },
      agents: {
        ...agents,
        async restrict(...given) {
          reached.resolve();
          await gate.promise;
          return agents.restrict(...given);
        },
      },
      approvals: { endAllOf: async () => undefined },
    });
    const agent = (await agents.get(id))?.document;
    const facts = (await documents.collection<AgentFacts>(AGENT_FACTS).get(id))?.document;
    if (!agent || !facts) throw new Error('the agent did nothing');
    const acted = slow.act(made.rule, agent, { facts, values: {} });
    await reached.promise;
    const response = (await responses())[0]?.id ?? '';
    await log.add('system', { type: 'response.acted', target: { kind: 'response', id: response } });
    tick(11);
    acts.again();
    await acts.finish();
    expect(await made.restrictions()).toMatchObject([{ response }]);
    await during(made, response);
    gate.resolve();
    await acted;
    return made;
  };

  test('does not restrict again what an operator lifted', async () => {
    const made = await stalled(({ acts }, response) => acts.lift(response, OPERATOR));
    expect([await made.restrictions(), await statesOf(made)]).toEqual([[], [['narrow', 'lifted']]]);
    expect(made.typed('agent.restricted')).toHaveLength(1);
  });

  test('does not either while the lift has ended the restriction, and not yet the response', async () => {
    const made = await stalled(({ id, agents, clock }, response) =>
      agents.endRestriction(id, { response, at: 0, until: clock.now() + DAY, owner: 'acc_owner' }, OPERATOR),
    );
    expect(await made.restrictions()).toEqual([]);
  });

  test('finds it restricted by this response where the other process did it, and leaves it open', async () => {
    const made = await stalled(async () => undefined);
    expect(await statesOf(made)).toEqual([['narrow', 'open']]);
    expect((await made.responses())[0]?.isAlready).toBeUndefined();
    expect(await made.restrictions()).toHaveLength(1);
  });
});

describe('a rule that is changed to another act', () => {
  const changed = async ({ rules, replays, tick }: Acting, id: string, act: 'contain' | 'notify' | 'narrow') => {
    tick(1);
    const { version = 0 } = (await rules.get(id)) ?? {};
    await rules.update(id, version, { act }, BY);
    const replayed = await replays.replay(id, 28, BY);
    await rules.activate(id, replayed.version, BY);
  };

  test('stops an agent that it restricted before, and the restriction stays until it is lifted', async () => {
    const made = await acting({ ...DENIALS, hours: 168 });
    const { id, denied, read, rule, stateOf, restrictions, acts, responses, agents, ended } = made;
    await denied(id);
    await read();
    await changed(made, rule.id, 'contain');
    await denied(id, 1);
    await read();
    expect([await stateOf(id), ended]).toEqual(['suspended', [id]]);
    expect(await statesOf(made)).toEqual([
      ['contain', 'open'],
      ['narrow', 'open'],
    ]);
    await agents.resume(id, OPERATOR);
    expect(await restrictions()).toHaveLength(1);
    const narrowing = (await responses()).find(({ act }) => act === 'narrow')?.id ?? '';
    expect((await acts.lift(narrowing, OPERATOR)).document.state).toBe('lifted');
    expect(await restrictions()).toEqual([]);
  });

  test('restricts an agent of which it notified within the day', async () => {
    const made = await acting({ ...DENIALS, act: 'notify' });
    const { id, denied, read, rule, restrictions } = made;
    await denied(id);
    await read();
    await changed(made, rule.id, 'narrow');
    await denied(id, 1);
    await read();
    expect(await statesOf(made)).toEqual([
      ['narrow', 'open'],
      ['notify', 'notified'],
    ]);
    expect(await restrictions()).toHaveLength(1);
  });

  test('still marks the earlier restriction when its time is over', async () => {
    const made = await acting({ ...DENIALS, hours: 2 });
    const { id, denied, read, rule, tick } = made;
    await denied(id);
    await read();
    await changed(made, rule.id, 'notify');
    await denied(id, 1);
    await read();
    tick(2 * HOUR);
    await read();
    expect(await statesOf(made)).toEqual([
      ['notify', 'notified'],
      ['narrow', 'expired'],
    ]);
  });
});

describe('a restriction that the brake kept back', () => {
  const braked = async () => {
    const made = await acting();
    const { documents, clock, id, denied, read } = made;
    const agents = Array.from({ length: 100 }, (_, at) => ({ agent: `agt_${at}`, owner: `o${at}`, at: clock.now() }));
    await documents.collection<ResponseBrake>(RESPONSE_BRAKE).insert({ id: RESTRICTION_BRAKE, agents });
    await denied(id);
    await read();
    expect((await made.responses())[0]).toMatchObject({ state: 'notified', isBraked: true });
    expect(made.typed('response.acted')[0]?.inputs?.['until']).toBeUndefined();
    expect(await made.restrictions()).toEqual([]);
    return made;
  };

  test('leaves, when a rule restricts the agent later, what it did before the first of these responses', async () => {
    const { id, denied, read, tick, restrictions } = await braked();
    tick(HOUR + 1);
    await denied(id);
    await read();
    expect(await restrictions()).toMatchObject([{ resources: [MAIL, FILES], people: ['acc_ada'] }]);
  });

  test('and the same by another rule', async () => {
    const { id, activated, denied, read, tick, restrictions } = await braked();
    await activated({ ...DENIALS, name: 'Other', when: [{ fact: 'denials_10_minutes', atLeast: 7 }] });
    tick(HOUR + 1);
    await denied(id, 7);
    await read();
    expect((await restrictions()).map(({ resources }) => resources)).toEqual([[MAIL, FILES]]);
  });

  test('forgets that after a day: then the past is the usual one', async () => {
    const { id, denied, read, tick, restrictions, responses, documents } = await braked();
    tick(DAY);
    await read();
    expect((await responses())[0]).toMatchObject({ state: 'notified', isBraked: true });
    const [stored] = await documents.collection<Response>(RESPONSES).find({ limit: 1 });
    expect([stored?.document.past, stored?.document.until]).toEqual([undefined, undefined]);
    await denied(id);
    await read();
    expect(await restrictions()).toMatchObject([{ resources: [MAIL, FILES, BANK], people: ['acc_ada', 'acc_bob'] }]);
  });

  test('does not reach back before an operator handled the agent', async () => {
    const { id, agents, denied, read, tick, restrictions } = await braked();
    tick(10);
    await agents.suspend(id, OWNER, { security: 'rsp_other' });
    await agents.resume(id, OPERATOR);
    tick(HOUR + 1);
    await denied(id);
    await read();
    expect((await restrictions()).map(({ resources }) => resources)).toEqual([[MAIL, FILES, BANK]]);
  });
});

/** Rules that narrow an agent, or have a person approve what is new to it: what they leave, how long, and who lifts it. */
import { describe, expect, test } from '@jest/globals';
import { AGENTS, type Agent } from '../../../src/domain/clients/agents/agent.ts';
import { isOfPast, type Past } from '../../../src/domain/clients/agents/restriction.ts';
import { agentEventOf } from '../../../src/domain/governance/responses/agent-events.ts';
import { AGENT_FACTS, type AgentFacts, withEvents } from '../../../src/domain/governance/responses/agent-facts.ts';
import {
  braked,
  countsSince,
  RESPONSES,
  RESTRICTION_BRAKE,
  type Response,
} from '../../../src/domain/governance/responses/response.ts';
import { rememberedOf } from '../../../src/domain/governance/responses/seen-things.ts';
import { update } from '../../../src/domain/ports/document-store.ts';
import { BY, refusalOf } from '../registries/registry-world.ts';
import { ASK, acting, BANK, DENIALS, FILES, HOUR, MAIL, OPERATOR, OWNER, responsesWorld } from './responses-world.ts';

const DAY = 24 * HOUR;

describe('a rule that narrows', () => {
  test('leaves the agent active with the APIs and people from before the last hour, for 24 hours', async () => {
    const { id, denied, read, restrictions, responses, typed, stateOf, clock } = await acting();
    await denied(id);
    await read();
    const until = clock.now() + DAY;
    expect(await stateOf(id)).toBe('active');
    const [response] = await responses();
    expect(response).toMatchObject({ act: 'narrow', state: 'open', until, owner: 'acc_owner' });
    expect(await restrictions()).toEqual([
      {
        ...{ act: 'narrow', response: response?.id, at: clock.now(), until, owner: 'acc_owner' },
        ...{ resources: [MAIL, FILES], rights: [], people: ['acc_ada'] },
      },
    ]);
    expect(typed('response.acted')).toMatchObject([{ agent: id, inputs: { act: 'narrow', until } }]);
    expect(typed('agent.restricted')).toMatchObject([
      { agent: id, caller: 'system', inputs: { cause: response?.id, act: 'narrow', until } },
    ]);
    expect(typed('agent.suspended')).toEqual([]);
  });

  test('lasts the hours of the rule, is then marked within a minute, and its lists are forgotten', async () => {
    const { id, denied, read, restrictions, responses, typed, tick } = await acting({ ...DENIALS, hours: 2 });
    await denied(id);
    await read();
    tick(2 * HOUR - 1);
    await read();
    expect([(await restrictions()).length, (await responses()).map(({ state }) => state)]).toEqual([1, ['open']]);
    tick(1);
    await read();
    expect([await restrictions(), typed('response.expired')]).toMatchObject([[], [{ agent: id, outcome: 'done' }]]);
    expect(typed('agent.restriction_ended')).toHaveLength(1);
    const [response] = await responses();
    expect(response).toMatchObject({ state: 'expired' });
    expect([response?.past, response?.until]).toEqual([undefined, undefined]);
  });

  test('acts again after the time is over, only by what came later', async () => {
    const { id, denied, read, responses, tick } = await acting({ ...DENIALS, hours: 1 });
    await denied(id);
    await read();
    tick(HOUR);
    await denied(id, 4);
    await read();
    expect((await responses()).map(({ state }) => state)).toEqual(['expired']);
    await denied(id, 1);
    await read();
    expect((await responses()).map(({ state }) => state)).toEqual(['open', 'expired']);
  });

  test('extends nothing while another response narrows the agent: it is recorded as already so', async () => {
    const { id, activated, denied, read, restrictions, responses, typed, tick } = await acting();
    await activated({ ...DENIALS, name: 'Later', when: [{ fact: 'denials_10_minutes', atLeast: 7 }], hours: 168 });
    await denied(id);
    await read();
    const before = await restrictions();
    tick(5);
    await denied(id, 2);
    await read();
    expect(await restrictions()).toEqual(before);
    const [second, first] = await responses();
    expect([first?.state, second?.state, second?.isAlready]).toEqual(['open', 'notified', true]);
    expect(typed('response.acted')[1]?.inputs).toMatchObject({ isAlready: true });
    expect(typed('agent.restricted')).toHaveLength(1);
  });

  test.each<readonly [string, Partial<Response> | undefined, boolean, number]>([
    ['has not acted', undefined, false, 5],
    ['has begun', { state: 'begun' }, false, Number.POSITIVE_INFINITY],
    ['narrows', { state: 'open', until: 101 }, true, Number.POSITIVE_INFINITY],
    ['narrowed until now', { state: 'open', until: 100 }, false, 70],
    ['narrowed, and expired', { state: 'expired' }, false, 70],
    ['was lifted', { state: 'lifted' }, false, 5],
    ['suspended, and the agent is active', { state: 'open', act: 'suspend' }, false, 5],
    ['asked for approvals, and narrows now', { state: 'open', until: 101, act: 'approve' }, true, 5],
    ['notified within a day, and narrows now', { state: 'notified', act: 'notify' }, false, 5],
    ['has begun with another act', { state: 'begun', act: 'notify' }, false, Number.POSITIVE_INFINITY],
    ['notified within a day', { state: 'notified' }, false, Number.POSITIVE_INFINITY],
    [
      'found the agent narrowed, and it still is',
      { state: 'notified', isAlready: true },
      true,
      Number.POSITIVE_INFINITY,
    ],
    // Else a short restriction, which an attacker has provoked, would keep off a longer one.
    ['found the agent narrowed, and it is not any more', { state: 'notified', isAlready: true }, false, 70],
  ])('that %s counts from there on', (_, more, isRestricted, from) => {
    const last = more && ({ act: 'narrow', eventAt: 70, createdAt: 90, ...more } as Response);
    expect(countsSince(last, { act: 'narrow', seen: 5, now: 100, isRestricted })).toBe(from);
  });

  test('stands beside one that asks for approvals, and both beside a suspension, which wins', async () => {
    const { id, activated, denied, read, restrictions, stateOf, agents } = await acting();
    await activated(ASK);
    await activated({ ...DENIALS, name: 'Stop', when: [{ fact: 'denials_10_minutes', atLeast: 7 }], act: 'suspend' });
    await denied(id);
    await read();
    expect(await stateOf(id)).toBe('active');
    await denied(id, 2);
    await read();
    expect((await restrictions()).map(({ act }) => act).sort()).toEqual(['approve', 'narrow']);
    expect(await stateOf(id)).toBe('suspended');
    await agents.resume(id, OPERATOR);
    expect((await restrictions()).length).toBe(2);
  });

  test('is finished once after a crash between its response and the agent, with the past of that time', async () => {
    const { id, denied, read, restrictions, responses, documents, tick, typed, log } = await acting();
    await denied(id);
    await read();
    const [response] = await responses();
    const [restriction] = await restrictions();
    // As it was before the agent was written.
    await update(
      documents.collection<Response>(RESPONSES),
      response?.id ?? '',
      (one): Response => ({
        ...one,
        state: 'begun',
      }),
    );
    await update(documents.collection<Agent>(AGENTS), id, ({ restrictions: _, ...one }) => one);
    await log.add('system', { type: 'response.acted', target: { kind: 'response', id: response?.id ?? '' } });
    tick(700);
    await read();
    expect(await restrictions()).toEqual([restriction]);
    expect((await responses()).map(({ state }) => state)).toEqual(['open']);
    expect(typed('response.acted')).toHaveLength(1);
  });

  test('notifies only where a hundred agents are restricted within an hour, without touching the brake of suspensions', () => {
    const all = (owners: readonly string[]) =>
      owners.reduce(
        (brake, owner, index) => braked(brake, { id: `agt_${index}`, owner }, 1000) ?? brake,
        braked({ id: RESTRICTION_BRAKE, agents: [] }, { id: 'agt_first', owner: owners[0] ?? '' }, 1000) ?? {
          ...{ id: RESTRICTION_BRAKE, agents: [] },
        },
      );
    expect(all(Array(200).fill('one')).agents).toHaveLength(50);
    expect(all(Array.from({ length: 200 }, (_, index) => `owner ${index}`)).agents).toHaveLength(100);
    expect(all(['one']).id).toBe(RESTRICTION_BRAKE);
  });

  test('a rule of another act has no hours, and one that restricts has 24 until they are named', async () => {
    const { rules } = responsesWorld();
    const refused = { code: 'invalid_field', field: '/hours' };
    expect(await refusalOf(() => rules.create({ ...DENIALS, act: 'suspend', hours: 2 }, BY))).toMatchObject(refused);
    const made = await rules.create({ ...DENIALS, hours: 2 }, BY);
    expect(made.document.hours).toBe(2);
    const usual = await rules.update(made.document.id, made.version, { hours: null }, BY);
    expect(usual.document.hours).toBeUndefined();
    const again = await rules.update(made.document.id, usual.version, { hours: 168 }, BY);
    const stopping = await rules.update(made.document.id, again.version, { act: 'contain' }, BY);
    expect([stopping.document.act, stopping.document.hours]).toEqual(['contain', undefined]);
  });
});

test('of two restrictions of one act at the same time the first holds, and is not extended', async () => {
  const { agents, agent, clock, typed } = responsesWorld();
  const id = await agent();
  const restrict = (response: string, seconds: number) =>
    agents.restrict(
      id,
      { ...{ act: 'narrow', response, at: clock.now(), until: clock.now() + seconds }, resources: [], people: [] },
      { caller: 'system' },
    );
  expect([await restrict('rsp_1', 10), await restrict('rsp_2', 20), await restrict('rsp_1', 30)]).toEqual([
    ...[true, false, true],
  ]);
  expect((await agents.get(id))?.document.restrictions).toMatchObject([{ response: 'rsp_1', until: clock.now() + 10 }]);
  expect(typed('agent.restricted')).toHaveLength(1);
  await agents.retire(id, BY);
  expect(await refusalOf(() => restrict('rsp_3', 10))).toMatchObject({ code: 'conflict' });
});

describe('lifting a restriction', () => {
  const narrowed = async () => {
    const made = await acting();
    await made.denied(made.id);
    await made.read();
    const [response] = await made.responses();
    return { ...made, response: response?.id ?? '' };
  };

  test('is for an operator who does not own the agent; then only what comes later counts', async () => {
    const { acts, id, response, restrictions, typed, denied, read, responses, tick } = await narrowed();
    expect(await refusalOf(() => acts.lift(response, OWNER))).toMatchObject({ code: 'forbidden' });
    const unrolled = { caller: 'acc_other', account: 'acc_other' };
    expect(await refusalOf(() => acts.lift(response, unrolled))).toMatchObject({ code: 'forbidden' });
    expect([(await restrictions()).length, typed('response.lifted')]).toEqual([1, []]);
    tick(10);
    const lifted = await acts.lift(response, OPERATOR);
    expect(lifted.document).toMatchObject({ state: 'lifted', liftedBy: 'acc_operator' });
    expect(await restrictions()).toEqual([]);
    expect(typed('agent.restriction_ended')).toMatchObject([{ caller: 'acc_operator', inputs: { cause: response } }]);
    expect(typed('response.lifted')).toMatchObject([{ caller: 'acc_operator', agent: id, outcome: 'done' }]);
    expect(await refusalOf(() => acts.lift(response, OPERATOR))).toMatchObject({ code: 'conflict' });
    await denied(id, 4);
    await read();
    expect((await responses()).length).toBe(1);
    tick(300);
    await denied(id);
    await read();
    expect((await restrictions()).length).toBe(1);
  });

  test('is not for the owner of that time after a hand-over, nor for the new one', async () => {
    const { acts, id, response, agents, restrictions } = await narrowed();
    const version = (await agents.get(id))?.version ?? 0;
    await agents.update(id, version, { owner: 'acc_other' }, { caller: 'acc_other', account: 'acc_other' });
    expect((await agents.get(id))?.document.owner).toBe('acc_other');
    expect(await refusalOf(() => acts.lift(response, OWNER))).toMatchObject({ code: 'forbidden' });
    const next = { caller: 'acc_other', account: 'acc_other', isByRole: true };
    expect(await refusalOf(() => acts.lift(response, next))).toMatchObject({ code: 'forbidden' });
    expect((await restrictions()).length).toBe(1);
  });

  test('is not done by suspending and resuming, changing or moving the agent', async () => {
    const { id, agents, restrictions, tick } = await narrowed();
    await agents.suspend(id, OWNER);
    tick(1);
    await agents.resume(id, OWNER);
    const { version = 0 } = (await agents.get(id)) ?? {};
    await agents.update(id, version, { name: 'Other', environment: 'production' }, BY);
    expect((await restrictions()).map(({ act }) => act)).toEqual(['narrow']);
  });

  test('is over with the time: the server ends it, and a lift that comes later is refused', async () => {
    const { acts, id, response, agents, clock, restrictions, tick } = await narrowed();
    const ordered = { response, at: clock.now(), until: clock.now() + DAY, owner: 'acc_owner' };
    const early = () => agents.endRestriction(id, ordered, { caller: 'system' });
    expect(await refusalOf(early)).toMatchObject({ code: 'forbidden' });
    tick(DAY);
    expect(await refusalOf(() => acts.lift(response, OPERATOR))).toMatchObject({ code: 'conflict' });
    await early();
    expect(await restrictions()).toEqual([]);
  });

  test('an owner does not finish a lift that an operator began', async () => {
    const { acts, id, response, agents, clock, responses } = await narrowed();
    const ordered = { response, at: clock.now(), until: clock.now() + DAY, owner: 'acc_owner' };
    await agents.endRestriction(id, ordered, OPERATOR);
    expect(await refusalOf(() => acts.lift(response, OWNER))).toMatchObject({ code: 'forbidden' });
    expect((await responses()).map(({ state }) => state)).toEqual(['open']);
    expect((await acts.lift(response, OPERATOR)).document.state).toBe('lifted');
  });
});

describe('the past of an agent', () => {
  const START = 1_800_000_000;
  type Given = { readonly resource?: string; readonly subject?: string; readonly scopeGiven?: readonly string[] };
  const facts = (events: readonly (readonly [number, Given])[]) => {
    const all = events.flatMap(([at, more], index) => {
      const event = { type: 'token.issued', outcome: 'granted', caller: 'agt_1', ...more } as never;
      const record = { id: `r${index}`, stream: 's', sequence: index + 1, at: at * 1000, event };
      return agentEventOf(record, undefined, () => '')?.event ?? [];
    });
    return withEvents('agt_1', undefined, all) as AgentFacts;
  };
  const knows = (past: Past, person: string) => isOfPast(past, { resource: MAIL, person });

  test('has people beyond the list as digests, without those of the last hour, and with those from before', () => {
    const people = Array.from(
      { length: 300 },
      (_, index) => [START + index, { resource: MAIL, subject: `acc_${index}` }] as const,
    );
    const late = Array.from(
      { length: 20 },
      (_, index) => [START + 2 * HOUR + index, { resource: MAIL, subject: `acc_late_${index}` }] as const,
    );
    const past = rememberedOf(facts([...people, ...late]));
    expect(past.people).toHaveLength(128);
    expect(people.filter(([, { subject }]) => !knows(past, subject))).toEqual([]);
    expect(late.filter(([, { subject }]) => knows(past, subject))).toEqual([]);
    expect(past.hasAllPeople).toBeUndefined();
  });

  test('has no digest of a person whom it met within the hour, though others of the same five minutes are older', () => {
    const met = (at: number, id: string) => [at, { resource: MAIL, subject: id }] as const;
    const people = Array.from({ length: 130 }, (_, index) => met(START + index, `acc_${index}`));
    const late = [met(START + DAY, 'acc_before'), met(START + DAY + 150, 'acc_within')];
    const past = rememberedOf(facts([...people, ...late, met(START + DAY + 100 + HOUR, 'acc_0')]));
    expect([knows(past, 'acc_129'), knows(past, 'acc_within')]).toEqual([true, false]);
  });

  test('limits no people of an agent that had more than are remembered, a day ago, and does if it met them today', () => {
    const many = (from: number) =>
      Array.from({ length: 700 }, (_, index) => [from + index, { resource: MAIL, subject: `acc_${index}` }] as const);
    const later = [START + 2 * DAY, { resource: MAIL, subject: 'acc_0' }] as const;
    expect(rememberedOf(facts([...many(START), later])).hasAllPeople).toBe(true);
    expect(rememberedOf(facts([...many(START + 2 * DAY - 1000), later])).hasAllPeople).toBeUndefined();
  });

  test('limits no people of an agent that met new ones on half of its days, four at least, today left out', () => {
    const met = (days: readonly number[]) =>
      days.map((day, index) => [START + day * DAY, { resource: MAIL, subject: `acc_${index}` }] as const);
    const again = (days: readonly number[]) =>
      days.map((day) => [START + day * DAY + HOUR, { resource: MAIL, subject: 'acc_0' }] as const);
    const later = [START + 10 * DAY, { resource: MAIL, subject: 'acc_new' }] as const;
    expect(rememberedOf(facts([...met([0, 2, 4, 6]), later])).hasAllPeople).toBe(true);
    expect(rememberedOf(facts([...met([0, 2, 4]), later])).hasAllPeople).toBeUndefined();
    expect(rememberedOf(facts([...met([0, 2, 4, 6]), ...again([7, 8, 9]), later])).hasAllPeople).toBe(true);
    const seldom = [...met([0, 1, 2, 3]), ...again([4, 5, 6, 7, 8, 9])];
    expect(rememberedOf(facts([...seldom, later])).hasAllPeople).toBeUndefined();
  });

  test('limits no APIs of an agent that used more than are remembered', () => {
    const apis = Array.from(
      { length: 70 },
      (_, index) => [START + index, { resource: `https://${index}.example` }] as const,
    );
    const later = [START + 2 * DAY, { resource: 'https://0.example' }] as const;
    expect(rememberedOf(facts([...apis, later])).hasAllResources).toBe(true);
    expect(rememberedOf(facts(apis)).hasAllResources).toBeUndefined();
  });

  test('has the scopes of each API from before the last hour', () => {
    const read = (at: number) => [at, { resource: MAIL, scopeGiven: ['read'] }] as const;
    const send = [START + 2 * HOUR, { resource: MAIL, scopeGiven: ['read', 'send'] }] as const;
    const past = rememberedOf(facts([read(START), send]));
    expect(past.rights).toEqual([`read ${MAIL}`]);
    const later = rememberedOf(facts([read(START), send, read(START + 3 * HOUR)]));
    expect(later.rights).toEqual([`read ${MAIL}`, `send ${MAIL}`]);
    // One that got authorization details alone was given no scope.
    const detailed = facts([
      [START, { resource: MAIL }],
      [START + 2 * HOUR, { resource: MAIL }],
    ]);
    expect(rememberedOf(detailed)).toMatchObject({ resources: [MAIL], rights: [] });
    // Facts from before scopes were counted limit none.
    const { rights: _, ...uncounted } = detailed;
    expect(rememberedOf(uncounted).rights).toBeUndefined();
  });

  test('limits no scopes of an agent that was given more than are remembered, a day ago', () => {
    const many = Array.from(
      { length: 60 },
      (_, index) => [START + index, { resource: MAIL, scopeGiven: [`s${index}`] }] as const,
    );
    const later = [START + 2 * DAY, { resource: MAIL, scopeGiven: ['s0'] }] as const;
    expect(rememberedOf(facts([...many, later])).rights).toBeUndefined();
    expect(rememberedOf(facts(many)).rights).toEqual([]);
  });

  test('has no thing that was not used for 28 days', () => {
    const past = rememberedOf(
      facts([
        [START, { resource: BANK }],
        [START + 29 * DAY, { resource: MAIL }],
        [START + 30 * DAY, { resource: MAIL }],
      ]),
    );
    expect(past.resources).toEqual([MAIL]);
  });

  test('has what agents below it got, which is no act of its own', async () => {
    const { agent, log, read, tick, documents } = responsesWorld();
    const [above, below] = [await agent(), await agent()];
    const chain = { sub: below, act: { sub: above } };
    await log.token(above, { resource: MAIL });
    await log.token(below, { resource: BANK, chain: chain as never });
    await read();
    const before = (await documents.collection<AgentFacts>(AGENT_FACTS).get(above))?.document;
    expect(before).toMatchObject({ usedBelow: [{ key: BANK }], resources: [{ key: MAIL }] });
    tick(2 * HOUR);
    await log.token(below, { resource: FILES, chain: chain as never });
    await read();
    const after = (await documents.collection<AgentFacts>(AGENT_FACTS).get(above))?.document as AgentFacts;
    expect([after.lastAt, after.slots, after.days]).toEqual([before?.lastAt, before?.slots, before?.days]);
    await log.token(above, { resource: MAIL });
    await read();
    const now = (await documents.collection<AgentFacts>(AGENT_FACTS).get(above))?.document as AgentFacts;
    expect(rememberedOf(now)).toMatchObject({ resources: [MAIL], usedBelow: [BANK] });
  });
});

test('a replay says what a rule would have refused, or asked a person about, while it would have restricted', async () => {
  const { agent, log, denied, tick, rules, replays } = responsesWorld();
  const id = await agent();
  await log.token(id, { resource: MAIL, subject: 'acc_ada' });
  tick(2 * HOUR);
  await denied(id);
  tick(1);
  await log.token(id, { resource: MAIL, subject: 'acc_ada' });
  await log.token(id, { resource: BANK, subject: 'acc_ada' });
  await log.token(id, { resource: MAIL, subject: 'acc_bob' });
  tick(2 * HOUR);
  await log.token(id, { resource: BANK, subject: 'acc_ada' });
  tick(1);
  const replayed = async (more: object) => {
    const { document } = await rules.create({ ...DENIALS, ...more }, BY);
    return (await replays.replay(document.id, 28, BY)).document.replay;
  };
  expect(await replayed({ hours: 2 })).toMatchObject({ acted: 1, outside: 2, agents: [{ agent: id, outside: 2 }] });
  expect(await replayed({ act: 'approve' })).toMatchObject({ acted: 1, outside: 3 });
  expect(await replayed({ act: 'withhold' })).toMatchObject({ acted: 1, outside: 3 });
  expect((await replayed({ act: 'suspend' }))?.outside).toBeUndefined();
});

describe('an API or person for which the agent only asked for an approval', () => {
  const asked = async () => {
    const made = await acting();
    const { id, log, read, tick } = made;
    const wanted = { resource: 'https://vault.example', subject: 'acc_eve' };
    await log.approval(id, wanted);
    await read();
    tick(DAY);
    return { ...made, wanted };
  };

  test('is not of its past, also a day after', async () => {
    const { id, denied, read, restrictions } = await asked();
    await denied(id);
    await read();
    expect(await restrictions()).toMatchObject([{ resources: [MAIL, FILES, BANK], people: ['acc_ada', 'acc_bob'] }]);
  });

  test('is of its past an hour after its first token, and no earlier', async () => {
    const { id, log, denied, read, tick, documents, wanted } = await asked();
    const past = async () =>
      rememberedOf((await documents.collection<AgentFacts>(AGENT_FACTS).get(id))?.document as AgentFacts);
    await log.token(id, wanted);
    tick(HOUR - 1);
    await denied(id, 1);
    await read();
    expect((await past()).resources).not.toContain(wanted.resource);
    expect((await past()).people).not.toContain(wanted.subject);
    tick(1);
    // A further approval takes nothing away.
    await log.approval(id, wanted);
    await read();
    expect((await past()).resources).toContain(wanted.resource);
    expect((await past()).people).toContain(wanted.subject);
  });

  test('does not lift the limits of many APIs and people, and makes meeting people no habit', () => {
    const ask = (at: number, index: number) => {
      const more = { resource: `https://${index}.example`, subject: `acc_${index}` };
      const event = { type: 'approval.requested', outcome: 'done', caller: 'agt_1', ...more } as never;
      const record = { id: `r${index}`, stream: 's', sequence: index + 1, at: at * 1000, event };
      return agentEventOf(record, undefined, () => '')?.event ?? [];
    };
    const many = Array.from({ length: 900 }, (_, index) => ask(1_800_000_000 + Math.floor(index / 100) * DAY, index));
    const past = rememberedOf(withEvents('agt_1', undefined, many.flat()) as AgentFacts);
    expect(past).toEqual({ resources: [], rights: [], people: [] });
  });

  test('is a person whom it met, as soon as it has the token: that is a habit, too', () => {
    const event = (day: number, type: string, subject: string, index: number) => {
      const more = { type, outcome: 'done', caller: 'agt_1', resource: MAIL, subject } as never;
      const at = 1_800_000_000 + day * DAY;
      const record = { id: `r${index}`, stream: 's', sequence: index + 1, at: at * 1000, event: more };
      return agentEventOf(record, undefined, () => '')?.event ?? [];
    };
    const days = [0, 2, 4, 6];
    type Row = readonly [number, string, string];
    const asked = (subjectOfToken: (day: number) => string): readonly Row[] => [
      ...days.flatMap((day) => [
        [day, 'approval.requested', `acc_${day}`] as const,
        [day, 'token.issued', subjectOfToken(day)] as const,
      ]),
      [10, 'token.issued', 'acc_0'] as const,
    ];
    const pastOf = (all: readonly Row[]) =>
      rememberedOf(
        withEvents(
          'agt_1',
          undefined,
          all.flatMap((one, index) => event(...one, index)),
        ) as AgentFacts,
      );
    expect(pastOf(asked((day) => `acc_${day}`)).hasAllPeople).toBe(true);
    expect(pastOf(asked(() => 'acc_0')).hasAllPeople).toBeUndefined();
  });
});

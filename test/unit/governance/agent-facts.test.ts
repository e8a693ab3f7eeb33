/** What counts about an agent, and which values response rules see. */
import { describe, expect, test } from '@jest/globals';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import { agentEventOf } from '../../../src/domain/governance/responses/agent-events.ts';
import { type AgentEvent, type AgentFacts, withEvents } from '../../../src/domain/governance/responses/agent-facts.ts';
import { FACT_NAMES, type Fact } from '../../../src/domain/governance/responses/fact-names.ts';
import { valuesOf } from '../../../src/domain/governance/responses/fact-values.ts';

const DAY = 86_400;
/** 12:00 UTC. */
const NOON = 20_000 * DAY + DAY / 2;

let sequence = 0;
const event = (at: number, more: Partial<AgentEvent> = {}): AgentEvent => {
  sequence += 1;
  return { id: `s:${sequence}`, stream: 's', sequence, at, counts: 'tokens', used: {}, ...more };
};
const HOME = {
  resources: 'https://api.example',
  networks: 'home',
  people: 'acc_1',
  software: 'kit',
  compositions: 'v1',
  shapes: 'read',
};
const RIGHTS = ['read api'];
/** A token an hour from 9 to 16 UTC of each of the last `days` days before today. */
const habit = (days: number, used: AgentEvent['used'] = HOME): readonly AgentEvent[] =>
  Array.from({ length: days }, (_, back) => days - back).flatMap((ago) =>
    Array.from({ length: 8 }, (_, hour) => event(NOON - ago * DAY + (hour - 3) * 3600, { used, rights: RIGHTS })),
  );
const factsOf = (events: readonly AgentEvent[]): AgentFacts => {
  const facts = withEvents('agt_1', undefined, events);
  if (!facts) throw new Error('no facts');
  return facts;
};
/** All values but zeros. */
const valuesIn = (facts: AgentFacts, since?: number) => {
  const { of } = valuesOf(facts, since);
  return Object.fromEntries(FACT_NAMES.map((fact) => [fact, of(fact)] as const).filter(([, value]) => value !== 0));
};
const values = (events: readonly AgentEvent[], since?: number) => valuesIn(factsOf(events), since);
const ONE_TOKEN = { tokens_hour: 1, rate_times: 0.1, tokens_minute: 1, minute_times: 0.2, burst_times: 0.3 };
/** An event at noon, as usual but for this. */
const at = (used: AgentEvent['used'], more: Partial<AgentEvent> = {}) =>
  event(NOON, { used: { ...HOME, ...used }, ...more });
const times = (count: number, make: (index: number) => AgentEvent) =>
  Array.from({ length: count }, (_, at) => make(at));

describe('values of an agent', () => {
  test('an agent that keeps its habits has none beside its tokens', () => {
    expect(values([...habit(20), event(NOON, { used: HOME })])).toEqual(ONE_TOKEN);
  });

  test.each<readonly [string, Fact, number, (index: number) => AgentEvent, number]>([
    ['a burst of tokens', 'rate_times', 4, (at) => event(NOON + at, { used: HOME }), 40],
    ['denials', 'denials_10_minutes', 12, (at) => event(NOON + at, { counts: 'denials' }), 12],
    ['new APIs', 'new_resources_hour', 3, (at) => event(NOON, { used: { ...HOME, resources: `r${at}` } }), 3],
    ['a new network', 'new_networks_hour', 1, () => event(NOON, { used: { ...HOME, networks: 'abroad' } }), 5],
    ['a new program', 'new_software_hour', 1, () => event(NOON, { used: { ...HOME, software: 'script' } }), 5],
    ['a new composition', 'new_compositions_hour', 1, () => event(NOON, { used: { ...HOME, compositions: 'x' } }), 2],
    ['new scopes', 'new_rights_hour', 2, () => event(NOON, { used: HOME, rights: ['pay api', 'read api', 'b'] }), 3],
    ['many approvals', 'approvals_times', 3, (at) => event(NOON + at * 60, { counts: 'approvals', used: HOME }), 6],
    ['new people', 'new_people_hour', 30, (at) => event(NOON, { used: { people: `acc_p${at}` } }), 30],
    ['a new chain', 'new_chains_hour', 1, () => event(NOON, { used: { chains: 'x' } }), 2],
    ['approvals at night', 'odd_approvals_hour', 3, () => event(NOON + 13 * 3600, { counts: 'approvals' }), 3],
    ['of these, a row', 'odd_approvals_minute', 2, (at) => event(NOON + 46_800 + at * 30, { counts: 'approvals' }), 3],
    ['tokens at night', 'odd_tokens_hour', 3, () => event(NOON + 13 * 3600, { used: HOME }), 3],
    ['tokens in a minute', 'minute_times', 4, (at) => event(NOON + at, { used: HOME }), 20],
    [
      'new people in a minute',
      'new_people_minute',
      6,
      (at) => event(NOON + at * 10, { used: { people: `p${at}` } }),
      9,
    ],
    ['more people than usual', 'new_people_times', 9, (at) => event(NOON + at * 10, { used: { people: `p${at}` } }), 9],
    ['a longer chain', 'chain_growth_hour', 2, () => event(NOON, { depth: 3, used: { chains: 'x' } }), 1],
  ])('%s: %s', (_, fact, value, make, count) => {
    expect(values([...habit(20), ...times(count, make)])[fact]).toBe(value);
    // An agent without habits has nothing that is new or odd; what it is refused counts at once.
    const young = values([event(NOON - 6 * DAY, { used: HOME }), ...times(count, make)])[fact];
    expect(young).toBe(fact === 'denials_10_minutes' ? value : undefined);
  });

  test('a form of request is new where its API and scopes are not, and have been used for a week', () => {
    const other = { ...HOME, shapes: 'other' };
    expect(values([...habit(20), event(NOON, { used: other, rights: RIGHTS })])).toEqual({
      ...ONE_TOKEN,
      ...{ reach_times: 0.3, new_shapes_hour: 1, oddness_hour: 1 },
    });
    const withScope = () => event(NOON, { used: other, rights: ['pay api'] });
    expect(values([...habit(20), withScope()])).not.toHaveProperty('new_shapes_hour');
    const ofNewApi = (then: number, shapes: string) => event(then, { used: { ...HOME, resources: 'r', shapes } });
    expect(values([...habit(20), ofNewApi(NOON, 'first'), ofNewApi(NOON + 2 * DAY, 'second')])).not.toHaveProperty(
      'new_shapes_hour',
    );
  });

  test('a first person after a fortnight without any: not of an agent that meets people', () => {
    const ada = () => at({ people: 'acc_ada' });
    expect(values([...habit(20), ada()])).toMatchObject({ first_people_hour: 1, oddness_hour: 1 });
    const met = () => event(NOON - 10 * DAY, { used: { ...HOME, people: 'acc_bob' } });
    expect(values([...habit(20), met(), ada()])).not.toHaveProperty('first_people_hour');
    // Nor of one that worked on few days.
    expect(values([...habit(20).filter(({ at: then }) => then < NOON - 12 * DAY), ada()])).not.toHaveProperty(
      'first_people_hour',
    );
  });

  test('an approval that a person gave three times as fast as any in 28 days, of five days at least', () => {
    const approvedIn = (then: number, seconds: number) => event(then, { counts: 'approved', seconds });
    const before = (days: number) => times(days, (index) => approvedIn(NOON - (index + 1) * DAY, 90 + index));
    const after = (days: number, seconds: number) =>
      values([...habit(20), ...before(days), event(NOON, { used: HOME }), approvedIn(NOON + 1, seconds)]);
    expect(after(5, 29)).toMatchObject({ quick_approvals_hour: 1, oddness_hour: 1 });
    expect(after(5, 30)).not.toHaveProperty('quick_approvals_hour');
    expect(after(4, 1)).not.toHaveProperty('quick_approvals_hour');
  });

  test('tokens within seconds, and scopes within ten minutes, as multiples of the most before', () => {
    const burst = () => times(6, (index) => event(NOON + index, { used: HOME, rights: RIGHTS }));
    expect(values([...habit(20), ...burst()])).toMatchObject({ burst_times: 2 });
    const many = Array.from({ length: 30 }, (_, index) => `scope-${index} api`);
    const wide = (then: number) =>
      times(3, (index) => event(then + index * 60, { used: HOME, rights: many.slice(index * 10, index * 10 + 10) }));
    expect(values([...habit(20), ...wide(NOON)])).toMatchObject({ reach_times: 10 });
    // The next day, the same is no more than ever.
    expect(values([...habit(20), ...wide(NOON), ...wide(NOON + DAY)])).toMatchObject({ reach_times: 1 });
  });

  test('programs are new from a week after the first one was recorded: an agent may be older than that', () => {
    const { software: _, ...before } = HOME;
    const old = [...habit(20, before), event(NOON, { used: HOME })];
    expect(values(old)).toEqual(ONE_TOKEN);
    expect(values([...old, event(NOON + 60, { used: { ...HOME, software: 'script' } })])['new_software_hour']).toBe(
      undefined,
    );
  });

  test('a person who denies: as many approvals as were denied within the hour, also of an agent without habits', () => {
    const denials = times(3, (at) => event(NOON + at * 1000, { counts: 'answers' }));
    expect(values(denials)).toEqual({ denied_approvals_hour: 3, oddness_hour: 1 });
    const next = event(NOON + 4000, { counts: 'answers' });
    expect(values([...denials, next])).toMatchObject({ denied_approvals_hour: 3 });
    // An answer is no act of the agent: after it, the agent has not begun again, and that hour of the day stays one in which it is idle.
    const answered = [...habit(20), event(NOON + 10 * DAY + 46_800, { counts: 'answers' })];
    expect(values(answered)).not.toHaveProperty('idle_days');
    expect(values([...answered, event(NOON + 11 * DAY + 46_800, { used: HOME })])).toMatchObject({
      odd_tokens_hour: 1,
    });
  });

  test.each(['answers', 'approved'] as const)(
    '%s: a person who answers after the full hour makes no act odd',
    (counts) => {
      // The last hour in which it works begins at 16:00.
      const late = NOON + 5 * 3600 - 300;
      const asked = [...habit(20), event(late, { used: HOME }), event(late + 1, { counts: 'approvals', used: HOME })];
      const answered = [...asked, event(late + 900, { counts })];
      expect(values(answered)).toMatchObject({ tokens_hour: 1 });
      for (const fact of ['odd_tokens_hour', 'odd_approvals_hour', 'odd_approvals_minute'])
        expect(values(answered)).not.toHaveProperty(fact);
      // What it does itself then is odd, also once a person has answered.
      const itself = [
        ...answered,
        event(late + 901, { counts: 'approvals', used: HOME }),
        event(late + 902, { counts }),
      ];
      expect(values(itself)).toMatchObject({ odd_approvals_hour: 2, odd_approvals_minute: 1 });
    },
  );

  test('networks of people who approve are not new where there are more than are remembered, for a day', () => {
    const approved = (at: number, approvers: string) => event(at, { counts: 'approved', used: { approvers } });
    const many = (count: number, at: number) => times(count, (one) => approved(at + one, `known ${one}`));
    const after = (weekAgo: number, today: number) => {
      const before = [...habit(20), ...many(weekAgo, NOON - 8 * DAY), ...many(today, NOON - 7200)];
      return values([...before, event(NOON, { used: HOME }), approved(NOON + 1, 'hotel')]);
    };
    expect(after(14, 0)).toMatchObject({ new_approver_networks_hour: 1 });
    expect(after(20, 0)).not.toHaveProperty('new_approver_networks_hour');
    // Who fills the list today hides nothing.
    expect(after(1, 20)).toMatchObject({ new_approver_networks_hour: 1 });
  });

  test('a person who approves from a new network: from a week after the first approval, and no act of the agent', () => {
    const approved = (at: number, approvers: string) => event(at, { counts: 'approved', used: { approvers } });
    const known = [...habit(20), approved(NOON - 8 * DAY, 'home'), event(NOON, { used: HOME })];
    expect(values([...known, approved(NOON + 1, 'home')])).not.toHaveProperty('new_approver_networks_hour');
    const elsewhere = [approved(NOON + 1, 'hotel'), approved(NOON + 2, 'train')];
    expect(values([...known, ...elsewhere])).toEqual({ ...ONE_TOKEN, new_approver_networks_hour: 2 });
    expect(values([...habit(20), event(NOON, { used: HOME }), ...elsewhere])).toEqual(ONE_TOKEN);
    const night = [...known, approved(NOON + 10 * DAY + 46_800, 'home')];
    expect(values(night)).not.toHaveProperty('idle_days');
    expect(values([...night, event(NOON + 11 * DAY + 46_800, { used: HOME })])).toMatchObject({ odd_tokens_hour: 1 });
  });

  test.each<readonly [string, number | undefined, () => readonly AgentEvent[]]>([
    ['nothing new', undefined, () => [at({})]],
    ['three APIs', 1, () => [at({ resources: 'a' }), at({ resources: 'b' }), at({ resources: 'c' })]],
    ['a scope and its API', 1, () => [at({ resources: 'a' }, { rights: ['pay a'] })]],
    ['a network of others', 1, () => [at({ networks: 'other' }, { isShared: true })]],
    ['a network that no other agent uses', 2, () => [at({ networks: 'abroad' })]],
    ['such a network and a program', 3, () => [at({ networks: 'abroad', software: 'script' })]],
    ['a program, an API and a composition', 3, () => [at({ software: 's', resources: 'a', compositions: 'v2' })]],
    ['a chain at night', 2, () => [event(NOON + 46_800, { used: { ...HOME, chains: 'x' } })]],
    ['more people', 1, () => times(3, (index) => at({ people: `acc_n${index}` }))],
    ['faster than ever', 1, () => times(7, () => at({}))],
    ['refusals', 1, () => times(3, (index) => event(NOON, { counts: 'denials', used: { refused: `${index}` } }))],
    ['denials by people', 1, () => times(2, () => event(NOON, { counts: 'answers' }))],
    ['a pause', 1, () => [event(NOON + 9 * DAY, { used: HOME, rights: RIGHTS })]],
  ])('oddness counts each way once: %s', (_, oddness, make) => {
    expect(values([...habit(20), ...make()])['oddness_hour']).toBe(oddness);
  });

  test('the slope of a budget: what its tokens took within an hour, against its most in any hour', () => {
    const spending = (events: readonly AgentEvent[], share: number) =>
      events.map((one) => ({ ...one, spent: { bud_1: share } }));
    const burst = () =>
      spending(
        times(3, (at) => event(NOON + at, { used: HOME })),
        40_000,
      );
    expect(values([...spending(habit(20), 20_000), ...burst()])).toMatchObject({
      ...{ budget_percent_hour: 12, budget_times: 6 },
    });
    // A budget that is new to the agent has no slope, nor does an agent that is new; less than a hundredth is as nothing.
    expect(values([...habit(20), ...burst()])).not.toHaveProperty('budget_times');
    const ofWeek = spending([event(NOON - 6 * DAY, { used: HOME })], 20_000);
    expect(values([...ofWeek, ...burst()])).toMatchObject({ budget_percent_hour: 12 });
    expect(values([...ofWeek, ...burst()])).not.toHaveProperty('budget_times');
    expect(values([...spending(habit(20), 1), ...burst()])).toMatchObject({ budget_times: 12 });
    // What it took before an operator lifted a suspension, and more than an hour ago, is over.
    expect(values([...spending(habit(20), 20_000), ...burst()], NOON + 300)).not.toHaveProperty('budget_percent_hour');
    const later = () => event(NOON + 3900, { used: HOME });
    expect(values([...spending(habit(20), 20_000), ...burst(), later()])).not.toHaveProperty('budget_percent_hour');
  });

  test('shares of different budgets are not added: the one of which it took most within the hour counts', () => {
    const of = (budget: string, share: number) => (at: number) =>
      event(NOON + at * 400, { spent: { [budget]: share } });
    const all = [
      ...times(3, of('bud_1', 30_000)),
      ...times(3, of('bud_2', 40_000)),
      event(NOON, { spent: { bud_3: 1 } }),
    ];
    expect(values(all)).toMatchObject({ budget_percent_hour: 12 });
    const both = { spent: { bud_1: 30_000, bud_2: 40_000 } };
    expect(values([...all, event(NOON + 900, both)])).toMatchObject({ budget_percent_hour: 16 });
  });

  test('keeps ten budgets of five minutes, those of which it took most', () => {
    const many = times(12, (at) => event(NOON, { spent: { [`bud_${at}`]: 1000 * (at + 1) } }));
    const [slot] = factsOf(many).slots;
    expect(Object.keys(slot?.spent ?? {})).toHaveLength(10);
    expect(slot?.spent).toMatchObject({ bud_11: 12_000, bud_2: 3000 });
  });

  test('approvals in its usual hours, and what it used before, are nothing new', () => {
    const usual = values([...habit(20), event(NOON, { counts: 'approvals', used: HOME })]);
    expect(usual).toEqual({ approvals_times: 0.5 });
  });

  test('idle for weeks, then at work again: the days it did nothing, and what it used then is new', () => {
    const woken = values([...habit(20).map((one) => ({ ...one, at: one.at - 40 * DAY })), event(NOON, { used: HOME })]);
    expect(woken).toMatchObject({ idle_days: 40, new_resources_hour: 1, new_networks_hour: 1 });
  });

  test('different things that it was refused; the same one again is one', () => {
    const refused = (key: string) => event(NOON, { counts: 'denials', used: { refused: key } });
    const usual = habit(20);
    expect(values([...usual, ...times(9, () => refused('a'))])).toMatchObject({ refused_kinds_10_minutes: 1 });
    expect(values([...usual, ...times(9, (at) => refused(`r${at}`))])).toMatchObject({ refused_kinds_10_minutes: 9 });
    const earlier = times(9, (at) => refused(`r${at}`));
    expect(values([...usual, ...earlier, event(NOON + 700, { used: HOME })])).toEqual(ONE_TOKEN);
  });

  test('what it was refused earlier leaves room for what it is refused now', () => {
    const refused = (at: number, key: string) => event(at, { counts: 'denials', used: { refused: key } });
    const earlier = times(40, (at) => refused(NOON - 5 * DAY + at, `earlier ${at}`));
    const now = times(6, (at) => refused(NOON + at, `r${at}`));
    expect(values([...earlier, ...now])).toMatchObject({ refused_kinds_10_minutes: 6 });
  });

  test('a move is one change of network; a key in two places changes again and again', () => {
    const from = (at: number, networks: string) => event(NOON + at, { used: { ...HOME, networks } });
    const returns = (...networks: string[]) =>
      values([...habit(20), ...networks.map((one, index) => from(index * 60, one))])['network_returns_hour'];
    expect(returns('abroad', 'abroad', 'abroad')).toBe(1);
    expect(returns('abroad', 'home', 'abroad')).toBe(3);
    // Between two networks that are both usual, or both new, nothing changes.
    const both = [...habit(20), ...habit(18, { ...HOME, networks: 'second' })].sort((a, b) => a.at - b.at);
    const renumbered = [...both, from(0, 'home'), from(60, 'second'), from(120, 'home')].map((one, index) => ({
      ...one,
      sequence: sequence + index + 1,
    }));
    expect(values(renumbered)['network_returns_hour']).toBeUndefined();
    expect(returns('abroad', 'other', 'abroad')).toBe(1);
  });

  test('a network that other agents use is new, and not foreign', () => {
    const from = (isShared: boolean) => event(NOON, { isShared, used: { ...HOME, networks: 'abroad' } });
    const usual = habit(20);
    expect(values([...usual, from(true)])).toMatchObject({ new_networks_hour: 1 });
    expect(values([...usual, from(true)])['foreign_networks_hour']).toBeUndefined();
    expect(values([...usual, from(false)])).toMatchObject({ new_networks_hour: 1, foreign_networks_hour: 1 });
  });

  test('an agent that always meets new people meets no more than usual', () => {
    const person = (number: number) => ({ ...HOME, people: `acc_${number}` });
    const open = habit(12).map((one, index) => ({ ...one, used: person(index) }));
    const more = times(9, (at) => event(NOON + at * 10, { used: person(1000 + at) }));
    expect(values([...open, ...more])).toMatchObject({ new_people_times: 1 });
  });

  describe('an agent that acts for more people than its list has', () => {
    const acting = (at: number, person: string) => event(at, { used: { ...HOME, people: person } });
    /** A token a day for each of these people, one after the other, for 20 days. */
    const regular = (people: number) =>
      times(20 * people, (at) =>
        acting(NOON - 20 * DAY + Math.floor(at / people) * DAY + (at % people), `p${at % people}`),
      );

    const valuesWith = (...more: readonly (() => readonly AgentEvent[])[]) => {
      const usual = regular(200);
      return values([...usual, ...more.flatMap((make) => make())]);
    };

    test('has new people, each once', () => {
      const met = valuesWith(() => times(9, (at) => acting(NOON + at * 5, `stranger ${at}`)));
      expect(met).toMatchObject({ new_people_minute: 9, new_people_hour: 9 });
      expect(met['new_people_times']).toBeGreaterThan(3);
      const two = valuesWith(() => times(9, (at) => acting(NOON + at * 5, `stranger ${at % 2}`)));
      expect(two).toMatchObject({ new_people_minute: 2, new_people_hour: 2 });
    });

    test('does not meet them again on the next day, nor after weeks', () => {
      const again = (at: number) => valuesWith(() => times(200, (person) => acting(at + person, `p${person}`)));
      expect(again(NOON)).toMatchObject({ tokens_hour: 200 });
      expect(again(NOON)['new_people_hour']).toBeUndefined();
      expect(again(NOON + 13 * DAY)['new_people_hour']).toBeUndefined();
    });

    test('has no new people from the day on after it had met more than can be remembered', () => {
      const flood = () => times(700, (at) => acting(NOON + at, `stranger ${at}`));
      expect(valuesWith(flood)['new_people_hour']).toBe(700);
      const next = valuesWith(flood, () => times(9, (at) => acting(NOON + 2 * DAY + at, `other ${at}`)));
      expect(next).toMatchObject({ tokens_minute: 9 });
      expect([next['new_people_hour'], next['new_people_minute'], next['new_people_times']]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    });
  });

  test('facts from before minutes, depths and people of a day were counted say nothing about them', () => {
    const before = factsOf(habit(20));
    const old = {
      ...before,
      ...{ refused: undefined, ticks: undefined, switches: undefined, lastNetwork: undefined },
      days: before.days.map(({ day, peak, hours }) => ({ day, peak, hours })),
    };
    const events = times(40, (at) => event(NOON + at, { depth: 3, used: { ...HOME, people: `p${at}`, chains: 'x' } }));
    const facts = withEvents('agt_1', JSON.parse(JSON.stringify(old)) as AgentFacts, events);
    const found = facts && valuesIn(facts);
    expect(found).toMatchObject({ rate_times: 4, tokens_minute: 40 });
    for (const fact of ['minute_times', 'chain_growth_hour', 'new_people_times'])
      expect(found).not.toHaveProperty(fact);
  });

  test('what is older than its window counts no more', () => {
    const usual = habit(20);
    const burst = times(40, (at) => event(NOON + at, { used: { ...HOME, networks: 'abroad' } }));
    const denials = times(12, () => event(NOON, { counts: 'denials' }));
    const later = event(NOON + 3700, { used: HOME });
    expect(values([...usual, ...burst, ...denials, later])).toEqual(ONE_TOKEN);
  });

  test('only what came after a lifted suspension counts', () => {
    const events = [...habit(20), ...times(12, () => event(NOON, { counts: 'denials', used: { networks: 'abroad' } }))];
    expect(values(events, NOON + 1)).toEqual({});
    expect(values([...events, event(NOON + 600, { counts: 'denials' })], NOON + 1)).toEqual({ denials_10_minutes: 1 });
  });
});

describe('facts', () => {
  test('a record that is read again counts once', () => {
    const events = [...habit(3), ...times(5, () => event(NOON, { counts: 'denials' }))];
    const once = factsOf(events);
    expect(withEvents('agt_1', once, events)).toBe(once);
    expect(withEvents('agt_1', factsOf(events.slice(0, 9)), events)).toEqual(once);
  });

  test('have a bounded size for any agent', () => {
    const wild = times(3000, (at) =>
      event(NOON + at * 977, {
        ...{ stream: `s${at % 200}`, counts: (['tokens', 'denials', 'approvals'] as const)[at % 3] ?? 'tokens' },
        used: {
          ...{ resources: `https://api-${at}.example`, networks: `n${at}`, people: `acc_${at}`, chains: `c${at}` },
          refused: `r${at}`,
        },
      }),
    );
    const facts = factsOf(wild);
    expect(facts).toMatchObject({ resources: { length: 64 }, networks: { length: 32 }, people: { length: 128 } });
    expect([facts.chains.length, facts.counted.length, facts.evidence.length]).toEqual([32, 64, 10]);
    expect([facts.refused?.length, facts.switches?.length]).toEqual([32, 0]);
    expect(facts.ticks?.length).toBeLessThanOrEqual(13);
    expect(facts.slots.length).toBeLessThanOrEqual(13);
    expect(facts.days.length).toBeLessThanOrEqual(28);
    expect(facts.morePeople?.length).toBe(2);
    expect(Math.max(...(facts.morePeople ?? []).map(({ digests }) => digests.length))).toBe(2048);
    expect(JSON.stringify(facts).length).toBeLessThan(35_000);
  });

  test('forget what was not used for 28 days, also of an agent that uses nothing new', () => {
    const old = { ...HOME, people: 'acc_old', networks: 'abroad', chains: 'old' };
    const daily = (days: number, used: AgentEvent['used']) => times(days, (day) => event(NOON + day * DAY, { used }));
    const keys = (facts: AgentFacts) =>
      [facts.people, facts.networks, facts.chains, facts.refused ?? []].map((all) => all.map(({ key }) => key));
    const begun = [event(NOON, { used: old }), event(NOON, { counts: 'denials', used: { refused: 'kind' } })];
    expect(keys(factsOf([...begun, ...daily(28, HOME)]))).toEqual([
      ['acc_old', 'acc_1'],
      ['abroad', 'home'],
      ['old'],
      ['kind'],
    ]);
    expect(keys(factsOf([...begun, ...daily(29, HOME)]))).toEqual([['acc_1'], ['home'], [], []]);
    // It acts for itself only.
    const own = { resources: HOME.resources };
    expect(keys(factsOf([...begun, ...daily(2, HOME), ...daily(40, own)]))).toEqual([[], [], [], []]);
  });

  test('forget people that were met beyond the list after two fortnights, also when no other one comes', () => {
    const met = times(140, (at) => event(NOON, { used: { people: `acc_${at}` } }));
    const later = times(30, (day) => event(NOON + day * DAY, { used: { resources: HOME.resources } }));
    expect(factsOf(met)).toMatchObject({ people: { length: 128 }, morePeople: [{ since: NOON }] });
    expect(factsOf([...met, ...later])).toMatchObject({ people: [], morePeople: [] });
  });

  test('many new networks do not push out the usual ones', () => {
    const usual = habit(20);
    const many = times(200, (at) => event(NOON, { used: { ...HOME, networks: `n${at}` } }));
    const facts = factsOf([...usual, ...many]);
    expect(facts.networks[0]).toMatchObject({ key: 'home' });
    expect(valuesOf(facts).of('new_networks_hour')).toBe(31);
  });
});

describe('which events count', () => {
  const counted = (more: Partial<AuditEvent>) =>
    agentEventOf(
      {
        ...{ id: 's:1', stream: 's', sequence: 1, at: NOON * 1000 },
        event: { type: 'token.issued', outcome: 'granted', caller: 'agt_1', ...more } as AuditEvent,
      },
      '192.0.2.7',
      (agent, network) => `${agent} ${network}`,
    );
  const refused = (layer: string) =>
    ({ type: 'token.refused', outcome: 'refused', denial: { id: 'dny_1', layer, reason: 'x' } }) as Partial<AuditEvent>;

  const link = { iss: 'https://as.example', sub_profile: 'ai_agent' } as const;
  const CHAIN = { ...link, sub: 'agt_1', act: { ...link, sub: 'agt_2' } };

  test('tokens of an agent, with what it used and a digest of its network', () => {
    expect(counted({ resource: 'https://api.example', subject: 'acc_1' })).toEqual({
      agent: 'agt_1',
      event: {
        ...{ id: 's:1', stream: 's', sequence: 1, at: NOON, counts: 'tokens', network: '192.0.2.0/24' },
        used: {
          resources: 'https://api.example',
          people: 'acc_1',
          networks: 'agt_1 192.0.2.0/24',
          shapes: expect.any(String),
        },
      },
    });
  });

  test('an approval that a person gave to what the agent asked for, with that person and their network', () => {
    const given = (more: Partial<AuditEvent>, source?: string) =>
      agentEventOf(
        {
          ...{ id: 's:1', stream: 's', sequence: 1, at: NOON * 1000 },
          event: { type: 'approval.approved', outcome: 'done', caller: 'acc_ada', agent: 'agt_1', ...more },
        },
        source,
        (account, network) => `${account} ${network}`,
      );
    const inputs = { channel: 'backchannel' };
    const noted = given({ inputs }, '192.0.2.7');
    expect([noted?.agent, noted?.event.counts]).toEqual(['agt_1', 'approved']);
    // It is no network of the agent.
    expect([noted?.event.used, noted?.event.network]).toEqual([{ approvers: 'acc_ada 192.0.2.0/24' }, undefined]);
    expect(given({ inputs })?.event.used).toEqual({});
    for (const other of [{}, { inputs: { channel: 'access_request' } }, { inputs, agent: 'app_1' }])
      expect(given(other, '192.0.2.7')).toBeUndefined();
  });

  test('each scope with its API, at most 16 and a sign that there were more, long ones by digest; the composition', () => {
    const resource = 'https://api.example';
    const scopeGiven = ['read', 'x'.repeat(100), ...Array.from({ length: 20 }, (_, at) => `s${at}`)];
    const rights = counted({ resource, scopeGiven })?.event.rights ?? [];
    expect(rights.slice(0, 3)).toEqual([`read ${resource}`, expect.stringMatching(/^[\w-]{16}$/), `s0 ${resource}`]);
    expect([rights.length, rights.at(-1)]).toEqual([17, `* ${resource}`]);
    expect(counted({ resource, scopeGiven: scopeGiven.slice(0, 16) })?.event.rights).not.toContain(`* ${resource}`);
    expect(counted({ scopeGiven })?.event.rights).toBeUndefined();
    const compositions = (composition: unknown) => counted({ inputs: { composition } })?.event.used.compositions;
    expect(compositions({ digest: `sha256:${'ab'.repeat(32)}`, grade: 'declared' })).toBe(`sha256:${'ab'.repeat(8)}`);
    for (const none of [undefined, null, 'sha256:ab', {}, { digest: 7 }]) expect(compositions(none)).toBeUndefined();
  });

  test('a denial by a person counts for the agent that asked, and not where a resource server asked', () => {
    const denied = (channel: string | undefined, agent: string | undefined = 'agt_1') =>
      counted({
        type: 'approval.denied',
        outcome: 'done',
        caller: 'acc_1',
        ...(agent ? { agent } : {}),
        inputs: { channel },
      });
    for (const channel of ['token_exchange', 'backchannel'])
      expect(denied(channel)).toMatchObject({ agent: 'agt_1', event: { counts: 'answers', used: {} } });
    for (const channel of ['access_request', undefined]) expect(denied(channel)).toBeUndefined();
    expect(denied('backchannel', 'cli_1')).toBeUndefined();
  });

  test('the program that asked for a token; none where the event names none, or no short text', () => {
    const softwareIn = (more: Partial<AuditEvent>) => counted(more)?.event.used.software;
    expect(softwareIn({ inputs: { software: 'Zm9vYmFyYmF6cXV4' } })).toBe('Zm9vYmFyYmF6cXV4');
    for (const software of [undefined, 7, 'x'.repeat(33)]) expect(softwareIn({ inputs: { software } })).toBeUndefined();
    expect(softwareIn({ type: 'approval.requested', outcome: 'done', inputs: { software: 'kit' } })).toBeUndefined();
  });

  test.each(['client', 'agent', 'blueprint', 'environment', 'policy', 'external', 'resource_server', 'response'])(
    'a refusal by %s counts',
    (layer) => {
      expect(counted(refused(layer))).toMatchObject({
        event: { counts: 'denials', used: { refused: expect.any(String) } },
      });
    },
  );

  test('a target that was not granted counts where the agent asks for itself', () => {
    const denial = { id: 'dny_1', layer: 'resource_server', reason: 'target_not_granted' } as const;
    expect(counted({ ...refused('resource_server'), denial, grantType: 'client_credentials' })?.event.counts).toBe(
      'denials',
    );
    for (const grantType of ['refresh_token', 'authorization_code', undefined])
      expect(counted({ ...refused('resource_server'), denial, ...(grantType ? { grantType } : {}) })).toBeUndefined();
  });

  test('a refusal is known by its API and scopes, in any order, and says nothing about networks', () => {
    const asked = (scopeAsked: string[], resource = 'https://api.example') =>
      counted({ ...refused('policy'), resource, scopeAsked })?.event;
    expect(asked(['a', 'b'])).toEqual(asked(['b', 'a']));
    expect(asked(['a'])?.used.refused).not.toBe(asked(['b'])?.used.refused);
    expect(asked(['a'])?.used.refused).not.toBe(asked(['a'], 'https://other.example')?.used.refused);
    expect(asked(['a'])?.network).toBeUndefined();
  });

  test('a token takes a share of each budget that counted it; one that is refused, or of another caller, takes none', () => {
    const spent = [
      { budget: 'bud_1', millionths: 500.125 },
      { budget: 'bud_2', millionths: 90_000 },
    ];
    expect(counted({ inputs: { spent } })?.event.spent).toEqual({ bud_1: 500.125, bud_2: 90_000 });
    expect(counted({ ...refused('policy'), inputs: { spent } })?.event).not.toHaveProperty('spent');
    // A sub-agent: the agent is in its chain, and its budgets count, but the agent itself asked for nothing.
    expect(counted({ caller: 'agt_2', chain: { ...CHAIN, sub: 'agt_2' }, inputs: { spent } })?.agent).toBe('agt_2');
    expect(counted({ caller: 'app_1', agent: 'agt_1', inputs: { spent } })).toBeUndefined();
    expect(counted({ type: 'approval.requested', outcome: 'done', inputs: { spent } })?.event).not.toHaveProperty(
      'spent',
    );
    for (const wrong of ['5', [{ budget: 'bud_1' }], [{ millionths: -5 }], {}])
      expect(counted({ inputs: { spent: wrong } })?.event).not.toHaveProperty('spent');
  });

  test('a chain has as many agents as act in it', () => {
    expect(counted({ chain: CHAIN })?.event.depth).toBe(2);
    expect(counted({ chain: { ...link, sub: 'agt_1' } })?.event.depth).toBeUndefined();
  });

  test.each<readonly [string, Partial<AuditEvent>]>([
    ['tokens of a client', { caller: 'app_1' }],
    ['tokens of another caller in whose chain the agent is', { caller: 'app_1', agent: 'agt_1' }],
    ['events without a caller', { caller: undefined as never }],
    ['a code that a stranger sent to the agent', refused('grant')],
    ['a token that a stranger sent to the agent', refused('subject_token')],
    ['a person without consent', refused('delegation')],
    ['a malformed request', refused('request')],
    ['load', refused('limits')],
    ['a person who denied', refused('subject')],
    ['a narrowing that refuses a person whose token a stranger sent', { ...refused('response'), subject: 'acc_2' }],
    ['a narrowing of another agent of the chain', { ...refused('response'), chain: CHAIN }],
    ['a policy that forbids the person whose token a stranger sent', { ...refused('policy'), subject: 'acc_1' }],
    ['a decision point that denies that person', { ...refused('external'), subject: 'acc_1' }],
    ['rights of another agent that called it', { ...refused('agent'), subject: 'acc_1', chain: CHAIN }],
    ['ceilings of another agent that called it', { ...refused('blueprint'), subject: 'acc_1', chain: CHAIN }],
    ['the rights of the app of a stranger who sent its token', { ...refused('client'), subject: 'app_2' }],
    ['the rights of an agent that sent a token of its own', { ...refused('agent'), subject: 'agt_2' }],
    ['the environment of an agent that sent a token of its own', { ...refused('environment'), subject: 'agt_2' }],
    ['a refusal without a decision', { type: 'token.refused', outcome: 'refused' }],
    ['what a resource server reports', { type: 'report.stated', outcome: 'done', caller: 'rs_1', agent: 'agt_1' }],
    ['an approval that a resource server asked for', { type: 'approval.requested', outcome: 'done', caller: 'rs_1' }],
    ['an approval that was never stored', { type: 'approval.requested', outcome: 'refused' }],
    ['authentications that failed', { type: 'client.authentication_refused', outcome: 'refused' }],
  ])('nothing counts of %s', (_, more) => {
    expect(counted(more)).toBeUndefined();
  });
});

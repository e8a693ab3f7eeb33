/** Active rules act on agents once, over crashes and processes, and stop at the brake; operators lift what they did. */
import { describe, expect, test } from '@jest/globals';
import { AGENTS, type Agent } from '../../../src/domain/clients/agents/agent.ts';
import { AGENT_FACTS, type AgentFacts } from '../../../src/domain/governance/responses/agent-facts.ts';
import { braked, RESPONSES, type Response } from '../../../src/domain/governance/responses/response.ts';
import { type DocumentStore, StoreUnavailable, update } from '../../../src/domain/ports/document-store.ts';
import { storedBody } from '../../../src/domain/ports/store-rules.ts';
import { BY, refusalOf } from '../registries/registry-world.ts';
import { OPERATOR, OWNER, responsesWorld } from './responses-world.ts';

const DENIALS = { name: 'Denials', when: [{ fact: 'denials_10_minutes', atLeast: 5 }], act: 'suspend' } as const;
const DIRECTORY = { caller: 'dir_1' };

/** What a store throws for a document that it cannot read. */
const unreadable = (): Error => {
  const rules = { name: AGENT_FACTS.name, members: [], isAbsentWhenUnreadable: false };
  try {
    storedBody(rules as never, '{', 'agt_1', undefined);
  } catch (error) {
    return error as Error;
  }
  throw new Error('it can be read');
};

/** A store in which reading the facts of one agent fails, while `failure` has an error. */
const failingFor = (documents: DocumentStore, agent: string, failure: { now: Error | undefined }): DocumentStore => ({
  ...documents,
  collection(declaration) {
    const collection = documents.collection<never>(declaration);
    return {
      ...collection,
      async get(id: string) {
        if (declaration.name === AGENT_FACTS.name && id === agent && failure.now) throw failure.now;
        return collection.get(id);
      },
    } as never;
  },
});

describe('an agent whose facts cannot be read', () => {
  const broken = async () => {
    const made = responsesWorld();
    await made.activated(DENIALS);
    const [odd, other] = [await made.agent(), await made.agent()];
    const failure: { now: Error | undefined } = { now: unreadable() };
    const worker = made.workerOn(failingFor(made.documents, odd, failure));
    await made.denied(odd);
    await made.denied(other);
    const noteAll = async () => {
      for (const { document } of await made.log.records.find({ limit: 1000 })) worker.note(document);
    };
    return { ...made, odd, other, failure, worker, noteAll };
  };

  test('holds up no other agent, is logged once, and is examined again once they can be read', async () => {
    const { odd, other, failure, worker, noteAll, stateOf, failed, responses, documents } = await broken();
    await noteAll();
    await worker.evaluate();
    expect([await stateOf(odd), await stateOf(other)]).toEqual(['active', 'suspended']);
    expect(failed).toEqual([[odd, expect.stringContaining('is damaged')]]);
    await worker.store();
    await worker.store();
    expect(failed).toHaveLength(1);
    expect(await documents.collection<AgentFacts>(AGENT_FACTS).get(other)).toBeDefined();
    failure.now = undefined;
    await worker.store();
    expect([await stateOf(odd), (await responses()).length]).toEqual(['suspended', 2]);
    expect((await documents.collection<AgentFacts>(AGENT_FACTS).get(odd))?.document.slots).toMatchObject([
      { denials: 5 },
    ]);
  });

  test('is another case than a store that fails, which stops all of them until it answers', async () => {
    const { failure, worker, noteAll, failed, responses } = await broken();
    failure.now = new StoreUnavailable('gone');
    await noteAll();
    await expect(worker.evaluate()).rejects.toThrow('gone');
    expect([failed, await responses()]).toEqual([[], []]);
  });
});

describe('a rule', () => {
  test('suspends an agent for security, with one event each, and only the agent that met its conditions', async () => {
    const { activated, agent, denied, read, stateOf, responses, typed, log } = responsesWorld();
    const rule = await activated(DENIALS);
    const [odd, usual] = [await agent(), await agent()];
    await denied(odd);
    await denied(usual, 4);
    await log.denial(usual, 'grant');
    await read();
    expect([await stateOf(odd), await stateOf(usual)]).toEqual(['suspended', 'active']);
    const [response] = await responses();
    expect(await responses()).toMatchObject([
      {
        ...{ rule: rule.id, agent: odd, owner: 'acc_owner', act: 'suspend', state: 'open' },
        ...{ values: { denials_10_minutes: 5 }, bounds: { denials_10_minutes: 5 }, evidence: { length: 5 } },
      },
    ]);
    expect(typed('response.acted')).toMatchObject([
      {
        ...{ caller: 'system', outcome: 'done', agent: odd, target: { kind: 'response', id: response?.id } },
        inputs: { rule: rule.id, act: 'suspend', values: { denials_10_minutes: 5 }, bounds: { denials_10_minutes: 5 } },
      },
    ]);
    expect(typed('agent.suspended')).toMatchObject([{ agent: odd, inputs: { cause: response?.id } }]);
  });

  test('that is a draft, or for another environment, does nothing', async () => {
    const { activated, agent, denied, read, stateOf, responses, rules } = responsesWorld();
    await rules.create(DENIALS, BY);
    await activated({ ...DENIALS, environments: ['production'] });
    const id = await agent();
    await denied(id);
    await read();
    expect([await stateOf(id), await responses()]).toEqual(['active', []]);
  });

  test('acts as soon as the log says that it was activated, and no more once it was deactivated, though rules are remembered', async () => {
    const { workerOn, documents, log, agent, denied, activated, rules, stateOf, tick } = responsesWorld();
    const worker = workerOn(documents);
    const place = { read: 0 };
    const readOn = async () => {
      const found = await log.records.find({ order: { by: 'at', direction: 'ascending' }, limit: 1000 });
      for (const { document } of found) if (document.sequence > place.read) worker.note(document);
      place.read = found.length;
      await worker.evaluate();
    };
    const [first, second] = [await agent(), await agent()];
    await denied(first, 1);
    await readOn();
    const rule = await activated(DENIALS);
    await denied(first, 4);
    await readOn();
    expect(await stateOf(first)).toBe('active');
    await log.add('acc_1', { type: 'response_rule.activated', outcome: 'done' });
    await denied(first, 1);
    await readOn();
    expect(await stateOf(first)).toBe('suspended');
    // It is read once more, and then remembered.
    tick(11);
    await denied(second, 1);
    await readOn();
    await rules.deactivate(rule.id, BY);
    await denied(second, 5);
    await readOn();
    expect(await stateOf(second)).toBe('active');
  });

  test('acts only after an event that follows its activation, and its values also count what was before', async () => {
    const { activated, agent, denied, read, stateOf, responses, tick } = responsesWorld();
    const id = await agent();
    await denied(id);
    tick(5);
    await activated(DENIALS);
    await read({ again: true });
    expect([await stateOf(id), await responses()]).toEqual(['active', []]);
    await denied(id, 1);
    await read();
    expect([await stateOf(id), await responses()]).toMatchObject([
      'suspended',
      [{ values: { denials_10_minutes: 6 } }],
    ]);
  });

  test('acts once, over any number of processes and of readings of the same records', async () => {
    const { activated, agent, denied, read, responses, typed } = responsesWorld();
    await activated(DENIALS);
    const id = await agent();
    await denied(id);
    await Promise.all([read({ again: true }), read({ again: true }), read({ again: true })]);
    await read({ again: true });
    expect(await responses()).toHaveLength(1);
    expect([typed('response.acted').length, typed('agent.suspended').length]).toEqual([1, 1]);
  });

  test('acts before facts are stored, and once if the process ends before that', async () => {
    const { activated, agent, denied, read, stateOf, responses, documents } = responsesWorld();
    await activated(DENIALS);
    const id = await agent();
    const facts = documents.collection<AgentFacts>(AGENT_FACTS);
    await denied(id, 3);
    await read();
    await denied(id, 2);
    await read({ isEnded: true });
    expect([await stateOf(id), (await facts.get(id))?.document.slots]).toMatchObject(['suspended', [{ denials: 3 }]]);
    await read();
    expect([(await responses()).length, (await facts.get(id))?.document.slots]).toMatchObject([1, [{ denials: 5 }]]);
  });

  test('does not suspend again for what an operator lifted, or resumed, after another rule', async () => {
    const { activated, agent, denied, read, stateOf, responses, acts, agents, tick, log } = responsesWorld();
    await activated(DENIALS);
    const [lifted, resumed] = [await agent(), await agent()];
    await denied(lifted);
    await denied(resumed);
    await read();
    await activated({ ...DENIALS, name: 'Other', when: [{ fact: 'denials_10_minutes', atLeast: 4 }] });
    tick(1);
    for (const { id, agent: of } of await responses())
      if (of === lifted) await acts.lift(id, OPERATOR);
      else await agents.resume(of, OPERATOR);
    tick(1);
    for (const id of [lifted, resumed]) await log.denial(id);
    await read();
    expect([await stateOf(lifted), await stateOf(resumed)]).toEqual(['active', 'active']);
    // Denials are counted in parts of five minutes.
    tick(300);
    for (const id of [lifted, resumed]) await denied(id, 4);
    await read();
    expect([await stateOf(lifted), await stateOf(resumed)]).toEqual(['suspended', 'suspended']);
  });

  type World = ReturnType<typeof responsesWorld>;
  type Deed = (made: World, id: string) => Promise<unknown>;

  test('acts on what an agent did before its own owner suspended and resumed it: no owner clears its counts so', async () => {
    const { activated, agent, agents, denied, read, stateOf, responses, tick } = responsesWorld();
    await activated(DENIALS);
    const id = await agent();
    for (const count of [2, 2, 1]) {
      await denied(id, count);
      await read();
      if (count === 1) break;
      await agents.suspend(id, OWNER);
      tick(20);
      await agents.resume(id, OWNER);
    }
    expect([await stateOf(id), await responses()]).toMatchObject([
      'suspended',
      [{ values: { denials_10_minutes: 5 } }],
    ]);
    // The owner does not lift it, and neither by a suspension on top of it.
    await expect(agents.resume(id, OWNER)).rejects.toMatchObject({ code: 'forbidden' });
  });

  test.each<readonly [string, Deed, Deed]>([
    ['the owner', ({ agents }, id) => agents.suspend(id, OWNER), ({ agents }, id) => agents.resume(id, OWNER)],
    [
      'a directory',
      ({ agents }, id) => agents.suspend(id, DIRECTORY, { directory: 'dir_1' }),
      ({ agents }, id) => agents.resume(id, DIRECTORY),
    ],
  ])(
    'does not act on what was before %s resumed the agent when a process reads that again a day later',
    async (_, stop, go) => {
      const made = responsesWorld();
      const { activated, agent, denied, read, stateOf, responses, tick, log } = made;
      await activated(DENIALS);
      const id = await agent();
      await denied(id);
      // It is suspended before the server looks, so that no rule acts. Facts stay in memory, and the process ends.
      await stop(made, id);
      await read({ isEnded: true });
      tick(60);
      await go(made, id);
      tick(20 * 3600);
      await read();
      expect([await stateOf(id), await responses()]).toEqual(['active', []]);
      // What it does now counts again.
      await denied(id, 4);
      await read();
      expect(await stateOf(id)).toBe('active');
      await log.denial(id);
      await read();
      expect([await stateOf(id), await responses()]).toMatchObject([
        'suspended',
        [{ values: { denials_10_minutes: 5 } }],
      ]);
    },
  );

  test('acts on what an agent did before an operator resumed it who was in the group of its owners when it was suspended', async () => {
    const { accounts, activated, agent, agents, groups, denied, read, stateOf, tick, log } = responsesWorld();
    accounts.add('acc_third');
    await activated(DENIALS);
    const members = (all: string[]) => ({ name: 'Travel', members: all });
    const group = await groups.create(members(['acc_owner', 'acc_other', 'acc_third']), BY);
    const id = await agent({ owner: group.document.id });
    await denied(id, 4);
    await read();
    await agents.suspend(id, BY);
    tick(60);
    await groups.update(group.document.id, group.version, members(['acc_owner', 'acc_third']), BY);
    tick(60);
    await agents.resume(id, { caller: 'acc_other', account: 'acc_other', isByRole: true });
    await log.denial(id);
    await read();
    expect(await stateOf(id)).toBe('suspended');
  });

  test('looks for what another process left when it takes over, ten seconds later where it found some, and else in ten minutes', async () => {
    const { documents, workerOn, tick } = responsesWorld();
    let asked = 0;
    const counting: DocumentStore = {
      ...documents,
      collection(declaration) {
        const collection = documents.collection<never>(declaration);
        const find = (query: never) => {
          if ((query as { where?: { state?: string } }).where?.state === 'begun') asked += 1;
          return collection.find(query);
        };
        return (declaration.name === RESPONSES.name ? { ...collection, find } : collection) as never;
      },
    };
    const worker = workerOn(counting);
    const looks = async (seconds: number): Promise<number> => {
      const before = asked;
      tick(seconds);
      await worker.evaluate();
      return asked - before;
    };
    expect([await looks(0), await looks(11), await looks(580), await looks(10)]).toEqual([1, 0, 0, 1]);
    worker.forget();
    expect([await looks(1), await looks(1)]).toEqual([1, 0]);
    const begun = { id: 'rsp_x', agent: 'agt_x', rule: 'rrl_1', state: 'begun', slot: 's', createdAt: 9e9 } as never;
    await documents.collection<Response>(RESPONSES).insert(begun);
    worker.forget();
    expect([await looks(1), await looks(5), await looks(6)]).toEqual([1, 0, 1]);
  });

  const moved: Deed = async ({ agents }, id) => {
    const version = (await agents.get(id))?.version ?? 0;
    await agents.update(id, version, { environment: 'production' }, BY);
  };

  test.each<readonly [string, Deed, Deed]>([
    [
      'was resumed by an operator',
      ({ agents }, id) => agents.suspend(id, BY),
      ({ agents }, id) => agents.resume(id, OPERATOR),
    ],
    [
      'was accepted by an owner again',
      ({ agents, accounts }) => {
        accounts.delete('acc_owner');
        return agents.orphanAll('acc_owner', { caller: 'system' }, 10);
      },
      ({ agents, accounts }, id) => {
        accounts.add('acc_owner');
        return agents.accept(id, OWNER);
      },
    ],
    ['moved to its environment', async () => undefined, moved],
  ])('does not act on what was before an agent %s, as when a process reads that again', async (_, stop, go) => {
    const made = responsesWorld();
    const { activated, agent, denied, read, stateOf, responses, tick } = made;
    await activated(go === moved ? { ...DENIALS, environments: ['production'] } : DENIALS);
    const id = await agent();
    await denied(id);
    await stop(made, id);
    await read({ isEnded: true });
    tick(60);
    await go(made, id);
    await read({ again: true });
    await denied(id, 1);
    await read();
    expect([await stateOf(id), await responses()]).toEqual(['active', []]);
    // Denials are counted in parts of five minutes.
    tick(300);
    await denied(id);
    await read();
    expect([await stateOf(id), await responses()]).toMatchObject([
      'suspended',
      [{ values: { denials_10_minutes: 5 } }],
    ]);
  });

  test('is finished by the next process after a crash, before its event and after it', async () => {
    const made = responsesWorld();
    const { activated, agent, denied, read, documents, stateOf, responses, typed, log, tick } = made;
    await activated({ ...DENIALS, act: 'contain' });
    const id = await agent();
    await denied(id);
    /** The process ends when it writes the response for the second time: the agent is suspended, and the response begun. */
    const crashing: DocumentStore = {
      ...documents,
      collection(declaration) {
        const collection = documents.collection<never>(declaration);
        const replace = async () => {
          throw new StoreUnavailable('the process ends here');
        };
        return (declaration.name === RESPONSES.name ? { ...collection, replace } : collection) as never;
      },
    };
    await expect(read({ store: crashing })).rejects.toThrow('ends here');
    expect(await responses()).toMatchObject([{ state: 'begun' }]);
    const [event] = typed('response.acted');
    await log.add('system', event);
    tick(61);
    await read({ again: true });
    expect(await responses()).toMatchObject([{ state: 'open' }]);
    expect([await stateOf(id), typed('response.acted').length, typed('agent.suspended').length]).toEqual([
      ...['suspended', 1, 1],
    ]);
    // One that crashed before its event gets it now.
    const other = await agent();
    const [first] = await responses();
    const slot = { id: 'rsp_other', agent: other, slot: `rule ${other}`, state: 'begun' } as const;
    await documents.collection<Response>(RESPONSES).insert({ ...(first as Response), ...slot });
    await read();
    expect([await stateOf(other), typed('response.acted').length]).toEqual(['suspended', 2]);
  });

  test('notifies once in 24 hours, and suspends nothing', async () => {
    const { activated, agent, denied, read, stateOf, responses, typed, tick } = responsesWorld();
    await activated({ ...DENIALS, act: 'notify' });
    const id = await agent();
    for (const seconds of [0, 60, 86_400]) {
      tick(seconds);
      await denied(id);
      await read();
    }
    expect([await stateOf(id), typed('response.acted').length]).toEqual(['active', 2]);
    expect((await responses()).map(({ state }) => state)).toEqual(['notified', 'notified']);
  });

  test('contain also ends approvals; an agent that is suspended already is left alone', async () => {
    const { activated, agent, agents, denied, read, ended, responses } = responsesWorld();
    await activated({ ...DENIALS, act: 'contain' });
    const [odd, stopped] = [await agent(), await agent()];
    await agents.suspend(stopped, BY);
    await denied(odd);
    await denied(stopped);
    await read();
    expect(ended).toEqual([odd]);
    expect((await responses()).map(({ agent: of }) => of)).toEqual([odd]);
  });

  test('the brake: of many agents within an hour ten are suspended, the others only notified', async () => {
    const { activated, agent, denied, documents, read, stateOf, responses, typed, tick } = responsesWorld();
    await activated(DENIALS);
    const all: string[] = [];
    for (let index = 0; index < 13; index += 1) all.push(await agent());
    for (const id of all) await denied(id);
    await read();
    const states = await Promise.all(all.map(stateOf));
    expect(states.filter((state) => state === 'suspended')).toHaveLength(10);
    const braked = (await responses()).filter(({ isBraked }) => isBraked);
    expect(braked.map(({ state }) => state)).toEqual(['notified', 'notified', 'notified']);
    expect(typed('response.acted').filter(({ inputs }) => inputs?.['isBraked'] === true)).toHaveLength(3);
    // An owner who lost no agent yet is not kept waiting by one who lost ten.
    const [other, second] = [await agent(), await agent()];
    const stored = documents.collection<Agent>(AGENTS);
    for (const id of [other, second]) await update(stored, id, (one) => ({ ...one, owner: 'acc_other' }));
    await denied(other);
    await denied(second);
    await read();
    expect([await stateOf(other), await stateOf(second)].sort()).toEqual(['active', 'suspended']);
    tick(3601);
    const late = await agent();
    await denied(late);
    await read();
    expect(await stateOf(late)).toBe('suspended');
  });
});

describe('the brake', () => {
  const counted = (owners: readonly string[]) =>
    owners.reduce(
      (brake, owner, index) => braked(brake, { id: `agt_${index}`, owner }, 1000) ?? brake,
      braked({ agents: [] }, { id: 'agt_first', owner: owners[0] ?? '' }, 1000) ?? { agents: [] },
    ).agents;

  test('has ten places for all, and ten more for owners without one: no owner has more than ten', () => {
    expect(counted(Array(30).fill('one'))).toHaveLength(10);
    const many = counted([...Array(15).fill('one'), ...Array.from({ length: 30 }, (_, index) => `other ${index}`)]);
    expect(many).toHaveLength(20);
    expect(many.filter(({ owner }) => owner === 'one')).toHaveLength(10);
    expect(new Set(many.slice(10).map(({ owner }) => owner)).size).toBe(10);
  });

  test('counts an agent once, and forgets it after an hour', () => {
    const [agents, again] = [counted(Array(9).fill('one')), { id: 'agt_3', owner: 'one' }];
    expect(braked({ agents }, again, 1001)?.agents).toHaveLength(10);
    expect(braked({ agents }, { id: 'agt_new', owner: 'one' }, 1001)).toBeUndefined();
    expect(braked({ agents }, { id: 'agt_new', owner: 'one' }, 4600)?.agents).toHaveLength(1);
  });
});

describe('lifting', () => {
  test('is for an operator who does not own the agent; then only what comes later counts', async () => {
    const { activated, acts, agent, denied, read, stateOf, responses, typed, tick } = responsesWorld();
    await activated(DENIALS);
    const id = await agent();
    await denied(id);
    await read();
    const [response] = await responses();
    expect(await refusalOf(() => acts.lift(response?.id ?? '', OWNER))).toMatchObject({ code: 'forbidden' });
    expect([await stateOf(id), typed('response.lifted')]).toEqual(['suspended', []]);
    tick(10);
    const lifted = await acts.lift(response?.id ?? '', OPERATOR);
    expect(lifted.document).toMatchObject({ state: 'lifted', liftedBy: 'acc_operator' });
    expect(typed('response.lifted')).toMatchObject([{ caller: 'acc_operator', agent: id, outcome: 'done' }]);
    expect(await refusalOf(() => acts.lift(response?.id ?? '', OPERATOR))).toMatchObject({ code: 'conflict' });
    await denied(id, 4);
    await read();
    expect(await stateOf(id)).toBe('active');
    tick(300);
    await denied(id);
    await read();
    expect([await stateOf(id), (await responses()).length]).toEqual(['suspended', 2]);
  });

  test('an agent that an operator resumed without it can be suspended again, by what comes later', async () => {
    const { activated, agents, agent, denied, read, stateOf, responses, tick } = responsesWorld();
    await activated(DENIALS);
    const id = await agent();
    await denied(id);
    await read();
    tick(10);
    await agents.resume(id, OPERATOR);
    await denied(id, 1);
    await read();
    expect([await stateOf(id), (await responses()).map(({ state }) => state)]).toEqual(['active', ['lifted']]);
    tick(300);
    await denied(id);
    await read();
    expect(await stateOf(id)).toBe('suspended');
  });
});

/** What others do weighs on an agent: agents that change as it does, and the owner who is unlike themselves. */
import { expect, test } from '@jest/globals';
import { AGENT_FACTS } from '../../../src/domain/governance/responses/agent-facts.ts';
import { PERSON_FACTS } from '../../../src/domain/governance/responses/person-facts.ts';
import { type DocumentStore, StoreUnavailable } from '../../../src/domain/ports/document-store.ts';
import { BANK, HOUR, MAIL, responsesWorld } from './responses-world.ts';

const ALIKE = { name: 'Alike', when: [{ fact: 'alike_agents_hour', atLeast: 2 }], act: 'withhold' } as const;
const UNLIKE = { name: 'Owner', when: [{ fact: 'owner_oddness_hour', atLeast: 2 }], act: 'withhold' } as const;

/** Four agents of one owner, and one of another, which have used mail for nine days. */
const working = async (rule: typeof ALIKE | typeof UNLIKE) => {
  const made = responsesWorld();
  const { agent, log, tick, activated, read, agents } = made;
  await activated(rule);
  const own = [await agent(), await agent(), await agent(), await agent()] as const;
  const other = await agent({ owner: 'acc_other' });
  for (let day = 0; day < 10; day += 1) {
    for (const id of [...own, other]) await log.token(id, { resource: MAIL, scopeGiven: ['read'] });
    await log.add('acc_owner', { type: 'session.started', outcome: 'granted', source: '198.51.100.1' });
    tick(24 * HOUR);
  }
  await read();
  const restricted = async () => {
    const all = [];
    for (const id of [...own, other]) all.push((await agents.get(id))?.document.restrictions?.length ?? 0);
    return all;
  };
  return { ...made, own, other, restricted };
};

test('agents that begin to do the same are restricted, the first ones too, and no other agent', async () => {
  const { own, other, log, read, restricted, typed, tick } = await working(ALIKE);
  for (const id of own.slice(0, 2)) await log.token(id, { resource: BANK, scopeGiven: ['pay'] });
  await log.token(other, { resource: BANK, scopeGiven: ['pay'] });
  await read();
  expect([await restricted(), typed('response.acted')]).toEqual([[0, 0, 0, 0, 0], []]);
  tick(2 * HOUR);
  await log.token(own[3], { resource: MAIL, scopeGiven: ['read'] });
  for (const id of own.slice(0, 3)) await log.token(id, { resource: 'https://new.example', scopeGiven: ['read'] });
  await read();
  expect(await restricted()).toEqual([1, 1, 1, 0, 0]);
  expect(typed('response.acted').map(({ agent, outcome, inputs }) => [agent, outcome, inputs?.['values']])).toEqual(
    [own[2], own[0], own[1]].map((id) => [id, 'done', { alike_agents_hour: 2 }]),
  );
});

test('an act of an operator explains what they have in common', async () => {
  const { own, log, read, restricted, typed } = await working(ALIKE);
  for (const id of own)
    await log.add('acc_operator', { type: 'agent.updated', outcome: 'done', target: { kind: 'agent', id } });
  for (const id of own) await log.token(id, { resource: BANK, scopeGiven: ['pay'] });
  await read();
  expect([await restricted(), typed('response.acted')]).toEqual([[0, 0, 0, 0, 0], []]);
});

test('what agents do right after their owner was unlike themselves is restricted, and no agent of another owner', async () => {
  const { own, other, log, read, restricted, typed, tick } = await working(UNLIKE);
  const act = { outcome: 'done', source: '203.0.113.9' } as const;
  await log.add('acc_owner', { type: 'session.started', ...act });
  await log.add('acc_owner', { type: 'factor.added', ...act });
  tick(60);
  for (const id of [own[0], other]) await log.token(id, { resource: MAIL, scopeGiven: ['read'] });
  await read();
  expect(await restricted()).toEqual([1, 0, 0, 0, 0]);
  expect(typed('response.acted')).toMatchObject([
    { agent: own[0], outcome: 'done', inputs: { values: { owner_oddness_hour: 2 } } },
  ]);
});

/** A store whose facts about people are damaged. */
const damagedPeople = (documents: DocumentStore): DocumentStore => ({
  ...documents,
  collection(declaration) {
    const collection = documents.collection<never>(declaration);
    if (declaration.name !== PERSON_FACTS.name) return collection as never;
    const insert = async (): Promise<never> => {
      throw new StoreUnavailable('the stored document cannot be read', { reason: 'unreadable' });
    };
    return { ...collection, insert } as never;
  },
});

test('damaged facts about a person hold up no facts about agents, and wait to be stored', async () => {
  const { agent, log, documents, workerOn } = responsesWorld();
  const id = await agent();
  await log.add('acc_owner', { type: 'session.started', outcome: 'granted', source: '198.51.100.1' });
  await log.token(id, { resource: MAIL });
  const worker = workerOn(damagedPeople(documents));
  for (const { document } of await log.records.find({ limit: 10 })) worker.note(document);
  await worker.evaluate();
  expect(worker.changed()).toBe(2);
  expect(await worker.store()).toBe(0);
  expect(worker.changed()).toBe(1);
  expect(await documents.collection(AGENT_FACTS).get(id)).toBeDefined();
});

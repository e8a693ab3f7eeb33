/** What an agent holds from the other people of a transaction, at a first hop and further down. */
import { describe, expect, test } from '@jest/globals';
import type { Delegation } from '../../../src/domain/authority/delegation/delegation.ts';
import { delegationsOfAll, participantsAt } from '../../../src/extensions/token-exchange/participants.ts';
import { refusals } from '../../../src/extensions/token-exchange/refusals.ts';
import { countedIdentifiers } from '../delegation/fakes.ts';
import { account, agent, MAIL, PAY, resourceServer } from './fakes.ts';

const SERVER = resourceServer('rs_mail', MAIL, ['read']);
const delegation = (id: string, subject: string, more: Partial<Delegation> = {}): Delegation =>
  ({
    ...{ id, subject, actor: 'agt_a', resource: MAIL, scope: ['read'], depth: 1, parent: null, ancestors: [] },
    ...{ delegableTo: { agents: ['agt_b'], depth: 2 }, expiresAt: 2e9, state: 'active', ...more },
  }) as Delegation;

type World = {
  readonly listed?: readonly Delegation[];
  readonly consented?: readonly Delegation[];
  readonly sibling?: Delegation;
  readonly maxDepth?: number;
};

const dependenciesOf = ({ listed = [], consented = [], sibling, maxDepth = 5 }: World) => ({
  accounts: { get: async (id: string) => ({ document: account(id) }) },
  delegations: {
    maxDepth,
    consented: async (subject: string) => consented.find((one) => one.subject === subject),
    live: async (id: string) => listed.find((one) => one.id === id),
    sibling: async () => sibling,
    derived: async ({ parent, actor }: { parent: Delegation; actor: string }) => ({
      ...{ delegation: { id: `${actor} below ${parent.id}` }, isNew: true },
    }),
  },
  clock: { now: () => 0 },
  issuer: 'https://id.example',
});

const FIRST = { kind: 'held', delegation: delegation('dlg_anna', 'acc_anna') };
const FURTHER = { kind: 'hop', delegation: delegation('dlg_anna', 'acc_anna') };

const at = async (source: object, world: World, by = 'agt_b', people: readonly string[] | null = ['acc_bob']) =>
  participantsAt(
    dependenciesOf(world) as never,
    { ...(people ? { participants: ['acc_anna', ...people] } : {}) } as never,
    {
      agent: agent(by),
      accepted: {
        token: { subject: 'acc_anna', clientId: 'agt_a', delegations: (world.listed ?? []).map(({ id }) => id) },
      },
      source,
      target: SERVER,
    } as never,
  );
const kinds = async (...given: Parameters<typeof at>) =>
  (await at(...given))?.map(({ facts, source }) => [facts.id, facts.delegation, source?.kind]);

describe('the other people of a transaction', () => {
  test('allow at a first hop what they consented to', async () => {
    const consented = [delegation('dlg_bob', 'acc_bob', { scope: ['send'] })];
    const people = ['acc_bob', 'acc_cleo'];
    expect(await kinds(FIRST, { consented }, 'agt_a', people)).toEqual([
      ['acc_bob', ['send'], 'held'],
      ['acc_cleo', undefined, undefined],
    ]);
    expect(await kinds({ kind: 'unconsented' }, { consented }, 'agt_a')).toEqual([['acc_bob', ['send'], 'held']]);
  });

  test('are none in a transaction of one', async () => {
    expect(await at(FIRST, {}, 'agt_a', null)).toBeUndefined();
  });

  test('allow further down what the subject token lists, to agents that it names', async () => {
    const bob = delegation('dlg_bob', 'acc_bob');
    const consented = [delegation('dlg_own', 'acc_bob', { scope: ['send'] })];
    expect(await kinds(FURTHER, { listed: [bob], consented })).toEqual([['acc_bob', ['read'], 'hop']]);
    expect(await kinds(FURTHER, { consented })).toEqual([['acc_bob', undefined, undefined]]);
    expect(await kinds(FURTHER, { listed: [bob], maxDepth: 2 })).toEqual([['acc_bob', ['read'], 'hop']]);
  });

  test.each<[string, World]>([
    ['is of another holder', { listed: [delegation('dlg_bob', 'acc_bob', { actor: 'agt_c' })] }],
    ['may go no deeper', { listed: [delegation('dlg_bob', 'acc_bob')], maxDepth: 1 }],
    [
      'names other agents',
      { listed: [delegation('dlg_bob', 'acc_bob', { delegableTo: { agents: ['agt_c'], depth: 2 } })] },
    ],
    ['is at another resource alone', { listed: [delegation('dlg_bob', 'acc_bob', { resource: PAY })] }],
  ])('allow nothing by a listed delegation that %s', async (_, world) => {
    expect(await kinds(FURTHER, world)).toEqual([['acc_bob', undefined, undefined]]);
  });

  test('allow what the same agents hold at the target, where the listed one is for another resource', async () => {
    const listed = [delegation('dlg_bob', 'acc_bob', { resource: PAY })];
    const sibling = delegation('dlg_mail', 'acc_bob', { scope: ['send'] });
    expect(await kinds(FURTHER, { listed, sibling })).toEqual([['acc_bob', ['send'], 'hop']]);
    const own = { ...sibling, actor: 'agt_b' };
    expect(await kinds(FURTHER, { listed, sibling: own })).toEqual([['acc_bob', ['send'], 'held']]);
    expect(await kinds({ kind: 'held', delegation: { depth: 2 } }, { listed, sibling })).toEqual([
      ['acc_bob', ['send'], 'hop'],
    ]);
  });
});

test('a token rests on a delegation of each of them, of which those of a further hop are made', async () => {
  const all = (participants: readonly object[]) =>
    delegationsOfAll(
      dependenciesOf({}) as never,
      refusals(countedIdentifiers()),
      { id: 'req_1' } as never,
      agent('agt_b'),
      participants as never,
      { scope: ['read'] },
      'txn_1',
    );
  const [held, hop] = [delegation('dlg_bob', 'acc_bob'), delegation('dlg_cleo', 'acc_cleo')];
  expect(
    await all([
      { facts: { id: 'acc_bob' }, source: { kind: 'held', delegation: held } },
      { facts: { id: 'acc_cleo' }, source: { kind: 'hop', delegation: hop } },
    ]),
  ).toEqual([
    { delegation: held, isNew: false },
    { delegation: { id: 'agt_b below dlg_cleo' }, isNew: true },
  ]);
  await expect(all([{ facts: { id: 'acc_bob' } }])).rejects.toMatchObject({ denial: { reason: 'delegation_ended' } });
});

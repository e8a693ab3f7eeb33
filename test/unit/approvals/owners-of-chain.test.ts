/** The accounts that separation of duties excludes from an approval. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { ownersOfChain } from '../../../src/domain/approvals/owners-of-chain.ts';
import type { ActorChain } from '../../../src/domain/vocabulary/actor-chain.ts';

type Owned = { readonly owner: string; readonly formerOwners?: readonly string[]; readonly handedOverAt?: number };

let agents: Record<string, Owned>;
let groups: Record<string, object>;

beforeEach(() => {
  agents = { agt_a: { owner: 'acc_a' }, agt_b: { owner: 'grp_1' } };
  groups = {
    grp_1: {
      members: ['acc_b', 'acc_a'],
      formerMembers: [
        { account: 'acc_old', leftAt: 50 },
        { account: 'acc_new', leftAt: 150 },
      ],
    },
  };
});

const owners = () =>
  ownersOfChain({
    agents: { get: async (id: string) => agents[id] && { document: { createdAt: 100, ...agents[id] }, version: 1 } },
    groups: { get: async (id: string) => groups[id] && { document: groups[id] as never, version: 1 } },
  } as never);

const chain = (...[first, ...others]: readonly string[]): ActorChain =>
  ({ sub: first, ...(others.length === 0 ? {} : { act: chain(...others) }) }) as never;

describe('at the request', () => {
  test('are the owners of every actor, each once, with former members who left since the group owns the agent', async () => {
    expect(await owners().whenAsked(chain('agt_a'))).toEqual(['acc_a']);
    expect(await owners().whenAsked(chain('agt_b', 'agt_a', 'agt_b'))).toEqual(['acc_b', 'acc_a', 'acc_new']);
  });

  test('begin with the hand-over of the agent, and include its former owners', async () => {
    agents['agt_b'] = { owner: 'grp_1', handedOverAt: 160, formerOwners: ['acc_f'] };
    expect(await owners().whenAsked(chain('agt_b'))).toEqual(['acc_b', 'acc_a', 'acc_f']);
  });

  test('are unknown where an actor or a part of a group is', async () => {
    expect(await owners().whenAsked(chain('agt_a', 'agt_x'))).toBeUndefined();
    groups['grp_1'] = { members: ['acc_b'], leftUnknownUntil: 100 };
    expect(await owners().whenAsked(chain('agt_a', 'agt_b'))).toBeUndefined();
    groups['grp_1'] = { members: ['acc_b'], leftUnknownUntil: 99 };
    expect(await owners().whenAsked(chain('agt_b'))).toEqual(['acc_b']);
  });

  test('of a group that is gone are none', async () => {
    groups = {};
    expect(await owners().whenAsked(chain('agt_a', 'agt_b'))).toEqual(['acc_a']);
  });

  test('are 512 at most, as more could not all be excluded', async () => {
    const members = (count: number) => Array.from({ length: count }, (_, at) => `acc_${at}`);
    groups['grp_1'] = { members: members(512) };
    expect(await owners().whenAsked(chain('agt_b'))).toHaveLength(512);
    groups['grp_1'] = { members: members(513) };
    await expect(owners().whenAsked(chain('agt_b'))).rejects.toMatchObject({
      ...{ code: 'access_denied', reason: 'chain_owners_exceeded' },
    });
  });
});

describe('later', () => {
  const of = (more: object) =>
    owners().of({ action: { chain: chain('agt_a') }, owner: 'acc_then', createdAt: 120, ...more } as never);

  test('are those of the request and those of now, each once', async () => {
    expect(await of({ ownersWhenAsked: ['acc_x', 'acc_a'] })).toEqual(['acc_x', 'acc_a']);
    expect(await of({})).toEqual(['acc_then', 'acc_a']);
    expect(await of({ owner: 'grp_1' })).toEqual(['acc_b', 'acc_a', 'acc_new']);
  });

  test('are unknown where either are', async () => {
    groups['grp_1'] = { members: ['acc_b'], leftUnknownUntil: 120 };
    expect(await of({ owner: 'grp_1' })).toBeUndefined();
    agents = {};
    expect(await of({ ownersWhenAsked: ['acc_x'] })).toBeUndefined();
  });
});

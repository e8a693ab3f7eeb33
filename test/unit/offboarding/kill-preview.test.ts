/** What the preview of a kill names is what the kill ends, within bounds that it states. */
import { describe, expect, test } from '@jest/globals';
import { DELEGATIONS, type Delegation } from '../../../src/domain/authority/delegation/delegation.ts';
import type { Agent } from '../../../src/domain/clients/agents/agent.ts';
import { killPreview } from '../../../src/domain/offboarding/kill-preview.ts';
import type { Grant } from '../../../src/domain/ports/grants.ts';
import { consent, registerScene, START } from '../delegation/fakes.ts';

type Owned = Pick<Agent, 'id' | 'owner' | 'state'>;

const SITE = 'https://tool.example';
const DOCUMENT = `${SITE}/client.json`;

const world = ({
  agents = [],
  grants = [],
}: {
  agents?: readonly Owned[];
  grants?: readonly Partial<Grant>[];
} = {}) => {
  const scene = registerScene();
  let reads = 0;
  const counted = <T>(items: readonly T[], limit: number) => ({
    items: items.slice(0, limit),
    ...(items.length > limit ? { next: { id: 'x' } } : {}),
  });
  const preview = killPreview({
    agents: {
      get: async (id) => {
        const document = agents.find((one) => one.id === id);
        return document && { document: document as Agent, version: 1 };
      },
      list: async ({ owner, state, limit = 50 } = {}) =>
        counted(
          agents
            .filter((one) => (owner === undefined || one.owner === owner) && one.state === state)
            .map((one) => ({ document: one as Agent, version: 1 })),
          limit,
        ),
    },
    delegations: {
      live: scene.registry.live,
      newestLive: async (filter, bounds) => {
        const page = await scene.registry.newestLive(filter, bounds);
        reads += page.read;
        return page;
      },
    },
    grants: {
      list: async ({ account, clientId, after, limit }) =>
        after
          ? { items: [] }
          : counted(
              grants.filter(
                (one) =>
                  (account === undefined || one.account === account) &&
                  (clientId === undefined || one.clientId === clientId),
              ) as readonly Grant[],
              limit,
            ),
    },
    sessions: { ofAccount: async () => [] },
  });
  const below = (parent: Delegation, actor: string) =>
    scene.registry.derive({
      ...{ parent, actor, resource: parent.resource, scope: ['read'], expiresAt: START + 3600 },
      delegableTo: { agents: ['agt_c'], depth: 1 },
    });
  const given = async (over: Parameters<typeof consent>[0] = {}): Promise<Delegation> => {
    const made = await scene.registry.recordConsent(consent(over));
    if (!made) throw new Error('the consent left nothing');
    return made;
  };
  return { ...scene, preview, given, below, reads: () => reads };
};

const idsOf = ({ items }: { readonly items: readonly { readonly id: string }[] }): readonly string[] =>
  items.map(({ id }) => id).sort();

const ANNAS: readonly Owned[] = [
  { id: 'agt_a', owner: 'acc_anna', state: 'active' },
  { id: 'agt_gone', owner: 'acc_anna', state: 'retired' },
  { id: 'agt_b', owner: 'acc_bert', state: 'suspended' },
];

describe('the preview of a kill', () => {
  test('of an agent names its delegations, those in which others call it, and what is re-delegated below, on every level', async () => {
    const { preview, given, below } = world({ agents: ANNAS, grants: [{ id: 'grt_1', clientId: 'agt_a' }] });
    const root = await given();
    const hop = await below(root, 'agt_b');
    const last = await below(hop, 'agt_c');
    const called = await given({ actor: 'agt_c', via: 'agt_a' });
    await given({ actor: 'agt_b' });
    const ends = await preview('agent', 'agt_a');
    expect(idsOf(ends.delegations)).toEqual([root, hop, last, called].map(({ id }) => id).sort());
    expect([idsOf(ends.agents), idsOf(ends.grants)]).toEqual([['agt_a'], ['grt_1']]);
    expect([ends.agents.more, ends.delegations.more, ends.grants.more]).toEqual([false, false, false]);
    expect(idsOf((await preview('agent', 'agt_gone')).agents)).toEqual([]);
  });

  test.each([
    ['owner', []],
    ['account', ['grt_own']],
  ] as const)('of an %s counts what the agents hold for other people', async (scope, own) => {
    const { preview, given, below } = world({
      agents: ANNAS,
      grants: [
        { id: 'grt_own', account: 'acc_anna', clientId: 'app_1' },
        { id: 'grt_held', account: 'acc_carl', clientId: 'agt_a' },
        { id: 'grt_other', account: 'acc_carl', clientId: 'agt_b' },
      ],
    });
    const held = await given({ subject: 'acc_carl', by: 'acc_carl' });
    const hop = await below(held, 'agt_b');
    await given({ subject: 'acc_carl', by: 'acc_carl', actor: 'agt_b' });
    const ends = await preview(scope, 'acc_anna');
    expect(idsOf(ends.delegations)).toEqual([held.id, hop.id].sort());
    expect(idsOf(ends.grants)).toEqual(['grt_held', ...own]);
    expect(idsOf(ends.agents)).toEqual(['agt_a']);
  });

  test('of a client counts what agents hold through it, and of a site all its documents', async () => {
    const { preview, given, below } = world({ grants: [{ id: 'grt_1', clientId: DOCUMENT }] });
    const called = await given({ via: DOCUMENT });
    const hop = await below(called, 'agt_b');
    await given({ via: 'https://tool.example.org/client.json' });
    await given();
    for (const target of [DOCUMENT, SITE]) {
      const ends = await preview('client', target);
      expect(idsOf(ends.delegations)).toEqual([called.id, hop.id].sort());
      expect(idsOf(ends.grants)).toEqual(['grt_1']);
    }
  });

  test('of a delegation names it and those below it, and nothing once it has ended', async () => {
    const { preview, given, below, registry } = world();
    const root = await given();
    const hop = await below(root, 'agt_b');
    const last = await below(hop, 'agt_c');
    expect(idsOf((await preview('delegation', hop.id)).delegations)).toEqual([hop.id, last.id].sort());
    await registry.revoke(root.id, 'acc_anna');
    expect(idsOf((await preview('delegation', hop.id)).delegations)).toEqual([]);
  });

  test('lists at most 100 delegations, and says that there are more', async () => {
    const { preview, given } = world({ agents: ANNAS });
    for (let count = 0; count < 101; count += 1) await given({ subject: `acc_${count}`, by: `acc_${count}` });
    const { delegations } = await preview('agent', 'agt_a');
    expect([delegations.items.length, delegations.more]).toEqual([100, true]);
  });

  test('of everything reads at most 1,000 delegations, ended ones included, and says that it did not read all', async () => {
    const { preview, given, documents, reads } = world();
    const first = await given({ expiresAt: START + 9000 });
    const rows = documents.collection<Delegation>(DELEGATIONS);
    for (let count = 0; count < 1000; count += 1) {
      const ended = { id: `dlg_ended${count}`, slot: `ended${count}`, state: 'revoked', createdAt: START + 1 } as const;
      await rows.insert({ ...first, ...ended });
    }
    const { delegations, sessions } = await preview('all', 'all');
    expect([delegations.items, delegations.more, reads()]).toEqual([[], true, 1000]);
    expect(sessions).toEqual({ items: [], more: true });
  });
});

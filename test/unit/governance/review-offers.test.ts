/** Outstanding offers of reviews: what one look settles when several are due. */
import { beforeEach, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import type { Delegation } from '../../../src/domain/authority/delegation/delegation.ts';
import type { Agent } from '../../../src/domain/clients/agents/agent.ts';
import { OFFER_DAYS, REVIEW_ITEMS, type ReviewItem } from '../../../src/domain/governance/reviews/review.ts';
import { reviewItems } from '../../../src/domain/governance/reviews/review-items.ts';
import { reviewOffers } from '../../../src/domain/governance/reviews/review-offers.ts';
import { documentRefusal } from '../../../src/domain/platform/registries/document-refusals.ts';
import { recordingAudit } from '../../support/recording-audit.ts';
import { START, standingClock } from '../../support/standing-clock.ts';

const AGENT = { id: 'agt_a', owner: 'acc_owner', state: 'active', transferTo: 'acc_next' } as Agent;
const ABOUT = { owner: AGENT.owner, resource: 'https://books.example.com' } as const;

const world = () => {
  const [documents, audit, clock] = [memoryDocumentStore(), recordingAudit(), standingClock()];
  const agents = documents.collection<Agent>({ ...REVIEW_ITEMS, name: 'agents', indexes: [] });
  const items = reviewItems({ documents, audit, clock });
  const damaged = new Set<string>();
  const updates: string[] = [];
  const offers = reviewOffers({
    ...{ items, clock, decided: async () => undefined },
    agents: {
      getMany: async (ids) => (await Promise.all(ids.map((id) => agents.get(id)))).flatMap((one) => one ?? []),
      async update(id, expected) {
        const held = await agents.get(id);
        const { transferTo: _, ...next } = held?.document ?? AGENT;
        if (held?.version !== expected || !(await agents.replace(next as Agent, expected)))
          throw documentRefusal('object_changed', { params: { kind: 'agent' } });
        updates.push(id);
        return { document: next as Agent, version: expected + 1 };
      },
    },
    delegations: {
      async get(id) {
        if (damaged.has(id)) throw new Error('damaged');
        return { id, state: 'active', expiresAt: START * 2 } as Delegation;
      },
    },
  });
  const offered = async (id: string, more: Partial<ReviewItem> = {}): Promise<void> => {
    const item = { review: 'rvw_1', delegation: `dlg_${id}`, subject: 'acc_1', agent: AGENT.id };
    await items.collection.insert({
      ...{ ...item, ...ABOUT, id, state: 'offered', offer: 'offered', newOwner: 'acc_next', decidedAt: clock.now() },
      ...{ createdAt: clock.now(), expiresAt: START * 2, ...more },
    } as ReviewItem);
  };
  const stored = async (id: string) => (await items.collection.get(id))?.document;
  return { agents, audit, clock, damaged, offers, offered, stored, updates };
};

let here: ReturnType<typeof world>;
beforeEach(async () => {
  here = world();
  await here.agents.insert(AGENT);
});

test('two offers of one agent that are not answered in time both lapse, and one change withdraws them', async () => {
  await here.offered('one');
  await here.offered('two');
  here.clock.move(OFFER_DAYS * 86_400);
  await here.offers.settle();
  await here.offers.settle();
  for (const id of ['one', 'two']) expect(await here.stored(id)).toMatchObject({ state: 'open', offer: 'lapsed' });
  expect(here.updates).toEqual([AGENT.id]);
  const reasons = here.audit.of('review.item_reopened').map(({ inputs }) => inputs?.['reason']);
  expect(reasons).toEqual(['offer_lapsed', 'offer_lapsed']);
});

test('an offer that lapses leaves the later one to another owner alone', async () => {
  await here.offered('one', { newOwner: 'acc_earlier' });
  here.clock.move(OFFER_DAYS * 86_400);
  await here.offers.settle();
  expect(await here.stored('one')).toMatchObject({ state: 'open', offer: 'lapsed' });
  expect((await here.agents.get(AGENT.id))?.document.transferTo).toBe('acc_next');
});

test('an offer that cannot be settled holds up none behind it, and is an error', async () => {
  await here.offered('one', { newOwner: 'acc_earlier' });
  await here.offered('two', { newOwner: 'acc_earlier', createdAt: here.clock.now() + 1 });
  here.damaged.add('dlg_one');
  await expect(here.offers.settle()).rejects.toThrow('damaged');
  expect(await here.stored('one')).toMatchObject({ state: 'offered' });
  expect(await here.stored('two')).toMatchObject({ state: 'open', offer: 'withdrawn' });
});

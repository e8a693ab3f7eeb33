/** Whether a network is foreign to the agents of this server. */
import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import {
  FLEET_NETWORKS,
  type FleetNetwork,
  replayedFleet,
  storedFleet,
} from '../../../src/domain/governance/responses/fleet-networks.ts';

const DAY = 86_400;
const START = 20_000 * DAY;

const stored = () => {
  const documents = memoryDocumentStore();
  const digestOf = (network: string) => `digest of ${network}`;
  return { documents, fleet: () => storedFleet(documents, digestOf) };
};

describe.each([
  ['stored', () => stored().fleet()],
  ['replayed', () => replayedFleet()],
] as const)('%s networks', (_, make) => {
  test('a network is shared when another agent has used it for a week, on three days', async () => {
    const fleet = make();
    expect(await fleet.noted('agt_old', 'office', START)).toBe(true);
    expect(await fleet.noted('agt_1', 'office', START + 6 * DAY)).toBe(true);
    // From here on it is known which networks are used.
    await fleet.noted('agt_old', 'office', START + 7 * DAY);
    expect(await fleet.noted('agt_1', 'office', START + 7 * DAY)).toBe(false);
    await fleet.noted('agt_old', 'office', START + 8 * DAY);
    expect(await fleet.noted('agt_1', 'office', START + 8 * DAY)).toBe(true);
    expect(await fleet.noted('agt_old', 'office', START + 12 * DAY)).toBe(false);
    expect(await fleet.noted('agt_old', 'office', START + 14 * DAY)).toBe(true);
    expect(await fleet.noted('agt_1', 'abroad', START + 14 * DAY)).toBe(false);
  });

  test('one token of another agent a week ago vouches for no network', async () => {
    const fleet = make();
    await fleet.noted('agt_old', 'office', START);
    await fleet.noted('agt_1', 'abroad', START + 20 * DAY);
    await fleet.noted('agt_1', 'abroad', START + 20 * DAY + 3600);
    expect(await fleet.noted('agt_2', 'abroad', START + 28 * DAY)).toBe(false);
  });

  test('agents that came once and never again keep no place from those that use the network', async () => {
    const fleet = make();
    await fleet.noted('agt_old', 'elsewhere', START);
    for (const once of ['agt_a', 'agt_b']) await fleet.noted(once, 'office', START);
    for (let day = 8; day < 16; day += 1) await fleet.noted('agt_1', 'office', START + day * DAY);
    expect(await fleet.noted('agt_2', 'office', START + 16 * DAY)).toBe(true);
  });

  test('a thief of two keys does not vouch for themselves within a week', async () => {
    const fleet = make();
    await fleet.noted('agt_old', 'office', START);
    await fleet.noted('agt_1', 'abroad', START + 20 * DAY);
    expect(await fleet.noted('agt_2', 'abroad', START + 21 * DAY)).toBe(false);
  });
});

test('of a network the store has a digest and two agents, and a new process knows it', async () => {
  const { documents, fleet } = stored();
  await fleet().noted('agt_old', 'office', START);
  for (const agent of ['agt_1', 'agt_2', 'agt_3']) await fleet().noted(agent, '192.0.2.0/24', START + 8 * DAY);
  const found = (await documents.collection<FleetNetwork>(FLEET_NETWORKS).find({ limit: 10 })).map(
    ({ document }) => document,
  );
  expect(found.map(({ id }) => id).sort()).toEqual(['began', 'digest of 192.0.2.0/24', 'digest of office']);
  expect(found.find(({ id }) => id.includes('192'))).toMatchObject({ first: [{ agent: 'agt_1' }, { agent: 'agt_2' }] });
  for (const day of [9, 10]) await fleet().noted('agt_1', '192.0.2.0/24', START + day * DAY);
  expect(await fleet().noted('agt_3', '192.0.2.0/24', START + 16 * DAY)).toBe(true);
});

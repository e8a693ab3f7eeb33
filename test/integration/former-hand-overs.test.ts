/** C12 with old data: agents that changed hands before hand-overs had a number, as a start after the update finds them. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AGENTS, type Agent } from '../../src/domain/clients/agents/agent.ts';
import { endFormerHands } from '../../src/domain/clients/agents/former-hand-overs.ts';
import { MIGRATIONS } from '../../src/domain/platform/retention/migrations.ts';
import { type Document, update } from '../../src/domain/ports/document-store.ts';
import { newKeyPair } from '../support/agent-keys.ts';
import { BANK } from '../support/approvals-world.ts';
import { type HandOverWorld, handOverWorld } from '../support/hand-over-world.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';

let server: RunningServer;
let world: HandOverWorld;

beforeAll(async () => {
  stopClock();
  server = await runServer();
  world = await handOverWorld(server);
});
afterAll(async () => {
  await server?.close();
  startClock();
});

/** As the version before wrote it: another owner, an event, and nothing else. */
const handedOverThen = async (id: string, more: Partial<Agent> = {}): Promise<void> => {
  const { documents, audit, clock } = server.behalf.services;
  const owner = world.mallory;
  await audit.append({
    type: 'agent.transferred',
    outcome: 'done',
    caller: owner,
    agent: id,
    owner,
    changed: ['owner'],
  });
  await update(documents.collection<Agent>(AGENTS), id, (agent) => ({
    ...agent,
    owner,
    acceptedAt: clock.now(),
    ...more,
  }));
};

test('an agent that was handed over then has nothing from before, and one that was not keeps all', async () => {
  const { documents, audit, clock } = server.behalf.services;
  const stays = await world.allowed('Stays', world.sam);
  const inGroup = await world.allowed('Within its group', world.sam);
  const moved = await world.allowed('Handed over then', world.sam);
  await handedOverThen(moved.agent.clientId);
  await handedOverThen(inGroup.agent.clientId, { formerOwners: [world.sam, world.mallory] });
  advance(5000);
  const key = { ...(await newKeyPair()) };
  const hers = { kind: 'jwks', jwks: { keys: [key.publicJwk] } };
  expect((await world.api('POST', `/agents/${moved.agent.clientId}/credentials`, hers)).status).toBe(200);
  expect(await world.isLive(moved.token)).toBe(true);

  await documents.collection<Document>(MIGRATIONS).take('agents.former_hand_overs');
  expect(await endFormerHands({ documents, audit, clock })).toEqual([moved.agent.clientId]);
  expect(await endFormerHands({ documents, audit, clock })).toBeUndefined();

  expect([await world.isLive(moved.token), (await world.backchannel(moved.agent)).status]).toEqual([false, 401]);
  const asHers = { clientId: moved.agent.clientId, key };
  const refreshed = await world.calls.token(world.keyed(asHers), {
    grant_type: 'refresh_token',
    refresh_token: moved.refreshToken,
    resource: BANK,
  });
  expect([refreshed.status, refreshed.body['error']]).toEqual([400, 'invalid_grant']);
  const delegation = (await world.api('GET', `/delegations/${moved.row}`)).body;
  expect(delegation['live']).toBe(false);
  await world.allow(asHers, 'openid balance');
  expect((await world.backchannel(asHers, 'openid balance')).status).toBe(200);
  for (const { agent, token } of [stays, inGroup]) {
    expect([await world.isLive(token), (await world.backchannel(agent)).status]).toEqual([true, 200]);
  }
  const changes = (await server.events('agent.updated')).filter(({ agent }) => agent === moved.agent.clientId);
  expect(changes.at(-1)).toMatchObject({
    outcome: 'done',
    caller: 'system',
    changed: expect.arrayContaining(['jwks']),
  });
});

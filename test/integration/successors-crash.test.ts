/** A server that is killed between the departure of an owner and the proposal of a successor: the proposal is made after it. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { newKeyPair } from '../support/agent-keys.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { WITHOUT_LIMITS } from '../support/scene.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { until } from '../support/until.ts';

// Starts of a server, on a machine that others work on.
jest.setTimeout(240_000);

let server: ServerProcess;
let management: Management;

beforeAll(async () => {
  server = await startServer({ environment: WITHOUT_LIMITS });
  management = await managementFromKeyFile(server.administratorKeyFile);
});
afterAll(() => server?.remove());

test('a kill -9 right after an owner left loses no proposal, and makes none twice', async () => {
  const account = async (username: string) => (await management.createAccount({ username, name: username })).id;
  const members = [await account('first'), await account('second')];
  const group = String((await management.call('POST', '/groups', { name: 'platform', members })).body['id']);
  await management.call('POST', '/successor-rules', { group });
  const owner = await account('leaver');
  const agents: string[] = [];
  for (let index = 0; index < 3; index += 1) {
    const { publicJwk } = await newKeyPair();
    const made = await management.createAgent({
      ...{ name: `Agent ${index}`, owner, purpose: 'Survives', environment: 'test', jwks: { keys: [publicJwk] } },
    });
    agents.push(made.id);
  }

  // In the middle of the call: some of its agents are orphans by then, or none, or all.
  const leaving = management.callOnce('POST', `/accounts/${owner}/disable`, undefined, management.localProof());
  await Promise.race([leaving, new Promise((resolve) => setImmediate(resolve))]).catch(() => undefined);
  await server.kill();
  await leaving.catch(() => undefined);
  await server.restart();
  await management.call('POST', `/accounts/${owner}/disable`);
  await server.kill();
  await server.restart();

  const stateOf = async (id: string) => (await management.call('GET', `/agents/${id}`)).body;
  await until(async () => (await Promise.all(agents.map(stateOf))).every((one) => one['transfer_to'] === group), {
    ...{ what: 'a proposal for each agent', seconds: 60 },
  });
  for (const id of agents) {
    expect(await stateOf(id)).toMatchObject({ state: 'orphaned', owner, succession: { asked: [group] } });
  }
});

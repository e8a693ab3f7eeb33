/** A server that is killed between the answer of a directory and its own record of it: nothing is lost, and there is no double. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { newKeyPair } from '../support/agent-keys.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { agentsThere, type ProvisioningDirectory, provisioningDirectory } from '../support/provisioning-directory.ts';
import { WITHOUT_LIMITS } from '../support/scene.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { until } from '../support/until.ts';

// Starts of a server, on a machine that others work on.
jest.setTimeout(240_000);

let authority: LocalAuthority;
let there: ProvisioningDirectory;
let server: ServerProcess;
let management: Management;

beforeAll(async () => {
  authority = await localAuthority();
  there = await provisioningDirectory(authority);
  server = await startServer({
    environment: {
      ...internalHosts({ provisioningTargets: there.host }),
      BEHALF_EGRESS_CA_FILE: authority.caFile,
      ...WITHOUT_LIMITS,
    },
  });
  management = await managementFromKeyFile(server.administratorKeyFile);
});
afterAll(async () => {
  await server?.remove();
  await there?.close();
  await authority?.remove();
});

test('WH-01 a kill -9 between the answer and the record of it loses no agent, and makes no double', async () => {
  const { id: owner } = await management.createAccount({ username: 'owner', name: 'Owner' });
  const agents: string[] = [];
  for (let index = 0; index < 3; index += 1) {
    const { publicJwk } = await newKeyPair();
    const made = await management.createAgent({
      ...{ name: `Agent ${index}`, owner, purpose: 'Survives', environment: 'test', jwks: { keys: [publicJwk] } },
    });
    agents.push(made.id);
  }
  // The directory has it; the server is gone before it can store that.
  const killing = new Set(['POST /scim/v2/Users', 'POST /scim/v2/Agents']);
  let kill: Promise<unknown> | undefined;
  there.onHandled((method, path) => {
    if (killing.delete(`${method} ${path.slice(0, method === 'PATCH' ? 15 : undefined)}`)) kill = server.kill();
  });
  const target = { name: 'Elsewhere', url: there.url, token: there.token };
  const { body } = await management.call('POST', '/provisioning-targets', target);
  const restarted = async (what: string): Promise<void> => {
    await until(() => kill !== undefined, { what, seconds: 60 });
    await kill;
    kill = undefined;
    await server.restart();
  };
  await restarted('the owner');
  await restarted('the first agent');
  await until(async () => (await agentsThere(there)).size === 3, {
    ...{ what: 'all agents', seconds: 60 },
  });
  killing.add('PATCH /scim/v2/Agents');
  await management.call('POST', `/agents/${agents[0]}/suspend`);
  await restarted('the suspension');
  const state = async () => (await management.call('GET', `/provisioning-targets/${String(body['id'])}`)).body;
  await until(async () => (await state())['waiting'] === 0 && (await state())['backlog'] === 0, {
    ...{ what: 'a target without waiting objects', seconds: 60 },
  });
  const all = await agentsThere(there);
  expect(agents.map((id) => all.get(id)?.map(({ active }) => active))).toEqual([[false], [true], [true]]);
  const { body: users } = await there.directory.find(`externalId eq "${owner}"`);
  expect(users['totalResults']).toBe(1);
  expect([...killing]).toEqual([]);
});

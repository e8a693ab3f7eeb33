import { expect, test } from '@jest/globals';
import type { Agent } from '../../../src/domain/clients/agents/agent.ts';
import type { Account } from '../../../src/domain/identity/accounts/account.ts';
import { providerClients, type Registries } from '../../../src/provider/client-authentication/client-metadata.ts';

const agent = (change: Partial<Agent> = {}) =>
  ({ id: 'agt_a', name: 'A', owner: 'acc_o', state: 'active', grantTypes: [], redirectUris: [], ...change }) as Agent;

const registries = (held: { agent: Agent; owner: Account['state'] }): Registries => ({
  agents: {
    get: async () => ({ document: held.owner === 'active' ? held.agent : { ...held.agent, state: 'orphaned' } }),
  },
  clients: { get: async () => undefined },
  resourceServers: { get: async () => undefined },
});

test('one state of a registration is always the same metadata, another state is other metadata', async () => {
  const held = { agent: agent(), owner: 'active' as Account['state'] };
  const clients = providerClients(registries(held), 'https://issuer.example');
  const first = await clients.find('agt_a');
  expect(first).toMatchObject({ client_id: 'agt_a', behalf_owner: 'acc_o' });
  expect(await clients.find('agt_a')).toBe(first);
  held.agent = agent({ name: 'B' });
  expect(await clients.find('agt_a')).toMatchObject({ client_name: 'B' });
});

test('a client that was found before is not found once suspended, or without an owner', async () => {
  const held = { agent: agent(), owner: 'active' as Account['state'] };
  const clients = providerClients(registries(held), 'https://issuer.example');
  expect(await clients.find('agt_a')).toBeDefined();
  held.owner = 'disabled';
  expect(await clients.find('agt_a')).toBeUndefined();
  held.owner = 'active';
  held.agent = agent({ state: 'suspended' });
  expect(await clients.find('agt_a')).toBeUndefined();
});

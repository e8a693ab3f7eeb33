/**
 * What it costs to find out what an agent may do at a resource, in the process's own CPU: prints microseconds of one
 * computation from the stored agent, its blueprint and the resource server, while neither changes and when one did.
 * A process of its own, so that it runs on the core of the servers.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../adapters/sqlite/document-store.ts';
import { AGENTS, type Agent } from '../../src/domain/clients/agents/agent.ts';
import { agentsUnderBlueprints } from '../../src/domain/clients/agents/agents-under-blueprints.ts';
import { limitsOfAgent } from '../../src/domain/clients/agents/effective-agent.ts';
import { BLUEPRINTS, type Blueprint } from '../../src/domain/clients/blueprints/blueprint.ts';
import { cutScope } from '../../src/domain/vocabulary/scope-sets.ts';

export type AuthorityMicros = { readonly unchanged: number; readonly changed: number };

const QUESTIONS = process.argv[2] === 'quick' ? 2_000 : 40_000;
const AGENT_COUNT = 500;
const SCOPES = ['read', 'write', 'delete', 'share', 'export', 'invite', 'archive', 'restore'];
const at = (index: number): string => `https://service-${index}.example.com`;
const RESOURCES = Array.from({ length: 10 }, (_, index) => at(index));

const folder = await mkdtemp(join(tmpdir(), 'behalf-authority-'));
const documents = sqliteDocumentStore(openSqlite({ file: join(folder, 'bench.db') }));
const stored = documents.collection<Agent>(AGENTS);
const blueprints = documents.collection<Blueprint>(BLUEPRINTS);
const idOf = (index: number): string => `agt_${index % AGENT_COUNT}`;
const common = { createdAt: 1, updatedAt: 1 };
await blueprints.insert({
  id: 'bpt_1',
  name: 'Blueprint',
  purpose: 'Limits',
  state: 'active',
  version: 1,
  revision: 1,
  ceilings: {
    grantTypes: ['client_credentials', 'urn:ietf:params:oauth:grant-type:token-exchange'],
    authenticationMethods: ['jwks', 'federated'],
    authority: Object.fromEntries(RESOURCES.map((resource) => [resource, SCOPES.slice(0, 6)])),
    environments: ['test', 'production'],
    approvals: { [at(0)]: ['write'] },
    maxAccessTokenSeconds: 300,
  },
  ...common,
});
await stored.insertMany(
  Array.from({ length: AGENT_COUNT }, (_, index) => ({
    id: idOf(index),
    name: `Agent ${index}`,
    owner: 'acc_1',
    purpose: 'Keeps things in order',
    environment: 'test',
    state: 'active',
    blueprint: 'bpt_1',
    jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] },
    redirectUris: [],
    grantTypes: ['client_credentials', 'authorization_code'],
    dpopBoundAccessTokens: false,
    resourceServers: [],
    authority: Object.fromEntries(RESOURCES.map((resource) => [resource, SCOPES.slice(2)])),
    ceilings: { maxAccessTokenSeconds: 600, authority: { [at(0)]: ['read', 'delete', 'share'] } },
    ...common,
  })),
);

type Reading = Parameters<typeof agentsUnderBlueprints>[0];
const server = { identifier: at(0), environments: ['test' as const], scopes: SCOPES.map((name) => declared(name)) };

function declared(name: string) {
  return { name, description: name, risk: 'low' as const };
}

const computing = (agents: Reading) => {
  const registry = agentsUnderBlueprints(agents, blueprints);
  return async (count: number): Promise<number> => {
    const before = process.cpuUsage();
    for (let index = 0; index < count; index += 1) {
      const agent = (await registry.get(idOf(index)))?.document;
      const { scope } = cutScope(undefined, SCOPES, agent ? limitsOfAgent(agent, server, true) : []);
      if (scope.join() !== 'delete,share') throw new Error(`computed ${scope.join()}`);
      // As requests do: back to the event loop, so that the store is asked anew whether any process wrote.
      if (index % 8 === 0) await new Promise(setImmediate);
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / count;
  };
};

/** Nothing that was made of an agent before can be taken again. */
const changing: Reading = {
  get: async (id) => {
    const found = await stored.get(id);
    return found && { ...found, document: { ...found.document } };
  },
  getMany: (ids) => stored.getMany(ids),
};

const [unchanged, changed] = [computing(stored), computing(changing)];
await unchanged(QUESTIONS / 4);
await changed(QUESTIONS / 4);
const micros: AuthorityMicros = { unchanged: await unchanged(QUESTIONS), changed: await changed(QUESTIONS) };
process.stdout.write(JSON.stringify(micros));
await documents.close();
await rm(folder, { recursive: true, force: true });

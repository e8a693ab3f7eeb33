/** Which agents of an MCP server are shown with their wishes, and in which order (decision 21). */
import { expect, test } from '@jest/globals';
import {
  allowedWishes,
  consentsOfWishes,
  wishesOf,
  wishFieldValue,
} from '../../../src/domain/authority/consent/wishes.ts';
import { TOKEN_EXCHANGE } from '../../../src/domain/clients/clients/grant-types.ts';

const MCP = { id: 'rs_mcp', identifier: 'https://mcp.example' };
const API = {
  id: 'rs_api',
  identifier: 'https://api.example',
  name: 'API',
  state: 'active',
  scopes: [{ name: 'read', description: 'Read', risk: 'low' }],
};

type Registered = { readonly id: string; readonly createdAt: number };

const wishesBy = (agents: readonly Registered[]) => {
  const documents = agents.map((agent) => ({
    document: { state: 'active', grantTypes: [TOKEN_EXCHANGE], resourceServers: [MCP.id], ...agent },
    version: 1,
  }));
  return wishesOf({
    agents: { list: async () => ({ items: documents }), getMany: async () => documents },
    resourceServers: { findByIdentifier: async () => ({ document: API, version: 1 }) },
    delegations: { consented: async () => undefined, suspendedOf: async () => [] },
    authorize: async ({ asked }: { readonly asked: readonly string[] }) => ({ scope: asked }),
  } as never);
};
const shown = async (...agents: readonly Registered[]): Promise<readonly string[]> => {
  const server = {
    ...MCP,
    delegatesTo: [{ resource: API.identifier, scope: 'read', acceptedBy: 'acc_ada', acceptedAt: 1 }],
  };
  const asked = { account: { id: 'acc_ada' }, client: { id: 'app_1' }, now: 1 };
  return (await wishesBy(agents)([server as never], asked as never)).map(({ agent }) => agent.id);
};

test('shows the oldest agent first, and by id those that were registered in the same second', async () => {
  const [young, old, twin] = [
    { id: 'agt_a', createdAt: 9 },
    { id: 'agt_c', createdAt: 5 },
    { id: 'agt_b', createdAt: 5 },
  ];
  expect(await shown(young, old, twin)).toEqual(['agt_b', 'agt_c', 'agt_a']);
});

test('shows five agents of a server: a new registration displaces no earlier one', async () => {
  const agents = [6, 5, 4, 3, 2, 1].map((createdAt) => ({ id: `agt_${9 - createdAt}`, createdAt }));
  expect(await shown(...agents)).toEqual(['agt_8', 'agt_7', 'agt_6', 'agt_5', 'agt_4']);
});

test('shows 20 wishes at most', async () => {
  const agents = Array.from({ length: 5 }, (_, at) => ({ id: `agt_${at}`, createdAt: at }));
  const servers = Array.from({ length: 12 }, () => ({
    ...MCP,
    delegatesTo: [{ resource: API.identifier, scope: 'read', acceptedBy: 'acc_ada', acceptedAt: 1 }],
  }));
  const asked = { account: { id: 'acc_ada' }, client: { id: 'app_1' }, now: 1 };
  expect(await wishesBy(agents)(servers as never, asked as never)).toHaveLength(20);
});

const WISH = { agent: { id: 'agt_a', owner: 'acc_ada' }, identifier: API.identifier, scopes: API.scopes } as never;

test('a form allows the wishes that it names, and none that was not offered', () => {
  const value = wishFieldValue(WISH, 'read');
  expect(allowedWishes([WISH], [value])).toEqual([{ wish: WISH, scope: ['read'] }]);
  expect(allowedWishes([WISH], [])).toEqual([]);
  for (const given of [['other'], [value, 'other'], [wishFieldValue(WISH, 'send')]]) {
    expect(() => allowedWishes([WISH], given)).toThrow(expect.objectContaining({ field: 'wish' }));
  }
});

test.each([
  [undefined, 900],
  [60, 160],
  [5000, 900],
])('an allowed wish of an agent with the ceiling %j ends at %d', (mostSeconds, end) => {
  const wish = { ...(WISH as object), ...(mostSeconds === undefined ? {} : { mostSeconds }) } as never;
  const about = { subject: 'acc_ada', client: 'app_1', now: 100, expiresAt: 900 };
  expect(consentsOfWishes([{ wish, scope: ['read'] }], about)).toMatchObject([
    { expiresAt: end, via: 'app_1', actor: 'agt_a', delegableTo: { agents: [], depth: 0 } },
  ]);
});

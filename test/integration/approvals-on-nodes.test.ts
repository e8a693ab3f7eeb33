/** Two nodes over the same stores: a page that is open at one of them hears what is asked at the other. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { memoryBroadcast } from '../../adapters/memory/broadcast.ts';
import { memoryDocumentStore } from '../../adapters/memory/document-store.ts';
import { memoryEphemeralStore } from '../../adapters/memory/ephemeral-store.ts';
import { systemClock } from '../../adapters/node/clock.ts';
import { loadConfiguration } from '../../config/load.ts';
import { type Behalf, compose } from '../../src/compose.ts';
import type { Topic } from '../../src/domain/ports/broadcast.ts';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { WITHOUT_LIMITS } from '../support/scene.ts';
import { freePort } from '../support/server-process.ts';

type Node = { readonly behalf: Behalf; readonly server: Server; readonly port: number; readonly folder: string };

const PASSWORD = 'correct horse battery staple';
/** Of both: what the first one closes is still there for the other. */
const keptOpen = <S extends { close(): Promise<void> }>(store: S): S => ({ ...store, close: async () => undefined });
const stores = {
  documents: keptOpen(memoryDocumentStore()),
  ephemeral: keptOpen(memoryEphemeralStore(systemClock)),
};
const hub = new Set<(topic: Topic, message: string) => void>();
let nodes: readonly Node[] = [];
let issuer: string;

const startNode = async (port: number, process: number): Promise<Node> => {
  const folder = await mkdtemp(join(tmpdir(), 'behalf-node-'));
  const { configuration } = loadConfiguration({
    env: {
      BEHALF_ISSUER: issuer,
      BEHALF_DATA: folder,
      BEHALF_ADMIN_PASSWORD: PASSWORD,
      BEHALF__PASSWORDS__ARGON2MEMORYKIB: '1024',
      BEHALF__PASSWORDS__ARGON2PASSES: '1',
      ...WITHOUT_LIMITS,
      BEHALF__LOG__LEVEL: 'silent',
    },
  });
  const behalf = await compose(configuration, {
    ...stores,
    masterKey: Buffer.alloc(32, 5),
    broadcast: memoryBroadcast(hub),
    machine: { host: 'test', process, isAlive: () => true },
  });
  const server = createServer((request, response) => behalf.handle(request, response));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { behalf, server, port, folder };
};

beforeAll(async () => {
  const ports = [await freePort(), await freePort()];
  issuer = `http://localhost:${ports[0]}`;
  const first = await startNode(Number(ports[0]), 1);
  nodes = [first, await startNode(Number(ports[1]), 2)];
}, 60_000);

afterAll(async () => {
  for (const { behalf, server, folder } of nodes) {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
    await behalf.close();
    await rm(folder, { recursive: true, force: true });
  }
});

test('a request that an agent makes at one node is told to the pages at the other, without a word of it', async () => {
  const browser = newBrowser(issuer);
  const page = await submitSignIn(browser, await browser.open(`${issuer}/account/approvals`), {
    username: 'admin',
    password: PASSWORD,
  });
  expect(page.text).toContain('Nothing waits for you');
  const [first, second] = nodes;
  if (!first || !second) throw new Error('no nodes');
  // Cookies know no ports.
  const stream = await fetch(`http://localhost:${second.port}/account/approvals/events`, {
    headers: { cookie: browser.jar.header(new URL(`${issuer}/account`)) },
  });
  expect(stream.status).toBe(200);
  const [account] = (await first.behalf.services.accounts.list({ limit: 1 })).items;
  const subject = String(account?.document.id);
  await first.behalf.services.approvals.desk.ask(
    {
      door: 'backchannel',
      risk: 'low',
      requires: { quorum: 1, isProvenAnew: false },
      approvers: [subject],
      approverNames: [subject],
      owner: 'acc_owner',
      mustAgree: subject,
      action: {
        ...{ client: 'agt_1', agent: 'agt_1', chain: { sub: 'agt_1', iss: issuer, sub_profile: 'ai_agent' }, subject },
        ...{ resource: 'https://calendar.example.com', scope: ['read'], details: [], meaning: 'as it is declared' },
        ...{ blueprint: null, composition: null, policy: null },
      },
    },
    'req_test',
  );
  let heard = '';
  for await (const chunk of stream.body ?? []) {
    heard += Buffer.from(chunk).toString();
    if (heard.includes('changed')) break;
  }
  expect(heard).toBe('retry: 3000\n\nevent: changed\ndata: approvals\n\n');
});

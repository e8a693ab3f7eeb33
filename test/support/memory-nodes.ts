/**
 * Nodes of one installation in this process, over the same stores in memory, each with a memory and a data folder of its own.
 * For a server alone, see running-server.ts.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryBroadcast } from '../../adapters/memory/broadcast.ts';
import { memoryDocumentStore } from '../../adapters/memory/document-store.ts';
import { memoryEphemeralStore } from '../../adapters/memory/ephemeral-store.ts';
import { systemClock } from '../../adapters/node/clock.ts';
import { loadConfiguration } from '../../config/load.ts';
import { type Behalf, compose } from '../../src/compose.ts';
import type { Topic } from '../../src/domain/ports/broadcast.ts';
import type { EphemeralStore } from '../../src/domain/ports/ephemeral-store.ts';
import { freePort } from './free-port.ts';
import { WITHOUT_LIMITS } from './scene.ts';

export type Node = { readonly behalf: Behalf; readonly port: number };
export type MemoryNodes = Awaited<ReturnType<typeof memoryNodes>>;

type Started = Node & { readonly folder: string; close(): Promise<void> };

type Options = {
  /** `BEHALF__SECTION__KEY` and the short names, of all nodes. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Default: all hear at once what one says. `false`: no node hears of the others. */
  readonly isTold?: boolean;
  /** What the nodes share for a while; the caller closes it. Default: in memory. */
  readonly ephemeral?: EphemeralStore;
};

/** Of all nodes: what the first one closes is still there for the others. */
const keptOpen = <S extends { close(): Promise<void> }>(store: S): S => ({ ...store, close: async () => undefined });

/** Starts so many, two at least. */
export const memoryNodes = async (count: number, { environment = {}, isTold = true, ...options }: Options = {}) => {
  const documents = keptOpen(memoryDocumentStore());
  const ephemeral = keptOpen(options.ephemeral ?? memoryEphemeralStore(systemClock));
  const hub = new Set<(topic: Topic, message: string) => void>();
  const firstPort = await freePort();
  // What one node calls itself, all do: a proxy stands in front of them.
  const issuer = `http://localhost:${firstPort}`;

  const startNode = async (port: number, process: number): Promise<Started> => {
    const folder = await mkdtemp(join(tmpdir(), 'behalf-node-'));
    const { configuration } = loadConfiguration({
      env: {
        BEHALF_ISSUER: issuer,
        BEHALF_DATA: folder,
        BEHALF_ADMIN_PASSWORD: 'correct horse battery staple',
        BEHALF__PASSWORDS__ARGON2MEMORYKIB: '1024',
        BEHALF__PASSWORDS__ARGON2PASSES: '1',
        ...WITHOUT_LIMITS,
        BEHALF__LOG__LEVEL: 'silent',
        ...environment,
      },
    });
    const behalf = await compose(configuration, {
      documents,
      ephemeral,
      masterKey: Buffer.alloc(32, 5),
      ...(isTold ? { broadcast: memoryBroadcast(hub) } : {}),
      machine: { host: 'test', process, isAlive: () => true },
      // Tests are about what is answered; a busy machine must not turn it into 503.
      requestDeadlineMilliseconds: 25_000,
    });
    const server = createServer(behalf.handle);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const close = async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await behalf.close();
      await rm(folder, { recursive: true, force: true });
    };
    return { behalf, port, folder, close };
  };

  const nodes: [Started, Started, ...Started[]] = [await startNode(firstPort, 1), await startNode(await freePort(), 2)];
  while (nodes.length < count) nodes.push(await startNode(await freePort(), nodes.length + 1));

  return {
    issuer,
    administratorKeyFile: join(nodes[0].folder, 'administrator.json'),
    nodes: nodes as readonly [Node, Node, ...Node[]],
    async close(): Promise<void> {
      for (const { close } of nodes) await close();
    },
  };
};

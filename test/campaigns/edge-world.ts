/** Nodes on one data set, an API of each language, and what the campaign `edge` asks of both. */
import { setTimeout as pause } from 'node:timers/promises';
import { managementFromKeyFile } from '../support/management.ts';
import { makeScene } from '../support/scene.ts';
import type { CampaignRun } from './campaign.ts';
import { type EdgeEnds, edgeEnds } from './edge-ends.ts';
import { type Kit, type KitAnswer, type Need, newKit, pythonCommand, typescriptCommand } from './edge-kits.ts';
import { type Node, nodeClient } from './node-client.ts';
import { type NodesOn, startNodesOn } from './nodes-on.ts';
import type { ServerStores } from './server-stores.ts';

export const NODES = 3;
/** Longest time in which an API may accept a token that has ended, by what the request needs (docs/reference/revocation-feed.md). */
export const STALE_MS: Readonly<Record<Need, number>> = { read: 30_000, write: 10_000, delete: 2000 };
/** `settle_seconds` of the feed, and a little: an end may be under way for so long, so an API asks about its tokens. */
export const SETTLE_SECONDS = 31;
const PATIENCE_MS = 30_000;
/** An answer that is as fast shows that a node has begun. On a busy machine, with the stand-in for MongoDB, that takes minutes. */
const QUICK_MS = 1000;
const BEGIN_WITHIN_MS = 240_000;

export type EdgeWorld = {
  readonly name: string;
  readonly servers: NodesOn['servers'];
  readonly kits: readonly Kit[];
  readonly ends: EdgeEnds;
  /** Lets time pass at the APIs, until each accepts a token offline. */
  settle(kits?: readonly Kit[]): Promise<void>;
  /** Connects the APIs, and their feeds, to a node that chance picks. Resolves to its number. */
  moveOn(): Promise<number>;
  log(): string;
  close(): Promise<void>;
};

/** Repeats a question until `isGood`. Throws after half a minute, or after `patience` milliseconds. */
export const asked = async <T>(
  question: () => Promise<T>,
  isGood: (answer: T) => boolean,
  what: string,
  patience = PATIENCE_MS,
): Promise<T> => {
  const end = performance.now() + patience;
  for (;;) {
    const answer = await question();
    if (isGood(answer)) return answer;
    if (performance.now() > end) throw new Error(`${what}: ${JSON.stringify(answer)}`);
    await pause(20);
  }
};

/** A violation where an API accepts a token longer after its end than it may. */
export const judge = (
  run: CampaignRun,
  kit: Kit,
  need: Need,
  answer: KitAnswer,
  endedAt: number,
  what: string,
): void => {
  const late = answer.sentAt - endedAt;
  if (!answer.isYes || late <= STALE_MS[need]) return;
  run.violation(`${what}: the API in ${kit.name} accepted for ${need} ${Math.round(late)} ms after the end`);
};

/**
 * Waits until each node reads and writes in time. The server answers 503 after five seconds, and what a call has made by then stays: it
 * cannot be repeated.
 */
export const untilQuick = async (nodes: readonly Node[], administratorKeyFile: string): Promise<void> => {
  const management = await managementFromKeyFile(administratorKeyFile);
  for (const [index, node] of nodes.entries()) {
    const answer = async () => {
      const begin = performance.now();
      management.signInAgain();
      const token = await management.accessToken().catch(() => '');
      const { status } = await node.read('/resource-servers', token);
      return { status, ms: performance.now() - begin };
    };
    await asked(
      answer,
      ({ status, ms }) => status === 200 && ms < QUICK_MS,
      `node ${index} answers late`,
      BEGIN_WITHIN_MS,
    );
  }
};

/** `python`: an interpreter that has the Python package. */
export const startEdgeWorld = async (run: CampaignRun, stores: ServerStores, python: string): Promise<EdgeWorld> => {
  const nodesOn = await startNodesOn(stores, NODES);
  const { issuer, servers, administratorKeyFile } = nodesOn;
  const nodes: readonly Node[] = servers.map(({ port }) => nodeClient(port, issuer));
  const kits: Kit[] = [];
  const close = async (): Promise<void> => {
    for (const kit of kits) await kit.close();
    for (const node of nodes) node.close();
    await nodesOn.remove();
  };
  try {
    await untilQuick(nodes, administratorKeyFile);
    const scene = await makeScene({ issuer, administratorKeyFile });
    const ends = await edgeEnds(scene, nodes);
    const { credential, identifier } = scene.jwt;
    if (credential.kind !== 'basic') throw new Error('the resource server has no secret');
    const environment = { RESOURCE: identifier, API_ID: credential.clientId, API_SECRET: credential.secret };
    const shared = { environment, issuer, port: servers[0]?.port ?? 0 };
    kits.push(await newKit({ name: 'typescript', command: typescriptCommand(), ...shared }));
    kits.push(await newKit({ name: 'python', command: pythonCommand(python), ...shared }));
    for (const kit of kits) await kit.start();

    const settleOne = async (kit: Kit, token: string): Promise<void> => {
      const use = () => kit.use(token, 'read');
      await asked(use, ({ isYes }) => isYes, `the API in ${kit.name} refuses a live token`);
      // The first message of the feed, whose time passes.
      await pause(500);
      await kit.clocks({ pass: SETTLE_SECONDS });
      kit.proxy.become('cut');
      kit.proxy.become('open');
      let before = -1;
      const isOffline = ({ isYes, introspections }: KitAnswer): boolean => {
        const isSame = introspections === before;
        before = introspections;
        return isYes && isSame;
      };
      await asked(use, isOffline, `the API in ${kit.name} introspects without end`);
    };

    return {
      name: nodesOn.name,
      servers,
      kits,
      ends,
      async settle(some = kits) {
        const { token } = await ends.live();
        await Promise.all(some.map((kit) => settleOne(kit, token)));
      },
      async moveOn() {
        const node = run.random.integer(servers.length);
        for (const { name, proxy } of kits) {
          proxy.to(servers[node]?.port ?? 0);
          proxy.become('cut');
          proxy.become('open');
          const hasFeed = async (): Promise<boolean> => proxy.hasFeed();
          await asked(hasFeed, Boolean, `the API in ${name} does not read the feed again`);
        }
        return node;
      },
      log: nodesOn.log,
      close,
    };
  } catch (error) {
    await close();
    throw new Error(`${(error as Error).stack}\nserver logs:\n${nodesOn.log()}`, { cause: error });
  }
};

/** Three nodes on one SQLite data set, with many delegations that were written while no node ran. */
import { setTimeout as pause } from 'node:timers/promises';
import { openSqlite } from '../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../adapters/sqlite/document-store.ts';
import { dataFolder } from '../../config/data-folder.ts';
import { AUDIT_RECORDS, type AuditRecord } from '../../src/domain/audit/audit-record.ts';
import { DELEGATIONS, type Delegation } from '../../src/domain/authority/delegation/delegation.ts';
import { KEPT_SECONDS } from '../../src/domain/authority/delegation/delegation-ends.ts';
import { slotOf } from '../../src/domain/authority/delegation/delegation-record.ts';
import { REVIEW_ITEMS, type ReviewItem } from '../../src/domain/governance/reviews/review.ts';
import { type DocumentStore, everyDocument } from '../../src/domain/ports/document-store.ts';
import { extendChain } from '../../src/domain/vocabulary/actor-chain.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { makeScene } from '../support/scene.ts';
import { type Node, nodeClient } from './node-client.ts';
import { startNodesOn } from './nodes-on.ts';

export const NODES = 3;
const BATCH = 1000;
const DAY = 86_400;
const SCOPE = ['read', 'write'];
const TOKEN_ATTEMPTS = 150;

/** What is stored when no node runs. */
export type Stored = {
  readonly delegations: ReadonlyMap<string, Delegation>;
  readonly items: ReadonlyMap<string, ReviewItem>;
  /** Decisions by item: those that the log has as done, without those that came to nothing. More than one: a node died in between. */
  readonly decisions: ReadonlyMap<string, number>;
};

export type ReviewsWorld = {
  readonly name: string;
  readonly nodes: readonly Node[];
  /** Ids of the planted delegations. */
  readonly planted: readonly string[];
  readonly kills: () => number;
  token(): Promise<string>;
  /** Kills one node and starts it again. */
  crash(number: number): Promise<void>;
  /** Stops all nodes, and reads what is stored. */
  read(): Promise<Stored>;
  log(): string;
  close(): Promise<void>;
};

const letters = 'abcdefghijklmnopqrstuvwxyz234567';
const idOf = (index: number): string =>
  `dlg_${Array.from({ length: 26 }, (_, at) => letters[Math.floor(index / 32 ** at) % 32] ?? 'a').join('')}`;

export const startReviewsWorld = async (count: number): Promise<ReviewsWorld> => {
  const on = await startNodesOn('sqlite', NODES);
  const nodes = on.servers.map(({ port }) => nodeClient(port, on.issuer));
  let kills = 0;
  const close = async (): Promise<void> => {
    for (const node of nodes) node.close();
    await on.remove();
  };
  const stored = async <T>(work: (documents: DocumentStore) => Promise<T>): Promise<T> => {
    const folder = String(on.environment['BEHALF_DATA']);
    const documents = sqliteDocumentStore(openSqlite({ file: dataFolder(folder).database }));
    try {
      return await work(documents);
    } finally {
      await documents.close();
    }
  };
  try {
    const { management, agent, jwt, accountId } = await makeScene(on);
    for (const server of on.servers) await server.stop();
    const now = Math.floor(Date.now() / 1000);
    const delegationOf = (index: number): Delegation => {
      // The resource differs, so that each has a slot of its own.
      const resource = index === 0 ? jwt.identifier : `https://api-${index}.example.com`;
      const expiresAt = now + 200 * DAY;
      return {
        ...{ id: idOf(index), subject: accountId, actor: agent.clientId, resource, scope: SCOPE, expiresAt },
        ...{ parent: null, ancestors: [], depth: 1, chain: extendChain(agent.clientId, on.issuer) },
        ...{ delegableTo: { agents: [], depth: 0 }, state: 'active', forgetAt: expiresAt + KEPT_SECONDS },
        slot: slotOf(accountId, null, agent.clientId, resource),
        ...{ createdAt: now - 1 - (index % 1000), updatedAt: now - 1 - (index % 1000) },
      };
    };
    await stored(async (documents) => {
      const delegations = documents.collection<Delegation>(DELEGATIONS);
      for (let at = 0; at < count; at += BATCH) {
        const size = Math.min(BATCH, count - at);
        await delegations.insertMany(Array.from({ length: size }, (_, index) => delegationOf(at + index)));
      }
    });
    for (const server of on.servers) await server.restart();
    return {
      ...{
        name: on.name,
        nodes,
        planted: Array.from({ length: count }, (_, index) => idOf(index)),
        log: on.log,
        close,
      },
      kills: () => kills,
      async token() {
        // The node that has the address of the issuer may be down.
        for (let attempt = 0; ; attempt += 1) {
          try {
            return await management.accessToken();
          } catch (error) {
            if (attempt === TOKEN_ATTEMPTS) throw error;
            await pause(200);
          }
        }
      },
      async crash(number) {
        kills += 1;
        await on.servers[number]?.kill();
        await on.servers[number]?.restart();
      },
      async read() {
        for (const server of on.servers) await server.stop();
        return stored(readAll);
      },
    };
  } catch (error) {
    await close();
    throw new Error(`${(error as Error).stack}\nserver logs:\n${on.log()}`, { cause: error });
  }
};

const readAll = async (documents: DocumentStore): Promise<Stored> => {
  const all = async <T extends { readonly id: string }>(
    declaration: Parameters<DocumentStore['collection']>[0],
  ): Promise<ReadonlyMap<string, T>> => {
    const found = new Map<string, T>();
    for await (const one of everyDocument(documents.collection<T>(declaration), { limit: 1000 }))
      found.set(one.id, one);
    return found;
  };
  const decisions = new Map<string, number>();
  const where = { type: 'review.item_decided' };
  for await (const { event } of everyDocument(documents.collection<AuditRecord>(AUDIT_RECORDS), {
    where,
    limit: 1000,
  })) {
    const item = String(event.inputs?.['item']);
    decisions.set(item, (decisions.get(item) ?? 0) + (event.outcome === 'done' ? 1 : -1));
  }
  return { delegations: await all(DELEGATIONS), items: await all(REVIEW_ITEMS), decisions };
};

export const bodyOf = ({ status, body, text }: Answer): Answer['body'] => {
  if (status >= 300) throw new Error(`${status} ${text.slice(0, 300)}`);
  return body;
};

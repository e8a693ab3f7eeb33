/** A register of many agents, written into a data folder while no server runs on it: half a million in minutes. */
import { createHash } from 'node:crypto';
import { openSqlite } from '../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../adapters/sqlite/document-store.ts';
import { dataFolder } from '../../config/data-folder.ts';
import { AGENTS, type Agent, type AgentState } from '../../src/domain/clients/agents/agent.ts';
import { AGENT_USE, type AgentUse } from '../../src/domain/clients/agents/agent-last-used.ts';
import { searchable } from '../../src/domain/clients/agents/agent-search-terms.ts';
import { ACCOUNTS, type Account } from '../../src/domain/identity/accounts/account.ts';
import type { Scene } from '../support/scene.ts';

const BATCH = 1000;
/** Agents of each owner but the large one. */
const EACH = 50;
const DAY = 86_400;

const WHAT = (
  'airport archive ballot battery calendar camera canal cargo cellar ceramic cinema clinic contract copper cotton ' +
  'desert diary dentist engine fabric ferry forest fossil garden glacier harbour hotel invoice island journal kitchen ' +
  'laundry library lumber magnet market meadow museum needle notary orchard oxygen parcel pharmacy piano planet ' +
  'quarry railway receipt'
).split(' ');
const DOES = (
  'adviser analyst auditor booker buyer checker cleaner clerk collector counter delivery worker dealer drafter editor ' +
  'estimator examiner filer finder fixer gatherer guide helper indexer inspector keeper labeller lister mapper ' +
  'matcher mender merger messenger observer packer planner porter printer reader reporter reviewer seller sender ' +
  'sorter steward teller tester tracker translator watcher writer'
).split(' ');

export type Planted = ReturnType<typeof planOf>;

const letters = 'abcdefghijklmnopqrstuvwxyz234567';

/** Looks like any other id, and is known by its number. */
const idOf = (prefix: string, seed: number, index: number): string =>
  `${prefix}_${[...createHash('sha256').update(`${prefix} ${seed} ${index}`).digest().subarray(0, 26)]
    .map((byte) => letters[byte & 31])
    .join('')}`;

/** Of a hundred agents. */
const stateOf = (index: number): AgentState => {
  const place = (index * 37) % 100;
  return place < 90
    ? 'active'
    : place < 95
      ? 'suspended'
      : place < 98
        ? 'retired'
        : place < 99
          ? 'orphaned'
          : 'pending';
};

/** What stands in a register of `count` agents. A tenth belongs to the person of the scene, the others to many. */
export const planOf = (scene: Scene, count: number, seed: number, blueprint: string) => {
  const isOfPerson = (index: number): boolean => index % 10 === 0;
  const ownerOf = (index: number): string =>
    isOfPerson(index) ? scene.accountId : idOf('acc', seed, Math.floor(index / EACH));
  const agentOf = (index: number, now: number): Agent => {
    const state = stateOf(index);
    // The register has grown for two years.
    const createdAt = now - Math.floor(((count - index) / count) * 730 * DAY);
    const [what, does] = wordsOf(index);
    const about = {
      name: `${what} ${does} ${numberOf(index)}`,
      provider: 'Example',
      purpose: `Keeps the ${what} in order`,
    };
    return {
      ...about,
      ...searchable(about),
      id: idOf('agt', seed, index),
      owner: ownerOf(index),
      environment: index % 10 < 6 ? 'production' : index % 10 < 9 ? 'test' : 'development',
      state,
      ...(index % 2 === 0 ? { blueprint } : {}),
      ...(state === 'pending' ? { acceptBy: now + DAY } : { acceptedAt: createdAt }),
      ...(index % 20 === 1 ? { expiresAt: now + (30 + (index % 300)) * DAY } : {}),
      jwks: { keys: [scene.agent.key.publicJwk] },
      redirectUris: [],
      grantTypes: ['client_credentials'],
      dpopBoundAccessTokens: false,
      resourceServers: [],
      authority: { [scene.jwt.identifier]: ['read', 'write'] },
      createdAt,
      updatedAt: createdAt,
    } as Agent;
  };
  return {
    count,
    owners: Math.ceil(count / EACH),
    idOf: (prefix: string, index: number): string => idOf(prefix, seed, index),
    id: (index: number): string => idOf('agt', seed, index),
    client: (index: number): string => idOf('app', seed, index),
    ownerOf,
    isActive: (index: number): boolean => stateOf(index) === 'active',
    agentOf,
    account: (index: number): Account => ({
      id: idOf('acc', seed, index),
      username: `owner-${index}`,
      name: `Owner ${index}`,
      groups: [],
      roles: [],
      state: 'active',
      sessionsValidFrom: 1,
      createdAt: 1,
      updatedAt: 1,
    }),
  };
};

/** A word that one agent has. */
export const numberOf = (index: number): string => `no${index.toString(36)}`;

/** A word of one in fifty, and one of one in fifty of those. */
export const wordsOf = (index: number): readonly [what: string, does: string] => [
  WHAT[index % WHAT.length] ?? '',
  DOES[Math.floor(index / WHAT.length) % DOES.length] ?? '',
];

/** A third was not used for a month; those that were never used are among them. */
const useOf = ({ id, owner, createdAt }: Agent, index: number, now: number): AgentUse => {
  const usedAt = Math.max(createdAt, now - (index % 3 === 0 ? 31 + (index % 40) : index % 29) * DAY);
  return { id, owner, usedAt, isUsed: true, idleFrom: usedAt };
};

/** The numbers below `count`, some at a time. */
export const inBatches = function* (count: number): Generator<readonly number[]> {
  for (let at = 0; at < count; at += BATCH)
    yield Array.from({ length: Math.min(BATCH, count - at) }, (_, index) => at + index);
};

export const plant = async (
  folder: string,
  plan: Planted,
  progress: (done: number) => void,
): Promise<{ readonly seconds: number }> => {
  const begin = performance.now();
  const documents = sqliteDocumentStore(openSqlite({ file: dataFolder(folder).database }));
  const [accounts, agents, uses] = [
    documents.collection<Account>(ACCOUNTS),
    documents.collection<Agent>(AGENTS),
    documents.collection<AgentUse>(AGENT_USE),
  ];
  const now = Math.floor(Date.now() / 1000);
  const batch = <T>(from: number, to: number, make: (index: number) => T): T[] =>
    Array.from({ length: Math.min(BATCH, to - from) }, (_, at) => make(from + at));
  try {
    for (let at = 0; at < plan.owners; at += BATCH) await accounts.insertMany(batch(at, plan.owners, plan.account));
    for (let at = 0; at < plan.count; at += BATCH) {
      const made = batch(at, plan.count, (index) => plan.agentOf(index, now));
      await Promise.all([
        uses.insertMany(made.map((agent, place) => useOf(agent, at + place, now))),
        agents.insertMany(made),
      ]);
      progress(at + made.length);
    }
  } finally {
    await documents.close();
  }
  return { seconds: (performance.now() - begin) / 1000 };
};

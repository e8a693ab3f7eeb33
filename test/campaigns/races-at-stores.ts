/** The races at the store ports themselves: take, claim, count, replace, insert and unique keys. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryDocumentStore } from '../../adapters/memory/document-store.ts';
import { memoryEphemeralStore } from '../../adapters/memory/ephemeral-store.ts';
import { mongodbDocumentStore } from '../../adapters/mongodb/document-store.ts';
import { systemClock } from '../../adapters/node/clock.ts';
import { randomIdentifiers } from '../../adapters/node/identifiers.ts';
import { postgresqlDocumentStore } from '../../adapters/postgresql/document-store.ts';
import { postgresqlEphemeralStore } from '../../adapters/postgresql/ephemeral-store.ts';
import { redisEphemeralStore } from '../../adapters/redis/ephemeral-store.ts';
import { openSqlite } from '../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../adapters/sqlite/document-store.ts';
import { sqliteEphemeralStore } from '../../adapters/sqlite/ephemeral-store.ts';
import { delegationRequests } from '../../src/domain/authority/delegation/delegation-requests.ts';
import { masterKey } from '../../src/domain/platform/crypto/master-key.ts';
import { type DocumentStore, isDocumentConflict } from '../../src/domain/ports/document-store.ts';
import type { EphemeralStore } from '../../src/domain/ports/ephemeral-store.ts';
import { isDomainError } from '../../src/domain/vocabulary/errors.ts';
import { presentedProofs } from '../../src/provider/client-authentication/presented-proofs.ts';
import { consumptionRegistry } from '../../src/provider/seam/consumption-registry.ts';
import { nextTurn } from '../../src/provider/seam/request-facts.ts';
import { dpopProof, newKeyPair } from '../support/agent-keys.ts';
import { startMongodb } from '../support/mongodb-server.ts';
import { startPostgresql } from '../support/postgresql-server.ts';
import { startRedis } from '../support/redis-server.ts';
import type { CampaignRun } from './campaign.ts';
import { PARALLEL, type Race, runRaces } from './race.ts';

type Row = { readonly id: string; readonly slot: string; readonly by: number };

const ROWS = { name: 'race_rows', indexes: [{ fields: ['slot'], unique: true }] } as const;

/** All at once; answers how many won. */
const count = async (use: (index: number) => Promise<boolean>): Promise<number> => {
  const outcomes = await Promise.all(Array.from({ length: PARALLEL }, (_, index) => use(index)));
  return outcomes.filter(Boolean).length;
};

const exactlyOne = (winners: number): string | undefined => (winners === 1 ? undefined : `${winners} winners`);

/** An insert that answers whether it was the one that got in. */
const won = async (insert: Promise<void>): Promise<boolean> => {
  try {
    await insert;
    return true;
  } catch (error) {
    if (isDocumentConflict(error)) return false;
    throw error;
  }
};

/** Ids no other race has used. */
const ids = () => {
  let last = 0;
  return (): string => `r${++last}`;
};

const documentRaces = (documents: DocumentStore): readonly Race[] => {
  const rows = documents.collection<Row>(ROWS);
  const consumptions = consumptionRegistry({ documents, clock: systemClock });
  const next = ids();
  return [
    {
      // What codes, refresh tokens, device codes and pushed requests are used up by.
      name: 'consumption mark',
      async trial() {
        const id = `AuthorizationCode:${next()}`;
        const expiresAt = systemClock.now() + 60;
        const answered = Promise.resolve();
        const winners = await count(() => consumptions.consume(id, expiresAt, answered));
        const facts = { arrivedAt: systemClock.nowMillis(), turn: nextTurn() };
        return exactlyOne(winners) ?? ((await consumptions.stateOf(id, facts)) === 'unused' ? 'unused' : undefined);
      },
    },
    {
      name: 'document insert',
      async trial() {
        const id = next();
        const winners = await count((by) => won(rows.insert({ id, slot: `${id}/${by}`, by })));
        const stored = await rows.get(id);
        return exactlyOne(winners) ?? (stored?.version === 1 ? undefined : 'the winner is not stored');
      },
    },
    {
      name: 'document unique key',
      async trial() {
        const slot = next();
        const winners = await count((by) => won(rows.insert({ id: `${slot}-${by}`, slot, by })));
        return exactlyOne(winners);
      },
    },
    {
      name: 'document replace',
      async trial() {
        const id = next();
        await rows.insert({ id, slot: id, by: -1 });
        const winner = { by: -1 };
        const winners = await count(async (by) => {
          const isWinner = await rows.replace({ id, slot: id, by }, 1);
          if (isWinner) winner.by = by;
          return isWinner;
        });
        const stored = await rows.get(id);
        const isKept = stored?.document.by === winner.by && stored.version === 2;
        return exactlyOne(winners) ?? (isKept ? undefined : `stored is ${JSON.stringify(stored)}, not ${winner.by}`);
      },
    },
    {
      name: 'document take',
      async trial() {
        const id = next();
        await rows.insert({ id, slot: id, by: -1 });
        const winners = await count(async () => (await rows.take(id)) !== undefined);
        return exactlyOne(winners) ?? ((await rows.get(id)) === undefined ? undefined : 'taken and still there');
      },
    },
  ];
};

const MASTER_KEY = masterKey(Buffer.alloc(32, 7));
const ISSUER = 'https://id.example.com';

const ephemeralRaces = (ephemeral: EphemeralStore): readonly Race[] => {
  const next = ids();
  const requests = delegationRequests({
    ephemeral,
    clock: systemClock,
    identifiers: randomIdentifiers,
    masterKey: MASTER_KEY,
    issuer: ISSUER,
    ttlSeconds: 600,
  });
  const presented = presentedProofs({ issuer: ISSUER, clock: systemClock, ephemeral, masterKey: MASTER_KEY });
  const key = newKeyPair();
  return [
    {
      name: 'delegation request',
      async trial() {
        const wanted = {
          subject: next(),
          agent: 'agt_racer',
          resource: ISSUER,
          scope: ['read'],
          viaClient: 'app_racer',
        };
        const { url } = await requests.create(wanted);
        const handle = url.slice(url.lastIndexOf('/') + 1);
        return exactlyOne(await count(async () => (await requests.consume(handle))?.subject === wanted.subject));
      },
    },
    {
      name: 'DPoP proof',
      async trial() {
        const path = '/api/v1/agents';
        const accessToken = next();
        const proof = await dpopProof(await key, { method: 'GET', url: `${ISSUER}${path}`, accessToken });
        const use = () => presented({ proof, method: 'GET', path, accessToken });
        return exactlyOne(
          await count(() =>
            use().then(
              () => true,
              (error: unknown) => {
                if (isDomainError(error) && error.code === 'unauthenticated') return false;
                throw error;
              },
            ),
          ),
        );
      },
    },
    {
      name: 'ephemeral take',
      async trial() {
        const key = next();
        await ephemeral.set(key, 'value', 60);
        return exactlyOne(await count(async () => (await ephemeral.take(key)) === 'value'));
      },
    },
    {
      name: 'ephemeral claim',
      async trial() {
        const key = next();
        return exactlyOne(await count(() => ephemeral.claim(key, 60)));
      },
    },
    {
      name: 'ephemeral count',
      async trial() {
        const key = next();
        const counts = await Promise.all(Array.from({ length: PARALLEL }, () => ephemeral.count(key, 60)));
        return new Set(counts).size === PARALLEL && Math.max(...counts) === PARALLEL
          ? undefined
          : `counts ${counts.toSorted((one, other) => one - other).join(' ')}`;
      },
    },
  ];
};

/** The ports an adapter has, its name with what stands behind it, and what removes it. */
type Opened = {
  readonly name: string;
  readonly documents?: DocumentStore;
  readonly ephemeral?: EphemeralStore;
  remove(): Promise<void>;
};

/** So that 64 at once on a busy machine are slow, and no failures. */
const DEADLINE_MS = 10_000;

const OPENED = {
  async memory(): Promise<Opened> {
    const ephemeral = memoryEphemeralStore(systemClock);
    return { name: 'memory adapter', documents: memoryDocumentStore(), ephemeral, remove: async () => undefined };
  },
  async sqlite(): Promise<Opened> {
    const folder = await mkdtemp(join(tmpdir(), 'behalf-races-'));
    const database = openSqlite({ file: join(folder, 'races.db') });
    return {
      name: 'sqlite adapter',
      documents: sqliteDocumentStore(database),
      ephemeral: sqliteEphemeralStore(database, systemClock),
      remove: () => rm(folder, { recursive: true, force: true }),
    };
  },
  async mongodb(): Promise<Opened> {
    const server = await startMongodb();
    const documents = await mongodbDocumentStore({
      url: server.url('races'),
      allowStandalone: server.isStandalone,
      deadlineMilliseconds: DEADLINE_MS,
    });
    return { name: `mongodb (${server.kind}) adapter`, documents, remove: server.remove };
  },
  async redis(): Promise<Opened> {
    const server = await startRedis([['maxmemory-policy', 'noeviction']]);
    const ephemeral = await redisEphemeralStore({
      url: server.url,
      clock: systemClock,
      deadlineMilliseconds: DEADLINE_MS,
      isNewInstallation: true,
    });
    return { name: 'redis adapter', ephemeral, remove: server.remove };
  },
  async postgresql(): Promise<Opened> {
    const server = await startPostgresql();
    const options = { url: server.url('races'), deadlineMilliseconds: DEADLINE_MS };
    return {
      name: 'postgresql adapter',
      documents: await postgresqlDocumentStore(options),
      ephemeral: await postgresqlEphemeralStore({ ...options, clock: systemClock }),
      remove: server.remove,
    };
  },
} as const;

type Adapter = keyof typeof OPENED;
export const ADAPTERS = Object.keys(OPENED) as readonly Adapter[];

/** MongoDB has only documents, Redis only what is ephemeral; the others have both. `trials` is shared among the kinds. */
export const adapterRaces = async (run: CampaignRun, adapter: Adapter, trials: number) => {
  const { name, documents, ephemeral, remove } = await OPENED[adapter]();
  try {
    const all = [...(documents ? documentRaces(documents) : []), ...(ephemeral ? ephemeralRaces(ephemeral) : [])];
    const done = await runRaces(run, name, all, trials);
    run.finished(name, done);
    return { [name]: done };
  } finally {
    await documents?.close();
    await ephemeral?.close();
    await remove();
  }
};

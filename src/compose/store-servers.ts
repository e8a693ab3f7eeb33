/** Stores in database servers: MongoDB with Redis, or PostgreSQL with or without Redis. */
import type { Logger } from 'pino';
import { systemClock } from '../../adapters/node/clock.ts';
import { stopwatch } from '../../adapters/node/stopwatch.ts';
import type { PostgresqlDocumentStore, ServingConfirmation } from '../../adapters/postgresql/document-store.ts';
import type { Configuration } from '../../config/configuration.ts';
import type { Broadcast } from '../domain/ports/broadcast.ts';
import type { Clock } from '../domain/ports/clock.ts';
import type { DocumentStore, OnUnreadable } from '../domain/ports/document-store.ts';
import type { EphemeralStore } from '../domain/ports/ephemeral-store.ts';
import { lastingProblem, type StoreConfirmation } from '../domain/ports/store-confirmation.ts';
import type { ReadinessCheck } from '../http/operations.ts';
import { CACHED, LINEARIZABLE } from './collections.ts';
import { CONFIRMATION_CLOCKS } from './confirmation-clocks.ts';

export type OpenedStores = {
  readonly documents: DocumentStore;
  readonly ephemeral: EphemeralStore;
  /** Broadcasts to the other nodes. With stores in this process or its data folder there are no other nodes. */
  readonly broadcast: Broadcast;
  /** Readiness checks of the storage servers; empty for stores within this process. */
  readonly checks: readonly ReadinessCheck[];
  /** Whether answers may be given from the store; absent where no other server can take over without the knowledge of this process. */
  readonly confirmation?: StoreConfirmation;
  /** Resolves when the declared collections accept writes and queries. Throws StoreUnavailable otherwise. */
  ready(): Promise<void>;
};

type StoreSettings = Configuration['stores'];
type Checked = { check(): Promise<string | undefined> };
type ServerDocuments = DocumentStore & Checked & { readonly isNew: boolean; ready(): Promise<void> };
/** `beside`: opens on the same server what Redis keeps otherwise. */
type OpenedDocuments = {
  readonly documents: ServerDocuments;
  readonly confirmation?: ServingConfirmation;
  readonly beside?: (around: Around) => Promise<Beside>;
};
type Around = { readonly clock: Clock; readonly onUnreadable: OnUnreadable; readonly log: Logger | undefined };

/** Throws StoreUnavailable with the reason when a server is not reachable or not suitable; then nothing stays open. */
export const storeServers = async ({ stores: settings }: Configuration, around: Around): Promise<OpenedStores> => {
  const { documents, confirmation, beside } =
    settings.document === 'mongodb'
      ? await inMongodb(settings, around.onUnreadable)
      : await inPostgresql(settings, around);
  try {
    const { ephemeral, broadcast, checks } =
      settings.ephemeral === 'redis' || beside === undefined
        ? await besideInRedis(settings, documents, around)
        : await beside(around);
    return {
      documents,
      ephemeral,
      broadcast,
      checks: [
        {
          name: settings.document,
          check: async () => (await documents.check()) ?? (confirmation && lastingProblem(confirmation)),
        },
        ...checks,
      ],
      ...(confirmation ? { confirmation } : {}),
      async ready() {
        await documents.ready();
        await confirmation?.ready();
      },
    };
  } catch (error) {
    await documents.close();
    throw error;
  }
};

/* A server loads the drivers of its own stores alone: each takes memory and a part of each start. */

const inMongodb = async (settings: StoreSettings, onUnreadable: OnUnreadable): Promise<OpenedDocuments> => {
  const { mongodbUrl = '', deadlineMilliseconds, allowStandalone } = settings;
  const { mongodbDocumentStore } = await import('../../adapters/mongodb/document-store.ts');
  const documents = await mongodbDocumentStore({
    url: mongodbUrl,
    allowStandalone,
    onUnreadable,
    deadlineMilliseconds,
    linearizable: LINEARIZABLE,
    cache: { collections: CACHED, elapsed: stopwatch, now: systemClock.now },
  });
  return { documents };
};

const inPostgresql = async (
  { postgresqlUrl = '', deadlineMilliseconds }: StoreSettings,
  { onUnreadable, log }: Around,
): Promise<OpenedDocuments> => {
  const { postgresqlDocumentStore } = await import('../../adapters/postgresql/document-store.ts');
  const documents = await postgresqlDocumentStore({
    url: postgresqlUrl,
    onUnreadable,
    deadlineMilliseconds,
    clocks: CONFIRMATION_CLOCKS,
  });
  const confirmation = documents.confirm((problem) => {
    if (problem === undefined) log?.info({ event: 'store.confirmed' }, 'the store is confirmed again');
    else log?.warn({ event: 'store.unconfirmed', reason: problem }, 'requests are answered with 503');
  });
  if (!confirmation.isKept()) log?.info({ event: 'store.failover_unguarded' }, UNGUARDED);
  return { documents, confirmation, beside: (around) => besideInPostgresql(documents, around) };
};

const UNGUARDED =
  'PostgreSQL waits for no synchronous standby, or keeps its timeline from the user: after a promotion, a node that still reaches the old primary may answer from it';

type Beside = Pick<OpenedStores, 'ephemeral' | 'broadcast' | 'checks'>;

const besideInRedis = async (
  { redisUrl = '', redisPrefix, deadlineMilliseconds }: StoreSettings,
  { isNew }: ServerDocuments,
  { clock, log }: Around,
): Promise<Beside> => {
  const [{ redisBroadcast }, { redisEphemeralStore }] = await Promise.all([
    import('../../adapters/redis/broadcast.ts'),
    import('../../adapters/redis/ephemeral-store.ts'),
  ]);
  const redis = { url: redisUrl, prefix: redisPrefix, deadlineMilliseconds };
  const ephemeral = await redisEphemeralStore({
    ...redis,
    clock,
    elapsed: stopwatch,
    isNewInstallation: isNew,
    onLoss: lossIn(log),
  });
  const broadcast = await orClose(ephemeral, redisBroadcast(redis));
  return { ephemeral, broadcast, checks: [{ name: 'redis', check: ephemeral.check }] };
};

/** On the connections of the documents. */
const besideInPostgresql = async (documents: PostgresqlDocumentStore, { clock, log }: Around): Promise<Beside> => {
  const [{ postgresqlBroadcast }, { postgresqlEphemeralStore }] = await Promise.all([
    import('../../adapters/postgresql/broadcast.ts'),
    import('../../adapters/postgresql/ephemeral-store.ts'),
  ]);
  const connection = documents.connection();
  const ephemeral = await postgresqlEphemeralStore({ connection, clock, onLoss: lossIn(log) });
  const broadcast = await orClose(ephemeral, postgresqlBroadcast({ connection: documents.connection() }));
  // The check of the documents asks the same server the same.
  return { ephemeral, broadcast, checks: [] };
};

const lossIn =
  (log: Logger | undefined) =>
  (reason: string): void =>
    log?.warn({ event: 'replay_protection.cold', reason }, 'what was used may be forgotten');

/** The opened one; when it cannot be opened, what was opened before is closed. */
const orClose = async <T>(before: EphemeralStore, opened: Promise<T>): Promise<T> => {
  try {
    return await opened;
  } catch (error) {
    await before.close();
    throw error;
  }
};

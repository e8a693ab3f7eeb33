/**
 * The revocation feed: tells each resource server which of its tokens may have ended before their expiry (decision 25).
 * Follows the audit log of all nodes while a reader is connected, and stores nothing. Does not know HTTP:
 * src/http/authzen/revocations.ts owns the form of the answers.
 */
import { AUDIT_RECORDS, type AuditRecord } from '../../audit/audit-record.ts';
import { auditTail, type Places, type TailRead } from '../../audit/audit-tail.ts';
import type { MasterKey } from '../../platform/crypto/master-key.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore, Found } from '../../ports/document-store.ts';
import type { ResourceServer } from '../../resources/resource-servers/resource-server.ts';
import type { Risk } from '../../vocabulary/risk.ts';
import type { LatchedKills } from '../revocation/kill.ts';
import { revocationFeedRefusal } from './feed-refusals.ts';
import { type FeedSecrets, feedSecrets } from './feed-secrets.ts';
import { namedEnds } from './named-ends.ts';
import { type NamedTokens, type NamingTokens, SETTLE_SECONDS } from './named-tokens.ts';

/** Most readers of one resource server, and of all, at one process. */
const MOST_READERS = 8;
const MOST_IN_ALL = 256;
/** Most records that a cursor may be behind. Beyond it, to ask about each live token costs less than to read them. */
const MOST_BEHIND = 20_000;
/** Most ends in one message, so that a reader can hold it. Beyond it the message names every token. */
const MOST_ENDS = 20_000;
const BEAT_SECONDS = 0.5;
const CHECK_SECONDS = 5;
/** The longest life of an access token for a resource server, and the difference of two clocks. */
const RETAIN_SECONDS = 3660;

export type FeedStart = {
  readonly digest_key: string;
  /** False: the reader asks introspection about every token that was issued before. */
  readonly resumed: boolean;
  readonly settle_seconds: number;
  readonly retain_seconds: number;
  /** By scope of this resource server. */
  readonly risks: Readonly<Record<string, Risk>>;
};

export type FeedMessage = {
  /** First message only. */
  readonly start?: FeedStart;
  /** Every token issued before may have ended. */
  readonly all?: true;
  /** Digests of ids. Tokens with one of them may have ended. */
  readonly ends?: readonly string[];
  readonly cursor: string;
  /**
   * Milliseconds from the arrival of this request to the moment up to which all ends are in the messages; negative when
   * that was before.
   */
  readonly as_of: number;
  /** Clock of this server, milliseconds since the epoch. */
  readonly time: number;
};

export interface FeedReader {
  send(message: FeedMessage): void;
  /** Whether its request has ended: the feed then does not search for what it has missed. */
  isGone(): boolean;
  /** Nothing follows: the store cannot be read, the server stops, or the registration of the reader has changed. */
  end(): void;
}

export interface RevocationFeed {
  /**
   * Connects a reader, after its first message. `arrivedAt`: seconds of the stopwatch. Throws 'too_many_requests',
   * 'unavailable' and StoreUnavailable. Returns what disconnects it, which is idempotent.
   */
  open(
    server: ResourceServer,
    request: { readonly cursor?: string; readonly arrivedAt: number },
    reader: FeedReader,
  ): Promise<() => void>;
  /** Seconds of the stopwatch. */
  elapsed(): number;
  /** Ends all readers and refuses further ones. Idempotent. */
  close(): void;
}

/** Names of tokens, with the place in the audit log up to which they are complete. */
type Update = { readonly named: readonly NamedTokens[]; readonly places: Places; readonly readAt: number };

type Connection = {
  readonly server: ResourceServer;
  readonly secrets: FeedSecrets;
  readonly arrivedAt: number;
  readonly reader: FeedReader;
  /** Updates that came while its first message was not ready. Undefined: it was sent. */
  waiting: Update[] | undefined;
  sentAt: number;
  checkedAt: number;
};

export const revocationFeed = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly masterKey: Pick<MasterKey, 'derive'>;
  readonly resourceServers: { get(id: string): Found<ResourceServer> };
  readonly latched: Pick<LatchedKills, 'all'>;
  readonly naming: NamingTokens;
  readonly elapsed: () => number;
  readonly outside: <R>(work: () => R) => R;
  readonly onFailed: (error: unknown) => void;
}): RevocationFeed => {
  const { clock, elapsed, latched, naming } = deps;
  const connections = new Set<Connection>();
  const ends = namedEnds({ naming, latched });
  let isClosed = false;

  const messageOf = ({ server, secrets, arrivedAt }: Connection, update: Update): FeedMessage => ({
    ...endsFor(server, secrets, update.named),
    cursor: secrets.cursor(update.places),
    as_of: Math.floor((update.readAt - arrivedAt) * 1000),
    time: clock.nowMillis(),
  });

  const disconnect = (connection: Connection): void => {
    connections.delete(connection);
    if (connections.size === 0) tail.stop();
  };

  const end = (connection: Connection): void => {
    if (!connections.has(connection)) return;
    disconnect(connection);
    connection.reader.end();
  };

  const endAll = (): void => {
    for (const connection of [...connections]) end(connection);
  };

  const deliver = (connection: Connection, update: Update): void => {
    if (connection.waiting) return void connection.waiting.push(update);
    if (update.named.length === 0 && elapsed() - connection.sentAt < BEAT_SECONDS) return;
    connection.sentAt = elapsed();
    connection.reader.send(messageOf(connection, update));
  };

  /** Ends readers whose registration has changed: their credential, their state or their scopes may be others now. */
  const check = async (): Promise<void> => {
    const due = [...connections].filter(({ checkedAt }) => elapsed() - checkedAt >= CHECK_SECONDS);
    for (const connection of due) {
      connection.checkedAt = elapsed();
      const now = (await deps.resourceServers.get(connection.server.id))?.document;
      if (now?.state !== 'active' || now.updatedAt !== connection.server.updatedAt) end(connection);
    }
  };

  const onRead = async ({ records, ...at }: TailRead): Promise<void> => {
    const named = await ends.since(records);
    await check();
    for (const connection of [...connections]) deliver(connection, { named, ...at });
  };

  const tail = auditTail({
    records: deps.documents.collection<AuditRecord>(AUDIT_RECORDS),
    elapsed,
    outside: deps.outside,
    onRead,
    isFollowed: () => connections.size > 0,
    onFailed(error): void {
      deps.onFailed(error);
      endAll();
    },
  });

  /** One at a time, so that many readers with old cursors do not take the process. */
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <R>(work: () => Promise<R>): Promise<R> => {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  };

  /** Names from after a cursor up to `to`; undefined when a reader at this cursor must start anew. */
  const since = async (from: Places, to: Places): Promise<readonly NamedTokens[] | undefined> => {
    let behind = 0;
    for (const [stream, place] of from) {
      const now = to.get(stream);
      if (!now || now.sequence < place.sequence) return undefined;
      if (place.sequence > 0 && !(await tail.holds(stream, place))) return undefined;
    }
    for (const [stream, { sequence }] of to) behind += sequence - (from.get(stream)?.sequence ?? 0);
    if (behind > MOST_BEHIND) return undefined;
    const names: NamedTokens[] = [];
    for (const [stream, { sequence }] of to) {
      for (let after = from.get(stream)?.sequence ?? 0; after < sequence; ) {
        const page = await tail.between(stream, after, sequence);
        // A gap: the store is not the one that the tail has read.
        if (page.length === 0) return undefined;
        for (const one of await ends.namesIn(page)) names.push(one);
        if (names.length > MOST_ENDS) return undefined;
        after += page.length;
      }
    }
    return names;
  };

  const startOf = ({ server: { scopes }, secrets }: Connection, resumed: boolean): FeedStart => ({
    digest_key: secrets.digestKey,
    resumed,
    settle_seconds: SETTLE_SECONDS,
    retain_seconds: RETAIN_SECONDS,
    risks: Object.fromEntries(scopes.map(({ name, risk }) => [name, risk])),
  });

  const begin = async (connection: Connection, cursor: string | undefined): Promise<void> => {
    const { places, readAt } = await tail.places();
    // From here on the updates of the tail wait for this reader.
    const { reader, secrets } = connection;
    const from = cursor === undefined ? undefined : secrets.open(cursor);
    const search = (after: Places) => (reader.isGone() ? undefined : deps.outside(() => since(after, places)));
    const found = from && (await inTurn(async () => search(from)));
    const named = [...(await deps.outside(() => ends.latched())), ...(found ?? [{ kind: 'all' as const }])];
    if (!connections.has(connection)) throw revocationFeedRefusal('feed_closing', { retryAfterSeconds: 1 });
    const first = messageOf(connection, { named, places, readAt });
    reader.send({ start: startOf(connection, found !== undefined), ...first });
    connection.sentAt = elapsed();
    const { waiting = [] } = connection;
    connection.waiting = undefined;
    for (const update of waiting) deliver(connection, update);
  };

  return {
    async open(server, { cursor, arrivedAt }, reader): Promise<() => void> {
      if (isClosed) throw revocationFeedRefusal('feed_closing', { retryAfterSeconds: 1 });
      const own = [...connections].filter((one) => one.server.id === server.id).length;
      if (own >= MOST_READERS) {
        throw revocationFeedRefusal('feed_streams_exceeded', { params: { most: MOST_READERS }, retryAfterSeconds: 5 });
      }
      if (connections.size >= MOST_IN_ALL) throw revocationFeedRefusal('feed_full', { retryAfterSeconds: 5 });
      const now = elapsed();
      const secrets = feedSecrets(deps.masterKey, server.id);
      const connection = { server, secrets, arrivedAt, reader, waiting: [], sentAt: now, checkedAt: now };
      connections.add(connection);
      try {
        await begin(connection, cursor);
      } catch (error) {
        disconnect(connection);
        throw error;
      }
      return () => disconnect(connection);
    },

    elapsed,

    close(): void {
      isClosed = true;
      endAll();
      tail.stop();
    },
  };
};

/** What one resource server hears of the named tokens. */
const endsFor = (
  server: ResourceServer,
  secrets: FeedSecrets,
  named: readonly NamedTokens[],
): Pick<FeedMessage, 'all' | 'ends'> => {
  const ends = new Set<string>();
  for (const one of named) {
    if (one.kind === 'all' || (one.kind === 'audience' && one.id === server.id)) return { all: true };
    if (one.kind !== 'audience') ends.add(secrets.digest(one.kind, one.id));
    if (ends.size > MOST_ENDS) return { all: true };
  }
  return ends.size > 0 ? { ends: [...ends] } : {};
};

import type { Clock } from '../../src/domain/ports/clock.ts';
import type { RedisClient, RedisConnection } from './connection.ts';
import { serverFacts } from './server-facts.ts';

/** In a Cluster, claims are spread over this many slots; each slot has its own ledger. */
const CLUSTER_SHARDS = 16;
/**
 * Sorted sets that hold the claims of a shard. More buckets are smaller. The next claim of a bucket detects its loss
 * in either case.
 */
const BUCKETS = 16;
/** Longer than the interval of the check, even on a slow node. */
const CANARY_SECONDS = 60;
/** The time between two checks may be this much longer on Redis' clock than on ours. A response may take a second. */
const MOST_AHEAD_MILLISECONDS = 2_000;

export type ClaimOptions = {
  readonly connection: Pick<RedisConnection, 'run'>;
  readonly clock: Clock;
  readonly prefix: string;
  readonly isCluster: boolean;
  /** Seconds since some fixed moment; never set. Absent: a step of Redis' clock is not noticed. */
  readonly elapsed?: () => number;
  /** Called when a loss is found or Redis may evict, with the reason; at most once a second. */
  readonly onLoss?: (reason: string) => void;
};

/**
 * Claims in Redis: values that have been used once, and whether Redis may have forgotten some of them
 * (decision D13). A claim is in one of the buckets of its shard, and the ledger of the shard counts them. The next
 * claim of a bucket detects that the bucket was evicted or a member was removed. A replay makes exactly that claim.
 */
export const redisClaims = ({ connection: { run }, clock, prefix, isCluster, elapsed, onLoss }: ClaimOptions) => {
  const shards = isCluster ? CLUSTER_SHARDS : 1;
  const node = crypto.randomUUID();
  const evictedOf = new Map<string, number>();
  /** Both clocks at the last check, by shard, in milliseconds. */
  const clocks = new Map<number, { readonly there: number; readonly here: number }>();
  let coldSince: number | undefined;
  let turn = 0;
  /** The canary that Redis acknowledged last, and its time in milliseconds. */
  let held: { readonly key: string; readonly at: number } | undefined;

  // Braces put all keys of a shard into one slot of a Cluster.
  const tagOf = (shard: number): string => `{${prefix}claims:${shard}}`;
  const names = Array.from({ length: BUCKETS }, (_, bucket) => `bucket:${bucket}`);

  const chill = (since: number, reason: string): void => {
    if (since <= (coldSince ?? 0)) return;
    coldSince = since;
    onLoss?.(reason);
  };
  const read = (marker: string): void => {
    chill(Number(marker.slice(marker.indexOf(':') + 1)), 'claims were lost, or Redis was restarted or replaced');
  };

  const claim = async (key: string, ttlSeconds: number): Promise<boolean> => {
    const sum = sumOf(key);
    const tag = tagOf(sum % shards);
    const name = names[Math.floor(sum / shards) % BUCKETS] as string;
    const [first, marker] = await run((client) =>
      client.behalfClaim(`${tag}!ledger`, `${tag}!${name}`, clock.now(), name, key, ttlSeconds),
    );
    read(marker);
    return first === 1;
  };

  /** A clock that was set ahead made claims end too early. In a Cluster each shard has its own clock. */
  const compareClocks = (shard: number, there: number): void => {
    if (!elapsed) return;
    const here = elapsed() * 1000;
    const before = clocks.get(shard);
    clocks.set(shard, { there, here });
    if (before && there - before.there - (here - before.here) > MOST_AHEAD_MILLISECONDS) {
      chill(clock.now(), 'the clock of Redis was set ahead');
    }
  };

  const look = async (since: number): Promise<void> => {
    for (let shard = 0; shard < shards; shard += 1) {
      const tag = tagOf(shard);
      const keys = [`${tag}!ledger`, ...names.map((name) => `${tag}!${name}`)];
      const watch = (client: RedisClient) => client.behalfWatch(keys.length, ...keys, since, ...names);
      const [marker, there] = await run(watch, { isRepeatable: true });
      compareClocks(shard, Number(there));
      read(marker);
    }
  };

  const canary = async (): Promise<void> => {
    const last = held;
    const now = clock.nowMillis();
    held = undefined;
    // A canary that Redis never acknowledged, or that may have ended meanwhile, proves nothing.
    if (last && now - last.at < (CANARY_SECONDS * 1000) / 2 && (await claim(last.key, CANARY_SECONDS))) {
      chill(clock.now(), 'Redis forgot a claim that it had acknowledged');
    }
    turn += 1;
    const key = `canary:${node}:${turn}`;
    await claim(key, CANARY_SECONDS);
    held = { key, at: now };
  };

  return {
    /** True for exactly one caller until the TTL has passed. The claim ends by Redis' clock alone: a longer memory is safer. */
    claim,
    /** Creates missing ledgers. `since` 0: the installation is new, so no claim was lost. */
    begin: look,
    /**
     * One check; call it once a second. It checks the ledgers, its own claim that must still exist at the next check, what
     * Redis evicted, and whether it may evict. While it may, every moment counts as a loss. Throws StoreUnavailable.
     */
    async watch(): Promise<void> {
      const now = clock.now();
      const { reason, evicted } = await run(serverFacts, { isRepeatable: true });
      if (reason !== undefined) chill(now, reason);
      for (const [server, count] of evicted) {
        if (count > (evictedOf.get(server) ?? count)) chill(now, 'Redis evicted keys');
        evictedOf.set(server, count);
      }
      await look(now);
      await canary();
    },
    /** Epoch second before which claims may be lost, or undefined. Current as of the last claim that resolved. */
    coldSince: (): number | undefined => coldSince,
  };
};

const sumOf = (key: string): number => {
  let sum = 0;
  for (let at = 0; at < key.length; at += 1) sum = (sum * 31 + key.charCodeAt(at)) % 65_521;
  return sum;
};

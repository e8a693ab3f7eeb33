import { Cluster } from 'ioredis';
import type { RedisClient } from './connection.ts';

/**
 * Why these servers may not be used, or undefined. With another eviction policy a full Redis forgets which
 * assertions were used. A replica accepts no writes. Version 6.2 introduced the command that reads and removes in
 * one step.
 */
export const unfitness = async (client: RedisClient): Promise<string | undefined> => {
  const { reason } = await serverFacts(client);
  return reason;
};

/** `reason` as `unfitness`; `evicted` is how many keys each server has evicted since its start, by its run id. */
export const serverFacts = async (
  client: RedisClient,
): Promise<{ readonly reason: string | undefined; readonly evicted: ReadonlyMap<string, number> }> => {
  const servers = client instanceof Cluster ? client.nodes('master') : [client];
  const infos = await Promise.all(servers.map(async (server) => String(await server.info())));
  const reason = infos.map(reasonIn).find((each) => each !== undefined);
  return {
    reason: infos.length === 0 ? 'the Redis Cluster has no master' : reason,
    evicted: new Map(infos.map((info) => [factIn(info, 'run_id') ?? '', Number(factIn(info, 'evicted_keys') ?? 0)])),
  };
};

/** Parses the reply to INFO, so that the permission for CONFIG is not needed. */
const factIn = (info: string, name: string): string | undefined =>
  new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];

const reasonIn = (info: string): string | undefined => {
  const fact = (name: string): string | undefined => factIn(info, name);
  const [major = 0, minor = 0] = (fact('redis_version') ?? '').split('.').map(Number);
  if (major < 6 || (major === 6 && minor < 2)) {
    return `Redis is version ${fact('redis_version') ?? 'unknown'}, and 6.2 or newer is needed`;
  }
  const policy = fact('maxmemory_policy');
  if (policy !== 'noeviction') {
    return `Redis has maxmemory-policy ${policy ?? 'unknown'}: set maxmemory-policy noeviction in redis.conf (or CONFIG SET maxmemory-policy noeviction), so that it never forgets what was used`;
  }
  if (fact('role') !== 'master') return 'Redis is a replica: name the master, or use redis+sentinel://';
  return undefined;
};

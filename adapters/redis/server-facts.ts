import { Cluster } from 'ioredis';
import type { RedisClient } from './connection.ts';

/**
 * Why these servers may not be used, or undefined. With another eviction policy a full Redis forgets which
 * assertions were used; a replica takes no writes; 6.2 brought the command that reads and removes in one step.
 */
export const unfitness = async (client: RedisClient): Promise<string | undefined> => {
  const servers = client instanceof Cluster ? client.nodes('master') : [client];
  if (servers.length === 0) return 'the Redis Cluster has no master';
  for (const server of servers) {
    const reason = reasonIn(String(await server.info()));
    if (reason !== undefined) return reason;
  }
  return undefined;
};

/** Reads the answer to INFO, so that the right to use CONFIG is not needed. */
const reasonIn = (info: string): string | undefined => {
  const fact = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
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

/**
 * The port of values with a time to live, over Redis 6.2 or newer: one server, a group watched by Sentinel, or a
 * Cluster. Owns all communication with Redis, and nothing that must not be forgotten (decision D13). Created by
 * src/compose.ts; tested by test/contract/redis.test.ts.
 *
 * This file: the syntax of a Redis URL.
 */

export type RedisAddress = {
  readonly kind: 'server' | 'sentinel' | 'cluster';
  readonly isTls: boolean;
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly username?: string;
  readonly password?: string;
  readonly database: number;
  /** Name of the group, with Sentinel. */
  readonly group?: string;
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: string;
};

const KINDS = { redis: 'server', 'redis+sentinel': 'sentinel', 'redis+cluster': 'cluster' } as const;
const FORM = /^(rediss?(?:\+sentinel|\+cluster)?):\/\/(?:([^@/]*)@)?([^/?#]+)(?:\/(\d*))?(?:\?([^#]*))?$/;
const HOST = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/;

/**
 * Parses `redis://user:password@host:6379/0`, `redis+cluster://…@host1,host2` or
 * `redis+sentinel://…@host1:26379,host2:26379/0?group=mymaster`; `rediss` in front means TLS. Throws TypeError,
 * whose message never holds the URL, because it may hold a password.
 */
export const redisAddress = (url: string): RedisAddress => {
  const [, scheme = '', login, hosts = '', database, query] = FORM.exec(url) ?? [];
  const isTls = scheme.startsWith('rediss');
  const kind = KINDS[scheme.replace(/^rediss/, 'redis') as keyof typeof KINDS];
  if (kind === undefined) {
    throw new TypeError(
      'a Redis URL begins with redis://, redis+sentinel:// or redis+cluster:// (rediss… for TLS) and names a host',
    );
  }
  const parameters = new URLSearchParams(query ?? '');
  const group = parameters.get('group') ?? undefined;
  const sentinelUsername = parameters.get('sentinelUsername') ?? undefined;
  const sentinelPassword = parameters.get('sentinelPassword') ?? undefined;
  for (const name of parameters.keys()) {
    if (kind !== 'sentinel' || !['group', 'sentinelUsername', 'sentinelPassword'].includes(name)) {
      throw new TypeError(`a Redis URL of this kind has no parameter ${name}`);
    }
  }
  if (kind === 'sentinel' && !group) throw new TypeError('a redis+sentinel URL names its group: ?group=mymaster');
  if (kind === 'cluster' && Number(database ?? 0) !== 0) throw new TypeError('a Redis Cluster has database 0 only');
  const list = hosts.split(',').map((each) => hostOf(each, kind === 'sentinel' ? 26379 : 6379));
  if (kind === 'server' && list.length !== 1) {
    throw new TypeError('several hosts need redis+sentinel:// or redis+cluster://');
  }
  const [username = '', ...rest] = (login ?? '').split(':');
  const password = rest.join(':');
  return {
    kind,
    isTls,
    hosts: list,
    database: Number(database ?? 0),
    ...(username === '' ? {} : { username: decoded(username) }),
    ...(password === '' ? {} : { password: decoded(password) }),
    ...(group === undefined ? {} : { group }),
    ...(sentinelUsername === undefined ? {} : { sentinelUsername }),
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
  };
};

const hostOf = (text: string, standard: number): { readonly host: string; readonly port: number } => {
  const [, host = '', port] = HOST.exec(text) ?? [];
  const number = Number(port ?? standard);
  if (host === '' || number < 1 || number > 65535) throw new TypeError('a Redis URL names each host as host:port');
  return { host: host.replace(/^\[|\]$/g, ''), port: number };
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new TypeError('user and password of a Redis URL are percent-encoded');
  }
};

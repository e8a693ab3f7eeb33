import { createHash } from 'node:crypto';
import type { Compression } from '../../ports/compression.ts';
import type { ListAddresses } from './list-addresses.ts';
import { TTL_SECONDS, VALID_SECONDS } from './status-list.ts';
import { statusListRefusal } from './status-list-refusals.ts';
import type { ListContent, StatusListService } from './status-list-service.ts';

/** Signed lists that a process remembers. Each has a few kilobytes. */
const MOST_REMEMBERED = 256;

/** A signed list as it leaves. */
export type StatusListToken = {
  /** Compact JWS of the type `statuslist+jwt` (§5.1). */
  readonly token: string;
  /** The same text in the format of gzip. */
  readonly gzipped: Buffer;
  /** Differs for each token. */
  readonly tag: string;
};

/** The promise is there from the start, so that readers at the same time share one signature. */
type Signed = { readonly version: string; readonly asOf: number; readonly token: Promise<StatusListToken> };

/** Signs status lists. Signs a list again after a change, and once in the time that a verifier keeps it. */
export interface StatusListTokens {
  /** The list with this name in its URI. Throws 'not_found', 'unavailable' and StoreUnavailable. */
  read(name: string): Promise<StatusListToken>;
  /** URIs of the lists of one resource server that have a token (§9.3). */
  urisOf(server: string): Promise<readonly string[]>;
}

export const statusListTokens = ({
  lists,
  addresses,
  sign,
  issuer,
  compression,
}: {
  readonly lists: Pick<StatusListService, 'read' | 'listsOf'>;
  readonly addresses: ListAddresses;
  readonly sign: (typ: string, claims: Readonly<Record<string, unknown>>) => Promise<string>;
  readonly issuer: string;
  readonly compression: Pick<Compression, 'gzipped'>;
}): StatusListTokens => {
  /** By name, not by list: a list has another name after a change of the master key, and both are in tokens. */
  const signed = new Map<string, Signed>();

  const make = async (name: string, { asOf, compressed }: ListContent): Promise<StatusListToken> => {
    const token = await sign('statuslist+jwt', {
      iss: issuer,
      sub: addresses.uriNamed(name),
      iat: asOf,
      exp: asOf + VALID_SECONDS,
      ttl: TTL_SECONDS,
      status_list: { bits: 1, lst: (await compressed()).toString('base64url') },
    });
    return {
      token,
      gzipped: await compression.gzipped(token),
      tag: createHash('sha256').update(token).digest('base64url').slice(0, 22),
    };
  };

  return {
    async read(name): Promise<StatusListToken> {
      const list = addresses.find(name);
      if (!list) throw statusListRefusal('status_list_unknown');
      const content = await lists.read(list);
      const { version, asOf } = content;
      const known = signed.get(name);
      if (known?.version === version && asOf - known.asOf < TTL_SECONDS && asOf >= known.asOf) return known.token;
      const one: Signed = { version, asOf, token: make(name, content) };
      signed.delete(name);
      signed.set(name, one);
      if (signed.size > MOST_REMEMBERED) signed.delete(signed.keys().next().value as string);
      one.token.catch(() => {
        if (signed.get(name) === one) signed.delete(name);
      });
      return one.token;
    },

    urisOf: async (server) => (await lists.listsOf(server)).map(addresses.uriOf),
  };
};

/** The claim `status` of JWT access tokens for resource servers with a status list (draft-ietf-oauth-status-list §6.2). */
import type { JWTPayload } from 'jose';
import type { ListAddresses } from '../../domain/authority/status-lists/list-addresses.ts';
import type { StatusIndexes } from '../../domain/authority/status-lists/status-indexes.ts';
import { tokenOfClaims } from './token-of-claims.ts';

/** Members of a key of oidc-provider. */
type SigningKeyName = { readonly kty?: string; readonly kid?: string };

export interface StatusClaims {
  /**
   * The claim for a token with these claims, of the resource server with this id. Resolves when its index is durable. `keys`: the
   * keys of which the first of its type signs the token. Throws StoreUnavailable.
   */
  of(
    server: string,
    claims: JWTPayload,
    algorithm: string,
    keys: readonly SigningKeyName[],
  ): Promise<{ readonly status_list: { readonly idx: number; readonly uri: string } }>;
}

export const statusClaims = ({
  indexes,
  addresses,
}: {
  readonly indexes: Pick<StatusIndexes, 'claim'>;
  readonly addresses: Pick<ListAddresses, 'uriOf'>;
}): StatusClaims => ({
  async of(server, claims, algorithm, keys) {
    const kid = keys.find(({ kty }) => kty === keyTypeOf(algorithm))?.kid;
    const { list, index } = await indexes.claim(server, tokenOfClaims(claims, kid));
    return { status_list: { idx: index, uri: addresses.uriOf(list) } };
  },
});

const keyTypeOf = (algorithm: string): string =>
  algorithm.startsWith('ES') ? 'EC' : algorithm.startsWith('Ed') ? 'OKP' : 'RSA';

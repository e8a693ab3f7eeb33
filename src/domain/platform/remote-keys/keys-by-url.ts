import {
  type FetchedDocument,
  fetchReasonOf,
  type InternalPurpose,
  type TrustedFetch,
} from '../../ports/trusted-fetch.ts';
import type { DomainError } from '../../vocabulary/errors.ts';
import type { JsonWebKeySet } from '../../vocabulary/json-web-keys.ts';
import { strictJson } from '../../vocabulary/strict-json.ts';
import { servedKeys } from './public-keys.ts';

/** The look-up of keys. `kid`: that of the token. `source`: the address from which the token came. */
export type KeyQuestion = {
  readonly url: string;
  readonly kid?: string;
  readonly source?: string;
  /** As in `FetchRequest`. */
  readonly internal?: InternalPurpose | undefined;
  /** As in `FetchRequest`. */
  readonly namedBy?: string | undefined;
};

/** Public keys that others serve: of agents, clients and issuers. Parses a set once for each fetched document. */
export interface KeysByUrl {
  /**
   * The keys served at a URL. When none has the `kid`, fetches them again, at most twice a minute, since keys change
   * without notice. Errors of the fetch propagate. Throws 'invalid_request' when the document is not a key set.
   */
  find(question: KeyQuestion): Promise<JsonWebKeySet>;
  /**
   * Fetches the keys again, as if no key had the `kid`: for a signature that no key of the set verifies. Fetches at
   * most twice a minute; until then returns the previous set, which is the same object.
   */
  again(question: KeyQuestion): Promise<JsonWebKeySet>;
}

export const keysByUrl = (fetcher: Pick<TrustedFetch, 'get'>): KeysByUrl => {
  const read = new WeakMap<FetchedDocument, JsonWebKeySet>();
  const keysIn = (document: FetchedDocument): JsonWebKeySet => {
    const known = read.get(document);
    if (known) return known;
    const keys = servedKeys(strictJson(document.body));
    read.set(document, keys);
    return keys;
  };

  return {
    async find({ url, kid, source, internal, namedBy }): Promise<JsonWebKeySet> {
      const request = { url, purpose: 'jwks', internal, namedBy, ...(source === undefined ? {} : { source }) } as const;
      const keys = keysIn(await fetcher.get(request));
      if (kid === undefined || keys.keys.some((key) => key['kid'] === kid)) return keys;
      return keysIn(await fetcher.get({ ...request, again: true }));
    },

    async again({ url, source, internal, namedBy }): Promise<JsonWebKeySet> {
      const request = { url, purpose: 'jwks', internal, namedBy, again: true } as const;
      return keysIn(await fetcher.get({ ...request, ...(source === undefined ? {} : { source }) }));
    },
  };
};

/** Why keys are unavailable, in one line for the owner, without any of the served content. */
export const whyNoKeys = (error: unknown): string => {
  const { detail, message } = error as Partial<DomainError>;
  return `keys at jwks_uri: ${fetchReasonOf(error) === undefined ? message : detail}`;
};

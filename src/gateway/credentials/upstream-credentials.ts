/**
 * What authenticates the caller, or the gateway, to the upstream. A source of its own for each kind: none, the token of the client, a token by
 * exchange. Tokens of providers outside, which the gateway would hold for people, are another implementation of the same interface.
 */
import type { Access } from '../../../packages/resource-server/src/resource-server.ts';

export type CredentialHeaders = readonly (readonly [name: string, value: string])[];

export interface UpstreamCredentials {
  /** Headers for one request on behalf of this access. Throws Refusal if there is no credential; the request is refused then. */
  headersFor(access: Access): Promise<CredentialHeaders>;
  /** The upstream answered 401: this credential is not used again. */
  refused(headers: CredentialHeaders): void;
}

export const noCredentials: UpstreamCredentials = { headersFor: async () => [], refused: () => undefined };

/** The token of the client. A bound one is left out: its proof is for the address of the gateway, and no upstream would accept it. */
export const sameToken: UpstreamCredentials = {
  async headersFor({ token, confirmation }) {
    return Object.keys(confirmation).length === 0 ? [['authorization', `Bearer ${token}`]] : [];
  },
  refused: () => undefined,
};

/**
 * The authenticated client of a request, and the limit on such requests of one client in a minute. A `client_id` alone proves
 * nothing. A request that only names a client counts for its source, and cannot use up the client's limit.
 */
import type { IncomingMessage } from 'node:http';
import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { isDocumentId } from '../../domain/clients/clients/metadata-document.ts';
import { rateLimitRefusal } from '../../domain/platform/rate-limits/rate-limit-refusals.ts';
import type { RequestLimit } from '../../domain/platform/rate-limits/request-limits.ts';
import { raisePriority } from '../../domain/ports/write-priority.ts';
import { isByClients } from '../seam/endpoint-routes.ts';
import { protocolError } from '../seam/oauth-errors.ts';
import { type OfRequest, requestState } from '../seam/request-state.ts';

type Context = {
  readonly oidc?: {
    readonly route?: string;
    readonly client?: { readonly clientId: string; readonly behalf_operates?: unknown } | undefined;
  };
};

export interface ClientProofs {
  /** The proof of a request is valid and about to be used up. That write has the priority of the client that sent the proof. */
  isBeingUsedUp(context: object | undefined): void;

  /** Call it when the secret or assertion of a request was verified. Counts the request once. */
  remember(of: OfRequest | undefined, clientId: string): void;

  /** Call it when a request presents a code or token that was issued to this client: a user authorized it. */
  rememberGiven(of: OfRequest, clientId: string): void;

  /** Whether the sender is known: a registered client that authenticated, or a client with a credential of its own. */
  has(of: OfRequest): boolean;

  /** Refuses a client beyond its limit as soon as oidc-provider knows the named client, before any cryptography. */
  install(provider: Provider): void;
}

export const clientProofs = (limit: RequestLimit): ClientProofs => {
  const clientOf = (context: object | undefined) => (context as Context | undefined)?.oidc?.client;

  /** Operators must get a token for ordering a kill even when the storage is nearly full. */
  const raise = (context: object | undefined): void =>
    raisePriority(clientOf(context)?.['behalf_operates'] === true ? 'essential' : 'authenticated');

  const count = (of: OfRequest, clientId: string): void => {
    const state = requestState(of);
    if (state.isCounted) return;
    state.isCounted = true;
    limit.count(clientId);
  };

  const know = (of: OfRequest, clientId: string): void => {
    raise(of);
    requestState(of).isSenderKnown = true;
    count(of, clientId);
  };

  return {
    isBeingUsedUp(context: object | undefined): void {
      if (!isDocumentId(clientOf(context)?.clientId ?? '')) raise(context);
    },

    remember(context: OfRequest | undefined, clientId: string): void {
      if (context === undefined) return;
      // Any party can publish a metadata document with a key. The key proves control of a URL, but no registered client.
      if (isDocumentId(clientId)) count(context, clientId);
      else know(context, clientId);
    },

    rememberGiven: know,

    has: (of: OfRequest): boolean => requestState(of).isSenderKnown,

    install(provider: Provider): void {
      const prototype = provider.OIDCContext.prototype as unknown as {
        ctx: Context & { readonly req: IncomingMessage };
        entity(key: string, value: unknown): void;
      };
      const { entity } = prototype;
      prototype.entity = function remembered(key, value) {
        entity.call(this, key, value);
        if (key !== 'Client' || !isByClients(this.ctx.oidc?.route)) return;
        const { clientId } = value as { readonly clientId: string };
        if (!limit.isExceeded(clientId) || requestState(this.ctx).isCounted) return;
        const refusal = { retryAfterSeconds: limit.retryAfterSeconds() };
        throw protocolError(rateLimitRefusal('client_requests_exceeded', refusal));
      };
    },
  };
};

/**
 * Whether a request presents a code or refresh token of the client that sent it. A public client can prove nothing else. From
 * a client that is a metadata document, no other proof is accepted.
 */
export const holdsOwnCredential = ({ oidc }: KoaContextWithOIDC): boolean => {
  const { client, entities, route } = oidc;
  if (route !== 'token' || client === undefined) return false;
  if (client.clientAuthMethod !== 'none' && !isDocumentId(client.clientId)) return false;
  const held = entities.AuthorizationCode ?? entities.RefreshToken ?? entities.DeviceCode;
  return held !== undefined && held.clientId === client.clientId;
};

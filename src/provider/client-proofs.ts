/**
 * Which client has proven in a request who it is, and how many such requests a minute it may make. A
 * `client_id` alone proves nothing: whoever only names a client is counted by source, and cannot use
 * up the client's minute.
 */
import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { DomainError } from '../domain/errors.ts';
import type { RequestLimit } from '../domain/limits/request-limits.ts';
import { raisePriority } from '../domain/ports/write-priority.ts';
import { isByClients } from './endpoint-routes.ts';
import { protocolError } from './oauth-errors.ts';

export type ClientProofs = ReturnType<typeof clientProofs>;

type Context = {
  readonly oidc?: { readonly route?: string; readonly client?: { readonly behalf_operates?: unknown } | undefined };
};

export const clientProofs = (limit: RequestLimit) => {
  const proven = new WeakSet<object>();
  /** Operators must get a token to order a kill also while next to nothing can be stored. */
  const raise = (context: object | undefined): void =>
    raisePriority(
      (context as Context | undefined)?.oidc?.client?.['behalf_operates'] === true ? 'essential' : 'authenticated',
    );
  return {
    /** The proof of a request is good, and is now to be used up, which is a write of the client that made it. */
    isBeingUsedUp: raise,

    /** To be called when the secret or assertion of a request has been found good; counts the request once. */
    remember(context: object | undefined, clientId: string): void {
      raise(context);
      if (context === undefined || proven.has(context)) return;
      proven.add(context);
      limit.count(clientId);
    },

    has: (context: object): boolean => proven.has(context),

    /** Refuses a client that has used up its minute as soon as the engine knows which client is named, before any cryptography. */
    install(provider: Provider): void {
      const prototype = provider.OIDCContext.prototype as unknown as {
        ctx: Context;
        entity(key: string, value: unknown): void;
      };
      const { entity } = prototype;
      prototype.entity = function remembered(key, value) {
        entity.call(this, key, value);
        if (key !== 'Client' || !isByClients(this.ctx.oidc?.route)) return;
        const { clientId } = value as { readonly clientId: string };
        if (!limit.isExceeded(clientId) || proven.has(this.ctx)) return;
        const refusal = { retryAfterSeconds: limit.retryAfterSeconds() };
        throw protocolError(new DomainError('too_many_requests', 'this client has made too many requests', refusal));
      };
    },
  };
};

/** A public client proves nothing but that it holds a code or refresh token of its own. */
export const holdsOwnCredential = ({ oidc }: KoaContextWithOIDC): boolean => {
  const { client, entities, route } = oidc;
  if (route !== 'token' || client?.clientAuthMethod !== 'none') return false;
  const held = entities.AuthorizationCode ?? entities.RefreshToken ?? entities.DeviceCode;
  return held !== undefined && held.clientId === client.clientId;
};

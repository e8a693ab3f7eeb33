import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Assurance } from '../vocabulary/assurance.ts';
import type { DetailsByResource } from '../vocabulary/detail-type.ts';

/** One request of a browser and the answer to it, as the interaction port needs them. */
export type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse };

/** A question put to a person in the middle of an authorization request. */
export type Interaction = {
  readonly uid: string;
  readonly prompt: 'login' | 'consent';
  /** Account that is signed in, if any. */
  readonly account?: string;
  /** Whether the signed-in account lacks only a second factor: the page asks for that alone. */
  readonly lacksFactor?: true;
  /** Whether the request requires a new sign-in (`prompt=login`, `max_age`): an existing session is not enough. */
  readonly isFresh?: true;
  readonly clientId: string;
  /** Exact, validated redirect target of this request; absent in a device flow. */
  readonly redirectUri?: string;
  readonly loginHint?: string;
  /** Requested languages, best first, separated by spaces (OpenID Connect Core §3.1.2.1). */
  readonly uiLocales?: string;
  /** Requested OpenID scopes (openid, profile, email, groups, offline_access). */
  readonly openidScopes: readonly string[];
  /** Resource indicator → requested scopes there, already cut to what the resource declares and the client may hold. */
  readonly resources: Readonly<Record<string, readonly string[]>>;
  /** Requested authorization details (RFC 9396), by the resource that declares their types. */
  readonly details?: DetailsByResource;
  /** Agent that is to act for the person through the requesting client. */
  readonly requestedActor?: string;
  /** The transaction that the request names. */
  readonly txn?: string;
  /** Whether the request names no scope: it then requests the defaults of its resources. */
  readonly isDefaultScope?: true;
  /** Set in a device flow (RFC 8628): the person types or checks this code. */
  readonly userCode?: string;
  readonly expiresAt: number;
};

/** The rights that a person allowed. They become one grant, and limit its tokens. */
export type ConsentResult = {
  readonly openidScopes: readonly string[];
  readonly resources: Readonly<Record<string, readonly string[]>>;
  readonly details?: DetailsByResource;
  /** End of the grant, epoch seconds. */
  readonly expiresAt: number;
  /** Agent that may act for the person through the client. */
  readonly requestedActor?: string;
  /** How often the agent had changed owner when the person was asked, if ever. */
  readonly ownership?: number;
  /** Version of the client's metadata document that was shown, if the client is a document. */
  readonly clientVersion?: string;
};

/**
 * The prompt in progress. Implemented over oidc-provider in `src/provider`. Every method throws DomainError 'not_found'
 * unless the browser's cookie belongs to exactly this `uid` (V21). An interaction can be finished once; a second
 * attempt throws 'conflict'. The finishing methods return the URL to which to redirect the browser (303).
 */
export interface Interactions {
  get(exchange: Exchange, uid: string): Promise<Interaction>;
  /** Signs in the account. Signs out another account that was signed in in this browser. */
  finishSignIn(exchange: Exchange, uid: string, account: string, assurance: Assurance): Promise<string>;
  /** `decide` runs as soon as no other answer can be accepted. When it throws, the prompt is open again. */
  finishConsent(exchange: Exchange, uid: string, decide: () => Promise<ConsentResult>): Promise<string>;
  /** Ends the authorization request with an OAuth error such as access_denied; `decide` as in `finishConsent`. */
  refuse(
    exchange: Exchange,
    uid: string,
    error: 'access_denied' | 'invalid_scope',
    description: string,
    decide?: () => Promise<void>,
  ): Promise<string>;
  /**
   * Restarts the same authorization request with a sign-in, even if an account is signed in. Discards earlier answers.
   * Throws 'not_found' for a device flow, which has no redirect.
   */
  restart(exchange: Exchange, uid: string): Promise<string>;
}

/** A person's session in this browser. `id` is the same while it lasts and is no credential. */
export type BrowserSession = { readonly id: string; readonly account: string; readonly assurance: Assurance };

export interface BrowserSessions {
  /** The live session of an active account, or undefined. */
  current(exchange: Exchange): Promise<BrowserSession | undefined>;
  /** URL to sign in and return to `returnTo`, a path on this origin; `anew`: also when an account is signed in. */
  signInUrl(exchange: Exchange, returnTo: string, how?: 'anew'): Promise<string>;
  /**
   * Handles the return from sign-in: returns the path that was given to `signInUrl`. Throws 'invalid_request' when this
   * browser did not start it.
   */
  finishSignIn(exchange: Exchange, query: URLSearchParams): Promise<string>;
  /** Ends the session and drops its cookie. */
  end(exchange: Exchange): Promise<void>;
}

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
  /** Whoever is signed in is so with too little, and nothing else is wrong: only a second factor is asked for. */
  readonly lacksFactor?: true;
  /** The request demands a sign-in that happens now (`prompt=login`, `max_age`): being signed in somewhere is not enough. */
  readonly isFresh?: true;
  readonly clientId: string;
  /** Exact, validated redirect target of this request; absent in a device flow. */
  readonly redirectUri?: string;
  readonly loginHint?: string;
  /** Languages the request asks for, best first, with spaces between (OpenID Connect Core §3.1.2.1). */
  readonly uiLocales?: string;
  /** OpenID scopes asked for (openid, profile, email, groups, offline_access). */
  readonly openidScopes: readonly string[];
  /** Resource indicator → scopes asked for there, already cut to what that resource declares and the client may hold. */
  readonly resources: Readonly<Record<string, readonly string[]>>;
  /** Authorization details asked for (RFC 9396), by the resource whose types they are of. */
  readonly details?: DetailsByResource;
  /** Agent that is to act for the person through the client that asks. */
  readonly requestedActor?: string;
  /** The request names no scope: what is asked are the defaults of its resources. */
  readonly isDefaultScope?: true;
  /** Set in a device flow (RFC 8628): the person types or checks this code. */
  readonly userCode?: string;
  readonly expiresAt: number;
};

/** What a person allowed: becomes one grant, and is what tokens are cut to. */
export type ConsentResult = {
  readonly openidScopes: readonly string[];
  readonly resources: Readonly<Record<string, readonly string[]>>;
  readonly details?: DetailsByResource;
  /** End of the grant, epoch seconds. */
  readonly expiresAt: number;
  /** Agent that may act for the person through the client. */
  readonly requestedActor?: string;
  /** Of an agent that was handed over: how often, when the person was asked. */
  readonly ownership?: number;
  /** Which version of its metadata document was shown, of a client that is one. */
  readonly clientVersion?: string;
};

/**
 * The prompt in progress. Implemented over oidc-provider in `src/provider`. Every method throws
 * DomainError 'not_found' unless the browser's cookie belongs to exactly this `uid` (V21); finishing
 * works once, and a second time is 'conflict'. The finishing methods answer the URL to send the browser to (303).
 */
export interface Interactions {
  get(exchange: Exchange, uid: string): Promise<Interaction>;
  /** Somebody else who was signed in in this browser is signed out. */
  finishSignIn(exchange: Exchange, uid: string, account: string, assurance: Assurance): Promise<string>;
  /** `decide` runs once this is the one answer; when it throws, the prompt is open again. */
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
   * Begins the same authorization request anew with a sign-in, whoever is signed in: nothing that was
   * answered before counts any more. Throws 'not_found' for a device flow, which has no way back.
   */
  restart(exchange: Exchange, uid: string): Promise<string>;
}

/** A person's session in this browser. `id` stays the same while it lasts and is no credential. */
export type BrowserSession = { readonly id: string; readonly account: string; readonly assurance: Assurance };

export interface BrowserSessions {
  /** The live session of an active account, or undefined. */
  current(exchange: Exchange): Promise<BrowserSession | undefined>;
  /** Where to send a browser to sign in and come back to `returnTo`, a path on our origin; `anew` also when somebody is signed in. */
  signInUrl(exchange: Exchange, returnTo: string, how?: 'anew'): Promise<string>;
  /** Takes the browser back from sign-in: answers the path given to `signInUrl`. Throws 'invalid_request' when this browser did not start it. */
  finishSignIn(exchange: Exchange, query: URLSearchParams): Promise<string>;
  /** Ends the session and drops its cookie. */
  end(exchange: Exchange): Promise<void>;
}

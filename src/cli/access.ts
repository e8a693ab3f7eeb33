/** What authenticates the calls of a command: a key file, or the account that signed in. */
import { systemClock } from '../../adapters/node/clock.ts';

export type Json = Readonly<Record<string, unknown>>;

export type Send = (url: string, init: RequestInit) => Promise<Response>;

/** How the calls of a client are authenticated. */
export interface Access {
  readonly issuer: string;
  readonly clientId: string;
  /** The account that signed in; absent for a client that acts for itself. */
  readonly who?: string;
  /** The headers that authenticate one request. `send` makes a request of its own. */
  headers(method: string, url: string, send: Send): Promise<Readonly<Record<string, string>>>;
  /** Whether the server refused the request only because it wants another proof. */
  repeats?(response: Response): boolean;
}

/** Seconds that a token lasts when the server does not say (`expires_in`, RFC 6749 §5.1). */
export const UNSTATED_LIFETIME_SECONDS = 60;

/** Seconds before its end at which a token is renewed. */
const MARGIN_SECONDS = 20;

/** `expiresAt`: epoch seconds. */
type Expiring = { readonly expiresAt: number };

/** Calls `renew` before the token ends, once for all calls at the same time. Does not remember a failure. */
type ValidToken<Token> = (renew: () => Promise<Token>) => Promise<Token>;

export const validToken = <Token extends Expiring>(first?: Token): ValidToken<Token> => {
  let token = first;
  let renewing: Promise<Token> | undefined;
  return async (renew) => {
    if (token && token.expiresAt - MARGIN_SECONDS > systemClock.now()) return token;
    renewing ??= renew().finally(() => {
      renewing = undefined;
    });
    token = await renewing;
    return token;
  };
};

/** The object in the body of a response; empty for anything else. */
export const jsonOf = async (response: Response): Promise<Json> => {
  const text = await response.text();
  try {
    const parsed = JSON.parse(text) as unknown;
    return typeof parsed === 'object' && parsed !== null ? (parsed as Json) : {};
  } catch {
    return {};
  }
};

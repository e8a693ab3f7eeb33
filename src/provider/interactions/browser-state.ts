/**
 * What oidc-provider would store about a browser in which no user has signed in yet: sealed in a cookie of that browser, so
 * that an unauthenticated request stores nothing (invariant 9). Every node has the key and can read it. Its content is
 * authentic, but may not be the newest: code that acts on it consumes a durable mark first.
 */
import { type MasterKey, openedOrNothing } from '../../domain/platform/crypto/master-key.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { Exchange } from '../seam/current-exchange.ts';
import type { Payload } from '../seam/stored-payloads.ts';

/**
 * Longest cookie value, in characters. Browsers accept 4096; but proxies have 4 or 8 KiB for all headers of an answer, of
 * which some 1.5 KiB are others.
 */
const SEALED_CHARACTERS = 2200;

export type StateCookie = { readonly name: string; readonly path: string };

/** Replaces a state that is too long for a cookie: it is in the store. */
export const IN_STORE = 'stored';

export interface BrowserState {
  /**
   * Puts `payload` into a cookie of the answer, bound to `context` and valid for `seconds`. Answers false when it is too
   * long: then nothing is set.
   */
  keep(exchange: Exchange, cookie: StateCookie, context: string, payload: Payload, seconds: number): boolean;

  /** Says in the cookie that the state is in the store. */
  keepNotice(exchange: Exchange, cookie: StateCookie, seconds: number): void;

  /** Drops the cookie. */
  drop(exchange: Exchange, cookie: StateCookie): void;

  /** The value of the cookie; undefined where there is none. No request has a duplicate name (front-guard.ts). */
  valueOf(exchange: Pick<Exchange, 'req'>, name: string): string | undefined;

  /** The payload stored with the same context; undefined when it is damaged, over, or of another browser's request. */
  opened(value: string | undefined, context: string): Payload | undefined;
}

export const browserState = (deps: {
  readonly masterKey: Pick<MasterKey, 'seal' | 'open'>;
  readonly clock: Clock;
  readonly isHttps: boolean;
}): BrowserState => {
  const { masterKey, clock } = deps;
  const attributes = `HttpOnly; SameSite=Lax${deps.isHttps ? '; Secure' : ''}`;

  const put = ({ res }: Exchange, { name, path }: StateCookie, value: string, seconds: number): void => {
    res.appendHeader('Set-Cookie', `${name}=${value}; Path=${path}; Max-Age=${seconds}; ${attributes}`);
  };

  return {
    keep(exchange: Exchange, cookie: StateCookie, context: string, payload: Payload, seconds: number): boolean {
      const sealed = masterKey.seal(context, JSON.stringify({ until: clock.now() + seconds, payload }));
      if (sealed.length > SEALED_CHARACTERS) return false;
      put(exchange, cookie, sealed, seconds);
      return true;
    },

    keepNotice(exchange: Exchange, cookie: StateCookie, seconds: number): void {
      put(exchange, cookie, IN_STORE, seconds);
    },

    drop(exchange: Exchange, cookie: StateCookie): void {
      put(exchange, cookie, '', 0);
    },

    valueOf({ req }: Pick<Exchange, 'req'>, name: string): string | undefined {
      const pairs = (req.headers.cookie ?? '').split(';').map((pair) => pair.trim());
      return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
    },

    opened(value: string | undefined, context: string): Payload | undefined {
      if (value === undefined || value.length > SEALED_CHARACTERS) return undefined;
      const text = openedOrNothing(masterKey, context, value);
      if (text === undefined) return undefined;
      const { until, payload } = JSON.parse(text) as { readonly until: number; readonly payload: Payload };
      return until > clock.now() ? payload : undefined;
    },
  };
};

/**
 * Seals what oidc-provider would store about a browser without a signed-in user in a cookie of that browser. An
 * unauthenticated request therefore stores nothing (invariant 9). Every node has the key and can read it. Its content is
 * authentic, but may not be the newest: code that acts on it consumes a durable mark first.
 */
import { type MasterKey, openedOrNothing } from '../../domain/platform/crypto/master-key.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { Exchange } from '../seam/current-exchange.ts';
import type { Payload } from '../seam/stored-payloads.ts';

/**
 * Longest cookie value, in characters. Browsers accept 4096. Proxies allow 4 or 8 KiB for all headers of a response, of which
 * other headers take some 1.5 KiB.
 */
const SEALED_CHARACTERS = 2200;

/** States that this process sealed last, of about 4 KB each. Most come back to it, in the next request of the browser. */
const MOST_KEPT = 500;

export type StateCookie = { readonly name: string; readonly path: string };

/** The cookie value in place of a state that is too long for a cookie: the store has it. */
export const IN_STORE = 'stored';

export interface BrowserState {
  /**
   * Puts `payload` into a cookie of the response, bound to `context` and valid for `seconds`. Returns false, without setting
   * a cookie, when it is too long.
   */
  keep(exchange: Exchange, cookie: StateCookie, context: string, payload: Payload, seconds: number): boolean;

  /** Sets a cookie that says that the store has the state. */
  keepNotice(exchange: Exchange, cookie: StateCookie, seconds: number): void;

  /** Removes the cookie. */
  drop(exchange: Exchange, cookie: StateCookie): void;

  /** The value of the cookie, or undefined. No request has a duplicate name (front-guard.ts). */
  valueOf(exchange: Pick<Exchange, 'req'>, name: string): string | undefined;

  /** The payload sealed with the same context. Undefined when it is damaged, expired, or of another browser's request. */
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

  /** By the sealed value, which is of one text and one context for ever. */
  const kept = new Map<string, { readonly context: string; readonly text: string }>();
  const opened = (value: string, context: string): string | undefined => {
    const known = kept.get(value);
    return known?.context === context ? known.text : openedOrNothing(masterKey, context, value);
  };

  return {
    keep(exchange: Exchange, cookie: StateCookie, context: string, payload: Payload, seconds: number): boolean {
      const text = JSON.stringify({ until: clock.now() + seconds, payload });
      const sealed = masterKey.seal(context, text);
      if (sealed.length > SEALED_CHARACTERS) return false;
      if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value as string);
      kept.set(sealed, { context, text });
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
      const { cookie = '' } = req.headers;
      // The states of other requests, of two thousand characters each, are not taken apart for one that is not there.
      if (!cookie.includes(`${name}=`)) return undefined;
      const pairs = cookie.split(';').map((pair) => pair.trim());
      return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
    },

    opened(value: string | undefined, context: string): Payload | undefined {
      if (value === undefined || value.length > SEALED_CHARACTERS) return undefined;
      const text = opened(value, context);
      if (text === undefined) return undefined;
      const { until, payload } = JSON.parse(text) as { readonly until: number; readonly payload: Payload };
      return until > clock.now() ? payload : undefined;
    },
  };
};

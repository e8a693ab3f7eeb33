/**
 * The session of an account, as the request under way has found it. The page of a request needs it twice: by its uid and by the cookie.
 * oidc-provider saves it at the end of each authorization request, in most of them with nothing new but a later expiry. Such a session
 * is stored again at most once in `APART_SECONDS`, so it may expire that much before its cookie says.
 */
import { exchangeNow } from '../seam/current-exchange.ts';
import { requestState } from '../seam/request-state.ts';
import type { Payload } from '../seam/stored-payloads.ts';

/** As between two writes of the last use in our own record of the session (session-records.ts). */
const APART_SECONDS = 60;
/** At most this part of its life is lost: decisive where sessions last less than ten minutes. */
const PART_OF_LIFE = 10;

/** Notes a live session, with the key of its record. Call it before oidc-provider has the payload, which it changes. */
export const noteFound = (key: string, payload: Payload): void => {
  const exchange = exchangeNow();
  if (exchange) requestState(exchange).foundSession = { key, text: JSON.stringify(payload) };
};

/** The session that this request has found under that key before. */
export const foundBefore = (key: string): Payload | undefined => {
  const exchange = exchangeNow();
  const found = exchange && requestState(exchange).foundSession;
  return found?.key === key ? (JSON.parse(found.text) as Payload) : undefined;
};

/** Call it before the session changes or ends. */
export const forgetFound = (): void => {
  const exchange = exchangeNow();
  if (exchange) requestState(exchange).foundSession = undefined;
};

/**
 * Whether the request under way found the session with this content, and with an expiry that is not much earlier. `seconds`: its life
 * from now on. What another request has stored since stays, and so does the end of the session.
 */
export const isFoundUnchanged = (key: string, payload: Payload, seconds: number): boolean => {
  const found = foundBefore(key);
  if (!found) return false;
  const later = Number(payload['exp']) - Number(found['exp']);
  return later >= 0 && later < Math.min(APART_SECONDS, seconds / PART_OF_LIFE) && isSame(payload, found);
};

/** All but the expiry, by name: oidc-provider puts the members in another order once it has read them. Undefined is no member. */
const isSame = (one: Payload, other: Payload): boolean => {
  for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
    if (name === 'exp' || one[name] === other[name]) continue;
    if (JSON.stringify(one[name]) !== JSON.stringify(other[name])) return false;
  }
  return true;
};

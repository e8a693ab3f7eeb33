import { base64url, type CryptoKey } from 'jose';
import type { Clock } from './clock.ts';

export interface DpopNonces {
  /** The nonce of this moment. */
  current(): Promise<string>;
  /** Whether a nonce is of this period or the one before. */
  isValid(nonce: unknown): Promise<boolean>;
}

/** A nonce is valid for one to two periods. */
const PERIOD_SECONDS = 120;
const MAC_BYTES = 16;

/**
 * Nonces that need no storage (RFC 9449 §9): the number of a period with a MAC, so that only this API can make them. Without a secret it is
 * random, of this process.
 */
export const dpopNonces = (secret: Uint8Array | undefined, clock: Clock): DpopNonces => {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  let key: Promise<CryptoKey> | undefined;
  // When it is needed: workerd makes nothing random before the first request.
  const theKey = (): Promise<CryptoKey> => {
    const bytes = () => new Uint8Array(secret ?? crypto.getRandomValues(new Uint8Array(32)));
    key ??= crypto.subtle.importKey('raw', bytes(), algorithm, false, ['sign']);
    return key;
  };
  const made = new Map<number, Promise<string>>();

  const sign = async (period: number): Promise<string> => {
    const bytes = new TextEncoder().encode(`dpop-nonce ${period}`);
    const mac = new Uint8Array(await crypto.subtle.sign('HMAC', await theKey(), bytes));
    return base64url.encode(mac.slice(0, MAC_BYTES));
  };
  const nonceOf = (period: number): Promise<string> => {
    const known = made.get(period);
    if (known) return known;
    const nonce = sign(period);
    for (const other of made.keys()) if (Math.abs(other - period) > 1) made.delete(other);
    made.set(period, nonce);
    return nonce;
  };
  const now = (): number => Math.floor(clock() / PERIOD_SECONDS);

  return {
    current: () => nonceOf(now()),
    async isValid(nonce) {
      const valid = await Promise.all([nonceOf(now()), nonceOf(now() - 1)]);
      return typeof nonce === 'string' && valid.includes(nonce);
    },
  };
};

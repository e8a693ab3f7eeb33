/**
 * Where the refusal of a request object goes (RFC 9101 §6.3). Request objects are not supported, and many clients name the
 * response mode and target in them alone. These are read from an object whose signature is not verified: it can say nothing
 * that its sender could not say beside it, and the redirect URI is compared with those of the client.
 */
import { decodeJwt } from 'jose';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { PARAMETER_BYTES } from './parameter-bounds.ts';

const ABOUT_THE_ANSWER = ['response_mode', 'state', 'redirect_uri'] as const;

/** To be called with the parameters as they were read; adds to those of a request that is going to be refused. */
export const answerAsRequestObjectSays = (ctx: KoaContextWithOIDC, read: Record<string, unknown>): void => {
  if (ctx.oidc.route !== 'authorization' || typeof read['request'] !== 'string') return;
  const inside = claimsOf(read['request']);
  for (const name of ABOUT_THE_ANSWER) {
    const value = inside[name];
    const isFree = read[name] === undefined || read[name] === '';
    if (isFree && typeof value === 'string' && Buffer.byteLength(value) <= (PARAMETER_BYTES[name] ?? 0)) {
      read[name] = value;
    }
  }
};

const claimsOf = (object: string): Readonly<Record<string, unknown>> => {
  try {
    return decodeJwt(object);
  } catch {
    return {};
  }
};

/**
 * Determines where the refusal of a request object goes (RFC 9101 §6.3). Request objects are not supported, and many clients
 * name the response mode and target in them alone. Reads both from an object without verifying its signature. The object can
 * say only what its sender could also say beside it, and the redirect URI is compared with those of the client.
 */
import { decodeJwt } from 'jose';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { PARAMETER_BYTES } from './parameter-bounds.ts';

const ABOUT_THE_ANSWER = ['response_mode', 'state', 'redirect_uri'] as const;

/** Call it with the parameters that were read. Adds to the parameters of a request that will be refused. */
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

import { calculateJwkThumbprint, compactVerify, importJWK, type JWK } from 'jose';
import type { AuditReceipt } from './audit-event.ts';
import type { Heads } from './audit-record.ts';

/** A signed list of heads: a checkpoint, or the last line of an export, which also fixes all lines before it. */
export type SignedHeads = {
  /** 1: signed before members had salts (decision 33). The record of such a checkpoint is of the first form. */
  readonly behalf_audit: 1 | 2;
  readonly kind: 'checkpoint' | 'export';
  readonly issuer: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly heads: Heads;
  readonly lines?: number;
  /** SHA-256 of the first line of the export, base64url; absent in version 1. It lets a part verify without all lines. */
  readonly header?: string;
  readonly digest?: string;
};

/** Trusted heads, kept outside the server: a compact JWS. A list without a signature could be changed by its keeper. */
export type TrustedHeads = { readonly signed: string };

export type VerificationKey = {
  /** RFC 7638, SHA-256, base64url. */
  readonly thumbprint: string;
  /** Returns the payload of a compact JWS, or undefined when this key did not sign it. */
  open(jws: string): Promise<Uint8Array | undefined>;
};

/** Throws when `key` is not a public P-256 JWK. */
export const verificationKey = async (key: unknown): Promise<VerificationKey> => {
  const { kty, crv, x, y } = (key ?? {}) as JWK;
  if (kty !== 'EC' || crv !== 'P-256' || typeof x !== 'string' || typeof y !== 'string') {
    throw new TypeError('not a P-256 JWK');
  }
  const bare = { kty, crv, x, y };
  const publicKey = await importJWK(bare, 'ES256');
  return {
    thumbprint: await calculateJwkThumbprint(bare),
    open: async (jws) => {
      try {
        return (await compactVerify(jws, publicKey, { algorithms: ['ES256'] })).payload;
      } catch {
        return undefined;
      }
    },
  };
};

/** The heads that one of the keys signed. Undefined when none did, or when the text is not a list of heads. */
export const openSignedHeads = async (
  jws: unknown,
  keys: readonly VerificationKey[],
): Promise<SignedHeads | undefined> => {
  if (typeof jws !== 'string' || !jws.split('.').every(isExactBase64url)) return undefined;
  for (const key of keys) {
    const payload = await key.open(jws);
    if (payload) return asSignedHeads(payload);
  }
  return undefined;
};

/**
 * Reads a file of trusted heads. It is an earlier export or its last line, a compact JWS, or a checkpoint as
 * the server remembers it. Throws TypeError for any other text, also for heads without a signature.
 */
export const readTrustedHeads = (text: string): TrustedHeads => {
  const lastLine = text.trimEnd().split('\n').at(-1) ?? '';
  for (const candidate of [text, lastLine]) {
    const found = asTrustedHeads(candidate.trim());
    if (found) return found;
  }
  throw new TypeError('The file of trusted heads holds no signed heads of audit streams.');
};

const asHeads = (value: unknown): Heads | undefined =>
  Array.isArray(value) && value.every(isReceipt) ? value : undefined;

/** Whether the text is a name of a stream: it needs no quoting in a message. */
export const isStreamName = (value: unknown): value is string =>
  typeof value === 'string' && /^[A-Za-z0-9_-]{1,128}$/.test(value);

const asTrustedHeads = (text: string): TrustedHeads | undefined => {
  if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) return { signed: text };
  try {
    const value: unknown = JSON.parse(text);
    const { head, signed = head } = (value ?? {}) as { readonly head?: unknown; readonly signed?: unknown };
    // Heads beside a signature are only a copy of its payload.
    return typeof signed === 'string' ? { signed } : undefined;
  } catch {
    return undefined;
  }
};

const asSignedHeads = (payload: Uint8Array): SignedHeads | undefined => {
  try {
    const value = JSON.parse(new TextDecoder().decode(payload)) as Record<string, unknown>;
    const { behalf_audit: version, kind, issuer, at, heads } = value;
    const isWhole =
      (version === 1 || version === 2) &&
      (kind === 'checkpoint' || kind === 'export') &&
      typeof issuer === 'string' &&
      Number.isSafeInteger(at) &&
      asHeads(heads) !== undefined;
    return isWhole ? (value as SignedHeads) : undefined;
  } catch {
    return undefined;
  }
};

const isReceipt = (value: unknown): value is AuditReceipt => {
  const { stream, sequence, hash } = (value ?? {}) as AuditReceipt;
  return isStreamName(stream) && Number.isSafeInteger(sequence) && sequence >= 1 && typeof hash === 'string';
};

/** Decoders ignore the spare bits of the last character. This check detects a change of them. */
const isExactBase64url = (part: string): boolean => Buffer.from(part, 'base64url').toString('base64url') === part;

import { base64url } from 'jose';
import { invalidToken } from '../refusal.ts';

/** Where the status of a token is (draft-ietf-oauth-status-list §6.2). */
export type StatusReference = { readonly index: number; readonly uri: string };

/** A verified list. */
export type StatusList = {
  /** Bits of each status: 1, 2, 4 or 8. */
  readonly bits: number;
  readonly bytes: Uint8Array;
};

/** Bytes of a list: 32 million statuses of one bit. */
const MOST_BYTES = 4 * 1024 * 1024;

/** The reference in the claims of a token. Undefined without the claim. Throws Refusal `invalid_token` for a malformed one. */
export const statusReferenceIn = (
  claims: Readonly<Record<string, unknown>>,
  issuer: string,
): StatusReference | undefined => {
  if (claims['status'] === undefined) return undefined;
  const { idx, uri } = memberOf(memberOf(claims, 'status'), 'status_list') as { idx?: unknown; uri?: unknown };
  const isIndex = typeof idx === 'number' && Number.isSafeInteger(idx) && idx >= 0;
  // A signed token of the issuer names it. Another origin is refused in any case: this API would send requests there.
  const isOwn = typeof uri === 'string' && URL.canParse(uri) && new URL(uri).origin === new URL(issuer).origin;
  if (isIndex && isOwn) return { index: idx, uri };
  throw invalidToken('claim_malformed', 'The claim status of the token is missing or malformed.');
};

const memberOf = (value: unknown, name: string): Readonly<Record<string, unknown>> => {
  const member = (value as Readonly<Record<string, unknown>>)[name];
  return typeof member === 'object' && member !== null ? (member as Readonly<Record<string, unknown>>) : {};
};

/** Reads the member `status_list` of a list token (§5.1). Throws Error for any other content. */
export const statusListOf = async (value: unknown): Promise<StatusList> => {
  const { bits, lst } = (typeof value === 'object' && value !== null ? value : {}) as { bits?: unknown; lst?: unknown };
  if (bits !== 1 && bits !== 2 && bits !== 4 && bits !== 8) throw new Error('bits is none of 1, 2, 4 and 8');
  if (typeof lst !== 'string' || !/^[\w-]+$/.test(lst)) throw new Error('lst is no base64url');
  return { bits, bytes: await inflated(new Uint8Array(base64url.decode(lst))) };
};

/** The status of a token: 0 is valid. Undefined: the index is beyond the list (§8.3). */
export const statusAt = ({ bits, bytes }: StatusList, index: number): number | undefined => {
  const byte = bytes[Math.floor((index * bits) / 8)];
  return byte === undefined ? undefined : (byte >> ((index * bits) % 8)) & (2 ** bits - 1);
};

/** ZLIB (RFC 1950). A few bytes can stand for many, so their number is bounded. */
const inflated = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > MOST_BYTES) throw new Error(`the list has more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.byteLength;
  }
  return all;
};

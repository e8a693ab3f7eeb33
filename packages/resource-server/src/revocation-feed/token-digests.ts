import { base64url, decodeProtectedHeader } from 'jose';
import type { Access } from '../access.ts';

/** Computes the digests by which the feed names ids, under the key of this API. */
export type Digester = (id: string) => Promise<Uint8Array>;

const DIGEST_BYTES = 8;
const encoder = new TextEncoder();

/** `key`: `digest_key` of the feed. */
export const digester = async (key: string): Promise<Digester> => {
  const bytes = new Uint8Array(base64url.decode(key));
  const secret = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return async (id) =>
    new Uint8Array(await crypto.subtle.sign('HMAC', secret, encoder.encode(id))).slice(0, DIGEST_BYTES);
};

/** All ids of a token by which the feed may name it. */
export const idsOf = ({ token, claims, clientId, subject, actors, jti, approval }: Access): readonly string[] => {
  const ids = [`party:${clientId}`, `subject:${subject}`, ...actors.map(({ sub }) => `party:${sub}`)];
  const add = (kind: string, value: unknown): void => {
    if (typeof value === 'string') ids.push(`${kind}:${value}`);
  };
  add('token', jti);
  add('grant', claims['grant_id']);
  add('delegation', claims['delegation']);
  add('transaction', claims['txn']);
  add('instance', claims['instance']);
  add('account_link', claims['account_link']);
  add('approval', approval?.id);
  add('key', decodeProtectedHeader(token).kid);
  return [...new Set(ids)];
};

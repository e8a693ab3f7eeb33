/** A verifier of status lists (draft-ietf-oauth-status-list §8.3), independent of the server's code. */
import { inflateSync } from 'node:zlib';
import { createRemoteJWKSet, decodeJwt, type JWTPayload, jwtVerify } from 'jose';

export type StatusReference = { readonly idx: number; readonly uri: string };

/** The reference in a token. */
export const referenceOf = (token: string): StatusReference =>
  (decodeJwt(token)['status'] as { readonly status_list: StatusReference }).status_list;

export type ReadList = {
  readonly response: Response;
  readonly claims: JWTPayload;
  readonly bytes: Buffer;
  statusOf(index: number): number;
};

/** Fetches a list from `origin`, and verifies it with the keys there. */
export const readList = async (
  uri: string,
  { origin = new URL(uri).origin, now = () => Date.now() } = {},
): Promise<ReadList> => {
  const response = await fetch(new URL(new URL(uri).pathname, origin), {
    headers: { accept: 'application/statuslist+jwt' },
  });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  const { payload: claims } = await jwtVerify(await response.text(), createRemoteJWKSet(new URL('/jwks', origin)), {
    typ: 'statuslist+jwt',
    subject: uri,
    algorithms: ['ES256'],
    currentDate: new Date(now()),
  });
  const { bits, lst } = claims['status_list'] as { readonly bits: number; readonly lst: string };
  if (bits !== 1) throw new Error(`${bits} bits`);
  const bytes = inflateSync(Buffer.from(lst, 'base64url'));
  return { response, claims, bytes, statusOf: (index) => ((bytes[index >> 3] ?? 0) >> (index & 7)) & 1 };
};

/** The status of a token in its list. */
export const statusOf = async (token: string, options: Parameters<typeof readList>[1] = {}): Promise<number> => {
  const { idx, uri } = referenceOf(token);
  return (await readList(uri, options)).statusOf(idx);
};

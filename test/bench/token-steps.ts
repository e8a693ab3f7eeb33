/**
 * Requests to the token endpoint. Assertions and proofs are signed before the window, thousands of them, by the cheapest way there
 * is. Each is sent once.
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import type { ShotAnswer, Step } from './load.ts';
import type { BenchClient, Subject } from './subject.ts';

export const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
/** Seconds that both servers accept an assertion. */
const LIFE = 240;

export const form = (parameters: Record<string, string>): string => new URLSearchParams(parameters).toString();

export const at = (from: readonly string[], index: number): string => from[index % from.length] ?? '';

export const expectStatus = (answer: ShotAnswer, status: number): ShotAnswer => {
  if (answer.status !== status)
    throw new Error(`expected ${status}, got ${answer.status}: ${answer.text.slice(0, 500)}`);
  return answer;
};

/** A JWT with ES256. */
const signed = (header: object, claims: object, key: KeyObject): string => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${part({ alg: 'ES256', ...header })}.${part(claims)}`;
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
};

/** Client assertions (RFC 7523). */
const assertions = ({ id, key: jwk }: BenchClient, issuer: string, count: number): string[] => {
  const key = createPrivateKey({ key: jwk, format: 'jwk' } as Parameters<typeof createPrivateKey>[0]);
  const iat = Math.floor(Date.now() / 1000);
  const claims = { iss: id, sub: id, aud: issuer, iat, exp: iat + LIFE };
  return Array.from({ length: count }, () => signed({ kid: jwk.kid }, { ...claims, jti: randomUUID() }, key));
};

/** As many keys as connections have: each is the key of one instance. */
const PROOF_KEYS = 32;

/** DPoP proofs (RFC 9449) for this URL, of several keys in turn. */
export const proofs = (url: string, count: number): string[] => {
  const keys = Array.from({ length: PROOF_KEYS }, () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return { header: { typ: 'dpop+jwt', jwk: publicKey.export({ format: 'jwk' }) }, privateKey };
  });
  const iat = Math.floor(Date.now() / 1000);
  return Array.from({ length: count }, (_, index) => {
    const { header, privateKey } = keys[index % PROOF_KEYS] as (typeof keys)[number];
    return signed(header, { jti: randomUUID(), htm: 'POST', htu: url, iat }, privateKey);
  });
};

/** `proof`: of the next request, if it has one. */
export const tokenStep =
  (
    subject: Subject,
    client: BenchClient,
    count: number,
    parameters: (connection: number) => Record<string, string>,
    proof: () => string | undefined = () => undefined,
  ) =>
  (used?: (connection: number, answer: ShotAnswer) => void): Step => {
    const ready = assertions(client, subject.issuer, count);
    const rest = {
      client_id: client.id,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    };
    return (connection) => {
      const assertion = ready.pop();
      if (assertion === undefined) return undefined;
      const body = form({ ...rest, client_assertion: assertion, ...parameters(connection) });
      const dpop = proof();
      const headers = dpop === undefined ? FORM : { ...FORM, dpop };
      return async () => {
        const answer = await subject.send({ method: 'POST', path: subject.paths.token, headers, body });
        expectStatus(answer, 200);
        used?.(connection, answer);
      };
    };
  };

/** Requests that no API may let through, though some of them carry a valid token. */
import type { Expected } from './hostile-tokens.ts';
import type { Sent } from './hosts/host.ts';
import { type Claims, type Issuer, newPair, now } from './issuer.ts';
import { ADDRESS, jktOf, proofOf } from './proofs.ts';

export type HostileRequest = {
  readonly name: string;
  readonly kind: string;
  readonly sent: Sent;
  readonly expected: Expected;
  /** Scheme whose challenge carries the error. */
  readonly scheme?: 'Bearer' | 'DPoP';
};

type Unsorted = Omit<HostileRequest, 'kind'>;

type Proved = { readonly method: string; readonly address: string };

const MALFORMED: Expected = [400, 'invalid_request'];
const MISSING: Expected = [401, undefined];
const INVALID: Expected = [401, 'invalid_token'];
const PROOF: Expected = [401, 'invalid_dpop_proof'];

const authorized = (value: string, ...more: readonly (readonly [string, string])[]): Sent => ({
  headers: [['authorization', value], ...more],
});

/** Where a token must not be, and how it must not be written (RFC 6750 §2). */
const places = async (issuer: Issuer, target: string): Promise<readonly Unsorted[]> => {
  const valid = await issuer.token();
  const other = await issuer.token({ sub: 'acc_eve' });
  const form = {
    body: `access_token=${valid}`,
    headers: [['content-type', 'application/x-www-form-urlencoded']],
  } as const;
  const inQuery = `${target}?access_token=${valid}`;
  return [
    { name: 'no token', sent: {}, expected: MISSING },
    { name: 'another scheme', sent: authorized('Basic YTpi'), expected: MISSING },
    { name: 'the scheme Token', sent: authorized(`Token ${valid}`), expected: MISSING },
    { name: 'the token without a scheme', sent: authorized(valid), expected: MISSING },
    { name: 'the scheme alone', sent: authorized('Bearer'), expected: MALFORMED },
    { name: 'an empty token', sent: authorized('Bearer '), expected: MALFORMED },
    { name: 'two spaces', sent: authorized(`Bearer  ${valid}`), expected: MALFORMED },
    { name: 'a tab', sent: authorized(`Bearer\t${valid}`), expected: MALFORMED },
    { name: 'a comma behind the scheme', sent: authorized(`Bearer,${valid}`), expected: MALFORMED },
    { name: 'a token in quotes', sent: authorized(`Bearer "${valid}"`), expected: MALFORMED },
    { name: 'a parameter behind the token', sent: authorized(`Bearer ${valid}, realm="x"`), expected: MALFORMED },
    { name: 'two tokens in one header', sent: authorized(`Bearer ${valid} ${other}`), expected: MALFORMED },
    { name: 'two schemes in one header', sent: authorized(`Bearer ${valid}, DPoP ${other}`), expected: MALFORMED },
    { name: 'a letter outside of ASCII', sent: authorized(`Bearer ${valid}é`), expected: MALFORMED },
    { name: 'a signed token as JSON', sent: authorized(`Bearer {"payload":"${valid}"}`), expected: MALFORMED },
    {
      name: 'the same header twice',
      sent: authorized(`Bearer ${valid}`, ['authorization', `Bearer ${valid}`]),
      expected: MALFORMED,
    },
    {
      name: 'two headers with two tokens',
      sent: authorized(`Bearer ${valid}`, ['Authorization', `Bearer ${other}`]),
      expected: MALFORMED,
    },
    {
      name: 'two headers with two schemes',
      sent: authorized('Basic YTpi', ['authorization', `Bearer ${valid}`]),
      expected: MALFORMED,
    },
    { name: 'a token in the address', sent: { target: inQuery }, expected: MALFORMED },
    {
      name: 'a token in the address, another in the header',
      sent: { ...authorized(`Bearer ${valid}`), target: inQuery },
      expected: MALFORMED,
    },
    {
      name: 'an encoded name in the address',
      sent: { ...authorized(`Bearer ${valid}`), target: `${target}?access%5Ftoken=x` },
      expected: MALFORMED,
    },
    { name: 'a token in a form', sent: { ...form, method: 'POST' }, expected: MISSING },
    { name: 'a token in a cookie', sent: { headers: [['cookie', `access_token=${valid}`]] }, expected: MISSING },
    {
      name: 'a token in another header',
      sent: { headers: [['x-authorization', `Bearer ${valid}`]] },
      expected: MISSING,
    },
    {
      name: 'a token for the proxy',
      sent: { headers: [['proxy-authorization', `Bearer ${valid}`]] },
      expected: MISSING,
    },
    {
      name: 'the identity in headers',
      sent: {
        headers: [
          ['x-forwarded-user', 'acc_ada'],
          ['x-client-cert', 'x'],
        ],
      },
      expected: MISSING,
    },
  ];
};

/** Proofs, and tokens that are bound to a key (RFC 9449 §4.3 and §7). */
const proofs = async (issuer: Issuer, { method, address }: Proved): Promise<readonly Unsorted[]> => {
  const right = { htm: method, htu: address };
  const target = new URL(address).pathname;
  const key = await newPair();
  const attacker = await newPair();
  const rsa = await newPair('RS256');
  const bound = await issuer.token({ cnf: { jkt: await jktOf(key) } });
  const unbound = await issuer.token();
  const forRsa = await issuer.token({ cnf: { jkt: await jktOf(rsa) } });
  const requests: Unsorted[] = [];
  const withProof = (name: string, proof: string, expected = PROOF, token = bound): void => {
    requests.push({ name, sent: authorized(`DPoP ${token}`, ['dpop', proof]), expected, scheme: 'DPoP' });
  };
  const wrong = async (name: string, changes: Claims, header: Claims = {}): Promise<void> =>
    withProof(`proof with ${name}`, await proofOf(bound, key, { ...right, ...changes }, header));
  const good = (): Promise<string> => proofOf(bound, key, right);

  requests.push(
    { name: 'a bound token as Bearer', sent: authorized(`Bearer ${bound}`), expected: INVALID, scheme: 'DPoP' },
    {
      name: 'a bound token as Bearer with a proof',
      sent: authorized(`Bearer ${bound}`, ['dpop', await good()]),
      expected: INVALID,
      scheme: 'DPoP',
    },
    { name: 'a bound token without a proof', sent: authorized(`DPoP ${bound}`), expected: PROOF, scheme: 'DPoP' },
    {
      name: 'two proofs',
      sent: authorized(`DPoP ${bound}`, ['dpop', await good()], ['dpop', await good()]),
      expected: PROOF,
      scheme: 'DPoP',
    },
    {
      name: 'a token that is bound to a certificate, without one',
      sent: authorized(`Bearer ${await issuer.token({ cnf: { 'x5t#S256': 'a'.repeat(43) } })}`),
      expected: INVALID,
    },
  );
  withProof('an unbound token as DPoP', await proofOf(unbound, key, right), INVALID, unbound);
  withProof('a proof by another key', await proofOf(bound, attacker, right), INVALID);
  withProof('a proof for another token', await proofOf(unbound, key, right));
  withProof('the token as its own proof', bound);
  withProof('a proof that is no JWT', 'x');
  withProof('a proof that is too long', `${await good()}${'A'.repeat(9000)}`);
  withProof('a proof with a changed signature', `${(await good()).slice(0, -8)}AAAAAAAA`);
  withProof('a proof with an algorithm that is not accepted', await proofOf(forRsa, rsa, right), PROOF, forRsa);
  await wrong('another method', { htm: method === 'GET' ? 'POST' : 'GET' });
  await wrong('a method in lower case', { htm: method.toLowerCase() });
  await wrong('no method', { htm: undefined });
  await wrong('another path', { htu: 'https://notes.example.com/api/other' });
  await wrong('another host', { htu: `https://attacker.example${target}` });
  await wrong('another scheme of the address', { htu: address.replace('https:', 'http:') });
  await wrong('another port', { htu: `https://notes.example.com:8443${target}` });
  await wrong('a path that only begins alike', { htu: `${address}/more` });
  await wrong('no address', { htu: undefined });
  await wrong('an address that is none', { htu: target });
  await wrong('no ath', { ath: undefined });
  await wrong('an empty ath', { ath: '' });
  await wrong('an old iat', { iat: now() - 120 });
  await wrong('an iat in the future', { iat: now() + 120 });
  await wrong('no iat', { iat: undefined });
  await wrong('an iat as text', { iat: String(now()) });
  await wrong('no jti', { jti: undefined });
  await wrong('an empty jti', { jti: '' });
  await wrong('a jti that is too long', { jti: 'x'.repeat(300) });
  await wrong('a jti as a number', { jti: 1 });
  await wrong('typ JWT', {}, { typ: 'JWT' });
  await wrong('typ at+jwt', {}, { typ: 'at+jwt' });
  await wrong('no jwk', {}, { jwk: undefined });
  await wrong('a private jwk', {}, { jwk: { ...key.jwk, d: 'AAAA' } });
  await wrong('a symmetric jwk', {}, { jwk: { kty: 'oct', k: 'AAAA' } });
  return requests;
};

/** All of them, made for one issuer. `proved`: the request that the right parts of the proofs are for. */
export const hostileRequests = async (
  issuer: Issuer,
  proved: Proved = { method: 'GET', address: ADDRESS },
): Promise<readonly HostileRequest[]> => {
  const placed = await places(issuer, new URL(proved.address).pathname);
  return [
    ...placed.map((one) => ({ ...one, kind: 'place and number of tokens' })),
    ...(await proofs(issuer, proved)).map((one) => ({ ...one, kind: 'proof and bound token' })),
  ];
};

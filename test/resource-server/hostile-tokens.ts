/** Tokens that no API may accept. Each comes in a well-formed request, as Bearer. */
import { createHash } from 'node:crypto';
import { exportSPKI, importJWK } from 'jose';
import { craftedJwt, hmacBy, signedBy, unsigned } from '../support/crafted-jwt.ts';
import { type Claims, type Issuer, newPair, now, type Pair, RESOURCE } from './issuer.ts';

export type Expected = readonly [status: number, error: string | undefined];

export type HostileToken = {
  readonly name: string;
  readonly kind: string;
  readonly token: string;
  readonly expected: Expected;
};

const INVALID: Expected = [401, 'invalid_token'];
const TOO_LITTLE: Expected = [403, 'insufficient_scope'];

type Add = (name: string, token: string | Promise<string>, expected?: Expected) => void;

const HEADER = { alg: 'ES256', typ: 'at+jwt', kid: 'es-1' };

const signer = (pair: Pair, alg?: string) => signedBy(pair, alg);

/** Algorithms and keys (RFC 8725 §2.1, §3.1). */
const algorithms = async (issuer: Issuer, attacker: Pair, add: Add): Promise<void> => {
  const claims = issuer.claims();
  const pem = await exportSPKI((await importJWK(issuer.key.jwk, 'ES256')) as Pair['privateKey']);
  for (const alg of ['none', 'None', 'NONE', 'nOnE', '']) {
    add(`alg ${JSON.stringify(alg)} without a signature`, craftedJwt({ ...HEADER, alg }, claims, unsigned));
  }
  add('alg none with a signature', craftedJwt({ ...HEADER, alg: 'none' }, claims, signer(issuer.key)));
  for (const alg of ['HS256', 'HS384', 'HS512']) {
    add(`${alg} with the public key as PEM`, craftedJwt({ ...HEADER, alg }, claims, hmacBy(pem)));
  }
  add(
    'HS256 with the public key as JWK',
    craftedJwt({ ...HEADER, alg: 'HS256' }, claims, hmacBy(JSON.stringify(issuer.key.jwk))),
  );
  add('HS256 with an empty secret', craftedJwt({ ...HEADER, alg: 'HS256' }, claims, hmacBy('')));
  add('RS256 by a key of the issuer, which this API does not accept', issuer.token({}, {}, issuer.rsa));
  add('ES384 in the header, ES256 in fact', craftedJwt({ ...HEADER, alg: 'ES384' }, claims, signer(issuer.key)));
  add('alg as a list', craftedJwt({ ...HEADER, alg: ['ES256'] }, claims, signer(issuer.key)));
  add('no alg', craftedJwt({ typ: 'at+jwt', kid: 'es-1' }, claims, signer(issuer.key)));
  add('key of an attacker under a known kid', issuer.token({}, { kid: 'es-1' }, attacker));
  add('key of an attacker under its own kid', issuer.token({}, { kid: 'attacker' }, attacker));
  add('kid of the RSA key, signature of the other', issuer.token({}, { kid: 'rsa-1' }));
  for (const kid of ['../../dev/null', "' or 1=1 --", '', '__proto__', 'x'.repeat(2000)]) {
    add(`kid ${JSON.stringify(kid.slice(0, 20))}`, craftedJwt({ ...HEADER, kid }, claims, signer(attacker)));
  }
  add('kid as a number', craftedJwt({ ...HEADER, kid: 1 }, claims, signer(issuer.key)));
  add('no kid', craftedJwt({ alg: 'ES256', typ: 'at+jwt' }, claims, signer(issuer.key)));
};

/** Header parameters that name a key, or change what is verified (RFC 7515 §4.1, RFC 8725 §2.10). */
const headers = async (issuer: Issuer, attacker: Pair, add: Add): Promise<void> => {
  const claims = issuer.claims();
  const own = { kid: 'es-1', jwk: attacker.jwk };
  add('jwk of an attacker', craftedJwt({ ...HEADER, ...own }, claims, signer(attacker)));
  for (const [name, value] of [
    ['jku', 'https://attacker.example/jwks'],
    ['x5u', 'https://attacker.example/certificate'],
    ['x5c', ['MIIB']],
    ['x5t', 'AAAA'],
    ['x5t#S256', 'AAAA'],
    ['jwk', issuer.key.jwk],
    ['cty', 'JWT'],
    ['zip', 'DEF'],
    ['enc', 'A256GCM'],
    ['crit', ['exp']],
    ['crit', []],
    ['crit', ['http://example.com/unknown']],
  ] as const) {
    const header = { ...HEADER, [name]: value };
    add(`${name} ${JSON.stringify(value).slice(0, 24)}`, craftedJwt(header, claims, signer(issuer.key)));
    if (name === 'jku' || name === 'x5u') {
      add(`${name}, signed by an attacker`, craftedJwt(header, claims, signer(attacker)));
    }
  }
  const detached = { ...HEADER, b64: false, crit: ['b64'] };
  add('b64 false', craftedJwt(detached, claims, signer(issuer.key)));
  add('a header that is no object', craftedJwt('[]', claims, signer(issuer.key)));
  add('a header that is no JSON', craftedJwt('eyJ', claims, signer(issuer.key)));
};

/** Other kinds of JWT of the same issuer (RFC 9068 §4, RFC 8725 §3.11). */
const types = async (issuer: Issuer, add: Add): Promise<void> => {
  for (const typ of ['JWT', 'id_token', 'logout+jwt', 'dpop+jwt', 'secevent+jwt', 'oauth-id-jag+jwt', 'txntoken+jwt'])
    add(`typ ${typ}`, issuer.token({}, { typ }));
  add('typ client-authentication+jwt', issuer.token({}, { typ: 'client-authentication+jwt' }));
  add('no typ', craftedJwt({ alg: 'ES256', kid: 'es-1' }, issuer.claims(), signer(issuer.key)));
  add('typ as a number', craftedJwt({ ...HEADER, typ: 1 }, issuer.claims(), signer(issuer.key)));
};

const claims = async (issuer: Issuer, add: Add): Promise<void> => {
  const wrong = (name: string, changes: Claims, expected?: Expected): void =>
    add(name, issuer.token(changes), expected);
  for (const iss of [undefined, 'https://attacker.example', `${issuer.url}/`, issuer.url.toUpperCase(), 7])
    wrong(`iss ${JSON.stringify(iss)?.replace(/:\d+/, '')}`, { iss });
  wrong('iss as a list', { iss: [issuer.url] });
  for (const aud of [
    undefined,
    'https://other.example.com',
    `${RESOURCE}/`,
    RESOURCE.toUpperCase(),
    'https://notes.example.com',
    `${RESOURCE} https://other.example.com`,
    [],
    [RESOURCE, 'https://other.example.com'],
    ['https://other.example.com', RESOURCE],
    [[RESOURCE]],
    { 0: RESOURCE },
    1,
  ])
    wrong(`aud ${JSON.stringify(aud)}`, { aud });
  for (const [name, exp] of [
    ['past', now() - 60],
    ['absent', undefined],
    ['text', String(now() + 300)],
    ['null', null],
    ['negative', -1],
    ['zero', 0],
    ['list', [now() + 300]],
  ] as const)
    wrong(`exp ${name}`, { exp });
  wrong('nbf in the future', { nbf: now() + 120 });
  wrong('nbf as text', { nbf: '0' });
  wrong('iat in the future', { iat: now() + 120 });
  wrong('iat absent', { iat: undefined });
  wrong('iat as text', { iat: String(now()) });
  wrong('jti absent', { jti: undefined });
  for (const sub of [undefined, '', 1, null, ['acc_ada'], {}]) wrong(`sub ${JSON.stringify(sub)}`, { sub });
  for (const client_id of [undefined, '', {}]) wrong(`client_id ${JSON.stringify(client_id)}`, { client_id });
  for (const scope of [undefined, '', 'notes.rea', 'notes.read.all', 'NOTES.READ', 'notes.write', 'openid'])
    wrong(`scope ${JSON.stringify(scope)}`, { scope }, TOO_LITTLE);
  for (const scope of [['notes.read'], 'notes.read\tnotes.write', 'notes.read  x', 'notes.read\nx', '"notes.read"', {}])
    wrong(`scope ${JSON.stringify(scope)}`, { scope });
};

/** Chains of actors, confirmations and details of the wrong shape, signed by the issuer. */
const shapes = async (issuer: Issuer, add: Add): Promise<void> => {
  const chain = (depth: number): object =>
    depth === 0 ? { sub: 'agt_0' } : { sub: `agt_${depth}`, act: chain(depth - 1) };
  for (const act of ['agt_planner', [], ['agt_planner'], {}, { sub: 1 }, { sub: '' }, null, { iss: 'x' }, 0])
    add(`act ${JSON.stringify(act)}`, issuer.token({ act }));
  add('act with a malformed actor inside', issuer.token({ act: { sub: 'agt_1', act: 'agt_2' } }));
  add('act with an issuer that is no text', issuer.token({ act: { sub: 'agt_1', iss: 1 } }));
  add('act 17 deep', issuer.token({ act: chain(16) }));
  add('act 400 deep', issuer.token({ act: chain(200) }));
  for (const cnf of ['x', [], {}, null, { jkt: 1 }, { jkt: 'short' }, { jwk: issuer.key.jwk }, { kid: 'x' }])
    add(`cnf ${JSON.stringify(cnf)?.slice(0, 30)}`, issuer.token({ cnf }));
  add('cnf with a method beside jkt', issuer.token({ cnf: { jkt: 'a'.repeat(43), 'x5t#S1': 'x' } }));
  for (const details of ['payment', {}, ['payment'], [{}], [{ type: 1 }], [null], null])
    add(`authorization_details ${JSON.stringify(details)}`, issuer.token({ authorization_details: details }));
  for (const approval of ['apv_1', {}, { id: 'apv_1' }, null, { id: 1, digest: 'x' }])
    add(`approval ${JSON.stringify(approval)}`, issuer.token({ approval }));
  add('acr as a number', issuer.token({ acr: 1 }));
  add('auth_time as text', issuer.token({ auth_time: 'now' }));
};

/** Texts that are no valid compact JWS. */
const texts = async (issuer: Issuer, add: Add): Promise<void> => {
  const valid = await issuer.token();
  const [header = '', payload = '', signature = ''] = valid.split('.');
  const [, otherPayload = ''] = (await issuer.token({ sub: 'acc_eve' })).split('.');
  add('the payload of another token', `${header}.${otherPayload}.${signature}`);
  add('no signature', `${header}.${payload}.`);
  add('half a signature', `${valid.slice(0, -40)}`);
  add(
    'a signature with one bit changed',
    `${header}.${payload}.${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`,
  );
  add('a signature of zeros', `${header}.${payload}.${Buffer.alloc(64).toString('base64url')}`);
  add('a longer signature', `${valid}AAAA`);
  add('one part', header);
  add('two parts', `${header}.${payload}`);
  add('four parts', `${valid}.${signature}`);
  add('five parts, as an encrypted token', `${header}.${payload}.${signature}.AAAA.AAAA`);
  add('dots only', '...');
  add('an opaque token, without introspection', createHash('sha256').update(valid).digest('hex'));
  const nested = craftedJwt({ ...HEADER, cty: 'JWT' }, valid, signer(issuer.key));
  add('a JWT in a JWT', nested);
  add('a JWT as the payload', craftedJwt(HEADER, valid, signer(issuer.key)));
  for (const body of ['[]', 'null', '"x"', '1', '{', ''])
    add(`payload ${JSON.stringify(body)}`, craftedJwt(HEADER, body, signer(issuer.key)));
  add('a valid token with padding', `${valid}==`);
  add('a token that is longer than allowed', issuer.token({ note: 'x'.repeat(7000) }));
};

/** All of them, made for one issuer. */
export const hostileTokens = async (issuer: Issuer): Promise<readonly HostileToken[]> => {
  const attacker = await newPair('ES256', 'attacker');
  const made: Promise<HostileToken>[] = [];
  const of =
    (kind: string): Add =>
    (name, token, expected = INVALID) => {
      made.push(Promise.resolve(token).then((text) => ({ name, kind, token: text, expected })));
    };
  await algorithms(issuer, attacker, of('algorithm and key'));
  await headers(issuer, attacker, of('parameters of the header'));
  await types(issuer, of('type'));
  await claims(issuer, of('issuer, audience, times, scope and ids'));
  await shapes(issuer, of('actors, confirmation, details and approval'));
  await texts(issuer, of('form and signature'));
  return Promise.all(made);
};

/** What the event of a token of an agent says about the program that asked for it. */
import { randomBytes, randomUUID } from 'node:crypto';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { beginRequest, requestState } from '../../../src/provider/seam/request-state.ts';
import { assertionShape, softwareIn } from '../../../src/provider/seam/software.ts';

const HEADER = { alg: 'ES256', kid: 'k1' };
const CLAIMS = {
  ...{ iss: 'agt_1', sub: 'agt_1', aud: 'https://as.example', iat: 1000, exp: 1060 },
  jti: '7f0c6cf2-6a34-4b8e-9d4e-2f1f6a3c9b11',
};
const FIELDS = { 'user-agent': 'our-kit/1.4.2 node/24.1.0', accept: '*/*', 'accept-encoding': 'gzip' };

type Sent = {
  readonly fields?: Readonly<Record<string, string>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly client?: string;
};

const softwareWith = ({ fields = {}, claims = CLAIMS, header = HEADER, client = 'agt_1' }: Sent = {}) => {
  const req = new IncomingMessage(new Socket());
  Object.assign(req.headers, FIELDS, fields);
  beginRequest(req, { id: 'req_1', source: '192.0.2.1', certificate: undefined, arrivedAt: 0 });
  requestState(req).assertionShape = assertionShape(claims, header);
  return softwareIn({ req, oidc: { client: { clientId: client } } }).software;
};
const USUAL = softwareWith();

describe('the program of an agent', () => {
  test('is sixteen characters, and names no client that is no agent', () => {
    expect(USUAL).toMatch(/^[\w-]{16}$/);
    expect(softwareWith({ client: 'app_1' })).toBeUndefined();
  });

  test.each<readonly [string, Sent]>([
    ['another assertion', { claims: { ...CLAIMS, iat: 9000, exp: 9060, jti: '00000000-6a34-4b8e-9d4e-2f1f6a3c9b11' } }],
    ['a clock that is read twice', { claims: { ...CLAIMS, exp: 1061 } }],
    ['an update', { fields: { 'user-agent': 'our-kit/1.5.0 node/24.2.1' } }],
    ['the name of a host in a comment', { fields: { 'user-agent': 'our-kit/1.4.2 (host-7) node/24.1.0' } }],
    ['another key', { header: { alg: 'ES256', kid: 'k2' } }],
  ])('is the same with %s', (_, sent) => {
    expect(softwareWith(sent)).toBe(USUAL);
  });

  test.each<readonly [string, () => string]>([
    ['Math.random', () => Math.random().toString(36).slice(2)],
    ['a time and Math.random', () => `${Date.now()}-${Math.random()}`],
    ['a number', () => `${Math.floor(Math.random() * 1e12)}`],
    ['a time and a number', () => `${Date.now()}${Math.floor(Math.random() * 1e9)}`],
    ['64 bits as a number', () => `${BigInt(`0x${randomBytes(8).toString('hex')}`)}`],
    ['eight hex digits', () => randomBytes(4).toString('hex')],
    ['a hex digest', () => randomBytes(16).toString('hex')],
    ['random bytes', () => randomBytes(12).toString('base64url')],
    ['UUIDs', () => randomUUID()],
  ])('is one, however its ids come out: %s', (_, newId) => {
    const shapes = Array.from({ length: 2000 }, () => assertionShape({ ...CLAIMS, jti: newId() }, HEADER));
    expect(new Set(shapes).size).toBe(1);
  });

  test.each([30, 45, 55, 60, 120, 300])('is one where its clock is read twice, with a lifetime of %i s', (seconds) => {
    const shapes = [-1, 0, 1].map((by) => assertionShape({ ...CLAIMS, exp: CLAIMS.iat + seconds + by }, HEADER));
    expect(new Set(shapes).size).toBe(1);
  });

  test.each<readonly [string, Sent]>([
    ['another main version', { fields: { 'user-agent': 'our-kit/2.0.0 node/24.1.0' } }],
    ['another library', { fields: { 'user-agent': 'curl/8.5.0' } }],
    ['another header field', { fields: { 'accept-encoding': 'gzip, deflate' } }],
    ['a proof of possession', { fields: { dpop: 'proof' } }],
    ['another lifetime', { claims: { ...CLAIMS, exp: 1300 } }],
    ['another kind of id', { claims: { ...CLAIMS, jti: 'a1b2c3d4' } }],
    ['a hexadecimal id', { claims: { ...CLAIMS, jti: '7f0c6cf26a344b8e9d4e2f1f6a3c9b11' } }],
    ['the same claims in another order', { claims: Object.fromEntries(Object.entries(CLAIMS).reverse()) }],
    ['another header', { header: { ...HEADER, typ: 'JWT' } }],
    ['an audience as list', { claims: { ...CLAIMS, aud: ['https://as.example'] } }],
  ])('is another one with %s', (_, sent) => {
    expect(softwareWith(sent)).not.toBe(USUAL);
  });
});

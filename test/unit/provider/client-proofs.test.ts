/** Which client a request proves, and how often that counts (the limit of a client in a minute). */
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { clientProofs, holdsOwnCredential } from '../../../src/provider/client-authentication/client-proofs.ts';
import { beginRequest } from '../../../src/provider/seam/request-state.ts';

const METADATA_DOCUMENT = 'https://app.example/client.json';

const request = (): IncomingMessage => {
  const req = new IncomingMessage(new Socket());
  beginRequest(req, { id: 'req_1', source: '192.0.2.1', certificate: undefined, arrivedAt: 0 });
  return req;
};

/** An endpoint of clients, in front of which the limit of those in `exceeded` is used up. */
const scene = (exceeded: readonly string[] = []) => {
  const counted: string[] = [];
  const proofs = clientProofs({
    count: (clientId: string) => void counted.push(clientId),
    isExceeded: (clientId: string) => exceeded.includes(clientId),
    retryAfterSeconds: () => 30,
  } as never);
  const entities: string[] = [];
  class OIDCContext {
    readonly ctx: object;
    constructor(ctx: object) {
      this.ctx = ctx;
    }
    entity(key: string): void {
      entities.push(key);
    }
  }
  proofs.install({ OIDCContext } as never);
  /** oidc-provider learns of this entity in a request to the route. */
  const learn = (req: IncomingMessage, clientId: string, { key = 'Client', route = 'token' } = {}): void =>
    (new OIDCContext({ req, oidc: { route } }).entity as (name: string, value: object) => void).call(
      new OIDCContext({ req, oidc: { route } }),
      key,
      { clientId },
    );
  return { counted, proofs, learn, entities };
};

test('a proof makes the sender known and counts the request once, however many proofs it has', () => {
  const { counted, proofs } = scene();
  const of = { req: request() };
  expect(proofs.has(of)).toBe(false);
  proofs.remember(of, 'app_1');
  proofs.remember(of, 'app_1');
  proofs.rememberGiven(of, 'app_1');
  expect(proofs.has(of)).toBe(true);
  expect(counted).toEqual(['app_1']);
});

test('the key of a metadata document counts, and proves no registered client', () => {
  const { counted, proofs } = scene();
  const of = { req: request() };
  proofs.remember(of, METADATA_DOCUMENT);
  expect(proofs.has(of)).toBe(false);
  expect(counted).toEqual([METADATA_DOCUMENT]);
});

test('a proof that is verified outside of a request counts for no client', () => {
  const { counted, proofs } = scene();
  proofs.remember(undefined, 'app_1');
  expect(counted).toEqual([]);
});

test('a client beyond its limit is refused as soon as it is known, and no other is', () => {
  const { learn, proofs, entities } = scene(['app_1']);
  expect(() => learn(request(), 'app_1')).toThrow(expect.objectContaining({ status: 429 }));
  expect(entities).toEqual(['Client']);
  learn(request(), 'app_2');
  learn(request(), 'app_1', { key: 'RefreshToken' });
  learn(request(), 'app_1', { route: 'jwks' });
  // The request that used the limit up is answered.
  const last = request();
  proofs.remember({ req: last }, 'app_1');
  learn(last, 'app_1');
});

const holds = (client: object | undefined, entities: object, route = 'token'): boolean =>
  holdsOwnCredential({ oidc: { client, entities, route } } as never);

test('a public client holds its own code, refresh token or device code at the token endpoint', () => {
  const client = { clientId: 'app_1', clientAuthMethod: 'none' };
  for (const kind of ['AuthorizationCode', 'RefreshToken', 'DeviceCode']) {
    expect(holds(client, { [kind]: { clientId: 'app_1' } })).toBe(true);
    expect(holds(client, { [kind]: { clientId: 'app_2' } })).toBe(false);
    expect(holds(client, { [kind]: { clientId: 'app_1' } }, 'revocation')).toBe(false);
    expect(holds(undefined, { [kind]: { clientId: 'app_1' } })).toBe(false);
  }
  expect(holds(client, {})).toBe(false);
});

test('of clients with a credential only one that is a metadata document proves itself so', () => {
  const entities = (clientId: string) => ({ AuthorizationCode: { clientId } });
  const confidential = { clientId: 'app_1', clientAuthMethod: 'private_key_jwt' };
  expect(holds(confidential, entities('app_1'))).toBe(false);
  const document = { clientId: METADATA_DOCUMENT, clientAuthMethod: 'private_key_jwt' };
  expect(holds(document, entities(METADATA_DOCUMENT))).toBe(true);
});

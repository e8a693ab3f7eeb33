/** An authorization server of the tests: keys, metadata, introspection and uses of approvals, on loopback. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

export const RESOURCE = 'https://notes.example.com/api';
export const TARGET = '/api/notes';

const FEED = '/access/v1/revocations';

export type Claims = Readonly<Record<string, unknown>>;
export type Pair = { readonly alg: string; readonly privateKey: CryptoKey; readonly jwk: JWK };

export const newPair = async (alg = 'ES256', kid?: string): Promise<Pair> => {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, privateKey, jwk: { ...(await exportJWK(publicKey)), alg, ...(kid === undefined ? {} : { kid }) } };
};

export const now = (): number => Math.floor(Date.now() / 1000);

export type Issuer = Awaited<ReturnType<typeof startIssuer>>;

export const startIssuer = async () => {
  const key = await newPair('ES256', 'es-1');
  const rsa = await newPair('RS256', 'rsa-1');
  const state = {
    keys: [key.jwk, rsa.jwk],
    isDown: false,
    /** Answer of the introspection endpoint. */
    introspected: { active: false } as Claims,
    /** Where introspection redirects, if it does. */
    redirectTo: undefined as string | undefined,
    /** Call name by approval. */
    uses: new Map<string, string>(),
  };
  /** Requests by path, with their bodies. */
  const requests: { readonly path: string; readonly body: string; readonly authorization: string | undefined }[] = [];
  /** Open connections to the revocation feed. */
  const feeds: ServerResponse[] = [];
  let cursor = 0;
  let origin = '';

  const answerOf = (path: string, body: string): readonly [status: number, body: Claims] => {
    if (path === '/.well-known/openid-configuration')
      return [
        200,
        { issuer: origin, jwks_uri: `${origin}/jwks`, introspection_endpoint: `${origin}/token/introspection` },
      ];
    if (path === '/.well-known/authzen-configuration')
      return [
        200,
        {
          policy_decision_point: origin,
          approval_use_endpoint: `${origin}/approval-uses`,
          revocation_feed_endpoint: `${origin}${FEED}`,
        },
      ];
    if (path === '/jwks') return [200, { keys: state.keys }];
    if (path === '/token/introspection') return [200, state.introspected];
    if (path === '/approval-uses') return useOf(JSON.parse(body));
    return [404, {}];
  };

  const useOf = ({ token, call }: { token: string; call: string }): readonly [number, Claims] => {
    const { approval } = JSON.parse(Buffer.from(String(token.split('.')[1]), 'base64url').toString());
    const used = state.uses.get(approval.id);
    if (used !== undefined && used !== call) return [409, { code: 'conflict' }];
    state.uses.set(approval.id, call);
    return [200, { approval: { ...approval, first: used === undefined } }];
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    requests.push({ path: String(request.url), body, authorization: request.headers.authorization });
    if (request.url === FEED) {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      feeds.push(response);
      return;
    }
    if (state.redirectTo !== undefined && request.url === '/token/introspection') {
      response.writeHead(302, { location: state.redirectTo }).end();
      return;
    }
    const [status, answer] = state.isDown ? ([500, {}] as const) : answerOf(String(request.url), body);
    // As the server: a refusal is a text for people, unless the client asks for a problem.
    const answered = status === 409 ? 'This approval was used by another call.' : JSON.stringify(answer);
    response.writeHead(status).end(answered);
  };
  const listener = createServer((request, response) => {
    serve(request, response).catch(() => response.writeHead(500).end());
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;

  return {
    url: origin,
    key,
    rsa,
    state,
    requests,
    feeds,
    /** Sends a message of the revocation feed to its readers. */
    tell(message: Claims): void {
      cursor += 1;
      const whole = { cursor: `c${cursor}`, as_of: 0, time: Date.now(), ...message };
      for (const feed of feeds) feed.write(`id: c${cursor}\ndata: ${JSON.stringify(whole)}\n\n`);
    },
    /** Requests to a path. */
    asked: (path: string): number => requests.filter((one) => one.path === path).length,
    /** Claims of a valid access token. */
    claims: (changes: Claims = {}): Claims => ({
      iss: origin,
      aud: RESOURCE,
      sub: 'acc_ada',
      client_id: 'agt_planner',
      act: { sub: 'agt_planner' },
      scope: 'notes.read notes.write',
      iat: now(),
      exp: now() + 300,
      jti: crypto.randomUUID(),
      txn: 'txn_1',
      ...changes,
    }),
    /** A signed token; a claim that is undefined is left out. */
    async token(changes: Claims = {}, header: Claims = {}, by: Pair = key): Promise<string> {
      const claims = JSON.parse(JSON.stringify(this.claims(changes)));
      return new SignJWT(claims)
        .setProtectedHeader({ alg: by.alg, typ: 'at+jwt', kid: String(by.jwk.kid ?? 'es-1'), ...header })
        .sign(by.privateKey);
    },
    async close(): Promise<void> {
      listener.closeAllConnections();
      await new Promise<void>((resolve) => listener.close(() => resolve()));
    },
  };
};

/**
 * A resource server as another developer would write it: a process of its own that knows the issuer, its
 * own identifier and its credential, and nothing of the server's code. It verifies the access token
 * offline (RFC 9068), then asks whether it is still live (RFC 7662), then looks at scope and actor.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';

export type CalendarOptions = {
  readonly port: number;
  readonly issuer: string;
  readonly identifier: string;
  readonly clientId: string;
  readonly clientSecret: string;
};

type Actor = { readonly sub: string; readonly act?: Actor };

const options = JSON.parse(process.argv[2] ?? '{}') as CalendarOptions;
const metadata = (await (await fetch(`${options.issuer}/.well-known/openid-configuration`)).json()) as {
  jwks_uri: string;
  introspection_endpoint: string;
};
const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));

const SCOPES: Readonly<Record<string, string>> = {
  GET: 'calendar.read',
  POST: 'calendar.write',
  DELETE: 'calendar.delete',
};

const isLive = async (token: string): Promise<boolean> => {
  const credential = `${encodeURIComponent(options.clientId)}:${encodeURIComponent(options.clientSecret)}`;
  const response = await fetch(metadata.introspection_endpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(credential).toString('base64')}` },
    body: new URLSearchParams({ token }),
  });
  return response.ok && ((await response.json()) as { active?: boolean }).active === true;
};

/** Outermost first: who acts now, and on behalf of whom of those before. */
const actorsOf = (payload: JWTPayload): readonly string[] => {
  const actors: string[] = [];
  for (let actor = payload['act'] as Actor | undefined; actor; actor = actor.act) actors.push(actor.sub);
  return actors;
};

const answer = (response: ServerResponse, status: number, body: object, challenge?: string): void => {
  if (challenge !== undefined) response.setHeader('www-authenticate', `Bearer ${challenge}`);
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) return answer(response, 401, { error: 'no token' }, 'realm="calendar"');
  let payload: JWTPayload;
  try {
    ({ payload } = await jwtVerify(token, keys, {
      issuer: options.issuer,
      audience: options.identifier,
      typ: 'at+jwt',
      algorithms: ['ES256'],
    }));
  } catch (error) {
    return answer(response, 401, { error: 'invalid_token', why: (error as Error).message }, 'error="invalid_token"');
  }
  if (!(await isLive(token)))
    return answer(response, 401, { error: 'invalid_token', why: 'no longer live' }, 'error="invalid_token"');
  const needed = SCOPES[request.method ?? ''] ?? 'calendar.read';
  if (
    !String(payload['scope'] ?? '')
      .split(' ')
      .includes(needed)
  ) {
    const challenge = `error="insufficient_scope", scope="${needed}"`;
    return answer(response, 403, { error: 'insufficient_scope', needed }, challenge);
  }
  answer(response, 200, { done: `${request.method} ${request.url}`, for: payload.sub, by: actorsOf(payload) });
};

createServer((request, response) => {
  handle(request, response).catch((error: Error) => answer(response, 500, { error: error.message }));
}).listen(options.port, '127.0.0.1');

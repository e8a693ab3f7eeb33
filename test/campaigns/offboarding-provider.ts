/**
 * The identity provider at which the people of the campaign `offboarding` sign in, and what it says about them: ID tokens, logout tokens
 * (OpenID Connect Back-Channel Logout 1.0) and security event tokens (RFC 8417). It serves https on this machine.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { SignJWT } from 'jose';
import { newKeyPair } from '../support/agent-keys.ts';
import { localAuthority } from '../support/local-authority.ts';

export const CLIENT_THERE = 'behalf-here';
export const AUDIENCE = 'https://behalf.example.com/signals';

const LOGOUT = 'http://schemas.openid.net/event/backchannel-logout';
/** Written out, so that a wrong URI in the server does not stay unnoticed. */
const EVENTS = {
  sessionRevoked: 'https://schemas.openid.net/secevent/caep/event-type/session-revoked',
  sessionsRevoked: 'https://schemas.openid.net/secevent/risc/event-type/sessions-revoked',
  accountDisabled: 'https://schemas.openid.net/secevent/risc/event-type/account-disabled',
  accountPurged: 'https://schemas.openid.net/secevent/risc/event-type/account-purged',
} as const;
export type EventOf = keyof typeof EVENTS;

/** A person at the provider, in one session there. */
export type There = { readonly sub: string; readonly sid: string };

export interface Provider {
  readonly origin: string;
  /** `host:port`, as the setting for internal hosts has it. */
  readonly host: string;
  readonly caFile: string;
  readonly keysUrl: string;
  /** Where the browser goes after the person signed in there. `url`: the authorization request of the server. */
  signIn(url: string, person: There): string;
  logoutToken(about: Partial<There>): Promise<string>;
  eventToken(event: EventOf, sub: string): Promise<string>;
  subjectOf(sub: string): object;
  close(): Promise<void>;
}

const now = (): number => Math.floor(Date.now() / 1000);

const bodyOf = async (request: IncomingMessage): Promise<URLSearchParams> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return new URLSearchParams(Buffer.concat(chunks).toString());
};

export const startProvider = async (): Promise<Provider> => {
  const authority = await localAuthority();
  const { privateKey, publicJwk, kid } = await newKeyPair('RS256');
  const sign = (claims: object, typ: string): Promise<string> =>
    new SignJWT({ ...claims }).setProtectedHeader({ alg: 'RS256', typ, kid: String(kid) }).sign(privateKey);
  let origin = '';

  const documentAt: Readonly<Record<string, () => object>> = {
    '/.well-known/openid-configuration': () => ({
      issuer: origin,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      jwks_uri: `${origin}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    }),
    '/jwks': () => ({ keys: [publicJwk] }),
  };
  /** The code says who signed in, so that many can at once. */
  const tokensFor = async (request: IncomingMessage): Promise<object> => {
    const code = (await bodyOf(request)).get('code') ?? '';
    const { sub, sid, nonce } = JSON.parse(Buffer.from(code, 'base64url').toString()) as Record<string, string>;
    const times = { iat: now(), auth_time: now(), exp: now() + 300 };
    const claims = { iss: origin, aud: CLIENT_THERE, sub, sid, nonce, name: sub, ...times };
    return {
      access_token: randomUUID(),
      token_type: 'Bearer',
      expires_in: 300,
      id_token: await sign(claims, 'JWT'),
    };
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const document = documentAt[String(request.url)];
    const body = document ? document() : request.url === '/token' ? await tokensFor(request) : undefined;
    response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {}));
  };
  const served = await authority.serve((request, response) => {
    answer(request, response).catch(() => response.writeHead(500).end());
  });
  origin = served.origin;
  const subjectOf = (sub: string): object => ({ format: 'iss_sub', iss: origin, sub });

  return {
    origin,
    host: served.host,
    caFile: authority.caFile,
    keysUrl: `${origin}/jwks`,
    subjectOf,
    signIn(url, { sub, sid }) {
      const asked = new URL(url).searchParams;
      const code = Buffer.from(JSON.stringify({ sub, sid, nonce: asked.get('nonce') ?? undefined }));
      const back = new URL(String(asked.get('redirect_uri')));
      back.searchParams.set('code', code.toString('base64url'));
      back.searchParams.set('state', String(asked.get('state')));
      return back.href;
    },
    logoutToken: (about) =>
      sign(
        {
          ...{ iss: origin, aud: CLIENT_THERE, iat: now(), exp: now() + 120, jti: randomUUID() },
          events: { [LOGOUT]: {} },
          ...about,
        },
        'logout+jwt',
      ),
    eventToken: (event, sub) =>
      sign(
        {
          ...{ iss: origin, aud: AUDIENCE, iat: now(), jti: randomUUID() },
          sub_id: subjectOf(sub),
          events: { [EVENTS[event]]: {} },
        },
        'secevent+jwt',
      ),
    close: () => authority.remove(),
  };
};

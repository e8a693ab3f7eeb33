/** A person signs in to the agent itself, on a loopback address, against a running server. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader, generateKeyPair, SignJWT } from 'jose';
import { checkAccessTokenHash } from '../../packages/agent/src/access-token-hash.ts';
import { type Agent, AgentStop, newKey, type SignInRequest } from '../../packages/agent/src/agent.ts';
import type { Identity } from '../support/agent-keys.ts';
import { walkAuthorization } from '../support/browser-flow.ts';
import { freePort } from '../support/free-port.ts';
import { advance } from '../support/stopped-clock.ts';
import { type BehalfWorld, behalfWorld } from './behalf-world.ts';

let own: BehalfWorld;
let identity: Identity;
let agent: Agent;
let redirectUri: string;
beforeAll(async () => {
  own = await behalfWorld();
  redirectUri = `http://127.0.0.1:${await freePort()}/callback`;
  identity = await own.world.newAgent('Signed in', { redirect_uris: [redirectUri] });
  agent = await own.agentOf(identity);
});
afterAll(() => own?.close());

/** The person follows the address, and the browser calls the agent back. */
const asPerson = async (url: string): Promise<string> => {
  const consent = { check: (name: string) => name === 'scope' || undefined };
  const left = await walkAuthorization(own.world.browser, url, { person: own.world.person, consent });
  return (await fetch(left)).text();
};

const asked = (more: Partial<SignInRequest> = {}): SignInRequest => ({
  ...{ resource: own.BANK, scopes: ['balance'], redirectUri },
  open: (url) => void asPerson(url),
  ...more,
});

describe('a sign-in with code, PKCE and a loopback redirect (RFC 8252 §7.3)', () => {
  test('gives a session, whose token is the subject of an exchange', async () => {
    const session = await agent.signIn(asked());
    expect(session.claims).toMatchObject({ sub: own.world.accountId, iss: own.server.issuer });
    expect(decodeJwt((await session.token()).accessToken)).toMatchObject({ aud: own.BANK, scope: 'balance' });
    const token = await agent.exchange({ subject: session.subject, resource: own.BANK, scopes: ['balance'] });
    expect(decodeJwt(token.accessToken)).toMatchObject({ act: { sub: identity.clientId } });
  });

  test('pushes the request if configured, and binds the code to the DPoP key (RFC 9126, RFC 9449 §10)', async () => {
    const addresses: string[] = [];
    const bound = await own.agentOf(identity, { dpop: await newKey() });
    const open = (url: string) => {
      addresses.push(url);
      void asPerson(url);
    };
    const session = await bound.signIn(asked({ push: true, open }));
    expect((await session.token()).type).toBe('DPoP');
    expect([...new URL(String(addresses[0])).searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
  });

  test('renews its token once for callers at the same time, and keeps each refresh token before it is used', async () => {
    const kept: string[] = [];
    const session = await agent.signIn(asked({ keep: (refreshToken) => kept.push(refreshToken) }));
    const first = await session.token();
    advance((Number(first.expiresAt) - Date.now() / 1000 - 20) * 1000);
    const renewed = await Promise.all([session.token(), session.token(), session.token()]);
    expect(new Set(renewed.map(({ accessToken }) => accessToken)).size).toBe(1);
    expect(renewed[0]?.accessToken).not.toBe(first.accessToken);
    expect(kept).toHaveLength(2);
    expect(session.refreshToken()).toBe(kept[1]);

    const resumed = await agent.resume({ refreshToken: String(kept[1]), resource: own.BANK });
    expect((await resumed.token()).scopes).toContain('balance');
    await own.server.behalf.services.audit.checkpoint();
    // The session before has the token that was used up.
    advance(600_000);
    await expect(session.token()).rejects.toMatchObject({ reason: 'refused', denial: { error: 'invalid_grant' } });
  });

  test('of a native app without a credential listens at a port that the system chooses', async () => {
    const made = await own.world.management.createClient({
      ...{ name: 'Native', token_endpoint_auth_method: 'none', application_type: 'native' },
      ...{ grant_types: ['authorization_code', 'refresh_token'], redirect_uris: ['http://127.0.0.1/callback'] },
    });
    const app = await own.agentOf({ ...identity, clientId: made.id }, { credential: { kind: 'none' }, dpop: true });
    const session = await app.signIn({ resource: own.BANK, scopes: ['balance'], open: (url) => void asPerson(url) });
    expect(decodeJwt((await session.token()).accessToken)).toMatchObject({
      client_id: made.id,
      cnf: expect.anything(),
    });
  });

  test('that the person denies is a stop', async () => {
    const open = async (url: string) => {
      const { state } = Object.fromEntries(new URL(url).searchParams);
      const answer = new URLSearchParams({ error: 'access_denied', state: String(state), iss: own.server.issuer });
      await fetch(`${redirectUri}?${answer}`);
    };
    const stop = await agent.signIn(asked({ open: (url) => void open(url) })).catch((error: unknown) => error);
    expect(stop).toMatchObject({ name: 'AgentStop', reason: 'refused', denial: { error: 'access_denied' } });
  });

  test('ignores an answer with another state, path or host, and one of another issuer (RFC 9207)', async () => {
    const answers: number[] = [];
    let sent: Promise<void> | undefined;
    const open = async (url: string) => {
      const { state } = Object.fromEntries(new URL(url).searchParams);
      const code = new URLSearchParams({ code: 'stolen', state: String(state), iss: 'https://evil.example' });
      answers.push((await fetch(`${redirectUri}?code=stolen&state=other`)).status);
      answers.push((await fetch(`${redirectUri}/other?${code}`)).status);
      answers.push((await fetch(`${redirectUri}?${code}`, { method: 'POST' })).status);
      answers.push((await fetch(`${redirectUri.replace('127.0.0.1', 'localhost')}?${code}`)).status);
      answers.push((await fetch(`${redirectUri}?${code}`)).status);
    };
    const stop = await agent
      .signIn(
        asked({
          open(url) {
            sent = open(url);
          },
        }),
      )
      .catch((error: unknown) => error);
    await sent;
    expect(answers).toEqual([404, 404, 404, 404, 200]);
    expect(stop).toMatchObject({ name: 'AgentStop', denial: { reason: 'answer_malformed' } });
  });

  describe('an ID token (OpenID Connect Core §3.1.3.7)', () => {
    /** An agent whose server answers the code with another ID token. */
    const agentGiven = async (changed: (idToken: string) => Promise<string>): Promise<Agent> => {
      return own.agentOf(identity, {
        async fetch(url, init) {
          const response = await fetch(url, init as RequestInit);
          const isOfCode = String(init?.body ?? '').includes('grant_type=authorization_code');
          if (!isOfCode || response.status !== 200) return response;
          const body = (await response.json()) as { readonly id_token: string };
          return Response.json({ ...body, id_token: await changed(body.id_token) });
        },
      });
    };
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claimsOf = (idToken: string) => decodeJwt(idToken);

    test('is accepted with the signature of the issuer, by a key that was fetched', async () => {
      let count = 0;
      const given = await agentGiven(async (idToken) => {
        count += 1;
        return idToken;
      });
      expect((await given.signIn(asked())).claims).toMatchObject({ sub: own.world.accountId });
      expect(count).toBe(1);
    });

    test.each<[string, (idToken: string) => Promise<string>]>([
      [
        'whose claims were changed',
        async (idToken) => {
          const [header = '', , signature = ''] = idToken.split('.');
          return [header, part({ ...claimsOf(idToken), name: 'Mallory' }), signature].join('.');
        },
      ],
      [
        'that another key signed',
        async (idToken) => {
          const { privateKey } = await generateKeyPair('RS256');
          const header = decodeProtectedHeader(idToken) as { readonly alg: string; readonly kid: string };
          return new SignJWT(claimsOf(idToken)).setProtectedHeader(header).sign(privateKey);
        },
      ],
      ['without a signature', async (idToken) => `${part({ alg: 'none' })}.${part(claimsOf(idToken))}.`],
      [
        'that a shared secret signed',
        async (idToken) =>
          new SignJWT(claimsOf(idToken)).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.alloc(32, 'a')),
      ],
    ])('%s is refused, and the person reads that the sign-in failed', async (_, changed) => {
      let page: Promise<string> | undefined;
      const given = await agentGiven(changed);
      const open = (url: string): void => {
        page = asPerson(url);
      };
      await expect(given.signIn(asked({ open }))).rejects.toMatchObject({
        name: 'AgentStop',
        reason: 'refused',
        denial: { reason: 'answer_malformed' },
      });
      expect(await page).toContain('The sign-in failed');
    });
  });

  test('at_hash of an ID token is of the access token beside it (OpenID Connect Core §3.1.3.8)', () => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    // The example of OpenID Connect Core A.3.
    const accessToken = 'jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y';
    const idToken = `${part({ alg: 'RS256' })}.${part({ at_hash: '77QmUPtjPfzWtF2AnpK9RQ' })}.signature`;
    expect(() => checkAccessTokenHash(idToken, accessToken)).not.toThrow();
    expect(() => checkAccessTokenHash(idToken, `${accessToken}x`)).toThrow('belongs to another access token');
    expect(() => checkAccessTokenHash(`${part({ alg: 'RS256' })}.${part({})}.signature`, accessToken)).not.toThrow();
  });

  test('answers once: `state` twice is no answer, and the page is in the language of the browser', async () => {
    const pages: { readonly status: number; readonly text: string; readonly headers: Headers }[] = [];
    let sent: Promise<void> | undefined;
    const read = async (url: string): Promise<void> => {
      const response = await fetch(url, { headers: { 'accept-language': 'de-DE,en;q=0.5' } });
      pages.push({ status: response.status, text: await response.text(), headers: response.headers });
    };
    const open = (url: string): void => {
      const { state } = Object.fromEntries(new URL(url).searchParams);
      const answer = new URLSearchParams({ error: 'access_denied', state: String(state), iss: own.server.issuer });
      sent = read(`${redirectUri}?${answer}&state=${state}`).then(() => read(`${redirectUri}?${answer}`));
    };
    await expect(agent.signIn(asked({ open }))).rejects.toMatchObject({ denial: { error: 'access_denied' } });
    await sent;
    expect(pages.map(({ status }) => status)).toEqual([404, 200]);
    expect(pages[0]?.text).toContain('Seite nicht gefunden');
    expect(pages[1]?.text).toContain('<html lang="de">');
    expect(pages[1]?.text).toContain('Sie sind nicht angemeldet');
    const policy = pages[1]?.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; style-src 'sha256-");
    expect(pages[1]?.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('ends with the answer of the person, also while the program still opens the address', async () => {
    let page: Promise<string> | undefined;
    const open = async (url: string): Promise<never> => {
      page = asPerson(url);
      return new Promise(() => undefined);
    };
    const session = await agent.signIn(asked({ open }));
    expect(session.claims).toMatchObject({ sub: own.world.accountId });
    expect(await page).toContain('You are signed in');
  });

  test('says to the person that it failed, if the program gets no session', async () => {
    let page: Promise<string> | undefined;
    const open = (url: string): void => {
      page = asPerson(url);
    };
    const keep = (): Promise<never> => Promise.reject(new Error('no disk'));
    await expect(agent.signIn(asked({ open, keep }))).rejects.toThrow('no disk');
    expect(await page).toContain('The sign-in failed');
  });

  test('whose address cannot be opened is a stop with the cause', async () => {
    const cause = new Error('no browser');
    const outcome = agent.signIn(asked({ open: () => Promise.reject(cause) }));
    await expect(outcome).rejects.toMatchObject({ name: 'AgentStop', reason: 'hook_failed', cause });
  });

  test('ends when the program aborts, and its port is free again', async () => {
    const abort = new AbortController();
    const stop = await agent
      .signIn(asked({ open: () => abort.abort(new Error('closed')) }), { signal: abort.signal })
      .catch((error: unknown) => error);
    expect(stop).toBeInstanceOf(AgentStop);
    expect(stop).toMatchObject({ reason: 'aborted' });
    expect((await agent.signIn(asked())).claims).toMatchObject({ sub: own.world.accountId });
  });

  test.each(['https://127.0.0.1/callback', 'http://localhost/callback', 'http://example.com/', 'http://127.0.0.1/?a'])(
    'refuses a redirect URI that is not on a literal loopback address: %s',
    async (uri) => {
      await expect(agent.signIn(asked({ redirectUri: uri }))).rejects.toMatchObject({ member: 'redirectUri' });
    },
  );
});

/** A person signs in to the agent itself, on a loopback address, against a running server. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
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

  test('pushes the request if it is told to, and binds the code to the DPoP key (RFC 9126, RFC 9449 §10)', async () => {
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

  test('ends with the answer of the person, also while the program still opens the address', async () => {
    let page: Promise<string> | undefined;
    const open = async (url: string): Promise<never> => {
      page = asPerson(url);
      return new Promise(() => undefined);
    };
    const session = await agent.signIn(asked({ open }));
    expect(session.claims).toMatchObject({ sub: own.world.accountId });
    expect(await page).toContain('The sign-in is complete.');
  });

  test('says to the person that it failed, if the program gets no session', async () => {
    let page: Promise<string> | undefined;
    const open = (url: string): void => {
      page = asPerson(url);
    };
    const keep = (): Promise<never> => Promise.reject(new Error('no disk'));
    await expect(agent.signIn(asked({ open, keep }))).rejects.toThrow('no disk');
    expect(await page).toContain('The sign-in failed.');
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

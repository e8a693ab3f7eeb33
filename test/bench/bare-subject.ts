import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { newKeyPair } from '../support/agent-keys.ts';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { freePort } from '../support/free-port.ts';
import { newPkce } from '../support/pkce.ts';
import { endWithUs, pinned, untilAnswering } from '../support/server-process.ts';
import type { BareOptions } from './bare-server.ts';
import { connectionsOf, connectionsTo } from './load.ts';
import type { Subject } from './subject.ts';

export type RunningSubject = { readonly subject: Subject; close(): Promise<void> };

/** A fresh process of bare oidc-provider, its tokens made by `POST /bench/seed`. */
export const startBare = async (core: number | undefined, isQuick: boolean): Promise<RunningSubject> => {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const key = await newKeyPair();
  const options: BareOptions = {
    port,
    issuer,
    agent: { id: 'agt_bench', jwk: key.publicJwk },
    resourceServer: { id: 'rs_bench', secret: 'a secret of the bench, long enough' },
    secretClient: { id: 'app_bench', secret: 'another secret of the bench, long enough' },
    redirectUri: 'https://app.example.com/callback',
    jwtResource: 'https://jwt.example.com',
    opaqueResource: 'https://opaque.example.com',
    scope: 'read write',
  };
  const [command, ...parameters] = pinned(core, join(import.meta.dirname, 'bare-server.ts'), JSON.stringify(options));
  const child = endWithUs(spawn(command, parameters, { stdio: ['ignore', 'ignore', 'ignore'] }));
  await untilAnswering(`${issuer}/.well-known/openid-configuration`, child, 30_000);

  const seeded = (await (await fetch(`${issuer}/bench/seed`, { method: 'POST' })).json()) as {
    refreshTokens: string[];
    opaque: string[];
  };
  const query = new URLSearchParams({
    client_id: options.agent.id,
    response_type: 'code',
    redirect_uri: options.redirectUri,
    scope: 'openid',
    resource: options.jwtResource,
    code_challenge: newPkce().challenge,
    code_challenge_method: 'S256',
  }).toString();
  const cookies: string[] = [];
  for (let index = 0; index < connectionsOf(isQuick); index += 1) {
    const browser = newBrowser(issuer);
    await submitSignIn(browser, await browser.open(`${issuer}/auth?${query}`), { username: 'person', password: 'any' });
    cookies.push(browser.jar.header(new URL(`${issuer}/auth`)));
  }

  const { send, close } = connectionsTo(issuer);
  const basicOf = ({ id, secret }: { readonly id: string; readonly secret: string }): string =>
    `Basic ${Buffer.from(`${id}:${encodeURIComponent(secret)}`).toString('base64')}`;
  const basic = basicOf(options.resourceServer);
  const client = { id: options.agent.id, key: key.privateJwk };
  return {
    subject: {
      name: 'bare',
      pid: child.pid ?? 0,
      issuer,
      send,
      paths: { token: '/token', introspection: '/token/introspection', authorization: '/auth' },
      client,
      secretClient: basicOf(options.secretClient),
      refresher: client,
      introspectors: { opaque: basic, jwt: basic },
      jwtResource: options.jwtResource,
      opaqueResource: options.opaqueResource,
      scope: options.scope,
      opaqueTokens: seeded.opaque,
      jwtTokens: [],
      subjectTokens: seeded.opaque,
      refreshTokens: seeded.refreshTokens,
      consent: { query, cookies },
      registration: {
        path: '/reg',
        headers: async () => ({}),
        body: (index) =>
          JSON.stringify({
            client_name: `Agent ${index}`,
            token_endpoint_auth_method: 'private_key_jwt',
            jwks: { keys: [key.publicJwk] },
            grant_types: ['client_credentials'],
            response_types: [],
            redirect_uris: [],
          }),
      },
    },
    async close() {
      close();
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
};

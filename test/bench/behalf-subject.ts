import { join } from 'node:path';
import { newBrowser } from '../support/browser-flow.ts';
import { makeScene, WITHOUT_LIMITS } from '../support/scene.ts';
import { startServer } from '../support/server-process.ts';
import type { RunningSubject } from './bare-subject.ts';
import type { Subject } from './cases.ts';
import { CONNECTIONS, connectionsTo } from './load.ts';

/** Scope of the authorization requests whose refresh tokens are measured: no ID token, as on the other side. */
const SCOPE = 'offline_access read write';

/**
 * A fresh process of our server on SQLite with durable audit, and what a person and an operator have made
 * there. 'memory-audit' keeps the trail in memory; 'logging' writes the access log, which the others do not.
 */
export const startBehalf = async (
  core: number | undefined,
  { name = 'behalf', workers = 1 }: { readonly name?: Subject['name']; readonly workers?: number } = {},
): Promise<RunningSubject> => {
  const server = await startServer({
    environment: { ...WITHOUT_LIMITS, ...(name === 'logging' ? { BEHALF__LOG__LEVEL: 'info' } : {}) },
    ...(name === 'memory-audit' ? { entry: join(import.meta.dirname, 'memory-audit.ts') } : {}),
    ...(workers > 1 ? { workers } : {}),
    ...(core === undefined ? {} : { core }),
  });
  try {
    const scene = await makeScene(server);
    const { calls, jwt, opaque, agent, app } = scene;
    const some = async (make: () => Promise<string>, count: number): Promise<string[]> => {
      const made: string[] = [];
      for (let index = 0; index < count; index += 1) made.push(await make());
      return made;
    };
    const accessToken = async (resource: string): Promise<string> =>
      String((await scene.newTokens(resource, 'openid read write'))['access_token']);
    const ownToken = async (resource: string): Promise<string> =>
      String(
        (await calls.token(scene.keyed(agent), { grant_type: 'client_credentials', resource })).body['access_token'],
      );

    const subjectTokens = await some(() => accessToken(opaque.identifier), 8);
    await scene.consentToAgent(agent, subjectTokens[0] ?? '', jwt.identifier);
    const cookies: string[] = [];
    const refreshTokens = await some(async () => {
      scene.useBrowser(newBrowser(server.issuer));
      const tokens = await scene.newTokens(jwt.identifier, SCOPE);
      cookies.push(scene.browser.jar.header(new URL(calls.endpoints.authorization)));
      return String(tokens['refresh_token']);
    }, CONNECTIONS);
    const opaqueTokens = await some(() => ownToken(opaque.identifier), 32);
    const jwtTokens = await some(() => ownToken(jwt.identifier), 32);

    const consent = scene.authorizationRequest(agent, { scope: 'openid read write', resource: jwt.identifier });
    const basic = (credential: typeof jwt.credential): string => {
      if (credential.kind !== 'basic') throw new Error('a resource server with a secret');
      const pair = `${encodeURIComponent(credential.clientId)}:${encodeURIComponent(credential.secret)}`;
      return `Basic ${Buffer.from(pair).toString('base64')}`;
    };
    const { send, close } = connectionsTo(server.issuer);
    const { endpoints } = calls;
    const path = (url: string): string => new URL(url).pathname;
    return {
      subject: {
        name,
        pid: server.pid,
        issuer: server.issuer,
        send,
        paths: {
          token: path(endpoints.token),
          introspection: path(endpoints.introspection),
          authorization: path(endpoints.authorization),
        },
        client: { id: agent.clientId, key: agent.key.privateJwk },
        refresher: { id: app.clientId, key: app.key.privateJwk },
        introspectors: { opaque: basic(opaque.credential), jwt: basic(jwt.credential) },
        jwtResource: jwt.identifier,
        scope: 'read write',
        opaqueTokens,
        jwtTokens,
        subjectTokens,
        refreshTokens,
        consent: {
          query: new URL(consent.url).search.slice(1),
          cookies,
        },
      },
      async close() {
        close();
        await server.remove();
      },
    };
  } catch (error) {
    console.error(server.log().slice(-4000));
    await server.remove();
    throw error;
  }
};

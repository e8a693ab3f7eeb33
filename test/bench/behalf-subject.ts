import { join } from 'node:path';
import { newBrowser } from '../support/browser-flow.ts';
import type { Credential } from '../support/oauth-calls.ts';
import { makeScene, type Scene, WITHOUT_LIMITS } from '../support/scene.ts';
import { startServer } from '../support/server-process.ts';
import { newPlatformKey, signToken } from '../support/workload-platforms.ts';
import type { RunningSubject } from './bare-subject.ts';
import { connectionsOf, connectionsTo } from './load.ts';
import { policiesOf } from './policy-sets.ts';
import { type StoreServers, startStoreServers } from './store-servers.ts';
import type { Subject } from './subject.ts';

/** Scope of the authorization requests whose refresh tokens are measured: no ID token, as on the other side. */
const SCOPE = 'offline_access read write';

export type BehalfOptions = {
  /**
   * 'behalf' is on SQLite with durable audit, 'mongodb-redis' and 'memory' on those stores. 'memory-audit' keeps the
   * audit log in memory; 'logging' writes the access log, which the others do not. 'logged' has an audit sink, and
   * 'without-log-tasks' neither checkpoints nor a transparency log.
   */
  readonly name?: Exclude<Subject['name'], 'bare'>;
  readonly workers?: number;
  /** Policies that count: none are asked, those a server starts with, or so many. Default: those it starts with. */
  readonly policies?: 'off' | 'starter' | number;
  /** With 'mongodb-redis': servers of the caller's. */
  readonly servers?: StoreServers;
  /** Most requests at a time. Default: CONNECTIONS. */
  readonly connections?: number;
  /** The debugger of the process listens there, on loopback, for a profile. */
  readonly debuggerPort?: number;
  /** Fewer tokens and sessions, and passwords hashed at the least cost: most of what a start takes. */
  readonly isQuick?: boolean;
};

const QUICK_HASHES = { BEHALF__PASSWORDS__ARGON2MEMORYKIB: '8', BEHALF__PASSWORDS__ARGON2PASSES: '1' };

const ENTRIES: Readonly<Record<string, string>> = {
  'memory-audit': join(import.meta.dirname, 'memory-audit.ts'),
  'without-log-tasks': join(import.meta.dirname, 'without-log-tasks.ts'),
  memory: join(import.meta.dirname, '../campaigns/memory-server.ts'),
};

/** A fresh process of our server, and what a person and an operator have made there. */
export const startBehalf = async (
  core: number | undefined,
  options: BehalfOptions = {},
): Promise<RunningSubject & { readonly activate: (count: number) => Promise<void> }> => {
  const {
    name = 'behalf',
    workers = 1,
    servers,
    policies = 'starter',
    isQuick = false,
    connections,
    debuggerPort,
  } = options;
  const own = name === 'mongodb-redis' && !servers ? await startStoreServers() : undefined;
  const server = await startServer({
    environment: {
      ...WITHOUT_LIMITS,
      ...(isQuick ? QUICK_HASHES : {}),
      ...(name === 'logging' ? { BEHALF__LOG__LEVEL: 'info' } : {}),
      ...(debuggerPort === undefined ? {} : { NODE_OPTIONS: `--inspect=127.0.0.1:${debuggerPort}` }),
      ...(policies === 'off' ? { BEHALF__POLICY__ENFORCEMENT: 'off' } : {}),
      ...(servers ?? own)?.environment,
    },
    ...(ENTRIES[name] === undefined ? {} : { entry: ENTRIES[name] }),
    ...(workers > 1 ? { workers } : {}),
    ...(core === undefined ? {} : { core }),
  }).catch(async (error: Error) => {
    await own?.remove();
    throw error;
  });
  const remove = async (): Promise<void> => {
    await server.remove();
    await own?.remove();
  };
  try {
    const scene = await makeScene(server);
    if (typeof policies === 'number') await activatePolicies(scene, policies);
    if (name === 'logged') await addFileSink(scene);
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

    const subjectTokens = await some(() => accessToken(opaque.identifier), isQuick ? 2 : 8);
    await scene.consentToAgent(agent, subjectTokens[0] ?? '', jwt.identifier);
    const cookies: string[] = [];
    const refreshTokens = await some(async () => {
      scene.useBrowser(newBrowser(server.issuer));
      const tokens = await scene.newTokens(jwt.identifier, SCOPE);
      cookies.push(scene.browser.jar.header(new URL(calls.endpoints.authorization)));
      return String(tokens['refresh_token']);
    }, connectionsOf(isQuick));
    const opaqueTokens = await some(() => ownToken(opaque.identifier), isQuick ? 8 : 32);
    const jwtTokens = await some(() => ownToken(jwt.identifier), isQuick ? 8 : 32);

    const consent = scene.authorizationRequest(agent, { scope: 'openid read write', resource: jwt.identifier });
    const basic = (credential: Credential): string => {
      if (credential.kind !== 'basic') throw new Error('a client with a secret');
      const pair = `${encodeURIComponent(credential.clientId)}:${encodeURIComponent(credential.secret)}`;
      return `Basic ${Buffer.from(pair).toString('base64')}`;
    };
    const { send, close } = connectionsTo(server.issuer, connections);
    const { endpoints } = calls;
    const path = (url: string): string => new URL(url).pathname;
    return {
      subject: {
        name,
        pid: server.pid,
        issuer: server.issuer,
        metrics: `http://127.0.0.1:${server.operationsPort}/metrics`,
        send,
        paths: {
          token: path(endpoints.token),
          introspection: path(endpoints.introspection),
          authorization: path(endpoints.authorization),
        },
        client: { id: agent.clientId, key: agent.key.privateJwk },
        secretClient: basic(await secretClientIn(scene)),
        workload: await workloadIn(scene),
        refresher: { id: app.clientId, key: app.key.privateJwk },
        introspectors: { opaque: basic(opaque.credential), jwt: basic(jwt.credential) },
        jwtResource: jwt.identifier,
        opaqueResource: opaque.identifier,
        ...(name === 'mongodb-redis' || name === 'memory' ? {} : { database: join(server.dataFolder, 'behalf.db') }),
        scope: 'read write',
        opaqueTokens,
        jwtTokens,
        subjectTokens,
        refreshTokens,
        consent: {
          query: new URL(consent.url).search.slice(1),
          cookies,
        },
        registration: registrationIn(scene),
      },
      /** From then on so many policies count. */
      activate: (count) => activatePolicies(scene, count),
      async close() {
        close();
        await remove();
      },
    };
  } catch (error) {
    console.error(server.log().slice(-4000));
    await remove();
    throw error;
  }
};

const addFileSink = async ({ management }: Scene): Promise<void> => {
  const { status, text } = await management.call('POST', '/audit-sinks', { name: 'Bench', kind: 'file' });
  if (status !== 201) throw new Error(`there is no audit sink: ${text}`);
};

const activatePolicies = async ({ management, agent, jwt }: Scene, count: number): Promise<void> => {
  const { body } = await management.call('GET', '/policy/schema');
  const draft = { text: policiesOf(count, String(body['starter'])) };
  let made = await management.call('POST', '/policy-sets', draft);
  // On a busy machine that may take longer than a request may; a second draft is as good.
  for (let attempt = 1; made.status === 503 && attempt < 5; attempt += 1) {
    made = await management.call('POST', '/policy-sets', draft);
  }
  const path = `/policy-sets/${made.body['version']}`;
  const etag = (await management.call('GET', path)).headers.get('etag') ?? '';
  const { status, text } = await management.call('POST', `${path}/activation`, {}, { 'if-match': etag });
  if (status !== 200) throw new Error(`${count} policies do not count: ${made.text.slice(0, 500)} ${text}`);
  // The first decision makes them ready, which on a busy machine takes longer than a request may.
  const first = { caller: agent.clientId, resource: jwt.identifier };
  for (let attempt = 0; attempt < 10; attempt += 1) {
    if ((await management.call('POST', '/policy/simulations', first)).status === 200) return;
  }
};

/** An operator registers agents of the person's that act for themselves. */
const registrationIn = ({ issuer, management, accountId, agent, jwt }: Scene): Subject['registration'] => {
  const { pathname } = new URL(`${issuer}/api/v1/agents`);
  return {
    path: pathname,
    bulkPath: `${pathname}/bulk`,
    headers: async () => ({ authorization: `Bearer ${await management.accessToken()}` }),
    body: (index) =>
      JSON.stringify({
        name: `Agent ${index}`,
        owner: accountId,
        purpose: 'Keeps things in order',
        environment: 'test',
        jwks: { keys: [agent.key.publicJwk] },
        grant_types: ['client_credentials'],
        authority: { [jwt.identifier]: ['read', 'write'] },
      }),
  };
};

/** An app that gets tokens for itself, and authenticates by a secret. */
const secretClientIn = async ({ management, jwt, opaque }: Scene): Promise<Credential> => {
  const scopes = ['read', 'write'];
  const made = await management.createClient({
    name: 'Nightly import',
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['client_credentials'],
    authority: { [jwt.identifier]: scopes, [opaque.identifier]: scopes },
  });
  return { kind: 'basic', clientId: made.id, secret: String(made['client_secret']) };
};

/** An agent in a cluster whose keys are pinned, which is what fetched ones are while they are fresh. */
const workloadIn = async ({ management, issuer, accountId, jwt }: Scene): Promise<NonNullable<Subject['workload']>> => {
  const key = await newPlatformKey('bench', 'ES256');
  const cluster = 'https://kubernetes.example.com';
  const sub = 'system:serviceaccount:agents:bench';
  const trusted = await management.call('POST', '/trusted-issuers', {
    name: 'Cluster',
    template: 'kubernetes',
    issuer: cluster,
    jwks: { keys: [key.publicJwk] },
    max_token_age_seconds: 86_400,
  });
  const agent = await management.createAgent({
    name: 'Agent in a cluster',
    owner: accountId,
    purpose: 'Keeps things in order',
    environment: 'test',
    grant_types: ['client_credentials'],
    authority: { [jwt.identifier]: ['read', 'write'] },
    credentials: [{ kind: 'federated', issuer: trusted.body['id'], subject: { equals: sub } }],
  });
  const iat = Math.floor(Date.now() / 1000);
  const claims = { iss: cluster, aud: [issuer], sub, iat, exp: iat + 86_000 };
  const tokens = await Promise.all(
    Array.from({ length: 64 }, (_, jti) => signToken({ ...claims, jti: `${jti}` }, key)),
  );
  return { id: agent.id, tokens };
};

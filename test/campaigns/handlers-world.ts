/**
 * Two servers of one installation in this process, over the same stores in memory: one answers by its own handlers, the other
 * by oidc-provider alone. With clients that authenticate in every way, and tokens in every state.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import Koa from 'koa';
import Provider from 'oidc-provider';
import { memoryBroadcast } from '../../adapters/memory/broadcast.ts';
import { memoryDocumentStore } from '../../adapters/memory/document-store.ts';
import { memoryEphemeralStore } from '../../adapters/memory/ephemeral-store.ts';
import { systemClock } from '../../adapters/node/clock.ts';
import { loadConfiguration } from '../../config/load.ts';
import { compose } from '../../src/compose.ts';
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';
import type { Topic } from '../../src/domain/ports/broadcast.ts';
import type { EphemeralStore } from '../../src/domain/ports/ephemeral-store.ts';
import { type Identity, type KeyPair, newKeyPair } from '../support/agent-keys.ts';
import { freePort } from '../support/free-port.ts';
import { localAuthority } from '../support/local-authority.ts';
import { type Credential, oauthCalls } from '../support/oauth-calls.ts';
import { makeScene, type Scene, WITHOUT_LIMITS } from '../support/scene.ts';
import { newPlatformKey, signToken } from '../support/workload-platforms.ts';

/** A proxy that forwards client certificates. Other requests come from 127.0.0.1. */
export const PROXY = '127.0.0.2';
export const CERTIFICATE_HEADER = 'x-proxied-cert';

export type Side = {
  readonly port: number;
  readonly isOwn: boolean;
  /** Events in the order in which they were appended. */
  readonly events: readonly AuditEvent[];
  close(): Promise<void>;
};

export type Caller =
  | { readonly kind: 'key'; readonly identity: Identity }
  | { readonly kind: 'basic' | 'post'; readonly id: string; readonly secret: string }
  | { readonly kind: 'workload'; readonly id: string; readonly newToken: (claims?: object) => Promise<string> }
  | { readonly kind: 'certificate'; readonly id: string; readonly header: string }
  | { readonly kind: 'public'; readonly id: string };

export type HandlersWorld = {
  readonly issuer: string;
  readonly own: Side;
  readonly other: Side;
  /** May introspect something. */
  readonly introspectors: readonly Caller[];
  /** May have tokens of their own. */
  readonly clients: readonly Caller[];
  readonly tokens: readonly string[];
  /** Those of them that the first client may exchange. */
  readonly ofPersons: readonly string[];
  readonly resources: readonly string[];
  /** A refresh token of the second client that was not used yet. */
  readonly newRefreshToken: () => Promise<string>;
  /** For DPoP. */
  readonly keys: readonly KeyPair[];
  /** How many requests reached oidc-provider at the first server. */
  readonly reachedProvider: () => number;
  close(): Promise<void>;
};

/**
 * Counts the requests to this port that reach oidc-provider, which is a Koa application. Those that make refresh tokens keep
 * their connection open, and do not count.
 */
const watchProvider = (port: number): { readonly count: () => number; readonly end: () => void } => {
  const application = Koa.prototype as unknown as { handleRequest(context: Koa.Context, ...more: unknown[]): unknown };
  const { handleRequest } = application;
  let count = 0;
  application.handleRequest = function counted(context, ...more) {
    if (this instanceof Provider && context.req.socket.localPort === port && context.headers.connection === 'close')
      count += 1;
    return handleRequest.call(this, context, ...more);
  };
  return {
    count: () => count,
    end() {
      application.handleRequest = handleRequest;
    },
  };
};

/** What one server closes is still there for the other. */
const keptOpen = <S extends { close(): Promise<void> }>(store: S): S => ({ ...store, close: async () => undefined });

const sidesOf = async (environment: Readonly<Record<string, string>>) => {
  const documents = keptOpen(memoryDocumentStore());
  const ephemeral: EphemeralStore = keptOpen(memoryEphemeralStore(systemClock));
  const hub = new Set<(topic: Topic, message: string) => void>();
  const issuerPort = await freePort();
  const issuer = `http://localhost:${issuerPort}`;

  const start = async (isOwn: boolean, port: number, process: number) => {
    const folder = await mkdtemp(join(tmpdir(), 'behalf-handlers-'));
    const { configuration } = loadConfiguration({
      env: {
        BEHALF_ISSUER: issuer,
        BEHALF_DATA: folder,
        BEHALF_ADMIN_PASSWORD: 'correct horse battery staple',
        BEHALF__PASSWORDS__ARGON2MEMORYKIB: '8',
        BEHALF__PASSWORDS__ARGON2PASSES: '1',
        ...WITHOUT_LIMITS,
        BEHALF__LOG__LEVEL: 'silent',
        BEHALF__TOKENS__OWNHANDLERS: String(isOwn),
        BEHALF__LISTEN__TRUSTEDPROXIES: JSON.stringify([PROXY]),
        BEHALF__LISTEN__CLIENTCERTIFICATES__HEADER: CERTIFICATE_HEADER,
        ...environment,
      },
    });
    const events: AuditEvent[] = [];
    const behalf = await compose(configuration, {
      documents,
      ephemeral,
      masterKey: Buffer.alloc(32, 5),
      broadcast: memoryBroadcast(hub),
      machine: { host: 'test', process, isAlive: () => true },
      requestDeadlineMilliseconds: 25_000,
      audit: (log) => ({
        ...log,
        append(event) {
          events.push(event);
          return log.append(event);
        },
      }),
    });
    const server = createServer(behalf.handle);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const close = async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await behalf.refusalsWritten().catch(() => undefined);
      await behalf.close();
      await rm(folder, { recursive: true, force: true });
    };
    return { port, isOwn, events, close, folder, behalf };
  };
  const own = await start(true, issuerPort, 1);
  const other = await start(false, await freePort(), 2);
  return { issuer, own, other };
};

/** `environment`: of both servers. */
export const handlersWorld = async (environment: Readonly<Record<string, string>> = {}): Promise<HandlersWorld> => {
  const authority = await localAuthority();
  const { issuer, own, other } = await sidesOf({
    BEHALF__LISTEN__CLIENTCERTIFICATES__AUTHORITIESFILE: authority.caFile,
    ...environment,
  });
  const scene = await makeScene({ issuer, administratorKeyFile: join(own.folder, 'administrator.json') });
  const { cert } = await authority.certificateFor('DNS:worker.example.com', '/CN=worker');
  const header = `:${Buffer.from(cert.replaceAll(/-----[A-Z ]+-----|\s/g, ''), 'base64').toString('base64')}:`;
  const [introspectors, clients] = [await introspectorsIn(scene), await clientsIn(scene, header)];
  const privateKeys = await own.behalf.services.keys.privateJwks();
  const tokens = await tokensIn(scene, privateKeys as readonly Readonly<Record<string, unknown>>[]);
  const ofPersons = tokens.slice(2, 4);
  for (const resource of [scene.jwt.identifier, scene.opaque.identifier]) {
    await scene.consentToAgent(scene.agent, ofPersons[1] ?? '', resource);
  }
  await authority.remove();
  const watch = watchProvider(own.port);
  return {
    ...{ issuer, own, other, introspectors, clients, tokens, ofPersons },
    reachedProvider: watch.count,
    resources: [scene.jwt.identifier, scene.opaque.identifier],
    newRefreshToken: refreshTokensIn(scene),
    keys: await Promise.all([newKeyPair(), newKeyPair('EdDSA')]),
    async close(): Promise<void> {
      watch.end();
      await own.close();
      await other.close();
    },
  };
};

/** One after the other, because they share the browser of the person. */
const refreshTokensIn = ({ jwt, opaque, newTokens }: Scene): (() => Promise<string>) => {
  let before: Promise<unknown> = Promise.resolve();
  let made = 0;
  return () => {
    made += 1;
    const { identifier } = made % 2 === 0 ? jwt : opaque;
    const next = before.then(() => newTokens(identifier, 'openid offline_access read write'));
    before = next;
    return next.then((tokens) => String(tokens['refresh_token']));
  };
};

const callerOf = (credential: Credential): Caller => {
  if (credential.kind !== 'basic') throw new Error('a resource server with a secret');
  return { kind: 'basic', id: credential.clientId, secret: credential.secret };
};

const introspectorsIn = async ({ management, jwt, opaque }: Scene): Promise<readonly Caller[]> => {
  const key = await newKeyPair();
  const made = await management.createResourceServer({
    identifier: 'https://notes.example.com',
    name: 'The notes service',
    scopes: [{ name: 'read', description: 'See what is there', risk: 'low' }],
    access_token_format: 'opaque',
    introspection_auth_method: 'private_key_jwt',
    jwks: { keys: [key.publicJwk] },
  });
  return [callerOf(jwt.credential), callerOf(opaque.credential), { kind: 'key', identity: { clientId: made.id, key } }];
};

const clientsIn = async (scene: Scene, certificate: string): Promise<readonly Caller[]> => {
  const { management, agent, app, accountId, jwt, opaque, issuer } = scene;
  const authority = { [jwt.identifier]: ['read', 'write'], [opaque.identifier]: ['read'] };
  const confidential = async (method: string, more: object = {}): Promise<{ id: string; secret: string }> => {
    const made = await management.createClient({
      name: `By ${method}`,
      token_endpoint_auth_method: method,
      grant_types: ['client_credentials'],
      authority,
      ...more,
    });
    return { id: made.id, secret: String(made['client_secret']) };
  };
  const agentWith = (name: string, more: object): Promise<{ readonly id: string }> =>
    management.createAgent({
      name,
      owner: accountId,
      purpose: 'Keeps things in order',
      environment: 'test',
      grant_types: ['client_credentials'],
      authority,
      ...more,
    });
  const dpopKey = await newKeyPair();
  const bound = await management.createClient({
    name: 'Bound',
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [dpopKey.publicJwk] },
    grant_types: ['client_credentials'],
    authority,
    dpop_bound_access_tokens: true,
  });
  const withSecret = await agentWith('Agent with a secret', { jwks: { keys: [(await newKeyPair()).publicJwk] } });
  const allowed = await management.call('POST', `/agents/${withSecret.id}/secret`, {
    reason: 'The vendor cannot sign assertions yet',
    expires_at: Math.floor(Date.now() / 1000) + 86_400,
  });
  const secret = String(allowed.body['client_secret']);
  const byCertificate = await agentWith('Agent with a certificate', {
    credentials: [{ kind: 'mtls', san_dns: 'worker.example.com' }],
  });
  const suspended = await scene.newAgent('Suspended');
  await management.call('POST', `/agents/${suspended.clientId}/suspension`, { reason: 'A test' });
  return [
    { kind: 'key', identity: agent },
    { kind: 'key', identity: app },
    { kind: 'key', identity: { clientId: bound.id, key: dpopKey } },
    { kind: 'key', identity: suspended },
    { kind: 'basic', ...(await confidential('client_secret_basic')) },
    { kind: 'post', ...(await confidential('client_secret_post')) },
    { kind: 'basic', ...(await confidential('client_secret_basic', { cors_origins: ['https://app.example.com'] })) },
    { kind: 'basic', id: withSecret.id, secret },
    { kind: 'post', id: withSecret.id, secret },
    { kind: 'certificate', id: byCertificate.id, header: certificate },
    await workloadIn(scene, issuer, agentWith),
    { kind: 'public', id: 'account-pages' },
  ];
};

const workloadIn = async (
  { management }: Scene,
  issuer: string,
  agentWith: (name: string, more: object) => Promise<{ readonly id: string }>,
): Promise<Caller> => {
  const key = await newPlatformKey('platform', 'ES256');
  const [cluster, sub] = ['https://kubernetes.example.com', 'system:serviceaccount:agents:worker'];
  const trusted = await management.call('POST', '/trusted-issuers', {
    name: 'Cluster',
    template: 'kubernetes',
    issuer: cluster,
    jwks: { keys: [key.publicJwk] },
    max_token_age_seconds: 86_400,
  });
  const { id } = await agentWith('Agent in a cluster', {
    credentials: [{ kind: 'federated', issuer: trusted.body['id'], subject: { equals: sub } }],
  });
  let made = 0;
  return {
    kind: 'workload',
    id,
    newToken(claims = {}) {
      const iat = Math.floor(Date.now() / 1000);
      made += 1;
      return signToken({ iss: cluster, aud: [issuer], sub, iat, exp: iat + 3600, jti: `${made}`, ...claims }, key);
    },
  };
};

/** Live ones of both formats, of a person and of an agent; ended, expired and forged ones. */
const tokensIn = async (
  scene: Scene,
  privateKeys: readonly Readonly<Record<string, unknown>>[],
): Promise<readonly string[]> => {
  const { jwt, opaque, agent, keyed, issuer } = scene;
  const calls = oauthCalls(scene.calls.endpoints);
  const own = async (resource: string): Promise<string> =>
    String((await calls.token(keyed(agent), { grant_type: 'client_credentials', resource })).body['access_token']);
  const live = [await own(jwt.identifier), await own(opaque.identifier)];
  for (const resource of [jwt.identifier, opaque.identifier]) {
    live.push(String((await scene.newTokens(resource, 'openid offline_access read write'))['access_token']));
  }
  const ended = [await own(jwt.identifier), await own(opaque.identifier)];
  for (const token of ended) await calls.revoke(keyed(agent), token);
  const now = Math.floor(Date.now() / 1000);
  const jwk = privateKeys.find(({ kty }) => kty === 'EC') ?? {};
  const expired = await new SignJWT({ client_id: agent.clientId, scope: 'read' })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: String(jwk['kid']) })
    .setIssuer(issuer)
    .setSubject(agent.clientId)
    .setAudience(jwt.identifier)
    .setJti('tok_expired')
    .setIssuedAt(now - 700)
    .setExpirationTime(now - 100)
    .sign(jwk as never);
  const [first = ''] = live;
  return [...live, ...ended, expired, `${first.slice(0, -4)}AAAA`, 'A'.repeat(43), 'withheld', 'a.b.c', 'x'];
};

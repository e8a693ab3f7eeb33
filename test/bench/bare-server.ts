/**
 * Bare oidc-provider for comparison: same version, same algorithms, same clients, an adapter that
 * keeps everything in maps and no rule of ours. Started by `main.ts` as a process of its own with
 * one argument, the JSON of `BareOptions`. `POST /bench/seed` makes what a person would have made.
 */
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import Provider, { type Adapter, type AdapterPayload, errors, type KoaContextWithOIDC } from 'oidc-provider';
import * as grants from 'oidc-provider/lib/helpers/grants.js';

export type BareOptions = {
  readonly port: number;
  readonly issuer: string;
  readonly agent: { readonly id: string; readonly jwk: JWK };
  readonly resourceServer: { readonly id: string; readonly secret: string };
  /** Authenticates by its secret, and gets tokens for itself. */
  readonly secretClient: { readonly id: string; readonly secret: string };
  readonly redirectUri: string;
  readonly jwtResource: string;
  readonly opaqueResource: string;
  readonly scope: string;
};

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token';

const options = JSON.parse(process.argv[2] ?? '{}') as BareOptions;

/** Models that no later request of the bench reads. */
const NEVER_READ = new Set(['ClientCredentials']);

/**
 * What `models/base_model.js` asks of a store. It writes nothing: maps of this process keep what a later request reads, and
 * forget nothing of it.
 */
const mapAdapter = (model: string): Adapter => {
  const isRead = !NEVER_READ.has(model);
  const rows = new Map<string, AdapterPayload>();
  const byUid = new Map<string, string>();
  return {
    async upsert(id, payload) {
      if (!isRead) return;
      rows.set(id, payload);
      if (payload.uid !== undefined) byUid.set(payload.uid, id);
    },
    find: async (id) => rows.get(id),
    findByUid: async (uid) => rows.get(byUid.get(uid) ?? ''),
    findByUserCode: async () => undefined,
    async consume(id) {
      const row = rows.get(id);
      if (row) row['consumed'] = Math.floor(Date.now() / 1000);
    },
    async destroy(id) {
      rows.delete(id);
    },
    revokeByGrantId: async () => undefined,
  };
};

const signingKeys = async (): Promise<JWK[]> => {
  const keys: JWK[] = [];
  for (const alg of ['ES256', 'RS256']) {
    const { privateKey } = await generateKeyPair(alg, { extractable: true });
    keys.push({ ...(await exportJWK(privateKey)), alg, use: 'sig' });
  }
  return keys;
};

const provider = new Provider(options.issuer, {
  adapter: mapAdapter,
  jwks: { keys: await signingKeys() },
  clients: [
    {
      client_id: options.agent.id,
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: [options.agent.jwk] },
      grant_types: ['client_credentials', 'authorization_code', 'refresh_token', EXCHANGE],
      response_types: ['code'],
      redirect_uris: [options.redirectUri],
    },
    {
      client_id: options.resourceServer.id,
      client_secret: options.resourceServer.secret,
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: [],
      response_types: [],
      redirect_uris: [],
    },
    {
      client_id: options.secretClient.id,
      client_secret: options.secretClient.secret,
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
    },
  ],
  findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  scopes: ['openid', 'offline_access'],
  responseTypes: ['code'],
  pkce: { required: () => true },
  rotateRefreshToken: true,
  expiresWithSession: async () => false,
  issueRefreshToken: async () => true,
  features: {
    clientCredentials: { enabled: true },
    registration: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_ctx, resource) => ({
        scope: options.scope,
        accessTokenFormat: resource === options.jwtResource ? 'jwt' : 'opaque',
        accessTokenTTL: 600,
        ...(resource === options.jwtResource ? { jwt: { sign: { alg: 'ES256' as const } } } : {}),
      }),
      useGrantedResource: () => true,
    },
  },
  ttl: {
    AccessToken: 600,
    ClientCredentials: 600,
    Grant: 86400,
    RefreshToken: 86400,
    Session: 86400,
    Interaction: 3600,
  },
});

const refuse = (text: string): Error => new errors.InvalidGrant(text);

provider.registerGrantType(
  EXCHANGE,
  async (ctx: KoaContextWithOIDC) => {
    const { client, params } = ctx.oidc;
    const proof = await grants.validateDpop(provider, ctx as never);
    if (!client || typeof params?.['subject_token'] !== 'string') throw refuse('no subject token');
    const subject = await provider.AccessToken.find(params['subject_token']);
    if (!subject?.isValid || subject.grantId === undefined) throw refuse('unknown subject token');
    const subjectGrant = await provider.Grant.find(subject.grantId);
    if (!subjectGrant) throw refuse('no grant');
    await grants.findAccount(provider, ctx as never, subject.accountId, subject as never);
    const [resourceServer] = await grants.resolveRequestedResources(provider, ctx as never);
    if (!resourceServer) throw new errors.InvalidTarget('exactly one resource');
    const asked = String(params['scope'] ?? subject.scope ?? '').split(' ');
    const scope = asked.filter((one) => resourceServer.scopes.has(one) && subject.scopes.has(one)).join(' ');
    const grant = new provider.Grant({ accountId: subject.accountId, clientId: client.clientId });
    grant.addResourceScope(resourceServer.identifier(), scope);
    const token = new provider.AccessToken({
      accountId: subject.accountId,
      client,
      grantId: await grant.save(),
      gty: 'token_exchange',
      scope,
      extra: { act: { sub: client.clientId } },
    } as never);
    token.resourceServer = resourceServer;
    if (proof) {
      await grants.checkDpopReplay(provider, ctx as never, proof, client.clientId);
      token.setThumbprint('jkt', proof.thumbprint);
    }
    ctx.body = {
      access_token: await token.save(),
      issued_token_type: ACCESS_TOKEN_TYPE,
      token_type: token.tokenType,
      expires_in: token.expiration,
      scope,
    };
  },
  ['subject_token', 'subject_token_type', 'resource', 'scope'],
  ['resource'],
);

/** A grant for the agent with `count` refresh tokens, and as many opaque and JWT access tokens. */
const seed = async (count: number) => {
  const client = await provider.Client.find(options.agent.id);
  if (!client) throw new Error('no client');
  const grant = new provider.Grant({ accountId: 'person', clientId: client.clientId });
  grant.addOIDCScope('openid offline_access');
  for (const resource of [options.jwtResource, options.opaqueResource]) grant.addResourceScope(resource, options.scope);
  const grantId = await grant.save();
  const common = { accountId: 'person', client, grantId, gty: 'authorization_code' };
  const seeded = { refreshTokens: [] as string[], opaque: [] as string[] };
  for (let index = 0; index < count; index += 1) {
    const refreshToken = new provider.RefreshToken({
      ...common,
      scope: `offline_access ${options.scope}`,
      resource: options.jwtResource,
      rotations: 0,
      iiat: Math.floor(Date.now() / 1000),
    } as never);
    seeded.refreshTokens.push(await refreshToken.save());
    const accessToken = new provider.AccessToken({ ...common, scope: options.scope } as never);
    accessToken.resourceServer = new provider.ResourceServer(options.opaqueResource, {
      scope: options.scope,
      accessTokenFormat: 'opaque',
      audience: options.opaqueResource,
    });
    seeded.opaque.push(await accessToken.save());
  }
  return seeded;
};

const oidcProvider = provider.callback();
createServer((request, response) => {
  if (request.url !== '/bench/seed') {
    void oidcProvider(request, response);
    return;
  }
  seed(64).then(
    (seeded) => response.setHeader('content-type', 'application/json').end(JSON.stringify(seeded)),
    (error: Error) => response.writeHead(500).end(error.stack),
  );
}).listen(options.port, '127.0.0.1');

/** What makes requests meaningful to one server: live credentials of every kind, and objects to be broken. */
import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import type { Identity } from '../support/agent-keys.ts';
import type { Page } from '../support/browser-flow.ts';
import { consentUrl, REDIRECT_URI, type Scene } from '../support/scene.ts';
import type { Material } from './fuzz-grammar.ts';
import { managementRoutes, ROUTES } from './fuzz-routes.ts';

/** Objects of each kind that the fuzzer may change and end. */
const VICTIMS = 6;

/** Signs an assertion at once: a request is made in one go, so that the seed decides it. */
const assertionsOf = ({ clientId, key }: Identity, issuer: string): (() => string) => {
  const privateKey = createPrivateKey({ key: key.privateJwk, format: 'jwk' } as Parameters<typeof createPrivateKey>[0]);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return () => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: clientId, sub: clientId, aud: issuer, jti: randomUUID(), iat: now, exp: now + 60 };
    const input = `${part({ alg: 'ES256', kid: key.kid })}.${part(claims)}`;
    return `${input}.${sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  };
};

const strings = (values: readonly unknown[]): readonly string[] =>
  values.filter((value): value is string => typeof value === 'string' && value !== '');

/** Hidden fields of pages in progress, by name: `csrf`, `uid`, `xsrf` … */
const hiddenFields = (pages: readonly Page[]): Record<string, string[]> => {
  const found: Record<string, string[]> = {};
  for (const { forms } of pages)
    for (const { name, value, type } of forms.flatMap(({ fields }) => fields)) {
      if (type === 'hidden' || type === 'checkbox') found[name] = [...(found[name] ?? []), value];
    }
  return found;
};

/** Valid bodies of the management API; `{unique}` is replaced by a number each time. */
const validBodies = (scene: Scene): Material['bodies'] => {
  const { accountId, agent, jwt } = scene;
  return {
    '/api/v1/accounts': { username: 'fuzz-{unique}', name: 'Fuzz', email: 'fuzz@example.com', groups: ['staff'] },
    '/api/v1/clients': {
      name: 'Fuzz',
      token_endpoint_auth_method: 'client_secret_basic',
      application_type: 'web',
      grant_types: ['authorization_code'],
      redirect_uris: [REDIRECT_URI],
      post_logout_redirect_uris: ['https://app.example.com/out'],
      cors_origins: ['https://app.example.com'],
      id_token_signed_response_alg: 'ES256',
    },
    '/api/v1/agents': {
      name: 'Fuzz',
      owner: accountId,
      purpose: 'To be broken',
      environment: 'test',
      jwks: { keys: [agent.key.publicJwk] },
      authority: { [jwt.identifier]: ['read'] },
    },
    '/api/v1/resource-servers': {
      identifier: 'https://{unique}.example.com',
      name: 'Fuzz',
      scopes: [{ name: 'read', description: 'See what is there', risk: 'low' }],
      access_token_format: 'jwt',
    },
  };
};

const makeVictims = async (scene: Scene): Promise<readonly string[]> => {
  const { management } = scene;
  const bodies = validBodies(scene);
  const made: string[] = [];
  for (let index = 0; index < VICTIMS; index += 1)
    for (const [path, body] of Object.entries(bodies)) {
      const own = JSON.parse(JSON.stringify(body).replaceAll('{unique}', `victim-${index}`));
      const answer = await management.call('POST', path.replace('/api/v1', ''), own);
      if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${answer.text}`);
      made.push(String(answer.body['id']));
    }
  return made;
};

export const fuzzMaterial = async (scene: Scene): Promise<Material> => {
  const { calls, agent, app, jwt, opaque, keyed, issuer, management } = scene;
  const tokens = await scene.newTokens(jwt.identifier);
  const other = await scene.newTokens(opaque.identifier);
  const code = await scene.newCode(jwt.identifier);
  const device = await calls.device(keyed(app), { scope: 'openid', resource: jwt.identifier });
  const pushed = await calls.push(keyed(app), scene.authorizationRequest(app, { scope: 'openid' }).parameters);
  const ofTokens = [tokens, other].flatMap((body) =>
    ['access_token', 'refresh_token', 'id_token'].map((name) => body[name]),
  );
  const withSecret = await management.createClient({
    name: 'Fuzzer',
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    redirect_uris: [REDIRECT_URI],
  });
  const delegationUrl = consentUrl(await calls.exchange(keyed(agent), String(other['access_token']), jwt.identifier));
  const consent = scene.authorizationRequest(agent, { scope: 'openid read', resource: jwt.identifier });
  const pages = [
    await scene.browser.open(consent.url),
    await scene.browser.open(`${issuer}/account`),
    await scene.browser.open(String(device.body['verification_uri_complete'])),
    ...(delegationUrl === undefined ? [] : [await scene.browser.open(delegationUrl)]),
  ];
  const victims = await makeVictims(scene);
  const hidden = hiddenFields(pages);
  return {
    issuer,
    known: strings([
      ...ofTokens,
      code['code'],
      code['code_verifier'],
      device.body['device_code'],
      device.body['user_code'],
      pushed.body['request_uri'],
      agent.clientId,
      app.clientId,
      withSecret.id,
      jwt.id,
      jwt.identifier,
      opaque.identifier,
      `${issuer}/api/v1`,
      scene.accountId,
      REDIRECT_URI,
      scene.person.username,
      'read',
      'openid offline_access read',
    ]),
    named: {
      ...hidden,
      id: victims,
      uid: strings([new URL(pages[0]?.url ?? issuer).pathname.split('/')[2], ...(hidden['uid'] ?? [])]),
      handle: strings([delegationUrl?.split('/').at(-1)]),
      decision: ['allow', 'deny'],
      duration: ['3600', '86400'],
      resource: [jwt.identifier, opaque.identifier],
      redirect_uri: [REDIRECT_URI],
      user_code: strings([device.body['user_code']]),
      subject_token: strings([other['access_token'], tokens['access_token']]),
      token: strings(ofTokens),
      owner: [scene.accountId],
      limit: ['1', '100', '1000'],
    },
    spared: [agent.clientId, app.clientId, withSecret.id, jwt.id, opaque.id, scene.accountId],
    bodies: validBodies(scene),
    management: `Bearer ${await management.accessToken()}`,
    assertion: assertionsOf(agent, issuer),
    agentId: agent.clientId,
    basic: `Basic ${Buffer.from(`${withSecret.id}:${String(withSecret['client_secret'])}`).toString('base64')}`,
    cookie: scene.browser.jar.header(new URL(pages[0]?.url ?? `${issuer}/auth`)),
    routes: [...ROUTES, ...(await managementRoutes(issuer))],
  };
};

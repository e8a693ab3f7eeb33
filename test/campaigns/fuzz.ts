/**
 * Grammar fuzzing of every route. A violation is what no input may cause: an answer of 5xx, no answer
 * at all, no answer within five seconds, a server that ended, or a rejection nobody handled.
 */
import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { makeScene, REDIRECT_URI, type Scene, WITHOUT_LIMITS } from '../support/scene.ts';
import { startServer } from '../support/server-process.ts';
import type { Campaign } from './campaign.ts';
import { type Material, requestGrammar, SEED_COUNT, seedRequest } from './fuzz-grammar.ts';
import { managementRoutes, ROUTES } from './fuzz-routes.ts';
import { printable, sendRaw } from './fuzz-wire.ts';

const DEFAULT_REQUESTS = 20_000;
const PARALLEL = 16;
const HANG_MS = 5000;

export const materialOf = async (scene: Scene): Promise<Material> => {
  const { calls, agent, app, jwt, opaque, keyed, issuer } = scene;
  const key = createPrivateKey({ key: agent.key.privateJwk, format: 'jwk' } as Parameters<typeof createPrivateKey>[0]);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const assertion = (): string => {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: agent.clientId,
      sub: agent.clientId,
      aud: issuer,
      jti: randomUUID(),
      iat: now,
      exp: now + 60,
    };
    const input = `${part({ alg: 'ES256', kid: agent.key.kid })}.${part(claims)}`;
    return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  };
  const tokens = await scene.newTokens(jwt.identifier);
  const other = await scene.newTokens(opaque.identifier);
  const code = await scene.newCode(jwt.identifier);
  const device = await calls.device(keyed(app), { scope: 'openid', resource: jwt.identifier });
  const pushed = await calls.push(keyed(app), scene.authorizationRequest(app, { scope: 'openid' }).parameters);
  const ofTokens = [tokens, other].flatMap((body) =>
    ['access_token', 'refresh_token', 'id_token'].map((name) => body[name]),
  );
  const management = await scene.management.accessToken();
  // Without limits: the one client of the fuzzer that has a secret.
  const secretClient = await scene.management.createClient({
    name: 'Fuzzed',
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    redirect_uris: [REDIRECT_URI],
  });
  const secret = String(secretClient['client_secret'] ?? secretClient['secret']);
  return {
    issuer,
    known: [
      ...ofTokens,
      code['code'],
      code['code_verifier'],
      device.body['device_code'],
      device.body['user_code'],
      pushed.body['request_uri'],
      agent.clientId,
      app.clientId,
      secretClient.id,
      jwt.id,
      jwt.identifier,
      opaque.identifier,
      `${issuer}/api/v1`,
      scene.accountId,
      REDIRECT_URI,
      scene.person.username,
      'read',
      'openid offline_access read',
    ].filter((value): value is string => typeof value === 'string'),
    management: `Bearer ${management}`,
    assertion,
    agentId: agent.clientId,
    basic: `Basic ${Buffer.from(`${secretClient.id}:${encodeURIComponent(secret)}`).toString('base64')}`,
    cookie: scene.browser.jar.header(new URL(`${issuer}/auth`)),
    routes: [...ROUTES, ...(await managementRoutes(issuer))],
  };
};

export const fuzz: Campaign = {
  name: 'fuzz',
  about: `grammar fuzzing of every route: no 5xx, no crash, no hang (--trials requests, default ${DEFAULT_REQUESTS})`,
  async run(run) {
    const requests = run.options.trials ?? DEFAULT_REQUESTS;
    const server = await startServer({ environment: WITHOUT_LIMITS });
    const statuses: Record<string, number> = {};
    let sent = 0;
    let slowestMs = 0;
    try {
      const scene = await makeScene(server);
      const material = await materialOf(scene);
      const grammar = requestGrammar(run.random, material);
      const host = new URL(server.issuer).host;
      const routeCount = new Set(ROUTES.map(({ path }) => path)).size;

      const one = async (): Promise<void> => {
        while (sent < requests && !run.isOver() && server.isRunning) {
          const index = sent;
          sent += 1;
          const request = index < SEED_COUNT ? seedRequest(index, host) : grammar.next();
          const answer = await sendRaw(server.port, request.bytes, HANG_MS, !request.isWellFramed);
          slowestMs = Math.max(slowestMs, answer.milliseconds);
          const status = answer.isHung ? 'hung' : String(answer.status || 'none');
          statuses[status] = (statuses[status] ?? 0) + 1;
          // What promises more than it holds may be dropped or waited for; it never gives an error of ours.
          const isWrong = answer.status >= 500 || (answer.status === 0 && request.isWellFramed);
          if (isWrong)
            run.violation(
              `request ${index}: ${status}\n  sent ${printable(request.bytes).replaceAll(material.management, '{management}')}\n  got  ${JSON.stringify(answer.text.slice(-240))}`,
            );
          run.progress(`${sent} of ${requests} requests`);
        }
      };
      await Promise.all(Array.from({ length: PARALLEL }, one));

      if (!server.isRunning) run.violation(`the server ended after request ${sent}:\n${server.log().slice(-4000)}`);
      const unhandled = /^.*(unhandled|uncaught|TypeError|ReferenceError|RangeError).*$/im.exec(server.log());
      if (unhandled) run.violation(`in the server's log: ${unhandled[0].slice(0, 1000)}`);
      const alive = await fetch(`${server.issuer}/jwks`).then(
        ({ status }) => status,
        () => 0,
      );
      if (alive !== 200) run.violation(`afterwards /jwks answers ${alive}`);
      return { trials: sent, routes: routeCount, statuses, slowestMs: Math.round(slowestMs) };
    } finally {
      await server.remove();
    }
  },
};

/** A server that is killed between the effect of a polled event and its acknowledgement: the event comes again without a second effect. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { polledTransmitter } from '../support/polled-transmitter.ts';
import { WITHOUT_LIMITS } from '../support/scene.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { setSigner } from '../support/set-signer.ts';
import { until } from '../support/until.ts';

// Starts of a server, on a machine that others work on.
jest.setTimeout(150_000);

let authority: LocalAuthority;
let there: ReturnType<typeof polledTransmitter>;
let signer: ReturnType<typeof setSigner>;
let server: ServerProcess;
let management: Management;
let account: string;
let transmitter: string;

const done = async (method: string, path: string, body?: unknown) => {
  const answer = await management.call(method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.body;
};

beforeAll(async () => {
  authority = await localAuthority();
  there = polledTransmitter();
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' }] });
  const served = await authority.serve((request, response) => {
    if (request.url === '/poll') return void there.listener(request, response);
    response.writeHead(200, { 'content-type': 'application/jwk-set+json' }).end(keys);
  });
  signer = setSigner({
    ...{ issuer: served.origin, audience: 'here' },
    privateKey: async () => ({ key: privateKey, kid: 'k1' }),
  });
  server = await startServer({
    environment: {
      ...internalHosts({ upstreamProviders: served.host }),
      BEHALF_EGRESS_CA_FILE: authority.caFile,
      ...WITHOUT_LIMITS,
    },
  });
  management = await managementFromKeyFile(server.administratorKeyFile);
  const upstream = String(
    (await done('POST', '/upstreams', { name: 'Works', issuer: served.origin, client_id: 'x' }))['id'],
  );
  account = String((await done('POST', '/accounts', { username: 'ada', name: 'Ada' }))['id']);
  await done('POST', '/upstream-links', { upstream, subject: 'ada', account });
  const made = await done('POST', '/trusted-transmitters', {
    ...{ name: 'Works', issuer: served.origin, audience: 'here', upstream, jwks_uri: `${served.origin}/jwks` },
    ...{ poll_url: `${served.origin}/poll`, poll_token: 'secret' },
  });
  transmitter = String(made['id']);
});
afterAll(async () => {
  await server?.remove();
  await authority?.remove();
});

const events = async (type: string): Promise<number> =>
  ((await done('GET', `/audit/events?type=${type}&limit=200`))['items'] as readonly unknown[]).length;

test('WH-01 a kill -9 before the acknowledgement: the event comes again, is acknowledged, and has one effect', async () => {
  for (let round = 0; round < 2; round += 1) {
    const jti = randomUUID();
    let isKilled: Promise<unknown> | undefined;
    // The effect is durable, and the transmitter has not heard of it.
    there.answering.poll = (body, response) => {
      if (!body.ack?.includes(jti)) return there.answer(body, response);
      isKilled ??= server.kill();
      response.destroy();
    };
    const claims = signer.claimsOf('account_disabled', 'ada', { jti });
    there.add(jti, await signer.sign(claims, { alg: 'ES256' }));
    await until(() => isKilled !== undefined, { what: 'the acknowledgement', seconds: 60 });
    await isKilled;
    there.answering.poll = undefined;
    await server.restart();
    await until(() => there.settled.has(jti), { what: 'the event again', seconds: 60 });
    expect(there.settled.get(jti)).toBe('acknowledged');
    const signals = (await done('GET', `/trusted-transmitters/${transmitter}/signals`))['items'] as readonly object[];
    expect(signals).toHaveLength(round + 1);
    expect(signals[0]).toMatchObject({ state: 'applied', account });
    expect([await events('signal.received'), await events('account.tokens_revoked')]).toEqual([round + 1, round + 1]);
  }
});

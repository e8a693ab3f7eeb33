/** A server that trusts a transmitter of security events, which signs with the key of a stock provider. */
import { importJWK, type JWK } from 'jose';
import type { SECURITY_EVENTS } from '../../src/domain/signals/security-events.ts';
import { answerOf } from './oauth-calls.ts';
import type { RunOptions } from './running-server.ts';
import { makeScene } from './scene.ts';
import { type SigningKey, setSigner } from './set-signer.ts';
import { upstreamWorld } from './upstream-world.ts';

type Claims = Readonly<Record<string, unknown>>;

export const AUDIENCE = 'https://behalf.example.com/signals';

export type SignalWorld = Awaited<ReturnType<typeof signalWorld>>;

export const signalWorld = async (options: RunOptions = {}) => {
  const world = await upstreamWorld({ domains: ['works.example'] }, options);
  const { server, served, issuer, provider } = world;
  const scene = await makeScene(server);
  const { management } = scene;

  const makeTransmitter = async (settings: Claims = {}) => {
    const { status, body, text } = await management.call('POST', '/trusted-transmitters', {
      ...{ name: 'Works', issuer: served.origin, jwks_uri: `${served.origin}/jwks` },
      ...{ audience: AUDIENCE, upstream: provider.id },
      ...settings,
    });
    if (status !== 201) throw new Error(`no transmitter: ${status} ${text}`);
    return { id: String(body['id']), authorization: String(body['authorization']), body };
  };
  const transmitter = await makeTransmitter();

  /** An account that is linked to this subject of the provider. */
  const linked = async (subject: string, more: Claims = {}) => {
    const account = await management.createAccount({ username: `user-${subject}`, name: subject, ...more });
    const link = { upstream: provider.id, subject, account: account.id };
    const { status, text } = await management.call('POST', '/upstream-links', link);
    if (status !== 201) throw new Error(`no link: ${text}`);
    return account.id;
  };

  const privateKey = async (): Promise<{ readonly key: SigningKey; readonly kid: string }> => {
    const [jwk] = issuer.keys.toJSON(true) as JWK[];
    return { key: await importJWK(jwk as JWK, 'RS256'), kid: String(jwk?.kid) };
  };

  const { subjectOf, claimsOf, sign } = setSigner({ issuer: served.origin, audience: AUDIENCE, privateKey });

  const push = async (body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}) =>
    answerOf(
      await fetch(`${server.issuer}/signals/events`, {
        method: 'POST',
        headers: {
          'content-type': 'application/secevent+jwt',
          authorization: transmitter.authorization,
          ...headers,
        },
        body: body as string,
      }),
    );

  return {
    ...world,
    ...{ scene, management, transmitter, makeTransmitter, linked, privateKey, subjectOf, claimsOf, sign, push },
    /** Signs and sends a good SET with these differences. */
    send: async (event: keyof typeof SECURITY_EVENTS, sub: string, more: Claims = {}, content: Claims = {}) =>
      push(await sign(claimsOf(event, sub, more, content))),
    revoke: async (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
      answerOf(
        await fetch(`${server.issuer}/signals/revocations`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: transmitter.authorization, ...headers },
          body: typeof body === 'string' ? body : JSON.stringify(body),
        }),
      ),
    /** The transmitter as it is, and its version for `If-Match`. */
    read: async () => {
      const { body, headers } = await management.call('GET', `/trusted-transmitters/${transmitter.id}`);
      return { body, headers: String(headers.get('etag')) };
    },
    signals: async (query = '', id = transmitter.id) =>
      (await management.call('GET', `/trusted-transmitters/${id}/signals${query}`)).body['items'] as readonly Claims[],
  };
};

/** Credentials that are redeemed once, and what a test does with them: codes, refresh tokens, device codes. */
import { decodeJwt } from 'jose';
import type { Identity, KeyPair } from './agent-keys.ts';
import { type AuditWatch, auditWatch, type Refusal } from './audit-watch.ts';
import { type Answer, DEVICE_CODE, type Parameters } from './oauth-calls.ts';
import type { RunningServer } from './running-server.ts';
import { makeScene, type Scene } from './scene.ts';

export const REFUSED: Refusal = { status: 400, error: 'invalid_grant', event: 'token.refused' };
export const KINDS = ['code', 'refresh token', 'device code'] as const;
export type Kind = (typeof KINDS)[number];

/** A server with a scene and its audit log, and what this file makes on it. */
export type World = {
  readonly server: RunningServer;
  readonly scene: Scene;
  readonly audit: AuditWatch;
};

export const newWorld = async (server: RunningServer): Promise<World> => ({
  server,
  scene: await makeScene(server),
  audit: auditWatch(server),
});

/** A fresh one-time credential of the app, as the parameters that redeem it. */
export const fresh = async ({ scene }: World, kind: Kind): Promise<Record<string, string>> => {
  const resource = scene.jwt.identifier;
  if (kind === 'code') return scene.newCode(resource);
  if (kind === 'refresh token') {
    const tokens = await scene.newTokens(resource);
    return { grant_type: 'refresh_token', refresh_token: String(tokens['refresh_token']), resource };
  }
  const begun = await scene.calls.device(scene.keyed(scene.app), { scope: 'openid offline_access read', resource });
  if (begun.status !== 200) throw new Error(begun.text);
  await scene.walkConsent(await scene.browser.open(String(begun.body['verification_uri_complete'])));
  return { grant_type: DEVICE_CODE, device_code: String(begun.body['device_code']), resource };
};

export const redeem = (
  { scene }: World,
  parameters: Parameters,
  identity: Identity = scene.app,
  dpop?: KeyPair,
): Promise<Answer> => scene.calls.token(scene.keyed(identity), parameters, dpop ? { dpop } : {});

export const isLive = async ({ scene }: World, answer: Answer): Promise<boolean> =>
  (await scene.calls.introspect(scene.jwt.credential, String(answer.body['access_token']))).body['active'] === true;

export const grantOf = (answer: Answer): string => String(decodeJwt(String(answer.body['access_token']))['grant_id']);

export const refreshing = (world: World, answer: Answer): Record<string, string> => ({
  grant_type: 'refresh_token',
  refresh_token: String(answer.body['refresh_token']),
  resource: world.scene.jwt.identifier,
});

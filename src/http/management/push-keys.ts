import type { PushKey, PushKeys } from '../../domain/notifications/push-keys.ts';
import type { Answer, Handlers } from './call.ts';
import type { JsonObject } from './json-body.ts';

export const pushKeyHandlers = (
  keys: Pick<PushKeys, 'list' | 'rotate' | 'revoke'>,
): Handlers<'listPushKeys' | 'rotatePushKey' | 'revokePushKey'> => ({
  listPushKeys: async () => shown(await keys.list()),
  rotatePushKey: async ({ by }) => shown(await keys.rotate(by)),
  revokePushKey: async ({ id, body, by }) => shown(await keys.revoke(id, String(body['reason']), by)),
});

const shown = (keys: readonly PushKey[]): Answer => ({
  body: {
    items: keys.map(
      ({ id, publicKey, createdAt }, index): JsonObject => ({
        id,
        public_key: publicKey,
        state: index === 0 ? 'given' : 'kept',
        created_at: createdAt,
      }),
    ),
  },
});

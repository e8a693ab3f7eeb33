/** Resource: keys of web push. */

import type { PushKey, PushKeys } from '../../../domain/notifications/push-keys.ts';
import { type Handlers, resource } from '../resource.ts';
import { about } from '../route.ts';
import { named, ref } from '../schema.ts';
import { arrayOf, identified, oneOf, output, seconds, string } from '../schema-parts.ts';
import { CHANGES_KEYS, KEY_REVOCATION, KEY_SCOPES } from './keys.ts';

const PUSH_KEY = named(
  'PushKey',
  output({
    ...identified('Begins with vpk_.'),
    public_key: string('`applicationServerKey` for browsers, base64url.'),
    state: oneOf('given: new browsers get it; kept: only browsers that already have it use it.', ['given', 'kept']),
    created_at: seconds('When it was created.'),
  }),
);

const PUSH_KEYS = named('PushKeys', output({ items: arrayOf(ref(PUSH_KEY)) }));

const make = about('push-keys', KEY_SCOPES);

const routes = {
  listPushKeys: make.read('/push-keys', PUSH_KEYS, 'List the web push keys, newest first', {
    roles: ['administrator', 'auditor'],
  }),
  rotatePushKey: make.act(
    '/push-keys/rotations',
    PUSH_KEYS,
    'Create a new web push key for new browsers',
    CHANGES_KEYS,
  ),
  revokePushKey: make.act(
    '/push-keys/{id}/revoke',
    PUSH_KEYS,
    'Revoke a compromised web push key and every browser registration that uses it',
    { ...CHANGES_KEYS, body: KEY_REVOCATION },
  ),
};

type Dependencies = {
  readonly pushKeys: Pick<PushKeys, 'list' | 'rotate' | 'revoke'>;
};

const handlers = ({ pushKeys: keys }: Dependencies): Handlers<typeof routes> => ({
  listPushKeys: async () => shown(await keys.list()),
  rotatePushKey: async ({ by }) => shown(await keys.rotate(by)),
  revokePushKey: async ({ id, body, by }) => shown(await keys.revoke(id, body.reason, by)),
});

const shown = (keys: readonly PushKey[]) => ({
  body: {
    items: keys.map(({ id, publicKey, createdAt }, index) => ({
      id,
      public_key: publicKey,
      state: index === 0 ? ('given' as const) : ('kept' as const),
      created_at: createdAt,
    })),
  },
});

export const pushKeys = resource(routes, handlers);

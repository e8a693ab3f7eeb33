/** Resource: signing keys. */

import type { By } from '../../../domain/platform/registries/registered-documents.ts';
import { type Handlers, resource } from '../resource.ts';
import { ADMINISTRATORS, about, scopes } from '../route.ts';
import { named, ref } from '../schema.ts';
import { arrayOf, identified, input, oneOf, output, seconds, string, text } from '../schema-parts.ts';

export const KEY_REVOCATION = named(
  'KeyRevocation',
  input({ reason: text('Reason, for later review.', 500) }, ['reason']),
);

const SIGNING_KEY = named(
  'SigningKey',
  output(
    {
      ...identified('The `kid`.'),
      kty: string(),
      state: oneOf(
        'published: not signing yet; active: signing; retired: still published after its last signature; revoked: invalid with everything it signed.',
        ['published', 'active', 'retired', 'revoked'],
      ),
      created_at: seconds('When it was created.'),
      signs_from: seconds('When it starts signing.'),
      signs_until: seconds('When another key replaces it.'),
      revoked_at: seconds('When it was revoked. Since then it and everything it signed are invalid.'),
    },
    ['signs_until', 'revoked_at'],
  ),
);

const SIGNING_KEYS = named('SigningKeys', output({ items: arrayOf(ref(SIGNING_KEY)) }));

export const KEY_SCOPES = scopes('keys', {
  read: ['See the keys of this server', 'low'],
  write: ['Create and revoke keys of this server', 'critical'],
});

const make = about('keys', KEY_SCOPES);

/** Keys decide which tokens resource servers accept, and which messages browsers accept. */
export const CHANGES_KEYS = { roles: ADMINISTRATORS, freshFactor: 'accounts' } as const;

const routes = {
  listKeys: make.read('/keys', SIGNING_KEYS, 'List the signing keys', { roles: ['administrator', 'auditor'] }),
  rotateKeys: make.act('/keys/rotations', SIGNING_KEYS, 'Rotate the signing keys', CHANGES_KEYS),
  revokeKey: make.act('/keys/{id}/revoke', SIGNING_KEYS, 'Revoke a compromised key and everything it signed', {
    ...CHANGES_KEYS,
    body: KEY_REVOCATION,
  }),
};

/** A published signing key without its private part. */
type KeyDescription = {
  readonly id: string;
  readonly kty: string;
  readonly state: 'published' | 'active' | 'retired' | 'revoked';
  readonly createdAt: number;
  readonly activeAt: number;
  readonly replacedAt?: number;
  readonly revokedAt?: number;
};

export type Keys = {
  list(): Promise<readonly KeyDescription[]>;
  /** Creates new keys. Appends the audit event 'keys.rotated' first. */
  rotate(by: By): Promise<void>;
  /** Revokes a key and everything that it signed. Appends 'keys.revoked' first. Throws DomainError 'not_found'. */
  revoke(id: string, reason: string, by: By): Promise<void>;
};

type Dependencies = {
  readonly keys: Keys;
};

const handlers = ({ keys }: Dependencies): Handlers<typeof routes> => {
  const answer = async () => ({ body: { items: (await keys.list()).map(showKey) } });
  return {
    listKeys: answer,
    async rotateKeys({ by }) {
      await keys.rotate(by);
      return answer();
    },
    async revokeKey({ id, body, by }) {
      await keys.revoke(id, body.reason, by);
      return answer();
    },
  };
};

const showKey = ({ id, kty, state, createdAt, activeAt, replacedAt, revokedAt }: KeyDescription) => ({
  id,
  kty,
  state,
  created_at: createdAt,
  signs_from: activeAt,
  ...(replacedAt === undefined ? {} : { signs_until: replacedAt }),
  ...(revokedAt === undefined ? {} : { revoked_at: revokedAt }),
});

export const keys = resource(routes, handlers);

import type { By } from '../../domain/platform/registries/registered-documents.ts';
import type { Answer, Handlers } from './call.ts';
import type { JsonObject } from './json-body.ts';

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
  /** Creates new keys; appends the audit event 'keys.rotated' first. */
  rotate(by: By): Promise<void>;
  /** Revokes a key with all it signed; appends 'keys.revoked' first. Throws DomainError 'not_found'. */
  revoke(id: string, reason: string, by: By): Promise<void>;
};

export const keyHandlers = (keys: Keys): Handlers<'listKeys' | 'rotateKeys' | 'revokeKey'> => {
  const answer = async (): Promise<Answer> => ({ body: { items: (await keys.list()).map(showKey) } });
  return {
    listKeys: answer,
    async rotateKeys({ by }) {
      await keys.rotate(by);
      return answer();
    },
    async revokeKey({ id, body, by }) {
      await keys.revoke(id, String(body['reason']), by);
      return answer();
    },
  };
};

const showKey = ({ id, kty, state, createdAt, activeAt, replacedAt, revokedAt }: KeyDescription): JsonObject => ({
  id,
  kty,
  state,
  created_at: createdAt,
  signs_from: activeAt,
  ...(replacedAt === undefined ? {} : { signs_until: replacedAt }),
  ...(revokedAt === undefined ? {} : { revoked_at: revokedAt }),
});

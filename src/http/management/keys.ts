import type { By } from '../../domain/clients/registered-documents.ts';
import type { Answer, Handlers } from './call.ts';
import { toWire } from './representations.ts';

/** A published signing key without its private part. */
export type KeyDescription = {
  readonly id: string;
  readonly kty: string;
  readonly state: 'published' | 'active' | 'retired';
  readonly createdAt: number;
  readonly activeAt: number;
  readonly replacedAt?: number;
};

export type Keys = {
  list(): Promise<readonly KeyDescription[]>;
  /** Makes new keys; appends the audit event 'keys.rotated' first. */
  rotate(by: By): Promise<void>;
};

export const keyHandlers = (keys: Keys): Handlers<'listKeys' | 'rotateKeys'> => {
  const answer = async (): Promise<Answer> => ({ body: { items: (await keys.list()).map((key) => toWire(key)) } });
  return {
    listKeys: answer,
    async rotateKeys({ by }) {
      await keys.rotate(by);
      return answer();
    },
  };
};

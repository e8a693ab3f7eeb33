import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { DetailsByResource } from '../../vocabulary/detail-type.ts';

/** A decision that, while it is valid, also answers the same question again, and smaller questions (AP-11). */
export type RememberedConsent = {
  /** `cns_` and the digest of the question. */
  readonly id: string;
  readonly account: string;
  readonly clientId: string;
  readonly openidScopes: readonly string[];
  readonly resources: Readonly<Record<string, readonly string[]>>;
  readonly details?: DetailsByResource;
  /**
   * Digests of the rights it allows (allowed-rights.ts). Absent in older answers: these cover only their own question.
   */
  readonly rights?: readonly string[];
  /** How often the client, an agent, had changed owner (agents/ownership.ts). Absent: never. */
  readonly ownership?: number;
  readonly createdAt: number;
  readonly expiresAt: number;
};

/** Rights of a question that the person allows already. */
export type EarlierConsent = {
  readonly openidScopes: readonly string[];
  readonly resources: Readonly<Record<string, readonly string[]>>;
  readonly detailIds: readonly string[];
  /** When the first of them ends, epoch seconds. */
  readonly until: number;
};

export const CONSENTS = {
  name: 'consents',
  holds: 'one remembered consent',
  prefixes: ['cns'],
  events: ['consent'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'sweeper', once: 'the consent has expired; the registry removes it when its access ends' },
  transfer: 'gives authority',
  indexes: [{ fields: ['account', 'clientId'] }],
  expiresAt: 'expiresAt',
  members: ['account', 'clientId', 'expiresAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

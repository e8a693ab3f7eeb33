import type { Configuration } from '../../config/configuration.ts';
import type { AuditLog } from '../domain/audit/audit-event.ts';
import { type PushKeys, pushKeys } from '../domain/notifications/push-keys.ts';
import { type PushRegistry, pushRegistry } from '../domain/notifications/push-registry.ts';
import type { MasterKey } from '../domain/platform/crypto/master-key.ts';
import type { Clock } from '../domain/ports/clock.ts';
import type { DocumentStore } from '../domain/ports/document-store.ts';
import type { EphemeralStore } from '../domain/ports/ephemeral-store.ts';
import type { Identifiers } from '../domain/ports/identifiers.ts';
import type { TrustedFetch, TrustedPost } from '../domain/ports/trusted-fetch.ts';
import { reaching } from './egress.ts';

/** The sender of messages to push services; undefined without push, or without network access. */
export const pushPost = (
  { isOn }: Configuration['push'],
  trustedFetch: TrustedFetch & Partial<TrustedPost>,
): TrustedPost['post'] | undefined => (isOn ? reaching(trustedFetch, 'pushServices').post : undefined);

export interface PushServices {
  /** The keys that sign messages to push services (VAPID, RFC 8292). */
  readonly keys: PushKeys;
  /** The registered browsers; absent without push. */
  readonly registry: PushRegistry | undefined;
}

/** Our keys for push messages, and the registry of the browsers that receive them. There is no registry without push. */
export const pushServices = (
  { issuer, push }: Configuration,
  deps: {
    readonly documents: DocumentStore;
    readonly ephemeral: EphemeralStore;
    readonly clock: Clock;
    readonly identifiers: Identifiers;
    readonly masterKey: MasterKey;
    readonly audit: AuditLog;
    readonly trustedFetch: TrustedFetch & Partial<TrustedPost>;
    readonly accounts: Parameters<typeof pushRegistry>[0]['accounts'];
  },
): PushServices => {
  const { check } = reaching(deps.trustedFetch, 'pushServices');
  const post = pushPost(push, deps.trustedFetch);
  const contact = push.contact ?? (issuer.startsWith('https:') ? issuer : undefined);
  const keys = pushKeys({ ...deps, ...(contact === undefined ? {} : { contact }) });
  const registry =
    post !== undefined ? pushRegistry({ ...deps, keys, services: push.services, checkUrl: check, post }) : undefined;
  return { keys, registry };
};

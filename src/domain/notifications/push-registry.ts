import type { AuditEvent, AuditLog } from '../audit/audit-event.ts';
import { type MasterKey, openedOrNothing, sealedAnew } from '../platform/crypto/master-key.ts';
import { checkText } from '../platform/display-names/display-text.ts';
import type { By } from '../platform/registries/registered-documents.ts';
import type { Clock } from '../ports/clock.ts';
import { type DocumentStore, everyDocument, LOST, retryLost, tryInsert, update } from '../ports/document-store.ts';
import type { EphemeralStore } from '../ports/ephemeral-store.ts';
import { fetchStatusOf, type TrustedFetch, type TrustedPost } from '../ports/trusted-fetch.ts';
import { type DeliveryAttempt, failureOf } from './delivery-attempt.ts';
import { encryptedFor, isReceiver, type Receiver } from './push-encryption.ts';
import type { PushKey, PushKeys } from './push-keys.ts';
import type { GivenSubscription, MessageIn, PushMessage } from './push-message.ts';
import { pushRefusal } from './push-refusals.ts';
import { isAtService } from './push-services.ts';
import { PUSH_SUBSCRIPTIONS, type PushSubscription, pushSealContext, subscriptionIdOf } from './push-subscription.ts';

/** Why a browser is no longer notified. */
type EndReason =
  | 'person'
  | 'other_person'
  | 'account'
  | 'gone'
  | 'failing'
  | 'not_allowed'
  | 'key_ended'
  | 'not_readable';

/** The browser no longer exists (RFC 8030 §7.3, §8.2). */
const GONE: readonly (number | undefined)[] = [404, 410];

/** Maximum number of browsers of one user. */
export const MOST_SUBSCRIPTIONS = 10;
const TESTS_PER_MINUTE = 5;
const TIMEOUT_MILLISECONDS = 2500;
/** The length of every message, so that no intermediary can distinguish messages by size. */
const MESSAGE_BYTES = 1024;
/** RFC 8030 §5.4: at most 32 characters of base64url. */
const TOPIC_CHARACTERS = 32;

/** The browsers in which users are notified: their registry, and the delivery of messages to one. */
export interface PushRegistry {
  /** Newest first. */
  list(account: string): Promise<readonly PushSubscription[]>;
  /**
   * Subscribes this browser for the account. Ends the subscription of another account in this browser. Throws
   * 'invalid_field'. Throws 'conflict' when the user has the maximum, or when the page is older than a change of the
   * key.
   */
  add(account: string, given: GivenSubscription, by: By): Promise<PushSubscription>;
  /** Throws 'not_found'. */
  remove(account: string, id: string, by: By): Promise<void>;
  /**
   * Sends one message at once and returns the result. Throws 'not_found', and 'too_many_requests' beyond a few in a
   * minute.
   */
  test(account: string, id: string, message: MessageIn, by: By): Promise<DeliveryAttempt>;
  /**
   * Sends a message, if the browser still belongs to this account and the account is active. `over`: the browser is
   * no longer notified. Throws as `TrustedPost.post` does.
   */
  deliver(id: string, account: string, message: MessageIn): Promise<'sent' | 'over'>;
  /** Removes a browser after too long without a successful delivery. Idempotent. */
  drop(id: string): Promise<void>;
  /** Removes the browsers of an account that is disabled; does nothing for any other. */
  leave(account: string, by: By): Promise<void>;
  /** Reseals everything with the first master key, so that the other key can be removed. */
  sealAnew(): Promise<void>;
}

export const pushRegistry = (deps: {
  readonly documents: DocumentStore;
  readonly ephemeral: Pick<EphemeralStore, 'count'>;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly masterKey: MasterKey;
  readonly keys: PushKeys;
  /** Hosts of push services, some with `*.` before them. */
  readonly services: readonly string[];
  readonly checkUrl: TrustedFetch['check'];
  readonly post: TrustedPost['post'];
  /** Disabled and killed ones are not active. */
  readonly accounts: { get(id: string): Promise<{ readonly document: { readonly state: string } } | undefined> };
}): PushRegistry => {
  const { documents, ephemeral, audit, clock, masterKey, keys, services, checkUrl, post, accounts } = deps;
  const subscriptions = documents.collection<PushSubscription>(PUSH_SUBSCRIPTIONS);

  const record = (
    type: AuditEvent['type'],
    { id, account }: PushSubscription,
    by: By,
    more: Partial<AuditEvent> = {},
  ) =>
    audit.append({
      type,
      outcome: 'done',
      subject: account,
      caller: by.caller,
      target: { kind: 'push_subscription', id },
      ...(by.request === undefined ? {} : { request: by.request }),
      ...(by.source === undefined ? {} : { personal: { source: by.source } }),
      ...more,
    });

  const ended = (subscription: PushSubscription, reason: EndReason, by: By) =>
    record('push.removed', subscription, by, { inputs: { reason } });

  /** Called after its audit event. */
  const end = async (subscription: PushSubscription, reason: EndReason, by: By): Promise<void> => {
    await ended(subscription, reason, by);
    await subscriptions.take(subscription.id);
  };

  const ofAccount = async (account: string): Promise<readonly PushSubscription[]> => {
    const order = { by: 'createdAt', direction: 'descending' } as const;
    const found = await subscriptions.find({ where: { account }, order, limit: 2 * MOST_SUBSCRIPTIONS });
    return found.map(({ document }) => document);
  };

  const own = async (account: string, id: string): Promise<PushSubscription> => {
    const found = (await subscriptions.get(id))?.document;
    if (found?.account !== account) throw pushRefusal('push_browser_not_found');
    return found;
  };

  const checked = async (given: GivenSubscription): Promise<PushKey> => {
    checkText(given.name, '/name', 60);
    if (checkUrl(given.endpoint) !== undefined || !isAtService(given.endpoint, services)) {
      throw pushRefusal('push_service_unsupported', { field: '/endpoint' });
    }
    if (!isReceiver(given)) throw pushRefusal('push_keys_missing', { field: '/p256dh' });
    const key = await keys.current();
    // The browser would accept no message signed with another key.
    if (key.publicKey !== given.applicationServerKey) {
      throw pushRefusal('push_page_stale');
    }
    return key;
  };

  const isActive = async (account: string): Promise<boolean> =>
    (await accounts.get(account))?.document.state === 'active';

  /** The address and keys for a message, or the reason why the browser can receive none. */
  const addressed = async (subscription: PushSubscription) => {
    const opened = openedOrNothing(masterKey, pushSealContext(subscription), subscription.sealed);
    if (opened === undefined) return 'not_readable';
    const { endpoint, ...receiver } = JSON.parse(opened) as Receiver & { readonly endpoint: string };
    if (!isAtService(endpoint, services)) return 'not_allowed';
    const authorization = await keys.authorization(subscription.key, endpoint);
    return authorization === undefined ? 'key_ended' : { endpoint, receiver, authorization };
  };

  /**
   * Sends a message. Removes a browser that can receive no further messages, and returns the reason. Throws as
   * `TrustedPost.post` does.
   */
  const send = async (subscription: PushSubscription, message: PushMessage): Promise<'sent' | EndReason> => {
    const to = await addressed(subscription);
    if (typeof to === 'string') {
      await end(subscription, to, SYSTEM);
      return to;
    }
    try {
      await post({
        url: to.endpoint,
        purpose: 'push',
        body: encryptedFor(to.receiver, message.text, MESSAGE_BYTES),
        authorization: to.authorization,
        headers: {
          'content-encoding': 'aes128gcm',
          ttl: String(message.ttlSeconds),
          urgency: message.urgency,
          topic: masterKey.digest('push_topic', subscription.id, message.topic).slice(0, TOPIC_CHARACTERS),
        },
        timeoutMilliseconds: TIMEOUT_MILLISECONDS,
      });
    } catch (error) {
      if (!GONE.includes(fetchStatusOf(error))) throw error;
      await end(subscription, 'gone', SYSTEM);
      return 'gone';
    }
    const lastSuccessAt = clock.now();
    await update(subscriptions, subscription.id, (now) =>
      now.account === subscription.account ? { ...now, lastSuccessAt } : undefined,
    );
    return 'sent';
  };

  return {
    list: ofAccount,

    async add(account, given, by): Promise<PushSubscription> {
      const key = await checked(given);
      const { name, language, endpoint, p256dh, auth } = given;
      const id = subscriptionIdOf(endpoint);
      const others = (await ofAccount(account)).filter((one) => one.id !== id);
      if (others.length >= MOST_SUBSCRIPTIONS) {
        throw pushRefusal('push_browsers_exceeded');
      }
      const sealed = masterKey.seal(pushSealContext({ id, account }), JSON.stringify({ endpoint, p256dh, auth }));
      const subscription = { id, account, name, language, sealed, key: key.id, createdAt: clock.now() };
      await record('push.added', subscription, by);
      return retryLost(id, async () => {
        const found = await subscriptions.get(id);
        if (found === undefined) return (await tryInsert(subscriptions, subscription)) ? subscription : LOST;
        if (found.document.account !== account) await ended(found.document, 'other_person', by);
        return (await subscriptions.replace(subscription, found.version)) ? subscription : LOST;
      });
    },

    async remove(account, id, by): Promise<void> {
      await end(await own(account, id), 'person', by);
    },

    async test(account, id, message, by): Promise<DeliveryAttempt> {
      const subscription = await own(account, id);
      if ((await ephemeral.count(`push_tests:${account}`, 60)) > TESTS_PER_MINUTE) {
        throw pushRefusal('push_test_too_soon', { retryAfterSeconds: 60 });
      }
      const failure = await failureOf(async () => {
        const done = await send(subscription, message(subscription.language));
        return done === 'sent' ? undefined : done;
      });
      await record('push.tested', subscription, by, {
        outcome: failure === undefined ? 'done' : 'refused',
        ...(failure === undefined ? {} : { inputs: { reason: failure } }),
      });
      return failure === undefined ? { isSent: true } : { isSent: false, failure };
    },

    async deliver(id, account, message): Promise<'sent' | 'over'> {
      const subscription = (await subscriptions.get(id))?.document;
      if (subscription?.account !== account || !(await isActive(account))) return 'over';
      return (await send(subscription, message(subscription.language))) === 'sent' ? 'sent' : 'over';
    },

    async drop(id): Promise<void> {
      const found = (await subscriptions.get(id))?.document;
      if (found) await end(found, 'failing', SYSTEM);
    },

    async leave(account, by): Promise<void> {
      if (await isActive(account)) return;
      for (const one of await ofAccount(account)) await end(one, 'account', by);
    },

    async sealAnew(): Promise<void> {
      for await (const document of everyDocument(subscriptions, { limit: 1000 })) {
        const sealed = sealedAnew(masterKey, pushSealContext(document), document.sealed);
        if (sealed === undefined) continue;
        await update(subscriptions, document.id, (now) =>
          now.sealed === document.sealed ? { ...now, sealed } : undefined,
        );
      }
    },
  };
};

/** Answers whether any browser is subscribed. Reads the store each time. */
export const isPushUsed = ({ documents }: { readonly documents: DocumentStore }): (() => Promise<boolean>) => {
  const subscriptions = documents.collection<PushSubscription>(PUSH_SUBSCRIPTIONS);
  return async () => (await subscriptions.find({ limit: 1 })).length > 0;
};

const SYSTEM: By = { caller: 'system' };

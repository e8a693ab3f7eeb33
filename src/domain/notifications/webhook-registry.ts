import type { AuditLog } from '../audit/audit-event.ts';
import { type MasterKey, openedOrNothing, sealedAnew } from '../platform/crypto/master-key.ts';
import { checkText } from '../platform/display-names/display-text.ts';
import { DELIVERY_QUEUES, type DeliveryQueue, messageId } from '../platform/outbox/delivery.ts';
import {
  type By,
  type Page,
  type PageQuery,
  registeredDocuments,
} from '../platform/registries/registered-documents.ts';
import type { Clock } from '../ports/clock.ts';
import { type DocumentStore, update, type Versioned } from '../ports/document-store.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { TrustedFetch, TrustedPost } from '../ports/trusted-fetch.ts';
import { type DeliveryAttempt, failureOf } from './delivery-attempt.ts';
import { NOTIFICATION_KIND_NAMES, type NotificationKind } from './notification-kinds.ts';
import { notificationRefusal } from './notification-refusals.ts';
import { OLDEST_FIRST, WEBHOOKS, type Webhook, type WebhookSecret } from './webhook.ts';
import { bareBody } from './webhook-body.ts';
import { isEcho } from './webhook-challenge.ts';
import type { NewWebhook, WebhookChange, WebhookHealth } from './webhook-input.ts';
import { signedHeaders, writtenSecret } from './webhook-signature.ts';

/** Maximum number of endpoints: each is examined for every notification. */
const MOST_WEBHOOKS = 100;
/** How long the former secret also signs. */
const OVERLAP_SECONDS = 86_400;
const TIMEOUT_MILLISECONDS = 2500;
const FORGET_SECONDS = 7 * 86_400;

/**
 * The registry of endpoints: their members, their secrets, and the proof that the caller controls the endpoint
 * (WH-06).
 */
export interface WebhookRegistry {
  /** Reads one endpoint with its version. Undefined when there is none. */
  get(id: string): Promise<Versioned<Webhook> | undefined>;
  /** One page of endpoints, newest first. */
  list(query?: PageQuery): Promise<Page<Webhook>>;
  /** The endpoints that subscribe to a kind. */
  listening(kind: NotificationKind): Promise<readonly Webhook[]>;
  /** The active endpoint with exactly this URL for access requests of a resource server. */
  callbackAt(resourceServer: string, url: string): Promise<Webhook | undefined>;
  /** The state of the queue of an endpoint. For an unknown endpoint: that of an empty queue. */
  health(id: string): Promise<WebhookHealth>;
  /**
   * Creates an endpoint, which receives nothing until it is proven. Throws 'invalid_field', and 'conflict' when there
   * are too many.
   */
  create(given: NewWebhook, by: By): Promise<{ readonly made: Versioned<Webhook>; readonly secret: string }>;
  /** Changes an endpoint. A new URL must be proven again. Throws 'not_found', 'precondition_failed', 'invalid_field'. */
  update(id: string, expected: number, change: WebhookChange, by: By): Promise<Versioned<Webhook>>;
  /**
   * Sends a challenge, signed like every message, that must come back as `{"challenge": …}`. The response proves that
   * the receiver wants messages and has the secret in place. The endpoint is then active, even if it had been
   * stopped. Throws 'not_found', and 'conflict' when the challenge did not come back.
   */
  prove(id: string, by: By): Promise<Versioned<Webhook>>;
  /** Sends a test message at once, without retries. Throws 'not_found', and 'conflict' when the endpoint is not proven. */
  test(id: string, by: By): Promise<DeliveryAttempt>;
  /** Stops an endpoint: nothing is sent to it or stored for it until it is proven again. Idempotent. */
  stop(id: string, by: By): Promise<Versioned<Webhook>>;
  /** Stops an endpoint on behalf of the server, after too long without a successful delivery. */
  stopFor(id: string, reason: 'failing' | 'gone' | 'queue_full'): Promise<void>;
  /** Creates a new secret; the previous one also signs for a day. An older one ends at once. Throws 'not_found'. */
  rotateSecret(id: string, by: By): Promise<{ readonly changed: Versioned<Webhook>; readonly secret: string }>;
  /** Throws 'not_found'. */
  remove(id: string, by: By): Promise<void>;
  /** Sends a message, if the endpoint exists and is active. Throws as `TrustedPost.post` does. */
  deliver(id: string, message: { readonly id: string; readonly body: string }): Promise<'sent' | 'not_active'>;
  /** Reseals every secret with the first master key, so that the other key can be removed. */
  sealAnew(): Promise<void>;
}

export const webhookRegistry = (deps: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly masterKey: MasterKey;
  readonly checkUrl: TrustedFetch['check'];
  readonly post: TrustedPost['post'];
  readonly owners: { isActive(owner: string): Promise<boolean> };
  readonly resourceServers: { get(id: string): Promise<{ readonly document: { readonly state: string } } | undefined> };
}): WebhookRegistry => {
  const { documents, audit, clock, identifiers, masterKey, checkUrl, post, owners, resourceServers } = deps;
  const collection = documents.collection<Webhook>(WEBHOOKS);
  const queues = documents.collection<DeliveryQueue>(DELIVERY_QUEUES);
  const documentsOf = registeredDocuments<Webhook>({ collection, kind: 'webhook', audit, clock });

  const checked = async (
    given: NewWebhook,
  ): Promise<Pick<Webhook, 'name' | 'url' | 'kinds' | 'owner' | 'resourceServer'>> => {
    const { name, url, kinds, owner, resourceServer } = given;
    checkText(name, '/name', 100);
    if (checkUrl(url) !== undefined) {
      throw notificationRefusal('webhook_url_malformed', { field: '/url' });
    }
    if (kinds.length === 0 && resourceServer === undefined) {
      throw notificationRefusal('webhook_kinds_missing', { field: '/kinds' });
    }
    if (!kinds.every(isKind)) {
      const params = { kinds: NOTIFICATION_KIND_NAMES.join(', ') };
      throw notificationRefusal('webhook_kinds_unknown', { field: '/kinds', params });
    }
    if (owner !== undefined && !(await owners.isActive(owner))) {
      throw notificationRefusal('webhook_owner_unknown', { field: '/owner' });
    }
    if (resourceServer !== undefined && (await resourceServers.get(resourceServer))?.document.state !== 'active') {
      throw notificationRefusal('webhook_server_unknown', { field: '/resource_server' });
    }
    return {
      name,
      url,
      kinds: NOTIFICATION_KIND_NAMES.filter((kind) => kinds.includes(kind)),
      ...(owner === undefined ? {} : { owner }),
      ...(resourceServer === undefined ? {} : { resourceServer }),
    };
  };

  const newSecret = (webhook: string): { readonly secret: string; readonly stored: WebhookSecret } => {
    const secret = writtenSecret(identifiers.newSecret());
    return { secret, stored: { sealed: masterKey.seal(contextOf(webhook), secret), createdAt: clock.now() } };
  };

  /** The secrets that sign now. Throws an Error when none can be read. */
  const secretsOf = ({ id, secrets }: Webhook): readonly string[] => {
    const opened = secrets
      .filter(({ endsAt }) => endsAt === undefined || endsAt > clock.now())
      .map(({ sealed }) => openedOrNothing(masterKey, contextOf(id), sealed))
      .filter((secret) => secret !== undefined);
    if (opened.length === 0) throw new Error(`no secret of ${id} can be read`);
    return opened;
  };

  /** Sends a message once, and returns the body of the response. Throws as `TrustedPost.post` does. */
  const send = (webhook: Webhook, message: { readonly id: string; readonly body: string }, isAnswered = false) =>
    post({
      url: webhook.url,
      purpose: isAnswered ? 'webhook_challenge' : 'webhook',
      body: message.body,
      headers: signedHeaders(message, clock.now(), secretsOf(webhook)),
      timeoutMilliseconds: TIMEOUT_MILLISECONDS,
    });

  const newMessageId = (): string => messageId(clock.nowMillis(), identifiers.newSecret());

  const switched = async (id: string, by: By, reason?: string): Promise<Versioned<Webhook>> =>
    documentsOf.change(
      id,
      undefined,
      'webhook.stopped',
      by,
      (webhook) => ({ ...webhook, state: 'stopped' }),
      reason === undefined ? undefined : { inputs: { reason } },
    );

  return {
    get: (id): Promise<Versioned<Webhook> | undefined> => collection.get(id),

    list: (query = {}): Promise<Page<Webhook>> => documentsOf.list({}, query),

    async listening(kind): Promise<readonly Webhook[]> {
      const found = await collection.find({ where: { kinds: kind }, order: OLDEST_FIRST, limit: MOST_WEBHOOKS });
      return found.map(({ document }) => document).filter(({ state }) => state === 'active');
    },

    async callbackAt(resourceServer, url): Promise<Webhook | undefined> {
      const all = (await collection.find({ limit: MOST_WEBHOOKS })).map(({ document }) => document);
      return all.find((one) => one.state === 'active' && one.resourceServer === resourceServer && one.url === url);
    },

    async health(id): Promise<WebhookHealth> {
      return (await queues.get(id))?.document ?? { failures: 0 };
    },

    async create(given, by): Promise<{ readonly made: Versioned<Webhook>; readonly secret: string }> {
      const facts = await checked(given);
      if ((await collection.find({ limit: MOST_WEBHOOKS })).length === MOST_WEBHOOKS) {
        throw notificationRefusal('webhooks_exceeded', { params: { most: MOST_WEBHOOKS } });
      }
      const now = clock.now();
      const id = identifiers.newId('whk');
      const { secret, stored } = newSecret(id);
      const webhook: Webhook = { id, ...facts, state: 'unproven', secrets: [stored], createdAt: now, updatedAt: now };
      return { made: await documentsOf.insert(webhook, 'webhook.created', by), secret };
    },

    update: (id, expected, change, by): Promise<Versioned<Webhook>> =>
      documentsOf.change(id, expected, 'webhook.updated', by, async (webhook) => {
        const { owner: held, resourceServer: of, ...rest } = webhook;
        const owner = change.owner === undefined ? held : (change.owner ?? undefined);
        const resourceServer = change.resourceServer === undefined ? of : (change.resourceServer ?? undefined);
        const { name = rest.name, url = rest.url, kinds = rest.kinds } = change;
        const facts = await checked({
          name,
          url,
          kinds,
          ...(owner === undefined ? {} : { owner }),
          ...(resourceServer === undefined ? {} : { resourceServer }),
        });
        return { ...rest, ...facts, ...(url === rest.url ? {} : { state: 'unproven' }) };
      }),

    async prove(id, by): Promise<Versioned<Webhook>> {
      const found = await documentsOf.found(id);
      const challenge = identifiers.newSecret();
      const body = bareBody('webhook.challenge', clock.now(), { challenge });
      const failure = await failureOf(async () => {
        const answered = await send(found.document, { id: newMessageId(), body }, true);
        return isEcho(answered, challenge) ? undefined : 'challenge_not_returned';
      });
      if (failure !== undefined) {
        await audit.append({
          type: 'webhook.verification_failed',
          outcome: 'refused',
          caller: by.caller,
          target: { kind: 'webhook', id },
          error: 'conflict',
          inputs: { reason: failure },
          ...(by.request === undefined ? {} : { request: by.request }),
        });
        throw notificationRefusal('webhook_challenge_failed', { params: { failure } });
      }
      const proven = await documentsOf.change(id, undefined, 'webhook.verified', by, (webhook) => {
        if (webhook.url !== found.document.url) throw notificationRefusal('webhook_url_changed');
        return { ...webhook, state: 'active' };
      });
      await update(queues, id, ({ failingSince: _, ...queue }) => ({ ...queue, failures: 0 }));
      return proven;
    },

    async test(id, by): Promise<DeliveryAttempt> {
      const { document } = await documentsOf.found(id);
      if (document.state === 'unproven') throw notificationRefusal('webhook_unproven');
      const body = bareBody('webhook.test', clock.now(), { webhook: id });
      const failure = await failureOf(async () => {
        await send(document, { id: newMessageId(), body });
        return undefined;
      });
      await audit.append({
        type: 'webhook.tested',
        outcome: failure === undefined ? 'done' : 'refused',
        caller: by.caller,
        target: { kind: 'webhook', id },
        ...(failure === undefined ? {} : { inputs: { reason: failure } }),
        ...(by.request === undefined ? {} : { request: by.request }),
      });
      return failure === undefined ? { isSent: true } : { isSent: false, failure };
    },

    stop: (id, by): Promise<Versioned<Webhook>> => switched(id, by),

    async stopFor(id, reason): Promise<void> {
      if ((await collection.get(id))?.document.state === 'active') await switched(id, { caller: 'system' }, reason);
    },

    async rotateSecret(id, by): Promise<{ readonly changed: Versioned<Webhook>; readonly secret: string }> {
      const { secret, stored } = newSecret(id);
      const endsAt = clock.now() + OVERLAP_SECONDS;
      const changed = await documentsOf.change(id, undefined, 'webhook.secret_rotated', by, (webhook) => {
        const [former] = webhook.secrets;
        return { ...webhook, secrets: [stored, ...(former ? [{ ...former, endsAt }] : [])] };
      });
      return { changed, secret };
    },

    async remove(id, by): Promise<void> {
      await documentsOf.remove(id, 'webhook.removed', by);
      // Waiting messages become dead letters before the queue is removed.
      await update(queues, id, (queue) => ({ ...queue, forgetAt: clock.now() + FORGET_SECONDS }));
    },

    async deliver(id, message): Promise<'sent' | 'not_active'> {
      const webhook = (await collection.get(id))?.document;
      if (webhook?.state !== 'active') return 'not_active';
      await send(webhook, message);
      return 'sent';
    },

    async sealAnew(): Promise<void> {
      for (const { document } of await collection.find({ limit: MOST_WEBHOOKS })) {
        const context = contextOf(document.id);
        const anew = ({ sealed, ...rest }: WebhookSecret): WebhookSecret => ({
          ...rest,
          sealed: sealedAnew(masterKey, context, sealed) ?? sealed,
        });
        await update(collection, document.id, (now) => ({ ...now, secrets: now.secrets.map(anew) }));
      }
    },
  };
};

const contextOf = (id: string): string => `webhook/${id}`;

const isKind = (kind: string): kind is NotificationKind =>
  (NOTIFICATION_KIND_NAMES as readonly string[]).includes(kind);

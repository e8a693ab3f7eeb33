import type { DeadLetters } from '../../domain/notifications/dead-letters.ts';
import type { Webhook } from '../../domain/notifications/webhook.ts';
import type { NewWebhook, WebhookChange } from '../../domain/notifications/webhook-input.ts';
import type { WebhookRegistry } from '../../domain/notifications/webhook-registry.ts';
import type { Delivery } from '../../domain/platform/outbox/delivery.ts';
import type { Versioned } from '../../domain/ports/document-store.ts';
import { type Answer, existing, type Handlers, objectAnswer, pageAnswer, pageOf, sameVersion } from './call.ts';
import type { JsonObject } from './json-body.ts';
import { toWire } from './representations.ts';

type Operations =
  | 'createWebhook'
  | 'listWebhooks'
  | 'getWebhook'
  | 'updateWebhook'
  | 'verifyWebhook'
  | 'testWebhook'
  | 'stopWebhook'
  | 'rotateWebhookSecret'
  | 'removeWebhook'
  | 'listDeadLetters'
  | 'retryDeadLetter';

export type NotificationServices = { readonly webhooks: WebhookRegistry; readonly deadLetters: DeadLetters };

export const webhookHandlers = ({ webhooks, deadLetters }: NotificationServices): Handlers<Operations> => {
  const shown = async ({ secrets, ...webhook }: Webhook): Promise<JsonObject> => {
    const { failingSince, lastFailure, lastFailureAt, lastSuccessAt } = await webhooks.health(webhook.id);
    const formerSecretUntil = secrets.find(({ endsAt }) => endsAt !== undefined)?.endsAt;
    const health = { formerSecretUntil, failingSince, lastFailure, lastFailureAt, lastSuccessAt };
    return toWire({ ...webhook, ...health });
  };
  const answer = async (found: Versioned<Webhook>, more: JsonObject = {}): Promise<Answer> => {
    const body = await shown(found.document);
    return objectAnswer(found, () => ({ ...body, ...more }));
  };

  return {
    async createWebhook({ body, by }) {
      const { made, secret } = await webhooks.create(body as unknown as NewWebhook, by);
      return answer(made, { secret });
    },

    async listWebhooks(call) {
      const { items, ...page } = await webhooks.list(pageOf(call));
      const all = await Promise.all(
        items.map(async ({ document }) => ({ id: document.id, ...(await shown(document)) })),
      );
      return pageAnswer({ ...page, items: all.map((document) => ({ document, version: 1 })) }, (one) => one);
    },

    getWebhook: async ({ id }) => answer(existing(await webhooks.get(id))),

    async updateWebhook(call) {
      sameVersion(existing(await webhooks.get(call.id)), call);
      return answer(await webhooks.update(call.id, call.version, call.body as WebhookChange, call.by));
    },

    verifyWebhook: async ({ id, by }) => answer(await webhooks.prove(id, by)),

    async testWebhook({ id, by }) {
      const { isSent, failure } = await webhooks.test(id, by);
      return { body: { sent: isSent, ...(failure === undefined ? {} : { failure }) } };
    },

    stopWebhook: async ({ id, by }) => answer(await webhooks.stop(id, by)),

    async rotateWebhookSecret({ id, by }) {
      const { changed, secret } = await webhooks.rotateSecret(id, by);
      return answer(changed, { secret });
    },

    async removeWebhook({ id, by }) {
      await webhooks.remove(id, by);
      return {};
    },

    listDeadLetters: async (call) => pageAnswer(await deadLetters.list(pageOf(call)), showDeadLetter),

    async retryDeadLetter({ id, by }) {
      await deadLetters.retry(id, by);
      return {};
    },
  };
};

/** Without its body, which may hold data for its recipient only. */
const showDeadLetter = ({ id, channel, to, kind, attempts, failure, createdAt, forgetAt }: Delivery): JsonObject =>
  toWire({ id, channel, to, kind, attempts, failure, createdAt, forgetAt });

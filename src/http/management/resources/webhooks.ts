/** Resource: endpoints of webhooks. */

import { NOTIFICATION_KIND_NAMES, ruleOf } from '../../../domain/notifications/notification-kinds.ts';
import type { Webhook } from '../../../domain/notifications/webhook.ts';
import type { WebhookRegistry } from '../../../domain/notifications/webhook-registry.ts';
import type { Versioned } from '../../../domain/ports/document-store.ts';
import { existing, objectAnswer, orderOf, pageAnswer, pageOf, sameVersion } from '../call.ts';
import { type Handlers, resource } from '../resource.ts';
import { about, ORDER, PAGE, scopes } from '../route.ts';
import { named } from '../schema.ts';
import {
  change,
  flag,
  identified,
  input,
  list,
  nullable,
  oneOf,
  output,
  page,
  RECORD,
  seconds,
  string,
  text,
} from '../schema-parts.ts';
import { toWire } from '../wire-names.ts';

const KIND = oneOf(
  NOTIFICATION_KIND_NAMES.map((kind) => `${kind}: ${ruleOf(kind).says}`).join(' '),
  NOTIFICATION_KIND_NAMES,
);

const CHANGEABLE = {
  name: text('Name to show.', 100),
  url: text('https URL of a public host, or of one in egress.internalHosts.webhooks.', 2048),
  kinds: list('Kinds of notifications to send to the endpoint.', 64, KIND),
};

const OWNER = text('Send only notifications about agents of this account or group.', 100);

const SERVER = text(
  'Resource server (rs_…) whose access requests may name the URL as their callback. Then `kinds` may be empty.',
  100,
);

const NEW_WEBHOOK = named(
  'NewWebhook',
  input({ ...CHANGEABLE, owner: OWNER, resource_server: SERVER }, ['name', 'url', 'kinds']),
);

const WEBHOOK_CHANGE = named(
  'WebhookChange',
  change({ ...CHANGEABLE, owner: nullable(OWNER), resource_server: nullable(SERVER) }),
);

const WEBHOOK_MEMBERS = {
  ...identified('Begins with whk_.'),
  ...CHANGEABLE,
  owner: OWNER,
  resource_server: SERVER,
  state: oneOf(
    'Only an active endpoint receives notifications. An unproven endpoint has not yet returned a challenge.',
    ['unproven', 'active', 'stopped'],
  ),
  former_secret_until: seconds('Until then the server also signs messages with the previous secret.'),
  last_success_at: seconds('When the last delivery succeeded.'),
  last_failure_at: seconds('When the last delivery failed.'),
  last_failure: string('Why.'),
  failing_since: seconds('Since when all deliveries have failed.'),
  ...RECORD,
};

const OPTIONAL = [
  'owner',
  'resource_server',
  'former_secret_until',
  'last_success_at',
  'last_failure_at',
  'last_failure',
  'failing_since',
] as const;

const WEBHOOK = named('Webhook', output(WEBHOOK_MEMBERS, OPTIONAL));

const WEBHOOK_WITH_SECRET = named(
  'WebhookWithSecret',
  output({ ...WEBHOOK_MEMBERS, secret: string('Begins with whsec_. Shown this once.') }, OPTIONAL),
);

const WEBHOOK_PAGE = page(WEBHOOK);

const WEBHOOK_TEST = named(
  'WebhookTest',
  output(
    {
      sent: flag('Whether the delivery succeeded.'),
      failure: string('Why the delivery failed.'),
    },
    ['failure'],
  ),
);

export const WEBHOOK_SCOPES = scopes('webhooks', {
  read: ['See which systems receive notifications', 'low'],
  write: ['Decide which systems receive notifications', 'high'],
});

const make = about('webhooks', WEBHOOK_SCOPES);

const routes = {
  createWebhook: make.create(
    '/webhooks',
    NEW_WEBHOOK,
    WEBHOOK_WITH_SECRET,
    'Register an endpoint. The response holds its secret. The endpoint receives no notifications until it is verified',
  ),
  listWebhooks: make.read('/webhooks', WEBHOOK_PAGE, 'List endpoints, newest first unless `sort` says otherwise', {
    query: {
      ...PAGE,
      sort: { ...oneOf('Sort key.', ['created', 'name']), default: 'created' },
      order: ORDER,
    },
  }),
  getWebhook: make.read('/webhooks/{id}', WEBHOOK, 'Read an endpoint and its recent deliveries'),
  updateWebhook: make.change(
    '/webhooks/{id}',
    WEBHOOK_CHANGE,
    WEBHOOK,
    'Change an endpoint. A new URL has to be verified again',
  ),
  verifyWebhook: make.act(
    '/webhooks/{id}/verify',
    WEBHOOK,
    'Send the endpoint a challenge that it has to return. Then it is active, even if it was stopped before',
  ),
  testWebhook: make.act('/webhooks/{id}/test', WEBHOOK_TEST, 'Send the endpoint a test message'),
  stopWebhook: make.act(
    '/webhooks/{id}/stop',
    WEBHOOK,
    'Stop an endpoint. The server sends it nothing and stores nothing for it until it is verified again',
  ),
  rotateWebhookSecret: make.act(
    '/webhooks/{id}/rotate-secret',
    WEBHOOK_WITH_SECRET,
    'Rotate the secret. For a day the server also signs messages with the previous secret',
  ),
  removeWebhook: make.remove('/webhooks/{id}', 'Delete an endpoint'),
};

type Dependencies = {
  readonly notifications: { readonly webhooks: WebhookRegistry };
};

const handlers = ({ notifications: { webhooks } }: Dependencies): Handlers<typeof routes> => {
  const shown = async ({ secrets, ...webhook }: Webhook) => {
    const { failingSince, lastFailure, lastFailureAt, lastSuccessAt } = await webhooks.health(webhook.id);
    const formerSecretUntil = secrets.find(({ endsAt }) => endsAt !== undefined)?.endsAt;
    const health = { formerSecretUntil, failingSince, lastFailure, lastFailureAt, lastSuccessAt };
    return toWire({ ...webhook, ...health });
  };
  const answer = async (found: Versioned<Webhook>) => {
    const body = await shown(found.document);
    return objectAnswer(found, () => body);
  };
  const answerWith = async (found: Versioned<Webhook>, secret: string) => {
    const body = await shown(found.document);
    return objectAnswer(found, () => ({ ...body, secret }));
  };

  return {
    async createWebhook({ body, by }) {
      const { made, secret } = await webhooks.create(body, by);
      return answerWith(made, secret);
    },

    async listWebhooks(call) {
      const order = orderOf(call.query, { created: 'createdAt', name: 'name' });
      const { items, ...page } = await webhooks.list({ ...pageOf(call), ...(order === undefined ? {} : { order }) });
      const all = await Promise.all(items.map(({ document }) => shown(document)));
      return pageAnswer({ ...page, items: all.map((document) => ({ document, version: 1 })) }, (one) => one);
    },

    getWebhook: async ({ id }) => answer(existing(await webhooks.get(id))),

    async updateWebhook(call) {
      sameVersion(existing(await webhooks.get(call.id)), call);
      return answer(await webhooks.update(call.id, call.version, call.body, call.by));
    },

    verifyWebhook: async ({ id, by }) => answer(await webhooks.prove(id, by)),

    async testWebhook({ id, by }) {
      const { isSent, failure } = await webhooks.test(id, by);
      return { body: { sent: isSent, ...(failure === undefined ? {} : { failure }) } };
    },

    stopWebhook: async ({ id, by }) => answer(await webhooks.stop(id, by)),

    async rotateWebhookSecret({ id, by }) {
      const { changed, secret } = await webhooks.rotateSecret(id, by);
      return answerWith(changed, secret);
    },

    async removeWebhook({ id, by }) {
      await webhooks.remove(id, by);
      return {};
    },
  };
};

export const webhooks = resource(routes, handlers);

/** Routes about notifications: endpoints of webhooks, and deliveries that failed. */
import { about, PAGE, type RouteDeclaration } from './route.ts';

const webhooks = about('webhooks', 'webhooks:read', 'webhooks:write');
const letters = about('dead-letters', 'webhooks:read', 'webhooks:write');

export const NOTIFICATION_ROUTES = {
  createWebhook: webhooks.create(
    '/webhooks',
    'NewWebhook',
    'WebhookWithSecret',
    'Register an endpoint. The response holds its secret. The endpoint receives no notifications until it is verified',
  ),
  listWebhooks: webhooks.read('/webhooks', 'WebhookPage', 'List endpoints, newest first', { query: PAGE }),
  getWebhook: webhooks.read('/webhooks/{id}', 'Webhook', 'Read an endpoint and its recent deliveries'),
  updateWebhook: webhooks.change(
    '/webhooks/{id}',
    'WebhookChange',
    'Webhook',
    'Change an endpoint. A new URL has to be verified again',
  ),
  verifyWebhook: webhooks.act(
    '/webhooks/{id}/verify',
    'Webhook',
    'Send the endpoint a challenge that it has to return. Then it is active, even if it was stopped before',
  ),
  testWebhook: webhooks.act('/webhooks/{id}/test', 'WebhookTest', 'Send the endpoint a test message'),
  stopWebhook: webhooks.act(
    '/webhooks/{id}/stop',
    'Webhook',
    'Stop an endpoint. The server sends it nothing and stores nothing for it until it is verified again',
  ),
  rotateWebhookSecret: webhooks.act(
    '/webhooks/{id}/rotate-secret',
    'WebhookWithSecret',
    'Rotate the secret. For a day the server also signs messages with the previous secret',
  ),
  removeWebhook: {
    method: 'DELETE',
    path: '/webhooks/{id}',
    tag: 'webhooks',
    summary: 'Delete an endpoint',
    scope: 'webhooks:write',
    policy: 'administer',
    roles: ['administrator', 'operator'],
    status: 204,
  },
  listDeadLetters: letters.read(
    '/dead-letters',
    'DeadLetterPage',
    'List dead letters: notifications whose delivery was abandoned, newest first',
    {
      query: PAGE,
    },
  ),
  retryDeadLetter: {
    method: 'POST',
    path: '/dead-letters/{id}/retry',
    tag: 'dead-letters',
    summary: 'Deliver a dead letter again, under the same id',
    scope: 'webhooks:write',
    policy: 'administer',
    roles: ['administrator', 'operator'],
    status: 204,
  },
} satisfies Readonly<Record<string, RouteDeclaration>>;

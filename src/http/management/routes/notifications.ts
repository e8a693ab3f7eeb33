/** Routes about notifications: endpoints of webhooks, and deliveries that failed. */
import { about, PAGE, type RouteDeclaration } from './route.ts';

const webhooks = about('webhooks', 'webhooks:read', 'webhooks:write');
const letters = about('dead-letters', 'webhooks:read', 'webhooks:write');

export const NOTIFICATION_ROUTES = {
  createWebhook: webhooks.create(
    '/webhooks',
    'NewWebhook',
    'WebhookWithSecret',
    'Register an endpoint; the answer holds its secret, and it hears of nothing until it was proven',
  ),
  listWebhooks: webhooks.read('/webhooks', 'WebhookPage', 'List endpoints, newest first', { query: PAGE }),
  getWebhook: webhooks.read('/webhooks/{id}', 'Webhook', 'Read an endpoint, and how it answered lately'),
  updateWebhook: webhooks.change(
    '/webhooks/{id}',
    'WebhookChange',
    'Webhook',
    'Change an endpoint; another URL has to be proven anew',
  ),
  verifyWebhook: webhooks.act(
    '/webhooks/{id}/verify',
    'Webhook',
    'Send the endpoint a challenge that it has to return; then it is active, also if it had been stopped',
  ),
  testWebhook: webhooks.act('/webhooks/{id}/test', 'WebhookTest', 'Send the endpoint a message that tells of nothing'),
  stopWebhook: webhooks.act(
    '/webhooks/{id}/stop',
    'Webhook',
    'Send the endpoint nothing more, and keep nothing for it, until it is proven again',
  ),
  rotateWebhookSecret: webhooks.act(
    '/webhooks/{id}/rotate-secret',
    'WebhookWithSecret',
    'Make a new secret; for a day messages are signed with the former one as well',
  ),
  removeWebhook: {
    method: 'DELETE',
    path: '/webhooks/{id}',
    tag: 'webhooks',
    summary: 'Remove an endpoint',
    scope: 'webhooks:write',
    policy: 'administer',
    roles: ['administrator', 'operator'],
    status: 204,
  },
  listDeadLetters: letters.read(
    '/dead-letters',
    'DeadLetterPage',
    'List notifications that were given up, newest first',
    {
      query: PAGE,
    },
  ),
  retryDeadLetter: {
    method: 'POST',
    path: '/dead-letters/{id}/retry',
    tag: 'dead-letters',
    summary: 'Deliver a notification that was given up all the same, under the same id',
    scope: 'webhooks:write',
    policy: 'administer',
    roles: ['administrator', 'operator'],
    status: 204,
  },
} satisfies Readonly<Record<string, RouteDeclaration>>;

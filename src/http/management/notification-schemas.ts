/** Schemas of webhooks and dead letters; see schemas.ts. */
import { NOTIFICATION_KIND_NAMES, ruleOf } from '../../domain/notifications/notification-kinds.ts';
import {
  change,
  flag,
  identified,
  input,
  type JsonSchema,
  list,
  nullable,
  oneOf,
  output,
  type Properties,
  page,
  RECORD,
  seconds,
  text,
} from './schema-parts.ts';

const KIND = oneOf(
  NOTIFICATION_KIND_NAMES.map((kind) => `${kind}: ${ruleOf(kind).says}`).join(' '),
  NOTIFICATION_KIND_NAMES,
);

const CHANGEABLE: Properties = {
  name: text('Name to show.', 100),
  url: text('https URL of a public host, or of one in egress.internalHosts.webhooks.', 2048),
  kinds: list('Kinds of notifications to send to the endpoint.', 64, KIND),
};
const SERVER = text(
  'Resource server (rs_…) whose access requests may name the URL as their callback. Then `kinds` may be empty.',
  100,
);
const OWNER = text('Send only notifications about agents of this account or group.', 100);
const WEBHOOK: Properties = {
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
  last_failure: { type: 'string', description: 'Why.' },
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
];

export const NOTIFICATION_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  NewWebhook: input({ ...CHANGEABLE, owner: OWNER, resource_server: SERVER }, ['name', 'url', 'kinds']),
  WebhookChange: change({ ...CHANGEABLE, owner: nullable(OWNER), resource_server: nullable(SERVER) }),
  Webhook: output(WEBHOOK, OPTIONAL),
  WebhookWithSecret: output(
    { ...WEBHOOK, secret: { type: 'string', description: 'Begins with whsec_. Shown this once.' } },
    OPTIONAL,
  ),
  WebhookPage: page('Webhook'),
  WebhookTest: output(
    {
      sent: flag('Whether the delivery succeeded.'),
      failure: { type: 'string', description: 'Why the delivery failed.' },
    },
    ['failure'],
  ),
  DeadLetter: output({
    ...identified('`webhook-id` of the message, or the left part of the Message-ID of a mail.'),
    channel: oneOf('How it was sent.', ['mail', 'webhook', 'push', 'app']),
    to: { type: 'string', description: 'Recipient: endpoint, account or browser.' },
    kind: { type: 'string', description: 'Kind of the notification.' },
    attempts: { type: 'integer', description: 'Number of delivery attempts.' },
    failure: { type: 'string', description: 'Why the last attempt failed.' },
    created_at: seconds('When the first delivery was due.'),
    forget_at: seconds('Until when it can be delivered again.'),
  }),
  DeadLetterPage: page('DeadLetter'),
};

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
  kinds: list('What it hears of.', 64, KIND),
};
const SERVER = text(
  'Resource server (rs_…) whose access requests may name the URL as their callback; then it may hear of no kind.',
  100,
);
const OWNER = text('Hears only of agents of this account or group.', 100);
const WEBHOOK: Properties = {
  ...identified('Begins with whk_.'),
  ...CHANGEABLE,
  owner: OWNER,
  resource_server: SERVER,
  state: oneOf('Only an active one is sent notifications; an unproven one has not yet returned a challenge.', [
    'unproven',
    'active',
    'stopped',
  ]),
  former_secret_until: seconds('Until then messages are signed with the former secret as well.'),
  last_success_at: seconds('When a notification got there last.'),
  last_failure_at: seconds('When one did not get there last.'),
  last_failure: { type: 'string', description: 'Why.' },
  failing_since: seconds('Since when nothing has got there.'),
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
  WebhookTest: output({ sent: flag('Whether it got there.'), failure: { type: 'string', description: 'Why not.' } }, [
    'failure',
  ]),
  DeadLetter: output({
    ...identified('`webhook-id` of the message, or the left part of the Message-ID of a mail.'),
    channel: oneOf('How it was sent.', ['mail', 'webhook', 'push', 'app']),
    to: { type: 'string', description: 'Endpoint, account or browser it was for.' },
    kind: { type: 'string', description: 'What it tells of.' },
    attempts: { type: 'integer', description: 'How often it was tried.' },
    failure: { type: 'string', description: 'Why the last try failed.' },
    created_at: seconds('When it was first to be sent.'),
    forget_at: seconds('Until then it can be tried again.'),
  }),
  DeadLetterPage: page('DeadLetter'),
};

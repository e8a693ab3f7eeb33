/** Resource: notifications whose delivery was abandoned. */

import type { DeadLetters } from '../../../domain/notifications/dead-letters.ts';
import type { DeadLetter } from '../../../domain/platform/outbox/delivery.ts';
import { pageAnswer, pageOf } from '../call.ts';
import { type Handlers, resource } from '../resource.ts';
import { about, PAGE, route } from '../route.ts';
import { named } from '../schema.ts';
import {
  arrayOf,
  flag,
  identified,
  input,
  integer,
  oneOf,
  output,
  page,
  seconds,
  string,
  text,
} from '../schema-parts.ts';
import { show } from '../wire-names.ts';
import { WEBHOOK_SCOPES } from './webhooks.ts';

const DEAD_LETTER = named(
  'DeadLetter',
  output(
    {
      ...identified('`webhook-id` of the message, or the left part of the Message-ID of a mail.'),
      channel: oneOf('How it was sent.', ['mail', 'webhook', 'push', 'app']),
      to: string('Recipient: endpoint, account or browser.'),
      kind: string('Kind of the notification.'),
      attempts: integer('Number of delivery attempts.'),
      failure: string('Why the last attempt failed.'),
      failure_status: integer('HTTP status that the recipient answered to it.'),
      history: arrayOf(
        output(
          {
            at: seconds('When it was tried.'),
            failure: string('Why it failed.'),
            status: integer('HTTP status that the recipient answered.'),
          },
          ['status'],
        ),
        'Its failed attempts, oldest first, 40 at most; also those before it was delivered again.',
      ),
      created_at: seconds('When the first delivery was due.'),
      forget_at: seconds('Until when it can be delivered again.'),
    },
    ['failure_status'],
  ),
);

const DEAD_LETTER_PAGE = page(DEAD_LETTER);

const RETRY_ALL = named(
  'RetryDeadLetters',
  input({ to: text('Only those for this recipient: an endpoint, account, browser or client.', 100) }),
);

const RETRIED = named(
  'RetriedDeadLetters',
  output({
    retried: integer('How many are delivered again: 500 at most.'),
    kept: integer('How many stay: mails whose link has expired.'),
    more: flag('Whether there are others, which the same call goes on with.'),
  }),
);

const letters = about('dead-letters', WEBHOOK_SCOPES);

const routes = {
  listDeadLetters: letters.read(
    '/dead-letters',
    DEAD_LETTER_PAGE,
    'List dead letters: notifications whose delivery was abandoned, newest first',
    {
      query: PAGE,
    },
  ),
  retryDeadLetter: route({
    method: 'POST',
    path: '/dead-letters/{id}/retry',
    tag: 'dead-letters',
    summary: 'Deliver a dead letter again, under the same id',
    scope: WEBHOOK_SCOPES.write,
    policy: 'administer',
    roles: ['administrator', 'operator'],
    status: 204,
  }),
  retryDeadLetters: letters.act(
    '/dead-letters/retry',
    RETRIED,
    'Deliver all dead letters again, or those for one recipient, each under its id',
    { body: RETRY_ALL },
  ),
};

type Dependencies = { readonly notifications: { readonly deadLetters: DeadLetters } };

const handlers = ({ notifications: { deadLetters } }: Dependencies): Handlers<typeof routes> => ({
  listDeadLetters: async (call) => pageAnswer(await deadLetters.list(pageOf(call)), showDeadLetter),

  async retryDeadLetter({ id, by }) {
    await deadLetters.retry(id, by);
    return {};
  },

  retryDeadLetters: async ({ body, by }) => ({ body: await deadLetters.retryAll(body, by) }),
});

/** A delivery without its body, which may hold data for its recipient only. */
const showDeadLetter = ({ history = [], ...letter }: DeadLetter) =>
  show({ ...letter, history }, [
    ...(['id', 'channel', 'to', 'kind', 'attempts', 'failure', 'failureStatus'] as const),
    ...(['history', 'createdAt', 'forgetAt'] as const),
  ]);

export const deadLetters = resource(routes, handlers);

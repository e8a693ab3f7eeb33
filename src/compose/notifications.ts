import type { Configuration } from '../../config/configuration.ts';
import { notificationMail } from '../../views/mail/notification-mail.ts';
import { notificationPush } from '../../views/push/notification-push.ts';
import type { AnonymousEvents } from '../domain/audit/anonymous-events.ts';
import type { Agent } from '../domain/clients/agents/agent.ts';
import type { Client } from '../domain/clients/clients/client.ts';
import { reviewersOf } from '../domain/governance/reviews/reviewers-of.ts';
import type { AccountRegistry } from '../domain/identity/accounts/account-registry.ts';
import { type EmailChange, emailChange } from '../domain/identity/accounts/email-change.ts';
import { knownDevices } from '../domain/identity/accounts/known-devices.ts';
import { mailLinks } from '../domain/identity/accounts/mail-links.ts';
import { type PasswordReset, passwordReset } from '../domain/identity/accounts/password-reset.ts';
import type { Group } from '../domain/identity/groups/group.ts';
import { type DeadLetters, deadLetters } from '../domain/notifications/dead-letters.ts';
import { type DeliveryWorker, deliveryWorker, type Sender } from '../domain/notifications/delivery-worker.ts';
import { logoutChannel, type MakeLogoutToken } from '../domain/notifications/logout-channel.ts';
import { mailChannel } from '../domain/notifications/mail-channel.ts';
import { type NotificationChoices, notificationChoices } from '../domain/notifications/notification-choices.ts';
import { pushChannel } from '../domain/notifications/push-channel.ts';
import type { PushRegistry } from '../domain/notifications/push-registry.ts';
import { recipientRouting } from '../domain/notifications/recipient-routing.ts';
import { webhookChannel } from '../domain/notifications/webhook-channel.ts';
import { type WebhookRegistry, webhookRegistry } from '../domain/notifications/webhook-registry.ts';
import type { Outbox } from '../domain/platform/outbox/outbox.ts';
import type { Found } from '../domain/ports/document-store.ts';
import type { TrustedPost } from '../domain/ports/trusted-fetch.ts';
import type { ApprovalAudiences } from './approvals.ts';
import type { Foundations } from './foundations.ts';

/** Drops push messages that were queued before an operator switched push off. */
const discarding: Sender = { send: async () => 'over' };

export interface NotificationServices {
  readonly webhooks: WebhookRegistry;
  /** Absent without a mail server. */
  readonly resets: PasswordReset | undefined;
  /** Absent without a mail server. */
  readonly emails: EmailChange | undefined;
  readonly deadLetters: DeadLetters;
  /** Of what each person is notified. */
  readonly choices: NotificationChoices;
  readonly deliveryWorker: DeliveryWorker;
}

/** Notifies people and other systems of recorded events. The audit log records them. */
export const notificationServices = (
  { issuer, limits, mail, brand }: Configuration,
  base: Foundations,
  others: {
    readonly outbox: Outbox;
    readonly anonymous: Pick<AnonymousEvents, 'note'>;
    readonly owners: { isActive(owner: string): Promise<boolean> };
    readonly resourceServers: { get(id: string): Found<{ readonly state: string }> };
    readonly agents: { get(id: string): Found<Agent> };
    readonly groups: { get(id: string): Found<Group> };
    /** Absent while push notifications are off. */
    readonly push: PushRegistry | undefined;
    readonly audiences: ApprovalAudiences;
    readonly accounts: AccountRegistry;
    readonly clients: { get(id: string): Found<Client> };
    readonly sessions: { isOver(id: string): Promise<boolean> };
    readonly logoutToken: MakeLogoutToken;
  },
): NotificationServices => {
  const { documents, ephemeral, clock, identifiers, masterKey, audit, log, metrics, mailer, trustedFetch } = base;
  const { push, audiences, ...registries } = others;
  const deps = {
    documents,
    ephemeral,
    clock,
    identifiers,
    masterKey,
    audit,
    mailer,
    ...registries,
    ...audiences,
    reviewersOf: reviewersOf({ documents }),
  };
  const post: TrustedPost['post'] = async (request) => {
    if (trustedFetch.post === undefined) throw new Error('there is no way out');
    return trustedFetch.post(request);
  };
  const toWebhooks: TrustedPost['post'] = (request) => post({ ...request, internal: 'webhooks' });
  const webhooks = webhookRegistry({
    ...deps,
    checkUrl: (url) => trustedFetch.check(url, 'webhooks'),
    post: toWebhooks,
  });
  const links = mailLinks(deps);
  const resets = passwordReset({ ...deps, links, limits, knownDevice: knownDevices(deps).knownDevice });
  const choices = notificationChoices(deps);
  return {
    webhooks,
    choices,
    resets: mailer === undefined ? undefined : resets,
    emails: mailer === undefined ? undefined : emailChange({ ...deps, links }),
    deadLetters: deadLetters(deps),
    deliveryWorker: deliveryWorker({
      ...deps,
      route: recipientRouting({
        ...deps,
        isMailed: mailer !== undefined,
        ...(push ? { push } : {}),
        webhooks,
        choices,
        onWithheld: (account, channel) => {
          metrics.notifications.inc({ channel, outcome: 'withheld' });
          log.warn(
            { event: 'notification.withheld', account, channel },
            'too many messages to one person within an hour',
          );
        },
      }),
      senders: {
        mail: mailChannel({
          ...deps,
          resets,
          usualLanguage: mail?.language ?? 'en',
          words: (model) => notificationMail({ ...model, issuer, ...(brand ? { brand } : {}) }),
        }),
        webhook: webhookChannel(webhooks),
        app: logoutChannel({
          clients: deps.clients,
          isOver: deps.sessions.isOver,
          tokenFor: deps.logoutToken,
          post,
        }),
        push: push ? pushChannel({ ...deps, registry: push, words: notificationPush }) : discarding,
      },
      onOutcome: (channel, outcome, failure) => {
        metrics.notifications.inc({ channel, outcome });
        // For webhooks, the outbound HTTP client writes such a line.
        if (channel === 'mail' && failure !== undefined)
          log.warn({ event: 'mail.failed', failure }, 'a mail was not sent');
      },
      onError: (error) =>
        log.error({ event: 'notification.failed', err: error }, 'a notification could not be handed on'),
    }),
  };
};

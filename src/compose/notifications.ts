import type { Logger } from 'pino';
import { smtpMailer } from '../../adapters/mail/smtp-mailer.ts';
import type { Configuration } from '../../config/configuration.ts';
import { isLocalMailServer } from '../../config/rules.ts';
import { notificationMail } from '../../views/mail/notification-mail.ts';
import { notificationPush } from '../../views/push/notification-push.ts';
import type { AnonymousEvents } from '../domain/audit/anonymous-events.ts';
import type { AuditLog } from '../domain/audit/audit-event.ts';
import type { Agent } from '../domain/clients/agents/agent.ts';
import type { Client } from '../domain/clients/clients/client.ts';
import type { AccountRegistry } from '../domain/identity/accounts/account-registry.ts';
import { emailChange } from '../domain/identity/accounts/email-change.ts';
import { knownDevices } from '../domain/identity/accounts/known-devices.ts';
import { mailLinks } from '../domain/identity/accounts/mail-links.ts';
import { passwordReset } from '../domain/identity/accounts/password-reset.ts';
import type { Group } from '../domain/identity/groups/group.ts';
import { appLogouts } from '../domain/identity/sessions/app-logout.ts';
import { deadLetters } from '../domain/notifications/dead-letters.ts';
import { deliveryWorker, type Sender } from '../domain/notifications/delivery-worker.ts';
import { logoutChannel, type MakeLogoutToken } from '../domain/notifications/logout-channel.ts';
import { mailChannel } from '../domain/notifications/mail-channel.ts';
import { pushChannel } from '../domain/notifications/push-channel.ts';
import type { PushRegistry } from '../domain/notifications/push-registry.ts';
import { recipientRouting } from '../domain/notifications/recipient-routing.ts';
import { webhookChannel } from '../domain/notifications/webhook-channel.ts';
import { webhookRegistry } from '../domain/notifications/webhook-registry.ts';
import type { MasterKey } from '../domain/platform/crypto/master-key.ts';
import { outbox } from '../domain/platform/outbox/outbox.ts';
import type { Clock } from '../domain/ports/clock.ts';
import type { DocumentStore } from '../domain/ports/document-store.ts';
import type { EphemeralStore } from '../domain/ports/ephemeral-store.ts';
import type { Identifiers } from '../domain/ports/identifiers.ts';
import type { Mailer } from '../domain/ports/mailer.ts';
import type { TrustedFetch, TrustedPost } from '../domain/ports/trusted-fetch.ts';
import type { Metrics } from '../http/metrics.ts';

type StoredDocument<T> = Promise<{ readonly document: T } | undefined>;

/** The mailer as configured, if there is one. */
export const mailerOf = ({ mail = {}, issuer }: Configuration): Mailer | undefined =>
  mail.smtpUrl === undefined
    ? undefined
    : smtpMailer({
        url: mail.smtpUrl,
        isTlsRequired: !isLocalMailServer(mail.smtpUrl),
        from: mail.from ?? '',
        domain: new URL(issuer).hostname,
      });

/** Drops push messages that were queued before push was switched off. */
const nobody: Sender = { send: async () => 'over' };

/** Notifies people and other systems of recorded events. Recording them is not part of it: that belongs to the audit log. */
export const notificationServices = (
  { issuer, limits, mail }: Configuration,
  deps: {
    readonly documents: DocumentStore;
    readonly ephemeral: EphemeralStore;
    readonly clock: Clock;
    readonly identifiers: Identifiers;
    readonly masterKey: MasterKey;
    readonly audit: AuditLog;
    readonly anonymous: Pick<AnonymousEvents, 'note'>;
    readonly log: Logger;
    readonly metrics: Metrics;
    readonly mailer: Mailer | undefined;
    readonly trustedFetch: TrustedFetch & Partial<TrustedPost>;
    readonly owners: { isActive(owner: string): Promise<boolean> };
    readonly resourceServers: { get(id: string): StoredDocument<{ readonly state: string }> };
    readonly agents: { get(id: string): StoredDocument<Agent> };
    readonly groups: { get(id: string): StoredDocument<Group> };
    /** Absent: there are no push notifications. */
    readonly push: PushRegistry | undefined;
    readonly isWaiting: (approval: string) => Promise<boolean>;
    readonly approversOf: (approval: string) => Promise<readonly string[]>;
    readonly escalatedTo: (approval: string) => Promise<readonly string[]>;
    readonly partiesOf: (absence: string) => Promise<readonly string[]>;
    readonly alarmedOf: (approval: string) => Promise<readonly string[]>;
    readonly accounts: AccountRegistry;
    readonly clients: { get(id: string): StoredDocument<Client> };
    readonly sessions: { isOver(id: string): Promise<boolean> };
    readonly logoutToken: MakeLogoutToken;
  },
) => {
  const { log, metrics, mailer, trustedFetch, agents, push, ...rest } = deps;
  const post: TrustedPost['post'] = async (request) => {
    if (trustedFetch.post === undefined) throw new Error('there is no way out');
    return trustedFetch.post(request);
  };
  const toWebhooks: TrustedPost['post'] = (request) => post({ ...request, internal: 'webhooks' });
  const box = outbox(deps);
  const webhooks = webhookRegistry({
    ...deps,
    checkUrl: (url) => trustedFetch.check(url, 'webhooks'),
    post: toWebhooks,
  });
  const links = mailLinks(deps);
  const resets = passwordReset({ ...deps, links, outbox: box, limits, knownDevice: knownDevices(deps).knownDevice });
  return {
    webhooks,
    outbox: box,
    logouts: appLogouts({ outbox: box, clients: deps.clients }),
    /** Absent where there is no mail. */
    resets: mailer === undefined ? undefined : resets,
    emails: mailer === undefined ? undefined : emailChange({ ...deps, links, outbox: box }),
    deadLetters: deadLetters({ ...deps, outbox: box }),
    deliveryWorker: deliveryWorker({
      ...deps,
      route: recipientRouting({
        ...rest,
        agents,
        outbox: box,
        isMailed: mailer !== undefined,
        ...(push ? { push } : {}),
        webhooks,
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
          agents,
          resets,
          usualLanguage: mail?.language ?? 'en',
          words: (model) => notificationMail({ ...model, issuer }),
        }),
        webhook: webhookChannel(webhooks),
        app: logoutChannel({
          clients: deps.clients,
          isOver: deps.sessions.isOver,
          tokenFor: deps.logoutToken,
          post,
        }),
        push: push ? pushChannel({ ...rest, registry: push, words: notificationPush }) : nobody,
      },
      onOutcome: (channel, outcome, failure) => {
        metrics.notifications.inc({ channel, outcome });
        // For webhooks the outbound HTTP client writes such a line.
        if (channel === 'mail' && failure !== undefined)
          log.warn({ event: 'mail.failed', failure }, 'a mail was not sent');
      },
      onError: (error) =>
        log.error({ event: 'notification.failed', err: error }, 'a notification could not be handed on'),
    }),
  };
};

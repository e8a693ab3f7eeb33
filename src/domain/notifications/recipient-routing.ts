import { hash } from 'node:crypto';
import type { Agent } from '../clients/agents/agent.ts';
import type { Account } from '../identity/accounts/account.ts';
import { type Group, isGroupId } from '../identity/groups/group.ts';
import { type Channel, messageId } from '../platform/outbox/delivery.ts';
import type { Outbox } from '../platform/outbox/outbox.ts';
import type { Found } from '../ports/document-store.ts';
import type { EphemeralStore } from '../ports/ephemeral-store.ts';
import type { MailFacts } from './mail-channel.ts';
import type { Notification } from './notification.ts';
import type { NotificationChoices } from './notification-choices.ts';
import { isAsking, ruleOf } from './notification-kinds.ts';
import type { PushFacts } from './push-channel.ts';
import { webhookBody } from './webhook-body.ts';
import type { WebhookRegistry } from './webhook-registry.ts';

/** Maximum number of waiting messages and dead letters of one endpoint. */
const MOST_QUEUED = 1000;
/**
 * Maximum number of notifications about agents to one user in an hour. A caller who registers agents must not be able
 * to fill a mailbox (AP-05).
 */
const MOST_PER_HOUR = 30;

/** Finds the recipients of a notification and puts a message for each into the outbox. Idempotent. */
export const recipientRouting = (deps: {
  readonly outbox: Outbox;
  readonly isMailed: boolean;
  /** Absent: no browser is notified. */
  readonly push?: { list(account: string): Promise<readonly { readonly id: string }[]> };
  /** What people turned off. */
  readonly choices: Pick<NotificationChoices, 'wanting'>;
  readonly webhooks: Pick<WebhookRegistry, 'listening' | 'stopFor'>;
  readonly agents: { get(id: string): Found<Agent> };
  readonly groups: { get(id: string): Found<Group> };
  readonly accounts: {
    getMany(ids: readonly string[]): Promise<readonly Account[]>;
    administrators(): Promise<readonly Account[]>;
  };
  /** Accounts that may decide on the approval. */
  readonly approversOf: (approval: string) => Promise<readonly string[]>;
  /** The approvers who were asked later because none had decided. */
  readonly escalatedTo: (approval: string) => Promise<readonly string[]>;
  /** Both users of an absence. */
  readonly partiesOf: (absence: string) => Promise<readonly string[]>;
  /** Accounts and groups that decide about items of an access review. */
  readonly reviewersOf: (review: string) => Promise<readonly string[]>;
  /** The users concerned by an approval that is granted in an emergency, without the administrators. */
  readonly alarmedOf: (approval: string) => Promise<readonly string[]>;
  readonly ephemeral: Pick<EphemeralStore, 'count'>;
  readonly onWithheld: (account: string, channel: Channel) => void;
}) => {
  const { outbox, isMailed, push, webhooks, agents, groups, accounts, ephemeral, onWithheld } = deps;

  const peopleOf = async (owner: string | undefined): Promise<readonly Account[]> => {
    if (owner === undefined) return [];
    const ids = isGroupId(owner) ? ((await groups.get(owner))?.document.members ?? []) : [owner];
    return (await accounts.getMany(ids)).filter(({ state }) => state === 'active');
  };

  const audienceOf = async (notification: Notification, agent: Agent | undefined): Promise<readonly Account[]> => {
    switch (ruleOf(notification.kind).mail) {
      case 'owner':
        return peopleOf(notification.owner);
      case 'offered':
        return peopleOf(agent?.transferTo);
      case 'account':
        return notification.account === undefined ? [] : accounts.getMany([notification.account]);
      case 'approvers':
        return notification.object === undefined ? [] : accounts.getMany(await deps.approversOf(notification.object));
      case 'escalated':
        return notification.object === undefined ? [] : accounts.getMany(await deps.escalatedTo(notification.object));
      case 'absence':
        return notification.object === undefined ? [] : accounts.getMany(await deps.partiesOf(notification.object));
      case 'reviewers': {
        const reviewers = notification.object === undefined ? [] : await deps.reviewersOf(notification.object);
        const all = (await Promise.all(reviewers.map(peopleOf))).flat();
        return [...new Map(all.map((one) => [one.id, one])).values()];
      }
      case 'alarmed': {
        const told =
          notification.object === undefined ? [] : await accounts.getMany(await deps.alarmedOf(notification.object));
        const all = [...told, ...(await accounts.administrators())];
        return [...new Map(all.map((one) => [one.id, one])).values()];
      }
      case 'administrators':
        return accounts.administrators();
      default:
        return [];
    }
  };

  /** Whether a user has reached the hourly limit of notifications about agents. Alarms are sent beyond the limit. */
  const isEnough = async (channel: 'mail' | 'push', notification: Notification, account: string): Promise<boolean> => {
    if (notification.agent === undefined || isAlarm(notification)) return false;
    if ((await ephemeral.count(`${channel}s:${account}`, 3600)) <= MOST_PER_HOUR) return false;
    onWithheld(account, channel);
    return true;
  };

  const byMail = async (
    notification: Notification,
    agent: Agent | undefined,
    audience: readonly Account[],
  ): Promise<void> => {
    const { at, agent: about, until, isByOther, object } = notification;
    const noticed = notification.kind === 'agent.ending' ? agent?.noticed?.at : until;
    const facts: MailFacts = {
      at,
      ...(about === undefined ? {} : { agent: about }),
      ...(noticed === undefined ? {} : { until: noticed }),
      ...(isByOther ? { isByOther } : {}),
      ...(object === undefined ? {} : { object }),
    };
    for (const { id, email, emailVerified } of await deps.choices.wanting(audience, notification.kind, 'mail')) {
      if (email === undefined || !emailVerified) continue;
      if (await isEnough('mail', notification, id)) continue;
      const body = JSON.stringify({
        ...facts,
        ...(ruleOf(notification.kind).mail === 'absence' ? betweenTwo(notification, audience, id) : {}),
      });
      await outbox.put({
        id: idOf(notification, 'mail', id),
        channel: 'mail',
        to: id,
        kind: notification.kind,
        body,
        at,
      });
    }
  };

  const byPush = async (
    notification: Notification,
    audience: readonly Account[],
    to: NonNullable<typeof push>,
  ): Promise<void> => {
    const { at, kind, object, until } = notification;
    const approval = isAsking(kind) ? object : undefined;
    // A request that can no longer be decided is not sent.
    const end = approval === undefined ? undefined : until;
    const active = audience.filter(({ state }) => state === 'active');
    for (const { id: account } of await deps.choices.wanting(active, kind, 'push')) {
      const browsers = await to.list(account);
      if (browsers.length === 0 || (await isEnough('push', notification, account))) continue;
      const facts: PushFacts = {
        account,
        ...(approval === undefined ? {} : { approval }),
        ...(end === undefined ? {} : { until: end }),
      };
      for (const { id } of browsers) {
        await outbox.put({
          id: idOf(notification, 'push', id),
          channel: 'push',
          to: id,
          kind,
          body: JSON.stringify(facts),
          at,
          ...(end === undefined ? {} : { lifetimeSeconds: Math.max(1, end - at) }),
        });
      }
    }
  };

  const byWebhook = async (notification: Notification, agent: Agent | undefined): Promise<void> => {
    const { kind, at } = notification;
    const owner = notification.owner ?? agent?.owner;
    const body = webhookBody(notification);
    for (const webhook of await webhooks.listening(kind)) {
      if (webhook.owner !== undefined && webhook.owner !== owner) continue;
      if (await outbox.isFull('webhook', webhook.id, MOST_QUEUED)) {
        await webhooks.stopFor(webhook.id, 'queue_full');
        continue;
      }
      const to = webhook.id;
      await outbox.put({ id: idOf(notification, 'webhook', to), channel: 'webhook', to, kind, body, at });
    }
  };

  return async (notification: Notification): Promise<void> => {
    const { kind, agent: about } = notification;
    const agent = about === undefined ? undefined : (await agents.get(about))?.document;
    // The caller who registered the agent accepted it at once: no acceptance is due.
    if (kind === 'agent.pending' && agent?.state !== 'pending') return;
    await byWebhook(notification, agent);
    const pushing = ruleOf(kind).isPushed ? push : undefined;
    const audience = isMailed || pushing ? await audienceOf(notification, agent) : [];
    if (isMailed) await byMail(notification, agent, audience);
    if (pushing) await byPush(notification, audience, pushing);
  };
};

/** An alarm, which is sent beyond the limit too. */
const isAlarm = ({ kind }: Notification): boolean => ruleOf(kind).mail === 'alarmed';

/** For a notification about two users: the other user, and which of the two is notified. */
const betweenTwo = (
  { account }: Notification,
  audience: readonly Account[],
  told: string,
): Pick<MailFacts, 'other' | 'isDeputy'> => {
  const other = audience.find(({ id }) => id !== told)?.id;
  return { ...(other === undefined ? {} : { other }), ...(told === account ? {} : { isDeputy: true as const }) };
};

const idOf = ({ id, sequence }: Notification, channel: Channel, to: string): string =>
  messageId(sequence, hash('sha256', `${id} ${channel} ${to}`, 'base64url'));

import { hash } from 'node:crypto';
import type { Account } from '../accounts/account.ts';
import type { Agent } from '../agents/agent.ts';
import { type Group, isGroupId } from '../groups/group.ts';
import type { EphemeralStore } from '../ports/ephemeral-store.ts';
import { type Channel, messageId } from './delivery.ts';
import type { MailFacts } from './mail-channel.ts';
import type { Notice } from './notification.ts';
import { isAsking, ruleOf } from './notification-kinds.ts';
import type { Outbox } from './outbox.ts';
import type { PushFacts } from './push-channel.ts';
import { webhookBody } from './webhook-body.ts';
import type { WebhookRegistry } from './webhook-registry.ts';

type Found<T> = Promise<{ readonly document: T } | undefined>;

/** Waiting and dead letters of one endpoint. */
const MOST_QUEUED = 1000;
/** An hour, about agents, to one person: whoever registers agents must not be able to fill a mailbox (AP-05). */
const MOST_PER_HOUR = 30;

/** Says to whom a notice goes, and puts it into the outbox for each of them. Doing it twice comes to the same. */
export const spreading = (deps: {
  readonly outbox: Outbox;
  readonly isMailed: boolean;
  /** Absent: nobody is told in a browser. */
  readonly push?: { list(account: string): Promise<readonly { readonly id: string }[]> };
  readonly webhooks: Pick<WebhookRegistry, 'listening' | 'stopFor'>;
  readonly agents: { get(id: string): Found<Agent> };
  readonly groups: { get(id: string): Found<Group> };
  readonly accounts: {
    getMany(ids: readonly string[]): Promise<readonly Account[]>;
    administrators(): Promise<readonly Account[]>;
  };
  /** Accounts that may decide about an approval. */
  readonly approversOf: (approval: string) => Promise<readonly string[]>;
  /** Those who came to be asked because nobody had decided. */
  readonly escalatedTo: (approval: string) => Promise<readonly string[]>;
  /** Both people of an absence. */
  readonly partiesOf: (absence: string) => Promise<readonly string[]>;
  /** Whoever an approval concerns that somebody lets happen in an emergency, but for the administrators. */
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

  const audienceOf = async (notice: Notice, agent: Agent | undefined): Promise<readonly Account[]> => {
    switch (ruleOf(notice.kind).mail) {
      case 'owner':
        return peopleOf(notice.owner);
      case 'offered':
        return peopleOf(agent?.transferTo);
      case 'account':
        return notice.account === undefined ? [] : accounts.getMany([notice.account]);
      case 'approvers':
        return notice.object === undefined ? [] : accounts.getMany(await deps.approversOf(notice.object));
      case 'escalated':
        return notice.object === undefined ? [] : accounts.getMany(await deps.escalatedTo(notice.object));
      case 'absence':
        return notice.object === undefined ? [] : accounts.getMany(await deps.partiesOf(notice.object));
      case 'alarmed': {
        const told = notice.object === undefined ? [] : await accounts.getMany(await deps.alarmedOf(notice.object));
        const all = [...told, ...(await accounts.administrators())];
        return [...new Map(all.map((one) => [one.id, one])).values()];
      }
      case 'administrators':
        return accounts.administrators();
      default:
        return [];
    }
  };

  /** Whether somebody was told enough about agents within an hour; what nobody may miss is told all the same. */
  const isEnough = async (channel: 'mail' | 'push', notice: Notice, account: string): Promise<boolean> => {
    if (notice.agent === undefined || isAlarm(notice)) return false;
    if ((await ephemeral.count(`${channel}s:${account}`, 3600)) <= MOST_PER_HOUR) return false;
    onWithheld(account, channel);
    return true;
  };

  const byMail = async (notice: Notice, agent: Agent | undefined, audience: readonly Account[]): Promise<void> => {
    const { at, agent: about, until, isByOther, object } = notice;
    const noticed = notice.kind === 'agent.ending' ? agent?.noticed?.at : until;
    const facts: MailFacts = {
      at,
      ...(about === undefined ? {} : { agent: about }),
      ...(noticed === undefined ? {} : { until: noticed }),
      ...(isByOther ? { isByOther } : {}),
      ...(object === undefined ? {} : { object }),
    };
    for (const { id, email, emailVerified } of audience) {
      if (email === undefined || !emailVerified) continue;
      if (await isEnough('mail', notice, id)) continue;
      const body = JSON.stringify({
        ...facts,
        ...(ruleOf(notice.kind).mail === 'absence' ? betweenTwo(notice, audience, id) : {}),
      });
      await outbox.put({ id: idOf(notice, 'mail', id), channel: 'mail', to: id, kind: notice.kind, body, at });
    }
  };

  const byPush = async (notice: Notice, audience: readonly Account[], to: NonNullable<typeof push>): Promise<void> => {
    const { at, kind, object, until } = notice;
    const approval = isAsking(kind) ? object : undefined;
    // What can be decided no more is not sent any more either.
    const end = approval === undefined ? undefined : until;
    for (const { id: account } of audience.filter(({ state }) => state === 'active')) {
      const browsers = await to.list(account);
      if (browsers.length === 0 || (await isEnough('push', notice, account))) continue;
      const facts: PushFacts = {
        account,
        ...(approval === undefined ? {} : { approval }),
        ...(end === undefined ? {} : { until: end }),
      };
      for (const { id } of browsers) {
        await outbox.put({
          id: idOf(notice, 'push', id),
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

  const byWebhook = async (notice: Notice, agent: Agent | undefined): Promise<void> => {
    const { kind, at } = notice;
    const owner = notice.owner ?? agent?.owner;
    const body = webhookBody(notice);
    for (const webhook of await webhooks.listening(kind)) {
      if (webhook.owner !== undefined && webhook.owner !== owner) continue;
      if (await outbox.isFull('webhook', webhook.id, MOST_QUEUED)) {
        await webhooks.stopFor(webhook.id, 'queue_full');
        continue;
      }
      const to = webhook.id;
      await outbox.put({ id: idOf(notice, 'webhook', to), channel: 'webhook', to, kind, body, at });
    }
  };

  return async (notice: Notice): Promise<void> => {
    const { kind, agent: about } = notice;
    const agent = about === undefined ? undefined : (await agents.get(about))?.document;
    // Accepted at once by who registered it: nobody waits for anything.
    if (kind === 'agent.pending' && agent?.state !== 'pending') return;
    await byWebhook(notice, agent);
    const pushing = ruleOf(kind).isPushed ? push : undefined;
    const audience = isMailed || pushing ? await audienceOf(notice, agent) : [];
    if (isMailed) await byMail(notice, agent, audience);
    if (pushing) await byPush(notice, audience, pushing);
  };
};

/** What nobody may miss, however much there was before. */
const isAlarm = ({ kind }: Notice): boolean => ruleOf(kind).mail === 'alarmed';

/** Of two people whom it is about: who the other is, and which of the two is told. */
const betweenTwo = (
  { account }: Notice,
  audience: readonly Account[],
  told: string,
): Pick<MailFacts, 'other' | 'isDeputy'> => {
  const other = audience.find(({ id }) => id !== told)?.id;
  return { ...(other === undefined ? {} : { other }), ...(told === account ? {} : { isDeputy: true as const }) };
};

const idOf = ({ id, sequence }: Notice, channel: Channel, to: string): string =>
  messageId(sequence, hash('sha256', `${id} ${channel} ${to}`, 'base64url'));

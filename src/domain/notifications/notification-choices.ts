import type { AuditLog } from '../audit/audit-event.ts';
import type { By } from '../platform/registries/registered-documents.ts';
import type { Clock } from '../ports/clock.ts';
import { type DocumentStore, upsert } from '../ports/document-store.ts';
import type { OwnedCollection } from '../ports/owned-collection.ts';
import { NOTIFICATION_KIND_NAMES, type NotificationKind, ruleOf } from './notification-kinds.ts';
import { notificationRefusal } from './notification-refusals.ts';

export const CHOICE_CHANNELS = ['mail', 'push'] as const;
export type ChoiceChannel = (typeof CHOICE_CHANNELS)[number];

/** The kinds of notifications that a person turned off, by channel. A kind of a later version is on. */
export type KindsOff = Readonly<Record<ChoiceChannel, readonly string[]>>;

/** `id`: the account. */
export type NotificationChoice = KindsOff & { readonly id: string; readonly updatedAt: number };

export const NOTIFICATION_CHOICES = {
  name: 'notification_choices',
  holds: 'the kinds of notifications that one person turned off',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'there is one for an account, and its person can turn a kind on again' },
  transfer: 'neither',
  indexes: [],
  members: ['mail', 'push', 'updatedAt'],
  // A choice that is not understood turns nothing off.
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

/** Audiences whose mails a person can do without. Mails about their own sign-in, alarms and duties of administrators stay. */
const OPTIONAL: readonly (string | undefined)[] = ['owner', 'offered', 'approvers', 'escalated', 'absence'];

/** Whether a person can turn a kind off in a channel. */
export const isOptional = (kind: NotificationKind, channel: ChoiceChannel): boolean =>
  channel === 'mail' ? OPTIONAL.includes(ruleOf(kind).mail) : ruleOf(kind).isPushed === true;

/** Whether a kind is sent in a channel at all. */
export const isSentBy = (kind: NotificationKind, channel: ChoiceChannel): boolean =>
  channel === 'mail' ? ruleOf(kind).mail !== undefined : ruleOf(kind).isPushed === true;

/** The kinds of which a person can be notified. */
export const personalKinds = ({
  isAdministrator,
}: {
  readonly isAdministrator: boolean;
}): readonly NotificationKind[] =>
  NOTIFICATION_KIND_NAMES.filter((kind) => {
    const { mail } = ruleOf(kind);
    return mail !== undefined && (isAdministrator || mail !== 'administrators');
  });

/** Of what each person is notified, by kind and channel. */
export interface NotificationChoices {
  /** What an account turned off. Nothing, where it chose nothing. */
  off(account: string): Promise<KindsOff>;
  /** Those of the accounts that did not turn the kind off in the channel. Reads nothing for a kind that stays on. */
  wanting<Person extends { readonly id: string }>(
    people: readonly Person[],
    kind: NotificationKind,
    channel: ChoiceChannel,
  ): Promise<readonly Person[]>;
  /**
   * Replaces what an account turned off; with an audit event. Throws 'invalid_field' for a kind that cannot be turned off
   * in that channel.
   */
  choose(account: string, off: Readonly<Record<ChoiceChannel, readonly NotificationKind[]>>, by: By): Promise<void>;
}

export const notificationChoices = (deps: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
}): NotificationChoices => {
  const { documents, audit, clock } = deps;
  const choices = documents.collection<NotificationChoice>(NOTIFICATION_CHOICES);

  return {
    async off(account) {
      const { mail = [], push = [] } = (await choices.get(account))?.document ?? {};
      return { mail, push };
    },

    async wanting(people, kind, channel) {
      if (people.length === 0 || !isOptional(kind, channel)) return people;
      const found = await choices.getMany(people.map(({ id }) => id));
      const without = new Set(
        found.filter(({ document }) => document[channel].includes(kind)).map(({ document }) => document.id),
      );
      return people.filter(({ id }) => !without.has(id));
    },

    async choose(account, off, by) {
      for (const channel of CHOICE_CHANNELS) {
        const fixed = off[channel].find((kind) => !isOptional(kind, channel));
        if (fixed !== undefined) throw notificationRefusal('notification_not_optional', { field: `/${channel}` });
      }
      await audit.append({
        type: 'notification.chosen',
        outcome: 'done',
        subject: account,
        caller: by.caller,
        inputs: { mailOff: off.mail, pushOff: off.push },
        ...(by.request === undefined ? {} : { request: by.request }),
        ...(by.source === undefined ? {} : { personal: { source: by.source } }),
      });
      await upsert(choices, account, () => ({ id: account, ...off, updatedAt: clock.now() }));
    },
  };
};

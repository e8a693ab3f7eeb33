import type Router from '@koa/router';
import type { KindChoice, NotificationChoicesModel } from '../../../views/partials/notification-choices.ts';
import { notificationGroups, notificationKinds } from '../../../views/words/notification-kinds.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import {
  CHOICE_CHANNELS,
  type ChoiceChannel,
  isOptional,
  isSentBy,
  personalKinds,
} from '../../domain/notifications/notification-choices.ts';
import type { NotificationKind } from '../../domain/notifications/notification-kinds.ts';
import { byOf, seeOther } from '../interaction/page-answers.ts';
import type { PeopleDeps } from '../interaction/people-deps.ts';
import type { AccountSessions } from './sessions.ts';

type Deps = Pick<PeopleDeps, 'emails' | 'push' | 'notificationChoices'>;

/** The channels that this server has. */
const channelsOf = ({ emails, push }: Deps): readonly ChoiceChannel[] =>
  CHOICE_CHANNELS.filter((channel) => (channel === 'mail' ? emails : push) !== undefined);

const kindsFor = ({ roles }: Account): readonly NotificationKind[] =>
  personalKinds({ isAdministrator: roles.includes('administrator') });

const GROUPS = Object.keys(notificationGroups);

/** The choice of an account as the page shows it. */
export const choicesModel = async (
  deps: Deps,
  account: Account,
  form: Pick<NotificationChoicesModel, 'action' | 'csrf'>,
): Promise<NotificationChoicesModel> => {
  const off = await deps.notificationChoices.off(account.id);
  const channels = channelsOf(deps);
  const stateOf = (kind: NotificationKind, channel: ChoiceChannel) => {
    if (!isOptional(kind, channel)) return 'fixed';
    return off[channel].includes(kind) ? 'off' : 'on';
  };
  const kinds = kindsFor(account).map((kind): KindChoice => {
    const sentBy = channels.filter((channel) => isSentBy(kind, channel));
    return {
      ...{ kind, ...notificationKinds[kind] },
      in: Object.fromEntries(sentBy.map((channel) => [channel, stateOf(kind, channel)])),
    };
  });
  return {
    ...{ ...form, channels },
    // Of approvals first: a person waits for no other.
    kinds: kinds.toSorted((one, other) => rankOf(one) - rankOf(other)),
  };
};

const rankOf = ({ group }: KindChoice): number => (group === 'approvals' ? -1 : GROUPS.indexOf(group));

/** Adds the form behind the choice. A kind that the page did not offer stays as it is. */
export const addChoiceRoutes = (router: Router, deps: Deps, sessions: AccountSessions, path: string): void => {
  router.post('/account/notifications/choices', async (ctx) => {
    const { form, account } = await sessions.withForm(ctx);
    const [shown, on] = [new Set(form.getAll('shown')), new Set(form.getAll('on'))];
    const before = await deps.notificationChoices.off(account.id);
    const isOff = (kind: NotificationKind, channel: ChoiceChannel): boolean => {
      const value = `${channel} ${kind}`;
      return shown.has(value) ? !on.has(value) : before[channel].includes(kind);
    };
    const offIn = (channel: ChoiceChannel): readonly NotificationKind[] =>
      kindsFor(account).filter((kind) => isOptional(kind, channel) && isOff(kind, channel));
    await deps.notificationChoices.choose(
      account.id,
      { mail: offIn('mail'), push: offIn('push') },
      byOf(ctx, account.id),
    );
    seeOther(ctx, `${path}?done=chosen`);
  });
};

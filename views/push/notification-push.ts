/**
 * What a browser shows for a notification: a title and a sentence, both our own text. A person who sees another person's
 * screen learns no name and nothing about the content. A click opens a page of ours, and decides nothing.
 */
import { type Phrase, phrase } from '../html.ts';
import { isLanguage } from '../language.ts';

/** What a browser shows. The worker knows the address of each `page` (views/assets/push-worker.js). */
export type PushText = {
  readonly title: string;
  readonly text: string;
  readonly page: 'approvals' | 'security' | 'account' | 'console';
  /** A later message with the same topic replaces the first. */
  readonly topic: string;
};

type Words = {
  readonly title: Phrase;
  readonly text: Phrase;
  readonly page: PushText['page'];
  readonly topic?: string;
};

const NOT_YOU = phrase({
  en: 'If it was not you, sign in and look at once.',
  de: 'Wenn Sie das nicht waren: Melden Sie sich gleich an und sehen Sie nach.',
});
const ASKED = phrase({
  en: 'Sign in and look at what exactly it is. Nothing happens unless you approve it there.',
  de: 'Melden Sie sich an und sehen Sie, was genau es ist. Es geschieht nur, was Sie dort freigeben.',
});

const BREAK_GLASS = phrase({
  en: 'Without the usual approvers. Sign in to see which action, who and why.',
  de: 'Ohne diejenigen, die gefragt sind. Melden Sie sich an und sehen Sie, welche, wer und warum.',
});

export const PUSH_WORDS: Readonly<Record<string, Words>> = {
  'approval.requested': {
    title: phrase({ en: 'An agent asks for your approval', de: 'Ein Agent bittet um Ihre Freigabe' }),
    text: ASKED,
    page: 'approvals',
    topic: 'approvals',
  },
  'approval.escalated': {
    title: phrase({ en: 'You are asked, too, about an action', de: 'Auch Sie werden um eine Freigabe gebeten' }),
    text: ASKED,
    page: 'approvals',
    topic: 'approvals',
  },
  'break_glass.requested': {
    title: phrase({ en: 'Emergency: break-glass access was requested', de: 'Notfall: Eine Handlung soll geschehen' }),
    text: BREAK_GLASS,
    page: 'approvals',
  },
  'break_glass.activated': {
    title: phrase({ en: 'Emergency: an action was approved', de: 'Notfall: Eine Handlung wurde freigegeben' }),
    text: BREAK_GLASS,
    page: 'approvals',
  },
  'approval.muted': {
    title: phrase({
      en: 'An agent does not ask you any more today',
      de: 'Ein Agent fragt Sie heute nicht mehr',
    }),
    text: phrase({
      en: 'You denied it several times. To end what it holds, open your account.',
      de: 'Sie haben mehrmals abgelehnt. Um zu beenden, was er hat, öffnen Sie Ihr Konto.',
    }),
    page: 'account',
  },
  'delegation.suspended': {
    title: phrase({
      en: 'An agent that acts for you has a new owner',
      de: 'Ein Agent, der für Sie handelt, hat einen neuen Eigentümer',
    }),
    text: phrase({
      en: 'It may do nothing for you until you confirm the new owner in your account.',
      de: 'Er darf nichts für Sie tun, bis Sie den neuen Eigentümer in Ihrem Konto bestätigen.',
    }),
    page: 'account',
  },
  'agent.pending': {
    title: phrase({ en: 'An agent waits for you to accept it', de: 'Ein Agent wartet darauf, dass Sie ihn annehmen' }),
    text: phrase({
      en: 'It does nothing until an owner accepts it. You may decline it.',
      de: 'Er tut nichts, bevor ein Eigentümer ihn annimmt. Sie können ihn ablehnen.',
    }),
    page: 'console',
  },
  'agent.offered': {
    title: phrase({
      en: 'You are asked to own an agent',
      de: 'Ihnen wird ein Agent angeboten',
    }),
    text: phrase({
      en: 'You own it only after you accept it.',
      de: 'Er gehört Ihnen, sobald Sie ihn annehmen, und nicht vorher.',
    }),
    page: 'console',
  },
  'factor.added': {
    title: phrase({
      en: 'A second factor was added to your account',
      de: 'Zu Ihrem Konto kam ein zweiter Faktor hinzu',
    }),
    text: NOT_YOU,
    page: 'security',
  },
  'factor.removed': {
    title: phrase({
      en: 'A second factor was removed from your account',
      de: 'Von Ihrem Konto wurde ein zweiter Faktor entfernt',
    }),
    text: NOT_YOU,
    page: 'security',
  },
  'factor.recovery_codes_made': {
    title: phrase({
      en: 'New recovery codes were created for your account',
      de: 'Für Ihr Konto wurden neue Wiederherstellungscodes erstellt',
    }),
    text: NOT_YOU,
    page: 'security',
  },
  'factor.copied': {
    title: phrase({
      en: 'One of your passkeys may have been copied',
      de: 'Einer Ihrer Passkeys wurde vielleicht kopiert',
    }),
    text: phrase({
      en: 'It is accepted no more. Remove it, and add a new one.',
      de: 'Er gilt nicht mehr. Entfernen Sie ihn und fügen Sie einen neuen hinzu.',
    }),
    page: 'security',
  },
  'upstream_link.created': {
    title: phrase({
      en: 'Your account was connected with an identity provider',
      de: 'Ihr Konto wurde mit einem anderen Anbieter verbunden',
    }),
    text: NOT_YOU,
    page: 'security',
  },
  'upstream_link.removed': {
    title: phrase({
      en: 'Your account was disconnected from an identity provider',
      de: 'Ihr Konto wurde von einem anderen Anbieter getrennt',
    }),
    text: NOT_YOU,
    page: 'security',
  },
  'account_link.created': {
    title: phrase({
      en: 'Another organisation can act in your name here',
      de: 'Eine andere Organisation kann hier in Ihrem Namen handeln',
    }),
    text: phrase({
      en: 'Your account page shows the link. You can end it there.',
      de: 'Ihre Kontoseite zeigt die Verknüpfung. Dort können Sie sie beenden.',
    }),
    page: 'account',
  },
  'account_link.removed': {
    title: phrase({
      en: 'Another organisation acts in your name no more',
      de: 'Eine andere Organisation handelt nicht mehr in Ihrem Namen',
    }),
    text: phrase({ en: 'The link to your account was ended.', de: 'Die Verknüpfung mit Ihrem Konto wurde beendet.' }),
    page: 'account',
  },
  'account.password_changed': {
    title: phrase({ en: 'Your password was changed', de: 'Ihr Passwort wurde geändert' }),
    text: NOT_YOU,
    page: 'security',
  },
  'sign_in.locked': {
    title: phrase({
      en: 'Many attempts to sign in to your account',
      de: 'Viele Versuche, sich bei Ihrem Konto anzumelden',
    }),
    text: phrase({
      en: 'A browser in which you signed in before lets you in all the same.',
      de: 'Ein Browser, in dem Sie schon angemeldet waren, lässt Sie trotzdem ein.',
    }),
    page: 'security',
  },
};

const TEST: Words = {
  title: phrase({ en: 'This is a test', de: 'Das ist ein Test' }),
  text: phrase({
    en: 'This browser notifies you when a request waits for you.',
    de: 'In diesem Browser werden Sie benachrichtigt, wenn jemand auf Sie wartet.',
  }),
  page: 'account',
};

/**
 * In the language of the browser; in English for a language that we do not have. Throws TypeError for a kind without a text.
 */
export const notificationPush = (kind: string, language: string): PushText => {
  const words = PUSH_WORDS[kind];
  if (words === undefined) throw new TypeError(`no browser is told of ${kind}`);
  return shown(words, kind, language);
};

/** The test message that a person sends to a browser of their own. */
export const testPush = (language: string): PushText => shown(TEST, 'test', language);

const shown = ({ title, text, page, topic }: Words, kind: string, language: string): PushText => {
  const read = isLanguage(language) ? language : 'en';
  return { title: title.text(read), text: text.text(read), page, topic: topic ?? kind };
};

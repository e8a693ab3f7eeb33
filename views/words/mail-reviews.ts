import { phrase } from '../html.ts';
import { accountPage, type MailWords, reviewItemsPage, reviewPage } from './mail.ts';

/** Notifications about access reviews. */
export const REVIEW_MAILS = {
  'review.opened': {
    subject: phrase({ en: 'An access review waits for you', de: 'Eine Zugriffsprüfung wartet auf Sie' }),
    says: {
      en: ({ when }) => [
        `On ${when} an access review began that asks you what agents should keep.`,
        'Sign in and decide about each item. After the time is over, the server applies the default of the review.',
      ],
      de: ({ when }) => [
        `Am ${when} hat eine Zugriffsprüfung begonnen, in der Sie entscheiden, was Agenten behalten sollen.`,
        'Melden Sie sich an und entscheiden Sie über jeden Eintrag. Nach Ablauf der Zeit gilt die Vorgabe der Prüfung.',
      ],
    },
    page: reviewItemsPage,
  },
  'review.escalated': {
    subject: phrase({ en: 'An access review is due soon', de: 'Eine Zugriffsprüfung ist bald fällig' }),
    says: {
      en: ({ when }) => [
        `On ${when} an access review still had items that no reviewer had decided. A quarter of its time is left.`,
        'Decide about them, or hand them to other reviewers. Otherwise the server applies the default of the review.',
      ],
      de: ({ when }) => [
        `Am ${when} hatte eine Zugriffsprüfung noch Einträge ohne Entscheidung. Ein Viertel ihrer Zeit bleibt.`,
        'Entscheiden Sie darüber, oder übergeben Sie sie anderen. Sonst gilt die Vorgabe der Prüfung.',
      ],
    },
    page: reviewPage,
  },
  'review.ended': {
    subject: phrase({
      en: 'An access review changed what an agent may do for you',
      de: 'Eine Zugriffsprüfung hat geändert, was ein Agent für Sie tun darf',
    }),
    says: {
      en: ({ agent, when }) => [
        `On ${when} an access review of your organisation ended or narrowed what the agent ${agent} may do for you.`,
        'If you need it, the agent can ask you for your consent again.',
      ],
      de: ({ agent, when }) => [
        `Am ${when} hat eine Zugriffsprüfung Ihrer Organisation beendet oder eingeschränkt, was der Agent ${agent} für Sie tun darf.`,
        'Wenn Sie es brauchen, kann der Agent Sie erneut um Ihre Zustimmung bitten.',
      ],
    },
    page: accountPage,
  },
  'review.undone': {
    subject: phrase({
      en: 'An agent may act for you again',
      de: 'Ein Agent darf wieder für Sie handeln',
    }),
    says: {
      en: ({ agent, when }) => [
        `On ${when} your organisation undid the end of what the agent ${agent} does for you. It may do the same as before.`,
        'If you do not want that, sign in and end it.',
      ],
      de: ({ agent, when }) => [
        `Am ${when} hat Ihre Organisation zurückgenommen, dass der Zugriff des Agenten ${agent} beendet wurde. Er darf dasselbe wie vorher für Sie tun.`,
        'Wenn Sie das nicht wollen, melden Sie sich an und beenden Sie es.',
      ],
    },
    page: accountPage,
  },
  'review.undo_refused': {
    subject: phrase({
      en: 'An agent does not act for you again',
      de: 'Ein Agent handelt nicht wieder für Sie',
    }),
    says: {
      en: ({ agent, when }) => [
        `On ${when} your organisation tried to undo the end of what the agent ${agent} does for you. That came to nothing: it stays ended.`,
        'If you want the agent to act for you, use it: it asks you for consent.',
      ],
      de: ({ agent, when }) => [
        `Am ${when} wollte Ihre Organisation zurücknehmen, dass der Zugriff des Agenten ${agent} beendet wurde. Das blieb ohne Wirkung: Er bleibt beendet.`,
        'Wenn der Agent für Sie handeln soll, benutzen Sie ihn: Er fragt Sie nach Ihrer Zustimmung.',
      ],
    },
    page: accountPage,
  },
} as const satisfies Readonly<Record<string, MailWords>>;

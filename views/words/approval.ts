import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';
import type { Warning } from './consent.ts';

type ShownState = 'open' | 'agreed' | 'approved' | 'redeemed' | 'unused' | 'denied' | 'cancelled' | 'expired';

/** The page of one approval. */
export const approvalWords = {
  title: phrase({ en: 'A request of an agent', de: 'Eine Anfrage eines Agenten' }),
  headings: {
    agreed: phrase({ en: 'You agreed', de: 'Sie haben zugestimmt' }),
    approved: phrase({ en: 'Approved', de: 'Freigegeben' }),
    redeemed: phrase({ en: 'Approved, and used', de: 'Freigegeben und genutzt' }),
    unused: phrase({ en: 'Approved, not used', de: 'Freigegeben, nicht genutzt' }),
    denied: phrase({ en: 'Denied', de: 'Abgelehnt' }),
    cancelled: phrase({ en: 'Not needed any more', de: 'Nicht mehr nötig' }),
    expired: phrase({ en: 'Too late', de: 'Zu spät' }),
  } satisfies Readonly<Record<Exclude<ShownState, 'open'>, Phrase>>,
  othersHaveTo: (missing: number, until: HtmlValue) =>
    phrase({
      en: html`${missing === 1 ? 'One more person has' : `${missing} more people have`} to agree until ${until}. Nothing happens before that.`,
      de: html`${missing === 1 ? 'Eine weitere Person muss' : `${missing} weitere Personen müssen`} bis ${until} zustimmen. Vorher geschieht nichts.`,
    }),
  neededOneHasTo: (until: HtmlValue) =>
    phrase({
      en: html`A required approver must still approve until ${until}.`,
      de: html`Bis ${until} muss noch die Person zustimmen, ohne die es nicht zählt.`,
    }),
  mayOnce: (when: HtmlValue, until: HtmlValue) =>
    phrase({
      en: html`At ${when}. The agent may do this one time, until ${until}.`,
      de: html`Am ${when}. Der Agent darf das ein einziges Mal tun, bis ${until}.`,
    }),
  wasUsed: (when: HtmlValue) =>
    phrase({
      en: html`At ${when}. The agent has taken what it needs for this one action. It is good for nothing else.`,
      de: html`Am ${when}. Der Agent hat abgeholt, was er für diese eine Handlung braucht. Es gilt für nichts anderes.`,
    }),
  /** `by`: a name, or `you`. */
  wasDenied: (when: HtmlValue, by?: { readonly name: HtmlValue; readonly isYou: boolean }) =>
    phrase({
      en: html`At ${when}${by && html`, by ${by.isYou ? 'you' : by.name}`}. Nothing was allowed. The server notified the agent.`,
      de: html`Am ${when}${by && html`, von ${by.isYou ? 'Ihnen' : by.name}`}. Es wurde nichts erlaubt, und dem Agenten wurde es gesagt.`,
    }),
  wasTakenBack: phrase({
    en: 'The agent took it back. Nothing was allowed.',
    de: 'Der Agent hat sie zurückgenommen. Es wurde nichts erlaubt.',
  }),
  wasNotUsed: (when: HtmlValue) =>
    phrase({
      en: html`Approved at ${when}. The agent did not use it in time. Nothing is allowed by it any more.`,
      de: html`Freigegeben am ${when}. Der Agent hat die Freigabe nicht rechtzeitig genutzt. Erlaubt ist damit nichts mehr.`,
    }),
  isOver: phrase({
    en: 'No decision was made in time. Nothing is allowed by it.',
    de: 'Es wurde nicht rechtzeitig entschieden. Erlaubt ist damit nichts.',
  }),
  notRegistered: {
    line: phrase({ en: 'Not registered any more', de: 'Nicht mehr registriert' }),
    text: phrase({
      en: 'This agent is not registered any more. It would get nothing.',
      de: 'Dieser Agent ist nicht mehr registriert. Er bekäme nichts.',
    }),
  },
  notActive: (state: HtmlValue): Warning => ({
    line: phrase({ en: html`This agent is ${state} now`, de: html`Dieser Agent ist jetzt ${state}` }),
    text: phrase({
      en: html`This agent is ${state} now. As long as it is, it would get nothing.`,
      de: html`Dieser Agent ist jetzt ${state}. Solange das so ist, bekäme er nichts.`,
    }),
  }),
  transactionClosed: {
    line: phrase({ en: 'The transaction was closed', de: 'Der Vorgang wurde geschlossen' }),
    text: phrase({
      en: 'The transaction that this request belongs to was closed. The agent would get nothing.',
      de: 'Der Vorgang, zu dem diese Anfrage gehört, wurde geschlossen. Der Agent bekäme nichts.',
    }),
  },
  onlyIfYouKnow: {
    line: phrase({ en: 'Only go on if you know of this', de: 'Machen Sie nur weiter, wenn Sie davon wissen' }),
    text: phrase({
      en: 'When in doubt, deny: the agent can ask again.',
      de: 'Im Zweifel lehnen Sie ab: Der Agent kann noch einmal fragen.',
    }),
  },
  takeBack: phrase({ en: 'Take it back and deny', de: 'Zurücknehmen und ablehnen' }),
  all: phrase({ en: 'All my approvals', de: 'Alle meine Freigaben' }),
};

/** Its two answers. */
export const decideWords = {
  deny: phrase({ en: 'Deny', de: 'Ablehnen' }),
  approve: phrase({ en: 'Approve', de: 'Freigeben' }),
  cannotBeSaid: phrase({
    en: 'This page cannot show the request in full, so no person can approve it. You can only deny it, or leave it until it expires.',
    de: 'Worum gebeten wird, lässt sich nicht in Worte fassen; deshalb kann es niemand freigeben. Es kann nur abgelehnt werden oder liegen bleiben, bis es vorbei ist.',
  }),
  /** Why policies do not permit this person, and the decision in the audit log. */
  notPermitted: (why: HtmlValue, decision: string) =>
    phrase({
      en: html`${why} The request is still open: another approver may approve it, and you can deny it. Decision ${decision}.`,
      de: html`${why} Die Anfrage ist noch offen: Jemand anderes kann sie freigeben, und Sie können sie ablehnen. Entscheidung ${decision}.`,
    }),
  needsFactor: (securityHref: string, until: HtmlValue) =>
    phrase({
      en: html`To approve this takes a second factor, and you have none yet. <a href="${securityHref}">Add one under Sign-in and security</a>, then come back: the request stays here until ${until}.`,
      de: html`Das freizugeben braucht einen zweiten Faktor, und Sie haben noch keinen. <a href="${securityHref}">Fügen Sie unter „Anmeldung und Sicherheit“ einen hinzu</a> und kommen Sie dann zurück: Die Anfrage bleibt bis ${until} hier.`,
    }),
  yourPassword: phrase({ en: 'Your password', de: 'Ihr Passwort' }),
  passwordHint: phrase({
    en: 'For this one request, so that no other person answers from your browser.',
    de: 'Für diese eine Anfrage, damit niemand sonst aus Ihrem Browser antwortet.',
  }),
  withPassword: phrase({ en: 'Approve with my password', de: 'Mit meinem Passwort freigeben' }),
  withPasskey: phrase({ en: 'Approve with your passkey', de: 'Mit Ihrem Passkey freigeben' }),
  withCode: phrase({ en: 'Approve with this code', de: 'Mit diesem Code freigeben' }),
  withRecoveryCode: phrase({
    en: 'Approve with this recovery code',
    de: 'Mit diesem Wiederherstellungscode freigeben',
  }),
  recoveryHint: phrase({
    en: 'One of the codes you kept when you added your first factor.',
    de: 'Einer der Codes, die Sie aufbewahrt haben, als Sie Ihren ersten Faktor hinzufügten.',
  }),
  number: phrase({ en: 'Number that the agent shows', de: 'Zahl, die der Agent zeigt' }),
  numberHint: phrase({
    en: 'Two digits, where you started this. It is nowhere on this page. You do not see such a number? Then deny.',
    de: 'Zwei Ziffern, dort, wo Sie das begonnen haben. Auf dieser Seite stehen sie nirgends. Sie sehen keine solche Zahl? Dann lehnen Sie ab.',
  }),
};

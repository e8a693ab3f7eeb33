import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';

type ShownState = 'open' | 'agreed' | 'approved' | 'redeemed' | 'unused' | 'denied' | 'cancelled' | 'expired';

/** The inbox: requests that wait for a person, and recent decisions. */
export const inboxWords = {
  title: phrase({ en: 'My approvals', de: 'Meine Freigaben' }),
  lead: phrase({
    en: 'Single actions that agents may not do without you. Nothing happens until you decide.',
    de: 'Einzelne Handlungen, die Agenten nicht ohne Sie tun dürfen. Bis Sie entscheiden, geschieht nichts.',
  }),
  updated: phrase({ en: 'The list was updated.', de: 'Die Liste wurde aktualisiert.' }),
  waiting: phrase({ en: 'Waiting for a decision', de: 'Warten auf eine Entscheidung' }),
  nothing: phrase({
    en: 'Nothing waits for you. When an agent needs your approval, this page shows its request without a reload.',
    de: 'Nichts wartet auf Sie. Will ein Agent etwas tun, das Ihr Ja braucht, steht es hier, und diese Seite zeigt es von selbst.',
  }),
  several: phrase({ en: 'Decide several at once', de: 'Über mehrere zugleich entscheiden' }),
  needsAgreement: (quorum: number, agreed: number) =>
    quorum === 1
      ? phrase({ en: 'One person has to agree.', de: 'Eine Person muss zustimmen.' })
      : phrase({
          en: `${agreed} of ${quorum} people agreed.`,
          de: `${agreed} von ${quorum} Personen ${agreed === 1 ? 'hat' : 'haben'} zugestimmt.`,
        }),
  youAgreed: phrase({ en: 'You agreed', de: 'Sie haben zugestimmt' }),
  by: (agent: HtmlValue, owner: HtmlValue) =>
    phrase({ en: html`by ${agent}, owned by ${owner}`, de: html`von ${agent}, gehört ${owner}` }),
  inTheNameOf: (person: HtmlValue) => phrase({ en: html`in the name of ${person}`, de: html`im Namen von ${person}` }),
  expiresAndAsked: (near: HtmlValue, asked: HtmlValue) =>
    phrase({
      en: html`<strong>Expires ${near}.</strong> Asked ${asked}.`,
      de: html`<strong>Läuft ${near} ab.</strong> Gefragt am ${asked}.`,
    }),
  lately: phrase({ en: 'Decided lately', de: 'Zuletzt entschieden' }),
  what: phrase({ en: 'What', de: 'Was' }),
  outcome: phrase({ en: 'Outcome', de: 'Ausgang' }),
  when: phrase({ en: 'When', de: 'Wann' }),
};

/** On a tag. */
export const approvalStateWords: Readonly<Record<ShownState, Phrase>> = {
  open: phrase({ en: 'open', de: 'offen' }),
  agreed: phrase({ en: 'open', de: 'offen' }),
  approved: phrase({ en: 'approved', de: 'freigegeben' }),
  redeemed: phrase({ en: 'approved and used', de: 'freigegeben und genutzt' }),
  unused: phrase({ en: 'approved, not used', de: 'freigegeben, nicht genutzt' }),
  denied: phrase({ en: 'denied', de: 'abgelehnt' }),
  cancelled: phrase({ en: 'taken back', de: 'zurückgenommen' }),
  expired: phrase({ en: 'expired', de: 'abgelaufen' }),
};

/** Several at once. */
export const batchWords = {
  forPersonAway: phrase({
    en: 'You would decide it for a person who is away.',
    de: 'Sie würden darüber für jemanden entscheiden, der weg ist.',
  }),
  title: phrase({ en: 'Decide several requests', de: 'Über mehrere Anfragen entscheiden' }),
  lead: phrase({
    en: 'Choose the ones you have read and know of. What you do not choose stays open.',
    de: 'Wählen Sie, was Sie gelesen haben und wovon Sie wissen. Was Sie nicht wählen, bleibt offen.',
  }),
  all: phrase({ en: 'All my approvals', de: 'Alle meine Freigaben' }),
  nothing: phrase({ en: 'There is nothing that can be decided here.', de: 'Hier gibt es nichts zu entscheiden.' }),
  onlyIfYouKnow: phrase({
    en: html`<strong>Only go on if you know of each one you chose.</strong> When in doubt, deny: an agent can ask again.`,
    de: html`<strong>Machen Sie nur weiter, wenn Sie von allem wissen, was Sie gewählt haben.</strong> Im Zweifel lehnen Sie ab: Ein Agent kann noch einmal fragen.`,
  }),
  deny: phrase({ en: 'Deny the chosen', de: 'Gewählte ablehnen' }),
  approve: phrase({ en: 'Approve the chosen', de: 'Gewählte freigeben' }),
  /** approvals.css writes `count`: `1 of 3`. */
  chosenOf: (count: HtmlValue) => phrase({ en: html`${count} chosen`, de: html`${count} gewählt` }),
  choose: (deed: HtmlValue, where: HtmlValue) =>
    phrase({
      en: html`<span class="unseen">Choose: </span>${deed} at ${where}`,
      de: html`<span class="unseen">Wählen: </span>${deed} bei ${where}`,
    }),
  outcomes: {
    approved: phrase({ en: 'Approved', de: 'Freigegeben' }),
    agreed: phrase({
      en: 'You agreed; others have to, too',
      de: 'Sie haben zugestimmt; andere müssen das auch noch',
    }),
    denied: phrase({ en: 'Denied', de: 'Abgelehnt' }),
    refused: phrase({ en: 'Not decided', de: 'Nicht entschieden' }),
  },
  whatHappened: phrase({ en: 'What happened', de: 'Was geschehen ist' }),
  apart: phrase({ en: 'Each on its own page', de: 'Jede auf ihrer eigenen Seite' }),
  askedBy: (agent: HtmlValue) => phrase({ en: html`Asked by ${agent}.`, de: html`Gefragt hat ${agent}.` }),
  details: phrase({ en: 'Details', de: 'Einzelheiten' }),
  onlyDenied: phrase({
    en: 'It cannot be put into words, so it can only be denied.',
    de: 'Sie lässt sich nicht in Worte fassen, also kann sie nur abgelehnt werden.',
  }),
  factorOrTooFar: phrase({
    en: 'It takes a second factor, or stands too far down.',
    de: 'Sie braucht einen zweiten Faktor oder steht zu weit unten.',
  }),
  ownProof: phrase({
    en: 'You review and confirm it on its own page.',
    de: 'Sie wird auf einer eigenen Seite geprüft und bestätigt.',
  }),
};

/** Standing approvals. */
export const standingWords = {
  alsoNext: phrase({ en: 'Also for the next ones like this', de: 'Auch für die nächsten dieser Art' }),
  theSame: (hasAmount: boolean) =>
    phrase({
      en: `The agent need not ask you again for the same place and action${hasAmount ? ', with any amount' : ''}. If anything else changes, it asks you again. You can end this at any time.`,
      de: `Derselbe Agent, derselbe Ort und dieselbe Handlung${hasAmount ? ', gleich mit welchem Betrag' : ''}: ohne dass Sie gefragt werden. Ändert sich sonst etwas, werden Sie wieder gefragt. Sie können das jederzeit beenden.`,
    }),
  howMany: phrase({ en: 'How many', de: 'Wie viele' }),
  oneToHundred: phrase({ en: 'From 1 to 100.', de: 'Von 1 bis 100.' }),
  howLong: phrase({ en: 'For how long', de: 'Wie lange' }),
  sum: phrase({ en: 'Up to which sum together', de: 'Bis zu welcher Summe insgesamt' }),
  unit: (amount: number) =>
    phrase({
      en: `In the unit of this one, which was ${amount}.`,
      de: `In der Einheit dieser hier; sie betrug ${amount}.`,
    }),
  approveThese: phrase({ en: 'Approve these, too', de: 'Auch diese freigeben' }),
  title: phrase({ en: 'Approved in advance', de: 'Im Voraus freigegeben' }),
  by: (agent: HtmlValue) => phrase({ en: html`by ${agent}`, de: html`von ${agent}` }),
  used: (uses: number, most: number, sum?: { readonly spent: number; readonly most: number }) =>
    phrase({
      en: `${uses} of ${most} used${sum === undefined ? '' : `, ${sum.spent} of ${sum.most} spent`}.`,
      de: `${uses} von ${most} genutzt${sum === undefined ? '' : `, ${sum.spent} von ${sum.most} ausgegeben`}.`,
    }),
  until: (moment: HtmlValue) => phrase({ en: html`Until ${moment}.`, de: html`Bis ${moment}.` }),
  end: phrase({ en: 'End it now', de: 'Jetzt beenden' }),
};

import { type HtmlValue, html, phrase } from '../html.ts';

/** Break-glass access that two people approved, without the usual approvers. */
export const breakGlassWords = {
  title: phrase({ en: 'Break the glass', de: 'Notfallfreigabe' }),
  lead: phrase({
    en: 'When those who are asked do not answer and it cannot wait, two people with the role break_glass let one action happen, and a third looks at it afterwards. Everybody concerned is told at once.',
    de: 'Wenn diejenigen, die gefragt sind, nicht antworten und es nicht warten kann, geben zwei Personen mit der Rolle break_glass eine einzelne Handlung frei; eine dritte prüft das danach. Alle, die es betrifft, werden sofort benachrichtigt.',
  }),
  toReview: phrase({ en: 'To be looked at', de: 'Zu prüfen' }),
  nothingToReview: phrase({ en: 'Nothing waits to be looked at.', de: 'Nichts wartet auf eine Prüfung.' }),
  waiting: phrase({ en: 'What people are asked about now', de: 'Worum gerade gebeten wird' }),
  nothingWaits: phrase({
    en: 'Nothing is open that you could let happen.',
    de: 'Nichts ist offen, was Sie freigeben könnten.',
  }),
  looked: phrase({ en: 'Looked at', de: 'Geprüft' }),
  what: phrase({ en: 'What', de: 'Was' }),
  who: phrase({ en: 'By', de: 'Durch' }),
  why: phrase({ en: 'Why', de: 'Warum' }),
  when: phrase({ en: 'When', de: 'Wann' }),
  finding: phrase({ en: 'Finding', de: 'Ergebnis' }),
  findings: {
    justified: phrase({ en: 'it was right', de: 'war richtig' }),
    unjustified: phrase({ en: 'it was not right', de: 'war nicht richtig' }),
  },
  heading: {
    none: phrase({ en: 'Let this happen now?', de: 'Das jetzt freigeben?' }),
    called: phrase({ en: 'Called for, by one of two', de: 'Von einer der zwei verlangt' }),
    open: phrase({ en: 'Let happen by two people', de: 'Durch zwei Personen freigegeben' }),
    closed: phrase({ en: 'Let happen, and looked at', de: 'Freigegeben und geprüft' }),
  },
  reasonIs: (reason: HtmlValue) => phrase({ en: html`“${reason}”`, de: html`„${reason}“` }),
  calledBy: (name: HtmlValue, at: HtmlValue) =>
    phrase({ en: html`${name} called for it at ${at}.`, de: html`${name} hat es am ${at} verlangt.` }),
  agreedBy: (name: HtmlValue, at: HtmlValue) =>
    phrase({ en: html`${name} agreed at ${at}.`, de: html`${name} hat am ${at} zugestimmt.` }),
  reasonField: phrase({
    en: 'Why it cannot wait for those who are asked',
    de: 'Warum es nicht auf die warten kann, die gefragt sind',
  }),
  reasonHint: phrase({
    en: '10 to 500 characters. Kept for ever, and told to everybody concerned.',
    de: '10 bis 500 Zeichen. Bleibt für immer und geht an alle, die es betrifft.',
  }),
  call: phrase({ en: 'Call for it with my passkey', de: 'Mit meinem Passkey verlangen' }),
  callMeans: phrase({
    en: 'Nothing happens yet: a second person with the role has ten minutes to agree. Everybody concerned is told at once.',
    de: 'Noch geschieht nichts: Eine zweite Person mit der Rolle hat zehn Minuten, um zuzustimmen. Alle, die es betrifft, werden sofort benachrichtigt.',
  }),
  agree: phrase({ en: 'Agree with my passkey', de: 'Mit meinem Passkey zustimmen' }),
  agreeMeans: phrase({
    en: 'The agent has two minutes then, for this one action, one time. Agree only if you have spoken with who called.',
    de: 'Danach hat der Agent zwei Minuten, für diese eine Handlung, ein Mal. Stimmen Sie nur zu, wenn Sie mit der Person gesprochen haben, die es verlangt.',
  }),
  noPasskey: (href: string) =>
    phrase({
      en: html`This takes a passkey of yours, and you have none here. <a href="${href}">Add one under Sign-in and security.</a>`,
      de: html`Das braucht einen Passkey von Ihnen, und Sie haben hier keinen. <a href="${href}">Fügen Sie unter Anmeldung und Sicherheit einen hinzu.</a>`,
    }),
  noScript: phrase({
    en: 'Passkeys take a browser that has them, with JavaScript.',
    de: 'Passkeys brauchen einen Browser, der sie kennt, mit JavaScript.',
  }),
  youCalled: phrase({
    en: 'You called for it. Somebody else with the role has to agree on this page.',
    de: 'Sie haben es verlangt. Jemand anderes mit der Rolle muss auf dieser Seite zustimmen.',
  }),
  notPossible: phrase({
    en: 'This is decided, over, or not one that can be let happen like this.',
    de: 'Darüber ist entschieden, oder es ist vorbei, oder es lässt sich so nicht freigeben.',
  }),
  review: phrase({ en: 'Was it right?', de: 'War das richtig?' }),
  reviewLead: phrase({
    en: 'Speak with both of them and look at what the agent did. Your finding is kept for ever, and told to everybody concerned.',
    de: 'Sprechen Sie mit beiden und sehen Sie nach, was der Agent getan hat. Ihr Ergebnis bleibt für immer und geht an alle, die es betrifft.',
  }),
  findingField: phrase({ en: 'Finding', de: 'Ergebnis' }),
  choose: phrase({ en: 'Choose', de: 'Wählen' }),
  noteField: phrase({ en: 'What you found', de: 'Was Sie festgestellt haben' }),
  noteHint: phrase({ en: '10 to 2000 characters.', de: '10 bis 2000 Zeichen.' }),
  close: phrase({ en: 'Close it', de: 'Abschließen' }),
  closedBy: (name: HtmlValue, at: HtmlValue, finding: HtmlValue) =>
    phrase({
      en: html`${name} looked at it at ${at}: <strong>${finding}</strong>.`,
      de: html`${name} hat es am ${at} geprüft: <strong>${finding}</strong>.`,
    }),
  waitsForThird: phrase({
    en: 'It waits for a third person, an administrator or auditor, to say whether it was right.',
    de: 'Eine dritte Person, aus Administration oder Revision, muss noch sagen, ob das richtig war.',
  }),
  all: phrase({ en: 'All of them', de: 'Alle' }),
  openReviews: (count: number) =>
    phrase({
      en:
        count === 1
          ? 'One action was let happen in an emergency.'
          : `${count} actions were let happen in an emergency.`,
      de:
        count === 1
          ? 'Eine Handlung wurde im Notfall freigegeben.'
          : `${count} Handlungen wurden im Notfall freigegeben.`,
    }),
  lookAt: phrase({ en: 'Nobody has looked at it yet', de: 'Noch hat das niemand geprüft' }),
  noteCalled: phrase({
    en: 'Somebody called for letting this happen in an emergency, without those who are asked.',
    de: 'Jemand verlangt, dass dies im Notfall geschieht, ohne diejenigen, die gefragt sind.',
  }),
  noteBroken: phrase({
    en: 'Two people let this happen in an emergency, without those who are asked.',
    de: 'Zwei Personen haben dies im Notfall freigegeben, ohne diejenigen, die gefragt sind.',
  }),
  more: phrase({ en: 'Who, and what became of it', de: 'Wer, und was daraus wurde' }),
};

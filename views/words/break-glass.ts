import { type HtmlValue, html, phrase } from '../html.ts';

/** Break-glass access that two people approved, without the usual approvers. */
export const breakGlassWords = {
  title: phrase({ en: 'Break-glass access', de: 'Notfallfreigabe' }),
  lead: phrase({
    en: 'For one action that cannot wait for its approvers.',
    de: 'Für eine Handlung, die nicht auf die warten kann, die gefragt sind.',
  }),
  steps: [
    {
      title: phrase({ en: '1. Request', de: '1. Verlangen' }),
      text: phrase({
        en: 'A person with the role break-glass chooses a waiting request, gives a reason and confirms with a passkey. Everyone concerned is notified at once.',
        de: 'Eine Person mit der Rolle Notfall wählt eine wartende Anfrage und nennt einen Grund, mit Passkey. Alle, die es betrifft, werden sofort benachrichtigt.',
      }),
    },
    {
      title: phrase({ en: '2. Approve', de: '2. Zustimmen' }),
      text: phrase({
        en: 'A second person with the role approves it within ten minutes, with a passkey. The agent may then do this action once.',
        de: 'Eine zweite Person mit der Rolle stimmt binnen zehn Minuten mit Passkey zu. Der Agent darf dann diese eine Handlung ausführen.',
      }),
    },
    {
      title: phrase({ en: '3. Review', de: '3. Prüfen' }),
      text: phrase({
        en: 'A third person, an administrator or auditor, says whether it was right. The review stays open until then.',
        de: 'Eine dritte Person aus Administration oder Revision sagt, ob es richtig war. Bis dahin bleibt die Prüfung offen.',
      }),
    },
  ],
  how: phrase({ en: 'How it works', de: 'So geht es' }),
  openRequests: phrase({ en: 'Open requests', de: 'Offene Anfragen' }),
  needsRole: phrase({
    en: 'Without the break-glass role you can only review. Administrators assign the role on the page of a person.',
    de: 'Ohne die Rolle Notfall können Sie nur prüfen. Die Administration vergibt sie auf der Seite einer Person.',
  }),
  people: phrase({ en: 'People', de: 'Personen' }),
  toReview: phrase({ en: 'To review', de: 'Zu prüfen' }),
  nothingToReview: phrase({ en: 'No action is waiting for a review.', de: 'Nichts wartet auf eine Prüfung.' }),
  waiting: phrase({ en: 'Requests waiting for approvers', de: 'Worum gerade gebeten wird' }),
  nothingWaits: phrase({
    en: 'There is no open request that you can approve.',
    de: 'Nichts ist offen, was Sie freigeben könnten.',
  }),
  looked: phrase({ en: 'Reviewed', de: 'Geprüft' }),
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
    none: phrase({ en: 'Request break-glass access for this?', de: 'Dafür eine Notfallfreigabe verlangen?' }),
    called: phrase({ en: 'Waiting for a second approver', de: 'Wartet auf die zweite Zustimmung' }),
    open: phrase({ en: 'Approved by two people', de: 'Durch zwei Personen freigegeben' }),
    closed: phrase({ en: 'Approved and reviewed', de: 'Freigegeben und geprüft' }),
  },
  reasonIs: (reason: HtmlValue) => phrase({ en: html`Reason: “${reason}”`, de: html`Grund: „${reason}“` }),
  noteIs: (note: HtmlValue) => phrase({ en: html`Review: “${note}”`, de: html`Prüfung: „${note}“` }),
  calledBy: (name: HtmlValue, at: HtmlValue) =>
    phrase({ en: html`${name} requested it on ${at}.`, de: html`${name} hat es am ${at} verlangt.` }),
  secondUntil: (time: HtmlValue, left: HtmlValue) =>
    phrase({
      en: html`A second person can approve it until ${time} (${left}).`,
      de: html`Eine zweite Person kann bis ${time} zustimmen (${left}).`,
    }),
  agreedBy: (name: HtmlValue, at: HtmlValue) =>
    phrase({ en: html`${name} approved it on ${at}.`, de: html`${name} hat am ${at} zugestimmt.` }),
  reasonField: phrase({
    en: 'Why it cannot wait for the approvers',
    de: 'Warum es nicht auf die warten kann, die gefragt sind',
  }),
  reasonHint: phrase({
    en: '10 to 500 characters. It is kept for ever and sent to everyone concerned.',
    de: '10 bis 500 Zeichen. Bleibt für immer und geht an alle, die es betrifft.',
  }),
  call: phrase({ en: 'Request it with my passkey', de: 'Mit meinem Passkey verlangen' }),
  callMeans: phrase({
    en: 'Nothing happens yet: a second person with the role has ten minutes to approve. Everyone concerned is notified at once.',
    de: 'Noch geschieht nichts: Eine zweite Person mit der Rolle hat zehn Minuten, um zuzustimmen. Alle, die es betrifft, werden sofort benachrichtigt.',
  }),
  agree: phrase({ en: 'Approve with my passkey', de: 'Mit meinem Passkey zustimmen' }),
  agreeMeans: phrase({
    en: 'The agent then has two minutes to do this action, once. Approve only after you have spoken with the person who requested it.',
    de: 'Danach hat der Agent zwei Minuten, für diese eine Handlung, ein Mal. Stimmen Sie nur zu, wenn Sie mit der Person gesprochen haben, die es verlangt.',
  }),
  noPasskey: (href: string) =>
    phrase({
      en: html`You need a passkey for this, and your account has none. <a href="${href}">Add one under Sign-in and security.</a>`,
      de: html`Das braucht einen Passkey von Ihnen, und Sie haben hier keinen. <a href="${href}">Fügen Sie unter Anmeldung und Sicherheit einen hinzu.</a>`,
    }),
  noScript: phrase({
    en: 'To use a passkey, you need JavaScript and a browser that supports passkeys.',
    de: 'Passkeys brauchen einen Browser, der sie kennt, mit JavaScript.',
  }),
  /** Why the reader has no button here. */
  whyNot: {
    called: phrase({
      en: 'You requested it. Another person with the role must approve it on this page.',
      de: 'Sie haben es verlangt. Jemand anderes mit der Rolle muss auf dieser Seite zustimmen.',
    }),
    not_possible: phrase({
      en: 'This request was decided, has expired, or does not allow break-glass access.',
      de: 'Darüber ist entschieden, oder es ist vorbei, oder es lässt sich so nicht freigeben.',
    }),
    not_approver: phrase({
      en: 'You cannot approve it. A second person with the break-glass role, who is not affected by it, must do that.',
      de: 'Sie können nicht zustimmen. Das kann nur eine zweite Person mit der Rolle Notfall, die es nicht betrifft.',
    }),
    not_reviewer: phrase({
      en: 'You cannot review it. A third person, an administrator or auditor, must do that.',
      de: 'Sie können es nicht prüfen. Das kann nur eine dritte Person aus Administration oder Revision.',
    }),
  },
  review: phrase({ en: 'Was it right?', de: 'War das richtig?' }),
  reviewLead: phrase({
    en: 'Speak with both of them and look at what the agent did. Your finding is kept for ever and sent to everyone concerned.',
    de: 'Sprechen Sie mit beiden und sehen Sie nach, was der Agent getan hat. Ihr Ergebnis bleibt für immer und geht an alle, die es betrifft.',
  }),
  findingField: phrase({ en: 'Finding', de: 'Ergebnis' }),
  choose: phrase({ en: 'Choose', de: 'Wählen' }),
  noteField: phrase({ en: 'What you found', de: 'Was Sie festgestellt haben' }),
  noteHint: phrase({ en: '10 to 2000 characters.', de: '10 bis 2000 Zeichen.' }),
  close: phrase({ en: 'Close the review', de: 'Prüfung abschließen' }),
  closedBy: (name: HtmlValue, at: HtmlValue, finding: HtmlValue) =>
    phrase({
      en: html`${name} reviewed it on ${at}: <strong>${finding}</strong>.`,
      de: html`${name} hat es am ${at} geprüft: <strong>${finding}</strong>.`,
    }),
  waitsForThird: phrase({
    en: 'A third person, an administrator or auditor, still has to say whether it was right.',
    de: 'Eine dritte Person, aus Administration oder Revision, muss noch sagen, ob das richtig war.',
  }),
  all: phrase({ en: 'All break-glass access', de: 'Alle Notfallfreigaben' }),
  openReviews: (count: number) =>
    phrase({
      en:
        count === 1
          ? 'One action was approved by break-glass access.'
          : `${count} actions were approved by break-glass access.`,
      de:
        count === 1
          ? 'Eine Handlung wurde im Notfall freigegeben.'
          : `${count} Handlungen wurden im Notfall freigegeben.`,
    }),
  lookAt: phrase({ en: 'Not reviewed yet', de: 'Noch hat das niemand geprüft' }),
  noteCalled: phrase({
    en: 'A person requested break-glass access for this action, without the usual approvers.',
    de: 'Jemand verlangt, dass dies im Notfall geschieht, ohne diejenigen, die gefragt sind.',
  }),
  noteBroken: phrase({
    en: 'Two people approved this by break-glass access, without the usual approvers.',
    de: 'Zwei Personen haben dies im Notfall freigegeben, ohne diejenigen, die gefragt sind.',
  }),
  more: phrase({ en: 'Who, and what became of it', de: 'Wer, und was daraus wurde' }),
};

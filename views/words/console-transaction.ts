import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';

/** One transaction over time: every event with the same `txn`. */
export const transactionWords = {
  title: phrase({ en: 'Transaction', de: 'Vorgang' }),
  titleOfList: phrase({ en: 'Transactions', de: 'Vorgänge' }),
  leadOfList: phrase({
    en: 'Work that agents declared: what it is for, and when it ends. Newest first.',
    de: 'Arbeit, die Agenten angekündigt haben: wofür sie ist und wann sie endet. Das Neueste zuerst.',
  }),
  noneYet: phrase({
    en: 'No agent has opened a transaction. Agents do so over the API, and every token of the work then has its id.',
    de: 'Kein Agent hat einen Vorgang eröffnet. Agenten tun das über die API, danach trägt jedes Token der Arbeit seine Kennung.',
  }),
  ofAgent: phrase({ en: 'Name or id of an agent', de: 'Name oder Kennung eines Agenten' }),
  pagesOfList: phrase({ en: 'Pages of transactions', de: 'Seiten der Vorgänge' }),
  pagesOfSteps: phrase({ en: 'Pages of tokens', de: 'Seiten der Tokens' }),
  states: {
    open: phrase({ en: 'open', de: 'offen' }),
    closed: phrase({ en: 'closed', de: 'geschlossen' }),
  },
  state: phrase({ en: 'State', de: 'Zustand' }),
  intent: phrase({ en: 'Intent', de: 'Zweck' }),
  noText: phrase({ en: 'Only a digest was stated', de: 'Nur ein Hashwert wurde angegeben' }),
  source: phrase({ en: 'Who vouches for it', de: 'Wer dafür bürgt' }),
  sources: {
    stated_by_app: phrase({ en: 'stated by the app', de: 'von der App angegeben' }),
    typed_by_person: phrase({ en: 'typed by the person', de: 'von der Person geschrieben' }),
    stated_by_agent: phrase({ en: 'stated by the agent', de: 'vom Agenten angegeben' }),
    confirmed_by_person: phrase({ en: 'confirmed by the person', de: 'von der Person bestätigt' }),
  } as Readonly<Record<string, Phrase>>,
  agent: phrase({ en: 'Agent', de: 'Agent' }),
  owner: phrase({ en: 'Owner', de: 'Eigentümer' }),
  trigger: phrase({ en: 'Started by', de: 'Ausgelöst durch' }),
  triggers: {
    person: phrase({ en: 'a person', de: 'eine Person' }),
    schedule: phrase({ en: 'a schedule', de: 'einen Zeitplan' }),
    event: phrase({ en: 'an event', de: 'ein Ereignis' }),
    transaction: phrase({ en: 'another transaction', de: 'einen anderen Vorgang' }),
  },
  participants: phrase({ en: 'People', de: 'Personen' }),
  composition: phrase({ en: 'Composition', de: 'Zusammensetzung' }),
  trace: phrase({ en: 'Trace', de: 'Trace' }),
  opened: phrase({ en: 'Opened', de: 'Eröffnet' }),
  ends: phrase({ en: 'Ends by itself', de: 'Endet von selbst' }),
  closed: phrase({ en: 'Closed', de: 'Geschlossen' }),
  causes: {
    agent: phrase({ en: 'by the agent', de: 'vom Agenten' }),
    owner: phrase({ en: 'by the owner', de: 'vom Eigentümer' }),
    operator: phrase({ en: 'by an operator', de: 'von einem Operator' }),
    timeout: phrase({ en: 'by timeout', de: 'durch Ablauf' }),
    kill: phrase({ en: 'by a kill', de: 'durch einen Notaus' }),
    app: phrase({ en: 'by the app that opened it', de: 'durch die App, die ihn eröffnet hat' }),
    hand_over: phrase({ en: 'by a change of owner', de: 'durch einen Eigentümerwechsel' }),
  },
  steps: phrase({ en: 'Tokens and what was done with them', de: 'Tokens und was damit geschah' }),
  stepsHint: phrase({
    en: 'Each bar is the life of a token, each mark a call that an API reported. Open one for its facts.',
    de: 'Jeder Balken ist die Gültigkeit eines Tokens, jeder Strich ein Aufruf, den eine API gemeldet hat. Öffnen Sie einen für seine Angaben.',
  }),
  noSteps: phrase({
    en: 'No token was issued in this transaction.',
    de: 'In diesem Vorgang wurde kein Token ausgestellt.',
  }),
  grades: {
    confirmed: phrase({ en: 'confirmed', de: 'bestätigt' }),
    unreported: phrase({ en: 'not reported', de: 'nicht gemeldet' }),
    contradicted: phrase({ en: 'contradicted', de: 'widersprochen' }),
    unauthorized: phrase({ en: 'unauthorized', de: 'unbefugt' }),
  },
  token: phrase({ en: 'Token', de: 'Token' }),
  scope: phrase({ en: 'Scopes', de: 'Scopes' }),
  issued: phrase({ en: 'Issued', de: 'Ausgestellt' }),
  expires: phrase({ en: 'Expires', de: 'Läuft ab' }),
  endedEarly: phrase({ en: 'Ended', de: 'Beendet' }),
  uses: phrase({ en: 'Good for', de: 'Gültig für' }),
  calls: (count: number) =>
    phrase({ en: count === 1 ? 'one call' : `${count} calls`, de: count === 1 ? 'einen Aufruf' : `${count} Aufrufe` }),
  reported: phrase({ en: 'Reported calls', de: 'Gemeldete Aufrufe' }),
  moreCalls: (count: number) => phrase({ en: `and ${count} more reports`, de: `und ${count} weitere Meldungen` }),
  allowedBy: phrase({ en: 'Allowed by', de: 'Erlaubt durch' }),
  policyVersion: (version: number) =>
    phrase({ en: `Policies, version ${version}`, de: `Richtlinien, Version ${version}` }),
  theDelegation: phrase({ en: 'the delegation', de: 'die Delegation' }),
  theApproval: phrase({ en: 'the approval', de: 'die Freigabe' }),
  close: phrase({ en: 'Close', de: 'Schließen' }),
  closeTitle: phrase({ en: 'Close the transaction', de: 'Vorgang schließen' }),
  closeQuestion: phrase({ en: 'Close this transaction?', de: 'Diesen Vorgang schließen?' }),
  closeLead: phrase({
    en: 'Every token of it ends now, including those of other agents. Open approvals no longer give a token. It cannot be opened again.',
    de: 'Alle seine Tokens enden sofort, auch die anderer Agenten. Offene Freigaben ergeben kein Token mehr. Er lässt sich nicht wieder öffnen.',
  }),
  receipt: phrase({ en: 'Download the receipt', de: 'Quittung herunterladen' }),
  receiptHint: phrase({
    en: 'The receipt is signed. It lists each token with its grade, as of now.',
    de: 'Die Quittung ist signiert. Sie enthält jedes Token mit seiner Bewertung, Stand jetzt.',
  }),
  evidence: phrase({ en: 'Download the evidence', de: 'Belege herunterladen' }),
  evidenceHint: phrase({
    en: 'The evidence is an archive that anyone can verify without this server. Its README.txt says how.',
    de: 'Die Belege sind ein Archiv, das sich ohne diesen Server prüfen lässt. Die README.txt darin sagt, wie.',
  }),
  live: (count: number, isMore: boolean) =>
    phrase({
      en:
        count === 0 && !isMore
          ? 'No token is valid now.'
          : `${count}${isMore ? ' or more' : ''} valid ${count === 1 && !isMore ? 'token ends' : 'tokens end'} now.`,
      de:
        count === 0 && !isMore
          ? 'Kein Token ist jetzt gültig.'
          : `${count}${isMore ? ' oder mehr' : ''} ${count === 1 && !isMore ? 'gültiges Token endet' : 'gültige Tokens enden'} sofort.`,
    }),
  compare: phrase({ en: 'Compare with another transaction', de: 'Mit einem anderen Vorgang vergleichen' }),
  against: phrase({ en: 'Id of the other transaction', de: 'Kennung des anderen Vorgangs' }),
  compareNow: phrase({ en: 'Compare', de: 'Vergleichen' }),
  notThere: phrase({
    en: 'There is no such transaction, or you may not see it.',
    de: 'Einen solchen Vorgang gibt es nicht, oder Sie dürfen ihn nicht sehen.',
  }),
  noDifference: phrase({ en: 'No difference from', de: 'Kein Unterschied zu' }),
  differences: (count: number) =>
    phrase({
      en: count === 1 ? 'One line differs from' : `${count} lines differ from`,
      de: count === 1 ? 'Eine Zeile ist anders als bei' : `${count} Zeilen sind anders als bei`,
    }),
  comparedFirst: phrase({
    en: 'Only the first 1,000 tokens of each, the first 20 calls of each token and 200 lines are compared.',
    de: 'Verglichen sind nur die ersten 1.000 Tokens von jedem, die ersten 20 Aufrufe jedes Tokens und 200 Zeilen.',
  }),
  did: phrase({ en: 'What', de: 'Was' }),
  aCall: phrase({ en: 'Call', de: 'Aufruf' }),
  api: phrase({ en: 'API', de: 'API' }),
  result: phrase({ en: 'Result', de: 'Ergebnis' }),
  here: phrase({ en: 'Here', de: 'Hier' }),
  there: phrase({ en: 'There', de: 'Dort' }),
  workedFor: (who: HtmlValue, subject: HtmlValue) =>
    phrase({ en: html`${who} worked for ${subject}`, de: html`${who} hat für ${subject} gearbeitet` }),
  workedAlone: (who: HtmlValue) =>
    phrase({ en: html`${who} worked in its own name`, de: html`${who} hat im eigenen Namen gearbeitet` }),
  triedFor: (who: HtmlValue, subject: HtmlValue) =>
    phrase({ en: html`${who} wanted to work for ${subject}`, de: html`${who} wollte für ${subject} arbeiten` }),
  triedAlone: (who: HtmlValue) =>
    phrase({ en: html`${who} wanted to work in its own name`, de: html`${who} wollte im eigenen Namen arbeiten` }),
  heading: (event: HtmlValue, who: HtmlValue) => phrase({ en: html`${who}: ${event}`, de: html`${who}: ${event}` }),
  overTime: phrase({ en: 'Over time', de: 'Im Zeitverlauf' }),
  inAuditLog: phrase({ en: 'Show in the audit log', de: 'Im Protokoll anzeigen' }),
  none: phrase({
    en: 'The audit log has no event of this transaction.',
    de: 'Das Protokoll enthält kein Ereignis zu diesem Vorgang.',
  }),
  searchOther: phrase({ en: 'Search for another id', de: 'Eine andere Kennung suchen' }),
  summary: (events: number, duration: HtmlValue, start: HtmlValue) =>
    phrase({
      en: html`${events === 1 ? 'One event' : html`${events} events`} within ${duration}, from ${start}`,
      de: html`${events === 1 ? 'Ein Ereignis' : html`${events} Ereignisse`} in ${duration}, ab ${start}`,
    }),
  pictureTitle: (events: number) =>
    phrase({
      en: `The events on an axis of time, by party: ${events}. The table below has the same events.`,
      de: `Die Ereignisse auf einer Zeitachse, nach Beteiligten: ${events}. Die Tabelle darunter enthält dieselben Ereignisse.`,
    }),
  mark: (event: Phrase, outcome: Phrase, after: HtmlValue) =>
    phrase({ en: html`${event}, ${outcome}, after ${after}`, de: html`${event}, ${outcome}, nach ${after}` }),
  others: phrase({ en: 'Others', de: 'Weitere' }),
  andMore: (count: number) =>
    phrase({
      en: `The picture leaves out ${count} more; the table has them.`,
      de: `Das Bild lässt ${count} weitere aus; sie stehen in der Tabelle.`,
    }),
  events: phrase({ en: 'Events', de: 'Ereignisse' }),
  isMore: phrase({ en: 'There are more events.', de: 'Es gibt weitere Ereignisse.' }),
  after: phrase({ en: 'After', de: 'Nach' }),
  milliseconds: (count: Phrase) => phrase({ en: html`${count} ms`, de: html`${count} ms` }),
  seconds: (count: Phrase) => phrase({ en: html`${count} s`, de: html`${count} s` }),
  minutes: (count: Phrase) => phrase({ en: html`${count} min`, de: html`${count} min` }),
  hours: (count: Phrase) => phrase({ en: html`${count} h`, de: html`${count} Std.` }),
};

import { type HtmlValue, html, phrase } from '../html.ts';

export const auditWords = {
  title: phrase({ en: 'Audit log', de: 'Protokoll' }),
  lead: phrase({
    en: 'Every attempt, granted or refused, newest first. Looking at it is an event, too.',
    de: 'Jeder Versuch, erlaubt oder verweigert, das Neueste zuerst. Auch das Ansehen wird protokolliert.',
  }),
  event: phrase({ en: 'Event', de: 'Ereignis' }),
  outcome: phrase({ en: 'Outcome', de: 'Ausgang' }),
  id: phrase({ en: 'Any id', de: 'Kennung' }),
  text: phrase({ en: 'Whole words', de: 'Ganze Wörter' }),
  textHint: phrase({
    en: 'Event, API, scope, tool or reason',
    de: 'Ereignis, API, Scope oder Grund',
  }),
  noWord: phrase({
    en: 'Type a word of 2 to 24 letters or digits.',
    de: 'Geben Sie ein Wort aus 2 bis 24 Buchstaben oder Ziffern ein.',
  }),
  resource: phrase({ en: 'API', de: 'API' }),
  unknownAgent: phrase({
    en: 'There is no such agent, or several have this name. Its id is on its page.',
    de: 'Einen solchen Agenten gibt es nicht, oder mehrere heißen so. Die Kennung steht auf seiner Seite.',
  }),
  unknownResource: phrase({
    en: 'There is no such API, or several have this name. Its identifier is a URL.',
    de: 'Eine solche API gibt es nicht, oder mehrere heißen so. Ihr Bezeichner ist eine URL.',
  }),
  subject: phrase({ en: 'On behalf of', de: 'Im Namen von' }),
  caller: phrase({ en: 'Who acted', de: 'Wer handelte' }),
  callerHint: phrase({
    en: 'Username, or name or id of an app or agent.',
    de: 'Benutzername, oder Name oder Kennung von App oder Agent.',
  }),
  unknownCaller: phrase({
    en: 'There is no such app, agent or account.',
    de: 'Solch eine App, einen Agenten oder ein Konto gibt es nicht.',
  }),
  agent: phrase({ en: 'Agent', de: 'Agent' }),
  txn: phrase({ en: 'Transaction', de: 'Vorgang' }),
  txnHint: phrase({ en: 'What began it and all that followed.', de: 'Womit er begann und alles, was folgte.' }),
  from: phrase({ en: 'From', de: 'Von' }),
  to: phrase({ en: 'Until', de: 'Bis' }),
  noDate: phrase({
    en: 'A day looks like this: 2026-11-25. An hour in UTC: 2026-11-25T14.',
    de: 'Ein Tag sieht so aus: 2026-11-25. Eine Stunde in UTC: 2026-11-25T14.',
  }),
  hourHint: phrase({ en: 'An hour in UTC.', de: 'Eine Stunde in UTC.' }),
  unknownAccount: phrase({ en: 'There is no such account.', de: 'Ein solches Konto gibt es nicht.' }),
  anyOutcome: phrase({ en: 'Any outcome', de: 'Jeder Ausgang' }),
  period: phrase({ en: 'Period', de: 'Zeitraum' }),
  periods: {
    all: phrase({ en: 'All', de: 'Alles' }),
    hours: phrase({ en: 'This and last hour', de: 'Diese und letzte Stunde' }),
    today: phrase({ en: 'Today', de: 'Heute' }),
    yesterday: phrase({ en: 'Yesterday', de: 'Gestern' }),
    week: phrase({ en: '7 days', de: '7 Tage' }),
  },
  statedBy: (name: HtmlValue) => phrase({ en: html`stated by ${name}`, de: html`laut ${name}` }),
  forWhom: (name: HtmlValue) => phrase({ en: html`for ${name}`, de: html`für ${name}` }),
  when: phrase({ en: 'When', de: 'Wann' }),
  what: phrase({ en: 'What', de: 'Was' }),
  who: phrase({ en: 'Who', de: 'Wer' }),
  where: phrase({ en: 'Where', de: 'Wo' }),
  nothingHere: phrase({
    en: 'There is no such event on this page; the next one may have some.',
    de: 'Auf dieser Seite gibt es kein solches Ereignis, auf der nächsten vielleicht.',
  }),
  nothing: phrase({ en: 'There is no such event.', de: 'Ein solches Ereignis gibt es nicht.' }),
  outcomes: {
    granted: phrase({ en: 'granted', de: 'erlaubt' }),
    refused: phrase({ en: 'refused', de: 'verweigert' }),
    done: phrase({ en: 'done', de: 'geschehen' }),
  },
  changed: (members: string) =>
    phrase({ en: `Changed in the database: ${members}`, de: `In der Datenbank geändert: ${members}` }),
  changedHint: phrase({
    en: 'Marked events do not match what was recorded: an editor of the database changed them. Run behalf audit verify --store on the server.',
    de: 'Markierte Ereignisse passen nicht zu dem, was aufgezeichnet wurde: Sie wurden in der Datenbank geändert. Führen Sie auf dem Server behalf audit verify --store aus.',
  }),
  archived: phrase({
    en: 'Events from before this time may be in an archive only:',
    de: 'Ereignisse von vor diesem Zeitpunkt sind vielleicht nur in einem Archiv:',
  }),
  erased: phrase({ en: 'erased', de: 'gelöscht' }),
  whole: phrase({ en: 'The event, and why', de: 'Das Ereignis und warum' }),
  sameWork: phrase({ en: 'All of this transaction', de: 'Alles zu diesem Vorgang' }),
  pages: phrase({ en: 'Pages of the audit log', de: 'Seiten des Protokolls' }),
  takeFound: phrase({ en: 'Save these events (NDJSON)', de: 'Diese Ereignisse speichern (NDJSON)' }),
  takeFoundHint: phrase({
    en: 'All events that these filters find, on all pages.',
    de: 'Alle Ereignisse, die diese Filter finden, auf allen Seiten.',
  }),
  take: phrase({ en: 'Export all (NDJSON)', de: 'Alles exportieren (NDJSON)' }),
  log: (size: number) =>
    phrase({
      en: `The transparency log has ${size} entries. Its verifier key:`,
      de: `Das Transparenzprotokoll hat ${size} Einträge. Sein Prüfschlüssel:`,
    }),
  logWithheld: phrase({
    en: 'The transparency log shows no checkpoint, because none has the cosignatures of enough witnesses yet. The key that verifies its checkpoints:',
    de: 'Das Transparenzprotokoll zeigt noch keinen Stand, weil keiner von genug Zeugen gegengezeichnet ist. Der Schlüssel, der seine Stände prüft:',
  }),
  logWitnesses: (count: number, failing: number) =>
    phrase({
      en: `${count - failing} of ${count} witnesses cosign its checkpoints.`,
      de: `${count - failing} von ${count} Zeugen zeichnen seine Stände gegen.`,
    }),
  logFailing: phrase({ en: 'Failing:', de: 'Es fehlen:' }),
  logNoQuorum: phrase({
    en: 'The last checkpoint lacks the quorum of the policy.',
    de: 'Dem letzten Stand fehlt das Quorum der Richtlinie.',
  }),
  logUnavailable: phrase({
    en: 'The transparency log is unavailable. To find out why, run behalf audit verify --store on the server.',
    de: 'Das Transparenzprotokoll ist nicht verfügbar. Den Grund nennt behalf audit verify --store auf dem Server.',
  }),
  logHint: phrase({
    en: 'Keep the key outside this server. behalf audit prove shows that the log has an event.',
    de: 'Bewahren Sie den Schlüssel außerhalb dieses Servers auf. behalf audit prove zeigt, dass das Protokoll ein Ereignis enthält.',
  }),
  takeHint: phrase({
    en: 'Without personal values. behalf audit verify checks such a file without this server.',
    de: 'Ohne persönliche Angaben. behalf audit verify prüft eine solche Datei ohne diesen Server.',
  }),
};

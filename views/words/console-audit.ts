import { phrase } from '../html.ts';

export const auditWords = {
  title: phrase({ en: 'Audit log', de: 'Protokoll' }),
  lead: phrase({
    en: 'Every attempt, granted or refused, newest first. Looking at it is an event, too.',
    de: 'Jeder Versuch, erlaubt oder verweigert, das Neueste zuerst. Auch das Ansehen wird protokolliert.',
  }),
  event: phrase({ en: 'Event', de: 'Ereignis' }),
  outcome: phrase({ en: 'Outcome', de: 'Ausgang' }),
  id: phrase({ en: 'Any id', de: 'Irgendeine Kennung' }),
  idHint: phrase({
    en: 'Such as that of a decision, denial or approval.',
    de: 'Etwa einer Entscheidung, Ablehnung oder Freigabe.',
  }),
  subject: phrase({ en: 'On behalf of', de: 'Im Namen von' }),
  subjectHint: phrase({ en: 'Username or id of an account.', de: 'Benutzername oder Kennung eines Kontos.' }),
  caller: phrase({ en: 'Who acted', de: 'Wer handelte' }),
  callerHint: phrase({ en: 'Id of an app, agent or account.', de: 'Kennung von App, Agent oder Konto.' }),
  agent: phrase({ en: 'Agent', de: 'Agent' }),
  agentHint: phrase({ en: 'Id of an agent.', de: 'Kennung eines Agenten.' }),
  txn: phrase({ en: 'Transaction', de: 'Vorgang' }),
  txnHint: phrase({ en: 'What began it and all that followed.', de: 'Womit er begann und alles, was folgte.' }),
  from: phrase({ en: 'From', de: 'Von' }),
  to: phrase({ en: 'Until', de: 'Bis' }),
  dateHint: phrase({ en: 'A day, in UTC.', de: 'Ein Tag, in UTC.' }),
  noDate: phrase({ en: 'A day looks like this: 2026-11-25.', de: 'Ein Tag sieht so aus: 2026-11-25.' }),
  unknownAccount: phrase({ en: 'There is no such account.', de: 'Ein solches Konto gibt es nicht.' }),
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
  allOfIt: phrase({ en: 'All of it', de: 'Alles dazu' }),
  erased: phrase({ en: 'erased', de: 'gelöscht' }),
  sameWork: phrase({ en: 'All of this transaction', de: 'Alles zu diesem Vorgang' }),
  pages: phrase({ en: 'Pages of the audit log', de: 'Seiten des Protokolls' }),
  take: phrase({ en: 'Export all (NDJSON)', de: 'Alles exportieren (NDJSON)' }),
  takeHint: phrase({
    en: 'Without personal values. behalf audit verify checks such a file without this server.',
    de: 'Ohne persönliche Angaben. behalf audit verify prüft eine solche Datei ohne diesen Server.',
  }),
};

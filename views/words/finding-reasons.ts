import { phrase } from '../html.ts';

/** A number and what it counts. */
const counted = (value: number, one: string, more: string): string => `${value} ${value === 1 ? one : more}`;

/** Why something is a finding, by reason. `value`: the number in it. */
export const reasonWords = {
  no_person: (value: number) =>
    phrase({
      en: `${counted(value, 'token', 'tokens')} without a person present`,
      de: `${counted(value, 'Token', 'Tokens')}, ohne dass jemand da war`,
    }),
  agent_name: () =>
    phrase({
      en: 'Its name or purpose has a word that is typical of agents',
      de: 'Im Namen oder Zweck steht ein Wort, das für Agenten typisch ist',
    }),
  metadata_document: () =>
    phrase({
      en: 'No one registered it: it describes itself in a document',
      de: 'Niemand hat ihn registriert: Er beschreibt sich in einem Dokument',
    }),
  unclaimed_registration: () =>
    phrase({
      en: 'It registered itself, and no account adopted it',
      de: 'Er hat sich selbst registriert, und kein Konto hat ihn übernommen',
    }),
  many_people: (value: number) =>
    phrase({
      en: `Within a day, tokens for ${counted(value, 'person', 'people')} who had not signed in`,
      de: `An einem Tag Tokens für ${value === 1 ? '1 Person, die sich nicht angemeldet hatte' : `${value} Personen, die sich nicht angemeldet hatten`}`,
    }),
  many_rights: (value: number) =>
    phrase({
      en: `Within a day, tokens for ${counted(value, 'set', 'different sets')} of API and scopes`,
      de: `An einem Tag Tokens für ${counted(value, 'Kombination', 'verschiedene Kombinationen')} aus API und Scopes`,
    }),
  burst: (value: number) =>
    phrase({
      en: `${counted(value, 'token', 'tokens')} within a minute`,
      de: `${counted(value, 'Token', 'Tokens')} in einer Minute`,
    }),
  machine_hours: (value: number) =>
    phrase({
      en: `Tokens in ${counted(value, 'hour', 'hours')} of one day`,
      de: `Tokens in ${counted(value, 'Stunde', 'Stunden')} eines Tages`,
    }),
  even_intervals: (value: number) =>
    phrase({
      en: `${value} % of its tokens come at even intervals, as those of a timer`,
      de: `${value} % seiner Tokens kommen in gleichen Abständen, wie die eines Zeitgebers`,
    }),
  no_transaction: (value: number) =>
    phrase({
      en: value === 1 ? '1 token, in no opened transaction' : `${value} tokens, none of them in an opened transaction`,
      de: `${counted(value, 'Token', 'Tokens')}, keines in einem eröffneten Vorgang`,
    }),
  used_after_adoption: (value: number) =>
    phrase({
      en: `Still used ${counted(value, 'day', 'days')} after its adoption`,
      de: `${counted(value, 'Tag', 'Tage')} nach der Übernahme noch in Gebrauch`,
    }),
  app_of_people: () =>
    phrase({
      en: 'An app on the devices of its people, which only refreshes what they allowed it',
      de: 'Eine App auf den Geräten ihrer Personen, die nur erneuert, was diese erlaubt haben',
    }),
  claimed: () => phrase({ en: 'It has an owner and a purpose', de: 'Er hat einen Eigentümer und einen Zweck' }),
  new_network: (value: number) =>
    phrase({
      en: value === 1 ? 'A network seen for the first time' : `${value} networks seen for the first time`,
      de: value === 1 ? 'Ein Netz kam zum ersten Mal vor' : `${value} Netze kamen zum ersten Mal vor`,
    }),
  no_owner: () => phrase({ en: 'No owner', de: 'Kein Eigentümer' }),
  offered: () =>
    phrase({
      en: 'It was offered to a new owner, who has not accepted it',
      de: 'Einer neuen Person angeboten, die noch nicht angenommen hat',
    }),
  no_purpose: () => phrase({ en: 'No purpose', de: 'Kein Zweck' }),
  own_rights: () => phrase({ en: 'It has rights of its own', de: 'Er hat eigene Rechte' }),
  standing_secret: () => phrase({ en: 'A secret that has not expired', de: 'Ein Geheimnis, das nicht abgelaufen ist' }),
  no_pkce: () => phrase({ en: 'Code requests without PKCE', de: 'Code-Anfragen ohne PKCE' }),
  token_endpoint_audience: () =>
    phrase({
      en: 'Client assertions for the token endpoint',
      de: 'Client-Assertions für den Token-Endpunkt',
    }),
  ends_soon: (value: number) =>
    phrase({
      en: `Ends in ${counted(value, 'day', 'days')}`,
      de: `Endet in ${counted(value, 'Tag', 'Tagen')}`,
    }),
  blocked: () => phrase({ en: 'It is active, and gets no tokens', de: 'Er ist aktiv und bekommt keine Tokens' }),
  not_accepted: () => phrase({ en: 'No owner has accepted it', de: 'Kein Eigentümer hat ihn angenommen' }),
  not_used: (value: number) =>
    phrase({
      en: `No token for ${counted(value, 'day', 'days')}`,
      de: `Seit ${counted(value, 'Tag', 'Tagen')} kein Token`,
    }),
  unknown_app: () =>
    phrase({
      en: 'No client or agent here is known for the app',
      de: 'Zu der App ist hier kein Client oder Agent bekannt',
    }),
  risky_scopes: (value: number) =>
    phrase({
      en:
        value === 1
          ? '1 right that changes, sends, administers, or reaches everything'
          : `${value} rights that change, send, administer, or reach everything`,
      de:
        value === 1
          ? '1 Recht, das ändert, sendet, verwaltet oder alles erreicht'
          : `${value} Rechte, die ändern, senden, verwalten oder alles erreichen`,
    }),
  mail_rights: (value: number) =>
    phrase({
      en: value === 1 ? '1 of its rights reads or sends mail' : `${value} of its rights read or send mail`,
      de: value === 1 ? '1 ihrer Rechte liest oder sendet E-Mails' : `${value} ihrer Rechte lesen oder senden E-Mails`,
    }),
  file_rights: (value: number) =>
    phrase({
      en: value === 1 ? '1 of its rights reaches all files' : `${value} of its rights reach all files`,
      de: value === 1 ? '1 ihrer Rechte erreicht alle Dateien' : `${value} ihrer Rechte erreichen alle Dateien`,
    }),
  code_rights: (value: number) =>
    phrase({
      en:
        value === 1
          ? '1 of its rights changes code, or what runs it'
          : `${value} of its rights change code, or what runs it`,
      de:
        value === 1
          ? '1 ihrer Rechte ändert Code, oder was ihn ausführt'
          : `${value} ihrer Rechte ändern Code, oder was ihn ausführt`,
    }),
  administration_rights: (value: number) =>
    phrase({
      en:
        value === 1
          ? '1 of its rights administers a directory or an organization'
          : `${value} of its rights administer a directory or an organization`,
      de:
        value === 1
          ? '1 ihrer Rechte verwaltet ein Verzeichnis oder eine Organisation'
          : `${value} ihrer Rechte verwalten ein Verzeichnis oder eine Organisation`,
    }),
  static_secrets: (value: number) =>
    phrase({
      en: value === 1 ? 'It has or takes a static secret' : `It has or takes ${value} static secrets`,
      de: value === 1 ? 'Ein festes Geheimnis gehört dazu' : `${value} feste Geheimnisse gehören dazu`,
    }),
  for_everyone: () =>
    phrase({
      en: 'An administrator gave it rights for everyone',
      de: 'Die Verwaltung hat ihr Rechte für alle gegeben',
    }),
  people_consented: (value: number) =>
    phrase({
      en: value === 1 ? '1 person gave it rights' : `${value} people gave it rights`,
      de: value === 1 ? '1 Person hat ihr Rechte gegeben' : `${value} Personen haben ihr Rechte gegeben`,
    }),
  unknown_subjects: (value: number) =>
    phrase({
      en: value === 1 ? '1 event within a day' : `${value} events within a day`,
      de: value === 1 ? '1 Ereignis an einem Tag' : `${value} Ereignisse an einem Tag`,
    }),
  unknown_tokens: (value: number) =>
    phrase({
      en: value === 1 ? '1 report within a day' : `${value} reports within a day`,
      de: value === 1 ? '1 Bericht an einem Tag' : `${value} Berichte an einem Tag`,
    }),
};

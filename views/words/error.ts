import { phrase } from '../html.ts';

export const errorWords = {
  error: phrase({ en: 'Error', de: 'Fehler' }),
  detail: phrase({ en: 'Detail', de: 'Einzelheit' }),
  request: phrase({ en: 'Request', de: 'Anfrage' }),
  forSupport: phrase({ en: 'Details for support', de: 'Einzelheiten für den Support' }),
  back: phrase({ en: 'Back to the start', de: 'Zurück zum Anfang' }),
  failed: phrase({ en: 'Something went wrong', de: 'Etwas ist schiefgegangen' }),
  forbidden: phrase({ en: 'That is not allowed', de: 'Das ist nicht erlaubt' }),
  absent: phrase({ en: 'Not found', de: 'Nicht gefunden' }),
  again: phrase({ en: 'Not possible now', de: 'Zurzeit nicht möglich' }),
  tooMany: phrase({ en: 'Too many attempts', de: 'Zu viele Versuche' }),
  titles: {
    unknownApp: phrase({ en: 'This app is not known here', de: 'Diese App ist hier nicht bekannt' }),
    unknownRedirect: phrase({
      en: 'This app named an address that is not registered',
      de: 'Diese App nennt eine Adresse, die nicht registriert ist',
    }),
    noPage: phrase({ en: 'There is no page at this address', de: 'Unter dieser Adresse gibt es keine Seite' }),
    linkEnded: phrase({ en: 'This link no longer works', de: 'Dieser Link gilt nicht mehr' }),
    requestEnded: phrase({ en: 'This request is not open', de: 'Diese Anfrage ist nicht offen' }),
    signInEnded: phrase({ en: 'This sign-in cannot continue', de: 'Diese Anmeldung geht nicht weiter' }),
    unanswerable: phrase({ en: 'This request cannot be answered', de: 'Diese Anfrage lässt sich nicht beantworten' }),
  },
  unknownApp: phrase({
    en: 'The app that sent you here is not known at this server. Nothing was allowed.',
    de: 'Die App, von der Sie kommen, ist diesem Server nicht bekannt. Es wurde nichts erlaubt.',
  }),
  unknownRedirect: phrase({
    en: 'The app that sent you here wants the answer at an address it is not registered for. Nothing was allowed.',
    de: 'Die App, von der Sie kommen, will die Antwort an eine Adresse, für die sie nicht angemeldet ist. Es wurde nichts erlaubt.',
  }),
  unanswerable: phrase({
    en: 'The request that brought you here cannot be answered. Nothing was allowed.',
    de: 'Die Anfrage, die Sie hierher geführt hat, lässt sich nicht beantworten. Es wurde nichts erlaubt.',
  }),
  unansweredRequest: phrase({
    en: 'The request could not be answered.',
    de: 'Die Anfrage konnte nicht beantwortet werden.',
  }),
  leadsNowhere: phrase({
    en: 'It may be mistyped, or the page has moved. Start again where you came from.',
    de: 'Sie ist vielleicht falsch geschrieben, oder die Seite ist umgezogen. Beginnen Sie noch einmal dort, woher Sie kamen.',
  }),
  otherwise: phrase({ en: 'That does not work here', de: 'Das geht hier nicht' }),
  noSuchRequest: phrase({
    en: 'This address is there, but not for a request like this one. Start again where you came from.',
    de: 'Diese Adresse gibt es, aber nicht für eine solche Anfrage. Beginnen Sie noch einmal dort, woher Sie kamen.',
  }),
  later: phrase({ en: 'Try again in a moment', de: 'Versuchen Sie es gleich noch einmal' }),
};

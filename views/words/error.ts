import { phrase } from '../html.ts';

export const errorWords = {
  error: phrase({ en: 'Error', de: 'Fehler' }),
  detail: phrase({ en: 'Detail', de: 'Einzelheit' }),
  request: phrase({ en: 'Request', de: 'Anfrage' }),
  back: phrase({ en: 'Back to the start', de: 'Zurück zum Anfang' }),
  failed: phrase({ en: 'That did not work', de: 'Das hat nicht geklappt' }),
  forbidden: phrase({ en: 'That is not allowed', de: 'Das ist nicht erlaubt' }),
  absent: phrase({ en: 'There is nothing here', de: 'Hier ist nichts' }),
  again: phrase({ en: 'That cannot be done again', de: 'Das geht nicht noch einmal' }),
  tooMany: phrase({ en: 'Too many attempts', de: 'Zu viele Versuche' }),
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
    en: 'This address leads nowhere. Start again where you came from.',
    de: 'Diese Adresse führt nirgendwohin. Beginnen Sie noch einmal dort, woher Sie kamen.',
  }),
  otherwise: phrase({ en: 'That does not work here', de: 'Das geht hier nicht' }),
  noSuchRequest: phrase({
    en: 'This address is there, but not for a request like this one. Start again where you came from.',
    de: 'Diese Adresse gibt es, aber nicht für eine solche Anfrage. Beginnen Sie noch einmal dort, woher Sie kamen.',
  }),
  later: phrase({ en: 'Try again in a moment', de: 'Versuchen Sie es gleich noch einmal' }),
};

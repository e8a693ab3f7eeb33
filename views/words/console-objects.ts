import { html, type Phrase, phrase } from '../html.ts';

/** Text of forms and pages of registered objects. */
export const objectWords = {
  shownOnce: phrase({
    en: 'The server shows this once. Store it in a safe place now.',
    de: 'Der Server zeigt das nur einmal. Bewahren Sie es jetzt sicher auf.',
  }),
  linesHint: phrase({ en: 'One on each line.', de: 'Je Zeile eine Angabe.' }),
  rightsHint: phrase({
    en: 'On each line the identifier of an API, then its scopes. * stands for all scopes.',
    de: 'Je Zeile die Kennung einer API, danach ihre Scopes. * steht für alle Scopes.',
  }),
  rightsOther: phrase({ en: 'Other APIs, as text', de: 'Andere APIs, als Text' }),
  allScopes: phrase({ en: 'All scopes, later ones too', de: 'Alle Scopes, auch spätere' }),
  noneOfThem: phrase({ en: 'None', de: 'Keiner' }),
  ownerHint: phrase({
    en: 'A username, or the name of a group.',
    de: 'Ein Benutzername oder der Name einer Gruppe.',
  }),
  accountHint: phrase({ en: 'Username or name of a person.', de: 'Benutzername oder Name einer Person.' }),
  nameOrId: phrase({ en: 'A name or an id.', de: 'Ein Name oder eine Kennung.' }),
  namesHint: phrase({ en: 'A name or an id on each line.', de: 'Je Zeile ein Name oder eine Kennung.' }),
  chosenOf: (count: number, all: number) => phrase({ en: `${count} of ${all}`, de: `${count} von ${all}` }),
  removeRow: phrase({ en: 'Remove', de: 'Entfernen' }),
  more: phrase({ en: 'More settings', de: 'Weitere Einstellungen' }),
  identity: phrase({ en: 'Identity', de: 'Identität' }),
  units: {
    seconds: phrase({ en: 'seconds', de: 'Sekunden' }),
    minutes: phrase({ en: 'minutes', de: 'Minuten' }),
    hours: phrase({ en: 'hours', de: 'Stunden' }),
    days: phrase({ en: 'days', de: 'Tage' }),
  },
  unitOf: (label: Phrase) => phrase({ en: html`Unit: ${label}`, de: html`Einheit: ${label}` }),
  timeRange: (least: Phrase, most: Phrase) => phrase({ en: html`${least} to ${most}`, de: html`${least} bis ${most}` }),
  timeHint: ({ range, usual, note }: { readonly range: Phrase; readonly usual?: Phrase; readonly note?: Phrase }) =>
    phrase({
      en: html`${range}.${usual && html` Default: ${usual}.`}${note && html` ${note}`}`,
      de: html`${range}.${usual && html` Vorgabe: ${usual}.`}${note && html` ${note}`}`,
    }),
  timeOutOfRange: (least: Phrase, most: Phrase) =>
    phrase({ en: html`This time is from ${least} to ${most}.`, de: html`Diese Zeit ist von ${least} bis ${most}.` }),
  timeTooShort: (least: Phrase) =>
    phrase({ en: html`This time is at least ${least}.`, de: html`Diese Zeit ist mindestens ${least}.` }),
  timeTooLong: (most: Phrase) =>
    phrase({ en: html`This time is at most ${most}.`, de: html`Diese Zeit ist höchstens ${most}.` }),
  onward: phrase({ en: 'Continue', de: 'Weiter' }),
};

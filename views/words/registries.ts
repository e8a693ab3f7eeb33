import { type HtmlValue, html, phrase } from '../html.ts';

/** Text about any registered object. */
export const registerWords = {
  /** What a user types before an action that cannot be undone. */
  confirm: (text: HtmlValue) =>
    phrase({ en: html`Type ${text} to confirm`, de: html`Zur Bestätigung ${text} eingeben` }),
  confirmLabel: phrase({ en: 'Confirmation', de: 'Bestätigung' }),
  words: phrase({ en: 'Search', de: 'Suche' }),
  wordsHint: phrase({ en: 'Beginning of a name', de: 'Anfang eines Namens' }),
  state: phrase({ en: 'State', de: 'Zustand' }),
  states: {
    active: phrase({ en: 'active', de: 'aktiv' }),
    disabled: phrase({ en: 'disabled', de: 'gesperrt' }),
    retired: phrase({ en: 'retired', de: 'stillgelegt' }),
  },
  name: phrase({ en: 'Name', de: 'Name' }),
  id: phrase({ en: 'Id', de: 'Kennung' }),
  url: phrase({ en: 'URL', de: 'URL' }),
  owner: phrase({ en: 'Owner', de: 'Eigentümer' }),
  made: phrase({ en: 'Created', de: 'Angelegt' }),
  changed: phrase({ en: 'Last changed', de: 'Zuletzt geändert' }),
  noneFits: phrase({ en: 'No result.', de: 'Kein Treffer.' }),
  moreFollows: phrase({
    en: 'There is more to look through on the next page.',
    de: 'Auf der nächsten Seite geht die Suche weiter.',
  }),
  none: phrase({ en: 'none', de: 'keine' }),
  all: phrase({ en: 'all', de: 'alle' }),
  disable: phrase({ en: 'Disable', de: 'Sperren' }),
  enable: phrase({ en: 'Enable', de: 'Entsperren' }),
  save: phrase({ en: 'Save', de: 'Speichern' }),
  cancel: phrase({ en: 'Cancel', de: 'Abbrechen' }),
  change: phrase({ en: 'Change', de: 'Ändern' }),
  moreActions: phrase({ en: 'More', de: 'Mehr' }),
  what: phrase({ en: 'Details', de: 'Einzelheiten' }),
  inTheAuditLog: phrase({ en: 'Events in the audit log', de: 'Ereignisse im Protokoll' }),
  allOf: (count: number) => phrase({ en: `The newest ${count}.`, de: `Die neuesten ${count}.` }),
};

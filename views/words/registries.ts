import { type HtmlValue, html, phrase } from '../html.ts';

/** Text about any registered object. */
export const registerWords = {
  words: phrase({ en: 'Words', de: 'Wörter' }),
  wordsHint: phrase({ en: 'Their beginnings are enough.', de: 'Ihre Anfänge genügen.' }),
  state: phrase({ en: 'State', de: 'Zustand' }),
  states: {
    active: phrase({ en: 'active', de: 'aktiv' }),
    disabled: phrase({ en: 'disabled', de: 'gesperrt' }),
    retired: phrase({ en: 'retired', de: 'stillgelegt' }),
  },
  name: phrase({ en: 'Name', de: 'Name' }),
  id: phrase({ en: 'Id', de: 'Kennung' }),
  owner: phrase({ en: 'Owner', de: 'Eigentümer' }),
  made: phrase({ en: 'Made', de: 'Angelegt' }),
  changed: phrase({ en: 'Last changed', de: 'Zuletzt geändert' }),
  noneFits: phrase({ en: 'Nothing fits.', de: 'Nichts passt.' }),
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
  what: phrase({ en: 'What it is', de: 'Was es ist' }),
  inTheAuditLog: phrase({ en: 'In the audit log', de: 'Im Protokoll' }),
  /** For actions that only the command line has. */
  byCommand: (command: HtmlValue) =>
    phrase({
      en: html`On the command line: <code>${command}</code>`,
      de: html`Auf der Kommandozeile: <code>${command}</code>`,
    }),
  allOf: (count: number) => phrase({ en: `The newest ${count}.`, de: `Die neuesten ${count}.` }),
};

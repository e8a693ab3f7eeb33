import { type HtmlValue, html, phrase } from '../html.ts';

/** Accounts that are given to a directory, or taken from it. */
export const directoryAccountWords = {
  assign: phrase({ en: 'Give it an account', de: 'Ein Konto geben' }),
  unassign: phrase({ en: 'Take an account', de: 'Ein Konto entziehen' }),
  asked: {
    assign: (directory: HtmlValue) =>
      phrase({ en: html`Give an account to ${directory}`, de: html`${directory} ein Konto geben` }),
    unassign: (directory: HtmlValue) =>
      phrase({ en: html`Take an account from ${directory}`, de: html`${directory} ein Konto entziehen` }),
  },
  leads: {
    assign: phrase({
      en: 'The directory can then change and disable the account. An account with a role cannot be given.',
      de: 'Das Verzeichnis kann das Konto dann ändern und sperren. Ein Konto mit einer Rolle lässt sich nicht geben.',
    }),
    unassign: phrase({
      en: 'The account leaves the groups of this directory and loses what they gave it. All else stays. The directory can no longer change it.',
      de: 'Das Konto verlässt die Gruppen dieses Verzeichnisses und verliert, was sie ihm gaben. Alles andere bleibt. Das Verzeichnis kann es nicht mehr ändern.',
    }),
  },
  buttons: {
    assign: phrase({ en: 'Give the account', de: 'Konto geben' }),
    unassign: phrase({ en: 'Take the account', de: 'Konto entziehen' }),
  },
  account: phrase({ en: 'Account', de: 'Konto' }),
};

/** Confirmations of what was done. */
export const directoryAccountDoneWords = {
  accountAssigned: phrase({
    en: 'Done. The account belongs to the directory.',
    de: 'Fertig. Das Konto gehört zum Verzeichnis.',
  }),
  accountUnassigned: phrase({
    en: 'Done. The account no longer belongs to the directory.',
    de: 'Fertig. Das Konto gehört nicht mehr zum Verzeichnis.',
  }),
} as const;

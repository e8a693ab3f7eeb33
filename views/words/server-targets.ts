import { type HtmlValue, html, phrase } from '../html.ts';

/** Scopes of other APIs that a resource server asks its callers for. */
export const serverTargetWords = {
  title: phrase({ en: 'Asks its callers for', de: 'Bittet seine Aufrufer um' }),
  lead: phrase({
    en: 'As an agent, it asks the people who call it for these scopes of other APIs. The consent page shows them unticked. Only what a person allows there is a right.',
    de: 'Als Agent bittet er die Personen, die ihn aufrufen, um diese Berechtigungen anderer APIs. Die Einwilligungsseite zeigt sie nicht angekreuzt. Nur was eine Person dort erlaubt, ist ein Recht.',
  }),
  none: phrase({
    en: 'It asks for no scope of another API.',
    de: 'Er bittet um keine Berechtigung einer anderen API.',
  }),
  propose: (command: HtmlValue) =>
    phrase({
      en: html`An operator proposes a scope with <code>${command}</code>. Another operator or administrator accepts it.`,
      de: html`Ein Operator schlägt eine Berechtigung mit <code>${command}</code> vor. Ein anderer Operator oder Administrator nimmt sie an.`,
    }),
  scope: phrase({ en: 'Scope', de: 'Berechtigung' }),
  api: phrase({ en: 'API', de: 'API' }),
  state: phrase({ en: 'State', de: 'Zustand' }),
  actions: phrase({ en: 'Actions', de: 'Aktionen' }),
  states: {
    accepted: phrase({ en: 'accepted', de: 'angenommen' }),
    proposed: phrase({ en: 'proposed', de: 'vorgeschlagen' }),
  },
  waits: phrase({ en: 'a scope waits to be accepted', de: 'eine Berechtigung wartet auf Annahme' }),
  proposedBy: (name: HtmlValue, time: HtmlValue) =>
    phrase({ en: html`Proposed by ${name}, ${time}`, de: html`Vorgeschlagen von ${name}, ${time}` }),
  acceptedBy: (name: HtmlValue, time: HtmlValue) =>
    phrase({ en: html`Accepted by ${name}, ${time}`, de: html`Angenommen von ${name}, ${time}` }),
  effects: {
    gone: phrase({
      en: 'No effect: the API does not declare this scope.',
      de: 'Ohne Wirkung: Die API bietet diese Berechtigung nicht an.',
    }),
    disabled: phrase({ en: 'No effect: the API is disabled.', de: 'Ohne Wirkung: Die API ist gesperrt.' }),
  },
  bars: {
    proposer: phrase({
      en: 'You proposed it, yourself or by a client. Another operator or administrator accepts it.',
      de: 'Sie haben sie vorgeschlagen, selbst oder mit einem Client. Ein anderer Operator oder Administrator nimmt sie an.',
    }),
    changed: phrase({
      en: 'Your account is newer than the proposal, or changed after it. Withdraw the scope, have it proposed again, and accept it then.',
      de: 'Ihr Konto ist neuer als der Vorschlag oder wurde danach geändert. Ziehen Sie die Berechtigung zurück, lassen Sie sie neu vorschlagen und nehmen Sie sie dann an.',
    }),
  },
  accept: phrase({ en: 'Accept', de: 'Annehmen' }),
  withdraw: phrase({ en: 'Withdraw', de: 'Zurückziehen' }),
};

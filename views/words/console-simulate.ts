import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';

/** Simulating one decision. */
export const tryWords = {
  tab: phrase({ en: 'Simulate policies', de: 'Richtlinien simulieren' }),
  title: phrase({ en: 'Simulate a decision', de: 'Eine Entscheidung simulieren' }),
  lead: phrase({
    en: 'What an agent would get, and which layer stops the rest. A simulation issues no token and stores nothing.',
    de: 'Was ein Agent bekäme und welche Schicht den Rest aufhält. Es wird kein Token ausgegeben und nichts gespeichert.',
  }),
  askAgain: phrase({ en: 'Simulate again', de: 'Noch einmal simulieren' }),
  asked: phrase({ en: 'Request', de: 'Anfrage' }),
  agentHint: phrase({
    en: 'Name or id of an agent or a client.',
    de: 'Name oder Kennung eines Agenten oder Clients.',
  }),
  person: phrase({ en: 'On whose behalf', de: 'In wessen Namen' }),
  personHint: phrase({
    en: 'Username, name or id. Empty: it acts for itself.',
    de: 'Benutzername, Name oder Kennung. Leer: Er handelt für sich selbst.',
  }),
  resource: phrase({ en: 'Resource server', de: 'Ressourcenserver' }),
  resourceHint: phrase({ en: 'Where the agent asks.', de: 'Wo der Agent fragt.' }),
  scope: phrase({ en: 'Scope', de: 'Berechtigungen' }),
  scopeHint: phrase({
    en: 'Names with spaces between. Empty: all.',
    de: 'Namen mit Leerzeichen dazwischen. Leer: alle.',
  }),
  policies: phrase({ en: 'Policies', de: 'Richtlinien' }),
  policiesHint: phrase({ en: 'The active version or a draft.', de: 'Die aktive Version oder ein Entwurf.' }),
  consent: phrase({
    en: 'Assume that the person consents',
    de: 'Einwilligung der Person annehmen',
  }),
  decide: phrase({ en: 'Simulate', de: 'Simulieren' }),
  verdicts: {
    yes: phrase({ en: 'Yes', de: 'Ja' }),
    part: phrase({ en: 'Only in part', de: 'Nur zum Teil' }),
    no: phrase({ en: 'No', de: 'Nein' }),
  },
  /** Who asks, for whom, and where. */
  summary: (caller: HtmlValue, person: HtmlValue, resource: HtmlValue) =>
    phrase({
      en: html`${caller} for ${person ?? 'itself'} at ${resource}`,
      de: html`${caller} für ${person ?? 'sich selbst'} bei ${resource}`,
    }),
  tokenLives: (time: Phrase) =>
    phrase({ en: html`A token would live at most ${time}.`, de: html`Ein Token würde höchstens ${time} leben.` }),
  usable: (times: number) =>
    phrase({
      en: `It could be used ${times === 1 ? 'once' : `${times} times`}.`,
      de: `Es ließe sich ${times === 1 ? 'einmal' : `${times} Mal`} benutzen.`,
    }),
  notEnforced: phrase({
    en: 'Policies are switched off on this server: decisions there leave them out.',
    de: 'Richtlinien sind auf diesem Server abgeschaltet: Entscheidungen lassen sie dort aus.',
  }),
  layers: phrase({ en: 'Layer by layer', de: 'Schicht für Schicht' }),
  does: {
    aside: phrase({ en: 'does not apply', de: 'zählt nicht' }),
    late: phrase({ en: 'is not reached', de: 'wird nicht erreicht' }),
    pass: phrase({ en: 'lets all through', de: 'lässt alles durch' }),
    cut: phrase({ en: 'takes away a part', de: 'nimmt einen Teil weg' }),
    stop: phrase({ en: 'stops here', de: 'hält hier auf' }),
  },
  onlyIf: (clause: HtmlValue) => phrase({ en: html`only if ${clause}`, de: html`nur wenn ${clause}` }),
  wouldStop: (scopes: HtmlValue) =>
    phrase({ en: html`It would stop ${scopes} as well.`, de: html`Sie würde auch ${scopes} aufhalten.` }),
  stopped: phrase({ en: 'stopped: ', de: 'aufgehalten: ' }),
  policiesSay: phrase({ en: 'What the policies say', de: 'Was die Richtlinien sagen' }),
  allowed: phrase({ en: 'allowed', de: 'erlaubt' }),
  notAllowed: phrase({ en: 'not allowed', de: 'nicht erlaubt' }),
  nonePermits: phrase({ en: 'No policy permits it.', de: 'Keine Richtlinie erlaubt es.' }),
  changes: phrase({ en: 'The least that would have to change', de: 'Das Wenigste, was sich ändern müsste' }),
  forScope: (scope: HtmlValue) => phrase({ en: html`For ${scope}`, de: html`Für ${scope}` }),
};

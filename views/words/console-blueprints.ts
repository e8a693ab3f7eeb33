import { type HtmlValue, html, phrase } from '../html.ts';

/** Blueprints: templates and live ceilings of agents. */
export const blueprintWords = {
  title: phrase({ en: 'Blueprints', de: 'Blueprints' }),
  lead: phrase({
    en: 'What agents of a kind may have at most. A change applies to all agents of the blueprint at once.',
    de: 'Was Agenten einer Art höchstens haben dürfen. Eine Änderung gilt sofort für alle Agenten des Blueprints.',
  }),
  blueprint: phrase({ en: 'Blueprint', de: 'Blueprint' }),
  version: phrase({ en: 'Version', de: 'Version' }),
  states: {
    draft: phrase({ en: 'draft', de: 'Entwurf' }),
    active: phrase({ en: 'active', de: 'aktiv' }),
    deprecated: phrase({ en: 'deprecated', de: 'veraltet' }),
  },
  none: phrase({
    en: 'There is no blueprint yet. A blueprint sets what agents of one kind may have at most.',
    de: 'Es gibt noch keinen Blueprint. Ein Blueprint legt fest, was Agenten einer Art höchstens haben dürfen.',
  }),
  make: phrase({ en: 'Draft a blueprint', de: 'Blueprint entwerfen' }),
  makeLead: phrase({
    en: 'It starts as a draft and has no effect until it is activated. An empty field sets no limit.',
    de: 'Er beginnt als Entwurf und wirkt erst, wenn er aktiviert wird. Ein leeres Feld setzt keine Grenze.',
  }),
  makeDraft: phrase({ en: 'Save the draft', de: 'Entwurf speichern' }),
  change: phrase({ en: 'Edit', de: 'Bearbeiten' }),
  changeOf: (name: HtmlValue) => phrase({ en: html`Edit ${name}`, de: html`${name} bearbeiten` }),
  changeLead: phrase({
    en: 'Name and purpose change at once. Limits go into the draft, which has no effect until it is activated. An empty field sets no limit.',
    de: 'Name und Zweck ändern sich sofort. Grenzen kommen in den Entwurf, der erst wirkt, wenn er aktiviert wird. Ein leeres Feld setzt keine Grenze.',
  }),
  purpose: phrase({ en: 'Purpose', de: 'Zweck' }),
  purposeHint: phrase({
    en: 'What the agents of this blueprint are for, on one line.',
    de: 'Wozu die Agenten dieses Blueprints da sind, auf einer Zeile.',
  }),
  sections: {
    rights: phrase({ en: 'Rights', de: 'Rechte' }),
    rightsHint: phrase({
      en: 'The most that agents may have. They cannot use an API that is not named here.',
      de: 'Was Agenten höchstens haben dürfen. APIs, die nicht genannt sind, bleiben unerreichbar.',
    }),
    credentials: phrase({ en: 'Environments and credentials', de: 'Umgebungen und Nachweise' }),
    times: phrase({ en: 'Times and numbers', de: 'Zeiten und Anzahlen' }),
  },
  fields: {
    authority: phrase({ en: 'Scopes at most', de: 'Scopes höchstens' }),
    approvals: phrase({
      en: 'Scopes that need an approval each time',
      de: 'Scopes, die jedes Mal eine Freigabe brauchen',
    }),
    detailTypes: phrase({ en: 'Types of authorization details', de: 'Arten von Autorisierungsdetails' }),
    environments: phrase({ en: 'Environments', de: 'Umgebungen' }),
    authenticationMethods: phrase({ en: 'Authentication methods', de: 'Authentifizierung' }),
    grantTypes: phrase({ en: 'Grant types', de: 'Grant-Typen' }),
    noneTicked: phrase({ en: 'None ticked: no limit.', de: 'Nichts angekreuzt: keine Grenze.' }),
    senderConstraint: phrase({ en: 'Binding of tokens', de: 'Bindung der Tokens' }),
    compositions: phrase({ en: 'Compositions that may run', de: 'Erlaubte Zusammensetzungen' }),
    compositionsHint: phrase({
      en: html`On each line <code>sha256:</code> and 64 hexadecimal digits.`,
      de: html`Je Zeile <code>sha256:</code> und 64 hexadezimale Ziffern.`,
    }),
    compositionDrift: phrase({
      en: 'If an agent runs with another composition',
      de: 'Wenn ein Agent mit anderer Zusammensetzung läuft',
    }),
    maxAccessTokenSeconds: phrase({ en: 'Lifetime of an access token', de: 'Lebensdauer eines Access-Tokens' }),
    maxGrantSeconds: phrase({
      en: 'Time that a grant can be refreshed',
      de: 'Zeit, in der sich ein Grant erneuern lässt',
    }),
    maxDelegationSeconds: phrase({ en: 'Lifetime of a delegation', de: 'Lebensdauer einer Delegation' }),
    maxDelegationDepth: phrase({ en: 'Re-delegation hops', de: 'Schritte der Weitergabe' }),
    depthHint: phrase({ en: '0 to 10. 0: no re-delegation.', de: '0 bis 10. 0: keine Weitergabe.' }),
    maxAgents: phrase({ en: 'Agents that are not retired', de: 'Agenten, die nicht stillgelegt sind' }),
    maxInstances: phrase({ en: 'Instances of one agent', de: 'Instanzen eines Agenten' }),
    countHint: phrase({ en: 'Up to 10,000.', de: 'Bis 10.000.' }),
  },
  counts: (version: number) => phrase({ en: `Version ${version} is active`, de: `Version ${version} ist aktiv` }),
  nothingCounts: phrase({ en: 'Nothing of it is active yet', de: 'Noch ist nichts davon aktiv' }),
  deprecated: phrase({
    en: 'It takes no new agents. Its agents keep it.',
    de: 'Er nimmt keine neuen Agenten auf. Seine Agenten behalten ihn.',
  }),
  noCeilings: phrase({ en: 'It sets no limit.', de: 'Er setzt keine Grenze.' }),
  deprecate: phrase({ en: 'Deprecate', de: 'Als veraltet kennzeichnen' }),
  deprecateTitle: phrase({ en: 'Deprecate a blueprint', de: 'Einen Blueprint als veraltet kennzeichnen' }),
  deprecateAsked: (name: HtmlValue) =>
    phrase({ en: html`Deprecate ${name}?`, de: html`${name} als veraltet kennzeichnen?` }),
  deprecateLead: (agents: number, more: boolean) =>
    phrase({
      en: `The blueprint takes no new agents. ${
        agents === 0
          ? 'It has no agents.'
          : `${more ? 'More than ' : ''}${agents} ${agents === 1 ? 'agent keeps' : 'agents keep'} it, and its limits still apply to ${agents === 1 ? 'it' : 'them'}.`
      } You cannot undo this.`,
      de: `Der Blueprint nimmt keine neuen Agenten auf. ${
        agents === 0
          ? 'Er hat keine Agenten.'
          : `${more ? 'Mehr als ' : ''}${agents} ${agents === 1 ? 'Agent behält' : 'Agenten behalten'} ihn, und seine Grenzen gelten weiter.`
      } Das lässt sich nicht rückgängig machen.`,
    }),
  keepIt: phrase({ en: 'Agents that keep it', de: 'Agenten, die ihn behalten' }),
  draft: (version: number) => phrase({ en: `Draft, version ${version}`, de: `Entwurf, Version ${version}` }),
  sameAsBefore: phrase({
    en: 'It says the same as the active version.',
    de: 'Er sagt dasselbe wie die aktive Version.',
  }),
  axis: phrase({ en: 'Limit', de: 'Grenze' }),
  before: phrase({ en: 'Now', de: 'Jetzt' }),
  after: phrase({ en: 'Then', de: 'Dann' }),
  effect: phrase({ en: 'Effect', de: 'Wirkung' }),
  narrower: phrase({ en: 'narrower', de: 'enger' }),
  wider: phrase({ en: 'wider', de: 'weiter' }),
  breaks: phrase({ en: 'Agents it would change', de: 'Agenten, die es träfe' }),
  breaksNone: phrase({ en: 'No agent would be affected.', de: 'Es träfe keinen Agenten.' }),
  allOfThese: (agents: HtmlValue) =>
    phrase({ en: html`All of these limits apply to ${agents}.`, de: html`Alle diese Grenzen gelten für ${agents}.` }),
  breaksMore: phrase({
    en: 'There are more: see behalf blueprints preview.',
    de: 'Es gibt mehr: siehe behalf blueprints preview.',
  }),
  changes: phrase({ en: 'What changes', de: 'Was sich ändert' }),
  whatChanges: phrase({ en: 'What changes for it', de: 'Was sich für ihn ändert' }),
  stopsIt: phrase({ en: 'It is blocked', de: 'Er wird gesperrt' }),
  loses: (what: HtmlValue) => phrase({ en: html`It loses: ${what}`, de: html`Er verliert: ${what}` }),
  lower: (what: HtmlValue) =>
    phrase({ en: html`A lower limit applies: ${what}`, de: html`Eine niedrigere Grenze gilt: ${what}` }),
  activate: phrase({ en: 'Activate', de: 'Aktivieren' }),
  activateTitle: phrase({ en: 'Activate a draft', de: 'Einen Entwurf aktivieren' }),
  activateAsked: (version: number, name: HtmlValue) =>
    phrase({
      en: html`Activate version ${version} of ${name}?`,
      de: html`Version ${version} von ${name} aktivieren?`,
    }),
  activateLead: phrase({
    en: 'It applies to all its agents at once, also to tokens they hold.',
    de: 'Sie gilt sofort für alle seine Agenten, auch für Tokens, die sie haben.',
  }),
  versions: phrase({ en: 'Versions', de: 'Versionen' }),
  activated: phrase({ en: 'Activated', de: 'Aktiviert' }),
  by: phrase({ en: 'By', de: 'Von' }),
  agents: phrase({ en: 'Its agents', de: 'Seine Agenten' }),
  noAgents: phrase({ en: 'No agent stands under it.', de: 'Unter ihm steht kein Agent.' }),
};

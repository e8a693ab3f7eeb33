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
  purpose: phrase({ en: 'Purpose', de: 'Zweck' }),
  states: {
    draft: phrase({ en: 'draft', de: 'Entwurf' }),
    active: phrase({ en: 'active', de: 'aktiv' }),
    deprecated: phrase({ en: 'deprecated', de: 'veraltet' }),
  },
  none: phrase({ en: 'There is no blueprint yet.', de: 'Es gibt noch keinen Blueprint.' }),
  makeOne: phrase({
    en: html`One is drafted with <code>behalf blueprints create</code>, and changed with <code>behalf blueprints update</code>.`,
    de: html`Einer wird mit <code>behalf blueprints create</code> entworfen und mit <code>behalf blueprints update</code> geändert.`,
  }),
  counts: (version: number) => phrase({ en: `Version ${version} is active`, de: `Version ${version} gilt` }),
  nothingCounts: phrase({ en: 'Nothing of it is active yet', de: 'Noch gilt nichts davon' }),
  deprecated: phrase({
    en: 'It takes no new agents. Those it has stay under it.',
    de: 'Er nimmt keine neuen Agenten. Die er hat, bleiben unter ihm.',
  }),
  noCeilings: phrase({ en: 'It sets no limit.', de: 'Er setzt keine Grenze.' }),
  deprecate: phrase({ en: 'Take no new agents', de: 'Keine neuen Agenten nehmen' }),
  deprecateTitle: phrase({ en: 'Deprecate a blueprint', de: 'Einen Blueprint außer Dienst stellen' }),
  deprecateAsked: (name: HtmlValue) =>
    phrase({ en: html`Let ${name} take no new agents?`, de: html`Soll ${name} keine neuen Agenten mehr nehmen?` }),
  deprecateLead: phrase({
    en: 'Those it has stay under it, and their ceilings go on counting. There is no way back.',
    de: 'Die er hat, bleiben unter ihm, und ihre Obergrenzen gelten weiter. Zurück geht es nicht.',
  }),
  draft: (version: number) => phrase({ en: `Draft, version ${version}`, de: `Entwurf, Version ${version}` }),
  sameAsBefore: phrase({ en: 'It says the same as the active version.', de: 'Er sagt dasselbe wie das, was gilt.' }),
  axis: phrase({ en: 'Limit', de: 'Grenze' }),
  before: phrase({ en: 'Now', de: 'Jetzt' }),
  after: phrase({ en: 'Then', de: 'Dann' }),
  effect: phrase({ en: 'Effect', de: 'Wirkung' }),
  narrower: phrase({ en: 'narrower', de: 'enger' }),
  wider: phrase({ en: 'wider', de: 'weiter' }),
  breaks: phrase({ en: 'Agents it would change', de: 'Agenten, die es träfe' }),
  breaksNone: phrase({ en: 'No agent would be affected.', de: 'Es träfe keinen Agenten.' }),
  breaksMore: phrase({
    en: 'There are more: see behalf blueprints preview.',
    de: 'Es gibt mehr: siehe behalf blueprints preview.',
  }),
  whatChanges: phrase({ en: 'What changes for it', de: 'Was sich für ihn ändert' }),
  stopsIt: phrase({ en: 'It is blocked', de: 'Er wird gesperrt' }),
  loses: (what: HtmlValue) => phrase({ en: html`It loses: ${what}`, de: html`Er verliert: ${what}` }),
  lower: (what: HtmlValue) => phrase({ en: html`Lower: ${what}`, de: html`Niedriger: ${what}` }),
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

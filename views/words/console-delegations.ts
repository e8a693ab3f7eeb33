import { type HtmlValue, html, phrase } from '../html.ts';

/** Who delegated to whom: the picture, the list and the page of one delegation. */
export const delegationWords = {
  title: phrase({ en: 'Delegation', de: 'Delegation' }),
  /** Between a person and an agent, for screen readers. */
  delegatedTo: phrase({ en: 'delegated to', de: 'hat delegiert an' }),
  listTitle: phrase({ en: 'Delegations', de: 'Delegationen' }),
  listLead: phrase({
    en: 'Delegations that you may see, newest first, ended ones included.',
    de: 'Delegationen, die Sie sehen dürfen, die neuesten zuerst, auch beendete.',
  }),
  of: (name: HtmlValue) => phrase({ en: html`Only those of ${name}.`, de: html`Nur die von ${name}.` }),
  allOfThem: phrase({ en: 'All delegations', de: 'Alle Delegationen' }),
  pages: phrase({ en: 'Pages of delegations', de: 'Seiten der Delegationen' }),
  searchHint: phrase({
    en: 'Exact name or id of an agent or person',
    de: 'Genauer Name oder Kennung',
  }),
  none: phrase({
    en: 'There is no delegation. One begins when a person allows an agent something.',
    de: 'Es gibt keine Delegation. Eine beginnt, wenn eine Person einem Agenten etwas erlaubt.',
  }),
  facts: phrase({ en: 'What it permits', de: 'Was sie erlaubt' }),
  tree: phrase({ en: 'Who delegated to whom', de: 'Wer wem delegiert hat' }),
  pictureTitle: (count: number) =>
    phrase({
      en: `From each person to agents, and from agents to further agents: ${count}. The list has the same delegations.`,
      de: `Von jeder Person an Agenten und von Agenten an weitere Agenten: ${count}. Die Liste enthält dieselben Delegationen.`,
    }),
  asList: phrase({ en: 'As a list, with scopes and ends', de: 'Dasselbe als Liste' }),
  /** Label of a delegation in the picture. */
  node: (agent: HtmlValue, resource: HtmlValue, scopes: HtmlValue, state: HtmlValue) =>
    phrase({
      en: html`${agent} at ${resource}: ${scopes} (${state})`,
      de: html`${agent} bei ${resource}: ${scopes} (${state})`,
    }),
  noScopes: phrase({ en: 'no scopes', de: 'keine Berechtigungen' }),
  at: (resource: HtmlValue) => phrase({ en: html`at ${resource}`, de: html`bei ${resource}` }),
  hops: (count: number) =>
    phrase({
      en: count === 1 ? 'one hop before it is not shown' : `${count} hops before it are not shown`,
      de: count === 1 ? 'ein Schritt davor fehlt' : `${count} Schritte davor fehlen`,
    }),
  expires: (time: HtmlValue) => phrase({ en: html`expires ${time}`, de: html`läuft ${time} ab` }),
  andFurther: phrase({ en: 'and further ones', de: 'und weitere' }),
  deeper: (count: number) =>
    phrase({
      en: `The picture leaves out ${count} in longer chains; the list has them.`,
      de: `Das Bild lässt ${count} in längeren Ketten aus; sie stehen in der Liste.`,
    }),
  aPerson: phrase({ en: 'A person', de: 'Eine Person' }),
  thisOne: phrase({ en: 'this delegation', de: 'diese Delegation' }),
  states: {
    active: phrase({ en: 'active', de: 'aktiv' }),
    suspended: phrase({ en: 'suspended', de: 'ausgesetzt' }),
    revoked: phrase({ en: 'revoked', de: 'widerrufen' }),
    expired: phrase({ en: 'expired', de: 'abgelaufen' }),
    blocked: phrase({ en: 'inactive: one before it ended', de: 'inaktiv: eine davor endete' }),
  },
  /** The same, as short as the picture needs. */
  shortStates: {
    active: phrase({ en: 'active', de: 'aktiv' }),
    suspended: phrase({ en: 'suspended', de: 'ausgesetzt' }),
    revoked: phrase({ en: 'revoked', de: 'widerrufen' }),
    expired: phrase({ en: 'expired', de: 'abgelaufen' }),
    blocked: phrase({ en: 'inactive', de: 'inaktiv' }),
  },
  person: phrase({ en: 'Person', de: 'Person' }),
  agent: phrase({ en: 'Agent', de: 'Agent' }),
  where: phrase({ en: 'API', de: 'API' }),
  scopes: phrase({ en: 'Scopes', de: 'Berechtigungen' }),
  details: phrase({ en: 'Authorization details', de: 'Autorisierungsdetails' }),
  detailsCount: (count: number, types: HtmlValue) =>
    phrase({ en: html`${count}: ${types}`, de: html`${count}: ${types}` }),
  calledBy: phrase({ en: 'Calling app', de: 'Aufrufende App' }),
  hop: phrase({ en: 'Hop in the chain', de: 'Schritt in der Kette' }),
  furtherHops: phrase({ en: 'Re-delegation', de: 'Weitergabe' }),
  notDelegable: phrase({ en: 'not permitted', de: 'nicht erlaubt' }),
  delegable: (depth: number, agents: HtmlValue) =>
    phrase({
      en: html`${depth === 1 ? 'one hop' : `up to ${depth} hops`}, to ${agents}`,
      de: html`${depth === 1 ? 'ein Schritt' : `bis zu ${depth} Schritte`}, an ${agents}`,
    }),
  created: phrase({ en: 'Created', de: 'Angelegt' }),
  ends: phrase({ en: 'Expires', de: 'Läuft ab' }),
  revokedAt: phrase({ en: 'Revoked', de: 'Widerrufen' }),
  lastUse: phrase({ en: 'Last token', de: 'Letztes Token' }),
  end: phrase({ en: 'End', de: 'Beenden' }),
};

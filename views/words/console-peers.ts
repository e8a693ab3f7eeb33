import { type HtmlValue, html, phrase } from '../html.ts';

/** Trusted authorization servers of other domains. */
export const peerWords = {
  title: phrase({ en: 'Other domains', de: 'Andere Domänen' }),
  lead: phrase({
    en: 'Authorization servers of other domains whose assertions this server accepts for people, and for which it issues some.',
    de: 'Autorisierungsserver anderer Domänen, deren Assertions dieser Server für Personen annimmt und für die er welche ausstellt.',
  }),
  none: phrase({
    en: 'There is no trusted domain yet. With one, agents get access here for people who sign in at another organization.',
    de: 'Es gibt noch keine vertraute Domäne. Mit einer erhalten Agenten hier Zugriff für Personen, die sich bei einer anderen Organisation anmelden.',
  }),
  peer: phrase({ en: 'Other domain', de: 'Andere Domäne' }),
  make: phrase({ en: 'Trust a domain', de: 'Einer Domäne vertrauen' }),
  add: phrase({ en: 'Trust the domain', de: 'Domäne vertrauen' }),
  makeLead: phrase({
    en: 'People of that domain can use agents here, as it vouches for them.',
    de: 'Personen dieser Domäne können hier Agenten nutzen, denn sie bürgt für sie.',
  }),
  changeTitle: phrase({ en: 'Change a trusted domain', de: 'Vertraute Domäne ändern' }),
  changeLead: phrase({
    en: 'Tokens that rest on a removed client or scope end.',
    de: 'Tokens, die auf einem entfernten Client oder Scope beruhen, enden.',
  }),
  inbound: phrase({ en: 'Assertions that this server accepts', de: 'Assertions, die dieser Server annimmt' }),
  inboundHint: phrase({
    en: 'Leave clients and scopes empty to accept none.',
    de: 'Lassen Sie Clients und Scopes leer, um keine anzunehmen.',
  }),
  clients: phrase({ en: 'Agents and clients that redeem them', de: 'Agenten und Clients, die sie einlösen' }),
  resources: phrase({ en: 'Scopes that they grant at most', de: 'Scopes, die sie höchstens erteilen' }),
  byAddress: phrase({
    en: 'Also link a person to the account with the same verified address',
    de: 'Eine Person auch mit dem Konto derselben bestätigten Adresse verknüpfen',
  }),
  people: phrase({ en: 'People', de: 'Personen' }),
  subjects: {
    linked: phrase({ en: 'only those linked to an account', de: 'nur mit einem Konto verknüpfte' }),
    verified_email: phrase({
      en: 'those linked, and those with the same verified address',
      de: 'verknüpfte und solche mit derselben bestätigten Adresse',
    }),
  },
  lifetime: phrase({ en: 'Longest lifetime of an assertion', de: 'Längste Lebensdauer einer Assertion' }),
  direction: phrase({ en: 'Direction', de: 'Richtung' }),
  directions: {
    in: phrase({ en: 'this server accepts its assertions', de: 'dieser Server nimmt ihre Assertions an' }),
    out: phrase({ en: 'this server issues assertions for it', de: 'dieser Server stellt Assertions für sie aus' }),
    both: phrase({ en: 'this server accepts and issues assertions', de: 'dieser Server nimmt an und stellt aus' }),
    none: phrase({ en: 'none yet', de: 'noch keine' }),
  },
  inboundHere: phrase({ en: 'Assertions that this server accepts', de: 'Assertions, die dieser Server annimmt' }),
  outboundThere: phrase({ en: 'Assertions that this server issues', de: 'Assertions, die dieser Server ausstellt' }),
  acceptsNone: phrase({
    en: 'This server accepts no assertions of it.',
    de: 'Dieser Server nimmt keine Assertions von ihr an.',
  }),
  issuesNone: phrase({
    en: 'This server issues no assertions for it.',
    de: 'Dieser Server stellt keine Assertions für sie aus.',
  }),
  who: phrase({ en: 'Clients that redeem', de: 'Clients, die einlösen' }),
  atMost: phrase({ en: 'Scopes at most', de: 'Scopes höchstens' }),
  longest: phrase({ en: 'Longest lifetime', de: 'Längste Dauer' }),
  outboundHint: phrase({
    en: 'An agent or client with such an assertion gets a token at the other domain, in the name of a person here. Leave clients and scopes empty to issue none.',
    de: 'Ein Agent oder Client mit einer solchen Assertion erhält bei der anderen Domäne ein Token, im Namen einer Person hier. Lassen Sie Clients und Scopes leer, um keine auszustellen.',
  }),
  vouched: phrase({ en: 'Agents and clients that request them', de: 'Agenten und Clients, die sie anfordern' }),
  vouchHint: phrase({
    en: html`On each line: an agent or client here by name or ID, <code>=</code>, and its <code>client_id</code> there.`,
    de: html`In jeder Zeile: ein Agent oder Client hier, mit Name oder ID, <code>=</code>, und seine <code>client_id</code> dort.`,
  }),
  scopesThere: phrase({ en: 'Scopes there', de: 'Scopes dort' }),
  scopesThereHint: phrase({
    en: html`On each line: the API, the scope, its risk and what it allows, as <code>https://api.example.com notes.read low Read notes</code>. The risk is for the policies of this server.`,
    de: html`In jeder Zeile: die API, der Scope, sein Risiko und was er erlaubt, wie <code>https://api.example.com notes.read low Notizen lesen</code>. Das Risiko ist für die Richtlinien dieses Servers.`,
  }),
  lifetimeThere: phrase({ en: 'Lifetime of an assertion', de: 'Lebensdauer einer Assertion' }),
  asThere: (there: HtmlValue) => phrase({ en: html`there ${there}`, de: html`dort ${there}` }),
  disableTitle: phrase({ en: 'Disable a trusted domain', de: 'Vertraute Domäne sperren' }),
  disableAsked: (name: HtmlValue) =>
    phrase({ en: html`Stop trusting ${name}?`, de: html`${name} nicht mehr vertrauen?` }),
  disableLead: phrase({
    en: 'The server accepts no assertions from it, and issues none for it. Tokens that rest on its assertions end.',
    de: 'Der Server nimmt keine Assertions von ihr an und stellt keine für sie aus. Tokens, die auf ihren Assertions beruhen, enden.',
  }),
};

/** Links from people of another domain to accounts here. */
export const accountLinkWords = {
  title: phrase({ en: 'Linked accounts', de: 'Verknüpfte Konten' }),
  lead: phrase({
    en: 'An assertion about a linked person stands for their account here.',
    de: 'Eine Assertion über eine verknüpfte Person steht für deren Konto hier.',
  }),
  none: phrase({
    en: 'No person of this domain is linked to an account here.',
    de: 'Keine Person dieser Domäne ist mit einem Konto hier verknüpft.',
  }),
  make: phrase({ en: 'Link a person', de: 'Person verknüpfen' }),
  makeAsked: (peer: HtmlValue) =>
    phrase({ en: html`Link a person of ${peer}`, de: html`Eine Person von ${peer} verknüpfen` }),
  makeLead: phrase({
    en: 'Agents of that domain can then act here for the account, within what the domain is trusted with. An account with a role cannot be linked.',
    de: 'Agenten jener Domäne können dann hier für das Konto handeln, soweit der Domäne vertraut wird. Ein Konto mit einer Rolle lässt sich nicht verknüpfen.',
  }),
  add: phrase({ en: 'Link the person', de: 'Person verknüpfen' }),
  account: phrase({ en: 'Account here', de: 'Konto hier' }),
  subject: phrase({ en: 'Subject there', de: 'Kennung dort' }),
  subjectHint: phrase({
    en: html`The <code>sub</code> of the person at the other domain, character by character.`,
    de: html`Der <code>sub</code> der Person bei der anderen Domäne, Zeichen für Zeichen.`,
  }),
  since: phrase({ en: 'Since', de: 'Seit' }),
  by: phrase({ en: 'Linked by', de: 'Verknüpft durch' }),
  byAddress: phrase({ en: 'the same verified address', de: 'dieselbe bestätigte Adresse' }),
  remove: phrase({ en: 'Remove', de: 'Entfernen' }),
  removeTitle: phrase({ en: 'Remove a link', de: 'Verknüpfung entfernen' }),
  removeAsked: (name: HtmlValue) =>
    phrase({ en: html`Remove the link of ${name}?`, de: html`Die Verknüpfung von ${name} entfernen?` }),
  removeLead: phrase({
    en: 'Tokens that depend on it end at once. A verified address does not create it again; an administrator can.',
    de: 'Tokens, die darauf beruhen, enden sofort. Eine bestätigte Adresse legt sie nicht wieder an, ein Administrator kann es.',
  }),
  removeNow: phrase({ en: 'Remove the link', de: 'Verknüpfung entfernen' }),
  pagesOf: phrase({ en: 'Pages of linked accounts', de: 'Seiten der verknüpften Konten' }),
};

/** Confirmations of what was done about a link. */
export const accountLinkDoneWords = {
  accountLinkAdded: phrase({ en: 'Linked. It applies from now on.', de: 'Verknüpft. Das gilt ab jetzt.' }),
  accountLinkRemoved: phrase({
    en: 'Removed. Tokens that depended on the link are invalid.',
    de: 'Entfernt. Tokens, die auf der Verknüpfung beruhten, sind ungültig.',
  }),
} as const;

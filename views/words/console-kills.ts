import { type HtmlValue, html, phrase } from '../html.ts';

const scopes = {
  agent: phrase({ en: 'Agent', de: 'Agent' }),
  owner: phrase({ en: 'All agents of an owner', de: 'Alle Agenten eines Eigentümers' }),
  account: phrase({ en: 'Person, with all their agents', de: 'Person, mit allen ihren Agenten' }),
  client: phrase({ en: 'Client', de: 'Client' }),
  delegation: phrase({ en: 'Delegation, for good', de: 'Delegation, endgültig' }),
  token: phrase({ en: 'Token, for good', de: 'Token, endgültig' }),
  all: phrase({ en: 'Everything', de: 'Alles' }),
};

/** The kill switch: what was stopped at once, and what a kill would stop. */
export const killWords = {
  title: phrase({ en: 'Kill switch', de: 'Notaus' }),
  lead: phrase({
    en: 'A kill stops its target at once, on all nodes. It ends tokens, grants and delegations, and blocks new ones until an administrator lifts it.',
    de: 'Ein Notaus stoppt sein Ziel sofort, auf allen Knoten. Er beendet Tokens, Grants und Delegationen und sperrt neue, bis ein Administrator ihn aufhebt.',
  }),
  none: phrase({ en: 'There are no kills.', de: 'Es gibt keinen Notaus.' }),
  scopes,
  what: phrase({ en: 'Target', de: 'Ziel' }),
  reason: phrase({ en: 'Reason', de: 'Grund' }),
  reasonHint: phrase({
    en: 'The audit log keeps it, for later review.',
    de: 'Das Protokoll bewahrt ihn für die spätere Prüfung auf.',
  }),
  by: phrase({ en: 'Ordered by', de: 'Ausgelöst von' }),
  at: phrase({ en: 'Ordered', de: 'Ausgelöst' }),
  liftedAt: phrase({ en: 'Lifted', de: 'Aufgehoben' }),
  signatures: phrase({ en: 'Signatures for the lift', de: 'Unterschriften für die Aufhebung' }),
  needed: (count: number) => phrase({ en: `${count} more needed`, de: `noch ${count} nötig` }),
  states: {
    standing: phrase({ en: 'in force', de: 'in Kraft' }),
    lifted: phrase({ en: 'lifted', de: 'aufgehoben' }),
    final: phrase({ en: 'ended for good', de: 'endgültig beendet' }),
  },
  standing: phrase({ en: 'in force', de: 'in Kraft' }),
  newTitle: phrase({ en: 'Kill access', de: 'Notaus auslösen' }),
  newLead: phrase({
    en: 'Choose what to stop. The next page shows what ends, and asks for confirmation.',
    de: 'Wählen Sie, was Sie stoppen. Die nächste Seite zeigt, was endet, und fragt nach.',
  }),
  scope: phrase({ en: 'What to stop', de: 'Was Sie stoppen' }),
  name: phrase({ en: 'Name', de: 'Name' }),
  nameHint: phrase({
    en: 'Type a few letters and choose from the list, or give an id. A delegation or token has only an id.',
    de: 'Tippen Sie einige Buchstaben und wählen Sie aus der Liste, oder nennen Sie eine Kennung. Delegation und Token haben nur eine Kennung.',
  }),
  preview: phrase({ en: 'Preview', de: 'Vorschau' }),
  askedOf: {
    agent: (name: HtmlValue) => phrase({ en: html`Stop the agent ${name}?`, de: html`Den Agenten ${name} stoppen?` }),
    owner: (name: HtmlValue) =>
      phrase({ en: html`Stop all agents of ${name}?`, de: html`Alle Agenten von ${name} stoppen?` }),
    account: (name: HtmlValue) => phrase({ en: html`Stop ${name}?`, de: html`${name} stoppen?` }),
    client: (name: HtmlValue) => phrase({ en: html`Stop the client ${name}?`, de: html`Den Client ${name} stoppen?` }),
    delegation: (name: HtmlValue) =>
      phrase({ en: html`End the delegation ${name}?`, de: html`Die Delegation ${name} beenden?` }),
    token: (name: HtmlValue) => phrase({ en: html`End the token ${name}?`, de: html`Das Token ${name} beenden?` }),
    all: () => phrase({ en: 'Stop everything?', de: 'Alles stoppen?' }),
  },
  untilLifted: phrase({
    en: 'The target stays blocked until an administrator lifts the kill. What ended does not come back.',
    de: 'Das Ziel bleibt gesperrt, bis ein Administrator den Notaus aufhebt. Was beendet ist, kommt nicht wieder.',
  }),
  forGood: phrase({ en: 'This cannot be undone.', de: 'Das lässt sich nicht zurücknehmen.' }),
  untilTwo: phrase({
    en: 'The server grants nothing until two administrators lift the kill. What ended does not come back.',
    de: 'Der Server erteilt nichts, bis zwei Administratoren den Notaus aufheben. Was beendet ist, kommt nicht wieder.',
  }),
  ends: phrase({ en: 'What stops', de: 'Was gestoppt wird' }),
  agents: phrase({ en: 'Agents', de: 'Agenten' }),
  delegations: phrase({ en: 'Delegations', de: 'Delegationen' }),
  grants: phrase({ en: 'Grants', de: 'Grants' }),
  sessions: phrase({ en: 'Sessions', de: 'Sitzungen' }),
  atResource: (agent: HtmlValue, resource: HtmlValue) =>
    phrase({ en: html`${agent} at ${resource}`, de: html`${agent} bei ${resource}` }),
  others: (count: number, more: boolean) =>
    phrase({
      en: `and ${count}${more ? ' or more' : ''} others`,
      de: `und ${count}${more ? ' oder mehr' : ''} weitere`,
    }),
  count: (count: number, more: boolean) =>
    phrase({ en: `${count}${more ? ' or more' : ''}`, de: `${count}${more ? ' oder mehr' : ''}` }),
  nothing: phrase({
    en: 'No agent, delegation, grant or session ends. Access tokens end that the target got for itself. New access is blocked.',
    de: 'Es endet kein Agent, keine Delegation, kein Grant und keine Sitzung. Es enden Access-Tokens, die das Ziel für sich selbst bekam. Neuer Zugriff wird gesperrt.',
  }),
  uncounted: phrase({ en: 'not counted; some may end', de: 'nicht gezählt; es können welche enden' }),
  alsoEnds: phrase({
    en: 'Access tokens, standing approvals and open approvals of these end too.',
    de: 'Auch ihre Access-Tokens, Dauergenehmigungen und offenen Genehmigungen enden.',
  }),
  nothingKnown: phrase({
    en: 'The server keeps no list of tokens. The token with this id ends, if there is one.',
    de: 'Der Server führt keine Liste der Tokens. Das Token mit dieser Kennung endet, falls es eines gibt.',
  }),
  stop: phrase({ en: 'Stop now', de: 'Jetzt stoppen' }),
  kill: phrase({ en: 'Kill', de: 'Notaus' }),
  killOf: (target: HtmlValue) => phrase({ en: html`Kill of ${target}`, de: html`Notaus für ${target}` }),
  lift: phrase({ en: 'Lift', de: 'Aufheben' }),
  liftTitle: phrase({ en: 'Lift a kill', de: 'Notaus aufheben' }),
  liftAsked: (name: HtmlValue) =>
    phrase({ en: html`Lift the kill of ${name}?`, de: html`Den Notaus von ${name} aufheben?` }),
  liftLead: phrase({
    en: 'The target can get new access again. Tokens, grants and delegations that ended stay ended.',
    de: 'Das Ziel kann wieder neuen Zugriff bekommen. Beendete Tokens, Grants und Delegationen bleiben beendet.',
  }),
  liftLeadAll: phrase({
    en: 'A kill of everything needs the signatures of two administrators. This is one of them.',
    de: 'Ein Notaus von allem braucht die Unterschriften zweier Administratoren. Das ist eine davon.',
  }),
};

import { type HtmlValue, html, phrase } from '../html.ts';

const abouts = {
  agent: phrase({ en: 'Agent', de: 'Agent' }),
  owner: phrase({ en: 'All agents of an owner', de: 'Alle Agenten eines Eigentümers' }),
  account: phrase({ en: 'Person for whom agents act', de: 'Person, für die Agenten handeln' }),
  delegation: phrase({ en: 'Delegation, with all below it', de: 'Delegation, mit allen darunter' }),
};

const measures = {
  tokens: phrase({ en: 'tokens', de: 'Tokens' }),
  amount: phrase({ en: 'sum of an amount', de: 'Summe eines Betrags' }),
  targets: phrase({ en: 'different resource servers', de: 'verschiedene Ressourcenserver' }),
};

/** Budgets: what agents may get within a window of time. */
export const budgetWords = {
  title: phrase({ en: 'Budgets', de: 'Budgets' }),
  lead: phrase({
    en: 'How much agents may get within a sliding window of time. A request above a limit is refused.',
    de: 'Wie viel Agenten in einem gleitenden Zeitfenster bekommen dürfen. Eine Anfrage darüber wird abgelehnt.',
  }),
  none: phrase({
    en: 'There is no budget yet. A budget limits how much is granted within a time window.',
    de: 'Es gibt noch kein Budget. Ein Budget begrenzt, wie viel innerhalb eines Zeitraums gewährt wird.',
  }),
  searchHint: phrase({
    en: 'Exact name or id of an agent, person or group',
    de: 'Genauer Name oder Kennung von Agent, Person oder Gruppe',
  }),
  budget: phrase({ en: 'Budget', de: 'Budget' }),
  make: phrase({ en: 'Set a budget', de: 'Budget setzen' }),
  makeLead: phrase({
    en: 'It counts from now on, on all nodes. What was granted before does not count.',
    de: 'Es zählt ab jetzt, auf allen Knoten. Was vorher erteilt wurde, zählt nicht.',
  }),
  add: phrase({ en: 'Set the budget', de: 'Budget setzen' }),
  changeTitle: phrase({ en: 'Change a budget', de: 'Budget ändern' }),
  changeLead: phrase({
    en: 'The new limit applies from the next token on. To limit something else, create a new budget.',
    de: 'Die neue Grenze gilt ab dem nächsten Token. Für etwas anderes setzen Sie ein neues Budget.',
  }),
  whom: phrase({ en: 'Whom it limits', de: 'Wen es begrenzt' }),
  about: phrase({ en: 'Kind', de: 'Art' }),
  abouts,
  subjects: {
    agent: (name: HtmlValue) => phrase({ en: html`The agent ${name}`, de: html`Der Agent ${name}` }),
    owner: (name: HtmlValue) =>
      phrase({ en: html`All agents of ${name} together`, de: html`Alle Agenten von ${name} zusammen` }),
    account: (name: HtmlValue) =>
      phrase({
        en: html`Agents that act for ${name}, together,`,
        de: html`Agenten, die für ${name} handeln, zusammen`,
      }),
    delegation: (name: HtmlValue) =>
      phrase({
        en: html`The delegation ${name}, with all below it,`,
        de: html`Die Delegation ${name} mit allen darunter`,
      }),
  },
  /** The budget as one sentence. Its verb fits one agent and several: "may", and "höchstens" without one. */
  says: (subject: HtmlValue, limit: HtmlValue, duration: HtmlValue, resource: HtmlValue | undefined) =>
    phrase({
      en: html`${subject} may use at most ${limit} within ${duration}${resource !== undefined && html` at ${resource}`}.`,
      de: html`${subject}: höchstens ${limit} in ${duration}${resource !== undefined && html` bei ${resource}`}.`,
    }),
  /** The same while its form is filled in. Numbers and units come from a script, which does not decline them. */
  saysSoFar: (subject: HtmlValue, limit: HtmlValue, duration: HtmlValue) =>
    phrase({
      en: html`${subject} may use at most ${limit} within ${duration}.`,
      de: html`${subject}: höchstens ${limit}, Zeitfenster ${duration}.`,
    }),
  measuresSoFar: {
    tokens: measures.tokens,
    amount: phrase({ en: 'as the sum of amounts', de: 'als Summe der Beträge' }),
    targets: measures.targets,
  },
  onlyAt: (resource: HtmlValue) => phrase({ en: html`Only at ${resource}.`, de: html`Nur bei ${resource}.` }),
  name: phrase({ en: 'Name of the budget', de: 'Name des Budgets' }),
  subject: phrase({ en: 'Name or id', de: 'Name oder Kennung' }),
  subjectHint: phrase({
    en: 'Of an agent or a delegation, or the username of a person, or the name of a group.',
    de: 'Eines Agenten oder einer Delegation, oder der Benutzername einer Person, oder der Name einer Gruppe.',
  }),
  /** By the kind of what the budget limits. */
  subjectLabels: {
    agent: phrase({ en: 'Agent', de: 'Agent' }),
    owner: phrase({ en: 'Owner', de: 'Eigentümer' }),
    account: phrase({ en: 'Person', de: 'Person' }),
    delegation: phrase({ en: 'Delegation', de: 'Delegation' }),
  },
  subjectHints: {
    agent: phrase({ en: 'Its name or id.', de: 'Sein Name oder seine Kennung.' }),
    owner: phrase({
      en: 'The username of a person, or the name of a group.',
      de: 'Der Benutzername einer Person oder der Name einer Gruppe.',
    }),
    account: phrase({ en: 'Their username.', de: 'Ihr Benutzername.' }),
    delegation: phrase({
      en: html`Its id, which begins with <code>dlg_</code>.`,
      de: html`Ihre Kennung, die mit <code>dlg_</code> beginnt.`,
    }),
  },
  howMuchHint: phrase({
    en: 'Each use counts for the length of the window. Once the limit is reached, the next token is refused.',
    de: 'Jede Nutzung zählt für die Länge des Zeitfensters. Ist die Grenze erreicht, wird das nächste Token verweigert.',
  }),
  changeOf: (name: HtmlValue) => phrase({ en: html`Change the budget “${name}”`, de: html`Budget „${name}“ ändern` }),
  howMuch: phrase({ en: 'How much', de: 'Wie viel' }),
  measure: phrase({ en: 'What counts', de: 'Was zählt' }),
  measures,
  limit: phrase({ en: 'Limit', de: 'Grenze' }),
  limitHint: phrase({
    en: '0 allows nothing. An amount has the unit of the authorization details.',
    de: '0 erlaubt nichts. Beträge in der Einheit der Autorisierungsdetails.',
  }),
  window: phrase({ en: 'Length of the window', de: 'Länge des Zeitfensters' }),
  only: phrase({ en: 'Count only', de: 'Nur zählen' }),
  resource: phrase({ en: 'Tokens for this API', de: 'Tokens für diese API' }),
  resourceHint: phrase({ en: 'Its name or identifier.', de: 'Ihr Name oder ihre Kennung.' }),
  scopes: phrase({ en: 'Tokens with one of these scopes', de: 'Tokens mit einem dieser Scopes' }),
  detailType: phrase({ en: 'Authorization details of this type', de: 'Autorisierungsdetails dieser Art' }),
  detailTypeHint: phrase({ en: 'Needed for a sum of an amount.', de: 'Nötig für die Summe eines Betrags.' }),
  currencyMember: phrase({ en: 'Member that holds the currency', de: 'Feld mit der Währung' }),
  currencyMemberHint: phrase({
    en: html`For a sum of an amount: a path as <code>currency</code>, or <code>none</code> where amounts have none. It cannot change later.`,
    de: html`Für die Summe eines Betrags: ein Pfad wie <code>currency</code>, oder <code>none</code>, wo Beträge keine haben. Das ändert sich später nicht.`,
  }),
  currency: phrase({ en: 'Currency', de: 'Währung' }),
  currencyHint: phrase({
    en: 'As the details name it, such as EUR. It cannot change later.',
    de: 'Wie die Details sie nennen, etwa EUR. Sie ändert sich später nicht.',
  }),
  noCurrency: phrase({ en: 'amounts have none', de: 'Beträge haben keine' }),
  used: phrase({ en: 'Used now', de: 'Jetzt verbraucht' }),
  usedOf: (used: HtmlValue, limit: HtmlValue, share: number | undefined) =>
    phrase({
      en: html`${used} of ${limit}${share !== undefined && html` (${share} %)`}`,
      de: html`${used} von ${limit}${share !== undefined && html` (${share} %)`}`,
    }),
  within: (duration: HtmlValue) => phrase({ en: html`within ${duration}`, de: html`in ${duration}` }),
  disableTitle: phrase({ en: 'Switch a budget off', de: 'Budget ausschalten' }),
  disableAsked: (name: HtmlValue) =>
    phrase({ en: html`Switch the budget ${name} off?`, de: html`Das Budget ${name} ausschalten?` }),
  disableLead: phrase({
    en: 'Its limit no longer applies. The server keeps the budget, and you can switch it on again.',
    de: 'Seine Grenze gilt nicht mehr. Der Server behält das Budget, und Sie können es wieder einschalten.',
  }),
  disable: phrase({ en: 'Switch off', de: 'Ausschalten' }),
  enableTitle: phrase({ en: 'Switch a budget on', de: 'Budget einschalten' }),
  enableAsked: (name: HtmlValue) =>
    phrase({ en: html`Switch the budget ${name} on?`, de: html`Das Budget ${name} einschalten?` }),
  enableLead: phrase({
    en: 'Its limit applies from the next token on.',
    de: 'Seine Grenze gilt ab dem nächsten Token.',
  }),
  enable: phrase({ en: 'Switch on', de: 'Einschalten' }),
};

import { type HtmlValue, html, phrase } from '../html.ts';
import { factWords } from './response-facts.ts';

/** Response rules, and what they did. */
export const responseWords = {
  rules: phrase({ en: 'Response rules', de: 'Reaktionsregeln' }),
  rule: phrase({ en: 'Response rule', de: 'Reaktionsregel' }),
  rulesLead: phrase({
    en: 'A rule suspends an agent, restricts it, or notifies about it, when the agent behaves unlike itself. It acts only after you have seen what it would have done.',
    de: 'Eine Regel setzt einen Agenten aus, schränkt ihn ein oder meldet ihn, wenn er sich anders verhält als sonst. Sie handelt erst, wenn Sie gesehen haben, was sie getan hätte.',
  }),
  noRules: phrase({
    en: 'There are no response rules. The server suspends no agent by itself.',
    de: 'Es gibt keine Reaktionsregeln. Der Server setzt von sich aus keinen Agenten aus.',
  }),
  make: phrase({ en: 'Add a response rule', de: 'Reaktionsregel hinzufügen' }),
  makeLead: phrase({
    en: 'The rule is a draft. It does nothing until you replay and activate it.',
    de: 'Die Regel ist ein Entwurf. Sie tut nichts, bis Sie sie nachspielen und aktivieren.',
  }),
  add: phrase({ en: 'Save as a draft', de: 'Als Entwurf speichern' }),
  changeTitle: phrase({ en: 'Change a response rule', de: 'Reaktionsregel ändern' }),
  changeOf: (name: HtmlValue) => phrase({ en: html`Change the rule “${name}”`, de: html`Regel „${name}“ ändern` }),
  changeLead: phrase({
    en: 'If you change conditions, environments or the act, the rule becomes a draft and needs a new replay.',
    de: 'Wenn Sie Bedingungen, Umgebungen oder die Handlung ändern, wird die Regel zum Entwurf. Sie müssen sie dann neu nachspielen.',
  }),
  name: phrase({ en: 'Name', de: 'Name' }),
  act: phrase({ en: 'Act', de: 'Handlung' }),
  what: phrase({ en: 'What it does', de: 'Was sie tut' }),
  acts: {
    notify: phrase({ en: 'Notify administrators', de: 'Verwaltung benachrichtigen' }),
    narrow: phrase({ en: 'Narrow it to what it did before', de: 'Auf das Bisherige beschränken' }),
    withhold: phrase({ en: 'Narrow it, and withhold high risk', de: 'Beschränken, hohes Risiko verweigern' }),
    approve: phrase({ en: 'Ask people about what is new', de: 'Neues von Personen freigeben lassen' }),
    suspend: phrase({ en: 'Suspend the agent', de: 'Agenten aussetzen' }),
    contain: phrase({ en: 'Suspend it and end its approvals', de: 'Aussetzen, Freigaben beenden' }),
  },
  hours: phrase({ en: 'Hours', de: 'Stunden' }),
  hoursHint: phrase({
    en: 'How long the agent is narrowed, or people are asked: 1 to 168, usually 24.',
    de: 'Wie lange der Agent beschränkt ist oder Personen gefragt werden: 1 bis 168, sonst 24.',
  }),
  forHours: (hours: number) =>
    phrase({ en: hours === 1 ? '1 hour' : `${hours} hours`, de: hours === 1 ? '1 Stunde' : `${hours} Stunden` }),
  when: phrase({ en: 'When all of this holds', de: 'Wenn all das zutrifft' }),
  whenHint: phrase({
    en: 'The server counts each fact for each agent. Facts about habits are 0 in the first seven days of an agent.',
    de: 'Der Server zählt jede Größe für jeden Agenten. Größen über Gewohnheiten sind in den ersten sieben Tagen eines Agenten 0.',
  }),
  condition: (number: number) => phrase({ en: `Condition ${number}`, de: `Bedingung ${number}` }),
  addCondition: phrase({ en: 'Add a condition', de: 'Bedingung hinzufügen' }),
  bound: (atLeast: number) => phrase({ en: `the rule acts from ${atLeast} on`, de: `die Regel greift ab ${atLeast}` }),
  fact: phrase({ en: 'Fact', de: 'Größe' }),
  atLeast: phrase({ en: 'At least', de: 'Mindestens' }),
  noFact: phrase({ en: 'Choose a fact', de: 'Größe wählen' }),
  facts: factWords,
  environments: phrase({ en: 'Only agents in', de: 'Nur Agenten in' }),
  environmentsHint: phrase({ en: 'None ticked: all environments.', de: 'Nichts angekreuzt: alle Umgebungen.' }),
  all: phrase({ en: 'all environments', de: 'alle Umgebungen' }),
  ruleStates: {
    draft: phrase({ en: 'draft', de: 'Entwurf' }),
    active: phrase({ en: 'active', de: 'aktiv' }),
  },
  wouldHave: phrase({ en: 'Would have acted on', de: 'Hätte gehandelt bei' }),
  agents: (count: number) =>
    phrase({ en: count === 1 ? '1 agent' : `${count} agents`, de: count === 1 ? '1 Agent' : `${count} Agenten` }),
  notReplayed: phrase({ en: 'not replayed', de: 'nicht nachgespielt' }),
  replay: phrase({ en: 'Replay over 28 days', de: '28 Tage nachspielen' }),
  replayTitle: phrase({ en: 'What it would have done', de: 'Was sie getan hätte' }),
  replayMissing: phrase({
    en: 'The rule was not replayed as it is. Replay it before you activate it.',
    de: 'Die Regel wurde so, wie sie ist, nicht nachgespielt. Spielen Sie sie nach, bevor Sie sie aktivieren.',
  }),
  replaySaid: (replayed: {
    readonly events: number;
    readonly seen: number;
    readonly acted: number;
    readonly most: number;
    readonly at: HtmlValue;
  }) =>
    phrase({
      en: html`Replayed ${replayed.at} over ${replayed.events} events of ${replayed.seen} agents: it would have acted on <strong>${replayed.acted}</strong>, at most ${replayed.most} in an hour.`,
      de: html`Nachgespielt ${replayed.at} über ${replayed.events} Ereignisse von ${replayed.seen} Agenten: Sie hätte bei <strong>${replayed.acted}</strong> gehandelt, höchstens bei ${replayed.most} in einer Stunde.`,
    }),
  outside: phrase({ en: 'New after that', de: 'Neu danach' }),
  tokens: (count: number) =>
    phrase({ en: count === 1 ? '1 token' : `${count} tokens`, de: count === 1 ? '1 Token' : `${count} Tokens` }),
  outsideSaid: {
    narrow: (count: number) =>
      phrase({
        en: html`It would have refused <strong>${count}</strong> of the tokens that they got then.`,
        de: html`Von den Tokens, die sie danach bekamen, hätte sie <strong>${count}</strong> abgelehnt.`,
      }),
    withhold: (count: number) =>
      phrase({
        en: html`It would have refused <strong>${count}</strong> of the tokens that they got then, and those of high risk.`,
        de: html`Von den Tokens, die sie danach bekamen, hätte sie <strong>${count}</strong> abgelehnt, und die mit hohem Risiko.`,
      }),
    approve: (count: number) =>
      phrase({
        en: html`For <strong>${count}</strong> of the tokens that they got then, a person would have been asked, and for those of high risk.`,
        de: html`Bei <strong>${count}</strong> der Tokens, die sie danach bekamen, wäre jemand gefragt worden, und bei denen mit hohem Risiko.`,
      }),
  },
  replayCut: phrase({
    en: 'The end of the log was not read. Replay fewer days on the command line.',
    de: 'Das Ende des Protokolls wurde nicht gelesen. Spielen Sie auf der Kommandozeile weniger Tage nach.',
  }),
  replayArchived: phrase({
    en: 'Older events are in an archive only, and were not read.',
    de: 'Ältere Ereignisse liegen nur im Archiv und wurden nicht gelesen.',
  }),
  agent: phrase({ en: 'Agent', de: 'Agent' }),
  at: phrase({ en: 'When', de: 'Wann' }),
  values: phrase({ en: 'Values', de: 'Werte' }),
  why: phrase({ en: 'Why', de: 'Warum' }),
  activate: phrase({ en: 'Activate', de: 'Aktivieren' }),
  activateTitle: phrase({ en: 'Activate a response rule', de: 'Reaktionsregel aktivieren' }),
  activateAsked: (name: HtmlValue) => phrase({ en: html`Let ${name} act?`, de: html`Soll ${name} handeln?` }),
  activateLead: phrase({
    en: 'From now on the rule acts by itself, within seconds. Rules suspend at most ten agents an hour, and ten more whose owners had none suspended in that hour. You can deactivate it at any time.',
    de: 'Ab jetzt handelt die Regel von selbst, in Sekunden. Regeln setzen höchstens zehn Agenten in der Stunde aus, und zehn weitere, von deren Eigentümern in dieser Stunde noch keiner ausgesetzt wurde. Sie lässt sich jederzeit deaktivieren.',
  }),
  activateRestricting: phrase({
    en: 'From now on the rule acts by itself, within seconds. Rules restrict at most 50 agents an hour, and 50 more whose owners had none restricted in that hour. You can deactivate it at any time.',
    de: 'Ab jetzt handelt die Regel von selbst, in Sekunden. Regeln schränken höchstens 50 Agenten in der Stunde ein, und 50 weitere, von deren Eigentümern in dieser Stunde noch keiner eingeschränkt wurde. Sie lässt sich jederzeit deaktivieren.',
  }),
  deactivate: phrase({ en: 'Deactivate', de: 'Deaktivieren' }),
  remove: phrase({ en: 'Delete', de: 'Löschen' }),
  removeTitle: phrase({ en: 'Delete a response rule', de: 'Reaktionsregel löschen' }),
  removeAsked: (name: HtmlValue) =>
    phrase({ en: html`Delete the rule “${name}”?`, de: html`Regel „${name}“ löschen?` }),
  removeLead: phrase({
    en: 'The rule and its replay are deleted. What it did stays.',
    de: 'Die Regel und das Ergebnis des Nachspielens werden gelöscht. Was sie getan hat, bleibt.',
  }),
  activatedBy: phrase({ en: 'Activated by', de: 'Aktiviert von' }),
  title: phrase({ en: 'Responses', de: 'Reaktionen' }),
  response: phrase({ en: 'Response', de: 'Reaktion' }),
  lead: phrase({
    en: 'What response rules did to agents. Only an operator who does not own an agent lifts that.',
    de: 'Was Reaktionsregeln mit Agenten getan haben. Aufheben kann das nur eine Person mit der Rolle operator, der der Agent nicht gehört.',
  }),
  none: phrase({ en: 'No response rule has acted.', de: 'Keine Reaktionsregel hat gehandelt.' }),
  states: {
    begun: phrase({ en: 'under way', de: 'läuft' }),
    open: phrase({ en: 'suspended', de: 'ausgesetzt' }),
    notified: phrase({ en: 'notified', de: 'gemeldet' }),
    lifted: phrase({ en: 'lifted', de: 'aufgehoben' }),
    expired: phrase({ en: 'expired', de: 'abgelaufen' }),
  },
  restricted: phrase({ en: 'restricted', de: 'eingeschränkt' }),
  openStates: phrase({ en: 'suspended or restricted', de: 'ausgesetzt oder eingeschränkt' }),
  headings: {
    begun: (agent: HtmlValue) =>
      phrase({ en: html`A rule acts on ${agent}`, de: html`Eine Regel greift bei ${agent}` }),
    open: (agent: HtmlValue) =>
      phrase({ en: html`A rule suspended ${agent}`, de: html`Eine Regel hat ${agent} ausgesetzt` }),
    notified: (agent: HtmlValue) =>
      phrase({ en: html`A rule reported ${agent}`, de: html`Eine Regel hat ${agent} gemeldet` }),
    lifted: (agent: HtmlValue) =>
      phrase({ en: html`The suspension of ${agent} is lifted`, de: html`Die Aussetzung von ${agent} ist aufgehoben` }),
    expired: (agent: HtmlValue) =>
      phrase({ en: html`The restriction of ${agent} is over`, de: html`Die Einschränkung von ${agent} ist vorbei` }),
  },
  restrictedHeadings: {
    open: (agent: HtmlValue) =>
      phrase({ en: html`A rule restricts ${agent}`, de: html`Eine Regel schränkt ${agent} ein` }),
    lifted: (agent: HtmlValue) =>
      phrase({
        en: html`The restriction of ${agent} is lifted`,
        de: html`Die Einschränkung von ${agent} ist aufgehoben`,
      }),
  },
  restrictedLong: {
    narrow: phrase({
      en: 'It works on as before: with the same APIs and scopes, for the same people. Anything else is refused.',
      de: 'Er arbeitet weiter wie vorher: mit denselben APIs und Scopes, für dieselben Personen. Anderes wird abgelehnt.',
    }),
    withhold: phrase({
      en: 'It works on as before: with the same APIs and scopes, for the same people. Anything else is refused, and all that is of high risk or that people approve.',
      de: 'Er arbeitet weiter wie vorher: mit denselben APIs und Scopes, für dieselben Personen. Anderes wird abgelehnt, auch alles mit hohem Risiko und alles, was Personen freigeben.',
    }),
    approve: phrase({
      en: 'It works on as before: with the same APIs and scopes, for the same people. Its owner and the person for whom it acts approve the rest, and what is of high risk.',
      de: 'Er arbeitet weiter wie vorher: mit denselben APIs und Scopes, für dieselben Personen. Anderes, und was hohes Risiko hat, geben sein Eigentümer und die Person frei, für die er handelt.',
    }),
  },
  pastApis: phrase({ en: 'APIs from before', de: 'APIs von vorher' }),
  pastPeople: phrase({ en: 'People from before', de: 'Personen von vorher' }),
  anyApi: phrase({ en: 'any: it used too many to tell', de: 'alle: Es waren zu viele, um sie zu unterscheiden' }),
  noApi: phrase({ en: 'none', de: 'keine' }),
  anyPeople: phrase({
    en: 'anyone: they were too many to tell',
    de: 'alle: Es waren zu viele, um sie zu unterscheiden',
  }),
  people: (count: number) =>
    phrase({ en: count === 1 ? '1 person' : `${count} people`, de: count === 1 ? '1 Person' : `${count} Personen` }),
  until: phrase({ en: 'Ends', de: 'Endet' }),
  already: phrase({ en: 'notified: restricted already', de: 'gemeldet: schon eingeschränkt' }),
  alreadyLong: phrase({
    en: 'Another response restricted the agent so already. This one extends nothing.',
    de: 'Eine andere Reaktion hatte den Agenten schon so eingeschränkt. Diese verlängert nichts.',
  }),
  before: phrase({
    en: 'All that the agent did in the hour before',
    de: 'Alles, was der Agent in der Stunde davor tat',
  }),
  itsEvents: phrase({ en: 'Events of this response', de: 'Ereignisse dieser Reaktion' }),
  braked: phrase({ en: 'notified: limit reached', de: 'gemeldet: Grenze erreicht' }),
  brakedLong: phrase({
    en: 'Rules had suspended or restricted as many agents within an hour as the brake permits, so this one was only notified.',
    de: 'Regeln hatten in einer Stunde so viele Agenten ausgesetzt oder eingeschränkt, wie die Bremse zulässt. Dieser wurde darum nur gemeldet.',
  }),
  owner: phrase({ en: 'Owner', de: 'Eigentümer' }),
  lift: phrase({ en: 'Lift', de: 'Aufheben' }),
  liftTitle: phrase({ en: 'Lift a response', de: 'Reaktion aufheben' }),
  liftAsked: (name: HtmlValue) =>
    phrase({ en: html`Let ${name} work as before?`, de: html`Soll ${name} wieder wie vorher arbeiten?` }),
  liftLead: phrase({
    en: 'The agent has all its rights at once. What it did before counts no more for the rule.',
    de: 'Der Agent hat sofort wieder alle Rechte. Was er vorher getan hat, zählt für die Regel nicht mehr.',
  }),
  liftedBy: phrase({ en: 'Lifted by', de: 'Aufgehoben von' }),
  liftedAt: phrase({ en: 'Lifted', de: 'Aufgehoben' }),
};

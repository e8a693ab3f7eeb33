import { type HtmlValue, html, phrase } from '../html.ts';

/** Rules that say who is asked to own the agents of people who leave. */
export const successorWords = {
  title: phrase({ en: 'Successor rules', de: 'Nachfolgeregeln' }),
  lead: phrase({
    en: 'When the owner of an agent leaves, the agent is frozen. A rule says who is asked to own it. Each of them has to accept.',
    de: 'Geht der Eigentümer eines Agenten, wird der Agent eingefroren. Eine Regel sagt, wer gefragt wird. Annehmen muss jede Person selbst.',
  }),
  none: phrase({
    en: 'There are no successor rules. Agents without owner wait until an operator offers them to a new owner.',
    de: 'Es gibt keine Nachfolgeregeln. Agenten ohne Eigentümer warten, bis der Betrieb sie jemandem anbietet.',
  }),
  rule: phrase({ en: 'Successor rule', de: 'Nachfolgeregel' }),
  agentsOf: phrase({ en: 'Agents of', de: 'Agenten von' }),
  everyOwner: phrase({ en: 'Every owner', de: 'Alle Eigentümer' }),
  ofEveryOwner: phrase({ en: 'Agents of every owner', de: 'Agenten aller Eigentümer' }),
  agentsOfWhom: (whom: HtmlValue) => phrase({ en: html`Agents of ${whom}`, de: html`Agenten von ${whom}` }),
  which: phrase({ en: 'Which agents', de: 'Welche Agenten' }),
  whoIsAsked: phrase({ en: 'Who is asked', de: 'Wer gefragt wird' }),
  asks: phrase({ en: 'Asks', de: 'Fragt' }),
  manager: phrase({ en: 'The manager', de: 'Die Führungskraft' }),
  afterwards: phrase({ en: 'then', de: 'dann' }),
  acceptWithin: phrase({ en: 'Time to accept', de: 'Zeit zum Annehmen' }),
  appliesTo: phrase({ en: 'Agents of', de: 'Agenten von' }),
  appliesToHint: phrase({
    en: html`<code>*</code> for every owner, or the name of a group or a directory. The narrowest rule applies.`,
    de: html`<code>*</code> für alle Eigentümer, oder der Name einer Gruppe oder eines Verzeichnisses. Die engste Regel gilt.`,
  }),
  managerField: phrase({ en: 'Ask the manager first', de: 'Zuerst die Führungskraft fragen' }),
  managerHint: phrase({
    en: 'The directory of the person names the manager.',
    de: 'Das Verzeichnis der Person nennt die Führungskraft.',
  }),
  groupField: phrase({ en: 'Group', de: 'Gruppe' }),
  groupHint: phrase({
    en: 'Asked when there is no manager, or when the manager does not accept. The first member who accepts makes the group the owner.',
    de: 'Gefragt, wenn es keine Führungskraft gibt oder sie nicht annimmt. Nimmt ein Mitglied an, gehört der Agent der Gruppe.',
  }),
  make: phrase({ en: 'Add a successor rule', de: 'Nachfolgeregel hinzufügen' }),
  makeLead: phrase({
    en: 'The server also asks about agents that have no owner now.',
    de: 'Der Server fragt auch zu Agenten, die jetzt keinen Eigentümer haben.',
  }),
  add: phrase({ en: 'Add the rule', de: 'Regel hinzufügen' }),
  changeTitle: phrase({ en: 'Change a successor rule', de: 'Nachfolgeregel ändern' }),
  changeLead: phrase({ en: 'Open proposals stay as they are.', de: 'Offene Vorschläge bleiben, wie sie sind.' }),
  remove: phrase({ en: 'Delete', de: 'Löschen' }),
  removeAsked: (whose: HtmlValue) =>
    phrase({ en: html`Delete the successor rule? ${whose}`, de: html`Die Nachfolgeregel löschen? ${whose}` }),
  removeLead: phrase({
    en: 'Agents of people who leave from now on wait for an operator, unless another rule applies. Open proposals stay.',
    de: 'Agenten von Personen, die ab jetzt gehen, warten auf den Betrieb, sofern keine andere Regel gilt. Offene Vorschläge bleiben.',
  }),
};

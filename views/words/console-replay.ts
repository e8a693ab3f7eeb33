import { type HtmlValue, html, phrase } from '../html.ts';

/** Replays of policies over earlier decisions. */
export const replayWords = {
  title: phrase({ en: 'Replay decisions', de: 'Entscheidungen wiederholen' }),
  lead: phrase({
    en: 'Policies run over what was decided lately: who would have been refused, and who would have got more.',
    de: 'Richtlinien laufen über das, was zuletzt entschieden wurde: Wem wäre etwas verweigert worden, und wer hätte mehr bekommen?',
  }),
  policies: phrase({ en: 'Policies', de: 'Richtlinien' }),
  decisionsOf: phrase({ en: 'Decisions of', de: 'Entscheidungen' }),
  lastDays: (days: number) =>
    phrase({
      en: days === 1 ? 'Last day' : `Last ${days} days`,
      de: days === 1 ? 'Letzter Tag' : `Letzte ${days} Tage`,
    }),
  onlyAbout: phrase({ en: 'Only about', de: 'Nur über' }),
  anId: phrase({ en: 'Name or id of an agent.', de: 'Name oder Kennung eines Agenten.' }),
  replay: phrase({ en: 'Replay', de: 'Wiederholen' }),
  recorded: phrase({
    en: 'The audit log records each replay. Leave the page to stop it.',
    de: 'Das Protokoll vermerkt jede Wiederholung. Verlassen Sie die Seite, um sie abzubrechen.',
  }),
  shows: phrase({ en: 'What the result shows', de: 'Was das Ergebnis zeigt' }),
  parts: [
    phrase({
      en: 'How many decisions would change, of all decisions of these days.',
      de: 'Wie viele Entscheidungen anders ausfielen, von allen dieser Tage.',
    }),
    phrase({
      en: 'For each agent, app and scope: what would be refused, and what would be granted.',
      de: 'Je Agent, App und Berechtigung: Was verweigert und was gewährt würde.',
    }),
    phrase({
      en: 'Examples, with a link to the recorded decision, and a button that activates a draft.',
      de: 'Beispiele mit der vermerkten Entscheidung, und eine Schaltfläche, die einen Entwurf aktiviert.',
    }),
  ],
  result: phrase({ en: 'Result', de: 'Ergebnis' }),
  progress: (read: HtmlValue, changed: HtmlValue) =>
    phrase({
      en: html`${read} decisions read, ${changed} would change`,
      de: html`${read} Entscheidungen gelesen, ${changed} fielen anders aus`,
    }),
  replayed: phrase({ en: 'Replayed', de: 'Wiederholt' }),
  brokeOff: phrase({
    en: 'Reading the audit log broke off. Try again, with fewer days.',
    de: 'Das Lesen des Protokolls brach ab. Versuchen Sie es noch einmal, mit weniger Tagen.',
  }),
  others: (decided: HtmlValue) =>
    phrase({
      en: html`of ${decided} decisions would change`,
      de: html`von ${decided} Entscheidungen fielen anders aus`,
    }),
  unasked: (read: HtmlValue) =>
    phrase({
      en: html`${read} were read. Where no policy was asked there is nothing to decide again.`,
      de: html`${read} wurden gelesen. Wo keine Richtlinie gefragt wurde, ist nichts neu zu entscheiden.`,
    }),
  nothingYet: phrase({
    en: 'There is nothing to compare with yet.',
    de: 'Es gibt noch nichts, womit zu vergleichen wäre.',
  }),
  allTheSame: phrase({
    en: 'These policies would have decided all of it the same way.',
    de: 'Diese Richtlinien hätten alles genauso entschieden.',
  }),
  byAgent: phrase({ en: 'By agent or app', de: 'Nach Agent oder App' }),
  agentOrApp: phrase({ en: 'Agent or app', de: 'Agent oder App' }),
  byScope: phrase({ en: 'By scope', de: 'Nach Berechtigung' }),
  scope: phrase({ en: 'Scope', de: 'Berechtigung' }),
  byAgentCounts: phrase({
    en: 'The decisions add up to the number above. One decision can cover several scopes.',
    de: 'Die Entscheidungen ergeben zusammen die Zahl oben. Eine Entscheidung kann mehrere Berechtigungen betreffen.',
  }),
  byScopeCounts: phrase({
    en: 'In how many decisions a scope changes. Scopes of one API that change alike share a row. A decision with several scopes counts for each of them.',
    de: 'In wie vielen Entscheidungen sich eine Berechtigung ändert. Berechtigungen einer API, die sich gleich ändern, teilen eine Zeile. Eine Entscheidung mit mehreren zählt für jede.',
  }),
  scopesOf: (count: number) => phrase({ en: `${count} scopes`, de: `${count} Berechtigungen` }),
  decisions: phrase({ en: 'Decisions that change', de: 'Andere Entscheidungen' }),
  scopesRefused: phrase({ en: 'Scopes newly refused', de: 'Neu verweigerte Berechtigungen' }),
  scopesGiven: phrase({ en: 'Scopes newly granted', de: 'Neu gewährte Berechtigungen' }),
  refused: phrase({ en: 'Newly refused in', de: 'Neu verweigert in' }),
  given: phrase({ en: 'Newly granted in', de: 'Neu gewährt in' }),
  forExample: phrase({ en: 'For example', de: 'Zum Beispiel' }),
  decision: phrase({ en: 'The decision', de: 'Die Entscheidung' }),
  when: phrase({ en: 'When', de: 'Wann' }),
  who: phrase({ en: 'Who', de: 'Wer' }),
};

import { type HtmlValue, html, phrase } from '../html.ts';

/** The page on which a person confirms the new owner of an agent, and the links to it. */
export const newOwnerWords = {
  title: phrase({ en: 'New owner', de: 'Neuer Eigentümer' }),
  heading: (agent: HtmlValue, owner: HtmlValue) =>
    phrase({ en: html`${agent} has a new owner: ${owner}`, de: html`${agent} hat einen neuen Eigentümer: ${owner}` }),
  lead: phrase({
    en: 'You allowed this agent to act for you when it had another owner. It may do none of it until you confirm.',
    de: 'Sie haben diesem Agenten erlaubt, für Sie zu handeln, als er einen anderen Eigentümer hatte. Bis Sie bestätigen, darf er nichts davon.',
  }),
  since: (when: HtmlValue) => phrase({ en: html`New owner since ${when}.`, de: html`Neuer Eigentümer seit ${when}.` }),
  details: phrase({ en: 'Details', de: 'Einzelheiten' }),
  waits: phrase({ en: 'What waits for your answer', de: 'Was auf Ihre Antwort wartet' }),
  sinceUntil: (since: HtmlValue, until: HtmlValue) =>
    phrase({ en: html`Allowed ${since}, until ${until}.`, de: html`Erlaubt ${since}, bis ${until}.` }),
  delegatedFurtherBy: (agent: HtmlValue) =>
    phrase({ en: html`Delegated further by ${agent}.`, de: html`Weitergegeben von ${agent}.` }),
  confirm: phrase({ en: 'Confirm the new owner', de: 'Neuen Eigentümer bestätigen' }),
  deny: phrase({ en: 'End all of it', de: 'Alles beenden' }),
  whatFollows: phrase({
    en: 'If you confirm, the agent holds again what is listed here, and nothing more. If you end it, what it delegated further ends too. Until you answer, it stays suspended.',
    de: 'Bestätigen Sie, hat der Agent wieder, was hier steht, und nicht mehr. Beenden Sie es, endet auch, was er weitergegeben hat. Bis zu Ihrer Antwort bleibt es ausgesetzt.',
  }),
  look: phrase({ en: 'Review and decide', de: 'Ansehen und entscheiden' }),
  about: (agent: string) =>
    phrase({ en: `about the new owner of ${agent}`, de: `über den neuen Eigentümer von ${agent}` }),
  confirmed: phrase({
    en: 'Confirmed. The agent holds again what you allowed it.',
    de: 'Bestätigt. Der Agent hat wieder, was Sie ihm erlaubt haben.',
  }),
  changedAgain: phrase({
    en: 'The owner of the agent has changed again. Read who owns it now.',
    de: 'Der Agent hat noch einmal den Eigentümer gewechselt. Lesen Sie, wem er jetzt gehört.',
  }),
  sectionTitle: phrase({ en: 'Agents with a new owner', de: 'Agenten mit neuem Eigentümer' }),
  sectionLead: phrase({
    en: 'They may do nothing for you until you confirm the new owner.',
    de: 'Ihnen ist nichts für Sie erlaubt, bis Sie den neuen Eigentümer bestätigen.',
  }),
  consentWarning: {
    line: phrase({ en: 'This agent has a new owner', de: 'Neuer Eigentümer' }),
    text: phrase({
      en: 'This agent has a new owner since you allowed it something here. What you allowed before is suspended. If you allow it now, only what you tick is allowed; if you deny, it ends.',
      de: 'Neuer Eigentümer: Dieser Agent hat den Eigentümer gewechselt, seit Sie ihm hier etwas erlaubt haben. Was Sie vorher erlaubt haben, ist ausgesetzt. Erlauben Sie es jetzt, gilt nur, was Sie anhaken; lehnen Sie ab, endet es.',
    }),
  },
};

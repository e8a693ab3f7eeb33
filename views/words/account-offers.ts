import { type HtmlValue, html, phrase } from '../html.ts';

/** Agents that a person is asked to own, on the account page. */
export const offerWords = {
  title: phrase({ en: 'Agents offered to you', de: 'Ihnen angebotene Agenten' }),
  lead: phrase({
    en: 'An owner is responsible for what an agent does. You own none of these until you accept it.',
    de: 'Ein Eigentümer steht für das ein, was ein Agent tut. Keiner davon gehört Ihnen, bevor Sie ihn annehmen.',
  }),
  orphan: phrase({
    en: 'Its owner has left, so the agent is frozen.',
    de: 'Der Eigentümer ist nicht mehr da, deshalb ist der Agent eingefroren.',
  }),
  until: (when: HtmlValue) =>
    phrase({ en: html`You can accept it until ${when}.`, de: html`Sie können ihn bis ${when} annehmen.` }),
  look: phrase({ en: 'Review and decide', de: 'Ansehen und entscheiden' }),
  about: (agent: string) => phrase({ en: `about owning ${agent}`, de: `ob Sie ${agent} annehmen` }),
};

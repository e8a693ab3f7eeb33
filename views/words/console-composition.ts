import { type HtmlValue, html, phrase } from '../html.ts';

/** The composition on the page of an agent. */
export const compositionWords = {
  declared: (version: number, time: HtmlValue) =>
    phrase({ en: html`version ${version}, since ${time}`, de: html`Version ${version}, seit ${time}` }),
  declaredOnly: phrase({ en: 'declared', de: 'erklärt' }),
  attested: phrase({ en: 'attested', de: 'attestiert' }),
  omitted: (time: HtmlValue) =>
    phrase({
      en: html`Asked without showing it: ${time}`,
      de: html`Fragte, ohne sie zu zeigen: ${time}`,
    }),
  model: (text: HtmlValue) => phrase({ en: html`Model ${text}`, de: html`Modell ${text}` }),
  prompt: (text: HtmlValue) => phrase({ en: html`Prompt ${text}`, de: html`Prompt ${text}` }),
  tools: (text: HtmlValue, isAll: boolean) =>
    phrase({ en: html`Tools ${text}${!isAll && ' and more'}`, de: html`Werkzeuge ${text}${!isAll && ' und weitere'}` }),
  differs: phrase({ en: 'Differences from the version before', de: 'Unterschiede zur Version davor' }),
  other: phrase({ en: 'It runs with another composition', de: 'Er läuft mit anderer Zusammensetzung' }),
  noticed: (time: HtmlValue) => phrase({ en: html`Noticed ${time}.`, de: html`Bemerkt ${time}.` }),
  followed: {
    approve: phrase({
      en: 'Requests with it are refused until the owner decides.',
      de: 'Anfragen damit werden abgelehnt, bis der Eigentümer entscheidet.',
    }),
    suspend: phrase({
      en: 'The agent was suspended for it. Resume it after the decision.',
      de: 'Der Agent wurde deshalb ausgesetzt. Setzen Sie ihn nach der Entscheidung fort.',
    }),
  },
  grade: phrase({ en: 'Grade', de: 'Nachweis' }),
  digest: phrase({ en: 'Digest', de: 'Digest' }),
  approve: phrase({ en: 'Approve', de: 'Freigeben' }),
  reject: phrase({ en: 'Reject', de: 'Ablehnen' }),
  members: {
    model: phrase({ en: 'Model', de: 'Modell' }),
    prompt: phrase({ en: 'Prompt', de: 'Prompt' }),
    tool: phrase({ en: 'Tool', de: 'Werkzeug' }),
    whole: phrase({ en: 'Whole', de: 'Ganzes' }),
  },
  tool: (name: HtmlValue) => phrase({ en: html`Tool ${name}`, de: html`Werkzeug ${name}` }),
  added: phrase({ en: 'added', de: 'neu' }),
  removed: phrase({ en: 'removed', de: 'entfernt' }),
  became: phrase({ en: 'became', de: 'wurde zu' }),
  more: phrase({ en: 'More', de: 'Weitere' }),
  moreChanges: (count: number) => phrase({ en: `${count} further differences`, de: `${count} weitere Unterschiede` }),
};

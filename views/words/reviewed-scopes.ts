import { type HtmlValue, html, phrase } from '../html.ts';

/** The scopes about which a reviewer decides. */
export const reviewedScopeWords = {
  asked: (person: HtmlValue) =>
    phrase({
      en: html`May the agent keep this access on behalf of ${person}?`,
      de: html`Darf der Agent diesen Zugriff im Namen von ${person} behalten?`,
    }),
  heldAt: (api: HtmlValue) => phrase({ en: html`What it may do at ${api}`, de: html`Was er bei ${api} darf` }),
  reviewedAt: (api: HtmlValue) =>
    phrase({ en: html`What was reviewed at ${api}`, de: html`Was bei ${api} geprüft wurde` }),
  scope: phrase({ en: 'Scope', de: 'Scope' }),
  risk: phrase({ en: 'Risk', de: 'Risiko' }),
  use: phrase({ en: 'Use', de: 'Nutzung' }),
  usedAfter: (at: HtmlValue) => phrase({ en: html`used after ${at}`, de: html`nach dem ${at} benutzt` }),
} as const;

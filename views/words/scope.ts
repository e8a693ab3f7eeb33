import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';

type Risk = 'low' | 'medium' | 'high' | 'critical';

/** The text of a badge. */
export const riskWords: Readonly<Record<Risk, Phrase>> = {
  low: phrase({ en: 'Low risk', de: 'Niedriges Risiko' }),
  medium: phrase({ en: 'Medium risk', de: 'Mittleres Risiko' }),
  high: phrase({ en: 'High risk', de: 'Hohes Risiko' }),
  critical: phrase({ en: 'Critical', de: 'Kritisch' }),
};

export const scopeWords = {
  at: (resource: HtmlValue) => phrase({ en: html`At ${resource}`, de: html`Bei ${resource}` }),
  /** On a tag, beside a right that the person has not allowed before. */
  isNew: phrase({ en: 'New', de: 'Neu' }),
  /** Beside a right of high risk. */
  ownDecision: phrase({ en: 'Off unless you tick it', de: 'Aus, bis angehakt' }),
  /** In the sentence of a detail, for a value that is not narrowed. */
  any: phrase({ en: 'any', de: 'beliebig' }),
};

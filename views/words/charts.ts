import { type HtmlValue, html, phrase } from '../html.ts';

/** The text around a chart. */
export const chartWords = {
  most: (count: HtmlValue, when: HtmlValue) =>
    phrase({ en: html`Most: ${count} (${when}).`, de: html`Am meisten: ${count} (${when}).` }),
  belowInNumbers: phrase({ en: 'All numbers stand below.', de: 'Alle Zahlen stehen darunter.' }),
  inNumbers: phrase({ en: 'In numbers', de: 'In Zahlen' }),
};

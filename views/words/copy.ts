import { type HtmlValue, html, phrase } from '../html.ts';

export const copyWords = {
  copy: (what: HtmlValue) => phrase({ en: html`Copy ${what}`, de: html`${what} kopieren` }),
  copied: phrase({ en: 'Copied', de: 'Kopiert' }),
  key: phrase({ en: 'the key', de: 'Schlüssel' }),
  codes: phrase({ en: 'all codes', de: 'Alle Codes' }),
};

import { type HtmlValue, html, phrase } from '../html.ts';

/** The question about what agents hold and do not use, on the account page. */
export const ownReviewWords = {
  title: phrase({ en: 'Is this still right?', de: 'Stimmt das noch?' }),
  lead: phrase({
    en: 'You allowed this more than 90 days ago, and agents have not used it since. What you keep is asked again in 90 days.',
    de: 'Das haben Sie vor mehr als 90 Tagen erlaubt, und Agenten haben es seither nicht benutzt. Was Sie behalten, fragt die Seite in 90 Tagen wieder.',
  }),
  allowed: (time: HtmlValue) => phrase({ en: html`Allowed ${time}.`, de: html`Erlaubt ${time}.` }),
  neverUsed: phrase({ en: 'Never used.', de: 'Nie benutzt.' }),
  lastUsed: (time: HtmlValue) => phrase({ en: html`Last used ${time}.`, de: html`Zuletzt benutzt ${time}.` }),
  unused: phrase({ en: 'Not used:', de: 'Nicht benutzt:' }),
  keep: phrase({ en: 'Keep', de: 'Behalten' }),
  narrow: phrase({ en: 'Remove what is not used', de: 'Unbenutztes entfernen' }),
  end: phrase({ en: 'End all of it', de: 'Alles beenden' }),
  kept: phrase({ en: 'Kept. You are asked again in 90 days.', de: 'Behalten. In 90 Tagen wird wieder gefragt.' }),
};

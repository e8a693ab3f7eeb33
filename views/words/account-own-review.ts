import { type HtmlValue, html, phrase } from '../html.ts';

/** The question about what agents hold and do not use, on the account page. */
export const ownReviewWords = {
  title: phrase({ en: 'Is this still right?', de: 'Stimmt das noch?' }),
  lead: phrase({
    en: 'You allowed this more than 90 days ago. In the last 90 days, agents used none of it, or only a part. You will be asked again about what you keep, in 90 days.',
    de: 'Das haben Sie vor mehr als 90 Tagen erlaubt. In den letzten 90 Tagen haben Agenten nichts davon oder nur einen Teil benutzt. Nach dem, was Sie behalten, werden Sie in 90 Tagen wieder gefragt.',
  }),
  allowed: (time: HtmlValue) => phrase({ en: html`Allowed ${time}.`, de: html`Erlaubt ${time}.` }),
  neverUsed: phrase({ en: 'Never used.', de: 'Nie benutzt.' }),
  lastUsed: (time: HtmlValue) => phrase({ en: html`Last used ${time}.`, de: html`Zuletzt benutzt ${time}.` }),
  unused: phrase({ en: 'Not used:', de: 'Nicht benutzt:' }),
  keep: phrase({ en: 'Keep', de: 'Behalten' }),
  narrow: phrase({ en: 'Remove what is not used', de: 'Unbenutztes entfernen' }),
  end: phrase({ en: 'End all of it', de: 'Alles beenden' }),
  kept: phrase({
    en: 'Kept. You will be asked again in 90 days.',
    de: 'Behalten. In 90 Tagen werden Sie wieder gefragt.',
  }),
};

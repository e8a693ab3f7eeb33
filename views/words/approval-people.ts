import { type HtmlValue, html, phrase } from '../html.ts';

/** Who decides about an approval, beside those who are asked first. */
export const approvalPeopleWords = {
  further: phrase({ en: 'Further people', de: 'Weitere Personen' }),
  furtherLater: (at: HtmlValue) =>
    phrase({
      en: html`are asked, too, if nobody has decided by ${at}`,
      de: html`werden ebenfalls gefragt, wenn bis ${at} niemand entschieden hat`,
    }),
  furtherAsked: (at: HtmlValue) =>
    phrase({
      en: html`are asked, too, since ${at}: nobody had decided by then`,
      de: html`werden seit ${at} ebenfalls gefragt: Bis dahin hatte niemand entschieden`,
    }),
};

import { type HtmlValue, html, phrase } from '../html.ts';

/** Who decides about an approval, beside the first approvers. */
export const approvalPeopleWords = {
  forYourself: phrase({ en: 'You decide for yourself.', de: 'Sie entscheiden für sich selbst.' }),
  forAway: (name: HtmlValue) =>
    phrase({ en: html`You decide for ${name}.`, de: html`Sie entscheiden in Vertretung von ${name}.` }),
  awayUntil: (until: HtmlValue) => phrase({ en: html`That is so until ${until}.`, de: html`Das gilt bis ${until}.` }),
  forAwayMeans: phrase({
    en: 'The audit log records that you answered, and for whom. You have one answer: no person counts twice.',
    de: 'Festgehalten wird, dass Sie geantwortet haben und für wen. Sie haben eine Antwort: Niemand zählt doppelt.',
  }),
  insteadYourself: phrase({ en: 'Decide for yourself instead', de: 'Stattdessen für sich selbst entscheiden' }),
  insteadAway: (name: HtmlValue) =>
    phrase({ en: html`Decide for ${name} instead`, de: html`Stattdessen in Vertretung von ${name} entscheiden` }),
  forTag: (name: HtmlValue) => phrase({ en: html`for ${name}`, de: html`für ${name}` }),
  through: (name: HtmlValue) => phrase({ en: html`agreed, through ${name}`, de: html`hat zugestimmt, durch ${name}` }),
  further: phrase({ en: 'Further people', de: 'Weitere Personen' }),
  furtherLater: (at: HtmlValue) =>
    phrase({
      en: html`are asked, too, if no approver decides by ${at}`,
      de: html`werden ebenfalls gefragt, wenn bis ${at} niemand entschieden hat`,
    }),
  furtherAsked: (at: HtmlValue) =>
    phrase({
      en: html`are asked, too, since ${at}: no approver decided by then`,
      de: html`werden seit ${at} ebenfalls gefragt: Bis dahin hatte niemand entschieden`,
    }),
  decidedBy: phrase({ en: 'Approver', de: 'Wer freigibt' }),
  /** Where others decide in an emergency. */
  usually: phrase({ en: 'Usual approver', de: 'Wer sonst freigibt' }),
  alone: (who: HtmlValue) => phrase({ en: html`only ${who}`, de: html`nur ${who}` }),
  agreedSoFar: (quorum: number, agreed: number) =>
    phrase({
      en: `${quorum === 1 ? 'one person' : `${quorum} different people`}; ${agreed === 0 ? 'no person has' : `${agreed} ${agreed === 1 ? 'has' : 'have'}`} agreed so far`,
      de: `${quorum === 1 ? 'eine Person' : `${quorum} verschiedene Personen`}; bisher ${agreed === 0 ? 'hat niemand' : `${agreed === 1 ? 'hat' : 'haben'} ${agreed}`} zugestimmt`,
    }),
  agreed: phrase({ en: 'agreed', de: 'hat zugestimmt' }),
  hasToAgree: phrase({ en: 'has to agree', de: 'muss zustimmen' }),
  mayAgree: phrase({ en: 'may agree', de: 'darf zustimmen' }),
  /** The same about the reader. */
  you: {
    agreed: phrase({ en: 'agreed', de: 'haben zugestimmt' }),
    hasToAgree: phrase({ en: 'has to agree', de: 'müssen zustimmen' }),
    mayAgree: phrase({ en: 'may agree', de: 'dürfen zustimmen' }),
  },
};

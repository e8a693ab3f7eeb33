import { type HtmlValue, html, phrase } from '../html.ts';

/** One event of the audit log, and why its decision was as it was. */
export const auditEventWords = {
  title: phrase({ en: 'Event', de: 'Ereignis' }),
  back: phrase({ en: 'Audit log', de: 'Protokoll' }),
  transaction: phrase({ en: 'Its transaction', de: 'Sein Vorgang' }),
  why: phrase({ en: 'Why', de: 'Warum' }),
  whyWith: (version: number) => phrase({ en: `What version ${version} says`, de: `Was Version ${version} sagt` }),
  decidedBy: (version: HtmlValue) =>
    phrase({
      en: html`Version ${version} of the policies decided this. It was asked only about what the other layers had left.`,
      de: html`Version ${version} der Richtlinien hat dies entschieden. Sie wurde nur zu dem gefragt, was die anderen Ebenen übrig ließen.`,
    }),
  otherVersion: (asked: number, decided: HtmlValue) =>
    phrase({
      en: html`This is what version ${asked} says to the same question. Version ${decided} decided. Looking changes nothing.`,
      de: html`Das sagt Version ${asked} zu derselben Frage. Entschieden hat Version ${decided}. Das Ansehen ändert nichts.`,
    }),
  notRecorded: phrase({
    en: 'No policy was asked: policies were off, or other layers had left nothing to decide.',
    de: 'Keine Richtlinie wurde gefragt: Richtlinien waren aus, oder andere Ebenen hatten nichts übrig gelassen.',
  }),
  scope: phrase({ en: 'Scope', de: 'Scope' }),
  was: phrase({ en: 'Then', de: 'Damals' }),
  says: phrase({ en: 'Policies say', de: 'Richtlinien sagen' }),
  by: phrase({ en: 'By', de: 'Durch' }),
  granted: phrase({ en: 'granted', de: 'erlaubt' }),
  refused: phrase({ en: 'refused', de: 'verweigert' }),
  permit: phrase({ en: 'permitted', de: 'erlaubt' }),
  forbid: phrase({ en: 'forbidden', de: 'verboten' }),
  none: phrase({ en: 'no policy permits it', de: 'keine Richtlinie erlaubt es' }),
  differs: phrase({ en: 'differs', de: 'anders' }),
  needs: (what: HtmlValue) => phrase({ en: html`needs ${what}`, de: html`braucht ${what}` }),
  text: (id: string) => phrase({ en: `Text of the policy ${id}`, de: `Text der Richtlinie ${id}` }),
  line: (line: number) => phrase({ en: `line ${line}`, de: `Zeile ${line}` }),
  compare: phrase({ en: 'Ask another version', de: 'Andere Version fragen' }),
  ask: phrase({ en: 'Ask', de: 'Fragen' }),
  members: phrase({ en: 'All members', de: 'Alle Felder' }),
  personal: phrase({ en: 'Personal values', de: 'Personenbezogene Werte' }),
  personalHint: phrase({
    en: 'The audit log chains a commitment to each value, not the value. So it still verifies after an erasure.',
    de: 'Das Protokoll verkettet zu jedem Wert ein Commitment, nicht den Wert. Darum bleibt es nach dem Löschen prüfbar.',
  }),
  eraseValue: (name: string) => phrase({ en: `Erase ${name}`, de: `${name} löschen` }),
  erase: phrase({ en: 'Erase the value', de: 'Wert löschen' }),
  eraseAsked: phrase({ en: 'Erase this personal value?', de: 'Diesen personenbezogenen Wert löschen?' }),
  eraseLead: phrase({
    en: 'It cannot be brought back. The event stays, and the audit log and earlier exports still verify. Exports and archives that have the value keep it.',
    de: 'Er lässt sich nicht wiederherstellen. Das Ereignis bleibt, und Protokoll und frühere Exporte bleiben prüfbar. Exporte und Archive, die den Wert enthalten, behalten ihn.',
  }),
  value: phrase({ en: 'Value', de: 'Wert' }),
  content: phrase({ en: 'Content', de: 'Inhalt' }),
};

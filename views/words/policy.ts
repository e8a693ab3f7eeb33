import { plainText } from '../agent-text.ts';
import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';

/** Texts of policies, and differences between two of them. */
export const policyWords = {
  permits: phrase({ en: 'permits', de: 'erlaubt' }),
  forbids: phrase({ en: 'forbids', de: 'verbietet' }),
  noReason: phrase({ en: 'Gives no reason.', de: 'Nennt keinen Grund.' }),
  removed: phrase({ en: 'Removed: ', de: 'Entfernt: ' }),
  added: phrase({ en: 'Added: ', de: 'Hinzugefügt: ' }),
  lines: (count: HtmlValue) => phrase({ en: html`There are ${count} lines.`, de: html`Es sind ${count} Zeilen.` }),
  same: (from: number, to: number) =>
    phrase({
      en: `Version ${to} says the same as version ${from}.`,
      de: `Version ${to} sagt dasselbe wie Version ${from}.`,
    }),
  changed: (
    lines: { readonly added: number; readonly removed: number },
    added: HtmlValue,
    removed: HtmlValue,
  ): Phrase =>
    phrase({
      en: html`<strong>${lines.added} ${lines.added === 1 ? 'line' : 'lines'} added, ${lines.removed} removed.</strong>${added && html` New policies: ${added}.`}${removed && html` Removed policies: ${removed}.`}`,
      de: html`<strong>${lines.added} ${lines.added === 1 ? 'Zeile' : 'Zeilen'} hinzugefügt, ${lines.removed} entfernt.</strong>${added && html` Neue Richtlinien: ${added}.`}${removed && html` Entfernte Richtlinien: ${removed}.`}`,
    }),
  moreRemoved: (count: number) =>
    phrase({ en: `${count} more removed lines`, de: `${count} weitere entfernte Zeilen` }),
  removes: (count: number) =>
    phrase({
      en: `It removes ${count} ${count === 1 ? 'policy' : 'policies'}. What only ${count === 1 ? 'it permits' : 'they permit'} is refused once this version is active.`,
      de: `Sie entfernt ${count} ${count === 1 ? 'Richtlinie' : 'Richtlinien'}. Was nur ${count === 1 ? 'diese erlaubt' : 'diese erlauben'}, wird abgelehnt, sobald diese Version aktiv ist.`,
    }),
  differences: (from: number, to: number) =>
    phrase({
      en: `Differences from version ${from} to version ${to}`,
      de: `Unterschiede von Version ${from} zu Version ${to}`,
    }),
  /** The condition of a policy; for a tag. */
  tied: {
    approval: phrase({ en: 'with an approval', de: 'mit einer Freigabe' }),
    unlessApproved: phrase({ en: 'unless approved', de: 'außer mit Freigabe' }),
    secondFactor: phrase({ en: 'signed in with a second factor', de: 'mit zweitem Faktor angemeldet' }),
    signedInWith: (acr: string) =>
      phrase({ en: `signed in with ${plainText(acr, 60)}`, de: `angemeldet mit ${plainText(acr, 60)}` }),
    signedInAgo: (time: Phrase) =>
      phrase({ en: html`signed in ${time} ago at most`, de: html`Anmeldung höchstens ${time} her` }),
    attested: phrase({ en: 'with an attested composition', de: 'mit attestierter Zusammensetzung' }),
    seconds: (time: Phrase) => phrase({ en: html`for ${time} at most`, de: html`höchstens ${time} lang` }),
    uses: (count: number) =>
      phrase({
        en: count === 1 ? '1 use at most' : `${count} uses at most`,
        de: `höchstens ${count} Mal`,
      }),
  },
};

import { breakable, chosenName } from './agent-text.ts';
import { type Html, html, phrase } from './html.ts';
import { dayText, moneyText, timeOfDayText } from './value-text.ts';
import { scopeWords } from './words/scope.ts';

/** The display form of a value. The value itself stays as in the request. */
export type ValueFormat =
  | { readonly kind: 'money'; readonly currency: string; readonly digits: number }
  | { readonly kind: 'date' | 'iban' };

/** `value` undefined: any. */
export type SentencePart =
  | { readonly text: string }
  | { readonly member: string; readonly value: string | undefined; readonly format?: ValueFormat };

const VALUE = 300;

/** The text of a detail, from the template of its type. */
export const detailSentence = (parts: readonly SentencePart[]): Html =>
  html`<span class="does">${parts.map((part) =>
    'text' in part
      ? html`${breakable(part.text)}`
      : part.value === undefined
        ? html`<em>${scopeWords.any}</em>`
        : part.format?.kind === 'money'
          ? html`<strong class="sum whole">${formattedValue(part.value, part.format)}</strong>`
          : formattedValue(part.value, part.format),
  )}</span>`;

/** A value as people write it. Text without a format is marked as chosen by the requester. */
export const formattedValue = (value: string, format: ValueFormat | undefined): Html => {
  switch (format?.kind) {
    case 'money': {
      const { currency, digits } = format;
      return inEach((language) => moneyText(value, currency, digits, language));
    }
    case 'date':
      return inEach((language) => (value.includes('T') ? timeOfDayText : dayText)(value, language));
    case 'iban':
      return html`<span class="whole">${chosenName(value.replace(/.{4}(?=.)/gu, '$& '), VALUE)}</span>`;
    default:
      return chosenName(value, VALUE);
  }
};

const inEach = (text: (language: 'en' | 'de') => string): Html =>
  html`${phrase({ en: chosenName(text('en'), VALUE), de: chosenName(text('de'), VALUE) })}`;

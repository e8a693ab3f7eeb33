/**
 * Pages for people: plain functions from a view model to `Html`. Owns markup, style and wording. Does not own what a model
 * says (`src/http` and `src/provider` fill it in), nor any header but the content security policy that it returns. No code
 * here reads a request, a clock or a store.
 *
 * This file: the only way to make markup. A template escapes every value that is not `Html` already. A page holds its phrases
 * in all languages; `in` selects the language when it renders the page.
 */
import type { Brand } from './brand.ts';
import type { Language } from './language.ts';

/** The reader of a page. */
export type View = {
  readonly language: Language;
  /** Path with query at which the reader can read the same page again, on our own origin. Absent for the response to a form. */
  readonly here?: string;
  /** Epoch seconds. Absent: the page says no time relative to it. */
  readonly now?: number;
  /** The operator's brand. Absent: ours. */
  readonly brand?: Brand;
};

/**
 * Values that a template accepts. `undefined`, `null` and `false` print nothing. A function is called when the page is
 * rendered.
 */
export type HtmlValue =
  | Html
  | Phrase
  | string
  | number
  | undefined
  | null
  | false
  | readonly HtmlValue[]
  | ((view: View) => HtmlValue);

/** A text in every language. `phrase` makes it; the catalogue in `words/` holds it. */
export class Phrase {
  readonly #of: Readonly<Record<Language, HtmlValue>>;

  constructor(of: Readonly<Record<Language, HtmlValue>>) {
    this.#of = of;
  }

  /** Its value in a page in `language`. */
  in(language: Language): HtmlValue {
    return this.#of[language];
  }

  /** Its text, for mails, notifications and files. Throws if a phrase contains markup. */
  text(language: Language): string {
    const value = this.#of[language];
    if (typeof value === 'string') return value;
    throw new TypeError('a phrase with markup has no text');
  }
}

/** Our own text in every language, or a text that is the same in all of them. */
export type Text = string | Phrase;

export const phrase = (of: Readonly<Record<Language, HtmlValue>>): Phrase => new Phrase(of);

/** Markup that is safe to send. Only the `html` tag creates it. */
export class Html {
  readonly #strings: readonly string[];
  readonly #values: readonly HtmlValue[];

  private constructor(strings: readonly string[], values: readonly HtmlValue[]) {
    this.#strings = strings;
    this.#values = values;
  }

  /** The only function that does not escape: for the strings of the `html` tag. An architecture test allows no other caller. */
  static of(strings: readonly string[], values: readonly HtmlValue[]): Html {
    for (const value of values) check(value);
    return new Html(strings, values);
  }

  /** The rendered text for this reader. */
  in(view: View): string {
    const strings = this.#strings;
    const values = this.#values;
    let markup = strings[0] ?? '';
    for (let index = 0; index < values.length; index += 1) {
      markup += print(values[index], view);
      markup += strings[index + 1] ?? '';
    }
    return markup;
  }

  /** Renders in English. */
  toString(): string {
    return this.in({ language: 'en' });
  }
}

/** Template tag: `html\`<p>${text}</p>\`` escapes every value; lists are joined. Attributes must be quoted. */
export const html = (strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html => Html.of(strings, values);

/** Escapes text for element content and for attribute values in either kind of quotes. */
const escapeHtml = (text: string): string =>
  SPECIAL.test(text) ? text.replace(EACH_SPECIAL, (character) => ENTITIES[character] ?? '') : text;

/** Few texts have one. */
const SPECIAL = /[&<>"'`]/;
const EACH_SPECIAL = /[&<>"'`]/g;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Refuses a value that cannot be printed where a template inserts it, not where the page is rendered. */
const check = (value: HtmlValue): void => {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'function':
    case 'undefined':
      return;
  }
  if (value === null || value === false || value instanceof Html || value instanceof Phrase) return;
  if (!Array.isArray(value)) throw unprintable();
  for (const one of value) check(one);
};

const unprintable = (): TypeError =>
  new TypeError('only text, numbers, phrases, markup and lists of them can stand in a page');

const print = (value: HtmlValue, view: View): string => {
  switch (typeof value) {
    case 'string':
      return escapeHtml(value);
    case 'number':
      return String(value);
    case 'function':
      return print(value(view), view);
    case 'undefined':
      return '';
  }
  if (value === null || value === false) return '';
  if (value instanceof Html) return value.in(view);
  if (value instanceof Phrase) return print(value.in(view.language), view);
  if (!Array.isArray(value)) throw unprintable();
  let markup = '';
  for (const one of value) markup += print(one, view);
  return markup;
};

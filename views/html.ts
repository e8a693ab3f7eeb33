/**
 * Pages people see: plain functions from a view model to `Html`. Owns markup, style and wording; does
 * not own what a model says (`src/http` and `src/provider` fill it in) nor any header but the content
 * security policy it hands out. Nothing here reads a request, a clock or a store.
 *
 * This file: the only way to make markup. Whatever is put into a template is escaped unless it is `Html` already.
 */

/** What may stand in a template. `undefined`, `null` and `false` print nothing. */
export type HtmlValue = Html | string | number | undefined | null | false | readonly HtmlValue[];

/** Markup that is safe to send. Made by the `html` tag; `String(page)` is the text of the answer. */
export class Html {
  readonly #markup: string;

  private constructor(markup: string) {
    this.#markup = markup;
  }

  /** The one unsafe door: the caller answers for the text. An architecture test keeps it to this folder's own constants. */
  static raw(markup: string): Html {
    return new Html(markup);
  }

  toString(): string {
    return this.#markup;
  }
}

/** Escapes text for element content and for attribute values in either kind of quotes. */
const escapeHtml = (text: string): string => text.replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? '');

/** Template tag: `html\`<p>${text}</p>\`` escapes every value; lists are joined. Attributes must be quoted. */
export const html = (strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html => {
  let markup = strings[0] ?? '';
  for (const [index, value] of values.entries()) markup += print(value) + (strings[index + 1] ?? '');
  return Html.raw(markup);
};

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

const print = (value: HtmlValue): string => {
  if (value === undefined || value === null || value === false) return '';
  if (value instanceof Html) return value.toString();
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map(print).join('');
  throw new TypeError('only text, numbers, markup and lists of them can stand in a page');
};

import { plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html } from '../html.ts';
import { copyWords as words } from '../words/copy.ts';

/** Copies a text. It needs copy.js on the page; a browser without scripts does not show it. `what`: its name for screen readers; default: the text. */
export const copyButton = (text: string, what: HtmlValue = plainText(text, 80)): Html =>
  html`<button type="button" class="copy" data-copy="${text}"><svg aria-hidden="true" viewbox="0 0 16 16" width="16" height="16"><path class="sheets" d="M5.5 5.5v-3h8v8h-3m-8-5h8v8h-8z"></path><path class="tick" d="m3 8.5 3.5 3.5 7-8"></path></svg><span class="unseen">${words.copy(what)}</span></button><span class="unseen" role="status" data-said="${words.copied}"></span>`;

/** A value of at most `limit` characters, with the button that copies all of it. `look`: class of the value. `what`: as for `copyButton`. */
export const copyable = (
  value: string,
  {
    limit = 400,
    look,
    what,
  }: { readonly limit?: number; readonly look?: 'long' | 'secret'; readonly what?: HtmlValue } = {},
): Html =>
  html`<span class="copied"><code${look !== undefined && html` class="${look}"`}>${plainText(value, limit)}</code>${copyButton(value, what)}</span>`;

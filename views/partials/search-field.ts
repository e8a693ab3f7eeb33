import { type Html, html } from '../html.ts';
import { searchWords as words } from '../words/console-search.ts';

/** The search of the console in the header. Present on pages of the console only. */
export type SearchField = {
  /** The form GETs `q` to it. */
  readonly action: string;
  /** What was searched for, on the page of results. */
  readonly value?: string;
};

/** A form that works without JavaScript; `search.js` shows results while the user types. */
export const searchField = ({ action, value = '' }: SearchField): Html =>
  html`<form method="get" action="${action}" class="find" role="search" aria-label="${words.name}">
<label for="find" class="unseen">${words.label}</label>
<input id="find" type="search" name="q" value="${value}" placeholder="${words.placeholder}" maxlength="200" autocomplete="off" autocapitalize="none" spellcheck="false" enterkeyhint="search" aria-keyshortcuts="Control+K Meta+K">
<button type="submit" class="button quiet"><svg viewbox="0 0 20 20" width="18" height="18" aria-hidden="true"><circle cx="8.5" cy="8.5" r="5.5"></circle><path d="m13 13 4.5 4.5"></path></svg><span class="unseen">${words.search}</span></button>
<div id="found" class="found" hidden></div>
<p class="unseen" role="status" data-found-status></p>
</form>`;

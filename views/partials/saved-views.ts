import { type Html, html } from '../html.ts';
import { listWords as words } from '../words/lists.ts';

/** The place of the views that a person saved of a list; saved-views.js keeps them in the browser. `path`: of the list. */
export const savedViews = (path: string): Html =>
  html`<div class="views" data-views="${path}" data-label="${words.views.title}" data-save="${words.views.save}" data-keep="${words.views.keep}" data-name="${words.views.name}" data-remove="${words.views.remove}"></div>`;

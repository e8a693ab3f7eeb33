import { type Html, type HtmlValue, html } from '../html.ts';
import { type IconName, icon } from './icon.ts';

/** One thing of the reader: its name, facts about it, and what the reader can do with it. */
export type Item = {
  readonly icon: IconName;
  readonly title: HtmlValue;
  /** Id of the heading. */
  readonly id?: string;
  /** Beside the title. */
  readonly tags?: HtmlValue;
  /** Lines below the title. */
  readonly facts: readonly HtmlValue[];
  /** Buttons, links or a form at the end of the line; below the facts where that is too narrow. */
  readonly acts?: HtmlValue;
  /** Id of the browser that it is about, for push.js. */
  readonly browser?: string;
};

/** Things of the same kind in one card, one below the other. Their titles are headings of the third level. */
export const itemList = (items: readonly Item[]): Html =>
  html`<ul class="card flush items">${items.map(
    ({ icon: name, title, id, tags, facts, acts, browser }) =>
      html`<li${browser !== undefined && html` data-browser="${browser}"`}>${icon(name)}<div class="item-text"><div class="item-title"><h3${id !== undefined && html` id="${id}"`}>${title}</h3>${tags}</div>
${facts.map((fact) => html`<p class="hint">${fact}</p>`)}</div>${acts && html`<div class="item-acts">${acts}</div>`}</li>`,
  )}</ul>`;

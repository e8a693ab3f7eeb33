import { type Html, type HtmlValue, html, type Phrase } from '../html.ts';

/** A figure that a reader looks for first. */
export type FigureTile = {
  readonly figure: HtmlValue;
  readonly label: Phrase;
  /** Of which time, or what share. */
  readonly note?: HtmlValue;
  /** The list of what it counts; absent: not permitted to the viewer. */
  readonly href?: string;
  /** It needs attention. */
  readonly isUrgent?: boolean;
  /** The page shows what it counts. */
  readonly isCurrent?: boolean;
  /** A phone leaves it out. */
  readonly isSpare?: boolean;
};

/** Figures beside one another, two in a row on a phone. Each is a link to what it counts. `label`: for screen readers. */
export const figureTiles = (label: Phrase, tiles: readonly FigureTile[]): Html =>
  html`<ul class="figures tiles" aria-label="${label}">${tiles.map((tile) => {
    const text = html`<strong>${tile.figure}</strong> <span>${tile.label}</span>${tile.note !== undefined && html` <span class="note">${tile.note}</span>`}`;
    return html`<li class="card${tile.isUrgent && ' urgent'}${tile.isSpare && ' spare'}">${tile.href === undefined ? html`<div>${text}</div>` : html`<a href="${tile.href}"${tile.isCurrent && html` aria-current="true"`}>${text}</a>`}</li>`;
  })}</ul>`;

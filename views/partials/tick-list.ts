import { type Html, type HtmlValue, html } from '../html.ts';

/** One box to tick. */
export type Tick = {
  /** Unique on the page. */
  readonly id: string;
  /** Of the form field, and what the browser sends when the box is ticked. */
  readonly name: string;
  readonly value: string;
  readonly isChecked: boolean;
  /** The form sends it in any case: the box only shows it. */
  readonly isFixed?: true;
  readonly label: HtmlValue;
  /** At the end of the line, or below the label where that is too narrow. */
  readonly marks?: HtmlValue;
  /** A class of the line, such as its risk. */
  readonly look?: string;
};

/** Boxes to tick, one below the other. */
export const tickList = (ticks: readonly Tick[]): Html => html`<ul class="choices">${ticks.map(line)}</ul>`;

const line = ({ id, name, value, isChecked, isFixed, label, marks, look }: Tick): Html =>
  html`<li${look !== undefined && html` class="${look}"`}>${
    isFixed
      ? html`<input type="hidden" name="${name}" value="${value}"><input type="checkbox" id="${id}" checked disabled>`
      : html`<input type="checkbox" id="${id}" name="${name}" value="${value}"${isChecked && html` checked`}>`
  }
<div class="option"><label for="${id}">${label}</label>${marks && html` <span class="marks">${marks}</span>`}</div></li>`;

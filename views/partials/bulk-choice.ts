import { type Html, html, type Phrase } from '../html.ts';
import type { Column } from './console-list.ts';
import { submit } from './submit.ts';

/** The form that sends the ids of the ticked rows of a list as `id`; the page has bulk.css. */
const BULK_FORM = 'bulk';

/** Texts of a list with boxes. `choose`: the box of a row, for screen readers. */
type Choice<Row> = {
  readonly chooseAll: Phrase;
  readonly choose: (row: Row) => Phrase;
  /** Whether the row has a box. */
  readonly isOpen: (row: Row) => boolean;
};

/** The columns with a box in the first one. */
export const withBoxes = <Row extends { readonly id: string }>(
  columns: readonly Column<Row>[],
  { chooseAll, choose, isOpen }: Choice<Row>,
): readonly Column<Row>[] => {
  // Ticks all rows, by copy.js; without scripts a browser hides it. The form does not send it.
  const pickAll = html`<label class="pick"><input type="checkbox" data-pick-all><span class="unseen">${chooseAll}</span></label>`;
  const pick = (row: Row): Html =>
    html`<label class="pick"><input type="checkbox" name="id" value="${row.id}" form="${BULK_FORM}"><span class="unseen">${choose(row)}</span></label>`;
  return columns.map((column, index) =>
    index === 0
      ? { ...column, beforeTitle: pickAll, cell: (row) => html`${isOpen(row) && pick(row)}${column.cell(row)}` }
      : column,
  );
};

/** The button for the ticked rows. GETs `action`. */
export const chosenForm = (
  action: string,
  {
    withChosen,
    button,
    chooseAll,
  }: { readonly withChosen: Phrase; readonly button: Phrase; readonly chooseAll: Phrase },
): Html =>
  html`<form id="${BULK_FORM}" method="get" action="${action}" class="bulk" aria-labelledby="chosen"><span id="chosen">${withChosen}</span>
<div class="actions">${submit({ text: button, kind: 'danger' })}</div>
<button type="button" class="button quiet" data-pick-all>${chooseAll}</button></form>`;

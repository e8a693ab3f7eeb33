/** The buttons of a form that add a row, or remove one. They save nothing. */
import { single } from '../middleware/form-body.ts';
import type { ObjectFormSpec } from './object-form-spec.ts';
import { givenOf, rowName, rowsSpecsOf, type Values, type Which } from './object-form-values.ts';

/** A button of rows: one more, or one less. */
type RowsButton = { readonly more: number; readonly values: Values };

/** What the form shows after a button of its rows; undefined: the user pressed another button. */
export const afterRowsButton = (
  spec: ObjectFormSpec,
  which: Which,
  form: URLSearchParams,
  values: Values,
): RowsButton | undefined => {
  const [, act, member, index] = /^(add|remove):(\w{1,40})(?::(\d{1,4}))?$/.exec(single(form, 'rows') ?? '') ?? [];
  const rows = rowsSpecsOf(spec).find((one) => one.member === member);
  if (!rows) return undefined;
  if (act === 'add') return { more: 1, values };
  const removed = new URLSearchParams(form);
  for (const field of rows.fields) removed.delete(rowName(rows, Number(index), field));
  return { more: 0, values: givenOf(spec, which, removed) };
};

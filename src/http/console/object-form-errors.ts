/** Where on a form of a registered object the errors of a refusal stand. */
import type { Text } from '../../../views/html.ts';
import { refusalPhrase, shownErrors } from '../refusal-phrase.ts';
import type { FieldSpec } from './form-fields.ts';
import { fieldsOf, formName, type ObjectFormSpec, rowName, rowsSpecsOf, type Which } from './object-form-values.ts';

/** The errors of a refusal by the field that it points to; a refusal of the whole stands at the first field. */
export const errorsOf = (
  spec: ObjectFormSpec,
  which: Which,
  error: Parameters<typeof shownErrors>[0],
): ReadonlyMap<string, Text> => {
  const fields = fieldsOf(spec, which);
  const [usual = ''] = fields.map(formName);
  const found = shownErrors(error).map(({ pointer, ...refusal }): readonly [string, Text] => {
    const steps = (pointer ?? '').split('/').filter((step) => step !== '');
    return [placeOf(spec, steps) ?? fieldAt(fields, steps) ?? usual, refusalPhrase(refusal)];
  });
  return new Map(found.reverse());
};

const fieldAt = (fields: readonly FieldSpec[], steps: readonly string[]): string | undefined => {
  const fits = ({ name, within }: FieldSpec): boolean =>
    within === undefined ? steps.includes(name) : steps[0] === within && steps[1] === name;
  const found = fields.find(fits) ?? fields.find(({ within }) => within !== undefined && steps.includes(within));
  return found && formName(found);
};

const placeOf = (spec: ObjectFormSpec, steps: readonly string[]): string | undefined => {
  const rows = rowsSpecsOf(spec).find(({ member }) => steps[0] === member);
  if (!rows) return undefined;
  const [, index = '0', name] = steps;
  const field = rows.fields.find((one) => one.name === name) ?? rows.fields[0];
  return field && rowName(rows, Number(index), field);
};

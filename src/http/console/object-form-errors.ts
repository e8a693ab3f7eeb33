/** Where on a form of a registered object the errors of a refusal stand. */
import type { Text } from '../../../views/html.ts';
import { durationPhrase } from '../../../views/time-text.ts';
import { objectWords } from '../../../views/words/console-objects.ts';
import { refusalPhrase, type ShownRefusal, shownErrors } from '../refusal-phrase.ts';
import type { FieldSpec } from './form-fields.ts';
import type { ObjectFormSpec } from './object-form-spec.ts';
import { fieldsOf, formName, rowName, rowsSpecsOf, type Which } from './object-form-values.ts';

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
    const at = fieldAt(fields, steps);
    const text = (at && timePhrase(at, refusal)) ?? refusalPhrase(refusal);
    return [placeOf(spec, steps) ?? (at && formName(at)) ?? usual, text];
  });
  return new Map(found.reverse());
};

/** The bounds of a time, which the API counts in seconds, as the form shows them. */
const timePhrase = ({ kind }: FieldSpec, { reason, params = {} }: ShownRefusal): Text | undefined => {
  if (kind.look.kind !== 'time') return undefined;
  if (reason === 'number_too_small') return objectWords.timeTooShort(durationPhrase(Number(params['least'])));
  if (reason === 'number_too_large') return objectWords.timeTooLong(durationPhrase(Number(params['most'])));
  if (reason === 'number_out_of_range') {
    return objectWords.timeOutOfRange(durationPhrase(Number(params['least'])), durationPhrase(Number(params['most'])));
  }
  return undefined;
};

const fieldAt = (fields: readonly FieldSpec[], steps: readonly string[]): FieldSpec | undefined => {
  const fits = ({ name, within }: FieldSpec): boolean =>
    within === undefined ? steps.includes(name) : steps[0] === within && steps[1] === name;
  return fields.find(fits) ?? fields.find(({ within }) => within !== undefined && steps.includes(within));
};

const placeOf = (spec: ObjectFormSpec, steps: readonly string[]): string | undefined => {
  const rows = rowsSpecsOf(spec).find(({ member }) => steps[0] === member);
  if (!rows) return undefined;
  const [, index = '0', name] = steps;
  const field = rows.fields.find((one) => one.name === name) ?? rows.fields[0];
  return field && rowName(rows, Number(index), field);
};

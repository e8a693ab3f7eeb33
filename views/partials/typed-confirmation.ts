import { plainText } from '../agent-text.ts';
import { type Html, html, type Text } from '../html.ts';
import { registerWords } from '../words/registries.ts';
import { field } from './field.ts';

/** What a user types before an action that cannot be undone: the form sends it as `confirm`. */
export type TypedConfirmation = {
  /** The name or id to type. */
  readonly name: string;
  readonly value: string;
  readonly error?: Text;
};

/** The field, whose hint says what to type. */
export const typedConfirmation = ({ name, value, error }: TypedConfirmation): Html =>
  field({
    ...{ name: 'confirm', label: registerWords.confirmLabel, value, autocomplete: 'off', maxLength: 512 },
    hint: registerWords.confirm(html`<strong>${plainText(name, 200)}</strong>`),
    ...(error === undefined ? {} : { error }),
  });

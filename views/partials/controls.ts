import { anyText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Text } from '../html.ts';

type Control = {
  readonly name: string;
  /** Distinguishes several fields of this name on one page. */
  readonly id?: string;
  readonly label: Text;
  readonly value?: string;
  readonly hint?: HtmlValue;
  readonly error?: Text;
  readonly optional?: boolean;
};

/** A labelled field of several lines. */
export const textArea = (
  control: Control & { readonly rows: number; readonly maxLength: number; readonly code?: boolean },
): Html => {
  const { name, value, rows, maxLength, code, optional } = control;
  return framed(
    control,
    // HTML drops a line break right after the tag.
    html`<textarea id="${idOf(control)}" name="${name}" rows="${rows}" maxlength="${maxLength}" autocomplete="off"${
      code && html` class="mono" spellcheck="false"`
    }${!optional && html` required`}${described(control)}>
${value}</textarea>`,
  );
};

export type Option = { readonly value: string; readonly text: Text };

/** A labelled choice of one. */
export const choice = (control: Control & { readonly options: readonly Option[] }): Html =>
  framed(
    control,
    html`<select id="${idOf(control)}" name="${control.name}"${described(control)}>${control.options.map(
      ({ value, text }) =>
        html`<option value="${value}"${value === (control.value ?? '') && html` selected`}>${anyText(text, 80)}</option>`,
    )}</select>`,
  );

/** A labelled checkbox. The browser sends the field as `yes`, or not at all. */
export const checkbox = ({
  name,
  label,
  isChecked,
}: {
  readonly name: string;
  readonly label: Text;
  readonly isChecked: boolean;
}): Html => html`<div class="field check"><input id="field-${name}" name="${name}" type="checkbox" value="yes"${isChecked && html` checked`}>
<label for="field-${name}">${label}</label></div>`;

const idOf = ({ id, name }: Pick<Control, 'id' | 'name'>): string => `field-${id ?? name}`;

const framed = (given: Control, control: Html): Html => {
  const { label, hint, error } = given;
  const id = idOf(given);
  return html`<div class="field">
<label for="${id}">${label}</label>
${hint !== undefined && html`<p class="hint" id="${id}-hint">${hint}</p>`}
${control}
${error !== undefined && html`<p class="error" id="${id}-error">${anyText(error, 300)}</p>`}
</div>`;
};

const described = (given: Control): Html | undefined => {
  const { hint, error } = given;
  const id = idOf(given);
  const ids = [hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`].filter(Boolean).join(' ');
  return ids === '' ? undefined : html` aria-describedby="${ids}"${error !== undefined && html` aria-invalid="true"`}`;
};

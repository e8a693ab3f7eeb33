import { anyText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Text } from '../html.ts';

export type Field = {
  /** Name of the form field; also its element id, prefixed. */
  readonly name: string;
  readonly label: Text;
  readonly type?: 'text' | 'password' | 'date';
  readonly value?: Text;
  readonly hint?: HtmlValue;
  /** Below the input, as a link for those who cannot fill it in. */
  readonly beside?: Html;
  /** Shows the hint in the empty input, for a search among other filters. A screen reader reads it as any hint. */
  readonly isHintInside?: true;
  readonly error?: Text;
  /** HTML autocomplete token. */
  readonly autocomplete: string;
  readonly maxLength: number;
  readonly inputMode?: 'text' | 'numeric';
  /** Large and spaced, for codes. */
  readonly code?: boolean;
  /** Shows its form in the empty input. A hint or the label says it in words. */
  readonly sample?: string;
  readonly autofocus?: boolean;
  /** May stay empty. */
  readonly optional?: boolean;
  /** Beside the input: what its number counts. */
  readonly unit?: Html;
  /** Suggestions while the user types; `text` explains each. */
  readonly offers?: readonly { readonly value: string; readonly text: Text }[];
};

/** A labelled input, connected to its hint and its error. */
export const field = ({
  name,
  label,
  type = 'text',
  value,
  hint,
  beside,
  isHintInside,
  error,
  autocomplete,
  maxLength,
  inputMode,
  code,
  sample,
  autofocus,
  optional,
  unit,
  offers,
}: Field): Html => {
  const id = `field-${name}`;
  // A date field accepts no other text.
  const filled = type === 'date' && typeof value === 'string' && !DAY.test(value) ? '' : value;
  const described = [hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`]
    .filter(Boolean)
    .join(' ');
  return html`<div class="field">
<label for="${id}">${label}</label>
${hint !== undefined && html`<p class="hint${isHintInside && ' unseen'}" id="${id}-hint">${hint}</p>`}
${unit && html`<div class="with-unit">`}<input id="${id}" name="${name}" type="${type}"${filled !== undefined && html` value="${filled}"`} autocomplete="${autocomplete}" maxlength="${maxLength}" autocapitalize="none" spellcheck="false"${!optional && html` required`}${
    code && html` class="code"`
  }${isHintInside && html` placeholder="${hint}"`}${sample !== undefined && html` placeholder="${sample}"`}${inputMode && html` inputmode="${inputMode}"`}${described !== '' && html` aria-describedby="${described}"`}${error !== undefined && html` aria-invalid="true"`}${autofocus && html` autofocus`}${offers && html` list="${id}-offers"`}>${unit && html`${unit}</div>`}
${offers && html`<datalist id="${id}-offers">${offers.map((one) => html`<option value="${one.value}">${anyText(one.text, 80)}</option>`)}</datalist>`}
${beside !== undefined && html`<p class="aside">${beside}</p>`}${error !== undefined && html`<p class="error" id="${id}-error">${anyText(error, 300)}</p>`}
</div>`;
};

const DAY = /^\d{4}-\d{2}-\d{2}$/;

import { anyText, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase, type Text } from '../html.ts';
import { layout } from '../layout.ts';
import { objectWords as words } from '../words/console-objects.ts';
import { registerWords } from '../words/registries.ts';
import { type ConsoleFrame, type ConsolePlace, consoleNavigation } from './console-frame.ts';
import { checkbox, choice, type Option, textArea } from './controls.ts';
import { field } from './field.ts';
import { submit } from './submit.ts';

/** How a field looks. A value is a list of texts: several for `many`, else none or one. */
export type FormLook =
  | { readonly kind: 'line'; readonly maxLength: number; readonly isNumber?: true; readonly isSecret?: true }
  | { readonly kind: 'area'; readonly rows: number; readonly maxLength: number; readonly isCode?: true }
  | { readonly kind: 'choice'; readonly options: readonly Option[] }
  | { readonly kind: 'flag' }
  | { readonly kind: 'many'; readonly options: readonly Option[] };

export type FormControl = {
  readonly name: string;
  readonly label: Phrase;
  readonly look: FormLook;
  readonly value: readonly string[];
  readonly hint?: HtmlValue;
  readonly error?: Text;
  readonly optional?: boolean;
};

/** Fields that repeat: one list of controls for each item, among them some empty ones. */
export type FormRows = {
  readonly label: (number: number) => Phrase;
  readonly items: readonly (readonly FormControl[])[];
};

export type FormSection = {
  readonly title: Phrase;
  readonly hint?: HtmlValue;
  /** Folded away until the reader opens it, unless one of its fields has an error. */
  readonly isFolded?: boolean;
  readonly controls?: readonly FormControl[];
  readonly rows?: FormRows;
};

export type ObjectForm = {
  readonly place: ConsolePlace;
  readonly title: Phrase;
  readonly heading: Phrase;
  readonly lead: Phrase;
  readonly action: string;
  readonly cancelHref: string;
  readonly button: Phrase;
  /** Version of the object that the page showed; absent: a new one. */
  readonly version?: number;
  readonly sections: readonly FormSection[];
};

/** The page that creates or changes one registered object. The form POSTs `csrf`, `version` and its fields to `action`. */
export const objectFormPage = (frame: ConsoleFrame, form: ObjectForm): Html =>
  layout({
    frame,
    side: consoleNavigation(frame, form.place, false),
    style: 'agents.css',
    title: form.title,
    width: 'wide',
    body: html`<div class="page-head"><h1>${form.heading}</h1>
<p class="lead">${form.lead}</p></div>
<form method="post" action="${form.action}" class="form"><input type="hidden" name="csrf" value="${frame.csrf}">${
      form.version !== undefined && html`<input type="hidden" name="version" value="${form.version}">`
    }
${form.sections.map(formSection)}
<div class="actions">${submit({ text: form.button })} <a class="button plain" href="${form.cancelHref}">${registerWords.cancel}</a></div>
</form>`,
  });

/** Fields of a form under one heading, in a card. */
export const formSection = (section: FormSection): Html => {
  const { title, hint, controls = [], rows } = section;
  const inside = html`${hint !== undefined && html`<p class="hint">${hint}</p>`}
${controls.map(controlOf)}${rows && rowsOf(rows)}`;
  if (section.isFolded !== true) return html`<fieldset class="card"><legend>${title}</legend>${inside}</fieldset>`;
  const isOpen = controls.some(({ error }) => error !== undefined);
  return html`<details class="card"${isOpen && html` open`}><summary>${title}</summary>${inside}</details>`;
};

const rowsOf = ({ label, items }: FormRows): readonly Html[] =>
  items.map(
    (controls, index) =>
      html`<fieldset class="item"><legend>${label(index + 1)}</legend><div class="duo">${controls.map(controlOf)}</div></fieldset>`,
  );

const controlOf = (control: FormControl): Html => {
  const { name, label, look, value, hint, error, optional } = control;
  const usual = {
    ...{ name, label },
    ...(hint === undefined ? {} : { hint }),
    ...(error === undefined ? {} : { error }),
    ...(optional === true ? { optional } : {}),
  };
  const text = value[0] ?? '';
  switch (look.kind) {
    case 'line': {
      const input = { ...usual, maxLength: look.maxLength, autocomplete: look.isSecret ? 'new-password' : 'off' };
      return field({
        ...input,
        ...(look.isSecret ? { type: 'password' as const } : { value: text }),
        ...(look.isNumber ? { inputMode: 'numeric' as const } : {}),
      });
    }
    case 'area':
      return textArea({
        ...{ ...usual, value: text, rows: look.rows, maxLength: look.maxLength },
        ...(look.isCode ? { code: true } : {}),
      });
    case 'choice':
      return choice({ ...usual, value: text, options: look.options });
    case 'flag':
      return flagOf(control);
    case 'many':
      return manyOf(control, look.options);
  }
};

const notes = (
  name: string,
  hint: HtmlValue,
  error: Text | undefined,
): { readonly hint: HtmlValue; readonly error: HtmlValue } => ({
  hint: hint !== undefined && html`<p class="hint" id="field-${name}-hint">${hint}</p>`,
  error: error !== undefined && html`<p class="error" id="field-${name}-error">${anyText(error, 300)}</p>`,
});

const flagOf = ({ name, label, value, hint, error }: FormControl): Html => {
  const said = notes(name, hint, error);
  return html`${checkbox({ name, label, isChecked: value[0] === 'yes' })}${said.hint}${said.error}`;
};

/** Checkboxes of one name. A browser sends the ticked ones. */
const manyOf = ({ name, label, value, hint, error }: FormControl, options: readonly Option[]): Html => {
  const said = notes(name, hint, error);
  const described = [hint !== undefined && `field-${name}-hint`, error !== undefined && `field-${name}-error`];
  const ids = described.filter(Boolean).join(' ');
  const box = ({ value: one, text }: Option, index: number): Html => {
    const id = `field-${name}-${index}`;
    return html`<div class="field check"><input id="${id}" name="${name}" type="checkbox" value="${one}"${value.includes(one) && html` checked`}${
      ids !== '' && html` aria-describedby="${ids}"`
    }${error !== undefined && html` aria-invalid="true"`}>
<label for="${id}">${anyText(text, 120)}</label></div>`;
  };
  return html`<fieldset class="choices"><legend>${label}</legend>${said.hint}
<div class="ticks">${options.map(box)}</div>${said.error}</fieldset>`;
};

/** Tells that a secret is shown once, and shows it. `next`: where the reader goes from here. */
export const secretPage = (
  frame: ConsoleFrame,
  shown: {
    readonly place: ConsolePlace;
    readonly title: Phrase;
    readonly lead: Phrase;
    readonly secrets: readonly { readonly label: Phrase; readonly value: string }[];
    readonly next: { readonly href: string; readonly text: Phrase };
  },
): Html =>
  layout({
    frame,
    style: 'agents.css',
    title: shown.title,
    body: html`<section class="card"><h1>${shown.title}</h1>
<p class="lead">${shown.lead}</p>
<div class="flash warning" role="status"><span>${words.shownOnce}</span></div>
<dl class="facts">${shown.secrets.map(
      ({ label, value }) =>
        html`<div><dt>${label}</dt><dd><code class="secret">${plainText(value, 400)}</code></dd></div>`,
    )}</dl>
<div class="actions"><a class="button primary" href="${shown.next.href}">${shown.next.text}</a></div></section>`,
  });

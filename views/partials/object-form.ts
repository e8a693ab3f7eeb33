import { anyText, isolated, plainText } from '../agent-text.ts';
import type { ScriptName, StyleName } from '../assets.ts';
import { type Html, type HtmlValue, html, type Phrase, type Text } from '../html.ts';
import { layout } from '../layout.ts';
import { rightsLines, rightsText } from '../rights-text.ts';
import { objectWords as words } from '../words/console-objects.ts';
import { type ConsoleFrame, type ConsolePlace, consoleNavigation } from './console-frame.ts';
import { checkbox, choice, type Option, textArea } from './controls.ts';
import { field } from './field.ts';
import { formFoot } from './form-foot.ts';
import { type Risk, riskBadge } from './scope-list.ts';

/** How a field looks. A value is a list of texts: several for `many`, else none or one. */
export type FormLook =
  | {
      readonly kind: 'line';
      readonly maxLength: number;
      readonly isNumber?: true;
      readonly isSecret?: true;
      readonly isDay?: true;
    }
  | { readonly kind: 'area'; readonly rows: number; readonly maxLength: number; readonly isCode?: true }
  | { readonly kind: 'choice'; readonly options: readonly Option[] }
  | { readonly kind: 'flag' }
  /** A number and its unit, sent as `…unit`. `isShort`: seconds are among the units. */
  | { readonly kind: 'time'; readonly isShort: boolean }
  /** Scopes by API: ticks of the APIs, and text for others. */
  | { readonly kind: 'rights'; readonly apis: readonly OfferedApi[] }
  | { readonly kind: 'many'; readonly options: readonly ManyOption[] };

/** An API with its scopes, to tick. */
export type OfferedApi = {
  readonly identifier: string;
  readonly name: string;
  readonly scopes: readonly { readonly name: string; readonly description: string; readonly risk: Risk }[];
};

/** One of several to tick. Those of a group stand under its name; `isAll` stands for them. `code` is what the API calls it. */
export type ManyOption = Option & {
  readonly group?: Phrase;
  readonly code?: string;
  readonly hint?: Phrase;
  readonly isAll?: true;
};

export type FormControl = {
  readonly name: string;
  readonly label: Phrase;
  readonly look: FormLook;
  readonly value: readonly string[];
  readonly hint?: HtmlValue;
  readonly error?: Text;
  readonly optional?: boolean;
  /** What a number counts, beside it. */
  readonly unit?: Html;
};

/** Fields that repeat: one list of controls for each item. Buttons send `rows`: `add:` or `remove:` and the member. */
export type FormRows = {
  readonly member: string;
  /** Absent: the most there can be. */
  readonly add?: Phrase;
  readonly label: (number: number) => Phrase;
  readonly items: readonly (readonly FormControl[])[];
  /** The first control takes the room that the others leave. */
  readonly isStacked?: boolean;
};

export type FormSection = {
  readonly title: Phrase;
  readonly hint?: HtmlValue;
  /** Folded away until the reader opens it, unless one of its fields has an error. */
  readonly isFolded?: boolean;
  /** Its controls stand beside one another. */
  readonly isRow?: boolean;
  readonly controls?: readonly FormControl[];
  readonly rows?: FormRows;
  /** Below its controls. */
  readonly after?: HtmlValue;
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
  /** The object as it is now, before the fields. */
  readonly now?: HtmlValue;
  readonly sections: readonly FormSection[];
  readonly script?: ScriptName;
  /** Besides agents.css. */
  readonly style?: StyleName;
};

/** The page that creates or changes one registered object. The form POSTs `csrf`, `version` and its fields to `action`. */
export const objectFormPage = (frame: ConsoleFrame, form: ObjectForm): Html =>
  layout({
    frame,
    side: consoleNavigation(frame, form.place, false),
    style: 'agents.css',
    ...(form.script === undefined ? {} : { script: form.script }),
    alsoStyle: ['sections.css', ...(form.style === undefined ? [] : [form.style])],
    title: form.title,
    width: 'wide',
    body: html`<div class="page-head"><h1>${form.heading}</h1>
<p class="lead">${form.lead}</p></div>
${form.now !== undefined && html`<div class="now">${form.now}</div>`}
<form method="post" action="${form.action}" class="form sections with-optional"><input type="hidden" name="csrf" value="${frame.csrf}">${
      form.version !== undefined && html`<input type="hidden" name="version" value="${form.version}">`
    }
${form.sections.some(({ rows }) => rows !== undefined) && FIRST}${form.sections.map(formSection)}
${formFoot(form.button, form.cancelHref)}
</form>`,
  });

/** Enter in a field presses the first button of a form: that must save, and not remove a row. */
const FIRST = html`<button type="submit" class="unseen" tabindex="-1" aria-hidden="true"></button>`;

/** Fields of a form under one heading, in a card. */
export const formSection = (section: FormSection): Html => {
  const { title, hint, controls = [], rows, after } = section;
  const inside = html`${hint !== undefined && html`<p class="hint">${hint}</p>`}
${section.isRow ? html`<div class="duo">${controls.map((one) => controlOf(one))}</div>` : controls.map((one) => controlOf(one, title))}${rows && rowsOf(rows)}${after}`;
  if (section.isFolded !== true) {
    // One of two equal names is enough for the eye: that of the section stands beside its checkboxes.
    const [first] = controls;
    const isRepeated = first?.label === title && first.look.kind !== 'many';
    return html`<fieldset class="card"><legend${isRepeated && html` class="unseen"`}>${title}</legend>${inside}</fieldset>`;
  }
  const isOpen = controls.some(({ error }) => error !== undefined);
  return html`<details class="card"${isOpen && html` open`}><summary>${title}</summary>${inside}</details>`;
};

const rowsOf = ({ label, items, member, add, isStacked }: FormRows): Html =>
  html`${items.map((controls, index) => {
    const remove =
      items.length > 1 && rowsButton(words.removeRow, `remove:${member}:${index}`, 'danger', label(index + 1));
    return html`<fieldset class="item" id="${member}-${index}"><legend>${label(index + 1)}</legend><div class="${isStacked ? 'stacked' : 'duo'}">${controls.map((one) => controlOf(one))}${isStacked && remove}</div>${!isStacked && remove}</fieldset>`;
  })}${add && rowsButton(add, `add:${member}`, 'plain')}`;

/** Sends the form without saving: the page comes back with one more, or one less. */
const rowsButton = (text: Phrase, value: string, kind: 'plain' | 'danger', about?: HtmlValue): Html =>
  html`<div class="actions"><button type="submit" class="button ${kind}" name="rows" value="${value}" formnovalidate>${text}${about !== undefined && html`<span class="unseen"> ${about}</span>`}</button></div>`;

/** `title`: of its section, which shows it. */
const controlOf = (control: FormControl, title?: Phrase): Html => {
  const { name, label, look, value, hint, error, optional, unit } = control;
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
        ...(look.isDay ? { type: 'date' as const } : {}),
        ...(look.isNumber ? { inputMode: 'numeric' as const } : {}),
        ...(unit === undefined ? {} : { unit: html`<span>${unit}</span>` }),
      });
    }
    case 'area':
      return textArea({
        ...{ ...usual, value: text, rows: look.rows, maxLength: look.maxLength },
        ...(look.isCode ? { code: true } : {}),
      });
    case 'choice':
      return choice({ ...usual, value: text, options: look.options });
    case 'time':
      return timeOf(control, look.isShort);
    case 'rights':
      return rightsOf(control, look.apis);
    case 'flag':
      return flagOf(control);
    case 'many':
      return manyOf(control, look.options, label === title);
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

/** The number, then its unit. A stored time that is no whole number of minutes is in seconds. */
const timeOf = (control: FormControl, isShort: boolean): Html => {
  const { name, label, value, hint, error, optional } = control;
  const [count = '', unit = 'minutes'] = value;
  const units = TIME_UNITS.filter((one) => one !== 'seconds' || isShort || unit === one);
  const id = `field-${name}.unit`;
  return field({
    ...{ name, label, value: count, autocomplete: 'off', maxLength: 9, inputMode: 'numeric' as const },
    ...(hint === undefined ? {} : { hint }),
    ...(error === undefined ? {} : { error }),
    ...(optional === true ? { optional } : {}),
    unit: html`<label class="unseen" for="${id}">${words.unitOf(label)}</label><select id="${id}" name="${name}.unit">${units.map(
      (one) => html`<option value="${one}"${one === unit && html` selected`}>${words.units[one]}</option>`,
    )}</select>`,
  });
};

const TIME_UNITS = ['seconds', 'minutes', 'hours', 'days'] as const;

const flagOf = ({ name, label, value, hint, error }: FormControl): Html => {
  const said = notes(name, hint, error);
  return html`${checkbox({ name, label, isChecked: value[0] === 'yes' })}${said.hint}${said.error}`;
};

/** Checkboxes of one name. A browser sends the ticked ones. `isNamed`: their section shows the same name. */
const manyOf = (
  { name, label, value, hint, error }: FormControl,
  options: readonly ManyOption[],
  isNamed: boolean,
): Html => {
  const said = notes(name, hint, error);
  const described = [hint !== undefined && `field-${name}-hint`, error !== undefined && `field-${name}-error`];
  const ids = described.filter(Boolean).join(' ');
  const box = ({ value: one, text, code, hint: about }: ManyOption): Html => {
    const index = options.findIndex((option) => option.value === one);
    const id = `field-${name}-${index}`;
    return html`<div class="field check"><input id="${id}" name="${name}" type="checkbox" value="${one}"${value.includes(one) && html` checked`}${
      ids !== '' && html` aria-describedby="${ids}"`
    }${error !== undefined && html` aria-invalid="true"`}>
<label for="${id}">${anyText(text, 120)}${code !== undefined && html` <code class="line">${plainText(code, 80)}</code>`}${about && html` <span class="line hint">${about}</span>`}</label></div>`;
  };
  const groups = [...Map.groupBy(options, ({ group }) => group)];
  return html`<fieldset class="choices"><legend${isNamed && html` class="unseen"`}>${label}</legend>${said.hint}
${groups.map(([group, some]) =>
  group === undefined
    ? html`<div class="ticks">${some.map(box)}</div>`
    : folded(group, some, value, error !== undefined, box),
)}${said.error}</fieldset>`;
};

/** Options of a group, folded away until one of them is ticked. */
const folded = (
  group: Phrase,
  options: readonly ManyOption[],
  ticked: readonly string[],
  isOpen: boolean,
  box: (option: ManyOption) => Html,
): Html => {
  const isTicked = ({ value }: ManyOption): boolean => ticked.includes(value);
  const single = options.filter(({ isAll }) => isAll !== true);
  const chosen = options.some((one) => one.isAll && isTicked(one)) ? single.length : single.filter(isTicked).length;
  return html`<details class="api"${(isOpen || chosen > 0) && html` open`}><summary>${group} <span class="hint">${words.chosenOf(chosen, single.length)}</span></summary>
<div class="ticks">${options.map(box)}</div></details>`;
};

/** Ticked scopes by API; what is not ticked there is text, as the field sends it. */
const rightsOf = ({ name, label, value, hint, error }: FormControl, apis: readonly OfferedApi[]): Html => {
  const lines = rightsLines(value[0] ?? '');
  const held = (resource: string): readonly string[] =>
    lines.flatMap((line) => (line.resource === resource ? line.scopes : []));
  const known = new Map(
    apis.map(({ identifier, scopes }) => [identifier, new Set(['*', ...scopes.map((one) => one.name)])]),
  );
  const others = lines
    .map(({ resource, scopes }) => ({ resource, scopes: scopes.filter((scope) => !known.get(resource)?.has(scope)) }))
    .filter(({ scopes }, index) => scopes.length > 0 || lines[index]?.scopes.length === 0);
  const box = (api: OfferedApi, at: string, scope: string, text: HtmlValue): Html => {
    const id = `field-${name}-${at}`;
    return html`<div class="field check"><input id="${id}" name="${name}.tick" type="checkbox" value="${api.identifier} ${scope}"${held(api.identifier).includes(scope) && html` checked`}>
<label for="${id}">${text}</label></div>`;
  };
  const text = rightsText(others);
  const typed = textArea({
    ...{ name, value: text, rows: 3, maxLength: 8000, code: true, optional: true, hint: words.rightsHint },
    label: apis.length === 0 ? label : words.rightsOther,
    ...(error === undefined ? {} : { error }),
  });
  if (apis.length === 0) return html`${hint !== undefined && html`<p class="hint">${hint}</p>`}${typed}`;
  return html`<fieldset class="choices"><legend>${label}</legend>${hint !== undefined && html`<p class="hint">${hint}</p>`}
${apis.map(
  (api, index) =>
    html`<details class="api"${held(api.identifier).length > 0 && html` open`}><summary>${isolated(api.name, 80)} <span class="where">${plainText(api.identifier, 200)}</span></summary>
<div class="ticks">${box(api, `${index}-all`, '*', words.allScopes)}${api.scopes.map((scope, at) =>
      box(
        api,
        `${index}-${at}`,
        scope.name,
        html`${plainText(scope.description, 120) || plainText(scope.name, 80)} <code>${plainText(scope.name, 80)}</code> ${riskBadge(scope.risk)}`,
      ),
    )}</div></details>`,
)}
<details class="api"${(text !== '' || error !== undefined) && html` open`}><summary>${words.rightsOther}</summary>${typed}</details></fieldset>`;
};

/**
 * The template of a sentence that describes a detail: `Pay up to {amount | money currency}[, until {execute_before |
 * date}]`. Owns its grammar. Does not own whether the members exist and fit (check-detail-types.ts) or how a value
 * reads in a language (views/detail-sentence.ts).
 */

export const FORMATTERS = ['money', 'date', 'iban'] as const;

export type Formatter = (typeof FORMATTERS)[number];

/** `other`: the member with the currency, of `money`. */
export type Placeholder = {
  readonly path: string;
  readonly formatter?: Formatter;
  readonly other?: string;
  /** Position of the brace in the template. */
  readonly at: number;
};

export type TemplatePart = { readonly text: string } | Placeholder;

/** `isOptional`: left out unless the detail has every member of the part. */
export type Clause = { readonly parts: readonly TemplatePart[]; readonly isOptional: boolean };

export type Template = {
  readonly clauses: readonly Clause[];
  /** The first error, as one sentence with its position counted from 1. The rest is then read as text. */
  readonly problem?: string;
};

const PLACEHOLDER = /^\{\s*([\w.-]{1,200})\s*(?:\|\s*([a-z]{1,20})(?:\s+([\w.-]{1,200}))?\s*)?\}$/;

/** Parses a template. Text outside braces and brackets, and braces that hold anything else, are text. */
export const parseTemplate = (template: string): Template => {
  const clauses: Clause[] = [];
  let parts: TemplatePart[] = [];
  let opened: number | undefined;
  let problem: string | undefined;
  const wrong = (at: number, what: string): void => {
    problem ??= `At character ${at + 1}: ${what}`;
  };
  const text = (more: string): void => {
    const last = parts.at(-1);
    if (last && 'text' in last) parts[parts.length - 1] = { text: last.text + more };
    else parts.push({ text: more });
  };
  const end = (isOptional: boolean): void => {
    if (parts.length > 0) clauses.push({ parts, isOptional });
    parts = [];
  };
  for (const { 0: token, index: at } of template.matchAll(/\{[^{}[\]]{0,450}\}|[[\]{}]|[^{}[\]]+/g)) {
    if (token === '[') {
      if (opened !== undefined) {
        wrong(at, 'an optional clause cannot hold another one.');
        text(token);
        continue;
      }
      end(false);
      opened = at;
    } else if (token === ']') {
      if (opened === undefined) {
        wrong(at, 'this bracket closes no optional clause.');
        text(token);
        continue;
      }
      if (!parts.some((part) => 'path' in part)) wrong(opened, 'this optional clause names no member.');
      end(true);
      opened = undefined;
    } else if (token.startsWith('{')) {
      const placeholder = readPlaceholder(token, at, wrong);
      if (placeholder) parts.push(placeholder);
      else text(token);
    } else {
      if (token === '}') wrong(at, 'this brace closes no member.');
      text(token);
    }
  }
  if (opened !== undefined) wrong(opened, 'this optional clause is not closed.');
  end(false);
  return { clauses, ...(problem === undefined ? {} : { problem }) };
};

const readPlaceholder = (
  token: string,
  at: number,
  wrong: (at: number, what: string) => void,
): Placeholder | undefined => {
  const [, path, formatter, other] = PLACEHOLDER.exec(token) ?? [];
  if (path === undefined) {
    wrong(
      at,
      'braces hold a member, or a member and a formatter: {amount | money currency}, {until | date}, {account | iban}.',
    );
    return undefined;
  }
  if (formatter === undefined) return { path, at };
  const known = FORMATTERS.find((one) => one === formatter);
  if (known === undefined) {
    wrong(at, `there is no formatter ${formatter}; a formatter is one of ${FORMATTERS.join(', ')}.`);
    return { path, at };
  }
  if ((known === 'money') !== (other !== undefined)) {
    wrong(
      at,
      known === 'money'
        ? 'money names the member with the currency: {amount | money currency}.'
        : `${known} takes no second member.`,
    );
    return { path, at };
  }
  return { path, formatter: known, ...(other === undefined ? {} : { other }), at };
};

export const placeholdersOf = ({ clauses }: Template): readonly Placeholder[] =>
  clauses.flatMap(({ parts }) => parts.flatMap((part) => ('path' in part ? [part] : [])));

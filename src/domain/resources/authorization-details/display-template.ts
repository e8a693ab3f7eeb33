/**
 * The template of a sentence that describes a detail: `Pay up to {amount | money currency}[, until {execute_before |
 * date}]`. Owns its grammar. Does not own whether the members exist and fit (check-detail-types.ts) or how a value
 * reads in a language (views/detail-sentence.ts).
 */

import type { DomainError } from '../../vocabulary/errors.ts';
import { displayRefusal } from './display-refusals.ts';

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
  /** The first error. The rest is then read as text. */
  readonly problem?: DomainError;
};

const PLACEHOLDER = /^\{\s*([\w.-]{1,200})\s*(?:\|\s*([a-z]{1,20})(?:\s+([\w.-]{1,200}))?\s*)?\}$/;

/**
 * Parses a template. Text outside braces and brackets, and braces that hold anything else, are text. `field`: place of the
 * template in its document, which the error names.
 */
export const parseTemplate = (template: string, field = '/display'): Template => {
  const place = (at: number) => ({ field, params: { at: at + 1 } });
  const clauses: Clause[] = [];
  let parts: TemplatePart[] = [];
  let opened: number | undefined;
  let problem: DomainError | undefined;
  const wrong = (refusal: DomainError): void => {
    problem ??= refusal;
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
        wrong(displayRefusal('display_clause_nested', place(at)));
        text(token);
        continue;
      }
      end(false);
      opened = at;
    } else if (token === ']') {
      if (opened === undefined) {
        wrong(displayRefusal('display_bracket_unopened', place(at)));
        text(token);
        continue;
      }
      if (!parts.some((part) => 'path' in part)) wrong(displayRefusal('display_clause_empty', place(opened)));
      end(true);
      opened = undefined;
    } else if (token.startsWith('{')) {
      const placeholder = readPlaceholder(token, { at, field }, wrong);
      if (placeholder) parts.push(placeholder);
      else text(token);
    } else {
      if (token === '}') wrong(displayRefusal('display_brace_unopened', place(at)));
      text(token);
    }
  }
  if (opened !== undefined) wrong(displayRefusal('display_clause_unclosed', place(opened)));
  end(false);
  return { clauses, ...(problem === undefined ? {} : { problem }) };
};

const MONEY_EXAMPLE = '{amount | money currency}';
const EXAMPLES = `${MONEY_EXAMPLE}, {until | date}, {account | iban}`;

const readPlaceholder = (
  token: string,
  { at, field }: { readonly at: number; readonly field: string },
  wrong: (refusal: DomainError) => void,
): Placeholder | undefined => {
  const [, path, formatter, other] = PLACEHOLDER.exec(token) ?? [];
  if (path === undefined) {
    wrong(displayRefusal('display_braces_malformed', { field, params: { at: at + 1, examples: EXAMPLES } }));
    return undefined;
  }
  if (formatter === undefined) return { path, at };
  const known = FORMATTERS.find((one) => one === formatter);
  if (known === undefined) {
    const formatters = FORMATTERS.join(', ');
    wrong(displayRefusal('display_formatter_unknown', { field, params: { at: at + 1, formatter, formatters } }));
    return { path, at };
  }
  if ((known === 'money') !== (other !== undefined)) {
    wrong(
      known === 'money'
        ? displayRefusal('display_currency_missing', { field, params: { at: at + 1, example: MONEY_EXAMPLE } })
        : displayRefusal('display_member_unexpected', { field, params: { at: at + 1, formatter: known } }),
    );
    return { path, at };
  }
  return { path, formatter: known, ...(other === undefined ? {} : { other }), at };
};

export const placeholdersOf = ({ clauses }: Template): readonly Placeholder[] =>
  clauses.flatMap(({ parts }) => parts.flatMap((part) => ('path' in part ? [part] : [])));

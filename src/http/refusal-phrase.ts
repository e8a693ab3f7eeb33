/** Words of refusals on pages. Finds them by the reason, never by the English text. */
import type { Phrase } from '../../views/html.ts';
import { refusalWords, statementWords } from '../../views/words/refusals.ts';
import type { DomainError } from '../domain/vocabulary/errors.ts';
import { filledText, type RefusalParams } from '../domain/vocabulary/refusals.ts';
import type { Statement } from '../domain/vocabulary/statements.ts';
import type { FieldError } from './problem.ts';
import { REFUSAL_AREAS, STATEMENT_AREAS } from './refusal-areas.ts';

/** A refusal: a DomainError, or the error of a field. */
export type ShownRefusal = {
  readonly message: string;
  readonly reason?: string | undefined;
  readonly params?: RefusalParams | undefined;
};

const GERMAN = new Map([...REFUSAL_AREAS, ...STATEMENT_AREAS].flatMap(({ german }) => Object.entries(german)));

export const refusalPhrase = ({ message, reason, params = {} }: ShownRefusal): Phrase =>
  refusalWords(message, reason === undefined ? undefined : germanOf(reason, params));

/** Words of a statement of the domain. */
export const statementPhrase = ({ text, reason, params }: Statement): Phrase =>
  statementWords(text, germanOf(reason, params));

type AtMember = ShownRefusal & { readonly pointer?: string | undefined };

/** A refusal of a form: each member at fault, then the refusal itself. */
export const shownErrors = (error: DomainError): readonly [AtMember, ...AtMember[]] => {
  const { message, reason, params, field: pointer } = error;
  const itself = { pointer, message, reason, params };
  const { errors = [] } = error as { readonly errors?: readonly FieldError[] };
  const [first, ...more] = errors.map(({ detail, ...others }) => ({ ...others, message: detail }));
  return first ? [first, ...more, itself] : [itself];
};

const germanOf = (reason: string, params: RefusalParams): string | undefined => {
  const german = GERMAN.get(reason);
  return typeof german === 'function'
    ? german(Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)])))
    : german && filledText(german, params);
};

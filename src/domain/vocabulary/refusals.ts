import { DomainError, type DomainErrorCode, type DomainErrorOptions } from './errors.ts';

/** One reason for a refusal. `{name}` in `text` stands for the parameter of that name; clients read the text in English. */
export type RefusalEntry = { readonly code: DomainErrorCode; readonly text: string };

/** The refusals of one noun by reason. Reasons are snake_case, stable, and unique in the whole server. */
export type RefusalTable = { readonly [reason: string]: RefusalEntry };

export type RefusalParams = { readonly [name: string]: string | number };

type ParamName<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamName<Rest>
  : never;

/** The parameters of a text. */
export type ParamsOf<Text extends string> = { readonly [Name in ParamName<Text>]: string | number };

type Options = Omit<DomainErrorOptions, 'reason' | 'params'>;

/** A text with parameters requires all of them; any other text takes none. */
type Arguments<Text extends string> = [ParamName<Text>] extends [never]
  ? [options?: Options]
  : [options: Options & { readonly params: ParamsOf<Text> }];

/** Makes the errors of a table. Each carries its reason and parameters, so that programs need not read the text. */
export const refusalsOf =
  <const Table extends RefusalTable>(table: Table) =>
  <Reason extends keyof Table & string>(
    reason: Reason,
    ...[options]: Arguments<Table[Reason]['text'] & string>
  ): DomainError => {
    const { code, text } = table[reason] as RefusalEntry;
    const { params = {}, ...others }: DomainErrorOptions = options ?? {};
    return new DomainError(code, filledText(text, params), { ...others, reason, params });
  };

/** The text with its parameters. A name without a parameter stays. */
export const filledText = (text: string, params: RefusalParams): string =>
  text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => (Object.hasOwn(params, name) ? String(params[name]) : whole));

/** Throws in place of a value. */
export const raise = (error: Error): never => {
  throw error;
};

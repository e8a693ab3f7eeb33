import { filledText, type ParamsOf, type RefusalParams } from './refusals.ts';

/** A sentence of the domain that is not a refusal. Programs read `text`; pages look up their text by `reason`. */
export type Statement = { readonly reason: string; readonly params: RefusalParams; readonly text: string };

/** English texts by reason. `{name}` stands for the parameter of that name. */
export type StatementTable = { readonly [reason: string]: string };

/** Makes the statements of a table. A text with parameters requires all of them. */
export const statementsOf =
  <const Table extends StatementTable>(table: Table) =>
  <Reason extends keyof Table & string>(
    reason: Reason,
    ...[params]: keyof ParamsOf<Table[Reason]> extends never ? [] : [params: ParamsOf<Table[Reason]>]
  ): Statement => ({ reason, params: params ?? {}, text: filledText(table[reason] as string, params ?? {}) });

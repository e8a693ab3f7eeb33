import type { Identifiers } from '../../ports/identifiers.ts';
import { DomainError, type DomainErrorCode, isDomainError, type Layer, type Remedy } from '../../vocabulary/errors.ts';

/** One reason to refuse a grant: its error, its layer and its text. */
export type Refusal = {
  readonly code: DomainErrorCode;
  readonly layer: Layer;
  readonly field?: string;
  readonly text: string;
};

export type RefusalDetails = {
  /** Overrides the layer of the table. */
  readonly layer?: Layer;
  readonly field?: string;
  readonly text?: string;
  readonly remedies?: readonly Remedy[] | undefined;
  readonly cause?: unknown;
};

/** Creates the error of a refusal from a table, with a denial that has its own id (decision D6). The caller throws it. */
export const refuser =
  <R extends string>(table: Readonly<Record<R, Refusal>>, identifiers: Identifiers) =>
  (reason: R, details: RefusalDetails = {}): DomainError => {
    const refusal: Refusal = table[reason];
    const field = details.field ?? refusal.field;
    const wait = isDomainError(details.cause) ? details.cause.retryAfterSeconds : undefined;
    return new DomainError(refusal.code, details.text ?? refusal.text, {
      ...(field ? { field } : {}),
      ...(wait ? { retryAfterSeconds: wait } : {}),
      ...(details.cause === undefined ? {} : { cause: details.cause }),
      denial: {
        id: identifiers.newId('dny'),
        layer: details.layer ?? refusal.layer,
        reason,
        ...(details.remedies?.length ? { remedies: details.remedies } : {}),
      },
    });
  };

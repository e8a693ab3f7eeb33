import type { Context } from 'koa';
import type { TypedConfirmation } from '../../../views/partials/typed-confirmation.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { recordRefusal, statusOf } from '../interaction/page-answers.ts';
import { single } from '../middleware/form-body.ts';
import { refusalPhrase } from '../refusal-phrase.ts';
import type { ConsoleDeps } from './console-deps.ts';
import { consoleRefusal } from './console-refusals.ts';
import { plainName } from './named-objects.ts';

/** Throws 'invalid_field' at `/confirm` unless the user typed this name, in any case and spacing. */
export const requireTyped = (typed: string, name: string): void => {
  if (plainName(typed) !== plainName(name)) {
    throw consoleRefusal('name_not_confirmed', { field: '/confirm', params: { name } });
  }
};

/** The field of a page on which nothing is typed yet. */
export const untyped = (name: string): TypedConfirmation => ({ name, value: '' });

/**
 * Runs `act` once the form holds the name of the object as `confirm`. Otherwise records the refusal, and has the page shown
 * again with it.
 */
export const afterTypedName = async (
  ctx: Context,
  deps: ConsoleDeps,
  form: URLSearchParams,
  name: string,
  {
    act,
    again,
  }: { readonly act: () => Promise<void>; readonly again: (status: number, typed: TypedConfirmation) => Promise<void> },
): Promise<void> => {
  const value = (single(form, 'confirm') ?? '').trim();
  try {
    requireTyped(value, name);
  } catch (error) {
    if (!isDomainError(error)) throw error;
    await recordRefusal(deps, ctx, error);
    return again(statusOf(error), { name, value, error: refusalPhrase(error) });
  }
  await act();
};

/** Pages that ask for a few values before one call, and show themselves again after a refusal that the user can mend. */
import type { Context } from 'koa';
import type { Html, Text } from '../../../views/html.ts';
import { type DomainError, isDomainError } from '../../domain/vocabulary/errors.ts';
import { queryOf, recordRefusal, sendPage, statusOf } from '../interaction/page-answers.ts';
import type { JsonObject } from '../management/json-body.ts';
import { type OperationId, routeOf } from '../management/resource-table.ts';
import { single } from '../middleware/form-body.ts';
import type { PostedFile } from '../middleware/multipart-form.ts';
import { refusalPhrase, shownErrors } from '../refusal-phrase.ts';
import type { PageParts } from './console-forms.ts';
import type { Opened } from './console-page.ts';
import type { Shown } from './object-form-spec.ts';
import { stepUp } from './step-up.ts';

/** Trimmed texts by field. A field that was not sent is absent. */
export type TypedValues = Readonly<Partial<Record<string, string>>>;

/** What was typed into the form before, and what is wrong with it. */
export type Typed = {
  readonly values: TypedValues;
  readonly errors: Readonly<Partial<Record<string, Text>>>;
};

/** A call that was made, with what was sent. */
type AnsweredCall = Opened & {
  readonly id: string;
  readonly values: TypedValues;
  readonly body: JsonObject;
  readonly files: readonly PostedFile[];
  readonly answer: Shown;
};

export type AskedCall = {
  /** Below the issuer's path, with `:id`. The page and its form share it. */
  readonly path: string;
  readonly operation: OperationId;
  /** Address of this page about the object. */
  readonly hrefOf: (id: string) => string;
  /** By member of the call: its field. The first field shows an error that no member has. */
  readonly fields: Readonly<Record<string, string>>;
  /** Fields whose values the address may hold. A link must not fill in what the user decides. */
  readonly inAddress?: readonly string[];
  /** Fields that the page does not show, and so no error at them. */
  readonly hidden?: readonly string[];
  /** Throws 'not_found' when there is nothing to ask about. */
  readonly page: (opened: Opened, id: string, typed: Typed) => Promise<Html>;
  /** The call. `files`: those that the user chose, if the form takes any. Throws 'invalid_field' for a value that the page checks itself. */
  readonly call: (
    values: TypedValues,
    id: string,
    opened: Opened,
    files: readonly PostedFile[],
  ) =>
    | Promise<{ readonly id?: string; readonly body?: JsonObject }>
    | { readonly id?: string; readonly body?: JsonObject };
  /** Answers the browser after the call. */
  readonly done: (ctx: Context, after: AnsweredCall) => Promise<void> | void;
  /** The form takes files: most bytes of them and the fields together. Absent: it takes none. */
  readonly mostWithFiles?: number;
  /** Asks for a fresh second factor before the form also where the call needs one only in some cases. */
  readonly isStepUp?: true;
};

/** Refusals after which the page asks again, if it has a place for one of their errors. */
const AGAIN: readonly string[] = ['invalid_field', 'invalid_request', 'conflict'];

/** Adds the page and the form behind it. Call it before the page of one object is added where `path` could be read as that. */
export const addAskedCall = (
  { router, page, deps, calls, sessions, openedAs }: PageParts,
  { path, operation, hrefOf, fields, inAddress = [], hidden = [], page: draw, call, done, ...more }: AskedCall,
): void => {
  const { isStepUp, mostWithFiles } = more;
  const withFactor = stepUp(deps);
  const valuesOf = (names: readonly string[], given: URLSearchParams): TypedValues =>
    Object.fromEntries(
      names.flatMap((name) => {
        const text = single(given, name);
        return text === undefined ? [] : [[name, text.trim()]];
      }),
    );

  /** The address of the page with the values that it may hold. */
  const hereOf = (id: string, values: TypedValues): string => {
    const held = new URLSearchParams(inAddress.map((name): [string, string] => [name, values[name] ?? '']));
    return held.size === 0 ? hrefOf(id) : `${hrefOf(id)}?${held}`;
  };
  const needsFactor = isStepUp === true || routeOf(operation).freshFactor !== undefined;
  const isShown = (field: string): boolean => Object.values(fields).includes(field) && !hidden.includes(field);

  page(path, async (ctx, opened, id) => {
    const { account, by } = opened.viewer;
    calls.access(operation, account);
    const values = valuesOf(inAddress, queryOf(ctx));
    const shown = await draw(opened, id, { values, errors: {} });
    const prove = async (): Promise<void> => deps.requireFreshFactor(by);
    // Before the form, so that a user does not fill it in in vain, and after other refusals, which a factor does not mend.
    if (!needsFactor || (await withFactor(ctx, account.id, hereOf(id, values), prove))) sendPage(ctx, 200, shown);
  });

  router.post(path, async (ctx) => {
    const { form, files, ...session } =
      mostWithFiles === undefined
        ? { files: [], ...(await sessions.withForm(ctx)) }
        : await sessions.withFiles(ctx, mostWithFiles, (account) => calls.access(operation, account));
    const { id = '' } = ctx.params;
    const opened = openedAs(ctx, session);
    const { account, by } = opened.viewer;
    calls.access(operation, account);
    const values = valuesOf(Object.values(fields), form);
    try {
      await withFactor(ctx, account.id, hereOf(id, values), async () => {
        const sent = await call(values, id, opened, files);
        const answer = (await calls.run(operation, account, by, sent)).body;
        await done(ctx, { ...opened, id, values, files, body: sent.body ?? {}, answer: (answer ?? {}) as Shown });
      });
    } catch (error) {
      if (!isDomainError(error) || !AGAIN.includes(error.code)) throw error;
      const errors = errorsOf(fields, error);
      // A page that shows none of them would ask the same again, without a word. The page of refusals says what is wrong.
      if (!Object.keys(errors).some(isShown)) throw error;
      await recordRefusal(deps, ctx, error);
      sendPage(ctx, statusOf(error), await draw(opened, id, { values, errors }));
    }
  });
};

const errorsOf = (fields: AskedCall['fields'], error: DomainError): Typed['errors'] => {
  const [usual = ''] = Object.values(fields);
  const found = shownErrors(error).map(({ pointer = '', ...refusal }): readonly [string, Text] => [
    fields[pointer.split('/')[1] ?? ''] ?? usual,
    refusalPhrase(refusal),
  ]);
  // The first one at a field says most about it.
  return Object.fromEntries(found.toReversed());
};

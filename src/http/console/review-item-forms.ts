/** The forms of the decisions about an item of an access review. */
import type { Context } from 'koa';
import type { Html, Text } from '../../../views/html.ts';
import {
  assignItemPage,
  endItemPage,
  type ItemDecisionModel,
  narrowItemPage,
  transferItemPage,
  undoItemPage,
} from '../../../views/pages/console-review-items.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { recordRefusal, seeOther, sendPage, statusOf } from '../interaction/page-answers.ts';
import { single } from '../middleware/form-body.ts';
import { refusalPhrase, shownErrors } from '../refusal-phrase.ts';
import { reviewItemHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Opened, Viewer } from './console-page.ts';
import { longUnused, type ShownItem } from './review-item-rows.ts';

const PATH = '/console/review-items';

export const itemOf = async (
  { calls }: Pick<PageParts, 'calls'>,
  { account, by }: Viewer,
  id: string,
): Promise<{ readonly item: ShownItem; readonly version: number }> => {
  const { body, version = 0 } = await calls.run('getReviewItem', account, by, { id });
  return { item: body, version };
};

/** Refusals after which the page asks again. */
const AGAIN: readonly string[] = ['invalid_field', 'invalid_request', 'conflict'];

type Typed = { readonly values: Readonly<Record<string, string>>; readonly remove: readonly string[] };
type Body = Readonly<Record<string, string | readonly string[]>>;

type Decision = {
  readonly operation: 'decideReviewItem' | 'assignReviewItem' | 'undoReviewItem';
  readonly done: string;
  readonly isOpenTo: (item: ShownItem) => boolean;
  /** Names of the fields. The first one shows an error that no field has. */
  readonly fields: readonly string[];
  readonly body: (typed: Typed) => Body | undefined;
  readonly page: (frame: ConsoleFrame, model: ItemDecisionModel) => Html;
};

const isOpen = ({ state }: ShownItem): boolean => state === 'open';

const DECISIONS: Readonly<Record<string, Decision>> = {
  narrow: {
    ...{ operation: 'decideReviewItem', done: 'itemNarrowed', page: narrowItemPage, fields: ['remove', 'reason'] },
    isOpenTo: isOpen,
    body: ({ values, remove }) => ({ decision: 'narrow', remove, ...values }),
  },
  transfer: {
    ...{ operation: 'decideReviewItem', done: 'itemTransferred', page: transferItemPage, fields: ['owner', 'reason'] },
    isOpenTo: isOpen,
    body: ({ values }) => ({ decision: 'transfer', ...values }),
  },
  end: {
    ...{ operation: 'decideReviewItem', done: 'itemEnded', page: endItemPage, fields: ['reason'], isOpenTo: isOpen },
    body: ({ values }) => ({ decision: 'end', ...values }),
  },
  assign: {
    ...{ operation: 'assignReviewItem', done: 'itemAssigned', page: assignItemPage, fields: ['to'], isOpenTo: isOpen },
    body: ({ values }) => values,
  },
  undo: {
    ...{ operation: 'undoReviewItem', done: 'itemUndone', page: undoItemPage, fields: [] },
    isOpenTo: ({ undoable }) => undoable,
    body: () => undefined,
  },
};

/** Adds a page `/console/review-items/:id/NAME` and its form for each decision. */
export const addReviewItemForms = (parts: PageParts): void => {
  const { router, page, deps, calls, sessions, openedAs } = parts;

  for (const [tail, decision] of Object.entries(DECISIONS)) {
    const show = async (
      ctx: Context,
      opened: Opened,
      id: string,
      again: { readonly status: number; readonly typed?: Typed; readonly error?: unknown },
    ): Promise<void> => {
      const { item, version } = await itemOf(parts, opened.viewer, id);
      const href = reviewItemHref(deps, id);
      if (!decision.isOpenTo(item)) return seeOther(ctx, href);
      const model = {
        ...{ href, version, agentName: item.agent_name, scope: item.scope },
        ticked: again.typed?.remove ?? tickedOf(item, deps.clock.now()),
        values: again.typed?.values ?? {},
        errors: errorsOf(decision, again.error),
      };
      sendPage(ctx, again.status, decision.page(opened.frame, model));
    };

    page(`${PATH}/:id/${tail}`, async (ctx, opened, id) => {
      calls.access(decision.operation, opened.viewer.account);
      await show(ctx, opened, id, { status: 200 });
    });

    router.post(`${PATH}/:id/${tail}`, async (ctx) => {
      const { form, ...session } = await sessions.withForm(ctx);
      const { id = '' } = ctx.params;
      const opened = openedAs(ctx, session);
      const { account, by } = opened.viewer;
      const typed = typedIn(form, decision);
      const version = Number(single(form, 'version') ?? 0);
      try {
        const body = decision.body(typed);
        await calls.run(decision.operation, account, by, {
          ...{ id, ...(body === undefined ? {} : { body }) },
          ...(version > 0 ? { version } : {}),
        });
        // Handed to another reviewer, the viewer may not see it any more.
        const next = tail === 'assign' ? `${deps.basePath}${PATH}` : reviewItemHref(deps, id);
        seeOther(ctx, `${next}?done=${decision.done}`);
      } catch (error) {
        if (!isDomainError(error) || !AGAIN.includes(error.code) || decision.fields.length === 0) throw error;
        await recordRefusal(deps, ctx, error);
        await show(ctx, opened, id, { status: statusOf(error), typed, error });
      }
    });
  }
};

/** The scopes that are ticked at first: never all of them. */
const tickedOf = (item: ShownItem, now: number): readonly string[] =>
  item.unused_scopes.length < item.scope.length ? longUnused(item, now) : [];

const typedIn = (form: URLSearchParams, { fields }: Decision): Typed => ({
  values: Object.fromEntries(
    fields.flatMap((name) => {
      const value = name === 'remove' ? '' : (single(form, name) ?? '').trim();
      return value === '' ? [] : [[name, value]];
    }),
  ),
  remove: form.getAll('remove'),
});

const errorsOf = ({ fields }: Decision, error: unknown): Readonly<Record<string, Text>> => {
  const [usual] = fields;
  if (!isDomainError(error) || usual === undefined) return {};
  const entries = shownErrors(error).map(({ pointer, ...refusal }): [string, Text] => {
    const name = (pointer ?? '').replace(/^\//, '').replace(/\/.*$/, '');
    return [fields.includes(name) ? name : usual, refusalPhrase(refusal)];
  });
  return Object.fromEntries(entries.reverse());
};

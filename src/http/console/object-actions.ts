import { isolated } from '../../../views/agent-text.ts';
import type { Html } from '../../../views/html.ts';
import { confirmPage } from '../../../views/partials/console-list.ts';
import { seeOther, sendPage } from '../interaction/page-answers.ts';
import type { OperationId } from '../management/resource-table.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { stepUp } from './step-up.ts';

type Confirm = Parameters<typeof confirmPage>[1];

/** An operation that takes only the id of the object. */
export type PageAction = {
  readonly operation: OperationId;
  /** What the page of the object then says. */
  readonly done: string;
  /** A page that asks first. */
  readonly asks?: Pick<Confirm, 'title' | 'lead' | 'button' | 'kind'> & {
    readonly question: (name: Html) => Confirm['question'];
  };
};

/**
 * Adds a POST route `PATH/:id/NAME` for each action, and a page at the same path where the action asks first. Both lead back to
 * `PATH/:id`. `path`: below the issuer, such as `/console/peers`.
 */
export const addObjectActions = (
  { router, page, deps, calls, sessions, openedAs }: PageParts,
  {
    path,
    place,
    nameOf,
    actions,
  }: {
    readonly path: string;
    readonly place: NonNullable<Confirm['place']>;
    readonly nameOf: (viewer: Viewer, id: string) => Promise<string>;
    readonly actions: Readonly<Record<string, PageAction>>;
  },
): void => {
  const withFactor = stepUp(deps);
  const hrefOf = (id: string): string => `${deps.basePath}${path}/${id}`;

  for (const [tail, { operation, done, asks }] of Object.entries(actions)) {
    if (asks) {
      const { question, ...asked } = asks;
      page(`${path}/:id/${tail}`, async (ctx, { viewer, frame }, id) => {
        calls.access(operation, viewer.account);
        const name = isolated(await nameOf(viewer, id), 100);
        const form = { question: question(name), action: `${hrefOf(id)}/${tail}`, cancelHref: hrefOf(id) };
        sendPage(ctx, 200, confirmPage(frame, { place, ...asked, ...form }));
      });
    }

    router.post(`${path}/:id/${tail}`, async (ctx) => {
      const { form: _, ...session } = await sessions.withForm(ctx);
      const { id = '' } = ctx.params;
      const { account, by } = openedAs(ctx, session).viewer;
      const call = () => calls.run(operation, account, by, { id });
      if (await withFactor(ctx, account.id, hrefOf(id), call)) seeOther(ctx, `${hrefOf(id)}?done=${done}`);
    });
  }
};

import type { Html } from '../../../views/html.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import type { TypedConfirmation } from '../../../views/partials/typed-confirmation.ts';
import { seeOther, sendPage } from '../interaction/page-answers.ts';
import type { OperationId } from '../management/resource-table.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { stepUp } from './step-up.ts';
import { afterTypedName, untyped } from './typed-confirmation.ts';

/**
 * Adds the page `PATH/:id/delete`, which asks for the name of an object, and the deletion, which leads to the list. `path`: below the issuer,
 * such as `/console/webhooks`. `operation` takes only the id. `asking`: the page, with the address of the object and what was typed.
 */
export const addObjectRemoval = <Shown extends { readonly name: string }>(
  { router, page, deps, calls, sessions, openedAs }: PageParts,
  {
    path,
    operation,
    read,
    asking,
  }: {
    readonly path: string;
    readonly operation: OperationId;
    readonly read: (viewer: Viewer, id: string) => Promise<Shown>;
    readonly asking: (frame: ConsoleFrame, href: string, typed: TypedConfirmation, shown: Shown) => Html;
  },
): void => {
  const withFactor = stepUp(deps);
  const home = `${deps.basePath}${path}`;

  page(`${path}/:id/delete`, async (ctx, { viewer, frame }, id) => {
    calls.access(operation, viewer.account);
    const shown = await read(viewer, id);
    sendPage(ctx, 200, asking(frame, `${home}/${id}`, untyped(shown.name), shown));
  });

  router.post(`${path}/:id/delete`, async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const { viewer, frame } = openedAs(ctx, session);
    const { account, by } = viewer;
    calls.access(operation, account);
    const shown = await read(viewer, id);
    const href = `${home}/${id}`;
    await afterTypedName(ctx, deps, form, shown.name, {
      act: async () => {
        const call = () => calls.run(operation, account, by, { id });
        if (await withFactor(ctx, account.id, `${href}/delete`, call)) seeOther(ctx, `${home}?done=deleted`);
      },
      again: async (status, typed) => sendPage(ctx, status, asking(frame, href, typed, shown)),
    });
  });
};

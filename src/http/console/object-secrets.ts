import { chosenName } from '../../../views/agent-text.ts';
import type { Html, Phrase } from '../../../views/html.ts';
import type { ConsoleFrame, ConsolePlace } from '../../../views/partials/console-frame.ts';
import { confirmPage } from '../../../views/partials/console-list.ts';
import { secretPage } from '../../../views/partials/secret-page.ts';
import { fieldWords as words } from '../../../views/words/console-fields.ts';
import { objectWords } from '../../../views/words/console-objects.ts';
import { seeOther, sendPage } from '../interaction/page-answers.ts';
import type { ObjectOperation } from './console-calls.ts';
import type { PageParts } from './console-forms.ts';
import type { Shown } from './object-form-spec.ts';
import { stepUp } from './step-up.ts';

type Said = { readonly place: ConsolePlace; readonly title: Phrase; readonly lead: Phrase };

/** The page that shows a client secret once; undefined if the answer has none. */
export const clientSecretPage =
  (said: Said) =>
  (frame: ConsoleFrame, made: Shown, href: string): Html | undefined =>
    typeof made['client_secret'] === 'string'
      ? secretPage(frame, {
          ...said,
          secrets: [
            { label: words.clientId, value: String(made['id']) },
            { label: words.clientSecret, value: made['client_secret'] },
          ],
          next: { href, text: objectWords.onward },
        })
      : undefined;

type Rotation = {
  /** Path of the list, below the issuer's path. */
  readonly path: string;
  readonly place: ConsolePlace;
  readonly read: ObjectOperation;
  readonly rotate: ObjectOperation;
  readonly lead: Phrase;
  readonly hrefOf: (id: string) => string;
  readonly page: (frame: ConsoleFrame, made: Shown, href: string) => Html | undefined;
};

/** Adds `…/:id/rotate-secret`: the confirmation, and the new secret, shown once. */
export const addRotation = ({ router, page, deps, calls, sessions, openedAs }: PageParts, spec: Rotation): void => {
  const withFactor = stepUp(deps);

  page(`${spec.path}/:id/rotate-secret`, async (ctx, { viewer, frame }, id) => {
    calls.access(spec.rotate, viewer.account);
    const found: Shown = (await calls.run(spec.read, viewer.account, viewer.by, { id })).body;
    const href = spec.hrefOf(id);
    sendPage(
      ctx,
      200,
      confirmPage(frame, {
        place: spec.place,
        title: words.rotateSecret,
        question: words.rotateAsked(chosenName(String(found['name']), 100)),
        lead: spec.lead,
        button: words.rotateSecret,
        action: `${href}/rotate-secret`,
        cancelHref: href,
      }),
    );
  });

  router.post(`${spec.path}/:id/rotate-secret`, async (ctx) => {
    const { form: _, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const { viewer, frame } = openedAs(ctx, session);
    const href = spec.hrefOf(id);
    await withFactor(ctx, viewer.account.id, `${href}/rotate-secret`, async () => {
      const made = (await calls.run(spec.rotate, viewer.account, viewer.by, { id })).body;
      const shown = spec.page(frame, made, href);
      if (shown) sendPage(ctx, 200, shown);
      else seeOther(ctx, `${href}?done=changed`);
    });
  });
};

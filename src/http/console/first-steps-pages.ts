import { firstStepsPage } from '../../../views/pages/console-first-steps.ts';
import { seeOther, sendPage } from '../interaction/page-answers.ts';
import { ownCookie } from '../middleware/own-cookie.ts';
import type { PageParts } from './console-forms.ts';
import { firstStepsModel } from './first-steps.ts';

const YEAR = 365 * 86_400;

/** Whether this browser no longer shows the steps on the overview. */
export const hiddenSteps = (issuer: string) => ownCookie(issuer, 'behalf_first_steps', YEAR);

/** Adds the page of the first steps, and the form that hides them on the overview of this browser. */
export const addFirstStepsPages = ({ router, page, deps, calls, sessions }: PageParts): void => {
  const hidden = hiddenSteps(deps.issuer);

  page('/console/first-steps', async (ctx, { viewer, frame }) => {
    calls.access('createResourceServer', viewer.account);
    const model = await firstStepsModel(deps, calls, viewer);
    sendPage(
      ctx,
      200,
      firstStepsPage({ ...frame, ...model, agentsHref: `${deps.basePath}/console/agents` }),
      [],
      'scripts',
    );
  });

  router.post('/console/first-steps/hide', async (ctx) => {
    await sessions.withForm(ctx);
    hidden.write(ctx, 'hidden');
    seeOther(ctx, `${deps.basePath}/console?done=stepsHidden`);
  });
};

import { overviewPage } from '../../../views/pages/console-overview.ts';
import { queryOf, sendPage } from '../interaction/page-answers.ts';
import type { PageParts } from './console-forms.ts';
import { openSteps, seesFirstSteps } from './first-steps.ts';
import { hiddenSteps } from './first-steps-pages.ts';
import { overviewModel } from './overview.ts';

/** Adds the first page of a viewer. */
export const addOverviewPages = ({ page, deps, calls }: PageParts): void => {
  const hidden = hiddenSteps(deps.issuer);

  page('/console', async (ctx, { viewer, frame }) => {
    const refusals = queryOf(ctx).get('refusals') === 'hours' ? 'hours' : 'days';
    const isOpen = seesFirstSteps(calls, viewer, frame) && hidden.read(ctx) === undefined;
    const firstSteps = isOpen ? await openSteps(deps, calls, viewer) : undefined;
    const model = await overviewModel(deps, calls, viewer, frame, refusals);
    sendPage(ctx, 200, overviewPage({ ...model, ...(firstSteps ? { firstSteps } : {}) }));
  });
};

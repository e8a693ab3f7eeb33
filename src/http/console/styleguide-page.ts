import { SCHEMES, styleguidePage } from '../../../views/pages/styleguide.ts';
import { queryOf, sendPage } from '../interaction/page-answers.ts';
import type { PageParts } from './console-forms.ts';

/** Adds `GET /console/styleguide` to a development server; other servers have no such page. */
export const addStyleguidePage = ({ page, deps }: PageParts): void => {
  if (!deps.isDevelopment) return;
  page('/console/styleguide', async (ctx, { frame }) => {
    const asked = queryOf(ctx).get('scheme');
    sendPage(ctx, 200, styleguidePage({ ...frame, scheme: SCHEMES.find((one) => one === asked) ?? 'auto' }));
  });
};

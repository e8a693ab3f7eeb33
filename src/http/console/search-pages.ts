import { searchPage, searchResults } from '../../../views/pages/console-search.ts';
import { queryOf, sendPage } from '../interaction/page-answers.ts';
import type { PageParts } from './console-forms.ts';
import { searchModel } from './search.ts';

/** Adds `GET /console/search`. With `part=results` it answers with the results alone, for the field in the header. */
export const addSearchPage = ({ page, deps, calls }: PageParts): void =>
  page('/console/search', async (ctx, { viewer, frame }) => {
    const query = queryOf(ctx);
    const model = await searchModel(deps, calls, viewer, query.get('q') ?? '');
    if (query.get('part') === 'results') return sendPage(ctx, 200, searchResults(model));
    const search = frame.search && { ...frame.search, value: model.text };
    sendPage(ctx, 200, searchPage({ ...frame, ...(search ? { search } : {}), ...model }));
  });

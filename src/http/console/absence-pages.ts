import { type AbsenceRow, absencesPage, endAbsencePage } from '../../../views/pages/console-absences.ts';
import { documentRefusal } from '../../domain/platform/registries/document-refusals.ts';
import { queryOf, seeOther, sendPage } from '../interaction/page-answers.ts';
import { addAskedCall } from './asked-calls.ts';
import type { ItemOf } from './console-calls.ts';
import { partyNames, personHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { listed } from './list-page.ts';

const PATH = '/console/absences';

type ShownAbsence = ItemOf<'listAbsences'>;

/** Adds `/console/absences`: the absences of all people, and the end of one. */
export const addAbsencePages = (parts: PageParts): void => {
  const { page, deps, calls } = parts;
  const home = `${deps.basePath}${PATH}`;
  const endHref = (id: string): string => `${home}/${encodeURIComponent(id)}/end`;

  const rowsOf = async ({ account }: Viewer, absences: readonly ShownAbsence[]): Promise<readonly AbsenceRow[]> => {
    const names = await partyNames(
      deps,
      absences.flatMap((one) => [one.account, one.deputy]),
    );
    const hasPages = calls.may('getAccount', account);
    const named = (id: string) => ({ name: names(id), ...(hasPages ? { href: personHref(deps, id) } : {}) });
    const mayEnd = calls.mayAll('endAbsence', account);
    const away = new Set(
      absences.filter(({ state, counts }) => state === 'current' && counts).map((one) => one.account),
    );
    return absences.map(({ id, account: person, deputy, from, until, state, counts }) => ({
      ...{ person: named(person), deputy: named(deputy), from, until },
      ...(state === 'current' && away.has(deputy) ? { isDeputyAway: true as const } : {}),
      state: state === 'current' && !counts ? 'void' : state,
      ...(mayEnd && (state === 'planned' || state === 'current') ? { endHref: endHref(id) } : {}),
    }));
  };

  page(PATH, async (ctx, { viewer, frame }) => {
    const from = queryOf(ctx).get('after');
    const { items, pages } = await listed(deps, calls, viewer, { operation: 'listAbsences', path: home }, from);
    const asked = { search: '', state: '' };
    sendPage(ctx, 200, absencesPage({ ...frame, action: home, asked, rows: await rowsOf(viewer, items), pages }));
  });

  addAskedCall(parts, {
    ...{ path: `${PATH}/:id/end`, operation: 'endAbsence', fields: {}, hrefOf: endHref },
    page: async ({ viewer, frame }, id) => {
      const { body } = await calls.run('getAbsence', viewer.account, viewer.by, { id });
      const [absence] = body ? await rowsOf(viewer, [body]) : [];
      if (!absence) throw documentRefusal('object_not_found');
      return endAbsencePage(frame, { absence, action: endHref(id), cancelHref: home });
    },
    call: (_, id) => ({ id }),
    done: (ctx) => seeOther(ctx, `${home}?done=absenceEnded`),
  });
};

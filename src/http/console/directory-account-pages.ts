/** The forms that give an existing account to a directory, and take one from it. */
import { directoryAccountPage } from '../../../views/pages/console-directory-accounts.ts';
import type { ObjectAction } from '../../../views/partials/object-page.ts';
import { directoryAccountWords as words } from '../../../views/words/console-directory-accounts.ts';
import { seeOther } from '../interaction/page-answers.ts';
import { addAskedCall } from './asked-calls.ts';
import { directoryHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { idOf } from './named-fields.ts';
import { findNamed } from './named-objects.ts';

const DEEDS = {
  assign: { operation: 'assignAccount', done: 'accountAssigned' },
  unassign: { operation: 'unassignAccount', done: 'accountUnassigned' },
} as const;
const NAMES = ['assign', 'unassign'] as const;

/** The pages that a viewer may open about the accounts of a directory. */
export const accountActions = (
  { calls }: Pick<PageParts, 'calls'>,
  account: Viewer['account'],
  href: string,
): readonly (ObjectAction | false)[] =>
  NAMES.map((deed) => calls.may(DEEDS[deed].operation, account) && { text: words[deed], href: `${href}/${deed}` });

/** Adds the forms below `path`, the list of directories. Call it before the page of one directory is added. */
export const addDirectoryAccountPages = (parts: PageParts, path: string): void => {
  const { deps, calls } = parts;
  const find = findNamed(deps, calls);
  for (const deed of NAMES) {
    const { operation, done } = DEEDS[deed];
    const hrefOf = (id: string): string => `${directoryHref(deps, id)}/${deed}`;
    addAskedCall(parts, {
      ...{ path: `${path}/:id/${deed}`, operation, hrefOf, fields: { account: 'account' }, isStepUp: true },
      page: async ({ viewer: { account, by }, frame }, id, typed) => {
        const name = (await calls.run('getDirectory', account, by, { id })).body?.name ?? id;
        const links = { action: hrefOf(id), cancelHref: directoryHref(deps, id) };
        return directoryAccountPage(frame, { deed, name, ...links, ...typed });
      },
      call: async ({ account = '' }, id, { viewer }) => ({
        id,
        body: { account: account && (await idOf(find, viewer, 'account', account, '/account')) },
      }),
      done: (ctx, { id }) => seeOther(ctx, `${directoryHref(deps, id)}?done=${done}`),
    });
  }
};

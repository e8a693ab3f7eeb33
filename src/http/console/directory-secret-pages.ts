/** The forms that allow a directory a static secret, rotate it and end it. */
import type { Html } from '../../../views/html.ts';
import { revokeSecretPage } from '../../../views/pages/console-directory-secrets.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import type { ObjectLink } from '../../../views/partials/object-page.ts';
import { secretPage } from '../../../views/partials/secret-page.ts';
import { directoryWords as words } from '../../../views/words/console-directories.ts';
import { objectWords } from '../../../views/words/console-objects.ts';
import { staticSecretWords } from '../../../views/words/static-secrets.ts';
import { seeOther } from '../interaction/page-answers.ts';
import { addAskedCall } from './asked-calls.ts';
import { directoryHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { connectionOf } from './directory-forms.ts';
import { addStaticSecretPages } from './static-secret-pages.ts';

/** The pages that a viewer may open about the secrets of a directory. */
export const secretLinks = (
  { deps, calls }: Pick<PageParts, 'deps' | 'calls'>,
  { account }: Viewer,
  { id, hasSecret }: { readonly id: string; readonly hasSecret: boolean },
): readonly ObjectLink[] => {
  const href = directoryHref(deps, id);
  if (!hasSecret)
    return calls.may('allowDirectorySecret', account)
      ? [{ text: staticSecretWords.allow, href: `${href}/secret` }]
      : [];
  return [
    ...(calls.may('rotateDirectorySecret', account)
      ? [{ text: staticSecretWords.rotate, href: `${href}/rotate-secret` }]
      : []),
    ...(calls.may('revokeDirectorySecret', account)
      ? [{ text: words.revokeSecret, href: `${href}/revoke-secret`, kind: 'danger' as const }]
      : []),
  ];
};

/** Adds the forms below `path`, the list of directories. Call it before the page of one directory is added. */
export const addDirectorySecretPages = (parts: PageParts, path: string): void => {
  const { deps, calls } = parts;
  const nameOf = async ({ account, by }: Viewer, id: string): Promise<string> =>
    (await calls.run('getDirectory', account, by, { id })).body?.name ?? id;

  addStaticSecretPages(parts, {
    ...{ path, place: 'directories', hrefOf: (id) => directoryHref(deps, id), nameOf, isStepUp: true },
    ...{ allow: 'allowDirectorySecret', rotate: 'rotateDirectorySecret', lead: words.allowLead },
    overlaps: [0, 86_400, 604_800],
    shown: (frame, id, secret) => shownOnce(parts, frame, id, secret),
  });

  addAskedCall(parts, {
    ...{ path: `${path}/:id/revoke-secret`, operation: 'revokeDirectorySecret', fields: {} },
    hrefOf: (id) => `${directoryHref(deps, id)}/revoke-secret`,
    page: async ({ viewer, frame }, id) =>
      revokeSecretPage(frame, { href: directoryHref(deps, id), name: await nameOf(viewer, id) }),
    call: (_, id) => ({ id }),
    done: (ctx, { id }) => seeOther(ctx, `${directoryHref(deps, id)}?done=secretEnded`),
  });
};

const shownOnce = ({ deps }: PageParts, frame: ConsoleFrame, id: string, secret: string): Html => {
  const [[, baseUrl] = ['baseUrl', '']] = connectionOf(deps.issuer);
  return secretPage(frame, {
    ...{ place: 'directories', title: words.secretShown, lead: words.secretShownLead },
    values: [{ label: words.connection.baseUrl, value: baseUrl }],
    secrets: [{ label: staticSecretWords.secret, value: secret }],
    next: { href: directoryHref(deps, id), text: objectWords.onward },
  });
};

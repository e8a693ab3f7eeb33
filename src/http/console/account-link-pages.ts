/** Links from people of another domain to accounts here: the form for a new one, and the end of one. */
import {
  type AccountLinksModel,
  newAccountLinkPage,
  removeAccountLinkPage,
} from '../../../views/pages/console-account-links.ts';
import { accountLinkWords as words } from '../../../views/words/console-peers.ts';
import { documentRefusal } from '../../domain/platform/registries/document-refusals.ts';
import { seeOther } from '../interaction/page-answers.ts';
import { addAskedCall } from './asked-calls.ts';
import type { AnswerOf } from './console-calls.ts';
import { doerName, partyNames, personHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { listed } from './list-page.ts';
import { idOf } from './named-fields.ts';
import { findNamed } from './named-objects.ts';

const peerHref = ({ deps }: Pick<PageParts, 'deps'>, id: string): string =>
  `${deps.basePath}/console/peers/${encodeURIComponent(id)}`;
const linkHref = ({ deps }: Pick<PageParts, 'deps'>, id: string): string =>
  `${deps.basePath}/console/account-links/${encodeURIComponent(id)}/remove`;

/** The links on the page of another domain. `from`: `after` of the address. Undefined: the viewer may list none. */
export const accountLinksFor = async (
  parts: Pick<PageParts, 'deps' | 'calls'>,
  viewer: Viewer,
  peer: string,
  from: string | null,
): Promise<AccountLinksModel | undefined> => {
  const { deps, calls } = parts;
  if (!calls.may('listAccountLinks', viewer.account)) return undefined;
  const { items, pages } = await listed(
    deps,
    calls,
    viewer,
    { operation: 'listAccountLinks', path: peerHref(parts, peer), query: { peer } },
    from,
  );
  const names = await partyNames(
    deps,
    items.flatMap(({ account, created_by: by }) => [account, by]),
  );
  const hasPages = calls.may('getAccount', viewer.account);
  const mayRemove = calls.may('removeAccountLink', viewer.account);
  return {
    rows: items.map(({ id, account, subject, created_by: by, created_at: createdAt }) => ({
      account: { name: names(account), ...(hasPages ? { href: personHref(deps, account) } : {}) },
      ...{ subject, createdAt, byName: by === peer ? words.byAddress : doerName(names, by) },
      ...(mayRemove ? { removeHref: linkHref(parts, id) } : {}),
    })),
    pages,
    ...(calls.may('createAccountLink', viewer.account) ? { newHref: `${peerHref(parts, peer)}/links/new` } : {}),
  };
};

/** Adds the form below the page of another domain, and the page that ends a link. */
export const addAccountLinkPages = (parts: PageParts): void => {
  const { deps, calls } = parts;
  const find = findNamed(deps, calls);

  addAskedCall(parts, {
    ...{ path: '/console/peers/:id/links/new', operation: 'createAccountLink', isStepUp: true },
    hrefOf: (id) => `${peerHref(parts, id)}/links/new`,
    fields: { subject: 'subject', account: 'account' },
    page: async ({ viewer: { account, by }, frame }, id, typed) => {
      const peer = (await calls.run('getPeer', account, by, { id })).body;
      return newAccountLinkPage(frame, {
        ...{ peer: peer?.name ?? id, action: `${peerHref(parts, id)}/links/new`, cancelHref: peerHref(parts, id) },
        ...typed,
      });
    },
    call: async ({ subject = '', account = '' }, peer, { viewer }) => ({
      body: { peer, subject, account: account && (await idOf(find, viewer, 'account', account, '/account')) },
    }),
    done: (ctx, { id }) => seeOther(ctx, `${peerHref(parts, id)}?done=accountLinkAdded`),
  });

  const linkOf = async ({ account, by }: Viewer, id: string): Promise<AnswerOf<'getAccountLink'>> => {
    const link = (await calls.run('getAccountLink', account, by, { id })).body;
    if (!link) throw documentRefusal('object_not_found');
    return link;
  };

  // The link is gone afterwards, so the form holds the domain to whose page the browser returns.
  addAskedCall(parts, {
    ...{ path: '/console/account-links/:id/remove', operation: 'removeAccountLink' },
    ...{ fields: { peer: 'peer' }, hidden: ['peer'] },
    hrefOf: (id) => linkHref(parts, id),
    page: async ({ viewer, frame }, id) => {
      const { peer, account, subject } = await linkOf(viewer, id);
      const names = await partyNames(deps, [account]);
      return removeAccountLinkPage(frame, {
        ...{ account: { name: names(account), href: personHref(deps, account) }, subject },
        ...{ peer, action: linkHref(parts, id), cancelHref: peerHref(parts, peer) },
      });
    },
    call: (_, id) => ({ id }),
    done: (ctx, { values: { peer = '' } }) => seeOther(ctx, `${peerHref(parts, peer)}?done=accountLinkRemoved`),
  });
};

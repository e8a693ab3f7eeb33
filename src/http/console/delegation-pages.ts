import { delegationPage, delegationsPage } from '../../../views/pages/console-delegation.ts';
import type { DelegableTo } from '../../domain/authority/delegation/delegation.ts';
import { documentRefusal } from '../../domain/platform/registries/document-refusals.ts';
import { queryOf, sendPage } from '../interaction/page-answers.ts';
import { agentHref, partyNames, resourceNames } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { delegationHref, delegationState, delegationsHref, shownPerson, treeAround } from './delegation-tree.ts';
import { askedOf, listed } from './list-page.ts';
import { findNamed, searchedId } from './named-objects.ts';
import { mayNarrow, narrowHrefOf } from './narrowing-links.ts';

/** Adds the list of delegations, of all or of one person or agent, and the page of one with its tree. */
export const addDelegationPages = ({ page, deps, calls }: PageParts): void => {
  const find = findNamed(deps, calls);

  /** The agent or person that the viewer searches for; undefined: there is no such one. */
  const partyOf = async (viewer: Viewer, typed: string) => {
    const id = await searchedId(find, viewer, 'subject', typed);
    return id === undefined ? undefined : id.startsWith('agt_') ? { actor: id } : { subject: id };
  };

  page('/console/delegations', async (ctx, { viewer, frame }) => {
    const query = queryOf(ctx);
    const typed = askedOf(query, ['active']);
    const named = typed.search === '' ? {} : await partyOf(viewer, typed.search);
    const given = { ...idIn(query, 'subject', /^acc_\w{1,124}$/), ...idIn(query, 'actor', /^agt_\w{1,124}$/) };
    const asked = { ...given, ...named };
    const address = { ...given, q: typed.search, state: typed.state };
    const live = typed.state === 'active' ? { live: true } : {};
    const { items, pages } = named
      ? await listed(
          deps,
          calls,
          viewer,
          { operation: 'listDelegations', path: delegationsHref(deps), asked: address, query: { ...asked, ...live } },
          query.get('after'),
        )
      : { items: [], pages: {} };
    const names = await partyNames(deps, [
      asked.actor,
      asked.subject,
      ...items.flatMap(({ actor, subject }) => [actor, subject]),
    ]);
    const resources = await resourceNames(
      deps,
      items.map(({ resource }) => resource),
    );
    const now = deps.clock.now();
    const rows = items.map((one) => ({
      id: one.id,
      ...shownPerson(deps, viewer, frame, one.subject, names(one.subject)),
      agent: names(one.actor),
      delegationHref: delegationHref(deps, one.id),
      resource: resources(one.resource),
      scopes: one.scope,
      state: delegationState(one, now),
      until: one.expires_at,
    }));
    const of = [
      ...(asked.subject === undefined
        ? []
        : [shownPerson(deps, viewer, frame, asked.subject, names(asked.subject)).person]),
      // An agent that the viewer does not see has no name for them.
      ...(asked.actor === undefined ? [] : [frame.seesAll || items.length > 0 ? names(asked.actor) : asked.actor]),
    ];
    const action = delegationsHref(deps);
    // The form of the filters keeps what the address limits the list to.
    const search = typed.search === '' ? (given.actor ?? given.subject ?? '') : typed.search;
    const ends = calls.mayAll('revokeDelegation', viewer.account) ? { endAction: `${action}/end` } : {};
    sendPage(ctx, 200, delegationsPage({ ...frame, action, asked: { ...typed, search }, of, rows, pages, ...ends }));
  });

  page('/console/delegations/:id', async (ctx, { viewer, frame }, id) => {
    const { account, by } = viewer;
    const { body: one } = await calls.run('getDelegation', account, by, { id });
    const delegable = one.delegable_to as DelegableTo;
    const names = await partyNames(deps, [one.subject, one.actor, one.via, ...delegable.agents]);
    const resources = await resourceNames(deps, [one.resource]);
    const { details = [] } = one;
    sendPage(
      ctx,
      200,
      delegationPage({
        ...frame,
        id: one.id,
        ...shownPerson(deps, viewer, frame, one.subject, names(one.subject)),
        agent: names(one.actor),
        ...(frame.seesAll ? { agentHref: agentHref(deps, one.actor) } : {}),
        resource: resources(one.resource),
        identifier: one.resource,
        scopes: one.scope,
        detailTypes: details.map(({ type }) => String(type)),
        ...(one.via === undefined ? {} : { calledBy: names(one.via) }),
        depth: one.depth,
        delegable: { depth: delegable.depth, agents: delegable.agents.map(names) },
        state: delegationState(one, deps.clock.now()),
        createdAt: one.created_at,
        until: one.expires_at,
        ...(one.revoked_at === undefined ? {} : { revokedAt: one.revoked_at }),
        ...(one.last_used_at === undefined ? {} : { lastUsedAt: one.last_used_at }),
        ...narrowHrefOf(deps, await mayNarrow(calls, viewer, one.id), one),
        ...(one.state !== 'revoked' && calls.mayAll('revokeDelegation', account)
          ? { endHref: `${delegationsHref(deps)}/end?id=${one.id}` }
          : {}),
        tree: await treeAround({ deps, calls, viewer, frame }, one),
      }),
    );
  });
};

/** An id of the address. Throws DomainError 'not_found' for one of another form. */
const idIn = <const Name extends string>(
  query: URLSearchParams,
  name: Name,
  form: RegExp,
): { readonly [N in Name]?: string } => {
  const id = query.get(name) ?? '';
  if (id === '') return {};
  if (!form.test(id)) throw documentRefusal('object_not_found');
  return { [name]: id } as { readonly [N in Name]?: string };
};

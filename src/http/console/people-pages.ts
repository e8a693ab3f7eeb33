import { disablePersonPage } from '../../../views/pages/console-disable-person.ts';
import { type PersonRow, peoplePage } from '../../../views/pages/console-people.ts';
import {
  type PersonFactor,
  type PersonSession,
  personPage,
  removeFactorsPage,
} from '../../../views/pages/console-person.ts';
import type { PersonDelegation, PersonLink } from '../../../views/pages/console-person-access.ts';
import { fieldWords as words } from '../../../views/words/console-fields.ts';
import { upstreamLinkWords } from '../../../views/words/upstream-link.ts';
import { byOf, queryOf, seeOther, sendPage } from '../interaction/page-answers.ts';
import type { OperationId } from '../management/resource-table.ts';
import { accountSignalRows } from './account-signals.ts';
import { listed as listedAgents, listHref, rowsOf } from './agent-list.ts';
import type { AnswerOf } from './console-calls.ts';
import { agentHref, type ConsoleDeps, groupHref, partyNames, personHref, resourceNames } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { treesOfPerson } from './delegation-tree.ts';
import { directoryOf } from './directory-pages.ts';
import { listed, listView } from './list-page.ts';
import { isOwnOnly, narrowHrefOf, throughOf } from './narrowing-links.ts';
import { linksAbout } from './object-links.ts';
import { personApps } from './person-grants.ts';
import { personTransactions } from './person-transactions.ts';

/** Agents, delegations and links on the page of a person. */
const SHOWN = 10;
const MOST = 100;

/** What the heads of the list sort by. */
const SORTS = ['username', 'created'] as const;

/** An account as the management API shows it. */
type ShownAccount = AnswerOf<'getAccount'>;

/** Adds the pages about people: the list, one person, and the actions on an account. */
export const addPeoplePages = ({ router, page, deps, calls, sessions }: PageParts): void => {
  const home = `${deps.basePath}/console/people`;

  page('/console/people', async (ctx, { viewer, frame }) => {
    const query = queryOf(ctx);
    const { question, model } = listView(home, query, { states: ['active', 'disabled'], sorts: SORTS });
    const asked = { operation: 'listAccounts', ...question } as const;
    const { items, pages } = await listed(deps, calls, viewer, asked, query.get('after'));
    const rows = items.map((one) => rowOf(deps, one));
    const newHref = calls.may('createAccount', viewer.account) ? { newHref: `${home}/new` } : {};
    const disable = calls.may('disableAccount', viewer.account) ? { disableAction: `${home}/disable` } : {};
    sendPage(ctx, 200, peoplePage({ ...frame, ...model, rows, pages, ...newHref, ...disable }));
  });

  const accountOf = async ({ account, by }: Viewer, id: string): Promise<ShownAccount> => {
    const { body } = await calls.run('getAccount', account, by, { id });
    return body;
  };

  page('/console/people/:id', async (ctx, { viewer, frame }, id) => {
    const { account } = viewer;
    const person = await accountOf(viewer, id);
    const href = personHref(deps, id);
    const isYou = id === account.id;
    const mayDisable = calls.may('disableAccount', account) && !isYou;
    const agents = await listedAgents(deps, calls, viewer, { query: { owner: id, limit: SHOWN }, all: true });
    const factors = await factorsOf(viewer, id);
    const signedIn = await sessionsOf(viewer, id);
    const transactions = await personTransactions(deps, calls, viewer, id);
    const directory = await directoryOf(deps, calls, viewer, id);
    sendPage(
      ctx,
      200,
      personPage({
        ...frame,
        person: {
          ...rowOf(deps, person),
          ...(person.email === undefined ? {} : { email: person.email }),
          emailVerified: person.email_verified === true,
          ...(person.entitlements === undefined ? {} : { entitlements: person.entitlements }),
          updatedAt: person.updated_at,
        },
        isYou,
        groups: (await deps.groups.ofAccount(id)).map((group) => ({
          name: group.name,
          href: groupHref(deps, group.id),
        })),
        signals: await accountSignalRows(deps, calls, viewer, id),
        factors,
        sessions: signedIn,
        links: await linksOf(viewer, id),
        agents: await rowsOf(deps, agents),
        ...(agents.next ? { agentsHref: listHref(deps, { owner: id }) } : {}),
        delegations: await delegationsOf(viewer, id),
        apps: await personApps(deps, calls, viewer, id),
        ...(transactions ? { transactions } : {}),
        ...(directory ? { directory } : {}),
        delegationTrees: await treesOfPerson({ deps, calls, viewer, frame }, id),
        ...(calls.may('listAuditEvents', account)
          ? { auditLogHref: `${deps.basePath}/console/audit?subject=${id}` }
          : {}),
        pageLinks: linksAbout(deps, calls, account, href, [
          [words.change, 'edit', 'updateAccount'],
          // Those who may take factors away are those who give roles and set passwords.
          [words.changeRoles, 'roles', 'removeAccountFactors'],
          [words.setPassword, 'password', 'setAccountPassword'],
          [upstreamLinkWords.make, 'link', 'createUpstreamLink'],
          { budgetsOf: id },
          { kill: 'account', id },
        ]),
        actions: {
          ...(mayDisable && person.state === 'active' ? { disable: `${href}/disable` } : {}),
          ...(mayDisable && person.state === 'disabled' ? { enable: `${href}/enable` } : {}),
          ...(calls.may('removeAccountFactors', account) && factors.length > 0
            ? { removeFactors: `${href}/remove-factors` }
            : {}),
          ...(calls.mayAll('endAccountSessions', account) && signedIn.length > 0
            ? { endSessions: `${href}/end-sessions` }
            : {}),
        },
      }),
    );
  });

  const factorsOf = async ({ account, by }: Viewer, id: string): Promise<readonly PersonFactor[]> => {
    const { body } = await calls.run('listAccountFactors', account, by, { id });
    return (body?.items ?? []).map(({ kind, name, left, created_at: createdAt, last_used_at: lastUsedAt, copied }) => ({
      kind,
      name,
      createdAt,
      ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
      ...(left === undefined ? {} : { left }),
      isCopied: copied === true,
    }));
  };

  const sessionsOf = async ({ account, by }: Viewer, id: string): Promise<readonly PersonSession[]> => {
    const { body } = await calls.run('listSessions', account, by, { query: { account: id } });
    const mayEnd = calls.mayAll('endSession', account);
    return (body?.items ?? []).map(
      ({
        id: session,
        browser,
        source,
        seen_from: seenFrom = source,
        auth_time: signedInAt,
        last_used_at: usedAt,
      }) => ({
        ...(browser ? { browser } : {}),
        ...(seenFrom === undefined ? {} : { source: seenFrom }),
        signedInAt,
        usedAt,
        ...(mayEnd ? { endAction: `${personHref(deps, id)}/sessions/${session}/end` } : {}),
      }),
    );
  };

  const linksOf = async ({ account, by }: Viewer, id: string): Promise<readonly PersonLink[]> => {
    const query = { account: id, limit: MOST };
    const { body } = await calls.run('listUpstreamLinks', account, by, { query });
    const links = body?.items ?? [];
    if (links.length === 0) return [];
    const known = await calls.run('listUpstreams', account, by, { query: { limit: 200 } });
    const providers = known.body?.items ?? [];
    const mayEnd = calls.may('removeUpstreamLink', account);
    return links.map(({ id: link, upstream, subject, created_at: createdAt }) => ({
      provider: providers.find((one) => one.id === upstream)?.name ?? upstream,
      ...{ subject, createdAt },
      ...(mayEnd ? { endAction: `${personHref(deps, id)}/links/${link}/end` } : {}),
    }));
  };

  const delegationsOf = async ({ account, by }: Viewer, id: string): Promise<readonly PersonDelegation[]> => {
    const query = { subject: id, live: true, limit: MOST };
    const { body } = await calls.run('listDelegations', account, by, { query });
    const rows = body?.items ?? [];
    const names = await partyNames(
      deps,
      rows.flatMap(({ actor, via }) => [actor, via]),
    );
    const resources = await resourceNames(
      deps,
      rows.map(({ resource }) => resource),
    );
    const mayEnd = calls.mayAll('revokeDelegation', account);
    return rows.map((row) => ({
      agent: names(row.actor),
      ...(row.actor.startsWith('agt_') ? { agentHref: agentHref(deps, row.actor) } : {}),
      resource: resources(row.resource),
      ...(row.via === undefined ? {} : { calledBy: names(row.via) }),
      scopes: row.scope,
      until: row.expires_at,
      ...throughOf(deps, row, rows, names),
      ...(row.parent === null ? narrowHrefOf(deps, !isOwnOnly(calls, account), row) : {}),
      ...(mayEnd ? { endAction: `${personHref(deps, id)}/delegations/${row.id}/end` } : {}),
    }));
  };

  page('/console/people/:id/remove-factors', async (ctx, { viewer, frame }, id) => {
    calls.access('removeAccountFactors', viewer.account);
    const { name, username } = await accountOf(viewer, id);
    const href = personHref(deps, id);
    sendPage(
      ctx,
      200,
      removeFactorsPage({
        ...{ ...frame, name, username, action: `${href}/remove-factors`, personHref: href },
        factors: await factorsOf(viewer, id),
      }),
    );
  });

  page('/console/people/:id/disable', async (ctx, { viewer, frame }, id) => {
    const { account, by } = viewer;
    calls.access('disableAccount', account);
    const { name, state } = await accountOf(viewer, id);
    const { body: ends } = await calls.run('previewDisableAccount', account, by, { id });
    const names = await partyNames(deps, [
      ...ends.delegations.items.map(({ actor }) => actor),
      ...ends.standing_approvals.items.map(({ agent }) => agent),
    ]);
    const href = personHref(deps, id);
    sendPage(
      ctx,
      200,
      disablePersonPage({
        ...frame,
        name,
        isDisabled: state === 'disabled',
        action: `${href}/disable`,
        personHref: href,
        roles: ends.roles,
        sessions: ends.sessions,
        agents: {
          items: ends.agents.items.map((one) => ({ name: one.name, href: agentHref(deps, one.id) })),
          more: ends.agents.more,
        },
        groups: {
          items: ends.groups.items.map((one) => ({ name: one.name, href: groupHref(deps, one.id) })),
          more: ends.groups.more,
        },
        delegations: {
          items: ends.delegations.items.map(({ actor, resource }) => ({ agent: names(actor), resource })),
          more: ends.delegations.more,
        },
        standing: {
          items: ends.standing_approvals.items.map(({ agent, resource }) => ({ agent: names(agent), resource })),
          more: ends.standing_approvals.more,
        },
      }),
    );
  });

  const button = (name: string, operation: OperationId, done: string): void => {
    router.post(`/console/people/:id/${name}`, async (ctx) => {
      const { account } = await sessions.withForm(ctx);
      const { id = '' } = ctx.params;
      await calls.run(operation, account, byOf(ctx, account.id), { id });
      seeOther(ctx, `${personHref(deps, id)}?done=${done}`);
    });
  };
  button('disable', 'disableAccount', 'disabled');
  button('enable', 'enableAccount', 'enabled');
  button('end-sessions', 'endAccountSessions', 'sessionsEnded');
  button('remove-factors', 'removeAccountFactors', 'factorsRemoved');

  const end = (what: string, operation: OperationId, done: string): void => {
    router.post(`/console/people/:id/${what}/:one/end`, async (ctx) => {
      const { account } = await sessions.withForm(ctx);
      const { id = '', one = '' } = ctx.params;
      await calls.run(operation, account, byOf(ctx, account.id), { id: one });
      seeOther(ctx, `${personHref(deps, id)}?done=${done}`);
    });
  };
  end('delegations', 'revokeDelegation', 'delegationEnded');
  end('grants', 'revokeGrant', 'grantEnded');
  end('links', 'removeUpstreamLink', 'linkRemoved');
  end('sessions', 'endSession', 'sessionEnded');
};

const rowOf = (
  deps: Pick<ConsoleDeps, 'basePath'>,
  { id, name, username, state, roles, groups, created_at: createdAt }: ShownAccount,
): PersonRow => ({ id, href: personHref(deps, id), name, username, state, roles, groups, createdAt });

import type { Context } from 'koa';
import {
  type GroupFormModel,
  type GroupRow,
  groupFormPage,
  groupPage,
  groupsPage,
} from '../../../views/pages/console-groups.ts';
import { groupWords } from '../../../views/words/console-people.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import { isOwnerId } from '../../domain/identity/groups/owner-names.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { queryOf, recordRefusal, seeOther, sendPage, statusOf } from '../interaction/page-answers.ts';
import { single } from '../middleware/form-body.ts';
import { refusalPhrase, shownErrors } from '../refusal-phrase.ts';
import { linesOf } from './agent-form.ts';
import { listed as listedAgents, listHref, rowsOf } from './agent-list.ts';
import type { AnswerOf } from './console-calls.ts';
import { type ConsoleDeps, groupHref, personHref } from './console-deps.ts';
import { type PageParts, versionOf } from './console-forms.ts';
import type { Opened, Viewer } from './console-page.ts';
import { listed, listView } from './list-page.ts';

const SHOWN = 10;
/** What the heads of the list sort by. */
const SORTS = ['name', 'created'] as const;

/** A group as the management API shows it. */
type ShownGroup = AnswerOf<'getGroup'>;

type FormErrors = GroupFormModel['errors'];

/** Adds the pages about groups that own agents. */
export const addGroupPages = ({ router, page, deps, calls, sessions, openedAs }: PageParts): void => {
  const home = `${deps.basePath}/console/groups`;

  /** Every member of the group sees the names of its accounts. Only operators have pages for accounts. */
  const rowsOfGroups = async (groups: readonly ShownGroup[], viewer: Viewer): Promise<readonly GroupRow[]> => {
    const known = await accountsOf(
      deps,
      groups.flatMap(({ members }) => members),
    );
    const hasPages = calls.may('getAccount', viewer.account);
    return groups.map(({ id, name, members, created_at: createdAt }) => ({
      id,
      href: groupHref(deps, id),
      name,
      createdAt,
      members: members.map((member) => {
        const account = known.get(member);
        return {
          name: account?.name ?? member,
          ...(account ? { username: account.username } : {}),
          ...(hasPages && account ? { href: personHref(deps, member) } : {}),
          isActive: account?.state === 'active',
        };
      }),
    }));
  };

  page('/console/groups', async (ctx, { viewer, frame }) => {
    const query = queryOf(ctx);
    const { question, model } = listView(home, query, { states: [], sorts: SORTS });
    const asked = { operation: 'listGroups', ...question } as const;
    const { items, pages } = await listed(deps, calls, viewer, asked, query.get('after'));
    const newHref = calls.may('createGroup', viewer.account) ? { newHref: `${home}/new` } : {};
    const rows = await rowsOfGroups(items, viewer);
    // An account without a role sees all its own groups at once, in no order of its choice.
    const isSorted = calls.mayAll('listGroups', viewer.account);
    const { sorts, sorting, ...unsorted } = model;
    const shown = isSorted ? model : unsorted;
    sendPage(ctx, 200, groupsPage({ ...frame, ...shown, rows, pages, ...newHref }));
  });

  const groupOf = async ({ account, by }: Viewer, id: string) => {
    const { body, version = 0 } = await calls.run('getGroup', account, by, { id });
    return { group: body, version };
  };

  const showForm = (
    ctx: Context,
    { frame }: Opened,
    status: number,
    model: Omit<GroupFormModel, keyof Opened['frame']>,
  ) => sendPage(ctx, status, groupFormPage({ ...frame, ...model }));

  // Before the page of one group, so that `new` is not read as an id.
  page('/console/groups/new', async (ctx, opened) => {
    calls.access('createGroup', opened.viewer.account);
    showForm(ctx, opened, 200, { action: home, cancelHref: home, name: '', members: '', errors: {} });
  });

  page('/console/groups/:id', async (ctx, { viewer, frame }, id) => {
    const { group } = await groupOf(viewer, id);
    const [row] = await rowsOfGroups([group], viewer);
    const seesAll = calls.mayAll('listAgents', viewer.account);
    const agents = await listedAgents(deps, calls, viewer, { query: { owner: id, limit: SHOWN }, all: seesAll });
    if (!row) return;
    sendPage(
      ctx,
      200,
      groupPage({
        ...frame,
        group: { ...row, updatedAt: group.updated_at },
        agents: await rowsOf(deps, agents),
        ...(agents.next ? { agentsHref: listHref(deps, { owner: id }) } : {}),
        ...(calls.may('updateGroup', viewer.account) ? { editHref: `${row.href}/edit` } : {}),
      }),
    );
  });

  page('/console/groups/:id/edit', async (ctx, opened, id) => {
    calls.access('updateGroup', opened.viewer.account);
    const { group, version } = await groupOf(opened.viewer, id);
    const known = await accountsOf(deps, group.members);
    showForm(ctx, opened, 200, {
      action: `${groupHref(deps, id)}/edit`,
      cancelHref: groupHref(deps, id),
      version,
      group: group.name,
      name: group.name,
      members: group.members.map((member) => known.get(member)?.username ?? member).join('\n'),
      errors: {},
    });
  });

  /** Ids of the accounts with these usernames, or their errors. The API refuses an unknown id. */
  const membersOf = async (typed: readonly string[]): Promise<readonly string[] | FormErrors> => {
    const ids: string[] = [];
    for (const name of typed) {
      const id = isOwnerId(name) ? name : (await deps.ownerNames.find(name, { kinds: ['account'] }))?.id;
      if (id === undefined) return { members: groupWords.unknownAccount(name.slice(0, 60)) };
      ids.push(id);
    }
    return ids;
  };

  const submitted = async (ctx: Context, id: string | undefined): Promise<void> => {
    const { form, ...session } = await sessions.withForm(ctx);
    const opened = openedAs(ctx, session);
    const { account, by } = opened.viewer;
    calls.access(id === undefined ? 'createGroup' : 'updateGroup', account);
    const name = (single(form, 'name') ?? '').trim();
    const members = (single(form, 'members') ?? '').replaceAll('\r\n', '\n');
    const before = id === undefined ? undefined : (await groupOf(opened.viewer, id)).group;
    const again = (status: number, errors: FormErrors): void =>
      showForm(ctx, opened, status, {
        action: before ? `${groupHref(deps, before.id)}/edit` : home,
        cancelHref: before ? groupHref(deps, before.id) : home,
        ...(before ? { version: versionOf(form), group: before.name } : {}),
        name,
        members,
        errors,
      });
    const ids = await membersOf(linesOf(members).slice(0, MOST_NAMED));
    if (!isList(ids)) return again(400, ids);
    try {
      const body = { name, members: ids };
      const saved = before
        ? await calls.run('updateGroup', account, by, { id: before.id, version: versionOf(form), body })
        : await calls.run('createGroup', account, by, { body });
      seeOther(ctx, `${groupHref(deps, String(saved.body?.['id']))}?done=changed`);
    } catch (error) {
      if (!isDomainError(error) || !AGAIN.includes(error.code)) throw error;
      await recordRefusal(deps, ctx, error);
      // Shows one error at a time.
      const [first] = shownErrors(error);
      const isAboutMembers = (first.pointer ?? '').includes('/members');
      again(statusOf(error), { [isAboutMembers ? 'members' : 'name']: refusalPhrase(first) });
    }
  };

  router.post('/console/groups', (ctx) => submitted(ctx, undefined));
  router.post('/console/groups/:id/edit', (ctx) => submitted(ctx, ctx.params['id'] ?? ''));
};

/** More than a group may have, so that the registry refuses the surplus. */
const MOST_NAMED = 100;
/** Errors after which the page shows the form again, with the typed values. */
const AGAIN: readonly string[] = ['invalid_field', 'precondition_failed', 'conflict'];

const isList = (value: readonly string[] | FormErrors): value is readonly string[] => Array.isArray(value);

const accountsOf = async (
  deps: Pick<ConsoleDeps, 'accounts'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Account>> => {
  const found = await deps.accounts.getMany([...new Set(ids)].slice(0, 1000));
  return new Map(found.map((account) => [account.id, account]));
};

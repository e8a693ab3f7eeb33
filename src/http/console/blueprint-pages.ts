import type { Context } from 'koa';
import type { Phrase } from '../../../views/html.ts';
import {
  activateBlueprintPage,
  type BlueprintRow,
  type BlueprintVersionRow,
  blueprintPage,
  blueprintsPage,
  type CeilingDifference,
  type Draft,
  deprecateBlueprintPage,
} from '../../../views/pages/console-blueprints.ts';
import { rightsList } from '../../../views/partials/console-list.ts';
import type { TypedConfirmation } from '../../../views/partials/typed-confirmation.ts';
import { agentPageWords } from '../../../views/words/console-agent.ts';
import { ceilingWords } from '../../../views/words/console-effect.ts';
import { blueprintRefusal } from '../../domain/clients/blueprints/blueprint-refusals.ts';
import type { Ceilings } from '../../domain/clients/blueprints/ceilings.ts';
import { byOf, queryOf, seeOther, sendPage } from '../interaction/page-answers.ts';
import { fromWire } from '../management/wire-names.ts';
import { listed as listedAgents, listHref, rowsOf } from './agent-list.ts';
import { ceilingFacts, ceilingValue } from './ceiling-facts.ts';
import type { AnswerOf } from './console-calls.ts';
import { agentHref, blueprintHref, type ConsoleDeps, doerName, partyNames } from './console-deps.ts';
import { type PageParts, versionOf } from './console-forms.ts';
import type { Opened, Viewer } from './console-page.ts';
import { signInMethodWords } from './grant-type-names.ts';
import { askedOf, listed, searchQuery, sortingOf, sortLinks, sortQuery } from './list-page.ts';
import { afterTypedName, untyped } from './typed-confirmation.ts';

/** Agents, versions, and agents that a draft would change, on one page. */
const SHOWN = 20;

/** What the heads of the list sort by. */
const SORTS = ['name', 'changed'] as const;

/** A blueprint as the management API shows it. */
type ShownBlueprint = AnswerOf<'getBlueprint'>;

/** Adds the pages about blueprints: the list, one blueprint, and the confirmations before a change. */
export const addBlueprintPages = ({ router, page, deps, calls, sessions, openedAs }: PageParts): void => {
  const home = `${deps.basePath}/console/blueprints`;

  page('/console/blueprints', async (ctx, { viewer, frame }) => {
    const query = queryOf(ctx);
    const asked = { ...askedOf(query, ['active', 'draft', 'deprecated']), search: '' };
    const sorting = sortingOf(query, SORTS);
    const { items, pages } = await listed(
      deps,
      calls,
      viewer,
      {
        operation: 'listBlueprints',
        path: home,
        asked: { state: asked.state, ...sorting },
        query: { ...searchQuery(asked), ...sortQuery(sorting) },
      },
      query.get('after'),
    );
    const rows = items.map((one) => rowOf(deps, one));
    const sorts = sortLinks(home, { state: asked.state }, SORTS, sorting);
    const newHref = calls.may('createBlueprint', viewer.account) ? { newHref: `${home}/new` } : {};
    sendPage(ctx, 200, blueprintsPage({ ...frame, action: home, asked, rows, pages, sorts, sorting, ...newHref }));
  });

  const blueprintOf = async ({ account, by }: Viewer, id: string) => {
    const { body, version = 0 } = await calls.run('getBlueprint', account, by, { id });
    return { blueprint: body, etag: version };
  };

  const draftOf = async ({ account, by }: Viewer, id: string, version: number): Promise<Draft> => {
    const { body } = await calls.run('diffBlueprint', account, by, { id });
    const preview = await calls.run('previewBlueprint', account, by, { id, query: { limit: SHOWN } });
    return {
      version,
      differences: (body?.changes ?? []).map(differenceOf),
      breaks: (preview.body?.items ?? []).map((one) => ({
        name: one.name,
        href: agentHref(deps, one.agent),
        stops: one.stops.map(stopOf),
        loses: [
          ...(one.grant_types.length === 0 ? [] : [signInMethodWords(one.grant_types)]),
          ...(Object.keys(one.authority).length === 0 ? [] : [rightsList(one.authority)]),
        ],
        lowered: one.lowered.map((change) => differenceOf(change).name),
      })),
      hasMoreBreaks: preview.next !== undefined,
    };
  };

  const agentsOf = (viewer: Viewer, id: string) =>
    listedAgents(deps, calls, viewer, {
      query: { blueprint: id, limit: SHOWN },
      all: calls.mayAll('listAgents', viewer.account),
    });

  page('/console/blueprints/:id', async (ctx, { viewer, frame }, id) => {
    const { account } = viewer;
    const { blueprint } = await blueprintOf(viewer, id);
    const href = blueprintHref(deps, id);
    const agents = await agentsOf(viewer, id);
    sendPage(
      ctx,
      200,
      blueprintPage({
        ...frame,
        blueprint: { ...rowOf(deps, blueprint), createdAt: blueprint.created_at },
        ceilings: ceilingFacts(fromWire(blueprint.ceilings) as Ceilings).map(({ name, value }) => [name, value]),
        ...(blueprint.draft ? { draft: await draftOf(viewer, id, blueprint.draft.version) } : {}),
        versions: await versionsOf(viewer, id),
        agents: await rowsOf(deps, agents),
        ...(calls.may('updateBlueprint', account) ? { editHref: `${href}/edit` } : {}),
        ...(agents.next ? { agentsHref: listHref(deps, { blueprint: id }) } : {}),
        ...(blueprint.draft && calls.may('activateBlueprint', account) ? { activateHref: `${href}/activate` } : {}),
        ...(blueprint.state === 'active' && calls.may('deprecateBlueprint', account)
          ? { deprecateHref: `${href}/deprecate` }
          : {}),
      }),
    );
  });

  const versionsOf = async ({ account, by }: Viewer, id: string): Promise<readonly BlueprintVersionRow[]> => {
    const { body } = await calls.run('listBlueprintVersions', account, by, { id, query: { limit: SHOWN } });
    const items = body?.items ?? [];
    const names = await partyNames(
      deps,
      items.map((one) => one.activated_by),
    );
    return items.map(({ version, state, activated_at: activatedAt, activated_by: activatedBy }) => ({
      version,
      state,
      ...(activatedAt === undefined ? {} : { activatedAt }),
      ...(activatedBy === undefined ? {} : { byName: doerName(names, activatedBy) }),
    }));
  };

  page('/console/blueprints/:id/activate', async (ctx, { viewer, frame }, id) => {
    calls.access('activateBlueprint', viewer.account);
    const { blueprint, etag } = await blueprintOf(viewer, id);
    if (!blueprint.draft) throw blueprintRefusal('blueprint_draft_missing');
    const href = blueprintHref(deps, id);
    const draft = await draftOf(viewer, id, blueprint.draft.version);
    sendPage(
      ctx,
      200,
      activateBlueprintPage({
        ...frame,
        name: blueprint.name,
        draft,
        etag,
        action: `${href}/activate`,
        blueprintHref: href,
      }),
    );
  });

  const showDeprecation = async (
    ctx: Context,
    { viewer, frame }: Opened,
    id: string,
    status: number,
    typed: TypedConfirmation,
  ): Promise<void> => {
    const href = blueprintHref(deps, id);
    const agents = await agentsOf(viewer, id);
    sendPage(
      ctx,
      status,
      deprecateBlueprintPage({
        ...{ ...frame, name: typed.name, action: `${href}/deprecate`, blueprintHref: href, typed },
        agents: await rowsOf(deps, agents),
        ...(agents.next ? { agentsHref: listHref(deps, { blueprint: id }) } : {}),
      }),
    );
  };

  page('/console/blueprints/:id/deprecate', async (ctx, opened, id) => {
    calls.access('deprecateBlueprint', opened.viewer.account);
    const { name } = (await blueprintOf(opened.viewer, id)).blueprint;
    await showDeprecation(ctx, opened, id, 200, untyped(name));
  });

  router.post('/console/blueprints/:id/activate', async (ctx) => {
    const { form, account } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    await calls.run('activateBlueprint', account, byOf(ctx, account.id), { id, version: versionOf(form) });
    seeOther(ctx, `${blueprintHref(deps, id)}?done=blueprintActivated`);
  });

  router.post('/console/blueprints/:id/deprecate', async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const opened = openedAs(ctx, session);
    const { account, by } = opened.viewer;
    calls.access('deprecateBlueprint', account);
    const { name } = (await blueprintOf(opened.viewer, id)).blueprint;
    await afterTypedName(ctx, deps, form, name, {
      act: async () => {
        await calls.run('deprecateBlueprint', account, by, { id });
        seeOther(ctx, `${blueprintHref(deps, id)}?done=deprecated`);
      },
      again: (status, typed) => showDeprecation(ctx, opened, id, status, typed),
    });
  });
};

const rowOf = (
  deps: Pick<ConsoleDeps, 'basePath'>,
  { id, name, purpose, state, version, updated_at: updatedAt }: ShownBlueprint,
): BlueprintRow => ({ id, href: blueprintHref(deps, id), name, purpose, state, version, updatedAt });

const differenceOf = ({
  member,
  before,
  after,
  narrows,
}: AnswerOf<'diffBlueprint'>['changes'][number]): CeilingDifference => {
  const [axis = member] = Object.keys(fromWire({ [member]: 0 }));
  const known = axis as keyof Ceilings;
  return {
    name: ceilingWords.names[known],
    before: ceilingValue(known, before),
    after: ceilingValue(known, after),
    narrows,
  };
};

const stopOf = (stop: string): Phrase => agentPageWords.stops[stop as keyof typeof agentPageWords.stops];

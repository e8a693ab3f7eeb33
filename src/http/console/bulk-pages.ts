import type { Context } from 'koa';
import type { Text } from '../../../views/html.ts';
import {
  BULK_DEEDS,
  type BulkAgent,
  type BulkDeed,
  bulkPreviewPage,
  bulkResultPage,
  type OutcomeRow,
} from '../../../views/pages/console-bulk.ts';
import { bulkWords as words } from '../../../views/words/console-bulk.ts';
import { isStoreUnavailable } from '../../domain/ports/document-store.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { queryOf, recordedRefusal, recordRefusal, sendPage, statusOf } from '../interaction/page-answers.ts';
import { single } from '../middleware/form-body.ts';
import { refusalPhrase } from '../refusal-phrase.ts';
import { ownerCalled } from './agent-form.ts';
import { listHref, readListQuery } from './agent-list.ts';
import { seenAgent } from './agent-standing.ts';
import { chosenAgents, forecasts } from './bulk-forecast.ts';
import { atMost } from './bulk-limit.ts';
import type { PageParts } from './console-forms.ts';
import type { Opened, Viewer } from './console-page.ts';
import { consoleRefusal } from './console-refusals.ts';

/** An agent that the preview showed, and its version then. */
type Chosen = { readonly id: string; readonly version: number };

type Done = Pick<OutcomeRow, 'kind' | 'text'>;

/** Adds the preview of one action on several agents, and the confirmation. Each agent gets its own call of the API. */
export const addBulkPages = ({ router, page, deps, calls, sessions, openedAs }: PageParts): void => {
  const action = `${deps.basePath}/console/agents/bulk`;

  const listOf = ({ frame }: Opened, list: string): string =>
    listHref(deps, readListQuery(new URLSearchParams(list), frame.seesAll));

  const showPreview = async (
    ctx: Context,
    opened: Opened,
    asked: { readonly deed: BulkDeed; readonly ids: readonly string[]; readonly list: string },
    { status = 200, typed = '', ...more }: { status?: number; typed?: string; error?: Text } = {},
  ): Promise<void> => {
    const { deed, ids, list } = asked;
    const rows = await forecasts(deps, calls, opened.viewer, deed, ids);
    const changes = rows.flatMap(({ change }) => (change ? [`${change.id}.${change.version}`] : []));
    const listed = { listHref: listOf(opened, list), list };
    sendPage(ctx, status, bulkPreviewPage({ ...opened.frame, action, deed, ...listed, rows, changes, typed, ...more }));
  };

  page('/console/agents/bulk', async (ctx, opened) => {
    const query = queryOf(ctx);
    const ids = atMost([...new Set(query.getAll('id'))]);
    await showPreview(ctx, opened, { deed: deedOf(query.get('do')), ids, list: listIn(query) });
  });

  /** Makes one agent's call. Throws its refusal. */
  const carryOut = async (
    deed: BulkDeed,
    { account, by }: Viewer,
    { id, version }: Chosen,
    owner: string,
  ): Promise<Done> => {
    if (deed === 'hand-over') {
      const { document } = await seenAgent(deps, calls, { account, by }, id);
      // Offering an agent to its owner would withdraw an open offer to another party.
      if (document.owner === owner) return { kind: 'unchanged', text: words.already.owned };
      if (document.transferTo === owner) return { kind: 'unchanged', text: words.already.offered };
      const { body } = await calls.run('updateAgent', account, by, { id, body: { owner }, version });
      return { kind: 'done', text: body?.['owner'] === owner ? words.did.transferred : words.did.offered };
    }
    const before = (await deps.registered.get(id))?.version;
    const made = await calls.run(deed === 'suspend' ? 'suspendAgent' : 'retireAgent', account, by, { id });
    const state = deed === 'suspend' ? 'suspended' : 'retired';
    return made.version === before
      ? { kind: 'unchanged', text: words.already[state] }
      : { kind: 'done', text: words.did[state] };
  };

  /** One agent after the other. A refusal of one does not keep the others from their call. */
  const carryOutAll = async (
    ctx: Context,
    viewer: Viewer,
    deed: BulkDeed,
    chosen: readonly Chosen[],
    owner: string,
  ): Promise<ReadonlyMap<string, Done>> => {
    const outcomes = new Map<string, Done>();
    for (const one of chosen) {
      try {
        outcomes.set(one.id, await carryOut(deed, viewer, one, owner));
      } catch (thrown) {
        const error = await recordedRefusal(deps, ctx, thrown);
        if (!error) throw thrown;
        outcomes.set(one.id, { kind: 'refused', text: refusalPhrase(error) });
      }
    }
    return outcomes;
  };

  const rowsOf = async (viewer: Viewer, outcomes: ReadonlyMap<string, Done>): Promise<readonly OutcomeRow[]> => {
    const known = new Map<string, BulkAgent>();
    try {
      const { agents } = await chosenAgents(deps, calls, viewer, [...outcomes.keys()]);
      for (const agent of agents) known.set(agent.id, agent);
    } catch (error) {
      // Some agents are changed: the result is shown without their names rather than not at all.
      if (!isDomainError(error) && !isStoreUnavailable(error)) throw error;
    }
    return [...outcomes].map(([id, done]) => ({ agent: known.get(id) ?? { id }, ...done }));
  };

  router.post('/console/agents/bulk', async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    const opened = openedAs(ctx, session);
    const deed = deedOf(single(form, 'do'));
    const chosen = chosenIn(form);
    const list = listIn(form);
    const typed = (single(form, deed === 'hand-over' ? 'owner' : 'confirm') ?? '').trim();
    let owner = '';
    try {
      if (deed === 'hand-over') owner = await ownerCalled(deps, typed, '/owner');
      if (deed === 'retire' && typed !== String(chosen.length)) {
        throw consoleRefusal('number_not_confirmed', { field: '/confirm', params: { count: chosen.length } });
      }
    } catch (error) {
      if (!isDomainError(error) || error.code !== 'invalid_field') throw error;
      await recordRefusal(deps, ctx, error);
      const ids = chosen.map(({ id }) => id);
      const shown = { status: statusOf(error), typed, error: refusalPhrase(error) };
      return showPreview(ctx, opened, { deed, ids, list }, shown);
    }
    const outcomes = await carryOutAll(ctx, opened.viewer, deed, chosen, owner);
    const rows = await rowsOf(opened.viewer, outcomes);
    sendPage(ctx, 200, bulkResultPage({ ...opened.frame, deed, listHref: listOf(opened, list), rows }));
  });
};

const deedOf = (given: string | null | undefined): BulkDeed => {
  const deed = BULK_DEEDS.find((one) => one === given);
  if (deed === undefined) throw consoleRefusal('bulk_action_unknown', { field: '/do' });
  return deed;
};

const listIn = (params: URLSearchParams): string => (params.get('list') ?? '').slice(0, 1000);

/** The values of `agent`: id, full stop, version. Any other version matches none. Keeps each agent once. */
const chosenIn = (form: URLSearchParams): readonly Chosen[] => {
  const chosen = new Map<string, Chosen>();
  for (const value of form.getAll('agent')) {
    const [, id = value, version = ''] = /^([^.]*)\.([1-9][0-9]{0,14})$/.exec(value) ?? [];
    chosen.set(id, { id, version: version === '' ? -1 : Number(version) });
  }
  return atMost([...chosen.values()]);
};

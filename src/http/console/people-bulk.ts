/** Several accounts are disabled at once, after a preview of what ends with each and with all of them. */
import {
  type ChosenPerson,
  disabledPeoplePage,
  disablePeoplePage,
  type PersonForecast,
} from '../../../views/pages/console-people-bulk.ts';
import { peopleBulkWords as words } from '../../../views/words/console-people-bulk.ts';
import { isStoreUnavailable } from '../../domain/ports/document-store.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { queryOf, recordedRefusal, sendPage } from '../interaction/page-answers.ts';
import { refusalPhrase } from '../refusal-phrase.ts';
import { atMost } from './bulk-limit.ts';
import type { AnswerOf } from './console-calls.ts';
import { agentHref, groupHref, personHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';

type Forecast = AnswerOf<'previewDisableAccounts'>['accounts'][number];

/** Adds the preview of chosen accounts, and the confirmation. Each account gets its own call of the API. */
export const addPeopleBulk = ({ router, page, deps, calls, sessions, openedAs }: PageParts): void => {
  const listHref = `${deps.basePath}/console/people`;
  const action = `${listHref}/disable`;

  const shown = async (ids: readonly string[]): Promise<ReadonlyMap<string, ChosenPerson>> => {
    const found = await deps.accounts.getMany(ids);
    return new Map(
      found.map(({ id, name, username, state }) => [
        id,
        { id, facts: { href: personHref(deps, id), name, username, state } },
      ]),
    );
  };

  /** `one`: whom it is about. */
  const rowOf = (one: ChosenPerson, { account }: Viewer, forecast: Forecast): PersonForecast => {
    if (one.id === account.id) return { one, kind: 'refused', text: words.itIsYours };
    if (forecast.outcome === 'unchanged') return { one, kind: 'unchanged', text: words.already };
    if (forecast.outcome === 'refused') {
      return { one, kind: 'refused', text: words.obstacles[forecast.reason ?? 'not_found'] };
    }
    const { roles, sessions, delegations, standing_approvals: standing } = forecast;
    return { one, ends: { roles, sessions, delegations, standing } };
  };

  page('/console/people/disable', async (ctx, { viewer, frame }) => {
    const { account, by } = viewer;
    calls.access('disableAccount', account);
    const ids = atMost([...new Set(queryOf(ctx).getAll('id'))]);
    // The viewer's own account stays active, so it keeps its groups.
    const body = { accounts: ids.filter((id) => id !== account.id) };
    const { body: ends } = await calls.run('previewDisableAccounts', account, by, { body });
    const forecasts = new Map(ends?.accounts.map((one) => [one.account, one]));
    const people = await shown(ids);
    const rows = ids.map((id): PersonForecast => {
      const one = people.get(id) ?? { id };
      const forecast = forecasts.get(id);
      return forecast
        ? rowOf(one, viewer, forecast)
        : { one, kind: 'refused', text: id === account.id ? words.itIsYours : words.obstacles.not_found };
    });
    const agents = ends?.agents ?? { items: [], more: false };
    const groups = ends?.groups ?? { items: [], more: false };
    sendPage(
      ctx,
      200,
      disablePeoplePage({
        ...{ ...frame, action, listHref, rows },
        agents: { ...agents, items: agents.items.map(({ id, name }) => ({ name, href: agentHref(deps, id) })) },
        groups: { ...groups, items: groups.items.map(({ id, name }) => ({ name, href: groupHref(deps, id) })) },
      }),
    );
  });

  type Done = { readonly kind: 'done' | 'unchanged' | 'refused'; readonly text: PersonText };

  const disable = async ({ account, by }: Viewer, id: string): Promise<Done> => {
    if (id === account.id) return { kind: 'refused', text: words.itIsYours };
    const { body: before } = await calls.run('getAccount', account, by, { id });
    if (before?.state === 'disabled') return { kind: 'unchanged', text: words.already };
    await calls.run('disableAccount', account, by, { id });
    return { kind: 'done', text: words.done };
  };

  router.post('/console/people/disable', async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    const { viewer, frame } = openedAs(ctx, session);
    calls.access('disableAccount', viewer.account);
    const outcomes = new Map<string, Done>();
    // One after the other: a refusal of one does not keep the others from their call.
    for (const id of atMost([...new Set(form.getAll('account'))])) {
      try {
        outcomes.set(id, await disable(viewer, id));
      } catch (thrown) {
        const error = await recordedRefusal(deps, ctx, thrown);
        if (!error) throw thrown;
        outcomes.set(id, { kind: 'refused', text: refusalPhrase(error) });
      }
    }
    const people = await shown([...outcomes.keys()]).catch((error: unknown) => {
      // Some accounts are disabled: the result is shown without their names rather than not at all.
      if (!isDomainError(error) && !isStoreUnavailable(error)) throw error;
      return new Map<string, ChosenPerson>();
    });
    const rows = [...outcomes].map(([id, done]) => ({ one: people.get(id) ?? { id }, ...done }));
    sendPage(ctx, 200, disabledPeoplePage({ ...frame, listHref, rows }));
  });
};

type PersonText = Extract<PersonForecast, { readonly kind: unknown }>['text'];

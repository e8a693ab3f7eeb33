/** Several delegations end at once, after a preview that counts what ends with each. */
import {
  type ChosenDelegation,
  type DelegationForecast,
  endDelegationsPage,
  endedDelegationsPage,
} from '../../../views/pages/console-delegations-bulk.ts';
import { delegationBulkWords as words } from '../../../views/words/console-delegations-bulk.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { queryOf, recordedRefusal, sendPage } from '../interaction/page-answers.ts';
import { refusalPhrase } from '../refusal-phrase.ts';
import { atMost } from './bulk-limit.ts';
import { nothingThere } from './console-calls.ts';
import { partyNames, resourceNames } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Opened, Viewer } from './console-page.ts';
import {
  delegationHref,
  delegationState,
  delegationsHref,
  liveBelow,
  type ShownDelegation,
  shownPerson,
} from './delegation-tree.ts';

type Found = ShownDelegation | { readonly id: string; readonly refused: DelegationForecast['text'] };

/** Adds the preview of the end of chosen delegations, and the confirmation. Each gets its own call of the API. */
export const addDelegationBulk = ({ router, page, deps, calls, sessions, openedAs }: PageParts): void => {
  const action = `${deps.basePath}/console/delegations/end`;
  const listHref = delegationsHref(deps);

  /** Other accounts end their own on the pages of their account. */
  const permitted = ({ account }: Viewer): void => {
    if (!calls.mayAll('revokeDelegation', account)) throw nothingThere();
  };

  const seen = async ({ account, by }: Viewer, id: string): Promise<Found> => {
    try {
      return (await calls.run('getDelegation', account, by, { id })).body;
    } catch (error) {
      if (!isDomainError(error) || error.code === 'unavailable') throw error;
      return { id, refused: refusalPhrase(error) };
    }
  };

  /** What a table shows of each. */
  const shown = async ({ viewer, frame }: Opened, all: readonly Found[]): Promise<readonly ChosenDelegation[]> => {
    const known = all.filter((one) => 'actor' in one);
    const names = await partyNames(
      deps,
      known.flatMap(({ actor, subject }) => [actor, subject]),
    );
    const resources = await resourceNames(
      deps,
      known.map(({ resource }) => resource),
    );
    const now = deps.clock.now();
    return all.map((one): ChosenDelegation => {
      if (!('actor' in one)) return { id: one.id };
      const { person } = shownPerson(deps, viewer, frame, one.subject, names(one.subject));
      const where = { href: delegationHref(deps, one.id), resource: resources(one.resource) };
      return { id: one.id, facts: { ...where, person, agent: names(one.actor), state: delegationState(one, now) } };
    });
  };

  page('/console/delegations/end', async (ctx, opened) => {
    permitted(opened.viewer);
    const ids = atMost([...new Set(queryOf(ctx).getAll('id'))]);
    const found = await Promise.all(ids.map((id) => seen(opened.viewer, id)));
    const live = found.filter((one) => 'actor' in one).filter(({ state }) => state !== 'revoked');
    const below = await liveBelow({ calls, viewer: opened.viewer }, live);
    const ones = await shown(opened, found);
    const rows = found.map((one, index): DelegationForecast => {
      const chosen = ones[index] ?? { id: one.id };
      if (!('actor' in one)) return { one: chosen, kind: 'refused', text: one.refused };
      if (one.state === 'revoked') return { one: chosen, kind: 'unchanged', text: words.over };
      return { one: chosen, text: words.ends(below.counts.get(one.id) ?? 0, below.isMore) };
    });
    sendPage(ctx, 200, endDelegationsPage({ ...opened.frame, action, listHref, rows }));
  });

  router.post('/console/delegations/end', async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    const opened = openedAs(ctx, session);
    const { account, by } = opened.viewer;
    permitted(opened.viewer);
    const outcomes = new Map<string, Pick<DelegationForecast, 'kind' | 'text'>>();
    // One after the other: a refusal of one does not keep the others from their call.
    for (const id of atMost([...new Set(form.getAll('delegation'))])) {
      try {
        const { body: before } = await calls.run('getDelegation', account, by, { id });
        if (before?.state !== 'revoked') await calls.run('revokeDelegation', account, by, { id });
        outcomes.set(
          id,
          before?.state === 'revoked' ? { kind: 'unchanged', text: words.over } : { kind: 'done', text: words.done },
        );
      } catch (thrown) {
        const error = await recordedRefusal(deps, ctx, thrown);
        if (!error) throw thrown;
        outcomes.set(id, { kind: 'refused', text: refusalPhrase(error) });
      }
    }
    const found = await Promise.all([...outcomes.keys()].map((id) => seen(opened.viewer, id)));
    const ones = await shown(opened, found);
    const rows = [...outcomes].map(([id, outcome], index) => ({ one: ones[index] ?? { id }, ...outcome }));
    sendPage(ctx, 200, endedDelegationsPage({ ...opened.frame, listHref, rows }));
  });
};

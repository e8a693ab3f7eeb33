/**
 * The search of the console. Each kind is asked through the same call of the management API as its page, so the results hold
 * what the viewer may see and nothing else. Every kind reads one page of a bounded search, and has a deadline of its own.
 */
import type { SearchGroup, SearchModel } from '../../../views/pages/console-search.ts';
import { wordsIn } from '../../domain/platform/display-names/word-search.ts';
import type { ConsoleCalls } from './console-calls.ts';
import type { ConsoleDeps } from './console-deps.ts';
import type { Viewer } from './console-page.ts';
import { type ActionLink, agentActions, appActions, personActions } from './search-actions.ts';
import { type FoundHit, LONGEST_SEARCH, SEARCHES, type SearchParts, SHOWN_HITS } from './search-kinds.ts';

const DEADLINE_MILLISECONDS = 2_000;

const partsOf = (deps: ConsoleDeps, calls: ConsoleCalls, viewer: Viewer, text: string): SearchParts => ({
  deps,
  calls,
  viewer,
  text,
  idOf: (...prefixes) =>
    prefixes.includes(/^([a-z]{2,3})_[A-Za-z0-9]{1,64}$/.exec(text)?.[1] ?? '') ? text : undefined,
});

/** Every search of the viewer. Throws what a call throws: a store that does not answer gives no shorter list of results. */
export const searchModel = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
  typed: string,
  milliseconds: number = DEADLINE_MILLISECONDS,
): Promise<SearchModel> => {
  // By code points: half a surrogate pair has no form in an address.
  const text = [...typed.trim()].slice(0, LONGEST_SEARCH).join('');
  if (text === '') return { text, groups: [], late: [] };
  const parts = partsOf(deps, calls, viewer, text);
  const permitted = SEARCHES.filter(({ operation }) => calls.may(operation, viewer.account));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, milliseconds, undefined).unref();
  });
  const found = await Promise.all(
    permitted.map(async ({ kind, find }) => ({ kind, found: await Promise.race([find(parts), late]) })),
  ).finally(() => clearTimeout(timer));
  const answered = found.flatMap(({ kind, found: one }) => (one ? [{ kind, ...one }] : []));
  const best = bestOf(
    text,
    answered.flatMap(({ hits }) => hits),
  );
  return {
    text,
    ...(best ? { best: { hit: best, actions: await actionsOf(parts, best) } } : {}),
    groups: answered.flatMap((group): readonly SearchGroup[] => {
      const hits = group.hits.filter((hit) => hit !== best).slice(0, SHOWN_HITS);
      return hits.length === 0 ? [] : [{ ...group, hits }];
    }),
    late: found.flatMap(({ kind, found: one }) => (one ? [] : [kind])),
  };
};

/** The object whose id or username is the text, or else the only one of all kinds with exactly this name. */
const bestOf = (text: string, hits: readonly FoundHit[]): FoundHit | undefined => {
  const exact = hits.find(({ isExact }) => isExact === true);
  if (exact) return exact;
  const words = wordsIn(text).join(' ');
  const named = hits.filter(
    ({ name }) => typeof name === 'string' && words !== '' && wordsIn(name).join(' ') === words,
  );
  return named.length === 1 ? named[0] : undefined;
};

const actionsOf = async (
  { deps, calls, viewer }: SearchParts,
  { kind, id, href, state = '' }: FoundHit,
): Promise<readonly ActionLink[]> => {
  if (kind === 'agent') return agentActions(deps, calls, viewer, id);
  if (kind === 'person') return personActions(deps, calls, viewer, { id, state });
  if (kind === 'app') return appActions(deps, calls, viewer, { id, state });
  return [{ action: 'open', href }];
};

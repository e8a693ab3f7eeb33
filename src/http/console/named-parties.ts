/** Names in place of ids in the forms of the console. Each list is read in the name of the viewer. */
import { foldedName } from '../../domain/identity/accounts/username.ts';
import { wordsIn } from '../../domain/platform/display-names/word-search.ts';
import type { ConsoleCalls } from './console-calls.ts';
import type { ConsoleDeps } from './console-deps.ts';
import type { Viewer } from './console-page.ts';
import { consoleRefusal } from './console-refusals.ts';

type Named = { readonly id: string; readonly name: string };

const COMPARED = 100;
/** Candidates that a refusal names. */
const LISTED = 5;

/**
 * The id of the only one with this name; the typed text if there is none, so that the call refuses it as an unknown id. Throws
 * 'invalid_field' with the candidates if there are several.
 */
const onlyOne = (all: readonly Named[], typed: string, field: string): string => {
  const found = all.filter(({ name }) => foldedName(name) === foldedName(typed));
  const [first, second] = found;
  if (first === undefined) return typed;
  if (second === undefined) return first.id;
  const ids = found.slice(0, LISTED).map(({ id }) => id);
  throw consoleRefusal('name_of_several', {
    field,
    params: { ids: found.length > LISTED ? `${ids.join(', ')}, …` : ids.join(', ') },
  });
};

/** The id of the agent or app with this name or id. */
export const partyCalled = async (
  calls: ConsoleCalls,
  { account, by }: Viewer,
  typed: string,
  field: string,
): Promise<string> => {
  if (/^(?:agt|app)_\w+$/.test(typed) || URL.canParse(typed) || wordsIn(typed).length === 0) return typed;
  const query = { search: typed.slice(0, 200), limit: COMPARED };
  const [agents, apps] = await Promise.all([
    calls.run('listAgents', account, by, { query }),
    calls.may('listClients', account) ? calls.run('listClients', account, by, { query }) : undefined,
  ]);
  return onlyOne([...(agents.body?.items ?? []), ...(apps?.body?.items ?? [])], typed, field);
};

/** The id of the account with this username, id or name. A username goes first: no two people have the same. */
export const personCalled = async (
  { ownerNames }: Pick<ConsoleDeps, 'ownerNames'>,
  calls: ConsoleCalls,
  { account, by }: Viewer,
  typed: string,
  field: string,
): Promise<string> => {
  const known = await ownerNames.find(typed, { kinds: ['account'], field });
  if (known) return known.id;
  if (/^acc_\w+$/.test(typed) || wordsIn(typed).length === 0 || !calls.may('listAccounts', account)) return typed;
  const query = { search: typed.slice(0, 200), limit: COMPARED };
  const { body } = await calls.run('listAccounts', account, by, { query });
  return onlyOne(body?.items ?? [], typed, field);
};

/** The names of agents, owners, clients, APIs and the rest, which tables show in place of ids. */
import { type IdPrefix, prefixOfId } from '../domain/ports/identifiers.ts';
import { isCommandError } from './command.ts';
import type { ManagementClient } from './management-client.ts';
import type { ReadOperation } from './operations.ts';

type Named = { readonly operation: ReadOperation; readonly member: string };

const BY_PREFIX: { readonly [P in IdPrefix]?: Named } = {
  acc: { operation: 'getAccount', member: 'username' },
  grp: { operation: 'getGroup', member: 'name' },
  agt: { operation: 'getAgent', member: 'name' },
  app: { operation: 'getClient', member: 'name' },
  rs: { operation: 'getResourceServer', member: 'name' },
  bpt: { operation: 'getBlueprint', member: 'name' },
  bud: { operation: 'getBudget', member: 'name' },
  upi: { operation: 'getUpstream', member: 'name' },
  per: { operation: 'getPeer', member: 'name' },
  dir: { operation: 'getDirectory', member: 'name' },
};

/** Of one command. Further ids are shown as they are. */
const MOST_NAMES = 200;
const AT_ONCE = 8;

/**
 * Finds names by id. Two objects of one name keep their ids beside it, so that a table never shows two as one. An object that
 * the caller may not read keeps its id. Remembers what it found.
 */
export const objectNames = (
  api: Pick<ManagementClient, 'run' | 'items'>,
): ((ids: Iterable<string>) => Promise<ReadonlyMap<string, string>>) => {
  const found = new Map<string, string | undefined>();
  const closed = new Set<IdPrefix>();
  let apis: Promise<ReadonlyMap<string, string>> | undefined;

  const look = async (id: string): Promise<void> => {
    const prefix = prefixOfId(id);
    const known = prefix && BY_PREFIX[prefix];
    if (!prefix || !known || closed.has(prefix)) return;
    try {
      const name = (await api.run(known.operation, { id })).body[known.member];
      found.set(id, typeof name === 'string' && name !== '' ? name : undefined);
    } catch (error) {
      if (!isCommandError(error)) throw error;
      // The audit log records each refusal, so one is enough for a kind that the caller may not read.
      if (error.status === 403) closed.add(prefix);
      found.set(id, undefined);
    }
  };

  /** One list for all resource indicators: each URL in an output could be one. */
  const lookAtApis = async (): Promise<ReadonlyMap<string, string>> => {
    const names = new Map<string, string>();
    try {
      for await (const { identifier, name } of api.items('listResourceServers', {}, 1000)) {
        names.set(String(identifier), String(name));
      }
    } catch (error) {
      if (!isCommandError(error)) throw error;
    }
    return names;
  };

  return async (ids) => {
    const asked = [...new Set(ids)];
    // More URLs than that may have been found: a negative end would count from the other side.
    const left = Math.max(0, MOST_NAMES - found.size);
    const waiting = asked.filter((id) => prefixOfId(id) && !found.has(id)).slice(0, left);
    const worker = async (): Promise<void> => {
      for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) await look(id);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    const indicators = asked.filter((id) => URL.canParse(id));
    if (indicators.length > 0) apis ??= lookAtApis();
    const known = await apis;
    for (const id of indicators) found.set(id, known?.get(id));
    return distinctNames(asked, found);
  };
};

/** The name by id. A name that several objects have is followed by the id. */
const distinctNames = (
  ids: readonly string[],
  found: ReadonlyMap<string, string | undefined>,
): ReadonlyMap<string, string> => {
  const named = ids.flatMap((id) => {
    const name = found.get(id);
    return name === undefined ? [] : [[id, name] as const];
  });
  const uses = new Map<string, number>();
  for (const [, name] of named) uses.set(name, (uses.get(name) ?? 0) + 1);
  return new Map(named.map(([id, name]) => [id, uses.get(name) === 1 ? name : `${name} (${id})`]));
};

/** Members that name objects, from the texts of a form. */
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import type { Viewer } from './console-page.ts';
import { consoleRefusal } from './console-refusals.ts';
import type { FieldKind, Given, NamedKind, NamePair } from './form-fields.ts';
import type { FindNamed } from './named-objects.ts';

/** What a change begins with: the stored ids of a member, and the names that the form shows for them. */
type Kept = { readonly ids: unknown; readonly names: unknown };

/** In a list: every object of the kind. */
const ALL = '*';

type Typed = {
  /** What the field read. */
  readonly member: unknown;
  readonly values: ReadonlyMap<string, Given>;
  /** Pointer to the member. */
  readonly at: string;
  /** Absent in a form for a new object. */
  readonly kept?: Kept | undefined;
};

/**
 * A member, with ids in place of names that the user typed. A name that the form showed keeps its stored id, even if another
 * object has the same name. Throws 'invalid_field' at a name or id that no object has, or that several have.
 */
export const withId = async (
  find: FindNamed,
  viewer: Viewer,
  { names, isPairs }: FieldKind,
  { member, values, at, kept }: Typed,
): Promise<unknown> => {
  const kind = typeof names === 'function' ? names(values) : names;
  if (kind === undefined) return member;
  if (isPairs) return pairsById(find, viewer, kind, { pairs: member as readonly NamePair[], at, kept });
  const isList = Array.isArray(member);
  const typed = listOf(member).map(String);
  const stored = kept === undefined ? new Map<string, string[]>() : storedIds(kept, typed);
  const ids: string[] = [];
  for (const [index, name] of typed.entries()) {
    // All of them: no object is meant.
    if (isList && name === ALL) ids.push(name);
    else ids.push(stored.get(name)?.shift() ?? (await idOf(find, viewer, kind, name, isList ? `${at}/${index}` : at)));
  }
  return isList ? ids : ids[0];
};

/** The texts of pairs by the ids of their names. Throws 'invalid_field' for an object that two pairs name. */
const pairsById = async (
  find: FindNamed,
  viewer: Viewer,
  kind: NamedKind,
  { pairs, at, kept }: Pick<Typed, 'at' | 'kept'> & { readonly pairs: readonly NamePair[] },
): Promise<Readonly<Record<string, string>>> => {
  const before = ((kept?.names ?? []) as readonly NamePair[]).map(([name]) => name);
  const typed = pairs.map(([name]) => name);
  const stored = storedIds({ ids: Object.keys(kept?.ids ?? {}), names: before }, typed);
  const byId = new Map<string, string>();
  for (const [name, text] of pairs) {
    const id = stored.get(name)?.shift() ?? (await idOf(find, viewer, kind, name, at));
    if (byId.has(id)) throw consoleRefusal('name_repeated', { field: at, params: { name: name.slice(0, 60) } });
    byId.set(id, text);
  }
  return Object.fromEntries(byId);
};

/** The id of the object that a user typed by name or id. Throws 'invalid_field' at `field`: an unknown id, as an unknown name. */
export const idOf = async (
  find: FindNamed,
  viewer: Viewer,
  kind: NamedKind,
  typed: string,
  field: string,
): Promise<string> => {
  try {
    return (await find(viewer, kind, typed, field)).id;
  } catch (error) {
    if (!isDomainError(error) || error.code !== 'not_found') throw error;
    throw consoleRefusal('name_unknown', { field, params: { name: typed.slice(0, 60) } });
  }
};

const listOf = (member: unknown): readonly unknown[] => (Array.isArray(member) ? member : [member]);

/** Stored ids by name. Without those of a name that several share, once the user has removed some of them. */
const storedIds = ({ ids, names }: Kept, typed: readonly string[]): ReadonlyMap<string, string[]> => {
  const shown = listOf(names).map((name) => String(name).trim());
  const byName = Map.groupBy(listOf(ids).map(String), (_, index) => shown[index] ?? '');
  return new Map([...byName].filter(([name, all]) => typed.filter((one) => one === name).length === all.length));
};

import type { Layer } from './errors.ts';

/**
 * Authority is a set of (resource, scope) pairs, never bare scope names (decision D4).
 * `['*']` at a resource means every scope that resource declares.
 */
export type ScopesByResource = Readonly<Record<string, readonly string[]>>;

/** One limit on authority at a resource. `holds` undefined: this layer sets no limit. */
export type Limit = {
  readonly layer: Layer;
  readonly holds: readonly string[] | undefined;
  /** It limits no authorization details, even where it holds no scope: the layer looks at each detail. */
  readonly isOfScopesAlone?: true;
};

export type Cut = {
  /** The scopes that are left: sorted, without duplicates. */
  readonly scope: readonly string[];
  /** Each removed scope, and the first layer that removed it. */
  readonly removed: readonly { readonly scope: string; readonly layer: Layer }[];
};

/**
 * The scopes that a layer holds at one resource. An authority that does not name the resource holds nothing there.
 * Without an authority there is no limit.
 */
export const scopesAt = (authority: ScopesByResource | undefined, resource: string): readonly string[] | undefined =>
  authority === undefined ? undefined : Object.hasOwn(authority, resource) ? authority[resource] : [];

/**
 * The scope that all limits leave of `asked`. Absent `asked` means everything in `declared`. Never returns a scope that is
 * missing in `declared` or in a limit. RFC 8693 §2.1, RFC 6749 §3.3 (order does not matter).
 */
export const cutScope = (
  asked: readonly string[] | undefined,
  declared: readonly string[],
  limits: readonly Limit[],
): Cut => {
  const scope: string[] = [];
  const removed: { scope: string; layer: Layer }[] = [];
  for (const name of [...new Set(asked ?? declared)].sort()) {
    const refusing = declared.includes(name)
      ? limits.find(({ holds }) => holds !== undefined && !holds.includes(name) && !holds.includes('*'))?.layer
      : 'resource_server';
    if (refusing === undefined) scope.push(name);
    else removed.push({ scope: name, layer: refusing });
  }
  return { scope, removed };
};

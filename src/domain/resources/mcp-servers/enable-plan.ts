/**
 * What has to change so that an MCP server is a resource server: one plan for the command line, the API and the console. A
 * plan adds what is missing and removes nothing, so a second one is empty.
 */
import { mcpServerRefusal } from './mcp-server-refusals.ts';
import type { ProtectedResource } from './protected-resource.ts';

export const MCP_RISKS = ['low', 'medium', 'high', 'critical'] as const;

export type McpScope = {
  readonly name: string;
  readonly risk: (typeof MCP_RISKS)[number];
  readonly description: string;
  readonly default?: boolean;
  /** Kept as it is (resource-servers/resource-server.ts). */
  readonly participants?: 'one' | 'all';
};

export type ScopePair = { readonly resource: string; readonly scope: string };

/** `url`: that of the MCP server, which is the identifier of the resource server. */
export type EnableWishes = {
  readonly url: string;
  readonly name?: string | undefined;
  /** Scopes with their risk and text. They replace those of the same name. */
  readonly scopes?: readonly McpScope[];
  /** Names of scopes that a request without a scope asks for. */
  readonly defaultScopes?: readonly string[];
  /** Scopes of other APIs that the MCP server asks its callers for. */
  readonly delegatesTo?: readonly ScopePair[];
};

/** A resource server that exists already. */
export type EnabledBefore = {
  readonly name: string;
  readonly state: string;
  readonly scopes: readonly McpScope[];
  readonly delegatesTo?: readonly ScopePair[];
};

export type EnablePlan = {
  readonly identifier: string;
  /** `none`: neither name nor scopes of the resource server change. */
  readonly action: 'create' | 'change' | 'none';
  readonly name: string;
  /** The name before, if it changes. */
  readonly formerName?: string;
  /** All scopes afterwards, in their order. */
  readonly scopes: readonly (McpScope & { readonly isChanged: boolean })[];
  /** The resource server was disabled, and is enabled again. */
  readonly enables: boolean;
  /** Pairs that are proposed. Another operator accepts them. */
  readonly proposals: readonly ScopePair[];
};

/** Throws DomainError 'invalid_field' for a default scope that is none of the scopes. */
export const enablePlan = (
  wishes: EnableWishes,
  metadata: Pick<ProtectedResource, 'name' | 'scopes'> | undefined,
  existing: EnabledBefore | undefined,
): EnablePlan => {
  const { url, delegatesTo = [] } = wishes;
  // A second run keeps a name that was chosen: only a wish changes it.
  const proposed = wishes.name ?? metadata?.name ?? new URL(url).hostname;
  const name = wishes.name ?? existing?.name ?? proposed;
  const before = new Map((existing?.scopes ?? []).map((scope) => [scope.name, scope]));
  const scopes = scopesOf(wishes, metadata?.scopes ?? [], before, proposed).map((scope) => ({
    ...scope,
    isChanged: !isSame(scope, before.get(scope.name)),
  }));
  const isRenamed = existing !== undefined && name !== existing.name;
  const had = existing?.delegatesTo ?? [];
  return {
    identifier: url,
    action: existing === undefined ? 'create' : isRenamed || scopes.some((one) => one.isChanged) ? 'change' : 'none',
    name,
    ...(isRenamed ? { formerName: existing.name } : {}),
    scopes,
    enables: existing !== undefined && existing.state !== 'active',
    proposals: delegatesTo.filter((pair, index) => !isAmong(had, pair) && !isAmong(delegatesTo.slice(0, index), pair)),
  };
};

/** The scopes of a plan as the registration takes them. */
export const plannedScopes = ({ scopes }: EnablePlan): readonly McpScope[] =>
  scopes.map(({ isChanged: _, ...scope }) => scope);

/** Those that exist, those that are given, and those that only the metadata names. */
const scopesOf = (
  { scopes: given = [], defaultScopes = [] }: EnableWishes,
  named: readonly string[],
  before: ReadonlyMap<string, McpScope>,
  name: string,
): readonly McpScope[] => {
  const known = new Map(before);
  for (const scope of given) known.set(scope.name, { ...known.get(scope.name), ...scope });
  for (const scope of named) {
    if (!known.has(scope)) known.set(scope, { name: scope, risk: 'medium', description: `Use ${scope} at ${name}` });
  }
  if (known.size === 0) known.set('mcp', { name: 'mcp', risk: 'medium', description: `Use the tools of ${name}` });
  for (const scope of defaultScopes) {
    const found = known.get(scope);
    if (!found) {
      const params = { scope, scopes: [...known.keys()].join(', ') };
      throw mcpServerRefusal('mcp_default_scope_unknown', { field: '/default_scopes', params });
    }
    known.set(scope, { ...found, default: true });
  }
  return [...known.values()];
};

const isAmong = (pairs: readonly ScopePair[], { resource, scope }: ScopePair): boolean =>
  pairs.some((pair) => pair.resource === resource && pair.scope === scope);

const isSame = (one: McpScope, other: McpScope | undefined): boolean =>
  one.risk === other?.risk &&
  one.description === other.description &&
  (one.default ?? false) === (other.default ?? false);

/** `notes.read:low:See your notes`. A name may hold colons: the first part that is a risk level is the risk. */
export const mcpScopeOf = (text: string): McpScope => {
  const parts = text.split(':');
  const at = parts.findIndex((part, index) => index > 0 && isRisk(part));
  const risk = parts[at];
  const name = parts.slice(0, Math.max(at, 0)).join(':').trim();
  const description = parts
    .slice(at + 1)
    .join(':')
    .trim();
  if (risk !== undefined && isRisk(risk) && name !== '' && description !== '') return { name, risk, description };
  throw mcpServerRefusal('mcp_scope_malformed', { field: '/scopes', params: { scope: text.slice(0, 200) } });
};

const isRisk = (text: string): text is McpScope['risk'] => MCP_RISKS.some((risk) => risk === text);

/** `https://tickets.example.com=tickets.read`. Throws DomainError 'invalid_field'. */
export const scopePairOf = (text: string): ScopePair => {
  const at = text.lastIndexOf('=');
  const [resource, scope] = [text.slice(0, at), text.slice(at + 1)];
  if (at >= 1 && scope !== '') return { resource, scope };
  throw mcpServerRefusal('mcp_pair_malformed', { field: '/delegates_to', params: { pair: text.slice(0, 200) } });
};

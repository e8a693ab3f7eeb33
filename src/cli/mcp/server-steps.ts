/** What has to change at the server for one MCP server: its resource server and the scopes. */
import { usageError } from '../command.ts';
import { short } from '../declared/plan.ts';
import type { Json } from '../management-client.ts';
import type { ManagementCall } from '../management-command.ts';
import { printable } from '../table.ts';

export type Scope = {
  readonly name: string;
  readonly risk: string;
  readonly description: string;
  readonly default?: true;
};

export type Step = {
  readonly sign: '+' | '~';
  readonly what: string;
  readonly lines: readonly string[];
  /** `id`: of the resource server. Returns what the server answered about it. */
  readonly run: (id: string) => Promise<Json | undefined>;
};

/** The scopes afterwards: those that exist, those that are given, and those that only the metadata names. */
export const scopesOf = (
  call: ManagementCall,
  from: {
    readonly given: readonly Scope[];
    readonly named: readonly string[];
    readonly existing: Json | undefined;
    readonly name: string;
  },
): readonly Scope[] => {
  const known = new Map(((from.existing?.['scopes'] ?? []) as readonly Scope[]).map((scope) => [scope.name, scope]));
  for (const scope of from.given) known.set(scope.name, { ...known.get(scope.name), ...scope });
  for (const scope of from.named) {
    if (!known.has(scope))
      known.set(scope, { name: scope, risk: 'medium', description: `Use ${scope} at ${from.name}` });
  }
  if (known.size === 0) known.set('mcp', { name: 'mcp', risk: 'medium', description: `Use the tools of ${from.name}` });
  for (const name of call.texts('default-scope')) {
    const scope = known.get(name);
    if (!scope)
      throw usageError(`--default-scope ${printable(name)} is none of its scopes: ${[...known.keys()].join(', ')}.`);
    known.set(name, { ...scope, default: true });
  }
  return [...known.values()];
};

const scopeLine = ({ name, risk, description, default: isDefault }: Scope): string =>
  `scope ${name}: ${risk}, ${description}${isDefault ? ', by default' : ''}`;

export const serverSteps = (
  call: ManagementCall,
  {
    url,
    name,
    scopes,
    existing,
  }: {
    readonly url: string;
    readonly name: string;
    readonly scopes: readonly Scope[];
    readonly existing: Json | undefined;
  },
): readonly Step[] => {
  const what = `resource server ${url}`;
  const introspection = call.text('introspection');
  if (!existing) {
    const method = introspection === undefined ? {} : { introspection_auth_method: introspection };
    const body = { identifier: url, name, scopes, ...method };
    const lines = [`name: ${name}`, ...scopes.map(scopeLine), `introspection: ${introspection ?? 'none'}`];
    return [{ sign: '+', what, lines, run: async () => (await call.api.run('createResourceServer', { body })).body }];
  }
  if (introspection !== undefined && introspection !== existing['introspection_auth_method']) {
    throw usageError(
      `--introspection cannot change: the resource server has ${printable(String(existing['introspection_auth_method']))}.`,
      'Leave the option out.',
    );
  }
  const before = new Map((existing['scopes'] as readonly Scope[]).map((scope) => [scope.name, scopeLine(scope)]));
  const others = scopes.filter((scope) => before.get(scope.name) !== scopeLine(scope));
  const isRenamed = call.text('name') !== undefined && name !== existing['name'];
  const steps: Step[] = [];
  if (others.length > 0 || isRenamed) {
    const body = { ...(others.length > 0 ? { scopes } : {}), ...(isRenamed ? { name } : {}) };
    steps.push({
      ...{ sign: '~', what },
      lines: [...(isRenamed ? [`name: ${short(existing['name'])} → ${short(name)}`] : []), ...others.map(scopeLine)],
      run: async (id) => (await call.api.change('updateResourceServer', { id }, body)).body,
    });
  }
  if (existing['state'] !== 'active') {
    const run = async (id: string) => (await call.api.run('enableResourceServer', { id })).body;
    steps.push({ sign: '~', what, lines: [`state: ${String(existing['state'])} → active`], run });
  }
  return steps;
};

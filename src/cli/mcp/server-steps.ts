/** The changes of `behalf mcp enable`, from the plan that the console makes, too. */
import { type EnablePlan, type McpScope, plannedScopes } from '../../domain/resources/mcp-servers/enable-plan.ts';
import { usageError } from '../command.ts';
import { short } from '../declared/plan.ts';
import type { Json } from '../management-client.ts';
import type { ManagementCall } from '../management-command.ts';
import { printable } from '../table.ts';

export type Step = {
  readonly sign: '+' | '~';
  readonly what: string;
  readonly lines: readonly string[];
  /** `id`: of the resource server. Returns what the server answered about it. */
  readonly run: (id: string) => Promise<Json | undefined>;
};

const scopeLine = ({ name, risk, description, default: isDefault }: McpScope): string =>
  `scope ${name}: ${risk}, ${description}${isDefault ? ', by default' : ''}`;

/** Throws a usage error when the method of introspection of an existing resource server would change. */
export const serverSteps = (call: ManagementCall, plan: EnablePlan, existing: Json | undefined): readonly Step[] => {
  const what = `resource server ${plan.identifier}`;
  const scopes = plannedScopes(plan);
  const introspection = call.text('introspection');
  if (plan.action === 'create') {
    const method = introspection === undefined ? {} : { introspection_auth_method: introspection };
    const body = { identifier: plan.identifier, name: plan.name, scopes, ...method };
    const lines = [`name: ${plan.name}`, ...scopes.map(scopeLine), `introspection: ${introspection ?? 'none'}`];
    const run = async () => (await call.api.run('createResourceServer', { body })).body;
    return [{ sign: '+', what, lines, run }, ...proposalSteps(call, plan)];
  }
  if (introspection !== undefined && introspection !== existing?.['introspection_auth_method']) {
    throw usageError(
      `--introspection cannot change: the resource server has ${printable(String(existing?.['introspection_auth_method']))}.`,
      'Leave the option out.',
    );
  }
  const others = plan.scopes.filter(({ isChanged }) => isChanged);
  const { formerName } = plan;
  const steps: Step[] = [];
  if (plan.action === 'change') {
    const body = {
      ...(others.length > 0 ? { scopes } : {}),
      ...(formerName === undefined ? {} : { name: plan.name }),
    };
    const renamed = formerName === undefined ? [] : [`name: ${short(formerName)} → ${short(plan.name)}`];
    steps.push({
      ...{ sign: '~', what, lines: [...renamed, ...others.map(scopeLine)] },
      run: async (id) => (await call.api.change('updateResourceServer', { id }, body)).body,
    });
  }
  if (plan.enables) {
    const run = async (id: string) => (await call.api.run('enableResourceServer', { id })).body;
    steps.push({ sign: '~', what, lines: [`state: ${String(existing?.['state'])} → active`], run });
  }
  return [...steps, ...proposalSteps(call, plan)];
};

const proposalSteps = (call: ManagementCall, { proposals }: EnablePlan): readonly Step[] =>
  proposals.map(({ resource, scope }) => ({
    ...{ sign: '+', what: `proposal: callers are asked for ${scope} at ${resource}`, lines: [] },
    run: async (id) => (await call.api.run('proposeDelegation', { id, body: { resource, scope } })).body,
  }));

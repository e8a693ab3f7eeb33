/**
 * Simulates `register`, `administer` and `approve` without a call or a request: the result of roles and policies, and the
 * required changes.
 */

import type { Agent } from '../../clients/agents/agent.ts';
import type { Blueprint } from '../../clients/blueprints/blueprint.ts';
import type { Client } from '../../clients/clients/client.ts';
import type { Account, AccountRole, Role } from '../../identity/accounts/account.ts';
import type { Found } from '../../ports/document-store.ts';
import type { PolicyCase } from '../../ports/policy-engine.ts';
import { highestRisk } from '../../resources/resource-servers/highest-risk.ts';
import type { ResourceServer } from '../../resources/resource-servers/resource-server.ts';
import { extendChain } from '../../vocabulary/actor-chain.ts';
import type { Assurance } from '../../vocabulary/assurance.ts';
import type { Layer } from '../../vocabulary/errors.ts';
import { fieldRefusal } from '../../vocabulary/field-refusals.ts';
import type { Statement } from '../../vocabulary/statements.ts';
import type { ActivePolicies } from './authorize.ts';
import type { Withheld } from './decision.ts';
import { cutByPolicy } from './policy-layer.ts';
import type { ServerUseCases, UseBy } from './server-use-cases.ts';
import { type Administration, REGISTER, type Registered, type RegistrationWay } from './server-use-question.ts';
import type { Simulation } from './simulation.ts';
import { simulationRefusal } from './simulation-refusals.ts';
import { simulationStatement } from './simulation-statements.ts';
import { policySteps, type Step } from './smallest-change.ts';

/** What a call needs in addition to policy, as its route declares. */
export type Demand = { readonly roles: readonly Role[]; readonly own: boolean };

type Common = {
  readonly assurance?: Assurance | undefined;
  readonly source?: string | undefined;
  /** Epoch seconds; default: now. */
  readonly at?: number | undefined;
};

export type RegistrationTrial = Common &
  Registered & {
    readonly action: 'register';
    /** Account or client that calls; the URL of a document. Absent where there is no caller. */
    readonly caller?: string | undefined;
    readonly way: RegistrationWay;
    readonly isChange: boolean;
    readonly demand: Demand;
  };

export type AdministrationTrial = Common &
  Administration & { readonly action: 'administer'; readonly caller: string; readonly demand: Demand };

/**
 * An approval of an action that an agent would request. Whether the account would be asked at all is decided when the
 * agent requests it.
 */
export type ApprovalTrial = Common & {
  readonly action: 'approve';
  /** Account that approves. */
  readonly caller: string;
  readonly agent: string;
  /** Account on whose behalf the agent acts. Default: the approving account. */
  readonly subject?: string | undefined;
  /** Resource indicator. */
  readonly resource: string;
  readonly scope: readonly string[];
  /** The absent account for which the deputy approves. */
  readonly for?: string | undefined;
  /** Whether this is the subject's consent, which is required in addition to the approvals. */
  readonly consent?: boolean | undefined;
};

export type UseTrial = RegistrationTrial | AdministrationTrial | ApprovalTrial;

/** The result in the form of a simulation about tokens, with the permitted use in place of a scope. */
export type UseSimulation = Omit<Simulation, 'decision' | 'layers'> & {
  readonly decision: {
    readonly route: 'registration' | 'administration' | 'approval';
    readonly scope: readonly string[];
    readonly removed: readonly (Omit<Withheld, 'layer'> & { readonly layer: Layer | 'role' })[];
  };
  readonly layers: readonly {
    readonly layer: 'role' | 'policy';
    readonly counts: boolean;
    readonly why?: Statement;
    readonly leaves?: readonly string[];
  }[];
};

/** Simulates the use of this server without a call or a request. */
export interface ServerUseSimulator {
  /** Decides as the call would, and records nothing. Throws 'invalid_field' naming what does not exist. */
  simulate(asked: UseTrial, policies: ActivePolicies | undefined): Promise<UseSimulation>;
}

export const serverUseSimulator = (deps: {
  readonly cases: ServerUseCases;
  readonly accounts: { get(id: string): Found<Account> };
  readonly clients: { get(id: string): Found<Client> };
  readonly blueprints: { get(id: string): Found<Blueprint> };
  readonly agents: { get(id: string): Found<Pick<Agent, 'id' | 'state'>> };
  readonly resourceServers: { findByIdentifier(identifier: string): Found<ResourceServer> };
}): ServerUseSimulator => {
  const partyOf = async (id: string): Promise<Party | undefined> =>
    (await (id.startsWith('acc_') ? deps.accounts : deps.clients).get(id))?.document;

  const callerOf = async (asked: UseTrial): Promise<Party | undefined> => {
    const { caller } = asked;
    const party = caller === undefined ? undefined : await partyOf(caller);
    if (party && asked.action === 'approve' && !party.id.startsWith('acc_')) {
      throw simulationRefusal('simulated_approver_not_person', { field: '/caller' });
    }
    if (party || !(isByRole(asked) || asked.action === 'approve')) return party;
    throw simulationRefusal(caller === undefined ? 'simulated_party_missing' : 'simulated_party_unknown', {
      field: '/caller',
    });
  };

  const stopsOf = async (asked: UseTrial, party: Party | undefined): Promise<readonly Statement[]> => {
    if (asked.action === 'approve') {
      const agent = (await deps.agents.get(asked.agent))?.document;
      return [party, agent].flatMap((one) =>
        one && one.state !== 'active'
          ? [simulationStatement('party_not_active', { party: one.id, state: one.state })]
          : [],
      );
    }
    const blueprint = asked.action === 'register' ? asked.blueprint : undefined;
    const under = blueprint === undefined ? undefined : (await deps.blueprints.get(blueprint))?.document;
    if (blueprint !== undefined && !under) {
      throw simulationRefusal('simulated_blueprint_unknown', { field: '/blueprint' });
    }
    return [
      ...(party && party.state !== 'active'
        ? [simulationStatement('party_not_active', { party: party.id, state: party.state })]
        : []),
      ...(under && under.state !== 'active'
        ? [simulationStatement('blueprint_not_active', { blueprint: under.id, state: under.state })]
        : []),
    ];
  };

  const caseOf = (asked: UseTrial): Promise<PolicyCase> => {
    const { assurance, source, at } = asked;
    const by = {
      caller: asked.caller ?? asked.action,
      at,
      ...(assurance ? { assurance } : {}),
      ...(source ? { source } : {}),
    };
    if (asked.action === 'approve') return approvalCase(asked, by);
    return asked.action === 'register' ? deps.cases.registration(asked, by) : deps.cases.administration(asked, by);
  };

  const approvalCase = async (asked: ApprovalTrial, by: UseBy): Promise<PolicyCase> => {
    const { agent, subject = asked.caller, resource, scope, for: away, consent: isConsent } = asked;
    const server = (await deps.resourceServers.findByIdentifier(resource))?.document;
    if (!server) throw simulationRefusal('simulated_resource_unknown', { field: '/approve/resource' });
    const unknown = scope.find((name) => server.scopes.every((declared) => declared.name !== name));
    if (unknown !== undefined) throw simulationRefusal('simulated_scope_undeclared', { field: '/approve/scope' });
    for (const [field, id] of [
      ['subject', subject],
      ['for', away],
    ] as const) {
      if (id !== undefined && !(await deps.accounts.get(id))) {
        throw fieldRefusal('account_unknown', { field: `/approve/${field}` });
      }
    }
    const action = {
      agent,
      chain: extendChain(agent, ''),
      subject,
      resource,
      scope: [...new Set(scope)].sort(),
      details: [],
    };
    const question = await deps.cases.approval(
      { action, risk: highestRisk(server, scope, []), for: away, isConsent },
      by,
    );
    if (!question) throw simulationRefusal('simulated_agent_unknown', { field: '/approve/agent' });
    return question;
  };

  return {
    async simulate(asked, policies): Promise<UseSimulation> {
      const party = await callerOf(asked);
      const names = namesOf(asked);
      const question = await caseOf(asked);
      const cut = policies && cutByPolicy(policies.policies, question);
      const withheld = new Map((cut?.removed ?? []).map((one) => [one.scope, one]));
      const role = roleStep(asked, party);
      const why = roleWhy(asked);
      const policyLeaves = cut?.scope ?? [];
      const stepsOf = (name: string): readonly Step[] => {
        const why = withheld.get(name);
        return [
          ...(role ? [role] : []),
          ...(policies === undefined
            ? [{ layer: 'policy' as const, ...simulationStatement('activate_policies') }]
            : why
              ? policySteps(why, policies.policies.policies)
              : []),
        ];
      };
      const removed = names.flatMap((name): UseSimulation['decision']['removed'] => {
        if (role) return [{ scope: name, layer: 'role' as const }];
        const why = withheld.get(name);
        if (why) return [why];
        return cut ? [] : [{ scope: name, layer: 'policy', policies: [] }];
      });
      // A denial of one part of an approval denies the whole approval.
      const isLetThrough = removed.length === 0;
      return {
        decision: {
          route: ROUTES[asked.action],
          scope: isLetThrough ? names : [],
          removed,
        },
        layers: [
          {
            layer: 'role',
            counts: isByRole(asked),
            ...(why === undefined ? {} : { why }),
            ...(isByRole(asked) ? { leaves: role ? [] : names } : {}),
          },
          { layer: 'policy', counts: true, leaves: policyLeaves },
        ],
        policies: names.map((name) => ({
          scope: name,
          effect: policyLeaves.includes(name) ? ('allow' as const) : ('deny' as const),
          by: (withheld.get(name)?.policies ?? cut?.by.get(name) ?? []).flatMap(
            (id) => policies?.policies.policies.get(id) ?? [],
          ),
        })),
        changes: isLetThrough
          ? []
          : names.map((name) => ({ scope: name, steps: stepsOf(name) })).filter(({ steps }) => steps.length > 0),
        stops: await stopsOf(asked, party),
      };
    },
  };
};

type Party = Account | Client;

/** Whether this is a call of the management API, which needs a role. Other registrations have their own rules. */
const isByRole = (asked: UseTrial): asked is RegistrationTrial | AdministrationTrial =>
  asked.action === 'administer' || (asked.action === 'register' && asked.way === 'management');

const isOwn = ({ demand, caller }: RegistrationTrial | AdministrationTrial): boolean =>
  demand.own && caller?.startsWith('acc_') === true;

const ROUTES = { register: 'registration', administer: 'administration', approve: 'approval' } as const;

/** Names of the evaluated uses, in place of scopes. */
const namesOf = (asked: UseTrial): readonly string[] => {
  if (asked.action === 'approve') return [...new Set(asked.scope)].sort();
  return [asked.action === 'register' ? REGISTER : asked.operation];
};

/** Undefined: no role is missing. */
const roleStep = (asked: UseTrial, party: Party | undefined): Step | undefined => {
  if (!party || !isByRole(asked)) return undefined;
  const { demand } = asked;
  if (demand.roles.length === 0 || isOwn(asked)) return undefined;
  const has: readonly AccountRole[] = party.roles;
  if (demand.roles.some((role) => has.includes(role))) return undefined;
  return {
    layer: 'role',
    ...simulationStatement('give_role', { party: String(asked.caller), roles: demand.roles.join(' or ') }),
  };
};

const roleWhy = (asked: UseTrial): Statement | undefined => {
  if (asked.action === 'approve') return simulationStatement('approver_agrees');
  if (!isByRole(asked)) return simulationStatement('no_role_needed');
  if (asked.demand.roles.length === 0) return simulationStatement('any_caller_may');
  return isOwn(asked) ? simulationStatement('own_needs_no_role') : undefined;
};

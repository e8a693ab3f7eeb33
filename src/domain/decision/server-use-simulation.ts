/** `register` and `administer` tried without a call: what roles and policies would say, and what would have to change. */
import type { Account, AccountRole, Role } from '../accounts/account.ts';
import type { Assurance } from '../accounts/assurance.ts';
import type { Blueprint } from '../blueprints/blueprint.ts';
import type { Client } from '../clients/client.ts';
import { DomainError, type Layer } from '../errors.ts';
import type { ActivePolicies } from './authorize.ts';
import type { Withheld } from './decision.ts';
import { cutByPolicy } from './policy-layer.ts';
import type { PolicyCase } from './policy-question.ts';
import type { ServerUseCases } from './server-use-cases.ts';
import { type Administration, REGISTER, type Registered, type RegistrationWay } from './server-use-question.ts';
import type { Simulation } from './simulation.ts';
import { policySteps, type Step } from './smallest-change.ts';

type Row<T> = Promise<{ readonly document: T } | undefined>;

/** What a call takes besides policy, as its route says. */
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
    /** Account or client that calls; the URL of a document. Absent where nobody calls. */
    readonly caller?: string | undefined;
    readonly way: RegistrationWay;
    readonly isChange: boolean;
    readonly demand: Demand;
  };

export type AdministrationTrial = Common &
  Administration & { readonly action: 'administer'; readonly caller: string; readonly demand: Demand };

export type UseTrial = RegistrationTrial | AdministrationTrial;

/** In the form of a simulation about tokens: what would be let through stands where a scope does. */
export type UseSimulation = Omit<Simulation, 'decision' | 'layers'> & {
  readonly decision: {
    readonly route: 'registration' | 'administration';
    readonly scope: readonly string[];
    readonly removed: readonly (Omit<Withheld, 'layer'> & { readonly layer: Layer | 'role' })[];
  };
  readonly layers: readonly {
    readonly layer: 'role' | 'policy';
    readonly counts: boolean;
    readonly why?: string;
    readonly leaves?: readonly string[];
  }[];
};

export const serverUseSimulator = (deps: {
  readonly cases: ServerUseCases;
  readonly accounts: { get(id: string): Row<Account> };
  readonly clients: { get(id: string): Row<Client> };
  readonly blueprints: { get(id: string): Row<Blueprint> };
}) => {
  const stopsOf = async (asked: UseTrial): Promise<readonly string[]> => {
    const { caller } = asked;
    const party = caller === undefined ? undefined : await partyOf(caller);
    const blueprint = asked.action === 'register' ? asked.blueprint : undefined;
    const under = blueprint === undefined ? undefined : (await deps.blueprints.get(blueprint))?.document;
    if (blueprint !== undefined && !under) throw missing('/blueprint', 'There is no such blueprint.');
    return [
      ...(party && party.state !== 'active' ? [`${party.id} is ${party.state}: nothing works for it.`] : []),
      ...(under && under.state !== 'active' ? [`Blueprint ${under.id} is ${under.state}: it takes no agents.`] : []),
    ];
  };

  const partyOf = async (id: string): Promise<Account | Client | undefined> =>
    (await (id.startsWith('acc_') ? deps.accounts : deps.clients).get(id))?.document;

  const rolesOf = async (id: string): Promise<readonly AccountRole[]> => (await partyOf(id))?.roles ?? [];

  /** Undefined: no role is asked for. */
  const roleStep = async (asked: UseTrial): Promise<Step | undefined> => {
    const { caller, demand } = asked;
    if (caller === undefined || (asked.action === 'register' && asked.way !== 'management')) return undefined;
    const has = await rolesOf(caller);
    if (demand.roles.length === 0 || demand.roles.some((role) => has.includes(role))) return undefined;
    if (demand.own && caller.startsWith('acc_')) return undefined;
    return { layer: 'role', text: `Give ${caller} the role ${demand.roles.join(' or ')}.` };
  };

  const roleWhy = ({ action, caller, demand, ...asked }: UseTrial): string | undefined => {
    if (action === 'register' && (asked as RegistrationTrial).way !== 'management') return 'nobody calls with a role';
    if (demand.roles.length === 0) return 'any caller may';
    return demand.own && caller?.startsWith('acc_') ? 'without a role only for what is its own' : undefined;
  };

  const checkCaller = async (asked: UseTrial): Promise<void> => {
    const { caller } = asked;
    if (asked.action === 'register' && asked.way !== 'management') return;
    if (caller === undefined) throw missing('/caller', 'Name the account or client that calls.');
    if (!(await partyOf(caller))) throw missing('/caller', 'There is no such account or client.');
  };

  const caseOf = (asked: UseTrial): Promise<PolicyCase> => {
    const { assurance, source, at } = asked;
    const by = {
      caller: asked.caller ?? asked.action,
      at,
      ...(assurance ? { assurance } : {}),
      ...(source ? { source } : {}),
    };
    return asked.action === 'register' ? deps.cases.registration(asked, by) : deps.cases.administration(asked, by);
  };

  return {
    /** Decides as the call would, and records nothing. Throws 'invalid_field' naming what is not there. */
    async simulate(asked: UseTrial, policies: ActivePolicies | undefined): Promise<UseSimulation> {
      await checkCaller(asked);
      const name = asked.action === 'register' ? REGISTER : asked.operation;
      const question = await caseOf(asked);
      const cut = policies && cutByPolicy(policies.policies, question);
      const withheld = cut?.removed[0];
      const role = await roleStep(asked);
      const why = roleWhy(asked);
      const policyLeaves = cut?.scope ?? [];
      const steps: readonly Step[] = [
        ...(role ? [role] : []),
        ...(policies === undefined
          ? [{ layer: 'policy' as const, text: 'No policy set is active: activate one.' }]
          : withheld
            ? policySteps(withheld, policies.policies.policies)
            : []),
      ];
      const removed = [
        ...(role ? [{ scope: name, layer: 'role' as const }] : []),
        ...(role ? [] : withheld ? [withheld] : cut ? [] : [{ scope: name, layer: 'policy' as const, policies: [] }]),
      ];
      const isLetThrough = removed.length === 0;
      return {
        decision: {
          route: asked.action === 'register' ? 'registration' : 'administration',
          scope: isLetThrough ? [name] : [],
          removed,
        },
        layers: [
          why !== undefined && asked.action === 'register' && asked.way !== 'management'
            ? { layer: 'role', counts: false, why }
            : { layer: 'role', counts: true, ...(why === undefined ? {} : { why }), leaves: role ? [] : [name] },
          { layer: 'policy', counts: true, leaves: policyLeaves },
        ],
        policies: [
          {
            scope: name,
            effect: policyLeaves.length > 0 ? 'allow' : 'deny',
            by: (withheld?.policies ?? cut?.by.get(name) ?? []).flatMap(
              (id) => policies?.policies.policies.get(id) ?? [],
            ),
          },
        ],
        changes: isLetThrough ? [] : [{ scope: name, steps }],
        stops: await stopsOf(asked),
      };
    },
  };
};

export type ServerUseSimulator = ReturnType<typeof serverUseSimulator>;

const missing = (field: string, message: string): DomainError => new DomainError('invalid_field', message, { field });

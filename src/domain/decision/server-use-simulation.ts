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
  const partyOf = async (id: string): Promise<Party | undefined> =>
    (await (id.startsWith('acc_') ? deps.accounts : deps.clients).get(id))?.document;

  const callerOf = async (asked: UseTrial): Promise<Party | undefined> => {
    const { caller } = asked;
    const party = caller === undefined ? undefined : await partyOf(caller);
    if (party || !isByRole(asked)) return party;
    throw missing(
      '/caller',
      caller === undefined ? 'Name the account or client that calls.' : 'There is no such account or client.',
    );
  };

  const stopsOf = async (asked: UseTrial, party: Party | undefined): Promise<readonly string[]> => {
    const blueprint = asked.action === 'register' ? asked.blueprint : undefined;
    const under = blueprint === undefined ? undefined : (await deps.blueprints.get(blueprint))?.document;
    if (blueprint !== undefined && !under) throw missing('/blueprint', 'There is no such blueprint.');
    return [
      ...(party && party.state !== 'active' ? [`${party.id} is ${party.state}: nothing works for it.`] : []),
      ...(under && under.state !== 'active' ? [`Blueprint ${under.id} is ${under.state}: it takes no agents.`] : []),
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
    return asked.action === 'register' ? deps.cases.registration(asked, by) : deps.cases.administration(asked, by);
  };

  return {
    /** Decides as the call would, and records nothing. Throws 'invalid_field' naming what is not there. */
    async simulate(asked: UseTrial, policies: ActivePolicies | undefined): Promise<UseSimulation> {
      const party = await callerOf(asked);
      const name = asked.action === 'register' ? REGISTER : asked.operation;
      const question = await caseOf(asked);
      const cut = policies && cutByPolicy(policies.policies, question);
      const withheld = cut?.removed[0];
      const role = roleStep(asked, party);
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
          {
            layer: 'role',
            counts: isByRole(asked),
            ...(why === undefined ? {} : { why }),
            ...(isByRole(asked) ? { leaves: role ? [] : [name] } : {}),
          },
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
        stops: await stopsOf(asked, party),
      };
    },
  };
};

export type ServerUseSimulator = ReturnType<typeof serverUseSimulator>;

type Party = Account | Client;

/** Whether somebody calls the management API, which takes a role; other registrations have rules of their own. */
const isByRole = (asked: UseTrial): boolean => asked.action === 'administer' || asked.way === 'management';

const isOwn = ({ demand, caller }: UseTrial): boolean => demand.own && caller?.startsWith('acc_') === true;

/** Undefined: no role is missing. */
const roleStep = (asked: UseTrial, party: Party | undefined): Step | undefined => {
  const { demand } = asked;
  if (!party || !isByRole(asked) || demand.roles.length === 0 || isOwn(asked)) return undefined;
  const has: readonly AccountRole[] = party.roles;
  if (demand.roles.some((role) => has.includes(role))) return undefined;
  return { layer: 'role', text: `Give ${asked.caller} the role ${demand.roles.join(' or ')}.` };
};

const roleWhy = (asked: UseTrial): string | undefined => {
  if (!isByRole(asked)) return 'nobody calls with a role';
  if (asked.demand.roles.length === 0) return 'any caller may';
  return isOwn(asked) ? 'without a role only for what is its own' : undefined;
};

const missing = (field: string, message: string): DomainError => new DomainError('invalid_field', message, { field });

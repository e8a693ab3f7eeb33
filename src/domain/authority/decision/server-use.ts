/**
 * Policy for the use of this server itself. The active policies can deny the registration of an agent or client, a call
 * that changes something here, and a person's approval of an action. It applies after roles, ownership and the choice
 * of approvers, and permits nothing that those deny. Does not own the questions (server-use-question.ts,
 * server-use-cases.ts) nor the registries. The registries call it before they write. So does every call of the
 * management API, over every channel.
 */
import type { AuditEvent } from '../../audit/audit-event.ts';
import type { Client } from '../../clients/clients/client.ts';
import type { By, Permits } from '../../platform/registries/registered-documents.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { PolicyCase } from '../../ports/policy-engine.ts';
import { DomainError, type RefusedDecision } from '../../vocabulary/errors.ts';
import type { Approving } from './approve-question.ts';
import type { ActivePolicies } from './authorize.ts';
import type { Withheld } from './decision.ts';
import { cutByPolicy } from './policy-layer.ts';
import { nothingLeft } from './remedies.ts';
import { factsOfClient, type ServerUseCases, type UseBy } from './server-use-cases.ts';
import type { Administration, Registered, RegistrationWay } from './server-use-question.ts';
import { SIMULATION_REFUSALS, simulationRefusal } from './simulation-refusals.ts';

export type ServerUseDependencies = {
  readonly identifiers: Identifiers;
  /**
   * Undefined when no set is active, which permits nothing. The whole member is absent where policy is switched off;
   * then nothing is evaluated.
   */
  readonly policies: { current(): Promise<ActivePolicies | undefined> } | undefined;
  readonly cases: ServerUseCases;
  /** Resource indicator of the management API. */
  readonly managementApi: string;
};

/** Members of a permitted use for its event. */
export type Permitted = Pick<AuditEvent, 'decision' | 'policy' | 'resource' | 'inputs'>;

/** Policy for the use of this server itself. */
export interface ServerUse {
  /** Whether policies are evaluated. */
  readonly isAsked: boolean;
  /**
   * Evaluates a management API call. Throws 'forbidden', or 'insufficient_user_authentication' where a stronger sign-in
   * would be enough (RFC 9470), both with a denial. Throws 'unavailable' and StoreUnavailable where policies cannot be
   * evaluated. Undefined: policy is switched off.
   */
  administer(asked: Administration, by: By): Promise<Permitted | undefined>;
  /**
   * One person's approval of an action, after all checks of the approval itself; throws as `administer` does. A denial
   * of any scope or detail denies the whole action, since the page showed the person the whole action.
   */
  approval(asked: Approving, by: UseBy): Promise<Permitted | undefined>;
  /**
   * Evaluates the registration or change of an agent or client; throws as `administer` does. Actions of this server
   * itself are not evaluated.
   */
  register(what: Registered & { readonly id: string }, isChange: boolean, by: By): Promise<Permitted | undefined>;
  /** Evaluates a client that is a document at a URL, before its authorization begins; throws as `administer` does. */
  document(client: Client, by: Pick<By, 'source'>): Promise<Permitted | undefined>;
}

export const serverUse = (deps: ServerUseDependencies): ServerUse => {
  const { identifiers, policies, cases, managementApi } = deps;

  /** Throws a denial, with the decision for the audit log. */
  const ask = async (asked: PolicyCase, resource = managementApi): Promise<Permitted> => {
    const active = await policies?.current();
    const decision = identifiers.newId('dec');
    const policy = active === undefined ? {} : { policy: active.version };
    const cut = active && cutByPolicy(active.policies, asked);
    const removed = cut?.removed ?? [nothingPermits(asked)];
    const removedDetails = (cut?.details ?? []).flatMap((why, at) =>
      why ? [{ type: typeAt(asked, at), ...why }] : [],
    );
    const inputs = { policyCase: asked, removed, ...(removedDetails.length === 0 ? {} : { removedDetails }) };
    const made = { decision, ...policy, resource, inputs };
    const all = [...removed, ...removedDetails.map(({ type, ...why }) => ({ scope: type, ...why }))];
    if (all.length === 0) return made;
    throw refusal(all, made, identifiers);
  };

  return {
    isAsked: policies !== undefined,

    async administer(asked, by): Promise<Permitted | undefined> {
      if (policies === undefined) return undefined;
      return ask(await cases.administration(asked, by));
    },

    async approval(asked, by): Promise<Permitted | undefined> {
      if (policies === undefined) return undefined;
      const question = await cases.approval(asked, by);
      if (!question) throw simulationRefusal('question_not_found');
      return ask(question, asked.action.resource);
    },

    async register(what, isChange, by): Promise<Permitted | undefined> {
      if (policies === undefined || by.caller === SYSTEM) return undefined;
      return ask(await cases.registration({ ...what, way: wayOf(by.caller, what.id), isChange }, by));
    },

    async document(client, by): Promise<Permitted | undefined> {
      if (policies === undefined) return undefined;
      const what = { ...factsOfClient(client), way: 'document', isChange: false } as const;
      return ask(await cases.registration(what, { ...by, caller: client.id }));
    },
  };
};

/** Caller of first start and housekeeping. */
const SYSTEM = 'system';
/** Caller of an open registration in the audit log (registration/plan.ts). */
const OPEN_REGISTRATION = 'registration';

const wayOf = (caller: string, registered: string): RegistrationWay => {
  if (caller === registered) return 'itself';
  if (caller.startsWith('iat_')) return 'token';
  if (caller === OPEN_REGISTRATION) return 'open';
  if (caller.startsWith('dir_')) return 'directory';
  return /^(?:acc|app|agt)_/.test(caller) ? 'management' : 'statement';
};

const typeAt = ({ details = [] }: PolicyCase, at: number): string => String(details[at]?.entity.attributes['name']);

const nothingPermits = ({ resources }: PolicyCase): Withheld => ({
  scope: resources[0]?.scope ?? '',
  layer: 'policy',
  policies: [],
});

const refusal = (removed: readonly Withheld[], refused: RefusedDecision, identifiers: Identifiers): DomainError => {
  const { reason, layer, text, remedies } = nothingLeft({ scope: [], removed });
  const isStepUp = reason === 'step_up_required';
  const others = isStepUp ? [] : [{ kind: 'contact' as const, whom: 'operator' as const }];
  return new DomainError(
    isStepUp ? 'insufficient_user_authentication' : 'forbidden',
    text ?? SIMULATION_REFUSALS.refused_by_policy.text,
    {
      ...(text === undefined ? { reason: 'refused_by_policy' } : {}),
      denial: { id: identifiers.newId('dny'), layer, reason, remedies: [...remedies, ...others] },
      refused,
    },
  );
};

/** Evaluates before a new document is written, and before a change of members that policies see. Other changes pass. */
export const permitsBy =
  <T extends { readonly id: string }>(
    use: Pick<ServerUse, 'register'>,
    factsOf: (document: T) => Registered,
  ): Permits<T> =>
  async (after, before, by) => {
    const facts = factsOf(after);
    if (before && JSON.stringify(factsOf(before)) === JSON.stringify(facts)) return {};
    return (await use.register({ ...facts, id: after.id }, before !== undefined, by)) ?? {};
  };

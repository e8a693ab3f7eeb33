/**
 * One more layer before the use of this server itself: whether the active policies let somebody register an agent or
 * client, let a call change something here, and let a person say yes to an action. It comes after roles, ownership and
 * who is asked, and gives nobody what those do not.
 * Does not own what is asked (server-use-question.ts, server-use-cases.ts) nor the registers. Called by the registries before they write, and
 * for each call of the management API, wherever it comes from.
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

export type ServerUseDependencies = {
  readonly identifiers: Identifiers;
  /** Undefined when no set is active, which permits nothing. The whole member is absent where policy is switched off: nobody is asked. */
  readonly policies: { current(): Promise<ActivePolicies | undefined> } | undefined;
  readonly cases: ServerUseCases;
  /** Resource indicator of the management API. */
  readonly managementApi: string;
};

/** What somebody was let do, for the event that says so. */
export type Permitted = Pick<AuditEvent, 'decision' | 'policy' | 'resource' | 'inputs'>;

export type ServerUse = ReturnType<typeof serverUse>;

export const serverUse = (deps: ServerUseDependencies) => {
  const { identifiers, policies, cases, managementApi } = deps;

  /** Throws what `decide` says no to, with the decision for the audit log. */
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
    /** Whether anybody is asked. */
    isAsked: policies !== undefined,

    /**
     * Throws 'forbidden', or 'insufficient_user_authentication' where a stronger sign-in would do (RFC 9470), both with a
     * denial; 'unavailable' and StoreUnavailable where policies cannot be asked. Undefined: nobody is asked here.
     */
    async administer(asked: Administration, by: By): Promise<Permitted | undefined> {
      if (policies === undefined) return undefined;
      return ask(await cases.administration(asked, by));
    },

    /**
     * One person's yes to an action, after all that stands in the request itself; throws as `administer` does. A no to any
     * scope or detail is a no to the whole, which is what she was shown.
     */
    async approval(asked: Approving, by: UseBy): Promise<Permitted | undefined> {
      if (policies === undefined) return undefined;
      const question = await cases.approval(asked, by);
      if (!question) throw new DomainError('not_found', 'There is no such request.');
      return ask(question, asked.action.resource);
    },

    /** Of an agent or client as it is to stand in its register; throws as `administer` does. What this server does itself is not asked about. */
    async register(
      what: Registered & { readonly id: string },
      isChange: boolean,
      by: By,
    ): Promise<Permitted | undefined> {
      if (policies === undefined || by.caller === SYSTEM) return undefined;
      return ask(await cases.registration({ ...what, way: wayOf(by.caller, what.id), isChange }, by));
    },

    /** A client that is a document at a URL, before an authorization begins with it; throws as `administer` does. */
    async document(client: Client, by: Pick<By, 'source'>): Promise<Permitted | undefined> {
      if (policies === undefined) return undefined;
      const what = { ...factsOfClient(client), way: 'document', isChange: false } as const;
      return ask(await cases.registration(what, { ...by, caller: client.id }));
    },
  };
};

/** What first start and housekeeping do. */
const SYSTEM = 'system';
/** Who stands in the audit log for an open registration (registration/plan.ts). */
const NOBODY = 'registration';

const wayOf = (caller: string, registered: string): RegistrationWay => {
  if (caller === registered) return 'itself';
  if (caller.startsWith('iat_')) return 'token';
  if (caller === NOBODY) return 'open';
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
    text ?? 'The policies of this server do not allow this.',
    { denial: { id: identifiers.newId('dny'), layer, reason, remedies: [...remedies, ...others] }, refused },
  );
};

/** Asks before something new is written, and before a change of what policies look at; everything else passes. */
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

/**
 * The registry of agents: which agents exist, who owns them, which keys they have and whether they may act. Owns the
 * collection AGENTS and its rules; only the registry changes states. Does not decide who may call it
 * (src/http/management) nor what an agent may do (delegation). The provider reads it at each token request.
 */
import type { AuditLog } from '../../audit/audit-event.ts';
import type { Owners } from '../../identity/groups/owners.ts';
import { type NameVerification, verification } from '../../platform/display-names/verification.ts';
import type { VerifiedNames } from '../../platform/display-names/verified-names.ts';
import type { By, Permits } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore, Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { ResourceServerLookup } from '../../resources/resource-servers/declared-authority.ts';
import type { KeyUrlCheck } from '../clients/key-source.ts';
import type { OwnAddresses } from '../clients/own-addresses.ts';
import { independenceOf, liftOfSecurity, suspendedForSecurity } from '../clients/security-suspension.ts';
import type { Agent } from './agent.ts';
import { type AgentCompositions, agentCompositions, composed } from './agent-compositions.ts';
import { agentDocuments } from './agent-documents.ts';
import { type AgentChange, changedBy, checkedAgent, checkOwner, membersOf, type NewAgent } from './agent-fields.ts';
import { type AgentUses, agentUse } from './agent-last-used.ts';
import { nextState, resumedState, suspendedState } from './agent-lifecycle.ts';
import { ACCEPTANCE_SECONDS, type AgentOwnership, agentOwnership } from './agent-ownership.ts';
import { type AgentProposals, agentProposals } from './agent-proposals.ts';
import { type AgentReader, agentReader } from './agent-reader.ts';
import { agentRefusal } from './agent-refusals.ts';
import { type AgentRestrictions, agentRestrictions } from './agent-restrictions.ts';
import { searchable } from './agent-search-terms.ts';
import type { BlueprintAdmission } from './blueprint-admission.ts';
import { canonicalComposition } from './composition.ts';
import type { Credential } from './credential.ts';
import { type NewCredential, withCredentials } from './credential-fields.ts';
import { credentialRights, needsCredentialRights } from './credential-rights.ts';
import { ownershipOf, withoutOffer } from './ownership.ts';

export type { AgentChange, NewAgent } from './agent-fields.ts';

type Dependencies = {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly audit: AuditLog;
  readonly owners: Pick<
    Owners,
    'isActive' | 'answersFor' | 'answersFrom' | 'answerFor' | 'accountsSince' | 'memberSince'
  >;
  readonly resourceServers: ResourceServerLookup;
  /** Without it, no agent can be registered with a URL of keys. */
  readonly checkKeyUrl?: KeyUrlCheck;
  /** Addresses of this server, which no client may use. Default: none. */
  readonly addresses?: OwnAddresses;
  /** Whether blueprints admit an agent. Default: there are no blueprints. */
  readonly admission?: BlueprintAdmission;
  readonly permits?: Permits<Agent> | undefined;
  /** Without it, no agent can be registered with credentials beside its keys. */
  readonly credentials?: { made(given: readonly NewCredential[], by: By): Promise<readonly Credential[]> };
  /** Without it, no name can be verified. */
  readonly names?: VerifiedNames;
  /** Default: a new one. */
  readonly uses?: AgentUses;
  /** Called before the owner of an agent changes. */
  readonly handOver?: (agent: Agent, to: string) => Promise<void>;
  /** Called after it has changed. */
  readonly handedOver?: (agent: Agent, by: By) => Promise<void>;
  /** Called before an agent becomes an orphan. */
  readonly orphaning?: (agent: Agent) => Promise<void>;
  /** Called after an offer was declined. */
  readonly onDeclined?: (agent: Agent) => Promise<void>;
};

/** Checks the stored agent right before it changes. Throws to refuse. */
type AgentCheck = (agent: Agent) => void | Promise<void>;

type CreateOptions = { readonly isKeyless?: true; readonly suspendedByDirectory?: string };
/** `security`: id of the finding or response that suspends it. Only an operator who does not own the agent lifts that. */
type SuspendOptions = { readonly directory?: string; readonly security?: string; readonly check?: AgentCheck };

/** The registry of agents. Every change is validated, audited and then written. */
export interface AgentRegistry
  extends AgentReader,
    NameVerification<Agent>,
    AgentProposals,
    AgentCompositions,
    AgentRestrictions,
    Pick<AgentOwnership, 'accept' | 'decline' | 'orphanAll' | 'orphansWithout'> {
  /**
   * Registers an agent under an unused id. It is active when the caller may accept for its owner, and otherwise
   * pending until the owner accepts. `reservedId`: an id created for it before; throws DocumentConflict when it
   * exists already. `isKeyless`: it may have no credentials yet; its owner adds them. Throws 'invalid_field'.
   */
  create(input: NewAgent, by: By, reservedId?: string, more?: CreateOptions): Promise<Versioned<Agent>>;
  /**
   * Updates an agent. A new `owner` is offered the agent and must accept it, unless the caller may accept for that
   * owner. Other keys, new addresses for codes and pings, and tokens without a binding need the rights of
   * `credentialRights`. Those rights are checked on the agent as it is after the change. Throws 'not_found',
   * 'precondition_failed' unless `expected` is the stored version, 'conflict' when the agent is retired, and
   * 'invalid_field'.
   */
  update(id: string, expected: number, change: AgentChange, by: By): Promise<Versioned<Agent>>;
  /**
   * Suspends an agent: nothing it holds works until it is resumed. Idempotent. Throws 'conflict' once the agent is
   * retired. `directory`: the directory that suspends it, which may also suspend a pending agent.
   */
  suspend(id: string, by: By, more?: SuspendOptions): Promise<Versioned<Agent>>;
  /**
   * Resumes an agent. Throws 'conflict' when the agent has expired, until it gets a later end, and 'forbidden' when it was
   * suspended for security and the caller may not lift that. `check` is called with the stored agent and may refuse.
   */
  resume(id: string, by: By, check?: AgentCheck): Promise<Versioned<Agent>>;
  /** Retires an agent for good: it never acts again, and its id is never given to another agent. Idempotent. */
  retire(id: string, by: By): Promise<Versioned<Agent>>;
}

export const agentRegistry = (dependencies: Dependencies): AgentRegistry => {
  const { documents, clock, identifiers, owners, resourceServers, admission, handOver, handedOver } = dependencies;
  const { collection, documentsOf } = agentDocuments(dependencies);
  const uses = dependencies.uses ?? agentUse({ documents, clock });
  const ownership = agentOwnership({
    collection,
    documentsOf,
    owners,
    clock,
    handOver,
    handedOver,
    onAccepted: ({ id, owner }) => uses.renew(id, owner),
    orphaning: dependencies.orphaning,
    onDeclined: dependencies.onDeclined,
  });
  const checkRights = credentialRights(owners);
  const mayLift = liftOfSecurity(owners);
  const isIndependent = independenceOf(owners);
  const check = {
    owners,
    resourceServers,
    checkKeyUrl: dependencies.checkKeyUrl,
    addresses: dependencies.addresses,
    names: dependencies.names,
    now: clock.now,
  };

  /** Applies a new owner: creates an offer, unless the caller can accept for that owner at once. */
  const ownedAs = async (agent: Agent, owner: string, by: By): Promise<Agent> => {
    const rest = withoutOffer(agent);
    if (owner === agent.owner) return rest;
    await checkOwner(owners, owner);
    if (await ownership.mayAccept(owner, by)) return ownership.acceptedBy(agent, owner);
    // No owner has accepted it yet: asks the new owner in place of the first one.
    return agent.state === 'pending'
      ? { ...rest, owner, acceptBy: clock.now() + ACCEPTANCE_SECONDS }
      : { ...rest, transferTo: owner };
  };

  const typeOfUpdate = async (agent: Agent, owner: string | undefined, by: By) => {
    if (owner === undefined || owner === agent.owner) return 'agent.updated';
    return (await ownership.mayAccept(owner, by)) ? 'agent.transferred' : 'agent.transfer_offered';
  };

  const admitted = <T>(agent: Agent, before: Agent | undefined, store: () => Promise<T>): Promise<T> =>
    admission ? admission.admit(agent, before, store) : store();

  /** A blueprint is also a template: it sets the grant types of an agent that names none. */
  const grantTypesOf = async ({ blueprint, grantTypes }: NewAgent, usual: readonly string[]) =>
    blueprint !== undefined && grantTypes === undefined && admission
      ? admission.grantTypesFor(blueprint, usual)
      : usual;

  return {
    ...agentReader({ documents, uses }),
    ...agentProposals({ documentsOf, owners }),
    ...agentCompositions({ documentsOf, clock, admitted }),
    ...agentRestrictions({ documentsOf, clock, owners }),

    async create(input, by, reservedId, { isKeyless, suspendedByDirectory } = {}): Promise<Versioned<Agent>> {
      const now = clock.now();
      await checkOwner(owners, input.owner);
      const isAccepted = await ownership.mayAccept(input.owner, by);
      const { composition } = input;
      const declared = composition && canonicalComposition(composition);
      const members = membersOf(input);
      const credentials = (input.credentials && (await dependencies.credentials?.made(input.credentials, by))) ?? [];
      const bare: Agent = {
        ...members,
        grantTypes: await grantTypesOf(input, members.grantTypes),
        id: reservedId ?? identifiers.newId('agt'),
        owner: input.owner,
        ...(isAccepted
          ? { state: 'active', acceptedAt: await ownership.acceptanceAt(input.owner) }
          : { state: 'pending', acceptBy: now + ACCEPTANCE_SECONDS }),
        createdAt: now,
        updatedAt: now,
      };
      const plain = credentials.length > 0 ? withCredentials(bare, credentials) : bare;
      const whole = declared ? composed(plain, declared, by, now) : plain;
      const begun = suspendedByDirectory === undefined ? whole : suspendedState(whole, suspendedByDirectory);
      const agent = await checkedAgent(check, begun, { entered: input, isByRole: by.isByRole, isKeyless });
      const stored = { ...agent, ...searchable(agent) };
      return admitted(agent, undefined, () =>
        documentsOf.insert(stored, 'agent.created', by, () => uses.begin([agent])),
      );
    },

    async update(id, expected, change, by): Promise<Versioned<Agent>> {
      const stored = (await documentsOf.found(id)).document;
      const type = await typeOfUpdate(stored, change.owner, by);
      const alter = async (agent: Agent): Promise<Agent> => {
        if (agent.state === 'retired') throw agentRefusal('agent_retired');
        const changed = await checkedAgent(check, changedBy(agent, change), {
          before: agent,
          entered: change,
          isByRole: by.isByRole,
        });
        const owned = change.owner === undefined ? changed : await ownedAs(changed, change.owner, by);
        if (owned.owner !== agent.owner) await handOver?.(agent, owned.owner);
        // Credentials in the same change belong to the new owner.
        const next = ownershipOf(owned) === ownershipOf(agent) ? owned : { ...owned, ...ofNewOwner(change) };
        if (needsCredentialRights(next, agent)) await checkRights(next, by);
        return { ...next, ...searchable(next) };
      };
      // If another version is stored, the swap refuses the change anyway.
      const updated = await admitted(changedBy(stored, change), stored, () =>
        documentsOf.change(id, expected, type, by, alter),
      );
      if (updated.document.owner !== stored.owner) await handedOver?.(updated.document, by);
      return updated;
    },

    ...verification({ kind: 'agent', documentsOf, names: dependencies.names, clock }),

    accept: ownership.accept,
    decline: ownership.decline,
    orphanAll: ownership.orphanAll,
    orphansWithout: ownership.orphansWithout,

    suspend: (id, by, { directory, security, check } = {}): Promise<Versioned<Agent>> => {
      const about = security === undefined ? {} : { inputs: { cause: security } };
      const suspended = async (agent: Agent): Promise<Agent> => {
        await check?.(agent);
        return suspendedForSecurity(suspendedState(agent, directory), security, clock.now());
      };
      return documentsOf.change(id, undefined, 'agent.suspended', by, suspended, about);
    },
    async resume(id, by, check): Promise<Versioned<Agent>> {
      const resumed = await documentsOf.change(id, undefined, 'agent.resumed', by, async (agent) => {
        await check?.(agent);
        if (!(await mayLift(agent, by))) throw agentRefusal('agent_suspended_for_security');
        const { securitySuspension: ofSecurity, suspension } = agent;
        // Of a suspension for security, mayLift() has said so.
        const isByOther = ofSecurity ?? (suspension && (await isIndependent(agent, by, suspension)));
        const next = resumedState(agent);
        if (agent.expiresAt !== undefined && agent.expiresAt <= clock.now()) {
          throw agentRefusal('agent_expired', {
            field: '/expires_at',
          });
        }
        return next.state === 'active' && isByOther ? { ...next, activeSince: clock.now() } : next;
      });
      await uses.renew(id, resumed.document.owner);
      return resumed;
    },
    retire: (id, by): Promise<Versioned<Agent>> =>
      documentsOf.change(id, undefined, 'agent.retired', by, (agent) => ({
        ...agent,
        state: nextState(agent.state, 'retire'),
      })),
  };
};

const ofNewOwner = ({
  jwks,
  jwksUri,
  backchannelClientNotificationEndpoint: endpoint,
}: AgentChange): Pick<Agent, 'jwks' | 'jwksUri' | 'backchannelClientNotificationEndpoint'> => ({
  ...(jwks === undefined ? {} : { jwks }),
  ...(jwksUri === undefined ? {} : { jwksUri }),
  ...(endpoint === undefined || endpoint === null ? {} : { backchannelClientNotificationEndpoint: endpoint }),
});

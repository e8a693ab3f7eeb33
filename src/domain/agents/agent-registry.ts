/**
 * The register of agents: who exists, who answers for it, which keys it has and whether it may act.
 * Owns the collection AGENTS and the rules for what stands in it; only it changes states. It does not
 * decide who may call it (src/http/management) nor what an agent may do (delegation). Read by the
 * provider at each token request.
 */
import type { AuditTrail } from '../audit/audit-event.ts';
import type { JsonWebKeySet } from '../clients/client.ts';
import { checkText } from '../clients/display-text.ts';
import { AGENT_GRANT_TYPES, checkGrantTypes, TOKEN_EXCHANGE } from '../clients/grant-types.ts';
import { checkPublicKeys } from '../clients/public-keys.ts';
import { type By, type Page, type PageQuery, registeredDocuments } from '../clients/registered-documents.ts';
import { checkRedirectUris } from '../clients/web-address.ts';
import type { ScopesByResource } from '../delegation/authority.ts';
import { DomainError, refuseField } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { DocumentStore, Versioned } from '../ports/document-store.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import { checkAuthority, type ResourceServerLookup } from '../resource-servers/declared-authority.ts';
import { AGENTS, type Agent, type AgentState, type Environment } from './agent.ts';
import { nextState, type Transition } from './agent-lifecycle.ts';

export type NewAgent = {
  readonly name: string;
  /** An active account. */
  readonly owner: string;
  readonly purpose: string;
  readonly environment: Environment;
  readonly jwks: JsonWebKeySet;
  readonly redirectUris?: readonly string[];
  /** Default: token exchange, and with redirect URIs authorization_code and refresh_token. */
  readonly grantTypes?: readonly string[];
  readonly dpopBoundAccessTokens?: boolean;
  readonly resourceServers?: readonly string[];
  readonly authority?: ScopesByResource;
};

/** Members that are given replace what is stored; `authority: null` takes it away. */
export type AgentChange = Partial<Omit<NewAgent, 'authority'>> & { readonly authority?: ScopesByResource | null };

export type AgentQuery = PageQuery & { readonly owner?: string; readonly state?: AgentState };

type Dependencies = {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly audit: AuditTrail;
  /** Whether there is an active account with this id. */
  readonly accountExists: (id: string) => Promise<boolean>;
  readonly resourceServers: ResourceServerLookup;
  /** Called before an agent is handed from one owner to another. */
  readonly handOver?: (agent: string, from: string) => Promise<void>;
};

const EVENTS = {
  suspend: 'agent.suspended',
  resume: 'agent.resumed',
  retire: 'agent.retired',
} as const satisfies Record<Transition, string>;

export const agentRegistry = (dependencies: Dependencies) => {
  const { documents, clock, identifiers, audit, accountExists, resourceServers } = dependencies;
  const collection = documents.collection<Agent>(AGENTS);
  const documentsOf = registeredDocuments<Agent>({
    collection,
    kind: 'agent',
    audit,
    clock,
    facts: ({ id, owner }) => ({ agent: id, owner }),
  });

  /** What is the same in `before` was checked when it came, and may since have become unknown. */
  const checked = async (agent: Agent, before?: Agent): Promise<Agent> => {
    checkText(agent.name, '/name', 100);
    checkText(agent.purpose, '/purpose', 500);
    // Agents run on developers' machines as well as on servers: both kinds of redirect URI are good.
    checkRedirectUris(agent.redirectUris, 'native');
    checkGrantTypes(agent.grantTypes, AGENT_GRANT_TYPES, agent.redirectUris);
    const jwks = checkPublicKeys(agent.jwks);
    if (agent.owner !== before?.owner && !(await accountExists(agent.owner))) {
      throw new DomainError('invalid_field', 'The owner is an active account.', { field: '/owner' });
    }
    if (agent.resourceServers !== before?.resourceServers) {
      await checkResourceServers(agent.resourceServers, resourceServers);
    }
    if (agent.authority !== undefined && agent.authority !== before?.authority) {
      await checkAuthority(agent.authority, resourceServers);
    }
    return { ...agent, jwks };
  };

  const transition =
    (step: Transition) =>
    (id: string, by: By): Promise<Versioned<Agent>> =>
      documentsOf.change(id, undefined, EVENTS[step], by, (agent) => ({
        ...agent,
        state: nextState(agent.state, step),
      }));

  return {
    get: (id: string): Promise<Versioned<Agent> | undefined> => collection.get(id),

    /** At most 1000 ids; unknown ones are left out. */
    getMany: (ids: readonly string[]): Promise<readonly Versioned<Agent>[]> => collection.getMany(ids),

    list: ({ owner, state, ...query }: AgentQuery = {}): Promise<Page<Agent>> =>
      documentsOf.list({ owner, state }, query),

    /** Registers an active agent under an id that was never used. Throws 'invalid_field'. */
    async create(input: NewAgent, by: By): Promise<Versioned<Agent>> {
      const now = clock.now();
      const redirectUris = input.redirectUris ?? [];
      const agent = await checked({
        id: identifiers.newId('agt'),
        name: input.name,
        owner: input.owner,
        purpose: input.purpose,
        environment: input.environment,
        state: 'active',
        jwks: input.jwks,
        redirectUris,
        grantTypes: input.grantTypes ?? [
          ...(redirectUris.length > 0 ? ['authorization_code', 'refresh_token'] : []),
          TOKEN_EXCHANGE,
        ],
        dpopBoundAccessTokens: input.dpopBoundAccessTokens ?? false,
        resourceServers: input.resourceServers ?? [],
        ...(input.authority === undefined ? {} : { authority: input.authority }),
        createdAt: now,
        updatedAt: now,
      });
      return documentsOf.insert(agent, 'agent.created', by);
    },

    /**
     * Throws 'not_found', 'precondition_failed' unless `expected` is the stored version, 'conflict' when
     * the agent is retired, 'invalid_field'.
     */
    update: (id: string, expected: number, change: AgentChange, by: By): Promise<Versioned<Agent>> =>
      documentsOf.change(id, expected, 'agent.updated', by, async (agent) => {
        if (agent.state === 'retired') throw new DomainError('conflict', 'A retired agent cannot be changed.');
        const { authority = agent.authority, ...others } = change;
        const { authority: _, ...rest } = { ...agent, ...others };
        const next = await checked(
          authority === null || authority === undefined ? rest : { ...rest, authority },
          agent,
        );
        if (next.owner !== agent.owner) await dependencies.handOver?.(id, agent.owner);
        return next;
      }),

    /** Nothing the agent holds works until it is resumed. Idempotent; 'conflict' once retired. */
    suspend: transition('suspend'),
    resume: transition('resume'),
    /** Final: the agent never acts again and its id is never given to another. Idempotent. */
    retire: transition('retire'),
  };
};

export type AgentRegistry = ReturnType<typeof agentRegistry>;

const checkResourceServers = async (ids: readonly string[], lookup: ResourceServerLookup): Promise<void> => {
  if (ids.length > 20) refuseField('/resource_servers', 'At most 20 resource servers can be named.');
  for (const [index, id] of ids.entries()) {
    const at = `/resource_servers/${index}`;
    if (ids.indexOf(id) !== index) refuseField(at, 'This resource server is there twice.');
    if (!(await lookup.get(id))) refuseField(at, 'There is no resource server with this id.');
  }
};

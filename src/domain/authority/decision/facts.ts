/**
 * The single decision of this server: what a caller may hold at a resource server, and for which subject. Owns the
 * facts that a decision may use, the layers that narrow, and the table of which layer applies on which route. Does not
 * own the source of the facts (registries, tokens, delegations), nor the use of the result. All code that grants or
 * confirms authority calls it: the grants, consent, introspection, the evaluation API, simulation.
 */

import type { Agent } from '../../clients/agents/agent.ts';
import type { Composition } from '../../clients/agents/composition.ts';
import { type GrantRoute, routesWith } from '../../clients/clients/grant-types.ts';
import type { Account } from '../../identity/accounts/account.ts';
import type { ResourceServer } from '../../resources/resource-servers/resource-server.ts';
import type { Assurance } from '../../vocabulary/assurance.ts';
import type { Detail } from '../../vocabulary/detail-type.ts';
import type { ScopesByResource } from '../../vocabulary/scope-sets.ts';
import type { ParticipantFacts } from '../transactions/participants.ts';
import type { TransactionFacts } from '../transactions/transaction.ts';

/** An agent in its effective state (agents/effective-agent.ts), with the members that decisions use. */
export type AgentParty = { readonly kind: 'agent' } & Pick<
  Agent,
  'id' | 'authority' | 'ceilings' | 'environment' | 'owner' | 'ownership' | 'blueprint' | 'verifiedAt' | 'restrictions'
> & {
    /** As it presented it in the request that is decided, or as it is stored. */
    readonly composition?: Pick<Composition, 'digest' | 'isProven'> | undefined;
  };

export type ClientParty = {
  readonly kind: 'client';
  readonly id: string;
  readonly authority?: ScopesByResource | undefined;
  readonly verifiedAt?: number | undefined;
  /** Users see no consent page for it. */
  readonly skipsConsent?: boolean | undefined;
  /** Its id is the URL of its metadata document: it has no owner here. */
  readonly isDocument: boolean;
};

export type Party = AgentParty | ClientParty;

/** An approval of this very action. */
export type Approval = { readonly id: string; readonly approvers: number };

/**
 * Where authority is requested: the routes of grant types (grant-types.ts), and requests of a person or an API without
 * a grant type.
 */
export type Route = GrantRoute | 'authorization_request' | 'consent' | 'introspection' | 'access_evaluation';

/** Authorization details at the resource server: those requested, and those held, by holder. */
export type DetailFacts = {
  /** Absent: all that is held. */
  readonly asked?: readonly Detail[] | undefined;
  readonly subjectToken?: readonly Detail[] | undefined;
  readonly grant?: readonly Detail[] | undefined;
  /** Of the delegation, then of each ancestor. */
  readonly delegation?: readonly (readonly Detail[])[] | undefined;
};

/** What trusted transmitters say about the risk of an account, while it lasts. */
export type SignalFacts = {
  readonly level: 'none' | 'low' | 'medium' | 'high';
  /** Seconds since the newest event. */
  readonly age: number;
  readonly issuers: readonly string[];
  /** Short names of the events. */
  readonly events: readonly string[];
  /** Seconds since the newest event that requires a newer sign-in. */
  readonly stepUpAge?: number;
};

/** All facts that a decision may use. A layer that applies on the route and misses its fact leaves nothing. */
export type DecisionFacts = {
  readonly route: Route;
  /** Current time, epoch seconds. */
  readonly now: number;
  readonly server: ResourceServer;
  /** Requested scope; absent: everything that is left. */
  readonly asked?: readonly string[] | undefined;
  /** The party that gets the token or the delegation. */
  readonly caller: Party;
  /**
   * All other parties of the chain: actors before the caller, and the client that the person used. Never left out, because the
   * decision would not check them; empty where the caller stands alone.
   */
  readonly through: readonly Party[];
  /** Account on whose behalf the caller acts. Absent: the caller acts for itself. */
  readonly subject?: Account | undefined;
  /** The person was not asked here whether the caller may act for them: a peer asserts their identity. */
  readonly isUnasked?: boolean;
  /**
   * What the grant of the person's client holds at the resource; for an assertion, what its peer is trusted to grant.
   */
  readonly grant?: readonly string[] | undefined;
  /** What the subject token holds, when it is for the same resource. For an assertion: what the assertion holds. */
  readonly subjectToken?: readonly string[] | undefined;
  /** What the delegation holds; undefined on a route that has none. */
  readonly delegation?: readonly string[] | undefined;
  /** Absent: none are requested, and none are held. */
  readonly details?: DetailFacts | undefined;
  /** Ids of the actors, outermost first. */
  readonly actors?: readonly string[];
  /** How the person signed in, where that is known. */
  readonly assurance?: Assurance | undefined;
  readonly approval?: Approval | undefined;
  /** The transaction that an agent declared, if the request or token names one. */
  readonly transaction?: TransactionFacts | undefined;
  /**
   * The other participants, in a transaction of several people. Scopes whose `participants` is `all` are cut to what every one
   * of them allows, too. Absent: a transaction of one person, or none.
   */
  readonly participants?: readonly ParticipantFacts[] | undefined;
  /** Address of the sender, where it is known. */
  readonly source?: string | undefined;
  /** Whether the token will be bound to a key or certificate. */
  readonly isBound?: boolean;
  /** For an existing token: the policy set version under which it was issued, which is not evaluated again. */
  readonly madeUnder?: number | undefined;
  /** For an existing token: the second in which it was issued. */
  readonly madeAt?: number | undefined;
};

/** The facts of an action that people would approve, without what the approval brings. */
export type ActionFacts = Omit<DecisionFacts, 'route' | 'approval' | 'assurance' | 'asked' | 'details'> & {
  readonly asked: readonly string[];
  readonly details: NonNullable<DecisionFacts['details']> & { readonly asked: readonly Detail[] };
};

/** With facts that the decision adds: whether the resource server is the management API of this server, and signals about the subject. */
export type KnownFacts = DecisionFacts & { readonly isOwnApi: boolean; readonly signals?: SignalFacts | undefined };

/** Without a subject a party has only its own authority. Before sign-in the subject is not known yet. */
export const actsForItself = ({ route, subject }: Pick<DecisionFacts, 'route' | 'subject'>): boolean =>
  route === 'client_credentials' || (subject === undefined && route !== 'authorization_request');

/** Routes on which this server asks no person: the person consented at another server. */
export const ALLOWED_ELSEWHERE: readonly Route[] = routesWith('elsewhere');

/**
 * Whether a person decides, or has decided, what is granted. False where a peer asserts who the person is, and where a
 * client acts for itself.
 */
export const isForPersonToAllow = ({
  route,
  subject,
  isUnasked = false,
}: Pick<DecisionFacts, 'route' | 'subject' | 'isUnasked'>): boolean =>
  route === 'authorization_request' || (subject !== undefined && !isUnasked && !ALLOWED_ELSEWHERE.includes(route));

/** All parties of the chain. */
export const partiesOf = ({ caller, through }: Pick<DecisionFacts, 'caller' | 'through'>): readonly Party[] => [
  caller,
  ...through,
];

/** An agent or client of a registry, as a party. */
export const agentParty = (agent: Omit<AgentParty, 'kind'>): AgentParty => ({ ...agent, kind: 'agent' });

export const clientParty = (
  {
    id,
    authority,
    verifiedAt,
    skipConsent: skipsConsent,
  }: Pick<ClientParty, 'id' | 'authority' | 'verifiedAt'> & { readonly skipConsent?: boolean | undefined },
  isDocument = false,
): ClientParty => ({
  kind: 'client',
  id,
  authority,
  verifiedAt,
  ...(skipsConsent ? { skipsConsent } : {}),
  isDocument,
});

/**
 * The one decision of this server: what may be held at a resource server, by whom and for whom. Owns the facts a
 * decision may look at, the layers that narrow, and the table of which layer counts on which route. Does not own where
 * the facts come from (registers, tokens, rows), nor what is done with the answer. Called by everything that gives or
 * confirms authority: the grants, consent, introspection, the evaluation API, simulation.
 */

import type { Agent } from '../../clients/agents/agent.ts';
import type { Account } from '../../identity/accounts/account.ts';
import type { ResourceServer } from '../../resources/resource-servers/resource-server.ts';
import type { Assurance } from '../../vocabulary/assurance.ts';
import type { Detail } from '../../vocabulary/detail-type.ts';
import type { ScopesByResource } from '../../vocabulary/scope-sets.ts';

/** An agent as it counts now (agents/effective-agent.ts), as far as decisions look at it. */
export type AgentParty = { readonly kind: 'agent' } & Pick<
  Agent,
  'id' | 'authority' | 'ceilings' | 'environment' | 'owner' | 'ownership' | 'blueprint' | 'composition' | 'verifiedAt'
>;

export type ClientParty = {
  readonly kind: 'client';
  readonly id: string;
  readonly authority?: ScopesByResource | undefined;
  readonly verifiedAt?: number | undefined;
  /** People are not asked what it may do for them. */
  readonly skipsConsent?: boolean | undefined;
  /** Its id is the URL of its metadata document: nobody here answers for it. */
  readonly isDocument: boolean;
};

export type Party = AgentParty | ClientParty;

/** A person's decision on this very action. */
export type Approval = { readonly id: string; readonly approvers: number };

export const ROUTES = [
  'client_credentials',
  'authorization_request',
  'authorization_code',
  'refresh_token',
  'device_code',
  'token_exchange',
  'id_jag',
  'jwt_bearer',
  'txn_token',
  'ciba',
  'consent',
  'introspection',
  'access_evaluation',
] as const;

/** Where authority is asked for. */
export type Route = (typeof ROUTES)[number];

/** Authorization details at the resource server: what is asked, and what is held by whom. */
export type DetailFacts = {
  /** Absent: all that is held. */
  readonly asked?: readonly Detail[] | undefined;
  readonly subjectToken?: readonly Detail[] | undefined;
  readonly grant?: readonly Detail[] | undefined;
  /** Of the row, then of each above it. */
  readonly delegation?: readonly (readonly Detail[])[] | undefined;
};

/** Everything a decision may look at. A layer that counts on the route and finds its fact missing leaves nothing. */
export type DecisionFacts = {
  readonly route: Route;
  /** Epoch seconds. */
  readonly now: number;
  readonly server: ResourceServer;
  /** Scope that is asked for; absent means everything that is left. */
  readonly asked?: readonly string[] | undefined;
  /** Who gets the token, or the delegation. */
  readonly caller: Party;
  /** Everybody else whose hands it goes through: actors before the caller, and the client the person used. */
  readonly through?: readonly Party[];
  /** On whose behalf. Absent: the caller acts for itself. */
  readonly subject?: Account | undefined;
  /** Nobody here was asked whether the caller may act for that person: a peer says who it is. */
  readonly isUnasked?: boolean;
  /** What the grant to the client that the person used holds at the resource; of an assertion, what its peer is trusted with. */
  readonly grant?: readonly string[] | undefined;
  /** What the subject token holds, when it is for the same resource; or the assertion. */
  readonly subjectToken?: readonly string[] | undefined;
  /** What the row of the delegation holds; undefined on a route that has none. */
  readonly delegation?: readonly string[] | undefined;
  /** Absent: nobody asks for any, and nobody holds any. */
  readonly details?: DetailFacts | undefined;
  /** Ids of those who act, outermost first. */
  readonly actors?: readonly string[];
  /** How the person signed in, where that is known. */
  readonly assurance?: Assurance | undefined;
  readonly approval?: Approval | undefined;
  /** Address of the sender, where it is known. */
  readonly source?: string | undefined;
  /** Whether the token will be bound to a key or certificate. */
  readonly isBound?: boolean;
  /** Of a token that is there: the version of the policy set it was made under, which is not asked again. */
  readonly madeUnder?: number | undefined;
};

/** With what the decision itself knows: whether the resource server is the management API of this server. */
export type KnownFacts = DecisionFacts & { readonly isOwnApi: boolean };

/** Without a person a party has what it was given, and nothing without that. Before sign-in the person is not known yet. */
export const actsForItself = ({ route, subject }: Pick<DecisionFacts, 'route' | 'subject'>): boolean =>
  route === 'client_credentials' || (subject === undefined && route !== 'authorization_request');

/** Routes on which no person is asked here: the person said yes to another server, or no person is involved. */
const NOT_ALLOWED_HERE: readonly Route[] = ['id_jag', 'jwt_bearer'];

/** Whether a person decides what is given, or has decided: not where a peer says who it is, nor where a client acts for itself. */
export const isForPersonToAllow = ({
  route,
  subject,
  isUnasked = false,
}: Pick<DecisionFacts, 'route' | 'subject' | 'isUnasked'>): boolean =>
  route === 'authorization_request' || (subject !== undefined && !isUnasked && !NOT_ALLOWED_HERE.includes(route));

/** Everybody whose hands it goes through. */
export const partiesOf = ({ caller, through = [] }: Pick<DecisionFacts, 'caller' | 'through'>): readonly Party[] => [
  caller,
  ...through,
];

/** An agent or client of a register, as a party. */
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

/**
 * Whether a genuine and unexpired token is live. Everything that it depends on must be live now, and every party to it must
 * still allow its content. Our own records decide, for JWT and opaque tokens alike (decision D8). A missing record is a
 * denial.
 */
import { agreedBy } from '../../domain/approvals/approval.ts';
import type { ApprovalService } from '../../domain/approvals/approval-service.ts';
import type { Authorize } from '../../domain/authority/decision/authorize.ts';
import type { DecisionFacts, Party } from '../../domain/authority/decision/facts.ts';
import { type Delegation, delegatedDetails } from '../../domain/authority/delegation/delegation.ts';
import { isDeclared, transactionFacts } from '../../domain/authority/transactions/transaction.ts';
import type { TransactionRegistry } from '../../domain/authority/transactions/transaction-registry.ts';
import type { InstanceRegistry } from '../../domain/clients/instances/instance-registry.ts';
import type { AccountLinks } from '../../domain/clients/peers/account-links.ts';
import { isLinkable } from '../../domain/clients/peers/account-links.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import type { SessionRegistry } from '../../domain/identity/sessions/session-registry.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { DocumentStore, Found } from '../../domain/ports/document-store.ts';
import type { TokenEnd } from '../../domain/ports/issued-tokens.ts';
import type { Revocation } from '../../domain/ports/revocation.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import { actorsOf } from '../../domain/vocabulary/actor-chain.ts';
import { scopesAt } from '../../domain/vocabulary/scope-sets.ts';
import type { ProviderClients } from '../client-authentication/client-metadata.ts';
import { clientVersionOf, detailsHeldAt, type GrantRecord, heldAt } from '../seam/records.ts';
import { isFromAfter, type LiveGrants, liveGrants, partOfGrant } from './live-grants.ts';
import { liveParticipants } from './live-participants.ts';
import { grantTypesBehind, isAboveCeilings, isNarrowed, partyOf, type TokenFacts } from './token-facts.ts';

export interface TokenLiveness extends Pick<LiveGrants, 'grantLive' | 'grantHeld' | 'grantHeldLive'> {
  /**
   * Why a token is not live, or undefined. Removing rights from any party to a token ends the tokens that carry them: the
   * scope from its resource server, rights from the person, the app or an agent, or part of a delegation. The next token
   * carries the rest.
   */
  endOf(facts: TokenFacts): Promise<TokenEnd | undefined>;

  /** The facts of the decision for a live token. Undefined if it is not live, or has no resource. */
  standing(facts: TokenFacts): Promise<DecisionFacts | undefined>;

  /**
   * Whether a kill blocks a token that is about to be made: of everything, or of something that it depends on. Treats an
   * agent that has changed ownership since it authenticated as killed.
   */
  killOf(
    facts: Omit<TokenFacts, 'issuedAt' | 'expiresAt' | 'jkt' | 'x5t' | 'scope' | 'id' | 'key'>,
  ): Promise<'all' | 'some' | undefined>;

  /** Whether this session of an account, in which the user signed in at `since`, is still live. */
  sessionLive(account: string, since: number, session: string): Promise<boolean>;
}

export const tokenLiveness = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly clients: Pick<ProviderClients, 'active' | 'isAdministrator'>;
  readonly accounts: { get(id: string): Found<Account> };
  readonly resourceServers: { findByIdentifier(identifier: string): Found<ResourceServer> };
  readonly delegations: { live(id: string): Promise<Delegation | undefined> };
  readonly revocation: Revocation;
  readonly instances: Pick<InstanceRegistry, 'counting'>;
  readonly authorize: Authorize;
  readonly links: Pick<AccountLinks, 'standing'>;
  readonly approvals: Pick<ApprovalService, 'standing'>;
  readonly sessions: Pick<SessionRegistry, 'isLive'>;
  readonly transactions: Pick<TransactionRegistry, 'live'>;
  /** Resource indicator of the management API. */
  readonly managementApi: string;
}): TokenLiveness => {
  const { revocation } = deps;
  const grants = liveGrants(deps);
  const participating = liveParticipants(deps);

  const isOlder = (moment: number, seconds: number | undefined): boolean =>
    seconds !== undefined && moment + seconds <= deps.clock.now();

  /** A token that a kill of everything does not block, so that an administrator can lift the kill. */
  const isAdministration = async ({
    clientId,
    subject,
    audience,
  }: Pick<TokenFacts, 'clientId' | 'subject' | 'audience'>): Promise<boolean> =>
    subject === undefined && audience === deps.managementApi && (await deps.clients.isAdministrator(clientId));

  /** Whether a token from a peer's assertion could be issued now. Checks the link, the peer, and the trust in that peer. */
  const isStillTrusted = async (
    { clientId, subject, audience = '', scope }: TokenFacts,
    { link }: NonNullable<TokenFacts['origin']>,
    account: Account | undefined,
  ): Promise<boolean> => {
    if (!account || !isLinkable(account)) return false;
    const standing = await deps.links.standing(link);
    if (standing?.link.account !== subject || !standing?.peer.inbound.clients.includes(clientId)) return false;
    const trusted = scopesAt(standing.peer.inbound.resources, audience) ?? [];
    return trusted.includes('*') || scope.every((name) => trusted.includes(name));
  };

  /** The agents and clients behind a token, or why one of them ends it. */
  const partiesNow = async (
    facts: TokenFacts,
    grant: GrantRecord | undefined,
  ): Promise<readonly Party[] | TokenEnd> => {
    const parties: Party[] = [];
    const acting = new Set([facts.clientId, ...actorsOf(facts.chain), ...(grant ? [grant.clientId] : [])]);
    const grantTypesUsed = grantTypesBehind(facts, grant);
    for (const id of acting) {
      const found = await deps.clients.active(id, grant?.clientId === id ? clientVersionOf(grant) : undefined);
      if (!found) return id.startsWith('agt_') ? 'agent_not_active' : 'client_not_active';
      if (grantTypesUsed.get(id)?.every((grant) => !found.grantTypes.includes(grant))) return 'grant_type_withdrawn';
      const isGrantOver = grant?.clientId === id && isOlder(grant.createdAt, found.ceilings?.maxGrantSeconds);
      if (isGrantOver) return 'grant_ended';
      const grantEnd = grant?.clientId === id ? await grants.endOfAgentGrant(grant, found.ceilings) : undefined;
      if (grantEnd) return grantEnd;
      const acted = id === facts.clientId && facts.instance !== grant?.instance ? facts.instance : undefined;
      if (acted !== undefined && !(await grants.instanceNow(acted, id, found.ceilings))) return 'instance_ended';
      if (isAboveCeilings(facts, id, found)) return 'above_ceiling';
      parties.push(partyOf(id, found, facts));
    }
    return parties;
  };

  /** `learn` receives the facts of the decision. */
  const endOf = async (
    facts: TokenFacts,
    learn: (decided: DecisionFacts) => void = () => undefined,
  ): Promise<TokenEnd | undefined> => {
    const { audience, subject, scope } = facts;
    const grant = facts.grant === undefined ? undefined : await grants.stored(facts.grant);
    // A grant is at least as old as everything under it.
    const since = Math.min(facts.issuedAt, grant?.createdAt ?? facts.issuedAt);
    const itself = {
      subject,
      parties: [facts.clientId, ...actorsOf(facts.chain)],
      since: facts.issuedAt,
      ownership: facts.ownership ?? 0,
    };
    const parts = [
      { ...itself, token: facts.id, delegation: facts.delegation, key: facts.key },
      ...(grant ? [partOfGrant(grant)] : []),
    ];
    const end = await revocation.ended(parts, await isAdministration(facts));
    if (end) return end;
    const transaction = isDeclared(facts.txn) ? await deps.transactions.live(facts.txn) : undefined;
    if (isDeclared(facts.txn) && !transaction) return 'transaction_ended';
    if (facts.grant !== undefined && (grant?.account !== subject || !grant || grants.isExpired(grant)))
      return 'grant_ended';
    const parties = await partiesNow(facts, grant);
    if (typeof parties === 'string') return parties;
    const account = subject === undefined ? undefined : (await deps.accounts.get(subject))?.document;
    if (subject !== undefined && (account?.state !== 'active' || !isFromAfter(account, since))) {
      return 'subject_not_active';
    }
    // The delegation to an agent is its person's decision about that agent, not about the app that it came through.
    if (grant && account && facts.chain === undefined && (await grants.isSessionOver(grant, account)))
      return 'session_ended';
    const approval = facts.approval && (await deps.approvals.standing(facts.approval.id));
    if (facts.approval && approval?.digest !== facts.approval.digest) return 'approval_ended';
    if (facts.origin && !(await isStillTrusted(facts, facts.origin, account))) return 'peer_not_trusted';
    const delegation = facts.delegation === undefined ? undefined : await deps.delegations.live(facts.delegation);
    if (facts.delegation !== undefined) {
      if (delegation?.subject !== subject) return 'delegation_ended';
      // For calls of one client: not for a token that depends on another client's grant (decision 21).
      if (delegation?.via !== undefined && delegation.via !== grant?.clientId) return 'delegation_ended';
      if (scope.some((name) => !delegation?.scope.includes(name))) return 'delegation_narrowed';
    }
    const participants = await participating.of(facts, transaction, grant?.clientId);
    if (typeof participants === 'string') return participants;
    if (audience === undefined) return undefined;
    const server = (await deps.resourceServers.findByIdentifier(audience))?.document;
    if (server?.state !== 'active') return 'resource_server_not_active';
    // The first agent's grant and its delegation are one decision of the person, and the delegation is the newer version.
    const isCapped = delegation?.via === undefined && grant?.clientId !== actorsOf(facts.chain).at(-1);
    const ofClient = isCapped ? grant : undefined;
    if (ofClient && isNarrowed(facts, heldAt(ofClient, audience), detailsHeldAt(ofClient, audience), server)) {
      return 'grant_narrowed';
    }
    const [caller, ...through] = parties;
    if (!caller) return 'client_not_active';
    const asked: DecisionFacts = {
      route: 'introspection',
      now: deps.clock.now(),
      server,
      asked: scope,
      caller,
      through,
      subject: account,
      ...(delegation ? { delegation: delegation.scope } : {}),
      ...(facts.details === undefined
        ? {}
        : { details: { asked: facts.details, ...(delegation ? { delegation: delegatedDetails(delegation) } : {}) } }),
      actors: actorsOf(facts.chain),
      madeUnder: facts.policy,
      madeAt: facts.issuedAt,
      isBound: facts.jkt !== undefined || facts.x5t !== undefined,
      isUnasked: facts.origin !== undefined,
      ...(transaction ? { transaction: transactionFacts(transaction, subject) } : {}),
      ...(participants ? { participants } : {}),
      ...(approval ? { approval: { id: approval.id, approvers: agreedBy(approval).length } } : {}),
      assurance: facts.assurance,
    };
    learn(asked);
    const { removed, removedDetails } = await deps.authorize(asked);
    if (removed.some(({ layer }) => layer === 'participants')) return 'participant_ended';
    if (removedDetails.some(({ layer }) => layer === 'delegation')) return 'delegation_narrowed';
    return removed.length + removedDetails.length > 0 ? 'authority_reduced' : undefined;
  };

  return {
    grantLive: grants.grantLive,
    grantHeld: grants.grantHeld,
    grantHeldLive: grants.grantHeldLive,
    endOf: (facts: TokenFacts): Promise<TokenEnd | undefined> => endOf(facts),
    async standing(facts: TokenFacts): Promise<DecisionFacts | undefined> {
      let decided: DecisionFacts | undefined;
      const end = await endOf(facts, (asked) => {
        decided = asked;
      });
      return end === undefined ? decided : undefined;
    },
    async killOf(
      facts: Omit<TokenFacts, 'issuedAt' | 'expiresAt' | 'jkt' | 'x5t' | 'scope' | 'id' | 'key'>,
    ): Promise<'all' | 'some' | undefined> {
      const { clientId, subject, chain, delegation, ownership } = facts;
      const isExempt = await isAdministration(facts);
      const parts = [{ subject, parties: [clientId, ...actorsOf(chain)], delegation, ownership }];
      if (!(await revocation.ended(parts, isExempt))) return undefined;
      return !isExempt && (await revocation.ended([{}])) ? 'all' : 'some';
    },
    async sessionLive(account: string, since: number, session: string): Promise<boolean> {
      const found = (await deps.accounts.get(account))?.document;
      if (!found || !(await deps.sessions.isLive(session, found, since))) return false;
      return (await revocation.ended([{ subject: account, since }])) === undefined;
    },
  };
};

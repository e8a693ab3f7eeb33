import { recordOf } from '../../domain/authority/decision/decision.ts';
import { agentParty, clientParty } from '../../domain/authority/decision/facts.ts';
import { checkParticipant, endIn, transactionOf } from '../../domain/authority/transactions/named-transaction.ts';
import { transactionFacts } from '../../domain/authority/transactions/transaction.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import type { Client } from '../../domain/clients/clients/client.ts';
import { type Outbound, type Peer, resourceBehind } from '../../domain/clients/peers/peer.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import type { SignIn } from '../../domain/ports/sign-ins.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import { extendChain } from '../../domain/vocabulary/actor-chain.ts';
import type { AssertionToMint } from '../extension.ts';
import type { Caller, TokenExchangeDependencies } from './dependencies.ts';
import { activeAgent } from './exchange.ts';
import { type ExchangeParameters, GRANT_TYPE, ID_JAG_TYPE, readParameters } from './parameters.ts';
import { checkActorToken } from './presented-tokens.ts';
import { nothingIsLeft, type Refuse, refusals } from './refusals.ts';
import { acceptSignIn, isSignInType } from './sign-in.ts';

type Party = { readonly kind: 'agent'; readonly is: Agent } | { readonly kind: 'client'; readonly is: Client };

/**
 * Decides whether to issue an assertion about a person to a peer (ID-JAG §4.3): caller → form → peer and resource behind it →
 * sign-in → decision. Agents and clients may ask; the peer registry says which of them, and for what. Throws DomainError with
 * a `denial` for every refusal.
 */
export const issueIdJag = (dependencies: TokenExchangeDependencies) => {
  const { accounts, clock, identifiers, issuer } = dependencies;
  const refuse = refusals(identifiers);

  return async (caller: Caller, values: (parameter: string) => readonly string[]): Promise<AssertionToMint> => {
    const parameters = readParameters(values, refuse, [ID_JAG_TYPE]);
    if (parameters.details) {
      throw refuse('details_malformed', { text: 'authorization_details are not vouched for towards another server' });
    }
    if (parameters.scope) caller.note({ scopeAsked: parameters.scope });
    const party = await partyOf(dependencies, refuse, caller);
    const { peer, server } = await targetOf(dependencies, refuse, caller, parameters);
    caller.note({ resource: server.identifier });
    if (!isSignInType(parameters.subject.type)) {
      const text = 'for another server an ID token or a refresh token says who signed in';
      throw refuse('token_type_unsupported', { field: 'subject_token_type', text });
    }
    const signIn = await acceptSignIn(dependencies, refuse, party.is, caller, parameters.subject);
    caller.note({ subject: signIn.subject, grant: signIn.grant });
    const account = (await accounts.get(signIn.subject))?.document;
    if (account?.state !== 'active') throw refuse('subject_not_active');
    await checkActor(dependencies, refuse, party, caller, parameters);
    const { transaction: named } = parameters;
    const transaction = await transactionOf(dependencies, refuse, caller, undefined, named);
    checkParticipant(refuse, transaction, account.id);

    const now = clock.now();
    const decision = await dependencies.authorize({
      route: 'id_jag',
      now,
      server,
      asked: parameters.scope,
      caller: party.kind === 'agent' ? agentParty(party.is) : clientParty(party.is),
      through: [],
      subject: account,
      actors: party.kind === 'agent' ? [party.is.id] : [],
      assurance: signIn.assurance,
      source: caller.source,
      isBound: caller.dpopThumbprint !== undefined || caller.certificateThumbprint !== undefined,
      ...(transaction ? { transaction: transactionFacts(transaction, account.id) } : {}),
    });
    caller.note({
      decision: decision.id,
      ...(decision.policyVersion === undefined ? {} : { policy: decision.policyVersion }),
      inputs: { now, peer: peer.id, signIn: { id: signIn.id, type: parameters.subject.type }, ...recordOf(decision) },
    });
    if (decision.scope.length === 0) throw refuse(...nothingIsLeft(decision));
    const chain = party.kind === 'agent' ? extendChain(party.is.id, issuer) : undefined;
    caller.note({ scopeGiven: decision.scope, ...(chain ? { chain } : {}) });
    return {
      typ: 'oauth-id-jag+jwt',
      audience: peer.issuer,
      subject: account.id,
      chain,
      resource: server.identifier,
      scope: decision.scope,
      claims: {
        client_id: peer.outbound.clients[party.is.id],
        resource: server.identifier,
        ...(transaction ? { txn: transaction.id } : {}),
        ...aboutPerson(account, signIn),
      },
      notAfter: Math.min(signIn.expiresAt, endIn(transaction)),
      lifetimeSeconds: Math.min(peer.outbound.lifetimeSeconds, decision.maxSeconds ?? Number.POSITIVE_INFINITY),
      grant: signIn.grant,
      parent: signIn.id,
      issuedTokenType: ID_JAG_TYPE,
      decision,
    };
  };
};

const partyOf = async (dependencies: TokenExchangeDependencies, refuse: Refuse, caller: Caller): Promise<Party> => {
  if (caller.isAgent) return { kind: 'agent', is: await activeAgent(dependencies, refuse, caller) };
  const client = (await dependencies.clients.get(caller.clientId))?.document;
  if (client?.state !== 'active' || !client.grantTypes.includes(GRANT_TYPE)) throw refuse('grant_type_not_registered');
  return { kind: 'client', is: client };
};

/**
 * The peer that the request names. A peer that does not know the caller is treated as unknown, so that no caller learns which
 * others exist.
 */
const targetOf = async (
  { peers }: Pick<TokenExchangeDependencies, 'peers'>,
  refuse: Refuse,
  { clientId }: Caller,
  { audience, resource }: ExchangeParameters,
): Promise<{ readonly peer: Peer & { readonly outbound: Outbound }; readonly server: ResourceServer }> => {
  if (audience === undefined) throw refuse('target_missing', { field: 'audience', text: 'audience is missing' });
  const peer = await peers.findByIssuer(audience);
  const outbound = peer?.state === 'active' ? peer.outbound : undefined;
  if (!peer || !outbound || !Object.hasOwn(outbound.clients, clientId)) throw refuse('peer_unknown');
  const [only, ...others] = outbound.resources;
  const named = resource ?? (others.length === 0 ? only?.identifier : undefined);
  if (named === undefined)
    throw refuse('target_missing', { text: 'several resources are behind this server: name one' });
  const server = resourceBehind(peer, named);
  if (!server) throw refuse('target_unknown', { text: 'there is no such resource behind this server' });
  return { peer: { ...peer, outbound }, server };
};

/**
 * As in any exchange, the actor token only repeats the identity of the caller (RFC 8693 §2.1). A client that is no agent has
 * none.
 */
const checkActor = async (
  dependencies: TokenExchangeDependencies,
  refuse: Refuse,
  party: Party,
  caller: Caller,
  { actor }: ExchangeParameters,
): Promise<void> => {
  if (!actor) return;
  if (party.kind === 'client') throw refuse('actor_token_not_of_caller');
  await checkActorToken(dependencies, refuse, party.is, caller, actor);
};

/** Time and methods of the person's sign-in; their verified address if they let the client have it. */
const aboutPerson = ({ email, emailVerified }: Account, { assurance, openidScopes }: SignIn) => ({
  ...(assurance === undefined
    ? {}
    : {
        auth_time: assurance.authTime,
        ...(assurance.acr === undefined ? {} : { acr: assurance.acr }),
        ...(assurance.amr.length === 0 ? {} : { amr: assurance.amr }),
      }),
  ...(email !== undefined && emailVerified === true && openidScopes.includes('email')
    ? { email, email_verified: true }
    : {}),
});

/**
 * RFC 7523 §2.1: a client presents an assertion of a peer about a person (ID-JAG) and gets an access token for that person's
 * account here. Owns the form of the request and the bounds of the result. Does not own the checks of an assertion
 * (src/domain/clients/peers), nor how a token is made, bound and recorded (`mint`, src/provider). Listed in
 * src/compose/extensions.ts.
 */

import { recordOf } from '../../domain/authority/decision/decision.ts';
import { agentParty, clientParty, type Party } from '../../domain/authority/decision/facts.ts';
import { refuser } from '../../domain/authority/decision/refuser.ts';
import { nothingLeft } from '../../domain/authority/decision/remedies.ts';
import { checkParticipant, endIn, namedTransaction } from '../../domain/authority/transactions/named-transaction.ts';
import { participantsBeside, transactionFacts } from '../../domain/authority/transactions/transaction.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import type { Client } from '../../domain/clients/clients/client.ts';
import { JWT_BEARER } from '../../domain/clients/clients/grant-types.ts';
import { type AccountLink, isLinkable } from '../../domain/clients/peers/account-links.ts';
import type { PeerAssertion } from '../../domain/clients/peers/peer-assertions.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import { isRefusal } from '../../domain/platform/remote-keys/signed-token.ts';
import type { Found } from '../../domain/ports/document-store.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import { extendChain } from '../../domain/vocabulary/actor-chain.ts';
import { scopesAt } from '../../domain/vocabulary/scope-sets.ts';
import { scopeTokens } from '../../domain/vocabulary/scope-tokens.ts';
import type { RedeemedToken } from '../extension.ts';
import type { Caller, JwtBearerDependencies } from './dependencies.ts';
import { REFUSALS } from './refusals.ts';

export const GRANT_TYPE = JWT_BEARER;

/** How much longer than its assertion a use is remembered: more than any clock may deviate. */
const LEEWAY_SECONDS = 300;

/** The token to mint, once. `use` names the one use of the assertion, which is remembered until `useUntil`. */
export type Redeemed = {
  readonly use: string;
  readonly useUntil: number;
  readonly token: RedeemedToken;
};

/** Decides what an assertion permits here. Throws DomainError with a `denial` for every refusal. */
export const redeemAssertion = (dependencies: JwtBearerDependencies) => {
  const { assertions, clock, identifiers, issuer } = dependencies;
  const refuse = refuser(REFUSALS, identifiers);

  const single = (request: Caller, field: string): string | undefined => {
    const [value, ...more] = request.values(field);
    if (more.length > 0) throw refuse('parameter_repeated', { field, text: `${field} is given more than once` });
    return value === '' ? undefined : value;
  };

  const callerOf = async ({
    clientId,
    isAgent,
    note,
  }: Caller): Promise<{ readonly party: Party; readonly handedOverAt?: number | undefined }> => {
    const registry: { get(id: string): Found<Agent | Client> } = isAgent ? dependencies.agents : dependencies.clients;
    const found = (await registry.get(clientId))?.document;
    if (found && isAgent) note({ agent: found.id, ...(found.owner === undefined ? {} : { owner: found.owner }) });
    if (found?.state !== 'active' || !found.grantTypes.includes(JWT_BEARER)) throw refuse('caller_not_active');
    if (!isAgent) return { party: clientParty(found as Client) };
    const agent = found as Agent;
    return { party: agentParty(agent), handedOverAt: agent.handedOverAt };
  };

  const serverOf = async ({ peer, resources }: PeerAssertion, asked: string | undefined): Promise<ResourceServer> => {
    const trusted = Object.keys(peer.inbound.resources);
    const open = resources.length === 0 ? trusted : resources;
    const identifier = asked ?? (open.length === 1 ? open[0] : undefined);
    if (identifier === undefined) throw refuse('target_missing');
    const found = open.includes(identifier) && trusted.includes(identifier);
    const server = found ? (await dependencies.resourceServers.findByIdentifier(identifier))?.document : undefined;
    if (server?.state !== 'active') throw refuse('target_unknown');
    return server;
  };

  /**
   * Finds the account by its subject link. If the peer may name a person by address, the first use finds the account by
   * address and creates the link.
   */
  const personOf = async (
    { peer, subject, email }: PeerAssertion,
    request: string,
  ): Promise<{ readonly link: AccountLink; readonly account: Account } | undefined> => {
    const { links, accounts, accountsByAddress } = dependencies;
    let link = await links.find(peer.id, subject);
    if (!link && peer.inbound.subjects === 'verified_email' && email !== undefined) {
      const known = await accountsByAddress.findByVerifiedEmail(email);
      const active = known && (await accounts.get(known.id))?.document;
      if (known && active?.state === 'active' && isLinkable(active))
        link = await links.ensure({ peer: peer.id, subject, account: known.id }, { caller: peer.id, request });
    }
    const account = link && (await accounts.get(link.account))?.document;
    return link && account?.state === 'active' && isLinkable(account) ? { link, account } : undefined;
  };

  const isHolder = ({ bound }: PeerAssertion, { dpopThumbprint, certificateThumbprint }: Caller): boolean => {
    if (!bound) return true;
    return 'jkt' in bound ? dpopThumbprint === bound.jkt : certificateThumbprint === bound.x5t;
  };

  return async (request: Caller): Promise<Redeemed> => {
    const presented = single(request, 'assertion');
    if (presented === undefined)
      throw refuse('parameter_missing', { field: 'assertion', text: 'assertion is missing' });
    const resource = single(request, 'resource');
    const asked = single(request, 'scope');
    const scope = asked === undefined ? undefined : scopeTokens(asked);
    if (asked !== undefined && !scope) throw refuse('scope_malformed');
    if (scope) request.note({ scopeAsked: scope });
    const { party: caller, handedOverAt } = await callerOf(request);
    const named = single(request, 'transaction');
    const transaction = await namedTransaction(dependencies, refuse, request, named);

    const assertion = await assertions.read(presented, request.clientId, handedOverAt);
    if (isRefusal(assertion)) {
      request.note({ inputs: { assertion: assertion } });
      throw refuse('assertion_not_valid');
    }
    const said = { peer: assertion.peer.id, id: assertion.id, actor: assertion.act ?? null };
    request.note({ inputs: { assertion: said } });
    if (!isHolder(assertion, request)) throw refuse('assertion_proof_missing');
    if (await request.isUsed(assertion.use)) throw refuse('assertion_used');
    const server = await serverOf(assertion, resource);
    request.note({ resource: server.identifier });
    const person = await personOf(assertion, request.id);
    if (!person) throw refuse('subject_not_known');
    request.note({ subject: person.account.id });
    checkParticipant(refuse, transaction, person.account.id);

    const trusted = scopesAt(assertion.peer.inbound.resources, server.identifier) ?? [];
    const now = clock.now();
    const decision = await dependencies.authorize({
      route: 'jwt_bearer',
      now,
      server,
      asked: scope ?? assertion.scope,
      caller,
      through: [],
      subject: person.account,
      grant: trusted.includes('*') ? server.scopes.map((one) => one.name) : trusted,
      ...(assertion.scope ? { subjectToken: assertion.scope } : {}),
      actors: request.isAgent ? [request.clientId] : [],
      source: request.source,
      isBound: request.dpopThumbprint !== undefined || request.certificateThumbprint !== undefined,
      ...(transaction ? { transaction: transactionFacts(transaction, person.account.id) } : {}),
      // By an assertion the agent gets no scope that needs all participants: it has a delegation from none of them.
      participants: participantsBeside(transaction, person.account.id)?.map((id) => ({ id })),
    });
    request.note({
      decision: decision.id,
      ...(decision.policyVersion === undefined ? {} : { policy: decision.policyVersion }),
      inputs: { assertion: said, now, ...recordOf(decision) },
    });
    if (decision.scope.length === 0) {
      const { reason, remedies, ...details } = nothingLeft(decision);
      // A sign-in here cannot help: the person signed in at the peer.
      throw refuse(reason, { ...details, remedies: remedies.filter(({ kind }) => kind !== 'step_up') });
    }
    const token = {
      subject: person.account.id,
      ...(request.isAgent ? { chain: extendChain(request.clientId, issuer) } : {}),
      origin: { link: person.link.id, act: assertion.act },
      resourceServer: server,
      scope: decision.scope,
      notAfter: Math.min(now + (decision.maxSeconds ?? server.accessTokenTtlSeconds), endIn(transaction)),
      txn: transaction?.id ?? identifiers.newId('txn'),
      decision,
    };
    return { use: assertion.use, useUntil: assertion.expiresAt + LEEWAY_SECONDS, token };
  };
};

/**
 * A refresh that needs an approval is a channel to one, like an exchange. The next token will depend on the agent's own
 * authorization and delegation.
 */
import type { KoaContextWithOIDC } from 'oidc-provider';
import { type AskingByToken, askForToken } from '../../domain/approvals/request-token-approval.ts';
import type { DecisionFacts } from '../../domain/authority/decision/facts.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import { ownershipMember, ownershipOf } from '../../domain/clients/agents/ownership.ts';
import { CIBA } from '../../domain/clients/clients/grant-types.ts';
import type { Found } from '../../domain/ports/document-store.ts';
import type { Identifiers } from '../../domain/ports/identifiers.ts';
import type { ActorChain } from '../../domain/vocabulary/actor-chain.ts';
import type { Remedy } from '../../domain/vocabulary/errors.ts';
import { rotates } from '../client-authentication/refresh-proof.ts';
import { factsOf } from '../seam/request-facts.ts';

/** The keys that a refresh token is bound to. */
const keysOf = (token: object): { readonly jkt?: string; readonly x5t?: string } => {
  const { jkt, 'x5t#S256': x5t } = token as { readonly jkt?: string; readonly 'x5t#S256'?: string };
  return { ...(jkt === undefined ? {} : { jkt }), ...(x5t === undefined ? {} : { x5t }) };
};

/** The refresh: the facts of its decision, and the agent's delegation and chain for this person. */
export type Refreshed = {
  readonly facts: DecisionFacts;
  readonly chain: ActorChain | undefined;
  readonly txn: string | undefined;
};

/** Returns no remedy if no approver can approve it. Throws 'too_many_requests' with a denial of its own. */
export const askAtRefresh =
  ({
    agents,
    ...deps
  }: {
    readonly approvals: AskingByToken;
    readonly agents: { get(id: string): Found<Agent> };
    readonly identifiers: Identifiers;
  }) =>
  async (ctx: KoaContextWithOIDC, { facts, chain, txn }: Refreshed): Promise<readonly Remedy[]> => {
    const { RefreshToken: token } = ctx.oidc.entities;
    const agent = (await agents.get(facts.caller.id))?.document;
    if (!token || !agent?.grantTypes.includes(CIBA) || !facts.subject || !chain) return [];
    const grant = token.grantId;
    return askForToken(deps)(
      {
        channel: 'token_exchange',
        agent,
        chain,
        facts: {
          ...facts,
          subject: facts.subject,
          asked: facts.details?.asked === undefined || ctx.oidc.params?.['scope'] ? (facts.asked ?? []) : [],
          details: { ...facts.details, asked: facts.details?.asked ?? [] },
        },
        origin: {
          id: String(grant),
          clientId: agent.id,
          scope: [],
          issuedAt: facts.now,
          subject: facts.subject.id,
          ...ownershipMember(ownershipOf(agent)),
          ...(grant === undefined ? {} : { grant }),
          ...(txn === undefined ? {} : { txn }),
          ...keysOf(token),
          ...(!rotates(token) || facts.isBound ? { isBound: true } : {}),
          ...(facts.assurance === undefined ? {} : { assurance: facts.assurance }),
        },
      },
      factsOf(ctx.req).id,
    );
  };

/**
 * A refresh that names something which needs an approval is a door to one, as an exchange is: the agent's own
 * authorization and row are what the token to come will rest on.
 */
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Agent } from '../domain/agents/agent.ts';
import type { AskingForApproval } from '../domain/approvals/asking.ts';
import type { Asked } from '../domain/approvals/open-approvals.ts';
import { CIBA } from '../domain/clients/grant-types.ts';
import type { DecisionFacts } from '../domain/decision/facts.ts';
import type { ActorChain } from '../domain/delegation/actor-chain.ts';
import { DomainError, isDomainError, type Remedy } from '../domain/errors.ts';
import type { Identifiers } from '../domain/ports/identifiers.ts';
import { factsOf } from './request-facts.ts';

export type ApprovalsAtRefresh = {
  readonly asking: Pick<AskingForApproval, 'ask'>;
  remedyOf(asked: Asked): Remedy;
};

/** What a refresh token is bound to. */
const keysOf = (token: object): { readonly jkt?: string; readonly x5t?: string } => {
  const { jkt, 'x5t#S256': x5t } = token as { readonly jkt?: string; readonly 'x5t#S256'?: string };
  return { ...(jkt === undefined ? {} : { jkt }), ...(x5t === undefined ? {} : { x5t }) };
};

/** What was refreshed: the facts of its decision, and the row and chain of the agent for this person. */
export type Refreshed = {
  readonly facts: DecisionFacts;
  readonly chain: ActorChain | undefined;
};

/** Answers no remedy where nobody's yes is enough. Throws 'too_many_requests' with a denial of its own. */
export const askAtRefresh =
  ({
    approvals,
    agents,
    identifiers,
  }: {
    readonly approvals: ApprovalsAtRefresh;
    readonly agents: { get(id: string): Promise<{ readonly document: Agent } | undefined> };
    readonly identifiers: Identifiers;
  }) =>
  async (ctx: KoaContextWithOIDC, { facts, chain }: Refreshed): Promise<readonly Remedy[]> => {
    const { RefreshToken: token } = ctx.oidc.entities;
    const agent = (await agents.get(facts.caller.id))?.document;
    if (!token || !agent?.grantTypes.includes(CIBA) || !facts.subject || !chain) return [];
    const lease = token.grantId;
    try {
      const asked = await approvals.asking.ask(
        {
          door: 'token_exchange',
          agent,
          chain,
          facts: {
            ...facts,
            subject: facts.subject,
            asked: facts.details?.asked === undefined || ctx.oidc.params?.['scope'] ? (facts.asked ?? []) : [],
            details: { ...facts.details, asked: facts.details?.asked ?? [] },
          },
          origin: {
            id: String(lease),
            clientId: agent.id,
            scope: [],
            issuedAt: facts.now,
            subject: facts.subject.id,
            ...(lease === undefined ? {} : { lease }),
            ...keysOf(token),
            ...(token.isSenderConstrained() || facts.isBound ? { isBound: true } : {}),
            ...(facts.assurance === undefined ? {} : { assurance: facts.assurance }),
          },
        },
        factsOf(ctx.req).id,
      );
      return asked ? [approvals.remedyOf(asked)] : [];
    } catch (error) {
      if (isDomainError(error) && error.code === 'access_denied') return [{ kind: 'contact', whom: 'operator' }];
      if (!isDomainError(error) || error.code !== 'too_many_requests') throw error;
      const wait = error.retryAfterSeconds;
      throw new DomainError(error.code, error.message, {
        ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
        denial: { id: identifiers.newId('dny'), layer: 'limits', reason: 'too_many_approvals' },
        cause: error,
      });
    }
  };

/**
 * `requested_actor` at the authorization endpoint (draft-oauth-ai-agents-on-behalf-of-user). A client names an agent that is
 * to act for the person. The person allows that agent, and the client's tokens name it in `may_act` (RFC 8693 §4.4).
 */
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import type { Found } from '../../domain/ports/document-store.ts';

/** The agent that a request names. It was checked when the request arrived. */
export const requestedActorOf = (ctx: KoaContextWithOIDC): string | undefined => {
  const asked = ctx.oidc.params?.['requested_actor'];
  return typeof asked === 'string' && asked !== '' ? asked : undefined;
};

/** oidc-provider's check of the parameter. Registered clients learn only whether it names an active agent. */
export const checkRequestedActor =
  (agents: { get(id: string): Found<Agent> }) =>
  async (ctx: unknown, value: string | undefined, client: unknown): Promise<void> => {
    void ctx;
    if (value === undefined || value === '') return;
    if ((client as { readonly behalf_kind?: string }).behalf_kind !== 'client') {
      throw new errors.InvalidRequest('requested_actor is for clients; an agent asks for itself');
    }
    const agent = /^agt_[a-z0-9]{26}$/.test(value) ? (await agents.get(value))?.document : undefined;
    if (agent?.state !== 'active') throw new errors.InvalidRequest('requested_actor is no active agent');
  };

/** The `may_act` of a client's tokens: the agent that may act through it (RFC 8693 §4.4). */
export const mayAct = (ctx: KoaContextWithOIDC, issuer: string) => {
  const { requestedActor } = (ctx.oidc.entities.Grant ?? {}) as { readonly requestedActor?: string };
  return requestedActor === undefined ? {} : { may_act: { sub: requestedActor, iss: issuer, sub_profile: 'ai_agent' } };
};

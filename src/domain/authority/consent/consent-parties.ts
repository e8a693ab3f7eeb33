import type { Agent } from '../../clients/agents/agent.ts';
import type { Client } from '../../clients/clients/client.ts';
import type { Account } from '../../identity/accounts/account.ts';
import type { Versioned } from '../../ports/document-store.ts';
import type { AskedConsent, Requester } from './consent.ts';
import { consentRefusal } from './consent-refusals.ts';

/** Who a question is about. */
export type QuestionParties = {
  readonly account: Account;
  readonly requester: Requester;
  readonly actor: Agent | undefined;
  readonly via: Client | undefined;
};

/** The parties of a question. */
export interface ConsentParties {
  /** All of them. Throws 'access_denied' when one is not active. */
  of(asked: Pick<AskedConsent, 'account' | 'clientId' | 'requestedActor' | 'via'>): Promise<QuestionParties>;
}

/** What the registries hold of one id. */
export type Lookup<T> = { get(id: string): Promise<Versioned<T> | undefined> };

export const consentParties = ({
  accounts,
  agents,
  clients,
}: {
  readonly accounts: Lookup<Account>;
  readonly agents: Lookup<Agent>;
  readonly clients: Lookup<Client>;
}): ConsentParties => {
  /** The requesting client or agent. */
  const requesterOf = async (id: string): Promise<Requester> => {
    const agent = id.startsWith('agt_') ? await agents.get(id) : undefined;
    if (agent?.document.state === 'active') return { kind: 'agent', agent: agent.document };
    if (agent) throw consentRefusal('consent_agent_inactive');
    const client = await clients.get(id);
    if (client?.document.state === 'active') return { kind: 'client', client: client.document };
    throw consentRefusal('consent_client_inactive');
  };

  /** The agent that is to act. */
  const actorOf = async (id: string): Promise<Agent> => {
    const agent = id.startsWith('agt_') ? (await agents.get(id))?.document : undefined;
    if (agent?.state !== 'active') throw consentRefusal('consent_actor_inactive');
    return agent;
  };

  /** The client that calls the agent. */
  const viaOf = async (id: string): Promise<Client> => {
    const client = (await clients.get(id))?.document;
    if (client?.state !== 'active') throw consentRefusal('consent_caller_inactive');
    return client;
  };

  return {
    async of(asked): Promise<QuestionParties> {
      const account = (await accounts.get(asked.account))?.document;
      if (account?.state !== 'active') throw consentRefusal('consent_account_inactive');
      return {
        account,
        requester: await requesterOf(asked.clientId),
        actor: asked.requestedActor === undefined ? undefined : await actorOf(asked.requestedActor),
        via: asked.via === undefined ? undefined : await viaOf(asked.via),
      };
    },
  };
};

import type { Agent } from '../../clients/agents/agent.ts';
import type { Client } from '../../clients/clients/client.ts';
import type { Versioned } from '../../ports/document-store.ts';
import type { Requester } from './consent.ts';
import { consentRefusal } from './consent-refusals.ts';

/** The parties of a question besides the person. */
export interface ConsentParties {
  /** The requesting client or agent. Throws 'access_denied' when it is not active. */
  requesterOf(id: string): Promise<Requester>;
  /** The agent that is to act. Throws 'access_denied' when it is not active. */
  actorOf(id: string): Promise<Agent>;
  /** The client that calls the agent. Throws 'access_denied' when it is not active. */
  viaOf(id: string): Promise<Client>;
}

/** What the registries hold of one id. */
export type Lookup<T> = { get(id: string): Promise<Versioned<T> | undefined> };

export const consentParties = ({
  agents,
  clients,
}: {
  readonly agents: Lookup<Agent>;
  readonly clients: Lookup<Client>;
}): ConsentParties => {
  const requesterOf = async (id: string): Promise<Requester> => {
    const agent = id.startsWith('agt_') ? await agents.get(id) : undefined;
    if (agent?.document.state === 'active') return { kind: 'agent', agent: agent.document };
    if (agent) throw consentRefusal('consent_agent_inactive');
    const client = await clients.get(id);
    if (client?.document.state === 'active') return { kind: 'client', client: client.document };
    throw consentRefusal('consent_client_inactive');
  };

  const actorOf = async (id: string): Promise<Agent> => {
    const agent = id.startsWith('agt_') ? (await agents.get(id))?.document : undefined;
    if (agent?.state !== 'active') throw consentRefusal('consent_actor_inactive');
    return agent;
  };

  const viaOf = async (id: string): Promise<Client> => {
    const client = (await clients.get(id))?.document;
    if (client?.state !== 'active') throw consentRefusal('consent_caller_inactive');
    return client;
  };

  return { requesterOf, actorOf, viaOf };
};

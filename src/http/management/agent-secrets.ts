import type { Agent } from '../../domain/clients/agents/agent.ts';
import type { AllowedSecret, SecretExceptions } from '../../domain/clients/agents/secret-exceptions.ts';
import type { Owners } from '../../domain/identity/groups/owners.ts';
import type { Versioned } from '../../domain/ports/document-store.ts';
import { type Answer, existing, type Handlers } from './call.ts';

type Operations = 'allowAgentSecret' | 'rotateAgentSecret';

/** Secrets of agents: an operator allows one, and the owner of the agent rotates it. */
export const agentSecretHandlers = (
  secrets: SecretExceptions,
  agents: { get(id: string): Promise<Versioned<Agent> | undefined> },
  owners: Pick<Owners, 'answersFor'>,
): Handlers<Operations> => ({
  async allowAgentSecret({ id, body, by }) {
    const { document } = existing(await agents.get(id));
    const { reason, expiresAt, name } = body as {
      readonly reason: string;
      readonly expiresAt: number;
      readonly name?: string;
    };
    const given = { reason, expiresAt, ...(name === undefined ? {} : { name }) };
    return shown(id, await secrets.allow(id, given, by, document));
  },

  async rotateAgentSecret({ id, body, by, access, caller }) {
    const { document } = existing(await agents.get(id));
    if (access !== 'all') existing((await owners.answersFor(document.owner, caller.id)) ? document : undefined);
    const { overlapSeconds } = body as { readonly overlapSeconds?: number };
    return shown(id, await secrets.rotate(id, overlapSeconds === undefined ? {} : { overlapSeconds }, by));
  },
});

const shown = (agent: string, { credential, secret }: AllowedSecret): Answer => ({
  body: {
    id: credential.id,
    agent,
    reason: credential.reason,
    ...(credential.name === undefined ? {} : { name: credential.name }),
    created_at: credential.createdAt,
    expires_at: credential.expiresAt ?? 0,
    client_secret: secret,
  },
});

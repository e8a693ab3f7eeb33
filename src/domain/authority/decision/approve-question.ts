/**
 * Questions to the policies when a person approves an action: `approve`, for each scope and detail that the approval
 * would allow. A case has the same shape as a case about tokens (policy-question.ts). The audit log therefore stores
 * both alike, and a replay can evaluate both again.
 */

import type { Agent } from '../../clients/agents/agent.ts';
import type { Account } from '../../identity/accounts/account.ts';
import type { PolicyCase } from '../../ports/policy-engine.ts';
import { amountOf } from '../../resources/authorization-details/narrowed-details.ts';
import type { ResourceServer } from '../../resources/resource-servers/resource-server.ts';
import { type ActorChain, actorsOf } from '../../vocabulary/actor-chain.ts';
import type { Detail } from '../../vocabulary/detail-type.ts';
import type { Risk } from '../../vocabulary/risk.ts';
import { agentParty } from './facts.ts';
import { accountEntity, detailEntity, momentFacts, partyEntity, scopeEntity, serverEntity } from './policy-question.ts';
import type { Circumstances } from './server-use-question.ts';

type Person = Pick<Account, 'id' | 'state' | 'groups'>;

/** The action that a person would approve. */
export type Approving = {
  readonly action: {
    readonly agent: string;
    readonly chain: ActorChain;
    /** Account on whose behalf the agent acts. */
    readonly subject: string;
    /** Resource indicator. */
    readonly resource: string;
    readonly scope: readonly string[];
    readonly details: readonly Detail[];
  };
  /** Highest risk of the requested scopes and details. */
  readonly risk: Risk;
  /** The absent person for whom the deputy approves; absent: for themselves. */
  readonly for?: string | undefined;
  /**
   * The approver consents that the agent acts for this person. This consent is required in addition to the approvals of
   * the action, and is not one of them.
   */
  readonly isConsent?: boolean | undefined;
};

/** Facts from the registries about the parties of the approval. */
export type ApprovingFacts = {
  readonly who: Person;
  readonly agent: Agent;
  /** The subject. Undefined: the account no longer exists. */
  readonly subject: Person | undefined;
  /** The approver, or one of their groups, owns the agent. */
  readonly isOwner: boolean;
  readonly server: Pick<ResourceServer, 'id' | 'identifier' | 'scopes' | 'detailTypes'>;
  readonly isOwnApi: boolean;
};

export const approveCase = (
  { action, risk, for: away, isConsent = false }: Approving,
  { who, agent, subject, isOwner, server, isOwnApi }: ApprovingFacts,
  { now, assurance, source, isBound = false }: Omit<Circumstances, 'server'>,
): PolicyCase => {
  const place = { server, isOwnApi };
  const types = server.detailTypes ?? [];
  const actors = actorsOf(action.chain);
  return {
    action: 'approve',
    principal: { type: 'Account', id: who.id },
    entities: [
      accountEntity(who),
      ...(subject && subject.id !== who.id ? [accountEntity(subject)] : []),
      partyEntity(agentParty(agent)),
      serverEntity(place),
    ],
    context: {
      route: 'approval',
      ...momentFacts({ now, assurance, source }),
      subject: { entity: { type: 'Account', id: action.subject } },
      delegated: true,
      depth: actors.length,
      actors: actors.map((id) => ({ entity: { type: 'Agent', id } as const })),
      bound: isBound,
      agent: { entity: { type: 'Agent', id: agent.id } },
      risk,
      scopes: [...action.scope],
      owner: isOwner,
      self: action.subject === who.id,
      deputy: away !== undefined,
      consent: isConsent,
    },
    resources: action.scope.map((scope) => ({
      scope,
      // A scope that is no longer declared is never granted. Here it has the highest risk.
      entity: scopeEntity(place, server.scopes.find(({ name }) => name === scope) ?? { name: scope, risk: WORST }),
      consented: false,
    })),
    ...(action.details.length === 0
      ? {}
      : {
          details: action.details.map((detail) => {
            const amount = amountOf(types, detail);
            const declared = types.find(({ type }) => type === detail.type) ?? { type: detail.type, risk: WORST };
            return {
              entity: detailEntity(place, declared),
              consented: false,
              ...(amount === undefined ? {} : { amount }),
            };
          }),
        }),
    isConditional: true,
  };
};

const WORST: Risk = 'critical';

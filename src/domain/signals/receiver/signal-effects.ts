/** What a signal does to an account. Each effect is idempotent, and has audit events of its own before it happens. */
import type { AuditLog } from '../../audit/audit-event.ts';
import type { Agent } from '../../clients/agents/agent.ts';
import type { AgentRegistry } from '../../clients/agents/agent-registry.ts';
import type { AccountRegistry } from '../../identity/accounts/account-registry.ts';
import type { UpstreamLinks } from '../../identity/upstream/upstream-links.ts';
import type { UpstreamSessions } from '../../identity/upstream/upstream-sessions.ts';
import { EPOCHS, type Epoch, raiseEpoch } from '../../platform/epochs/epoch.ts';
import { documentRefusal } from '../../platform/registries/document-refusals.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Cursor, DocumentStore } from '../../ports/document-store.ts';
import { isDomainError } from '../../vocabulary/errors.ts';
import { killKey } from '../../vocabulary/kill.ts';
import type { AccountSignals } from './account-signals.ts';
import { kindOf } from './signal-risk.ts';
import type { Signal, SignalEffect, Transmitter } from './transmitter.ts';

export interface SignalEffects {
  /** Applies all effects of a signal about an account. Rejects when one could not be written: then it may be repeated. */
  apply(signal: Signal & { readonly account: string }, transmitter: Transmitter, by: By): Promise<void>;
}

export type SignalEffectsDeps = {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly accounts: Pick<AccountRegistry, 'endSessions' | 'noteSignals'>;
  readonly agents: Pick<AgentRegistry, 'list' | 'suspend'>;
  readonly links: Pick<UpstreamLinks, 'ofAccount'>;
  readonly upstreamSessions: Pick<UpstreamSessions, 'endAll'>;
  readonly accountSignals: Pick<AccountSignals, 'note'>;
  /** Closes transactions whose tokens have ended. Does not wait. */
  readonly settle: () => void;
};

export const signalEffects = (deps: SignalEffectsDeps): SignalEffects => {
  const { documents, clock, audit, accounts, agents, links, upstreamSessions, accountSignals } = deps;
  const epochs = documents.collection<Epoch>(EPOCHS);

  /** Also ends sign-ins at the provider that have no session here yet. */
  const endThere = async ({ account, session: sid }: SignalOfAccount, { upstream }: Transmitter, by: By) => {
    const until = clock.now();
    for (const { upstream: provider, subject } of await links.ofAccount(account)) {
      if (provider !== upstream) continue;
      const origin = { provider, subject, ...(sid === undefined ? {} : { sid }) };
      await upstreamSessions.endAll(origin, { until, by, how: 'at_provider' });
    }
  };

  const revokeTokens = async ({ account, id }: SignalOfAccount, by: By): Promise<void> => {
    await audit.append({
      type: 'account.tokens_revoked',
      outcome: 'done',
      ...{ caller: by.caller, subject: account },
      target: { kind: 'account', id: account },
      inputs: { signal: id },
      ...(by.request === undefined ? {} : { request: by.request }),
    });
    await raiseEpoch(epochs, killKey('account', account), clock.now() + 1);
    deps.settle();
  };

  const suspendAgents = async (owner: string, by: By): Promise<void> => {
    for (let after: Cursor | undefined; ; ) {
      const { items, next } = await agents.list({ owner, limit: 200, ...(after ? { after } : {}) });
      for (const { document } of items) {
        // Also what a directory suspended: the directory could resume it otherwise.
        if (document.state !== 'active' && document.suspendedByDirectory === undefined) continue;
        try {
          await agents.suspend(document.id, by, { check: stillOf(owner) });
        } catch (error) {
          // It was retired in the meantime, or has another owner, of whom the transmitter said nothing.
          if (!isDomainError(error) || !PASSED_OVER.has(error.code)) throw error;
        }
      }
      if (!next) return;
      after = next;
    }
  };

  const noteRisk = async (
    signal: SignalOfAccount,
    { id, issuer, riskSeconds }: Transmitter,
    requiresStepUp: boolean,
  ) => {
    const { account, event, level = 'none', at } = signal;
    if (event === undefined || event === 'tokens_revoked') return;
    const until = clock.now() + riskSeconds;
    await accounts.noteSignals(account, until);
    const kind = kindOf(event);
    await accountSignals.note({ account, transmitter: id, issuer, kind, event, level, at, until, requiresStepUp });
  };

  return {
    async apply(signal, transmitter, by): Promise<void> {
      const has = (effect: SignalEffect): boolean => signal.effects.includes(effect);
      // First what policies see: from then on nothing new is given.
      if (has('record_risk') || has('require_step_up')) await noteRisk(signal, transmitter, has('require_step_up'));
      if (has('revoke_tokens')) await revokeTokens(signal, by);
      if (has('end_sessions') || has('revoke_tokens')) {
        await endThere(signal, transmitter, by);
        if (signal.session === undefined || has('revoke_tokens')) await accounts.endSessions(signal.account, by);
      }
      if (has('suspend_agents')) await suspendAgents(signal.account, by);
    },
  };
};

/** Its state or its owner is another one by now. */
const PASSED_OVER: ReadonlySet<string> = new Set(['conflict', 'precondition_failed']);

const stillOf =
  (owner: string) =>
  async (agent: Pick<Agent, 'owner'>): Promise<void> => {
    if (agent.owner !== owner) throw documentRefusal('object_changed', { params: { kind: 'agent' } });
  };

type SignalOfAccount = Signal & { readonly account: string };

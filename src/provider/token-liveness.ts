/**
 * Whether a token that is genuine and unexpired still means anything: everything it hangs on must be
 * live now. Our own rows decide, for JWT and opaque tokens alike (decision D8), and a row that cannot
 * be found is a *no*.
 */
import type { Account } from '../domain/accounts/account.ts';
import type { Agent } from '../domain/agents/agent.ts';
import type { ActorChain } from '../domain/delegation/actor-chain.ts';
import { actorsOf } from '../domain/delegation/actor-chain.ts';
import type { Delegation } from '../domain/delegation/delegation.ts';
import type { Clock } from '../domain/ports/clock.ts';
import type { DocumentStore } from '../domain/ports/document-store.ts';
import { EPOCHS, type Epoch } from '../domain/revocation/epoch.ts';
import type { EngineClients } from './engine-client.ts';
import { LEASES, type LeaseRecord } from './records.ts';

/** What a token says of itself. */
export type TokenFacts = {
  readonly clientId: string;
  readonly issuedAt: number;
  readonly subject?: string | undefined;
  readonly lease?: string | undefined;
  readonly delegation?: string | undefined;
  readonly chain?: ActorChain | undefined;
  readonly scope: readonly string[];
};

export type TokenLiveness = ReturnType<typeof tokenLiveness>;

export const tokenLiveness = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly clients: EngineClients;
  readonly accounts: { get(id: string): Promise<{ readonly document: Account } | undefined> };
  readonly agents: { getMany(ids: readonly string[]): Promise<readonly { readonly document: Agent }[]> };
  readonly delegations: { live(id: string): Promise<Delegation | undefined> };
}) => {
  const epochs = deps.documents.collection<Epoch>(EPOCHS);
  const leases = deps.documents.collection<LeaseRecord>(LEASES);

  const afterEpoch = async (moment: number): Promise<boolean> => {
    const epoch = await epochs.get('all');
    return !epoch || moment >= epoch.document.notBefore;
  };

  const accountActive = async (id: string): Promise<boolean> =>
    (await deps.accounts.get(id))?.document.state === 'active';

  const leaseLive = async (id: string): Promise<LeaseRecord | undefined> => {
    const lease = (await leases.get(id))?.document;
    if (!lease) return undefined;
    if (Number(lease.payload['exp']) <= deps.clock.now()) return undefined;
    return (await afterEpoch(lease.createdAt)) ? lease : undefined;
  };

  return {
    leaseLive,
    /** Whether a browser session of this account that began at `since` still counts. */
    async sessionLive(account: string, since: number): Promise<boolean> {
      const found = (await deps.accounts.get(account))?.document;
      return found?.state === 'active' && since >= found.sessionsValidFrom && (await afterEpoch(since));
    },
    async isLive(facts: TokenFacts): Promise<boolean> {
      if (!(await afterEpoch(facts.issuedAt))) return false;
      if (!(await deps.clients.find(facts.clientId))) return false;
      if (facts.subject !== undefined && !(await accountActive(facts.subject))) return false;
      if (facts.lease !== undefined && !(await leaseLive(facts.lease))) return false;
      if (facts.delegation !== undefined) {
        const row = await deps.delegations.live(facts.delegation);
        if (row?.subject !== facts.subject) return false;
        // A person who narrows a consent narrows what is out already.
        if (facts.scope.some((name) => !row?.scope.includes(name))) return false;
      }
      // The caller itself was just found active; those before it in the chain must be, too.
      const earlier = actorsOf(facts.chain).filter((actor) => actor !== facts.clientId);
      if (earlier.length > 0) {
        const found = await deps.agents.getMany(earlier);
        if (found.length !== new Set(earlier).size) return false;
        if (found.some(({ document }) => document.state !== 'active')) return false;
      }
      return true;
    },
  };
};

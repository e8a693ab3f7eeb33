/**
 * Grants in their effective state under their account, the kills, the agent with its ceilings and its instance, and the
 * session. A missing record is a denial.
 */
import { ownershipOf } from '../../domain/clients/agents/ownership.ts';
import type { Ceilings } from '../../domain/clients/blueprints/ceilings.ts';
import type { InstanceRegistry } from '../../domain/clients/instances/instance-registry.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import type { SessionRegistry } from '../../domain/identity/sessions/session-registry.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { DocumentStore, Found } from '../../domain/ports/document-store.ts';
import type { Part, Revocation } from '../../domain/ports/revocation.ts';
import type { ProviderClients } from '../client-authentication/client-metadata.ts';
import { GRANTS, type GrantRecord, ownershipOfGrant, sessionOfGrant } from '../seam/records.ts';

type LiveGrantsDeps = {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly clients: Pick<ProviderClients, 'active'>;
  readonly accounts: { get(id: string): Found<Account> };
  readonly revocation: Revocation;
  readonly instances: Pick<InstanceRegistry, 'counting'>;
  readonly sessions: Pick<SessionRegistry, 'isLive'>;
};

export interface LiveGrants {
  /** The stored record of the grant, ended or not. */
  stored(id: string): Promise<GrantRecord | undefined>;

  /** The grant in its effective state; undefined if it has ended or expired. The end of its session does not end it. */
  grantLive(id: string): Promise<GrantRecord | undefined>;

  /** The grant as its client holds it: it ends with its session, while delegations to agents under it do not. */
  grantHeld(grant: GrantRecord): Promise<GrantRecord | undefined>;

  /** The same by id; undefined also if it has expired. */
  grantHeldLive(id: string): Promise<GrantRecord | undefined>;

  isExpired(grant: GrantRecord): boolean;

  /** Whether the session on which a grant depends has ended, if it depends on one. */
  isSessionOver(grant: GrantRecord, account: Account): Promise<boolean>;

  /** Why a grant of an agent has ended: its own tokens were ended, its instance, or the whole authorization. */
  endOfAgentGrant(
    grant: GrantRecord,
    ceilings: Ceilings | undefined,
  ): Promise<'grant_ended' | 'instance_ended' | undefined>;

  /** Whether the instance with this id is active under these ceilings of its agent, and not killed since its start. */
  instanceNow(id: string, agent: string, ceilings: Ceilings | undefined): Promise<boolean>;
}

export const liveGrants = (deps: LiveGrantsDeps): LiveGrants => {
  const { revocation } = deps;
  const grants = deps.documents.collection<GrantRecord>(GRANTS);

  const isExpired = ({ payload }: GrantRecord): boolean => Number(payload['exp']) <= deps.clock.now();

  const instanceNow = async (id: string, agent: string, ceilings: Ceilings | undefined): Promise<boolean> => {
    const instance = await deps.instances.counting(id, { id: agent, ...(ceilings ? { ceilings } : {}) });
    if (!instance) return false;
    const part = { parties: [agent], since: instance.createdAt, ownership: ownershipOf(instance) };
    return (await revocation.ended([part])) === undefined;
  };

  const endOfAgentGrant = async (
    { clientId, endedAt, parent, instance }: GrantRecord,
    ceilings: Ceilings | undefined,
  ): Promise<'grant_ended' | 'instance_ended' | undefined> => {
    if (endedAt !== undefined) return 'grant_ended';
    if (parent !== undefined && (await grants.get(parent)) === undefined) return 'grant_ended';
    if (instance === undefined) return undefined;
    return (await instanceNow(instance, clientId, ceilings)) ? undefined : 'instance_ended';
  };

  /** A grant in its effective state, without a check of its expiry, which the ceilings of its agent may bring nearer. */
  const grantNow = async (grant: GrantRecord): Promise<GrantRecord | undefined> => {
    const found = (await deps.accounts.get(grant.account))?.document;
    if (found === undefined || !isFromAfter(found, grant.createdAt)) return undefined;
    if (await revocation.ended([partOfGrant(grant)])) return undefined;
    if (!grant.clientId.startsWith('agt_')) return grant;
    const ceilings = (await deps.clients.active(grant.clientId))?.ceilings;
    if ((await endOfAgentGrant(grant, ceilings)) !== undefined) return undefined;
    const most = ceilings?.maxGrantSeconds;
    if (most === undefined) return grant;
    return {
      ...grant,
      payload: { ...grant.payload, exp: Math.min(Number(grant.payload['exp']), grant.createdAt + most) },
    };
  };

  const isSessionOver = async (grant: GrantRecord, account: Account): Promise<boolean> => {
    const session = sessionOfGrant(grant);
    return session !== undefined && !(await deps.sessions.isLive(session, account, grant.createdAt));
  };

  const grantHeld = async (grant: GrantRecord): Promise<GrantRecord | undefined> => {
    const counting = await grantNow(grant);
    const account = counting && (await deps.accounts.get(grant.account))?.document;
    return account && !(await isSessionOver(grant, account)) ? counting : undefined;
  };

  const grantLive = async (id: string): Promise<GrantRecord | undefined> => {
    const grant = (await grants.get(id))?.document;
    if (!grant || isExpired(grant)) return undefined;
    const counting = await grantNow(grant);
    return counting && !isExpired(counting) ? counting : undefined;
  };

  const stored = async (id: string): Promise<GrantRecord | undefined> => (await grants.get(id))?.document;

  return {
    stored,
    grantLive,
    grantHeld,
    async grantHeldLive(id) {
      const grant = await stored(id);
      const held = grant && (await grantHeld(grant));
      return held && !isExpired(held) ? held : undefined;
    },
    isExpired,
    isSessionOver,
    endOfAgentGrant,
    instanceNow,
  };
};

/** Whether a moment is not before the last end of all tokens of the account. */
export const isFromAfter = ({ tokensValidFrom = 0 }: Account, moment: number): boolean => moment >= tokensValidFrom;

/** The parts of a grant that revocation checks. */
export const partOfGrant = (grant: GrantRecord): Part => ({
  subject: grant.account,
  parties: [grant.clientId],
  since: grant.createdAt,
  ownership: ownershipOfGrant(grant),
  consentedAt: grant.createdAt,
});

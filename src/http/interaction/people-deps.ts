/**
 * The pages for people: sign-in and consent during an authorization request (this folder), and the pages of their own account
 * (src/http/account). They turn domain values into page models and forms into calls of the domain. They decide nothing
 * themselves, and know oidc-provider through ports only. Mounted by src/http/app.ts below the issuer's path.
 */

import type { AuditLog } from '../../domain/audit/audit-event.ts';
import type { Archived } from '../../domain/audit/beginning.ts';
import type { AuditFilters, AuditPage } from '../../domain/audit/list-events.ts';
import type { CountRefusal } from '../../domain/audit/refusal-counter.ts';
import type { ConsentRegistry } from '../../domain/authority/consent/consent-registry.ts';
import type { Authorize } from '../../domain/authority/decision/authorize.ts';
import type { DelegationRegistry } from '../../domain/authority/delegation/delegation-registry.ts';
import type { DelegationRequests } from '../../domain/authority/delegation/delegation-requests.ts';
import type { GrantUses } from '../../domain/authority/grants/grant-last-used.ts';
import type { GrantService } from '../../domain/authority/grants/grant-service.ts';
import type { StepUps } from '../../domain/authority/step-ups/step-ups.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import type { Client } from '../../domain/clients/clients/client.ts';
import type { AccountLinks } from '../../domain/clients/peers/account-links.ts';
import type { Peer } from '../../domain/clients/peers/peer.ts';
import type { OwnReview } from '../../domain/governance/reviews/own-review.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import type { AccountRegistry } from '../../domain/identity/accounts/account-registry.ts';
import type { EmailChange } from '../../domain/identity/accounts/email-change.ts';
import type { PasswordReset } from '../../domain/identity/accounts/password-reset.ts';
import type { PasswordSignIn } from '../../domain/identity/accounts/sign-in.ts';
import type { FactorRegistry } from '../../domain/identity/factors/factor-registry.ts';
import type { Passkeys } from '../../domain/identity/factors/passkeys.ts';
import type { SecondFactor } from '../../domain/identity/factors/second-factor.ts';
import type { TotpEnrolment } from '../../domain/identity/factors/totp-enrolment.ts';
import type { Group } from '../../domain/identity/groups/group.ts';
import type { OwnerNames } from '../../domain/identity/groups/owner-names.ts';
import type { SessionRegistry } from '../../domain/identity/sessions/session-registry.ts';
import type { SignInMethods } from '../../domain/identity/upstream/sign-in-methods.ts';
import type { UpstreamRegistry } from '../../domain/identity/upstream/upstream-registry.ts';
import type { UpstreamSessions } from '../../domain/identity/upstream/upstream-sessions.ts';
import type { UpstreamSignIn } from '../../domain/identity/upstream/upstream-sign-in.ts';
import type { NotificationChoices } from '../../domain/notifications/notification-choices.ts';
import type { PushKeys } from '../../domain/notifications/push-keys.ts';
import type { PushRegistry } from '../../domain/notifications/push-registry.ts';
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import type { VerifiedNames } from '../../domain/platform/display-names/verified-names.ts';
import type { Versioned } from '../../domain/ports/document-store.ts';
import type { Grants } from '../../domain/ports/grants.ts';
import type { BrowserSessions, Interactions } from '../../domain/ports/interactions.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import type { BrandFiles } from '../brand.ts';
import type { ReaderLanguage } from '../middleware/language.ts';
import type { ApprovalPagesDeps } from './approval-deps.ts';

type Lookup<T> = { get(id: string): Promise<Versioned<T> | undefined> };

export type PeopleDeps = {
  readonly issuer: string;
  /** Path part of the issuer without a trailing slash, or ''. The routers see paths without it. */
  readonly basePath: string;
  readonly readerLanguage: ReaderLanguage;
  readonly brand: BrandFiles;
  readonly interactions: Interactions;
  readonly browserSessions: BrowserSessions;
  readonly sessions: Pick<SessionRegistry, 'get' | 'ofAccount' | 'end'>;
  readonly grants: Grants;
  readonly grantService: GrantService;
  /** Time of the last use of each grant and delegation. */
  readonly uses: Pick<GrantUses, 'lastUses'>;
  readonly authorize: Authorize;
  readonly accounts: Pick<AccountRegistry, 'get' | 'getMany' | 'setPassword' | 'setLanguage' | 'endSessions'>;
  readonly groups: Lookup<Pick<Group, 'name'>>;
  /** Resolves a name that a user typed. */
  readonly ownerNames: Pick<OwnerNames, 'find'>;
  readonly clients: Lookup<Client>;
  /** Agents that wait for this account, or for a group of it, to accept them: the first of them. */
  readonly offeredTo: (account: string) => Promise<readonly Agent[]>;
  readonly agents: Lookup<Agent> & { getMany(ids: readonly string[]): Promise<readonly Versioned<Agent>[]> };
  readonly resourceServers: { findByIdentifier(identifier: string): Promise<Versioned<ResourceServer> | undefined> };
  readonly delegations: Pick<
    DelegationRegistry,
    'get' | 'live' | 'list' | 'suspendedOf' | 'confirmOwner' | 'narrow' | 'revoke' | 'revokeAllOf'
  >;
  /** The question about what agents hold and do not use. */
  readonly ownReview: OwnReview;
  readonly delegationRequests: Pick<DelegationRequests, 'peek' | 'consume'>;
  readonly stepUps: Pick<StepUps, 'peek' | 'isEnough' | 'confirm' | 'decline'>;
  /** Authorization servers of other organisations that can act on a user's behalf. */
  readonly accountLinks: Pick<AccountLinks, 'list' | 'remove'>;
  readonly peers: Lookup<Peer>;
  readonly consents: ConsentRegistry;
  /** Absent: the server verifies no agent names. */
  readonly verifiedNames?: Pick<VerifiedNames, 'likeness'>;
  readonly signIn: PasswordSignIn;
  /** Absent: the server sends no mail, and only an administrator can give a user a new password. */
  readonly resets?: PasswordReset | undefined;
  /** Changes the address of an account. */
  readonly emails?: EmailChange | undefined;
  readonly secondFactor: SecondFactor;
  readonly factors: Pick<FactorRegistry, 'list' | 'isAsked' | 'mayChange' | 'newRecoveryCodes'>;
  readonly totpEnrolment: TotpEnrolment;
  readonly passkeys: Passkeys;
  readonly approvals: ApprovalPagesDeps;
  /** Of what each person is notified. */
  readonly notificationChoices: Pick<NotificationChoices, 'off' | 'choose'>;
  /** Absent without push notifications. */
  readonly push?:
    | {
        readonly registry: Pick<PushRegistry, 'list' | 'add' | 'remove' | 'test'>;
        readonly keys: Pick<PushKeys, 'current'>;
      }
    | undefined;
  /** Sign-in at other providers. */
  readonly upstream: {
    readonly providers: Pick<UpstreamRegistry, 'get' | 'active' | 'standing' | 'ofUsername'>;
    readonly signIn: UpstreamSignIn;
    readonly sessions: UpstreamSessions;
    readonly signInMethods: SignInMethods;
    /** Creates an unguessable name for a browser. */
    newBrowser(): string;
  };
  /** Whether people sign in with a password. */
  readonly isPasswordOn: boolean;
  readonly masterKey: MasterKey;
  readonly audit: AuditLog & {
    /** Reads the audit log for the person's own activity. */
    list(filters: AuditFilters): Promise<AuditPage>;
    /** Which records are in an archive only; undefined: none. */
    archived(): Promise<Archived | undefined>;
  };
  /** Counts a refusal before authentication; no event is written for each (decision D18). */
  readonly countRefusal: CountRefusal;
  /** Minimum in code points. */
  readonly passwordMinimumLength: number;
};

/** Name and kind of a client or agent, for pages that only mention it. */
export const namesOf = async (
  { agents, clients }: Pick<PeopleDeps, 'agents' | 'clients'>,
  id: string,
): Promise<{ readonly kind: 'agent' | 'client'; readonly name: string } | undefined> => {
  const agent = id.startsWith('agt_') ? await agents.get(id) : undefined;
  if (agent) return { kind: 'agent', name: agent.document.name };
  const client = await clients.get(id);
  return client && { kind: 'client', name: client.document.name };
};

/** The active account behind a session, or undefined. */
export const activeAccount = async (
  { accounts }: Pick<PeopleDeps, 'accounts'>,
  id: string,
): Promise<Account | undefined> => {
  const found = (await accounts.get(id))?.document;
  return found?.state === 'active' ? found : undefined;
};

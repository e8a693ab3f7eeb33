import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { ScopesByResource } from '../../vocabulary/scope-sets.ts';
import type { Language } from './language.ts';

/** What an account may do in the management API and the console (decision D22). Owners need no role for their own agents. */
export type Role = 'administrator' | 'operator' | 'auditor';

/**
 * Roles, including the one that only a user may hold, never a client. Two users who hold it can allow an action in
 * an emergency (decision 16).
 */
export type AccountRole = Role | 'break_glass';

/** A person who can sign in here. */
export type Account = {
  readonly id: string;
  /** The name typed at sign-in: lower case, NFKC. Unique. */
  readonly username: string;
  readonly name: string;
  readonly email?: string;
  readonly emailVerified?: boolean;
  /** Since when it has this address with this verification. Each change is later than the one before. */
  readonly emailFrom?: number;
  /** The language of mails to the user, and of pages that set no other. Absent: never chosen. */
  readonly language?: Language;
  /**
   * The account's own groups: names for existing software and for policies. Links and directories add further groups
   * (upstream/linked-groups.ts).
   */
  readonly groups: readonly string[];
  /** A link or a directory has given it groups at some time. Absent: none ever did. */
  readonly hasLinkedGroups?: true;
  /** Until then, signals of trusted transmitters may be facts of policies about it. Absent: there never was one. */
  readonly signalsUntil?: number;
  readonly roles: readonly AccountRole[];
  /** Since when it holds the role `break_glass` without a gap. Absent: `breakGlassSince` derives it. */
  readonly breakGlassFrom?: number;
  readonly state: 'active' | 'disabled';
  /** The user's own rights. Absent: what consent gave. Present: nothing beyond them (decision D4). */
  readonly entitlements?: ScopesByResource;
  /** PHC string of Argon2id; absent when the account has no password. */
  readonly passwordHash?: string;
  /** Sessions that began before this second have ended. */
  readonly sessionsValidFrom: number;
  /** The one session that the user kept when the others were ended. */
  readonly keptSession?: string;
  /**
   * Tokens and grants from before this second are revoked. Set when the account is disabled, so that enabling it
   * revives none.
   */
  readonly tokensValidFrom?: number;
  /** The directory that disabled it. Only this one may enable it again. Absent: it is active, or others disabled it. */
  readonly disabledByDirectory?: string;
  /** When its directory deleted it. It has no username and no address of its own, and stays disabled. */
  readonly removedAt?: number;
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const holdsRole = ({ roles }: Pick<Account, 'roles'>, role: AccountRole): boolean => roles.includes(role);

/**
 * The second since which an account with the role `break_glass` holds it. For an account from before the time was
 * stored: its last change.
 */
export const breakGlassSince = ({ breakGlassFrom, updatedAt }: Pick<Account, 'breakGlassFrom' | 'updatedAt'>): number =>
  breakGlassFrom ?? updatedAt;

export const ACCOUNTS = {
  name: 'accounts',
  holds: 'one person who signs in',
  prefixes: ['acc'],
  events: ['account'],
  consistency: 'majority',
  cached: true,
  retention: { removedBy: 'nothing', because: 'the audit log and all that a person owns name the account' },
  transfer: 'gives authority',
  indexes: [
    { fields: ['username'], unique: true },
    { fields: ['createdAt'] },
    // Set by the registry: the key by which addresses are compared (email-key.ts).
    { fields: ['emailKey'] },
    // Set by the registry on administrators only.
    { fields: ['administrator', 'state'] },
  ],
  members: ['username', 'name', 'groups', 'roles', 'state', 'sessionsValidFrom', 'createdAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

/**
 * Whether the account allows a session, or what depends on it, from this second. It must be from after sessions were
 * last ended, or belong to the session kept then.
 */
export const isLetCount = (
  { state, sessionsValidFrom, keptSession }: Pick<Account, 'state' | 'sessionsValidFrom' | 'keptSession'>,
  session: string,
  since: number,
): boolean => state === 'active' && (since >= sessionsValidFrom || keptSession === session);

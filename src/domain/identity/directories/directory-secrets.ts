/**
 * Static bearer secrets of directories: off by default, and allowed for a directory that cannot request access tokens, by an
 * exception with an owner, a reason and an end. Every holder acts as the directory, so a secret is shown once, stored as a
 * digest, and listed.
 */
import type { AuditLog } from '../../audit/audit-event.ts';
import { withMutex } from '../../platform/cluster/mutex.ts';
import { checkText } from '../../platform/display-names/display-text.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, update } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { AccountReader } from '../accounts/account-reader.ts';
import { accountRefusal } from '../accounts/account-refusals.ts';
import type { Directory } from './directory.ts';
import { recordDirectoryEvent } from './directory-event.ts';
import { directoryRefusal } from './directory-refusals.ts';

/** `dsc_…` */
export type DirectorySecret = {
  readonly id: string;
  readonly directory: string;
  readonly secretHash: string;
  /** The account that answers for it. */
  readonly owner: string;
  readonly reason: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** It ended before its time: an administrator revoked it. */
  readonly revokedAt?: number;
  /** Kept until then, so that a refusal can say that it has ended. */
  readonly forgetAt: number;
};

export const DIRECTORY_SECRETS = {
  name: 'directory_secrets',
  holds: 'one static bearer secret of a directory, as a digest',
  prefixes: ['dsc'],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'sweeper', once: 'it ended 30 days ago' },
  transfer: 'gives authority',
  indexes: [{ fields: ['secretHash'], unique: true }, { fields: ['directory', 'createdAt'] }],
  expiresAt: 'forgetAt',
  members: ['directory', 'secretHash', 'owner', 'reason', 'createdAt', 'expiresAt', 'forgetAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

const DAY = 86_400;
const LONGEST_DAYS = 90;
const LONGEST_OVERLAP_SECONDS = 7 * DAY;
const KEPT_SECONDS = 30 * DAY;
/** Ended ones included: they are forgotten after 30 days. */
const MOST_LISTED = 200;

/** By it, scanners of repositories find a secret that leaked, and the server tells it from an access token. */
const PREFIX = 'bhd_';

/** Whether a bearer value is a secret of a directory, and not an access token. */
export const isDirectorySecret = (value: string): boolean => value.startsWith(PREFIX);

export type NewDirectorySecret = {
  readonly reason: string;
  readonly expiresAt: number;
  /** Default: the account that the caller acts for. */
  readonly owner?: string;
};

/** Show the secret once. */
export type ShownSecret = { readonly document: DirectorySecret; readonly secret: string };

export interface DirectorySecrets {
  /** Newest first, those that ended in the last 30 days included. */
  list(directory: string): Promise<readonly DirectorySecret[]>;
  /** The secret with this value, which may have ended. Throws 'unauthenticated' for an unknown one. */
  find(value: string): Promise<{ readonly directory: string; readonly isLive: boolean }>;
  /**
   * Allows a directory a secret. Throws 'invalid_field' without a reason, an active owner, or an end within 90 days, and
   * 'conflict' when it has one: rotate that one.
   */
  allow(directory: Directory, given: NewDirectorySecret, by: By): Promise<ShownSecret>;
  /**
   * Replaces the secret. The old one stays valid for `overlapSeconds` more, at most seven days; the end does not change. Throws
   * 'invalid_field', and 'conflict' when there is none or a rotation is under way.
   */
  rotate(directory: Directory, overlapSeconds: number, by: By): Promise<ShownSecret>;
  /** Ends all secrets of a directory at once. Idempotent. */
  revoke(directory: Directory, by: By): Promise<void>;
}

type Deps = {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly audit: AuditLog;
  readonly accounts: Pick<AccountReader, 'get'>;
  readonly digestSecret: (secret: string) => string;
};

export const isLive = ({ expiresAt, revokedAt }: DirectorySecret, now: number): boolean =>
  revokedAt === undefined && expiresAt > now;

export const directorySecrets = (deps: Deps): DirectorySecrets => {
  const { documents, clock, identifiers, audit, accounts, digestSecret } = deps;
  const collection = documents.collection<DirectorySecret>(DIRECTORY_SECRETS);

  const list = async (directory: string): Promise<readonly DirectorySecret[]> => {
    const order = { by: 'createdAt', direction: 'descending' } as const;
    const found = await collection.find({ where: { directory }, order, limit: MOST_LISTED });
    return found.map(({ document }) => document);
  };

  const liveOf = async ({ id }: Directory): Promise<readonly DirectorySecret[]> =>
    (await list(id)).filter((one) => isLive(one, clock.now()));

  /** One change at a time, so that a directory has one secret, and two while it rotates. */
  const exclusively = <T>({ id }: Directory, work: () => Promise<T>): Promise<T> =>
    withMutex({ documents, clock }, `secrets ${id}`, work);

  const insert = async (
    directory: Directory,
    given: Pick<DirectorySecret, 'owner' | 'reason' | 'expiresAt'>,
    type: 'directory.secret_allowed' | 'directory.secret_rotated',
    by: By,
  ): Promise<ShownSecret> => {
    const secret = `${PREFIX}${identifiers.newSecret()}`;
    const { owner, reason, expiresAt } = given;
    const document: DirectorySecret = {
      ...{ id: identifiers.newId('dsc'), directory: directory.id, secretHash: digestSecret(secret) },
      ...{ owner, reason, createdAt: clock.now(), expiresAt, forgetAt: expiresAt + KEPT_SECONDS },
    };
    const inputs = { secret: document.id, owner, reason, expiresAt };
    await recordDirectoryEvent(audit, { type, inputs }, directory.id, by);
    await collection.insert(document);
    return { document, secret };
  };

  return {
    list,

    async find(value) {
      const [found] = await collection.find({ where: { secretHash: digestSecret(value) }, limit: 1 });
      if (!found) throw directoryRefusal('directory_secret_unknown');
      return { directory: found.document.directory, isLive: isLive(found.document, clock.now()) };
    },

    async allow(directory, { reason, expiresAt, owner: named }, by): Promise<ShownSecret> {
      checkText(reason, '/reason', 500);
      const now = clock.now();
      if (expiresAt <= now || expiresAt > now + LONGEST_DAYS * DAY) {
        throw directoryRefusal('directory_secret_too_long_lived', {
          field: '/expires_at',
          params: { most: LONGEST_DAYS },
        });
      }
      const owner = named ?? by.account ?? by.caller;
      const account = (await accounts.get(owner))?.document;
      if (account?.state !== 'active') throw accountRefusal('account_not_found', { field: '/owner' });
      return exclusively(directory, async () => {
        if ((await liveOf(directory)).length > 0) throw directoryRefusal('directory_secret_exists');
        return insert(directory, { owner, reason, expiresAt }, 'directory.secret_allowed', by);
      });
    },

    async rotate(directory, overlapSeconds, by): Promise<ShownSecret> {
      if (!Number.isSafeInteger(overlapSeconds) || overlapSeconds < 0 || overlapSeconds > LONGEST_OVERLAP_SECONDS) {
        const params = { most: LONGEST_OVERLAP_SECONDS };
        throw directoryRefusal('directory_secret_overlap_too_long', { field: '/overlap_seconds', params });
      }
      return exclusively(directory, async () => {
        const [old, another] = await liveOf(directory);
        if (!old) throw directoryRefusal('directory_secret_missing');
        if (another) throw directoryRefusal('directory_secret_still_ending');
        const shown = await insert(directory, old, 'directory.secret_rotated', by);
        const expiresAt = Math.min(old.expiresAt, clock.now() + overlapSeconds);
        await update(collection, old.id, (one) => ({ ...one, expiresAt }));
        return shown;
      });
    },

    revoke: (directory, by): Promise<void> =>
      exclusively(directory, async () => {
        for (const { id } of await liveOf(directory)) {
          const event = { type: 'directory.secret_revoked', inputs: { secret: id } } as const;
          await recordDirectoryEvent(audit, event, directory.id, by);
          await update(collection, id, (one) => ({ ...one, revokedAt: clock.now() }));
        }
      }),
  };
};

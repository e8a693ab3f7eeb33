/**
 * Limits how many accounts a directory deactivates or renames in ten minutes. A mistake there, or a stolen token, then
 * reaches few accounts, and an administrator decides about the rest.
 */
import type { AuditLog } from '../../audit/audit-event.ts';
import { withMutex } from '../../platform/cluster/mutex.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { type CollectionDeclaration, countDocuments, type DocumentStore, upsert } from '../../ports/document-store.ts';
import type { DomainError } from '../../vocabulary/errors.ts';
import {
  DIRECTORY_ACCOUNTS,
  DIRECTORY_ACTIVITY,
  type Directory,
  type DirectoryAccount,
  type DirectoryActivity,
  MOST_COUNTED,
} from './directory.ts';
import { recordDirectoryEvent } from './directory-event.ts';
import { directoryRefusal } from './directory-refusals.ts';

export const WINDOW_SECONDS = 600;
/** How long deactivations pass that an administrator allowed. */
const ALLOWED_SECONDS = 86_400;
/** Since when an account counts for the percentage. */
const SETTLED_SECONDS = 86_400;
/** When a directory may ask again whether the pause is over. */
const RETRY = { retryAfterSeconds: 600 };
const MOST_HELD = 1000;
const CONTACT_SECONDS = 60;
/** Many nodes may deactivate at once; each needs its turn at one document. */
const MOST_SWAPS = 200;
/** While others reach and leave the limit. */
const MOST_ATTEMPTS = 20;

type Counts = Required<Pick<DirectoryActivity, 'accountCount' | 'countedAt'>>;
/** The limit with its percentage, and the count of accounts that it follows from. */
type Limits = { readonly limit: number; readonly counts: Counts };
/** `uncounted`: the limit is not known. `pausing`: it is reached. Neither writes anything. */
type Outcome = { readonly is: 'counted' | 'uncounted' | 'paused' | 'pausing'; readonly next?: DirectoryActivity };

/** The party that the brake limits, with its settings. */
export type Braked = Pick<Directory, 'id' | 'mostDeactivations' | 'mostDeactivationsPercent'>;

/** A kind of party that has a brake: where its counts are, which accounts it could affect, and what a pause says. */
export type BrakeKind = {
  readonly activity: CollectionDeclaration;
  /**
   * How many accounts it could affect, of those created until `createdUntil`. The percentage applies to it: a party that creates
   * accounts must not raise its own limit at once.
   */
  readonly countAccounts: (id: string, createdUntil: number) => Promise<number>;
  readonly recordPause: (limit: number, id: string, by: By) => Promise<unknown>;
  readonly recordResumption: (allowed: number, id: string, by: By) => Promise<unknown>;
  /** `retry`: when it may ask again. */
  readonly paused: (retry: { readonly retryAfterSeconds: number }) => DomainError;
  readonly notPaused: () => DomainError;
};

export interface DeactivationBrake {
  /**
   * Counts a deactivation or a change of username before it happens. Exact on all nodes: one compare-and-swap decides. An
   * account counts once in ten minutes. Throws 'unavailable' while both are paused, and at the first beyond the limit,
   * which pauses them.
   */
  count(directory: Braked, account: string, by: By): Promise<void>;
  /** The recent activity of a directory. Undefined: there was none. */
  activity(directory: string): Promise<DirectoryActivity | undefined>;
  /**
   * Ends a pause. Within a day the first `allowed` of the held accounts pass, and others only for the number beyond them. Default:
   * all that are held. So no other account takes the place of one that the administrator saw. Throws 'conflict' when there is no
   * pause.
   */
  resume(directory: Pick<Braked, 'id'>, allowed: number | undefined, by: By): Promise<void>;
  /** Records a contact, at most once a minute. */
  contact(directory: string): Promise<void>;
}

/** How many accounts an administrator let pass: those of the last pause, and others. */
export const allowedBy = (activity: DirectoryActivity | undefined, now: number): number => {
  const { allowed = 0, allowedAccounts = [], allowedUntil = 0 } = activity ?? {};
  return allowedUntil > now ? allowed + allowedAccounts.length : 0;
};

/** The brake of directories. */
export const deactivationBrake = ({
  documents,
  clock,
  audit,
}: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
}): DeactivationBrake => {
  const accounts = documents.collection<DirectoryAccount>(DIRECTORY_ACCOUNTS);
  return accountBrake(
    { documents, clock },
    {
      activity: DIRECTORY_ACTIVITY,
      countAccounts: (directory, lte) =>
        countDocuments(accounts, { where: { directory }, range: { field: 'createdAt', lte } }),
      recordPause: (limit, id, by) =>
        recordDirectoryEvent(audit, { type: 'directory.deactivations_paused', inputs: { limit } }, id, by),
      recordResumption: (allowed, id, by) =>
        recordDirectoryEvent(audit, { type: 'directory.deactivations_resumed', inputs: { allowed } }, id, by),
      paused: (retry) => directoryRefusal('directory_deactivations_paused', retry),
      notPaused: () => directoryRefusal('directory_not_paused'),
    },
  );
};

/** A brake of one kind of party. */
export const accountBrake = (
  { documents, clock }: { readonly documents: DocumentStore; readonly clock: Clock },
  kind: BrakeKind,
): DeactivationBrake => {
  const activities = documents.collection<DirectoryActivity>(kind.activity);
  const none = (id: string): DirectoryActivity => ({ id, deactivations: [], held: [] });
  const activityOf = async ({ id }: Pick<Braked, 'id'>): Promise<DirectoryActivity> =>
    (await activities.get(id))?.document ?? none(id);

  /** Pauses and resumes one after the other on all nodes, so that each has one event before it. */
  const exclusively = <T>({ id }: Pick<Braked, 'id'>, work: () => Promise<T>): Promise<T> =>
    withMutex({ documents, clock }, `deactivations ${id}`, work);

  const swap = (id: string, change: (activity: DirectoryActivity) => DirectoryActivity | undefined): Promise<void> =>
    upsert(activities, id, (found) => change(found ?? none(id)), MOST_SWAPS);

  /** Counts its accounts once in ten minutes. */
  const countsOf = async (directory: Braked): Promise<Counts> => {
    const now = clock.now();
    const { accountCount, countedAt = 0 } = await activityOf(directory);
    if (accountCount !== undefined && now - countedAt < WINDOW_SECONDS) return { accountCount, countedAt };
    return { accountCount: await kind.countAccounts(directory.id, now - SETTLED_SECONDS), countedAt: now };
  };

  const limitOf = async (directory: Braked): Promise<Limits> => {
    const counts = await countsOf(directory);
    const share = Math.floor((counts.accountCount * directory.mostDeactivationsPercent) / 100);
    return { limit: Math.min(MOST_COUNTED, Math.max(directory.mostDeactivations, share)), counts };
  };

  const recent = ({ deactivations }: DirectoryActivity) =>
    deactivations.filter(({ at }) => clock.now() - at < WINDOW_SECONDS);

  /** Undefined: no administrator let it pass. An account that was held passes each time, others once for each that is allowed. */
  const allowedOf = (activity: DirectoryActivity, account: string): Outcome | undefined => {
    const { allowed = 0, allowedAccounts = [], allowedUntil = 0 } = activity;
    if (allowedUntil <= clock.now()) return undefined;
    if (allowedAccounts.includes(account)) return { is: 'counted' };
    return allowed > 0 ? { is: 'counted', next: { ...activity, allowed: allowed - 1 } } : undefined;
  };

  const held = (activity: DirectoryActivity, account: string): DirectoryActivity => {
    if (activity.held.includes(account)) return activity;
    if (activity.held.length >= MOST_HELD) return { ...activity, isMoreHeld: true };
    return { ...activity, held: [...activity.held, account] };
  };

  const outcomeFor = (activity: DirectoryActivity, account: string, limit: number, limits?: Limits): Outcome => {
    if (activity.pausedAt !== undefined) return { is: 'paused', next: held(activity, account) };
    const window = recent(activity);
    if (window.some((one) => one.account === account)) return { is: 'counted' };
    const allowed = allowedOf(activity, account);
    if (allowed) return allowed;
    if (window.length >= limit) return { is: limits ? 'pausing' : 'uncounted' };
    const deactivations = [...window, { account, at: clock.now() }];
    return { is: 'counted', next: { ...activity, ...limits?.counts, deactivations } };
  };

  /** Whether it paused. No: since the limit was reached, an administrator or the time has made room. */
  const pause = (directory: Braked, account: string, limits: Limits, by: By): Promise<boolean> =>
    exclusively(directory, async () => {
      const { is } = outcomeFor(await activityOf(directory), account, limits.limit, limits);
      if (is !== 'pausing') return false;
      await kind.recordPause(limits.limit, directory.id, by);
      await swap(directory.id, (activity) => {
        if (activity.pausedAt !== undefined) return held(activity, account);
        return { ...held({ ...activity, held: [] }, account), ...limits.counts, pausedAt: clock.now() };
      });
      return true;
    });

  /** Whether it is counted. No: others reached or left the limit since it was read. */
  const countOnce = async (directory: Braked, account: string, by: By): Promise<boolean> => {
    const before = await activityOf(directory);
    const isNear = before.pausedAt === undefined && recent(before).length >= directory.mostDeactivations;
    const limits = isNear ? await limitOf(directory) : undefined;
    const limit = limits?.limit ?? directory.mostDeactivations;
    const last: { outcome: Outcome } = { outcome: { is: 'counted' } };
    await swap(directory.id, (activity) => {
      last.outcome = outcomeFor(activity, account, limit, limits);
      return last.outcome.next === activity ? undefined : last.outcome.next;
    });
    const { is } = last.outcome;
    if (is === 'counted') return true;
    const isPaused = is === 'paused' || (limits !== undefined && (await pause(directory, account, limits, by)));
    if (isPaused) throw kind.paused(RETRY);
    return false;
  };

  const count = async (directory: Braked, account: string, by: By): Promise<void> => {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
      if (await countOnce(directory, account, by)) return;
    }
    throw directoryRefusal('directory_contended', { retryAfterSeconds: 5 });
  };

  return {
    activity: async (directory) => (await activities.get(directory))?.document,

    count,

    resume: (directory, allowed, by): Promise<void> =>
      exclusively(directory, async () => {
        const before = await activityOf(directory);
        if (before.pausedAt === undefined) throw kind.notPaused();
        const passes = allowed ?? before.held.length;
        await kind.recordResumption(passes, directory.id, by);
        await swap(directory.id, ({ pausedAt: _, isMoreHeld: __, ...activity }) => ({
          ...activity,
          deactivations: [],
          held: [],
          // Those that were held since are behind the others, and take what is allowed beyond them.
          allowedAccounts: activity.held.slice(0, passes),
          allowed: Math.max(0, passes - activity.held.length),
          allowedUntil: clock.now() + ALLOWED_SECONDS,
        }));
      }),

    async contact(directory): Promise<void> {
      const now = clock.now();
      const isRecent = ({ lastContactAt = 0 }: DirectoryActivity): boolean => now - lastContactAt < CONTACT_SECONDS;
      const found = (await activities.get(directory))?.document;
      if (found && isRecent(found)) return;
      await swap(directory, (activity) => (isRecent(activity) ? undefined : { ...activity, lastContactAt: now }));
    },
  };
};

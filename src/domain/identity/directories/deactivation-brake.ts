/**
 * Limits how many accounts a directory deactivates in ten minutes. A mistake there, or a stolen token, then ends few
 * accounts, and an administrator decides about the rest.
 */
import type { AuditLog } from '../../audit/audit-event.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, everyDocument, upsert } from '../../ports/document-store.ts';
import {
  DIRECTORY_ACCOUNTS,
  DIRECTORY_ACTIVITY,
  type Directory,
  type DirectoryAccount,
  type DirectoryActivity,
} from './directory.ts';
import { directoryRefusal } from './directory-refusals.ts';

export const WINDOW_SECONDS = 600;
/** How long deactivations pass that an administrator allowed. */
const ALLOWED_SECONDS = 86_400;
/** When a directory may ask again whether the pause is over. */
const RETRY = { retryAfterSeconds: 600 };
const MOST_HELD = 1000;
const CONTACT_SECONDS = 60;
/** Many nodes may deactivate at once; each needs its turn at one document. */
const MOST_SWAPS = 200;

type Outcome = 'counted' | 'uncounted' | 'paused' | 'pausing';

export interface DeactivationBrake {
  /**
   * Counts a deactivation before it happens. Exact on all nodes: one compare-and-swap decides. An account counts once in
   * ten minutes. Throws 'unavailable' while deactivations are paused, and at the first beyond the limit, which pauses them.
   */
  count(directory: Directory, account: string, by: By): Promise<void>;
  /** The recent activity of a directory. Undefined: there was none. */
  activity(directory: string): Promise<DirectoryActivity | undefined>;
  /**
   * Ends a pause. `allowed` further deactivations pass within a day; default: as many as were held. Throws 'conflict' when
   * there is no pause.
   */
  resume(directory: Directory, allowed: number | undefined, by: By): Promise<void>;
  /** Records a contact, at most once a minute. */
  contact(directory: string): Promise<void>;
}

export const deactivationBrake = ({
  documents,
  clock,
  audit,
}: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
}): DeactivationBrake => {
  const activities = documents.collection<DirectoryActivity>(DIRECTORY_ACTIVITY);
  const accounts = documents.collection<DirectoryAccount>(DIRECTORY_ACCOUNTS);
  const none = (id: string): DirectoryActivity => ({ id, deactivations: [], held: [] });

  const swap = (id: string, change: (activity: DirectoryActivity) => DirectoryActivity | undefined): Promise<void> =>
    upsert(activities, id, (found) => change(found ?? none(id)), MOST_SWAPS);

  /** Counts the accounts of the directory only as far as they matter, and once in ten minutes. */
  const limitOf = async (directory: Directory): Promise<{ readonly limit: number; readonly limitAt: number }> => {
    const now = clock.now();
    const { limit, limitAt = 0 } = (await activities.get(directory.id))?.document ?? none(directory.id);
    const least = directory.mostDeactivations;
    if (limit !== undefined && now - limitAt < WINDOW_SECONDS) return { limit: Math.max(limit, least), limitAt };
    let count = 0;
    const query = { where: { directory: directory.id }, limit: 1000 };
    for await (const _ of everyDocument(accounts, query)) count += 1;
    return { limit: Math.max(least, Math.floor((count * directory.mostDeactivationsPercent) / 100)), limitAt: now };
  };

  const recent = ({ deactivations }: DirectoryActivity) =>
    deactivations.filter(({ at }) => clock.now() - at < WINDOW_SECONDS);

  const isAllowed = ({ allowed = 0, allowedUntil = 0 }: DirectoryActivity): boolean =>
    allowed > 0 && allowedUntil > clock.now();

  const held = (activity: DirectoryActivity, account: string): DirectoryActivity => {
    if (activity.held.includes(account)) return activity;
    if (activity.held.length >= MOST_HELD) return { ...activity, isMoreHeld: true };
    return { ...activity, held: [...activity.held, account] };
  };

  const record = (
    type: 'directory.deactivations_paused' | 'directory.deactivations_resumed',
    { id }: Directory,
    by: By,
    inputs: { readonly [name: string]: number },
  ) =>
    audit.append({
      type,
      outcome: 'done',
      caller: by.caller,
      target: { kind: 'directory', id },
      ...(by.request === undefined ? {} : { request: by.request }),
      ...(by.source === undefined ? {} : { personal: { source: by.source } }),
      inputs,
    });

  const count = async (directory: Directory, account: string, by: By): Promise<void> => {
    const before = (await activities.get(directory.id))?.document ?? none(directory.id);
    const isNear = before.pausedAt === undefined && recent(before).length >= directory.mostDeactivations;
    const limits = isNear ? await limitOf(directory) : undefined;
    const limit = limits?.limit ?? directory.mostDeactivations;
    const outcome: { is: Outcome } = { is: 'counted' };
    await swap(directory.id, (activity) => {
      const window = recent(activity);
      const isCounted = window.some((one) => one.account === account);
      if (activity.pausedAt !== undefined) {
        outcome.is = 'paused';
        return held(activity, account);
      }
      outcome.is = 'counted';
      if (isCounted) return undefined;
      if (isAllowed(activity)) return { ...activity, allowed: (activity.allowed ?? 0) - 1 };
      if (window.length < limit) {
        return { ...activity, ...limits, deactivations: [...window, { account, at: clock.now() }] };
      }
      outcome.is = limits ? 'pausing' : 'uncounted';
      return limits ? { ...held({ ...activity, held: [] }, account), ...limits, pausedAt: clock.now() } : undefined;
    });
    // Other nodes reached the limit since `before` was read, and the accounts of the directory are not counted yet.
    if (outcome.is === 'uncounted') return count(directory, account, by);
    // After the swap: only its winner knows that it pauses.
    if (outcome.is === 'pausing') await record('directory.deactivations_paused', directory, by, { limit });
    if (outcome.is !== 'counted') throw directoryRefusal('directory_deactivations_paused', RETRY);
  };

  return {
    activity: async (directory) => (await activities.get(directory))?.document,

    count,

    async resume(directory, allowed, by): Promise<void> {
      const before = (await activities.get(directory.id))?.document;
      if (before?.pausedAt === undefined) throw directoryRefusal('directory_not_paused');
      const passes = allowed ?? before.held.length;
      await record('directory.deactivations_resumed', directory, by, { allowed: passes });
      await swap(directory.id, ({ pausedAt: _, isMoreHeld: __, ...activity }) => ({
        ...activity,
        deactivations: [],
        held: [],
        allowed: passes,
        allowedUntil: clock.now() + ALLOWED_SECONDS,
      }));
    },

    async contact(directory): Promise<void> {
      const now = clock.now();
      const isRecent = ({ lastContactAt = 0 }: DirectoryActivity): boolean => now - lastContactAt < CONTACT_SECONDS;
      const found = (await activities.get(directory))?.document;
      if (found && isRecent(found)) return;
      await swap(directory, (activity) => (isRecent(activity) ? undefined : { ...activity, lastContactAt: now }));
    },
  };
};

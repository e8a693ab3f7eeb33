import type { Json } from '../../ports/document-store.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import { type Approval, stateAt } from '../approval.ts';
import { moment } from './access-approvals.ts';

type Entity = { readonly [member: string]: Json };

/**
 * An access request of a resource server, returned to it as a task of the Access Request and Approval Profile. It stores no
 * state: the state of its approvals is the state of the task.
 */
export type AccessRequest = {
  /** `arq_…` */
  readonly id: string;
  /** `rs_…` */
  readonly server: string;
  /** One for each requested item, in order; resource and action as sent, for a bundle only. */
  readonly items: readonly { readonly approval: string; readonly resource?: Entity; readonly action?: Entity }[];
  readonly isBundle: boolean;
  /** The webhook to notify, the ends to notify it of, and the `state` of the resource server to send. */
  readonly callback?: { readonly webhook: string; readonly state?: string; readonly events?: readonly string[] };
  /** Keyed digest of this resource server's Idempotency-Key; its own id without one. Unique. */
  readonly key: string;
  /** Digest of the request body. */
  readonly body: string;
  readonly createdAt: number;
  /** Until when the resource server can read the task, epoch seconds. */
  readonly expiresAt: number;
  /** Epoch second from which the task and its key may be removed. */
  readonly forgetAt: number;
};

export const ACCESS_REQUESTS = {
  name: 'access_requests',
  holds: 'one access request of a resource server, and its approvals',
  prefixes: ['arq'],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'sweeper', once: 'two days have passed since its end' },
  transfer: 'gives authority',
  indexes: [{ fields: ['key'], unique: true }],
  expiresAt: 'forgetAt',
  members: ['server', 'items', 'key', 'body', 'createdAt', 'expiresAt'],
} as const satisfies OwnedCollection;

type TaskStatus = 'pending' | 'approved' | 'denied' | 'expired' | 'cancelled' | 'partial';

type TaskResult = {
  readonly mode: 'reevaluate';
  readonly approval: { readonly id: string; readonly approved_at: string; readonly approved_until: string };
};

/** Names of the ends that a callback can subscribe to (Callback Completion). Expiry alone sends no notification. */
export const TASK_ENDS: readonly string[] = ['approved', 'denied', 'expired', 'cancelled', 'failed', 'partial'];

/** The task as returned (Access Request Response, Completed Task Response). */
export type ShownTask = {
  readonly task: {
    readonly id: string;
    readonly status: TaskStatus;
    readonly status_endpoint: string;
    readonly expires_at: string;
    readonly links?: { readonly cancel: string; readonly review: string };
    readonly display?: { readonly title: string; readonly description: string; readonly [name: string]: string };
    readonly items?: readonly {
      readonly resource?: Entity;
      readonly action?: Entity;
      readonly status: TaskStatus;
      readonly result?: TaskResult;
    }[];
  };
  readonly result?: TaskResult;
};

/**
 * A task ends once. An approved one stays `approved`, even when the approval is withdrawn, used up or expired: the
 * evaluation shows whether it is still valid.
 */
export const taskStatus = (approval: Approval | undefined, now: number): Exclude<TaskStatus, 'partial'> => {
  if (!approval) return 'expired';
  if (approval.redeemBy !== undefined) return 'approved';
  const state = stateAt(approval, now);
  return state === 'redeemed' ? 'approved' : state;
};

const aggregate = (statuses: readonly TaskStatus[]): TaskStatus => {
  if (statuses.includes('pending')) return 'pending';
  const [first = 'expired', ...others] = new Set(statuses);
  return others.length === 0 ? first : 'partial';
};

const resultOf = ({ id, decidedAt = 0, redeemBy = 0 }: Approval): TaskResult => ({
  mode: 'reevaluate',
  approval: { id, approved_at: moment(decidedAt), approved_until: moment(redeemBy) },
});

/** A task with its approvals, by id, in its current state. `endpoint`: where requests are submitted. */
export const showTask = (
  { id, items, isBundle, expiresAt }: AccessRequest,
  approvals: ReadonlyMap<string, Approval>,
  { now, endpoint, inbox }: { readonly now: number; readonly endpoint: string; readonly inbox: string },
): ShownTask => {
  const shown = items.map(({ approval: of, resource, action }) => {
    const approval = approvals.get(of);
    const status = taskStatus(approval, now);
    return {
      ...(resource === undefined ? {} : { resource }),
      ...(action === undefined ? {} : { action }),
      status,
      ...(approval && status === 'approved' ? { result: resultOf(approval) } : {}),
    };
  });
  const status = aggregate(shown.map((one) => one.status));
  const place = `${endpoint}/${id}`;
  const numbers = items.flatMap(({ approval }) => approvals.get(approval)?.number ?? []);
  const [first] = shown;
  return {
    task: {
      id,
      status,
      status_endpoint: place,
      expires_at: moment(expiresAt),
      ...(status === 'pending'
        ? { links: { cancel: `${place}/cancel`, review: inbox }, display: displayOf(numbers) }
        : {}),
      ...(isBundle ? { items: shown } : {}),
    },
    // In a bundle each item has a result of its own.
    ...(!isBundle && first?.result ? { result: first.result } : {}),
  };
};

/**
 * Text for the user who started the action. For an action of critical risk it has a number that approvers must type.
 */
const displayOf = (numbers: readonly string[]): NonNullable<ShownTask['task']['display']> => ({
  title: 'People are being asked',
  description:
    numbers.length === 0
      ? 'Nothing happens before they have decided.'
      : `Nothing happens before they have decided. They will be asked for this number: ${numbers.join(', ')}.`,
  ...(numbers.length === 0 ? {} : { 'urn:behalf:number': numbers.join(' ') }),
});

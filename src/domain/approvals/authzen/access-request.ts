import type { CollectionDeclaration, Json } from '../../ports/document-store.ts';
import { type Approval, stateAt } from '../approval.ts';
import { moment } from './access-approvals.ts';

type Entity = { readonly [member: string]: Json };

/**
 * What a resource server asked for, as it gets back to it: a task of the Access Request and Approval Profile. It has no
 * state of its own: that is what the approvals are that people decide about.
 */
export type AccessRequest = {
  /** `arq_…` */
  readonly id: string;
  /** `rs_…` */
  readonly server: string;
  /** One for each thing that was asked for, in its order; resource and action as they were sent, of a bundle only. */
  readonly items: readonly { readonly approval: string; readonly resource?: Entity; readonly action?: Entity }[];
  readonly isBundle: boolean;
  /** Which endpoint of webhooks is told when it is over, of which ends, and with what its server said. */
  readonly callback?: { readonly webhook: string; readonly state?: string; readonly events?: readonly string[] };
  /** Keyed digest of the Idempotency-Key of this server; the own id without one. Unique. */
  readonly key: string;
  /** Digest of what was sent. */
  readonly body: string;
  readonly createdAt: number;
  /** Until when it can be asked for, epoch seconds. */
  readonly expiresAt: number;
  /** From when on nobody knows of it, nor of the key. */
  readonly forgetAt: number;
};

export const ACCESS_REQUESTS = {
  name: 'access_requests',
  indexes: [{ fields: ['key'], unique: true }],
  expiresAt: 'forgetAt',
  members: ['server', 'items', 'key', 'body', 'createdAt', 'expiresAt'],
} as const satisfies CollectionDeclaration;

type TaskStatus = 'pending' | 'approved' | 'denied' | 'expired' | 'cancelled' | 'partial';

type TaskResult = {
  readonly mode: 'reevaluate';
  readonly approval: { readonly id: string; readonly approved_at: string; readonly approved_until: string };
};

/** Names of the ends that a callback can ask for (Callback Completion); what is over by its time alone is nobody told. */
export const TASK_ENDS: readonly string[] = ['approved', 'denied', 'expired', 'cancelled', 'failed', 'partial'];

/** As it is answered (Access Request Response, Completed Task Response). */
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
 * A task ends once. What was approved stays approved for it, also when the yes was taken back, used up or is over:
 * whether it is good for anything the evaluation says.
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

/** A task with its approvals, by id, as it stands. `endpoint`: where requests are submitted. */
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
    // Of a bundle each item says by itself what it is good for.
    ...(!isBundle && first?.result ? { result: first.result } : {}),
  };
};

/** For whoever started it. What is at critical risk has a number, which approvers are asked for. */
const displayOf = (numbers: readonly string[]): NonNullable<ShownTask['task']['display']> => ({
  title: 'People are being asked',
  description:
    numbers.length === 0
      ? 'Nothing happens before they have decided.'
      : `Nothing happens before they have decided. They will be asked for this number: ${numbers.join(', ')}.`,
  ...(numbers.length === 0 ? {} : { 'urn:behalf:number': numbers.join(' ') }),
});

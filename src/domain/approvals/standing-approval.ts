import type { OwnedCollection } from '../ports/owned-collection.ts';
import { amountOf, typeOf } from '../resources/authorization-details/narrowed-details.ts';
import { canonicalDigest } from '../vocabulary/canonical-digest.ts';
import type { Detail, DetailType, JsonValue } from '../vocabulary/detail-type.ts';
import { isObject } from '../vocabulary/detail-type.ts';
import type { Action } from './action.ts';
import type { Vote } from './approval.ts';

/** Limits of a standing approval beyond the one action that was approved. */
export type Remembered = {
  /** Maximum number of further actions. */
  readonly uses: number;
  readonly seconds: number;
  /** Sum of their amounts; required where the action has an amount. */
  readonly sum?: number;
};

/** A person's approval of future actions like one that they approved, limited in number and in time. */
export type StandingApproval = {
  /** `sap_…` */
  readonly id: string;
  readonly account: string;
  readonly agent: string;
  readonly subject: string;
  readonly resource: string;
  /** The approved action. Future actions may differ from it only in their amounts. */
  readonly action: Action;
  /** Number of the approval with which it was given; absent: 0. */
  readonly ownership?: number;
  /** `likenessOf` of that action. */
  readonly likeness: string;
  /** The approval with which it was given. */
  readonly approval: string;
  /** The person's vote, with their proof. */
  readonly vote: Vote;
  readonly mostUses: number;
  readonly uses: number;
  /** Absent: the action has no amount. */
  readonly mostSum?: number;
  readonly sum: number;
  readonly state: 'active' | 'ended';
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly endedAt?: number;
  /** Epoch second from which it may be removed. */
  readonly forgetAt?: number;
};

/** Seconds after an approval within which a standing approval can be given. It relies on that approval's proof. */
export const AFTER_SECONDS = 600;

/**
 * Epoch second from which it may be removed. It must outlive `AFTER_SECONDS`: while it is stored, the same approval cannot
 * give another.
 */
export const forgetStandingAt = (expiresAt: number, keptSeconds: number): number =>
  expiresAt + Math.max(keptSeconds, AFTER_SECONDS);

/** The amount of an action, if any. */
export type Worth =
  /** The action has no detail of a type with an amount. */
  | { readonly isCounted: false }
  /** `amount` absent: the action states none, or two of its details have amounts, whose units may differ. */
  | { readonly isCounted: true; readonly amount?: number };

export const worthOf = ({ details }: Pick<Action, 'details'>, types: readonly DetailType[]): Worth => {
  const [counted, ...others] = details.filter((detail) => typeOf(types, detail)?.amount !== undefined);
  if (counted === undefined) return { isCounted: false };
  const amount = others.length > 0 ? undefined : amountOf(types, counted);
  return { isCounted: true, ...(Number.isSafeInteger(amount) ? { amount: amount as number } : {}) };
};

/**
 * The likeness of an action. It is equal for actions that differ only in their amounts and the agent's text. SHA-256
 * over canonical JSON, base64url.
 */
export const likenessOf = ({ message: _, ...rest }: Action, types: readonly DetailType[]): string =>
  canonicalDigest({ ...rest, details: rest.details.map((detail) => withoutAmount(detail, types)) });

const withoutAmount = (detail: Detail, types: readonly DetailType[]): JsonValue => {
  const path = typeOf(types, detail)?.amount;
  return path === undefined ? detail : without(detail, path.split('.'));
};

const without = (value: JsonValue, [name = '', ...rest]: readonly string[]): JsonValue => {
  if (!isObject(value) || !Object.hasOwn(value, name)) return value;
  const { [name]: member, ...others } = value;
  return rest.length === 0 || member === undefined ? others : { ...others, [name]: without(member, rest) };
};

/** Whether another use is possible; checks only the document's own members. */
export const hasMore = ({ state, expiresAt, uses, mostUses }: StandingApproval, now: number): boolean =>
  state === 'active' && expiresAt > now && uses < mostUses;

/** Whether there is room for one more action of this amount. An action with an amount needs a limit of the sum. */
export const hasRoom = (standing: StandingApproval, worth: Worth, now: number): boolean => {
  const { mostSum, sum } = standing;
  if (!hasMore(standing, now)) return false;
  if (!worth.isCounted) return mostSum === undefined;
  return mostSum !== undefined && worth.amount !== undefined && sum + worth.amount <= mostSum;
};

export const STANDING_APPROVALS = {
  name: 'standing_approvals',
  holds: 'one approval of future actions',
  prefixes: ['sap'],
  events: ['standing_approval'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'sweeper', once: '`approvals.keptSeconds` have passed since its end' },
  transfer: 'gives authority',
  indexes: [
    { fields: ['approval'], unique: true },
    { fields: ['likeness', 'createdAt'] },
    { fields: ['account', 'createdAt'] },
    { fields: ['agent', 'createdAt'] },
    { fields: ['createdAt'] },
  ],
  expiresAt: 'forgetAt',
  members: [
    'account',
    'agent',
    'action',
    'likeness',
    'vote',
    'mostUses',
    'uses',
    'sum',
    'state',
    'createdAt',
    'expiresAt',
  ],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

import type { CollectionDeclaration } from '../ports/document-store.ts';
import { amountOf, typeOf } from '../resources/authorization-details/narrowed-details.ts';
import { canonicalDigest } from '../vocabulary/canonical-digest.ts';
import type { Detail, DetailType, JsonValue } from '../vocabulary/detail-type.ts';
import { isObject } from '../vocabulary/detail-type.ts';
import type { Action } from './action.ts';
import type { Vote } from './approval.ts';

/** How far a yes goes beyond the one action it was said to. */
export type Remembered = {
  /** So many more like it. */
  readonly uses: number;
  readonly seconds: number;
  /** Their amounts together; needed where the action has an amount. */
  readonly sum?: number;
};

/** A person's yes to the next ones like an action she approved, counted and with an end. */
export type StandingApproval = {
  /** `sap_…` */
  readonly id: string;
  readonly account: string;
  readonly agent: string;
  readonly subject: string;
  readonly resource: string;
  /** The action it was given at; the amounts of others may differ, and nothing else. */
  readonly action: Action;
  /** Of the approval it was given with; absent: 0. */
  readonly ownership?: number;
  /** `likenessOf` that action. */
  readonly likeness: string;
  /** Of the approval it was given with. */
  readonly approval: string;
  /** How she proved who she is. */
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

/** How long after an approval more can be approved with it: it is the proof of who decided. */
export const AFTER_SECONDS = 600;

/** One that is there keeps the same approval from giving another, so it outlives that time. */
export const forgetStandingAt = (expiresAt: number, keptSeconds: number): number =>
  expiresAt + Math.max(keptSeconds, AFTER_SECONDS);

/** How much an action is about. */
export type Worth =
  /** No detail of it is of a type that counts. */
  | { readonly isCounted: false }
  /** `amount` absent: it says none, or two of its details count, which may be so in units that nobody adds up. */
  | { readonly isCounted: true; readonly amount?: number };

export const worthOf = ({ details }: Pick<Action, 'details'>, types: readonly DetailType[]): Worth => {
  const [counted, ...others] = details.filter((detail) => typeOf(types, detail)?.amount !== undefined);
  if (counted === undefined) return { isCounted: false };
  const amount = others.length > 0 ? undefined : amountOf(types, counted);
  return { isCounted: true, ...(Number.isSafeInteger(amount) ? { amount: amount as number } : {}) };
};

/** What two actions have in common that differ in their amounts, and in the words of the agent, alone: SHA-256 over canonical JSON, base64url. */
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

/** Whether there may be another one, as far as it says itself. */
export const hasMore = ({ state, expiresAt, uses, mostUses }: StandingApproval, now: number): boolean =>
  state === 'active' && expiresAt > now && uses < mostUses;

/** Whether there is room for one more, of this worth. What has an amount takes a limit of it. */
export const hasRoom = (standing: StandingApproval, worth: Worth, now: number): boolean => {
  const { mostSum, sum } = standing;
  if (!hasMore(standing, now)) return false;
  if (!worth.isCounted) return mostSum === undefined;
  return mostSum !== undefined && worth.amount !== undefined && sum + worth.amount <= mostSum;
};

export const STANDING_APPROVALS = {
  name: 'standing_approvals',
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
} as const satisfies CollectionDeclaration;

import { canonicalDigest } from '../canonical-digest.ts';
import type { Detail, DetailType, JsonValue } from '../details/detail-type.ts';
import { isObject } from '../details/detail-type.ts';
import { amountOf, typeOf } from '../details/narrowed-details.ts';
import type { CollectionDeclaration } from '../ports/document-store.ts';
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
};

/** Amounts of an action together; undefined: it has none that can be told. */
export const sumOf = ({ details }: Pick<Action, 'details'>, types: readonly DetailType[]): number | undefined => {
  const amounts = details.map((detail) => amountOf(types, detail));
  if (amounts.length === 0 || amounts.some((amount) => amount === undefined)) return undefined;
  const sum = amounts.reduce<number>((total, amount) => total + (amount ?? 0), 0);
  return Number.isSafeInteger(sum) ? sum : undefined;
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

/** Whether there is room for one more, of this amount. */
export const hasRoom = (standing: StandingApproval, amount: number | undefined, now: number): boolean =>
  standing.state === 'active' &&
  standing.expiresAt > now &&
  standing.uses < standing.mostUses &&
  (standing.mostSum === undefined || (amount !== undefined && standing.sum + amount <= standing.mostSum));

export const STANDING_APPROVALS = {
  name: 'standing_approvals',
  indexes: [
    { fields: ['approval'], unique: true },
    { fields: ['likeness', 'createdAt'] },
    { fields: ['account', 'createdAt'] },
    { fields: ['agent', 'createdAt'] },
    { fields: ['createdAt'] },
  ],
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

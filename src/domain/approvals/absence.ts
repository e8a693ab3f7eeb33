import type { OwnedCollection } from '../ports/owned-collection.ts';

/** An absence: while a person is away, their deputy decides on approvals for them. */
export type Absence = {
  /** `abs_…` */
  readonly id: string;
  /** The absent account. */
  readonly account: string;
  /** Account that decides for them, only where the absent person could decide. */
  readonly deputy: string;
  /** First second of the absence, and first second after it. Epoch seconds. */
  readonly from: number;
  readonly until: number;
  /** `ended`: one of the two or an administrator ended it early. */
  readonly state: 'open' | 'ended';
  /** A slot of the account for absences that have not ended; the absence's own id once it has ended. Unique. */
  readonly slot: string;
  readonly createdAt: number;
  readonly endedAt?: number;
  readonly endedBy?: string;
  /** Epoch second from which the absence may be removed. */
  readonly forgetAt: number;
};

/** Whether the absence covers a given second; checks only its own members. */
export const isWithin = ({ state, from, until }: Pick<Absence, 'state' | 'from' | 'until'>, at: number): boolean =>
  state === 'open' && from <= at && at < until;

export const stateOfAbsence = (
  { state, from, until }: Pick<Absence, 'state' | 'from' | 'until'>,
  now: number,
): 'planned' | 'current' | 'over' | 'ended' => {
  if (state === 'ended') return state;
  if (now >= until) return 'over';
  return now < from ? 'planned' : 'current';
};

export const ABSENCES = {
  name: 'absences',
  holds: 'a time in which a deputy decides for a person',
  prefixes: ['abs'],
  events: ['absence'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'sweeper', once: '90 days have passed since its end' },
  transfer: 'gives authority',
  indexes: [
    { fields: ['slot'], unique: true },
    { fields: ['account', 'createdAt'] },
    { fields: ['deputy', 'createdAt'] },
    { fields: ['account', 'until'] },
    { fields: ['deputy', 'until'] },
    { fields: ['state', 'createdAt'] },
    { fields: ['createdAt'] },
  ],
  expiresAt: 'forgetAt',
  members: ['account', 'deputy', 'from', 'until', 'state', 'slot', 'createdAt', 'forgetAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

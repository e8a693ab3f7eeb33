import type { CollectionDeclaration } from '../ports/document-store.ts';

/** Somebody is away, and says who decides about approvals for her meanwhile: her deputy. */
export type Absence = {
  /** `abs_…` */
  readonly id: string;
  /** Who is away. */
  readonly account: string;
  /** Who decides for her, about what she could decide about and nothing else. */
  readonly deputy: string;
  /** Epoch seconds: the first, and the first that is not part of it any more. */
  readonly from: number;
  readonly until: number;
  /** `ended`: before its time, by one of the two or an administrator. */
  readonly state: 'open' | 'ended';
  /** Place among the absences of the account that are not over; the own id once it is ended. Unique. */
  readonly slot: string;
  readonly createdAt: number;
  readonly endedAt?: number;
  readonly endedBy?: string;
  /** From when on nobody has to know of it any more. */
  readonly forgetAt: number;
};

/** Whether it counts at a second, as far as it says itself. */
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
} as const satisfies CollectionDeclaration;

import { type Approval, isBreakGlass, shownStateAt } from './approval.ts';
import { SHOWN_STATES } from './approval-lists.ts';

const DAY = 86_400;
/** Days of the figures, today included. */
const DAYS = 7;
/** Too short for a person to read the page. */
const TOO_QUICK_SECONDS = 3;

export type ApprovalFigures = {
  /** Present states of the approvals examined. */
  readonly states: readonly { readonly state: (typeof SHOWN_STATES)[number]; readonly count: number }[];
  /** Decisions of people, within the days examined. */
  readonly decisions: number;
  /** How many of them approve. An approval by several people has several. */
  readonly approvals: number;
  /** Median time to a decision, seconds; undefined where there was none. */
  readonly medianSeconds?: number;
  /** Share of all approvals that people gave within three seconds after the request; from 0 to 1. */
  readonly quickShare?: number;
  /** Share of denials among all decisions; from 0 to 1. */
  readonly denialShare?: number;
  /** Number of break-glass approvals within the days examined. */
  readonly emergencies: number;
  /** Decisions per account, the busiest first; one number for each day, the oldest first. */
  readonly people: readonly { readonly account: string; readonly perDay: readonly number[]; readonly total: number }[];
  /** Beginnings of the days in UTC, oldest first. Epoch seconds. */
  readonly days: readonly number[];
};

type Decision = { readonly account: string; readonly at: number; readonly seconds: number; readonly isYes: boolean };

/** Figures on how carefully people decide: how often, how fast, and how often they deny. */
export const approvalFigures = (approvals: readonly Approval[], now: number): ApprovalFigures => {
  const today = now - (now % DAY);
  const days = Array.from({ length: DAYS }, (_, index) => today - (DAYS - 1 - index) * DAY);
  const decisions = approvals.flatMap(decisionsOf).filter(({ at }) => at >= Number(days[0]));
  const yes = decisions.filter(({ isYes }) => isYes);
  const median = decisions.map(({ seconds }) => seconds).sort((one, other) => one - other)[
    Math.floor((decisions.length - 1) / 2)
  ];
  const people = [...Map.groupBy(decisions, ({ account }) => account)].map(([account, own]) => ({
    account,
    perDay: days.map((day) => own.filter(({ at }) => at >= day && at < day + DAY).length),
    total: own.length,
  }));
  return {
    states: SHOWN_STATES.map((state) => ({
      state,
      count: approvals.filter((one) => shownStateAt(one, now) === state).length,
    })),
    decisions: decisions.length,
    approvals: yes.length,
    ...(median === undefined ? {} : { medianSeconds: median }),
    ...(yes.length === 0
      ? {}
      : { quickShare: yes.filter(({ seconds }) => seconds < TOO_QUICK_SECONDS).length / yes.length }),
    ...(decisions.length === 0 ? {} : { denialShare: (decisions.length - yes.length) / decisions.length }),
    emergencies: approvals.filter((one) => isBreakGlass(one) && (one.decidedAt ?? 0) >= Number(days[0])).length,
    people: people.toSorted((one, other) => other.total - one.total),
    days,
  };
};

const decisionsOf = ({ votes, state, decidedAt, decidedBy, createdAt }: Approval): readonly Decision[] => [
  ...votes.map(({ account, at }) => ({ account, at, seconds: at - createdAt, isYes: true })),
  ...(state === 'denied' && decidedAt !== undefined && decidedBy !== undefined
    ? [{ account: decidedBy, at: decidedAt, seconds: decidedAt - createdAt, isYes: false }]
    : []),
];

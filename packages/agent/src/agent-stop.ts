import type { Denial, Remedy } from './denial.ts';

/** Why there is no token, and what the program can do. */
export const STOPS = {
  refused: 'The server refused, and names nothing that the agent can do.',
  contact: 'Only a person can change it: report it.',
  no_hook: 'A remedy needs a hook that the program does not have.',
  no_person: 'The token is for the agent itself: no person can sign in again.',
  declined: 'A hook declined the remedy, or the person did.',
  repeated: 'The server refused for the same reason after its remedy was followed. Report it to a person.',
  expired: 'No person decided in time. Ask again when they can.',
  out_of_time: 'The remedy takes longer than bounds.seconds.',
  too_many_steps: 'The remedies are more than bounds.steps.',
  too_many_requests: 'The requests are more than bounds.requests.',
  unsafe_remedy: 'A remedy leads away from the server, or to more than was asked for. It was not followed.',
  other_server: 'The API takes tokens of another authorization server.',
  session_ended: 'The session has no refresh token. Have the person sign in again.',
  hook_failed: 'A hook threw an error: see cause.',
  aborted: 'The program aborted the request.',
} as const satisfies Readonly<Record<string, string>>;

export type StopReason = keyof typeof STOPS;

/** One remedy that the server named, and what became of it. */
export type Step = {
  readonly kind: Remedy['kind'];
  /** Reason of the denial that named it. */
  readonly reason: string;
  readonly denialId: string | undefined;
  /** Seconds since the epoch. */
  readonly at: number;
  /** `followed`, or why it was not. */
  readonly outcome: 'followed' | StopReason;
};

export type StopFacts = {
  readonly denial?: Denial | undefined;
  readonly remedy?: Remedy | undefined;
  readonly steps: readonly Step[];
  readonly cause?: unknown;
};

const linkOf = (remedy: Remedy | undefined): string | undefined => {
  if (remedy?.kind === 'step_up') return remedy.page?.url;
  return remedy?.kind === 'consent' ? remedy.url : undefined;
};

/** The end without a token: the server refused, and what it names was followed as far as the program allows. */
export class AgentStop extends Error {
  readonly reason: StopReason;
  /** The last refusal. Its `id` leads an operator to the decision in the audit log. */
  readonly denial: Denial | undefined;
  /** What was left to do. */
  readonly remedy: Remedy | undefined;
  /** The page that a person has to open, if `remedy` has one. */
  readonly link: string | undefined;
  readonly steps: readonly Step[];

  constructor(reason: StopReason, { denial, remedy, steps, cause }: StopFacts) {
    const said = denial === undefined ? '' : ` ${denial.error} (${denial.reason}): ${denial.description}`;
    super(`${STOPS[reason]}${said}`, cause === undefined ? {} : { cause });
    this.name = 'AgentStop';
    this.reason = reason;
    this.denial = denial;
    this.remedy = remedy;
    this.link = linkOf(remedy);
    this.steps = steps;
  }
}

import type { Phrase } from '../html.ts';
import type { PageFrame } from '../layout.ts';
import type { ApprovalFacts } from '../partials/approval-facts.ts';
import type { ApproverSlotChoice } from '../partials/approver-slot.ts';
import type { RememberOffer, StandingFacts } from '../partials/standing-approval.ts';

/**
 * How the viewer can approve. `session`: being signed in is enough. `password`, `factor`: proven for this very request.
 * `no_factor`: it takes a second factor, and there is none.
 */
export type Ask =
  | { readonly kind: 'session' }
  | { readonly kind: 'password' }
  /** `passkey`: the request to the browser, as JSON; absent: there is none. */
  | { readonly kind: 'factor'; readonly passkey?: string; readonly hasApp: boolean }
  | { readonly kind: 'no_factor' };

/**
 * The forms POST `csrf`, `as`, `decision` (`approve` or `deny`), and as asked `number`, `password`, `code` or `credential` to
 * `action`.
 */
export type ApprovalModel = PageFrame & {
  readonly approval: ApprovalFacts;
  readonly action: string;
  readonly csrf: string;
  readonly ask: Ask;
  /** Absent where nothing can be decided. */
  readonly slot?: ApproverSlotChoice;
  /** The standing approval that can be added; absent: none. */
  readonly remember?: RememberOffer;
  /** Whether the user has to type the number that the agent shows. */
  readonly asksNumber: boolean;
  readonly error?: Phrase;
};

/** Open ones first; `liveHref` signals changes. */
export type InboxModel = PageFrame & {
  readonly open: readonly ApprovalFacts[];
  /** Active standing approvals. */
  readonly standing: readonly StandingFacts[];
  readonly decided: readonly ApprovalFacts[];
  readonly liveHref: string;
  /** Where push messages are turned on, if there are any. */
  readonly notificationsHref?: string;
  /** Who decides for the person while they are away. */
  readonly awayHref: string;
  /** Where several can be decided at once; absent: too few. */
  readonly batchHref?: string;
};

export type BatchResult = {
  readonly approval: ApprovalFacts;
  readonly outcome: 'approved' | 'agreed' | 'denied' | 'refused';
  /** Why it was refused. */
  readonly text?: Phrase;
};

/** The form POSTs `csrf`, `decision`, and `chosen` once for each that was chosen. */
export type BatchModel = PageFrame & {
  readonly action: string;
  readonly csrf: string;
  readonly choices: readonly { readonly approval: ApprovalFacts; readonly value: string }[];
  /** Requests that are decided on pages of their own, with the reason. */
  readonly apart: readonly { readonly approval: ApprovalFacts; readonly why: Phrase }[];
  readonly results: readonly BatchResult[];
  readonly error?: Phrase;
};

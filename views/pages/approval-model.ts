import type { Phrase } from '../html.ts';
import type { PageFrame } from '../layout.ts';
import type { ApprovalFacts } from '../partials/approval-facts.ts';
import type { ApproverSlotChoice } from '../partials/approver-slot.ts';
import type { RememberOffer, StandingFacts } from '../partials/standing-approval.ts';

/**
 * How the viewer can approve. `session`: the sign-in is enough. `password`, `factor`: a proof for this request. `no_factor`:
 * it needs a second factor, and the viewer has none.
 */
export type Ask =
  | { readonly kind: 'session' }
  | { readonly kind: 'password' }
  /** `passkey`: the request to the browser, as JSON; absent: the viewer has none. */
  | { readonly kind: 'factor'; readonly passkey?: string; readonly hasApp: boolean }
  | { readonly kind: 'no_factor' };

/**
 * The forms POST `csrf`, `as` and `decision` (`approve` or `deny`) to `action`, and `number`, `password`, `code` or
 * `credential` if the page asks for it.
 */
export type ApprovalModel = PageFrame & {
  readonly approval: ApprovalFacts;
  readonly action: string;
  readonly csrf: string;
  readonly ask: Ask;
  /** Absent: there is nothing to decide. */
  readonly slot?: ApproverSlotChoice;
  /** The standing approval that the viewer can add; absent: none. */
  readonly remember?: RememberOffer;
  /** Whether the user has to type the number that the agent shows. */
  readonly asksNumber: boolean;
  readonly error?: Phrase;
};

/** Pending ones first; `liveHref` signals changes. */
export type InboxModel = PageFrame & {
  readonly open: readonly ApprovalFacts[];
  /** Active standing approvals. */
  readonly standing: readonly StandingFacts[];
  readonly decided: readonly ApprovalFacts[];
  readonly liveHref: string;
  /** The page on which the person turns push messages on; absent without push. */
  readonly notificationsHref?: string;
  /** The page for deciding several at once; absent: too few. */
  readonly batchHref?: string;
};

export type BatchResult = {
  readonly approval: ApprovalFacts;
  readonly outcome: 'approved' | 'agreed' | 'denied' | 'refused';
  /** Why the server refused it. */
  readonly text?: Phrase;
};

/** The form POSTs `csrf`, `decision`, and `chosen` once for each chosen request. */
export type BatchModel = PageFrame & {
  readonly action: string;
  readonly csrf: string;
  readonly choices: readonly { readonly approval: ApprovalFacts; readonly value: string }[];
  /** Requests that have pages of their own, with the reason. */
  readonly apart: readonly { readonly approval: ApprovalFacts; readonly why: Phrase }[];
  readonly results: readonly BatchResult[];
  readonly error?: Phrase;
};

import type { Phrase } from '../html.ts';
import type { PageFrame } from '../layout.ts';
import type { AgentFacts } from '../partials/agent-card.ts';
import type { BreakGlassNote } from '../partials/break-glass.ts';
import type { DetailItem } from '../partials/detail-list.ts';
import type { ResourceFacts, Risk, ScopeItem } from '../partials/scope-list.ts';

/** How it stands: `agreed` is open, and the viewer has approved; another approver has to approve, too. */
export type ShownState = 'open' | 'agreed' | 'approved' | 'redeemed' | 'unused' | 'denied' | 'cancelled' | 'expired';

/** One action that people are asked about: everything that an approval covers, and nothing else. */
export type ApprovalFacts = {
  /** `apv_…` */
  readonly id: string;
  readonly href: string;
  readonly state: ShownState;
  /** Channel it was requested through. */
  readonly channel: 'token_exchange' | 'backchannel' | 'access_request';
  readonly risk: Risk;
  readonly resource: ResourceFacts;
  readonly scopes: readonly ScopeItem[];
  readonly details: readonly DetailItem[];
  /** Names of scopes and types that are no longer declared: with one of them it cannot be approved. */
  readonly unreadable: readonly string[];
  /** The details as raw text; empty where there are none. */
  readonly exact: readonly string[];
  /** Whether a part of them was too long for the sentence. */
  readonly isCut: boolean;
  readonly agent: AgentFacts;
  /** The agents it acts through, the last one first; empty where the person delegated to the agent itself. */
  readonly through: readonly AgentFacts[];
  readonly onBehalfOf: { readonly name: string; readonly isYou: boolean };
  /** Epoch seconds. */
  readonly askedAt: number;
  readonly until: number;
  /** From when on further approvers are asked, too; absent: no others are asked. */
  readonly escalatesAt?: number;
  /** Whether that time has passed. */
  readonly isEscalated?: boolean;
  /** How long an approved request waits for its agent. */
  readonly goodForSeconds: number;
  /** The agent needs it only until then, epoch seconds. */
  readonly goodUntil?: number;
  /** When and by whom it was decided; for an approved request, until when its agent may use it. */
  readonly decidedAt?: number;
  readonly decidedBy?: { readonly name: string; readonly isYou: boolean };
  readonly redeemBy?: number;
  /** How many have to approve, and who may. */
  readonly quorum: number;
  readonly people: readonly {
    readonly name: string;
    readonly isYou: boolean;
    readonly hasAgreed: boolean;
    /** Without this approver's approval the request is not approved. */
    readonly isNeeded: boolean;
    /** The deputy who approved for this approver. */
    readonly through?: string;
  }[];
  /** The approver who is away and for whom the viewer would decide; absent: for themselves. */
  readonly forWhom?: { readonly name: string; readonly until?: number };
  /** It is, or was, approved by break-glass. */
  readonly breakGlass?: BreakGlassNote;
  /** The agent's own text for this one request. */
  readonly message?: string;
  /** In our own text. */
  readonly warnings: readonly Phrase[];
};

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
 * The standing approval that can be added to one approval: the form POSTs `csrf`, `uses`, `seconds` and, with an amount, `sum`
 * to `action`.
 */
export type RememberOffer = {
  readonly action: string;
  readonly csrf: string;
  /** Of this action, where it has an amount. */
  readonly amount?: number;
  /** What was typed, after an error; and the error. */
  readonly values?: Readonly<Record<'uses' | 'seconds' | 'sum', string>>;
  readonly errors?: { readonly [field in 'uses' | 'seconds' | 'sum']?: Phrase };
};

/** A standing approval in its current state. */
export type StandingFacts = {
  readonly approval: ApprovalFacts;
  readonly uses: number;
  readonly mostUses: number;
  readonly sum?: { readonly spent: number; readonly most: number };
  /** Epoch seconds. */
  readonly until: number;
  /** Ends it; POSTs `csrf`. */
  readonly endAction: string;
  readonly csrf: string;
};

/**
 * For whom the viewer decides: for themselves, or for an approver who is away; `others` lead to the same page for other
 * approvers.
 */
export type ApproverSlotChoice = {
  readonly value: string;
  readonly away?: { readonly name: string; readonly until?: number };
  readonly others: readonly { readonly href: string; readonly name?: string }[];
};

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

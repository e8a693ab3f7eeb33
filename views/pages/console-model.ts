import type { Text } from '../html.ts';
import type { AgentFacts } from '../partials/agent-card.ts';
import type { AgentRow } from '../partials/agent-rows.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import type { Option } from '../partials/controls.ts';
import type { Count } from '../partials/count-bar.ts';
import type { Loss } from '../partials/losses.ts';
import type { Pagination } from '../partials/pagination.ts';
import type { TypedConfirmation } from '../partials/typed-confirmation.ts';
import type { Dashboard } from './console-dashboard.ts';
import type { FirstSteps } from './console-first-steps.ts';
import type { FindingKind } from './finding-cells.ts';

/** An agent that waits for the person's acceptance: registered for them, or offered by its owner. */
export type WaitingAgent = {
  readonly agent: AgentFacts;
  readonly href: string;
  /** `frozen`: its owner had left, and is back. */
  readonly kind: 'registered' | 'offered' | 'frozen';
  /** Name of the group that would own it; absent: the person would. */
  readonly forGroup?: string;
  /** Last moment for accepting it. */
  readonly until?: number;
  /** The form POSTs `csrf` and `version`: the viewer accepts the version that the page shows. */
  readonly acceptAction: string;
  readonly version: number;
  readonly declineAction: string;
};

export type OverviewModel = ConsoleFrame & {
  /** Absent once all are done, or hidden. */
  readonly firstSteps?: FirstSteps;
  /** Break-glass access without a review. */
  readonly openReviews: number;
  readonly waiting: readonly WaitingAgent[];
  readonly states: readonly Count[];
  readonly environments: readonly Count[];
  /** Set if only this many of the newest agents were counted. */
  readonly countedOnly?: number;
  readonly findings: readonly {
    readonly kind: FindingKind;
    readonly count: number;
    readonly isMore: boolean;
  }[];
  readonly recent: readonly AgentRow[];
  /** For an account that may see all agents. */
  readonly dashboard?: Dashboard;
};

export type AgentListModel = ConsoleFrame & {
  readonly agents: readonly AgentRow[];
  readonly pages: Pagination;
  readonly csvHref: string;
  readonly ndjsonHref: string;
  readonly action: string;
  readonly asked: {
    readonly all: boolean;
    /** `own`: a viewer who may see all agents chose to see only their own. */
    readonly of: '' | 'own';
    readonly owner: string;
    readonly blueprint: string;
    readonly search: string;
    readonly state: string;
    readonly environment: string;
    readonly sort: string;
    readonly unused: string;
  };
  /** Where the chosen agents go. `list`: the query of the list, to return to it. */
  readonly bulk: { readonly action: string; readonly list: string };
  readonly ownHref: string;
  /** The same list in another order, by what the head of a column says; the current one leads back to the newest. */
  readonly sorts: Readonly<Record<'name' | 'lastUse', { readonly href: string; readonly isIt: boolean }>>;
  readonly allHref: string;
  /** The list is filtered by this owner or blueprint. The link leads to the list of all agents. */
  readonly only?: { readonly name: string; readonly anyHref: string };
};

/** The form POSTs `csrf` and the fields named in `RegisterField` to `action`. */
export type RegisterModel = ConsoleFrame & {
  readonly action: string;
  /** Value of the field `once`: a form that is sent again is the same registration. */
  readonly once: string;
  readonly owners: readonly Option[];
  /** Whether the viewer may register for another account. Then there is a field for its username. */
  readonly forOthers: boolean;
  readonly blueprints: readonly Option[];
  readonly values: Readonly<Partial<Record<RegisterField, string>>>;
  readonly errors: Readonly<Partial<Record<RegisterField, Text>>>;
};

export type RegisterField =
  | 'name'
  | 'purpose'
  | 'uses'
  | 'environment'
  | 'blueprint'
  | 'owner'
  | 'other_owner'
  | 'jwks'
  | 'jwks_uri'
  | 'redirect_uris'
  | 'provider'
  | 'provider_version'
  | 'contact'
  | 'ends_in';

/** The form POSTs `csrf`, `version` and `owner` to `action`. */
export type HandOverModel = ConsoleFrame & {
  readonly agent: AgentRow;
  readonly action: string;
  readonly version: number;
  readonly owner: string;
  readonly error?: Text;
};

export type EditField = 'name' | 'purpose' | 'uses' | 'provider' | 'provider_version' | 'contact';

export type EditModel = ConsoleFrame & {
  readonly agent: AgentRow;
  readonly action: string;
  readonly version: number;
  readonly values: Readonly<Partial<Record<EditField, string>>>;
  readonly errors: Readonly<Partial<Record<EditField, Text>>>;
};

export type CredentialField = 'name' | 'jwks' | 'jwks_uri';

export type NewCredentialModel = ConsoleFrame & {
  readonly agent: AgentRow;
  readonly action: string;
  readonly values: Readonly<Partial<Record<CredentialField, string>>>;
  readonly errors: Readonly<Partial<Record<CredentialField, Text>>>;
};

export type RetireModel = ConsoleFrame & {
  readonly agent: AgentRow;
  readonly action: string;
  readonly losses: readonly Loss[];
  readonly typed: TypedConfirmation;
};

import type { Phrase, Text } from '../html.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import type { Option } from '../partials/controls.ts';
import type { Pagination } from '../partials/pagination.ts';
import type { PolicyDifference, PolicyLine } from '../partials/policy-text.ts';
import type { PolicyGap } from '../words/console-policy.ts';

/** One version of the policies, in a list. */
export type PolicyVersion = {
  readonly version: number;
  readonly state: 'draft' | 'active' | 'archived';
  readonly note?: string;
  /** Author of the draft. */
  readonly byName: Text;
  /** Epoch seconds. */
  readonly createdAt: number;
  readonly href: string;
};

export type PolicyOverviewModel = ConsoleFrame & {
  /** The active set. Absent: there is none, so nothing is allowed. */
  readonly active?: PolicyVersion & {
    readonly since: number;
    /** Absent: the server itself. */
    readonly activatedByName?: Text;
    /** No version was active before. */
    readonly isFirst: boolean;
    readonly policies: readonly PolicyLine[];
    /** Number of its policies, if the page does not show all. */
    readonly count: number;
    /** The actions that it permits to no caller. */
    readonly gaps: readonly PolicyGap[];
  };
  /** The version before, if a rollback to it is possible. */
  readonly rollBack?: { readonly version: number; readonly href: string };
  readonly versions: readonly PolicyVersion[];
  /** The newest draft after the active version. */
  readonly waiting?: PolicyVersion;
  readonly pages: Pagination;
  readonly newHref?: string;
  readonly isEnforced: boolean;
};

export type PolicyVersionModel = ConsoleFrame & {
  readonly set: PolicyVersion & { readonly digest: string };
  readonly text: string;
  readonly policies: readonly PolicyLine[];
  /** The form GETs `against`. */
  readonly compare: { readonly action: string; readonly versions: readonly Option[]; readonly against: string };
  readonly difference?: PolicyDifference;
  readonly editHref?: string;
  readonly copyHref?: string;
  readonly activateHref?: string;
  readonly tryHref: string;
  /** The form POSTs `csrf`, `policy` and `days` there. */
  readonly replayAction: string;
};

/** The form POSTs `csrf`, `etag` and `replaces` to `action`. */
export type PolicyActivationModel = ConsoleFrame & {
  readonly set: PolicyVersion;
  readonly action: string;
  readonly etag: number;
  readonly replaces?: number;
  readonly difference?: PolicyDifference;
  /** Of the check of its text, made when the page is read. */
  readonly findings: readonly PolicyFindingLine[];
  readonly replayHref: string;
};

export type PolicyFindingLine = {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly policy?: string | undefined;
  readonly line?: number | undefined;
  /** The text of that line. */
  readonly source?: string;
};

/** The form POSTs `csrf`, `text`, `note`, `from`, `etag`, and `do`: `check`, `save`, or `find`: the findings alone. */
export type PolicyEditorModel = ConsoleFrame & {
  readonly action: string;
  readonly text: string;
  readonly note: string;
  /** The draft to rewrite; absent: a new one. */
  readonly draft?: { readonly version: number; readonly etag: number };
  /** Absent: not checked. */
  readonly findings?: readonly PolicyFindingLine[];
  readonly difference?: PolicyDifference;
  /** What a text may refer to: the schema, and the annotations with their values. */
  readonly schema: {
    readonly text: string;
    readonly annotations: readonly { readonly name: string; readonly says: string }[];
  };
  readonly cancelHref: string;
};

/** The simulated policies. */
export type TriedChoice = { readonly policy: string; readonly policies: readonly Option[] };

/** One layer of the picture: what arrives, what it blocks, what continues. */
export type TrialStep = {
  readonly layer: string;
  /**
   * `aside`: it does not apply. `pass`: it removes nothing. `cut`: it removes a part. `stop`: it removes all that was left.
   * `late`: nothing arrives.
   */
  readonly kind: 'aside' | 'pass' | 'cut' | 'stop' | 'late';
  readonly why?: Phrase;
  readonly goesOn: readonly string[];
  readonly stopped: readonly string[];
  /** An earlier layer blocks it, and this one would block it as well. */
  readonly wouldStop: readonly string[];
};

/** The form GETs `agent`, `person`, `resource`, `scope`, `policy` and `consent` to `action`. */
export type TryModel = ConsoleFrame & {
  readonly action: string;
  readonly asked: TriedChoice & {
    readonly agent: string;
    readonly person: string;
    readonly resource: string;
    readonly scope: string;
    readonly assumesConsent: boolean;
  };
  readonly agents: readonly Option[];
  readonly resources: readonly Option[];
  readonly errors: Readonly<Partial<Record<'agent' | 'person' | 'resource' | 'scope' | 'policy', Text>>>;
  readonly result?: TrialResult;
};

/** One of three forms GETs to `action`, with its name in `ask`: who may approve, who may register, and who may call what. */
export type TryUseModel = ConsoleFrame & {
  /** The shown form. */
  readonly ask: 'approve' | 'register' | 'administer';
  readonly action: string;
  readonly asked: Readonly<
    Record<
      | 'who'
      | 'way'
      | 'kind'
      | 'owner'
      | 'blueprint'
      | 'environment'
      | 'credential'
      | 'policy'
      | 'caller'
      | 'operation'
      | 'target'
      | 'set'
      | 'yes'
      | 'agent'
      | 'subject'
      | 'resource'
      | 'scope'
      | 'for'
      | 'consent'
      | 'sets',
      string
    >
  >;
  readonly blueprints: readonly Option[];
  readonly environments: readonly Option[];
  readonly operations: readonly Option[];
  readonly agents: readonly Option[];
  readonly resources: readonly Option[];
  readonly policies: readonly Option[];
  readonly errors: Readonly<Partial<Record<keyof TryUseModel['asked'], Text>>>;
  readonly result?: TrialResult;
  /** In place of a result: who could approve. */
  readonly approvers?: CandidateList;
};

/** The people who could approve a request of an agent. */
export type CandidateList = {
  /** Whether an approval would grant all of it. */
  readonly isPossible: boolean;
  /** People who must approve. */
  readonly quorum: number;
  /** The person on whose behalf must be one of them. */
  readonly mustAgree: boolean;
  /** Whether enough of them may approve. */
  readonly isEnough: boolean;
  readonly isEnforced: boolean;
  readonly people: readonly {
    readonly name: string;
    readonly href?: string;
    readonly isPermitted: boolean;
    /** Why the server asks them. */
    readonly as: readonly Phrase[];
    /** Only asked when no decision was made after so many seconds. */
    readonly afterSeconds?: number;
    /** Why policies refuse. */
    readonly reasons: readonly string[];
    /** Ids of the policies that refuse; none: no policy permits it. */
    readonly policies: readonly string[];
  }[];
};

/** Why the result is not a plain yes. `link`: the page on which a person can change it, if the viewer may open it. */
export type TrialReason = {
  readonly text: Phrase;
  readonly link?: { readonly href: string; readonly text: Phrase } | undefined;
};

export type TrialResult = {
  readonly callerName: string;
  readonly personName?: string;
  readonly resourceName: string;
  /** The parties of a simulated use of this server, in place of the three names above. */
  readonly use?: { readonly who: Text; readonly what: string };
  readonly asked: readonly string[];
  readonly given: readonly string[];
  /** The first one is part of the answer. Empty for a yes, and for a simulated use of this server. */
  readonly reasons: readonly TrialReason[];
  readonly steps: readonly TrialStep[];
  readonly policies: readonly {
    readonly scope: string;
    readonly isAllowed: boolean;
    /** Policies deny it only because the person has not consented yet. */
    readonly isAfterConsent: boolean;
    readonly by: readonly PolicyLine[];
  }[];
  readonly changes: readonly { readonly scope: string; readonly steps: readonly Phrase[] }[];
  readonly maxSeconds?: number;
  readonly maxUses?: number;
  readonly isEnforced: boolean;
};

/** The form POSTs `csrf`, `policy`, `days` and `agent` to `action`. */
export type ReplayModel = ConsoleFrame & {
  readonly action: string;
  readonly agents: readonly Option[];
  readonly asked: TriedChoice & { readonly days: string; readonly agent: string };
  readonly errors: Readonly<Partial<Record<'policy' | 'days' | 'agent', Text>>>;
  /** For a version that the viewer may activate. The form POSTs `csrf`, `etag` and `replaces` to `action`. */
  readonly activation?: {
    readonly version: number;
    readonly action: string;
    readonly etag: number;
    readonly replaces?: number;
  };
};

export type ReplayCount = { readonly allowed: number; readonly refused: number };

export type ReplayResult = {
  readonly read: number;
  readonly decided: number;
  readonly changed: number;
  /** `changed`: decisions, of which each can cover several scopes. */
  readonly byCaller: readonly (ReplayCount & {
    readonly changed: number;
    readonly id: string;
    readonly name: string;
    readonly href?: string;
  })[];
  readonly byScope: readonly (ReplayCount & { readonly scope: string; readonly resource: string })[];
  readonly examples: readonly {
    readonly at: number;
    readonly name: string;
    readonly resource: string;
    readonly allowed: readonly string[];
    readonly refused: readonly string[];
    readonly decision?: string;
    /** Its event in the audit log; absent: not permitted to the viewer. */
    readonly decisionHref?: string;
  }[];
};

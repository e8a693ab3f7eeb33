/** What there is in `derivations`, as data that neither the server nor the model makes: the words both speak of. */

export type Risk = 'low' | 'medium' | 'high' | 'critical';

/** Identifier of a server to scopes there; `*` is all of them. */
export type Scopes = Readonly<Record<string, readonly string[]>>;

/** One policy: every condition that is there must hold. */
export type Rule = {
  readonly effect: 'permit' | 'forbid';
  readonly about?: 'scope' | 'detail';
  readonly risks?: readonly Risk[];
  readonly environments?: readonly string[];
  readonly agent?: string;
  readonly blueprint?: string;
  readonly group?: string;
  readonly server?: string;
  readonly deepest?: number;
  /** Holds for a detail with an amount only. */
  readonly atMost?: number;
  /** Of a permit: what it is tied to. */
  readonly maxSeconds?: number;
  readonly maxUses?: number;
  readonly approval?: boolean;
  readonly multiFactor?: boolean;
  readonly freshSeconds?: number;
};

export type MemberRule = 'max' | 'min' | 'subset' | 'prefix' | 'equal' | 'before' | 'after';

export type DetailMember = {
  readonly kind: 'number' | 'text' | 'path' | 'words' | 'paths' | 'day' | 'moment' | 'object';
  readonly rule: MemberRule;
  /** A parent without it sets no limit by it. */
  readonly unlimited?: boolean;
};

/** A type of authorization details. Members of members have paths as names: `limits.daily`. */
export type DetailWords = {
  readonly name: string;
  readonly risk: Risk;
  readonly members: Readonly<Record<string, DetailMember>>;
  /** The member that children of one parent share. */
  readonly amount?: string;
};

/** Flat: members of members have paths as names here, too. */
export type FlatDetail = { readonly type: string; readonly [path: string]: unknown };
export type FlatDetails = readonly FlatDetail[];

export type ModelAgent = {
  readonly id: string;
  readonly environment: string;
  /** Identifiers of the servers it is registered as. */
  readonly at: readonly string[];
  readonly authority?: Scopes;
  readonly blueprint?: {
    readonly id: string;
    readonly authority?: Scopes;
    readonly approvals?: Scopes;
    readonly maxSeconds?: number;
    readonly detailTypes?: readonly string[];
  };
};

export type ModelServer = {
  readonly id: string;
  readonly identifier: string;
  readonly scopes: Readonly<Record<string, Risk>>;
  readonly types: readonly DetailWords[];
  readonly environments?: readonly string[];
};

export type ModelClient = {
  readonly authority?: Scopes;
  /** Its authority then is a ceiling: no person decides what it may do. */
  readonly skipsConsent: boolean;
  /** What the person allowed it, by server. */
  readonly allowed: Scopes;
  readonly details: Readonly<Record<string, FlatDetails>>;
};

export type Organization = {
  readonly agents: readonly ModelAgent[];
  readonly servers: readonly ModelServer[];
  readonly clients: readonly ModelClient[];
  readonly person: { readonly entitlements?: Scopes; readonly groups: readonly string[] };
  readonly rules: readonly Rule[];
  readonly maxDepth: number;
  readonly seconds: number;
};

export type ModelToken = {
  /** Actors, outermost first; empty on a token of a client. */
  readonly path: readonly string[];
  /** Which of the clients the person used. */
  readonly client: number;
  readonly audience: string;
  readonly scope: readonly string[];
  readonly details: FlatDetails;
  readonly expiresAt: number;
  /** Which consent it comes from; of a token of a client none. */
  readonly consent: number | undefined;
  /** Whether that consent counts in calls of its client alone. */
  readonly isForCalls: boolean;
  readonly signIn: { readonly at: number; readonly multiFactor: boolean };
  /** Infinite without a limit. */
  readonly maxUses: number;
};

export type ModelConsent = {
  readonly scope: readonly string[];
  readonly details: FlatDetails;
  readonly expiresAt: number;
  readonly agents: readonly string[];
  readonly depth: number;
};

export type Asked = { readonly scope: readonly string[] | undefined; readonly details: FlatDetails | undefined };

/** Everything that the values of details can tell apart. */
export const UNIVERSE: {
  readonly numbers: readonly number[];
  readonly paths: readonly string[];
  readonly moments: readonly number[];
} = {
  numbers: Array.from({ length: 13 }, (_, number) => number),
  paths: [
    '/',
    '/a',
    '/a/',
    '/a/b',
    '/a/b/c',
    '/ab',
    '/a/bc',
    '/c',
    's3://x',
    's3://x/',
    's3://x/a',
    's3://x/a/b',
    's3://y',
    's3://xy/a',
  ],
  moments: Array.from({ length: 7 }, (_, step) => Date.UTC(2027, 2, 1) + step * 12 * 3_600_000),
};

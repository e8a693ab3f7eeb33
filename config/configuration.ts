/**
 * All settings, after files, environment and defaults have been merged and checked; frozen. Names carry units.
 * `config/schema.ts` describes each; `docs/reference/configuration.md` is generated from it.
 */
export type Configuration = {
  /** RFC 8414 §2; http only on loopback, any https issuer is production (decision D19). No trailing slash. */
  readonly issuer: string;
  readonly listen: {
    readonly host: string;
    readonly port: number;
    /** PEM files. Absent: plain HTTP, for loopback or behind a proxy that terminates TLS. */
    readonly tls?: { readonly certificateFile: string; readonly keyFile: string };
    /** Certificates with which clients authenticate (RFC 8705). */
    readonly clientCertificates: {
      /** Whether our own listener requests them; needs `tls`. */
      readonly request: boolean;
      /** Header in which a trusted proxy forwards them. */
      readonly header?: string;
      /** PEM file of the authorities that issue client certificates. */
      readonly authoritiesFile?: string;
    };
    /** Addresses or CIDR ranges whose X-Forwarded-For is trusted, for limits and audit only (decision D20). */
    readonly trustedProxies: readonly string[];
  };
  /** Health and metrics (decision D22). */
  readonly operations: { readonly host: string; readonly port: number };
  readonly data: {
    readonly folder: string;
    /** Reserved space on the volume of SQLite for when it is full. Absent: a sixteenth of the volume, 2 to 64 MiB. */
    readonly reserveMebibytes?: number;
    /** Share of the volume that must be free before anonymous requests may write again. */
    readonly resumeFreePercent: number;
  };
  readonly stores: {
    /** 'mongodb' only with 'redis', 'postgresql' with 'redis' or 'postgresql', each with its URL. */
    readonly document: 'sqlite' | 'mongodb' | 'postgresql' | 'memory';
    readonly ephemeral: 'sqlite' | 'redis' | 'postgresql' | 'memory';
    readonly mongodbUrl?: string;
    readonly postgresqlUrl?: string;
    readonly redisUrl?: string;
    readonly redisPrefix: string;
    /** Longest wait for one call to MongoDB, PostgreSQL or Redis. */
    readonly deadlineMilliseconds: number;
    /** MongoDB need not be a replica set; for development. */
    readonly allowStandalone: boolean;
  };
  readonly tokens: {
    readonly accessTokenTtlSeconds: number;
    /** Longest life of an exchanged token, at most 600. */
    readonly exchangedTokenTtlSeconds: number;
    /** The domain whose services read transaction tokens. Absent: none are issued. */
    readonly trustDomain?: string;
    readonly idTokenTtlSeconds: number;
    readonly refreshTokenTtlSeconds: number;
    readonly authorizationCodeTtlSeconds: number;
    readonly deviceCodeTtlSeconds: number;
    readonly devicePollIntervalSeconds: number;
    /** Whether our own handlers answer introspections and requests of two grants, in front of oidc-provider. */
    readonly ownHandlers: boolean;
  };
  readonly sessions: {
    readonly ttlSeconds: number;
    readonly interactionTtlSeconds: number;
    /** How much of the address of a sign-in the session stores. */
    readonly source: 'network' | 'address' | 'none';
  };
  readonly delegation: {
    /** Hops, 1..10; the first is the user's own consent. */
    readonly maxDepth: number;
    readonly defaultDurationSeconds: number;
    readonly maxDurationSeconds: number;
    /** Life of the page behind `consent_required`. */
    readonly requestTtlSeconds: number;
    /** How long the server keeps an ended or expired delegation. */
    readonly keptSeconds: number;
  };
  readonly approvals: {
    /** Time for approvers to decide. */
    readonly ttlSeconds: number;
    /** Time for an agent to fetch the token of an approval, at most 300. */
    readonly redeemSeconds: number;
    readonly pollIntervalSeconds: number;
    /** How long users see an approval after its end. */
    readonly keptSeconds: number;
    /** Open approvals of one agent with one user; at most 16. */
    readonly mostOpen: number;
    readonly mostOpenPerApprover: number;
    readonly perHour: number;
  };
  readonly policy: {
    /** `off`: the server evaluates no policy, and gives all that the other layers leave. */
    readonly enforcement: 'on' | 'off';
    /** Another decision point, which only narrows; without a URL there is none. */
    readonly external: {
      /** Its Access Evaluations endpoint (AuthZEN). */
      readonly url?: string;
      readonly timeoutMilliseconds: number;
      readonly credential?: string;
      /** Empty: all routes where it applies. */
      readonly routes: readonly string[];
    };
  };
  readonly agents: {
    /** The server suspends an agent without a use for this long; 0 switches that off. */
    readonly inactiveAfterDays: number;
    /** How long before the suspension the server notifies the owner. */
    readonly noticeDays: number;
    /** How long an instance stays active after its last use. */
    readonly instanceLifetimeSeconds: number;
    /** Concurrent instances of one agent, unless its blueprint allows fewer. */
    readonly maxInstances: number;
  };
  readonly clientAuthentication: {
    /** Longest exp − iat of a client assertion, at most 300. */
    readonly assertionMaxLifetimeSeconds: number;
    readonly clockToleranceSeconds: number;
  };
  /** How clients and agents register themselves (RFC 7591). */
  readonly registration: {
    /** Whether any caller may register a public client that is not an agent. */
    readonly open: boolean;
    /** How long such a client lasts unless an account adopts it. */
    readonly openLifetimeSeconds: number;
    /** 0 switches a limit off. */
    readonly openPerDay: number;
    readonly perSourcePerHour: number;
    readonly perOwnerPerHour: number;
    /** Names of the organisation that runs this server. Software that registers itself must not use them in its name. */
    readonly reservedNames: readonly string[];
    /** Pages in browsers that may register clients. */
    readonly corsOrigins: readonly string[];
    /** JSON file: the accepted issuers of software statements, with their keys. */
    readonly softwareStatementsFile?: string;
  };
  readonly dpop: { readonly requireNonce: boolean };
  /** Fetches from URLs that others chose: keys and metadata. */
  readonly egress: {
    /** Hosts, or `host:port`, that may have a non-public address, by the purpose they are opened for. */
    readonly internalHosts: {
      readonly upstreamProviders: readonly string[];
      readonly trustedIssuers: readonly string[];
      readonly clientKeys: readonly string[];
      readonly clientMetadata: readonly string[];
      readonly mcpServers: readonly string[];
      readonly webhooks: readonly string[];
      readonly approvalPings: readonly string[];
      readonly appLogout: readonly string[];
      readonly decisionPoint: readonly string[];
      readonly pushServices: readonly string[];
      readonly witnesses: readonly string[];
      readonly auditSinks: readonly string[];
      readonly signalReceivers: readonly string[];
      readonly provisioningTargets: readonly string[];
    };
    /** PEM file of authorities that are trusted in addition to those of the machine. */
    readonly caFile?: string;
    readonly requestsPerMinute: number;
    readonly requestsPerHostPerMinute: number;
    readonly requestsPerSourcePerMinute: number;
  };
  /** Clients whose id is the URL of their metadata document. */
  readonly clientIdMetadata: {
    readonly accept: boolean;
    /** Hosts, or `host:port`; empty: every public one. */
    readonly hosts: readonly string[];
  };
  readonly keys: {
    /**
     * 32 bytes, base64url. Absent: created at first start in the data folder. Production must set one
     * (decision D14).
     */
    readonly masterKey?: string;
    /** A second master key that is valid as well, during a rotation. */
    readonly otherMasterKey?: string;
    /** A new signing key is published this long before it signs. */
    readonly prepublishSeconds: number;
    /** An old signing key stays published this long after its last signature. */
    readonly retireSeconds: number;
  };
  readonly passwords: {
    readonly argon2MemoryKib: number;
    readonly argon2Passes: number;
    readonly argon2Parallelism: number;
    readonly concurrency: number;
    readonly queueLimit: number;
    readonly minimumLength: number;
    readonly signIn: boolean;
  };
  readonly limits: {
    readonly signInPerAccount: number;
    readonly signInPerSource: number;
    readonly signInWindowSeconds: number;
    readonly deviceUserCodeAttempts: number;
    /** Requests in a minute to the OAuth endpoints; 0 switches the limit off. */
    readonly requestsPerSourcePerMinute: number;
    readonly requestsPerClientPerMinute: number;
    /**
     * What unauthenticated callers may leave open at each process, by kind
     * (domain/platform/rate-limits/open-requests.ts); 0 switches it off.
     */
    readonly openRequestsPerNetwork: number;
    readonly openRequestsPerClient: number;
    readonly openRequests: number;
  };
  readonly audit: {
    readonly checkpointSeconds: number;
    readonly refusalIntervalSeconds: number;
    /** 0: no bound. */
    readonly refusalEventsPerDay: number;
    readonly anonymousEventsPerDay: number;
    /** For each resource server. 0: no bound. */
    readonly reportEventsPerDay: number;
    /** Witnesses of the transparency log. */
    readonly witnesses: {
      /** C2SP tlog-policy. Absent: none cosigns. */
      readonly policyFile?: string;
      readonly withoutQuorum: 'record' | 'withhold';
      readonly intervalSeconds: number;
      readonly timeoutMilliseconds: number;
    };
    /** Files of audit sinks. */
    readonly files: {
      readonly folder?: string;
      readonly mebibytes: number;
      /** For each sink. */
      readonly kept: number;
    };
  };
  /** The operator's brand on pages and in mails. */
  readonly brand?: {
    readonly name?: string;
    /** PNG, JPEG or WebP, at most 16 KiB. */
    readonly logoFile?: string;
    /** `#rrggbb`, readable on the surfaces of each scheme. */
    readonly accentColor?: { readonly light: string; readonly dark: string };
    /** https or `mailto:`. */
    readonly supportUrl?: string;
    readonly privacyUrl?: string;
    readonly termsUrl?: string;
  };
  /** Mail to users. Without a server the installation sends no mail. */
  readonly mail?: {
    /** smtp:// or smtps:// */
    readonly smtpUrl?: string;
    /** Sender address; required when there is a server. */
    readonly from?: string;
    /** For users who never chose a language. */
    readonly language?: 'en' | 'de';
  };
  /** Messages in browsers. */
  readonly push: {
    readonly isOn: boolean;
    /** Hosts, or `host:port`; with `*.` before it every host below. */
    readonly services: readonly string[];
    /** `mailto:` or https. */
    readonly contact?: string;
  };
  readonly administrator: { readonly username: string; readonly password?: string };
  readonly log: {
    readonly level: 'silent' | 'error' | 'warn' | 'info' | 'debug';
    /** `auto`: text on a terminal, JSON elsewhere. */
    readonly format: 'auto' | 'json' | 'text';
  };
};

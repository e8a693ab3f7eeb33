import type { JWK } from 'jose';

/** How the gateway authenticates to the authorization server. */
export type GatewayCredential =
  | { readonly clientId: string; readonly clientSecret: string }
  | { readonly clientId: string; readonly privateKey: JWK };

/** Where a member of an authorization detail comes from: a pointer into the content, or a value. */
export type DetailMember = string | { readonly value: unknown };

/** An authorization detail that the content of a request fills (RFC 9396). */
export type DetailTemplate = {
  readonly type: string;
  readonly members: Readonly<Record<string, DetailMember>>;
};

/** A question for the server: `true` asks about each detail or scope. */
export type Evaluation =
  | boolean
  | { readonly action: string; readonly resource: { readonly type: string; readonly id: string } };

/** What a token must allow before a request passes. */
export type Need = {
  readonly scopes: readonly string[];
  /** As in the package for APIs: `required`, `none`, or ids of agents. */
  readonly actor?: 'required' | 'none' | readonly string[];
  readonly acrValues?: readonly string[];
  readonly maxAge?: number;
  readonly senderConstrained: boolean;
  readonly live: boolean;
  readonly authzen: Evaluation;
  readonly details: readonly DetailTemplate[];
  readonly approval?: 'required';
};

/** Calls of an MCP server, and what they need. */
export type McpRules = Need & {
  readonly path: string;
  readonly tools: Readonly<Record<string, Need>>;
  readonly otherTools: 'refuse' | 'token';
  readonly methods: Readonly<Record<string, Need>>;
  /** What happens when a tool is not as it was first listed. `pass`: lists are not read. */
  readonly toolChanges: 'pass' | 'report' | 'refuse';
  /** Path of the file with the digests of tools. Absent: the memory of the process. */
  readonly toolPinsFile?: string;
  /** Binds sessions to their callers. Absent: a key of the process. */
  readonly sessionKey?: string;
};

/** Requests of one form, and what they need. */
export type Route = Need & {
  /** Empty: all methods. HEAD passes where GET does. */
  readonly methods: readonly string[];
  /** `/notes/:id`; `*` as the last segment stands for one or more segments. */
  readonly path: string;
  /** No token is needed. */
  readonly public: boolean;
};

/** How the gateway gets a token for the upstream (RFC 8693). */
export type Exchange = {
  readonly clientId: string;
  readonly privateKey: JWK;
  readonly resource: string;
  readonly scopes: readonly string[];
};

export type Limits = {
  readonly connections: number;
  readonly headerBytes: number;
  readonly bodyBytes: number;
  readonly bufferedBytes: number;
  readonly requestSeconds: number;
  readonly upstreamSeconds: number;
  readonly idleSeconds: number;
};

/** Checked settings of a gateway, with all defaults and the contents of the files that they name. */
export type GatewayConfiguration = {
  readonly listen: {
    readonly host: string;
    readonly port: number;
    readonly tls?: { readonly certificateFile: string; readonly keyFile: string };
  };
  readonly health: { readonly host: string; readonly port: number } | undefined;
  /** The listener for proxies that only ask. `socket`: path of a Unix socket, in place of host and port. */
  readonly decisions:
    | { readonly host: string; readonly port: number; readonly socket?: string; readonly secret?: string }
    | undefined;
  readonly issuer: string;
  readonly resource: string;
  readonly baseUrl: string | undefined;
  readonly name: string | undefined;
  readonly credential: GatewayCredential | undefined;
  readonly tokens: {
    readonly introspect: 'opaque' | 'every';
    readonly dpop: 'supported' | 'required';
    readonly algorithms: readonly string[];
    readonly revocationFeed: boolean;
    readonly statusList: boolean;
  };
  readonly upstream: {
    readonly url: string;
    readonly token: 'none' | 'same' | 'exchange';
    readonly cookies: boolean;
    readonly identity: Readonly<Record<string, Identity>>;
  };
  readonly exchange: Exchange | undefined;
  readonly routes: readonly Route[];
  readonly others: 'refuse' | 'token';
  readonly mcp: McpRules | undefined;
  readonly approvals: { readonly waitSeconds: number };
  readonly reports: boolean;
  readonly removeHeaders: readonly string[];
  readonly limits: Limits;
};

/** What of a token a header for the upstream can have. */
export type Identity = 'subject' | 'actor' | 'client' | 'scopes' | 'transaction';

/** A server under load: where it is, and which tokens it has given out. */
import type { JWK } from 'jose';
import type { Send } from './load.ts';

export type BenchClient = { readonly id: string; readonly key: JWK };

export type Subject = {
  readonly name:
    | 'bare'
    | 'behalf'
    | 'mongodb-redis'
    | 'memory'
    | 'memory-audit'
    | 'logging'
    | 'logged'
    | 'without-log-tasks';
  readonly pid: number;
  readonly issuer: string;
  /** Where it says what it did, for ours. */
  readonly metrics?: string;
  readonly send: Send;
  readonly paths: { readonly token: string; readonly introspection: string; readonly authorization: string };
  /** Authenticates by `private_key_jwt`. */
  readonly client: BenchClient;
  /** `authorization` header of a client that authenticates by its secret (`client_secret_basic`). */
  readonly secretClient: string;
  /** An agent like `client` that authenticates with the tokens of its platform, and such tokens; ours only. */
  readonly workload?: { readonly id: string; readonly tokens: readonly string[] };
  /** The client of the refresh tokens. */
  readonly refresher: BenchClient;
  /** `authorization` headers of the resource servers that introspect. */
  readonly introspectors: { readonly opaque: string; readonly jwt: string };
  readonly jwtResource: string;
  readonly opaqueResource: string;
  /** The file of its database, for ours on SQLite. */
  readonly database?: string;
  readonly scope: string;
  /** Live access tokens. The JWT ones are absent where JWTs cannot be introspected. */
  readonly opaqueTokens: readonly string[];
  readonly jwtTokens: readonly string[];
  /** Opaque tokens that `client` may exchange for one at `jwtResource`. */
  readonly subjectTokens: readonly string[];
  /** At least one for each connection. */
  readonly refreshTokens: readonly string[];
  /**
   * Query of an authorization request that ends on the consent page, and the cookies of browsers in which a
   * person is signed in, one for each connection: a session is saved by each request.
   */
  readonly consent: { readonly query: string; readonly cookies: readonly string[] };
  /** How a caller with the key of `client` is registered: with ours as an agent, by an operator; with the bare one as a client. */
  readonly registration: {
    readonly path: string;
    /** Of ours: where agents are registered a line each. */
    readonly bulkPath?: string;
    readonly headers: () => Promise<Readonly<Record<string, string>>>;
    readonly body: (index: number) => string;
  };
};

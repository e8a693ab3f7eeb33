import type { JWK } from 'jose';
import type { Clock } from './clock.ts';
import type { DetailType } from './detail-rules.ts';
import type { Fetch } from './http-client.ts';
import type { Risk } from './revocation-feed/feed-message.ts';
import type { UsedOnce } from './used-once.ts';

/** How this API authenticates to the authorization server. */
export type Credential =
  | { readonly clientId: string; readonly clientSecret: string }
  | {
      readonly clientId: string;
      /** Private key of `private_key_jwt` (RFC 7523), with `alg` and, if the server knows several keys, `kid`. */
      readonly privateKey: JWK;
    };

/** What is logged. No entry contains a token. */
export type LogEntry = {
  readonly event: 'request_refused' | 'server_unreachable' | 'report_dropped';
  /** Stable code. */
  readonly reason: string;
  readonly description: string;
  readonly detail?: string;
};

export type Options = {
  /** Issuer of the tokens, exactly as in `iss`. https, or http on loopback. */
  readonly issuer: string;
  /** Identifier of this API, exactly as registered and as in `aud`. */
  readonly resource: string;
  /** Public URL of this API as clients write it, for DPoP and metadata. Default: the origin of `resource`. */
  readonly baseUrl?: string;
  /** Scopes that the metadata document lists. */
  readonly scopes?: readonly string[];
  /** Name of this API in the metadata document. */
  readonly name?: string;
  /** Signature algorithms of tokens, all asymmetric. Default: ES256. */
  readonly algorithms?: readonly string[];
  /** Seconds that clocks may differ, 0 to 60. Default: 5. */
  readonly clockTolerance?: number;
  /** Longest token in characters, up to 65536. Default: 8192. */
  readonly maxTokenLength?: number;
  /** Longest chain of actors, 1 to 64. Default: 16. */
  readonly maxActors?: number;
  /** Rules of the types of authorization details, as registered. */
  readonly detailTypes?: readonly DetailType[];
  /** URL of the keys. Default: `jwks_uri` of the metadata of the issuer. */
  readonly jwksUri?: string;
  /** Without it, only JWTs are accepted. */
  readonly introspection?: Credential & {
    /** `opaque` (default): tokens that are no JWTs. `every`: JWTs too, so that a revoked token is refused at once. */
    readonly tokens?: 'opaque' | 'every';
    /** URL of the endpoint. Default: `introspection_endpoint` of the metadata of the issuer. */
    readonly endpoint?: string;
  };
  /**
   * Reads the revocation feed of the server, with the credential of `introspection`: a JWT that may have ended is introspected.
   * `true`: with all defaults.
   */
  readonly revocationFeed?:
    | boolean
    | {
        /** Seconds without news, 1 to 3600, after which a token is introspected, by the risk of the scopes that a request needs. */
        readonly maxStaleness?: Partial<Readonly<Record<Risk, number>>>;
        /** Ends that are remembered, 1000 to 4,000,000. With more, each token is introspected for a while. Default: 1,000,000. */
        readonly mostEnds?: number;
      };
  /**
   * Takes security events that the server pushes to this API (`receiveEvent`): a JWT that an event may have ended is introspected, with the
   * credential of `introspection`. Not together with `revocationFeed` or `statusList`.
   */
  readonly securityEvents?: {
    /** `aud` of the events: that of the receiver of this API, as an administrator registered it. */
    readonly audience: string;
    /** Ends that are remembered, 1000 to 4,000,000. With more, each token is introspected for a while. Default: 1,000,000. */
    readonly mostEnds?: number;
  };
  /**
   * Reads Token Status Lists of the server: a JWT that has ended is refused, without a connection. An operator switches them on with
   * `status_list`. Not together with `revocationFeed`. Default: false.
   */
  readonly statusList?: boolean;
  /**
   * Where the sign-in of the person is not enough for a request, asks the server for a page on which they confirm it, with the
   * credential of `introspection`. For clients that cannot send the person to sign in again, such as those of MCP. Default: false.
   */
  readonly stepUp?: boolean;
  /**
   * Sends reports of this API to the server, with the credential of `introspection`. `true`: with all defaults. An operator permits them
   * with `reports:write`.
   */
  readonly reports?:
    | boolean
    | {
        /** Reports that wait, 1 to 1,000,000; a further one is dropped. Default: 10,000. */
        readonly mostQueued?: number;
        /** Seconds that a report waits for others, 1 to 60. Default: 1. */
        readonly interval?: number;
      };
  readonly dpop?: {
    /** `required`: every token must be bound to a DPoP key. Default: `supported`. */
    readonly use?: 'supported' | 'required';
    /** Algorithms of proofs. Default: ES256, EdDSA. */
    readonly algorithms?: readonly string[];
    /** Oldest proof in seconds, 1 to 300. Default: 60. */
    readonly maxAge?: number;
    /** Require a nonce of this API in each proof (RFC 9449 §9). Default: false. */
    readonly nonces?: boolean;
    /** At least 32 bytes, the same for all processes of this API. Default: random, of this process alone. */
    readonly nonceSecret?: Uint8Array;
  };
  /** Remembers proofs and approved actions that were used. Default: memory of this process, 100,000 keys. */
  readonly usedOnce?: UsedOnce;
  /** Verified tokens that are remembered until they expire. 0 switches it off. Default: 10,000. */
  readonly cachedTokens?: number;
  /** Seconds that a request to the authorization server may take, 1 to 30. Default: 5. */
  readonly timeout?: number;
  /** Receives each refusal and each failure to reach the server. */
  readonly log?: (entry: LogEntry) => void;
  readonly fetch?: Fetch;
  readonly clock?: Clock;
  /** Seconds of a clock that is never set back. */
  readonly monotonic?: Clock;
};

import type { Clock } from './clock.ts';
import type { CompositionSource } from './composition.ts';
import type { Credential } from './credential.ts';
import type { Bounds, Hooks } from './hooks.ts';
import type { Fetch } from './http-client.ts';
import type { AgentKey } from './keys.ts';
import type { PingReceiver } from './pings.ts';

export type Options = {
  /** URL of the authorization server, exactly as in its metadata. https, or http on loopback. */
  readonly issuer: string;
  /** Id of the agent, `agt_…`. */
  readonly clientId: string;
  readonly credential: Credential;
  /**
   * What the agent runs with: its client assertions say so, and the server compares it with what its owner knows. Only with
   * `credential.key`. Default: they say nothing.
   */
  readonly composition?: CompositionSource;
  /** Binds all tokens to a key (RFC 9449). `true` makes a key that lives as long as this process. Default: Bearer tokens. */
  readonly dpop?: AgentKey | true;
  /** Seconds for one request to the authorization server, metadata of an API or the body of its refusal, 1 to 60. Default: 10. */
  readonly timeout?: number;
  /** Tokens that are kept until shortly before they expire, 0 to 100,000. Default: 1,000. */
  readonly cachedTokens?: number;
  /** Called with what a refusal asks for. A call can have hooks of its own. */
  readonly hooks?: Hooks;
  /** How far remedies are followed for one token. */
  readonly bounds?: Partial<Bounds>;
  /** Where the server sends pings about approvals (CIBA §10.2). Default: the agent polls. */
  readonly pings?: PingReceiver;
  /** `fetch` to use, such as one with a proxy. */
  readonly fetch?: Fetch;
  readonly clock?: Clock;
};

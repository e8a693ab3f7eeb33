import type { Answer } from './authorization-server.ts';
import type { SubjectToken } from './subject.ts';

/** What a remedy can change about a request. */
export type Wanted = {
  readonly scopes: readonly string[] | undefined;
  readonly subject: SubjectToken | undefined;
};

/** The server, as the follower sees it. */
export interface Port {
  /** Origin that pages for people must have. */
  readonly origin: string;
  ask(wanted: Wanted, signal: AbortSignal): Promise<Answer>;
  /** Asks whether people have decided. */
  poll(authReqId: string, signal: AbortSignal): Promise<Answer>;
  /** URL to which polls go. */
  tokenEndpoint(): Promise<string>;
  /** Resolves when the server says that people have decided. */
  pinged?: ((authReqId: string, signal: AbortSignal) => Promise<void>) | undefined;
}

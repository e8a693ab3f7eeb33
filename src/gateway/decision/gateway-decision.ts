/**
 * What a gateway decides about a request, apart from any listener. The reverse proxy asks it, and so can an endpoint for a proxy that
 * only asks, such as `auth_request` of nginx: that one gives no `body`, and forwards by itself.
 */
import type { Access, RefusalAnswer } from '../../../packages/resource-server/src/resource-server.ts';

export type GatewayRequest = {
  readonly method: string;
  /** As received: path and query. */
  readonly target: string;
  /** All header lines, in their order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /**
   * Reads the whole body. Called after the token is verified, if the decision depends on the body. Absent where only the head
   * is known: no approval is requested for such a request.
   */
  readonly body?: (() => Promise<Uint8Array> | Uint8Array) | undefined;
  /** Client certificate of the connection, DER or PEM, from the TLS layer only. */
  readonly certificate?: Uint8Array | string | undefined;
  /** Whether the client has gone, so that nothing waits for people on its behalf. */
  readonly isGone?: (() => boolean) | undefined;
};

/** What a request does, for reports: the pattern of its route, or the tools that it calls. */
export type Deed = { readonly route: string | undefined; readonly tools: readonly string[] };

/** A request that may go to the upstream. */
export type Permit = {
  readonly kind: 'permit';
  /** Normalised: send the upstream this, and not what was received. */
  readonly path: string;
  /** With its question mark; empty without one. */
  readonly query: string;
  readonly deed: Deed;
  /** Undefined on a public route. */
  readonly access: Access | undefined;
  /** Scopes that the request needs: the risk of the open stream. */
  readonly scopes: readonly string[];
  /** For the client, besides those of the upstream. */
  readonly headers: RefusalAnswer['headers'];
  /** For the upstream: the credential of the configuration. */
  readonly credentials: readonly (readonly [name: string, value: string])[];
  /** Whether a message asks an MCP server for its tools. */
  readonly listsTools?: boolean;
  /** Present for an MCP server: the session that the request names, and the id for the client of one that the answer names. */
  readonly session?: { readonly id: string | undefined; readonly sealed: (id: string) => string } | undefined;
};

export type GatewayDecision =
  | Permit
  /** The gateway answers by itself: the metadata document. */
  | { readonly kind: 'answer'; readonly answer: RefusalAnswer }
  | {
      readonly kind: 'refuse';
      readonly answer: RefusalAnswer;
      readonly reason: string;
      readonly deed?: Deed;
      /** Present if the token was verified, for a report. */
      readonly access?: Access | undefined;
    };

/** Decides about one request. Rejects only for a fault of the program: refuse with 500 then. */
export type Decide = (request: GatewayRequest) => Promise<GatewayDecision>;

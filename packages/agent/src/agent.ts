/**
 * Gets tokens of Behalf for an agent: for itself and on behalf of people. When the server refuses, it follows the remedies that the
 * refusal names, as far as the hooks of the program allow, and ends in a token or in AgentStop.
 */
import { type ApiFetch, apiFetch } from './api-fetch.ts';
import { authorizationServer } from './authorization-server.ts';
import type { Options } from './options.ts';
import { type ApprovalRequest, type Call, checkTarget, type ExchangeRequest, type Target } from './requests.ts';
import { type KeepRefreshToken, type Session, sessionOf } from './session.ts';
import { settingsOf } from './settings.ts';
import { type SignInRequest, signIn } from './sign-in.ts';
import type { Token } from './token.ts';
import { tokensOf } from './tokens.ts';

export { AgentStop, type Step, type StopReason } from './agent-stop.ts';
export type { ApiFetch, FetchRequest } from './api-fetch.ts';
export type { Clock } from './clock.ts';
export { type Composition, type CompositionSource, compositionOf } from './composition.ts';
export type { Credential } from './credential.ts';
export type { Denial, Remedy } from './denial.ts';
export type { Bounds, Hooks } from './hooks.ts';
export { type AgentKey, keyFile, keyFromJwk, newKey } from './keys.ts';
export {
  type KeptPins,
  type McpTool,
  type PinOptions,
  TOOL_MEMBERS,
  type ToolChange,
  type ToolDigests,
  type ToolPins,
  ToolsChanged,
  toolChanges,
  toolDigest,
  toolDigests,
  toolPins,
} from './mcp-tools.ts';
export type { Options } from './options.ts';
export { type PingReceiver, pingReceiver } from './pings.ts';
export type { ApprovalRequest, Call, ExchangeRequest, Target } from './requests.ts';
export type { Session } from './session.ts';
export type { SignInRequest } from './sign-in.ts';
export type { Subject } from './subject.ts';
export type { AuthorizationDetail, Token } from './token.ts';
export { environmentToken, fileToken, type TokenSource } from './workload-token.ts';

export interface Agent {
  /** A token of the agent itself (client credentials). Rejects with AgentStop; with ConfigurationError for a mistake in the call. */
  ownToken(target: Target, call?: Call): Promise<Token>;
  /** A token on behalf of a person, which names the agent as actor (RFC 8693). Rejects as `ownToken` does. */
  exchange(request: ExchangeRequest, call?: Call): Promise<Token>;
  /** Has people approve exactly this action (CIBA), and resolves to the token for it. Rejects as `ownToken` does. */
  approval(request: ApprovalRequest, call?: Call): Promise<Token>;
  /** Signs a person in to the agent itself, with a browser on this machine. Rejects as `ownToken` does. */
  signIn(request: SignInRequest, call?: Call): Promise<Session>;
  /** A session of a sign-in before, by its refresh token. Sends no request yet. */
  resume(session: Target & { readonly refreshToken: string; readonly keep?: KeepRefreshToken }): Promise<Session>;
  /**
   * `fetch` with a token of this agent. Follows the challenges of an API, each kind once, and resolves to its answer. Rejects with
   * AgentStop if there is no token, and as `fetch` does. Does not follow redirects.
   */
  readonly fetch: ApiFetch;
  /** Forgets a token that an API refused, so that the next call asks for a new one. */
  forget(token: Pick<Token, 'accessToken'>): void;
}

/** Creates an agent. Rejects with ConfigurationError naming the option that is wrong. Sends no request yet. */
export const createAgent = async (options: Options): Promise<Agent> => {
  const settings = await settingsOf(options);
  const server = authorizationServer(settings);
  const tokens = tokensOf(settings, server);
  return {
    ownToken: (target, call = {}) => tokens.own(target, call),
    exchange: (request, call = {}) => tokens.exchange(request, call),
    approval: (request, call = {}) => tokens.approval(request, call),
    signIn: (request, call = {}) => signIn(settings, server, request, call),
    async resume({ refreshToken, keep, ...target }) {
      checkTarget(target);
      return sessionOf(settings, server, { refreshToken, target, keep });
    },
    fetch: apiFetch(settings, server, tokens),
    forget: (token) => tokens.forget(token),
  };
};

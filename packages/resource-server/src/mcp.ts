/**
 * Binding for the MCP SDK, versions 1 and 2. Its bearer middleware asks a verifier about the text of a token. DPoP, and all of the
 * challenges, need the request: use the binding of the web framework for them. Its `auth` is an `AuthInfo` too.
 */
import { Refusal } from './refusal.ts';

import type { Requirement } from './requirement.ts';
import type { Access, ResourceServer } from './resource-server.ts';

type ErrorClass = new (message: string) => Error;

/** `@modelcontextprotocol/sdk/server/auth/errors.js` (1.x). */
export type SdkOne = {
  readonly InvalidTokenError: ErrorClass;
  readonly InsufficientScopeError: ErrorClass;
  readonly ServerError: ErrorClass;
};

/** `@modelcontextprotocol/server` (2.x). */
export type SdkTwo = {
  readonly OAuthError: new (code: never, message: string) => Error;
};

/** `OAuthTokenVerifier` of both versions. */
export type TokenVerifier = { verifyAccessToken(token: string): Promise<Access> };

/** The middleware of the SDK knows three answers: 401, 403 and 500. */
const kindOf = ({ code }: Refusal): 'invalid_token' | 'insufficient_scope' | 'server_error' => {
  if (code === 'temporarily_unavailable') return 'server_error';
  return code === 'insufficient_scope' || code === 'actor_unauthorized' ? 'insufficient_scope' : 'invalid_token';
};

const errorOf = (refusal: Refusal, sdk: SdkOne | SdkTwo): Error => {
  const kind = kindOf(refusal);
  if ('OAuthError' in sdk && !('InvalidTokenError' in sdk)) return new sdk.OAuthError(kind as never, refusal.message);
  const { InvalidTokenError, InsufficientScopeError, ServerError } = sdk as SdkOne;
  if (kind === 'server_error') return new ServerError(refusal.message);
  return kind === 'insufficient_scope'
    ? new InsufficientScopeError(refusal.message)
    : new InvalidTokenError(refusal.message);
};

/**
 * A verifier for `requireBearerAuth` of the SDK. `sdk` is the module with its errors, since the SDK recognises only errors of its own
 * copy. Throws TypeError for another module.
 */
export const tokenVerifier = (
  server: ResourceServer,
  sdk: SdkOne | SdkTwo,
  requirement: Requirement = {},
): TokenVerifier => {
  if (!('OAuthError' in sdk || 'InvalidTokenError' in sdk)) {
    throw new TypeError('sdk: give the module that has InvalidTokenError (1.x) or OAuthError (2.x)');
  }
  return {
    async verifyAccessToken(token) {
      try {
        return await server.verifyBearer(token, requirement);
      } catch (error) {
        throw error instanceof Refusal ? errorOf(error, sdk) : error;
      }
    },
  };
};

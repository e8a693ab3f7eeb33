/**
 * An authorization request that fails before its parameters are read. oidc-provider's error handler then looks for client and
 * redirect URI in the raw query, and fails itself (finding V9: 500 for `GET /auth/xyz?client_id=…` without a cookie). Here
 * there are no parameters until they are read. Such a failure is therefore shown to the user, and sent to no client.
 */
import type Provider from 'oidc-provider';

/** The parameters of a context that has read them. A member of each object: a property of its own for each would make every access to it slow. */
const KNOWN = Symbol('parameters');
type Context = { readonly ctx: never; [KNOWN]?: Record<string, unknown> };

/**
 * `onRead` is called with the parameters as soon as they are known, and may replace them. `onEach` is also called with
 * parameters that are read later in the request. An error of either refuses the request.
 */
export const withoutParametersAtFirst = (
  provider: Provider,
  onRead: (context: never, read: Record<string, unknown>) => void = () => undefined,
  onEach: (context: never, read: Record<string, unknown>) => void = () => undefined,
): void => {
  Object.defineProperty(provider.OIDCContext.prototype, 'params', {
    configurable: true,
    get(this: Context) {
      return this[KNOWN] ?? {};
    },
    set(this: Context, read: Record<string, unknown>) {
      onEach(this.ctx, read);
      // Fails for parameters that no code may see.
      if (this[KNOWN] === undefined) onRead(this.ctx, read);
      this[KNOWN] = read;
    },
  });
};

/**
 * The context in which our own handlers run functions of oidc-provider, in place of a Koa context. It has what those
 * functions and our hooks read. Headers are set on the response at once, so that they remain when oidc-provider answers in the end.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';

/** A context of one request. `route`: as oidc-provider names it. */
export const handlerContext = (
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
  route: string,
): KoaContextWithOIDC => {
  const set = (name: string, value: string | string[]): void => {
    if (!response.headersSent) response.setHeader(name, value);
  };
  const context = {
    req: request,
    res: response,
    headers: request.headers,
    method: 'POST',
    path: request.url,
    _matchedRouteName: route,
    body: undefined as unknown,
    oidc: undefined as unknown,
    get(name: string): string {
      const value = request.headers[name.toLowerCase()];
      return Array.isArray(value) ? value.join(', ') : (value ?? '');
    },
    set,
    append(name: string, value: string): void {
      const before = response.getHeader(name);
      set(name, before === undefined ? value : [before, value].flat().map(String));
    },
    assert(value: unknown, error: Error): void {
      if (!value) throw error;
    },
  };
  context.oidc = new provider.OIDCContext(context as never);
  return context as unknown as KoaContextWithOIDC;
};

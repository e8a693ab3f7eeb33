/** Binding for handlers of the Fetch standard: `(Request) => Response`, as in Bun, Deno, workers, and frameworks on them. */
import { type RequirementOf, requirementFor } from './request-requirement.ts';
import type { Access, ResourceServer } from './resource-server.ts';

/** Answers a request that was let through. */
export type Handler = (request: Request, access: Access) => Response | Promise<Response>;

/** Options besides what the request needs. */
export type FetchOptions = {
  /** Finds the client certificate of a request, DER or PEM (RFC 8705). Only the TLS layer may supply it. */
  readonly certificateOf?: (request: Request) => Uint8Array | string | undefined;
};

const withHeaders = (response: Response, headers: readonly (readonly [string, string])[]): Response => {
  if (headers.length === 0) return response;
  const changed = new Response(response.body, response);
  for (const [name, value] of headers) changed.headers.append(name, value);
  return changed;
};

/**
 * Calls `handler` only for a request with a token that allows it. Answers the protected resource metadata (RFC 9728) itself. Rejects
 * with what the handler or the requirement's function throws.
 */
export const protect =
  (
    server: ResourceServer,
    handler: Handler,
    requirement: RequirementOf<Request> = {},
    { certificateOf }: FetchOptions = {},
  ) =>
  async (request: Request): Promise<Response> => {
    const { method, url, headers } = request;
    const { pathname, search } = new URL(url);
    if (pathname === server.metadata.path && (method === 'GET' || method === 'HEAD')) {
      return Response.json(server.metadata.document);
    }
    const presented = { method, target: `${pathname}${search}`, headers, certificate: certificateOf?.(request) };
    const decision = await server.check(presented, await requirementFor(requirement, request));
    if (decision.granted) return withHeaders(await handler(request, decision.access), decision.headers);
    const { status, headers: answered, body } = decision.answer;
    return withHeaders(new Response(body, { status }), answered);
  };

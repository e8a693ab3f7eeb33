/** Binding for Fastify 4 and 5. */
import { byName, type CertificateOf, type NodeRequest, presentedByNode } from './node-request.ts';
import { type RequirementOf, requirementFor } from './request-requirement.ts';
import type { Access, ResourceServer } from './resource-server.ts';
import { verifiedAccess } from './verified-access.ts';

/** The members of a request of Fastify that are read. */
export type FastifyRequest = {
  readonly raw: NodeRequest;
  /** Address before Fastify rewrote it. */
  readonly originalUrl?: string;
  /** Set by `requireToken`. */
  auth?: Access;
};

/** The members of a reply of Fastify that are used. */
export type FastifyReply = {
  code(status: number): unknown;
  headers(values: Record<string, string | string[]>): unknown;
  send(body: string): unknown;
};

/** The route of the protected resource metadata (RFC 9728), for `fastify.route`. */
export const metadataRoute = (
  server: ResourceServer,
): { method: 'GET'; url: string; handler(request: unknown, reply: FastifyReply): unknown } => ({
  method: 'GET',
  url: server.metadata.path,
  handler: (_request, reply) => {
    reply.headers({ 'content-type': 'application/json' });
    return reply.send(JSON.stringify(server.metadata.document));
  },
});

/**
 * A hook `onRequest` that lets a request through only with a token that allows it, and sets `request.auth`. `Asked` is the type of
 * the request in the requirement's function.
 */
export const requireToken =
  <Asked extends FastifyRequest = FastifyRequest>(
    server: ResourceServer,
    requirement: RequirementOf<Asked> = {},
    certificateOf?: CertificateOf<Asked>,
  ) =>
  // Not generic: Fastify infers the type of a route from its hooks.
  async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const asked = request as Asked;
    const presented = presentedByNode(asked.raw, asked.originalUrl, certificateOf?.(asked));
    const decision = await server.check(presented, await requirementFor(requirement, asked));
    if (decision.granted) {
      reply.headers({ ...byName(decision.headers) });
      request.auth = decision.access;
      return undefined;
    }
    reply.code(decision.answer.status);
    reply.headers({ ...byName(decision.answer.headers) });
    return reply.send(decision.answer.body);
  };

/** `request.auth` with its type. Throws an Error for a request that `requireToken` has not let through. */
export const accessOf = (request: object): Access => verifiedAccess((request as { readonly auth?: unknown }).auth);

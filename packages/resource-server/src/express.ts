/** Binding for Express 4 and 5, and for all that takes its middleware. */
import { byName, type CertificateOf, type NodeRequest, presentedByNode } from './node-request.ts';
import { type RequirementOf, requirementFor } from './request-requirement.ts';
import type { Access, ResourceServer } from './resource-server.ts';
import { verifiedAccess } from './verified-access.ts';

/** The members of a request of Express that are read. */
export type ExpressRequest = NodeRequest & {
  readonly originalUrl?: string;
  readonly path?: string;
  /** Set by `requireToken`. */
  auth?: Access;
};

/** The members of a response of Express that are used. */
export type ExpressResponse = {
  setHeader(name: string, value: string | string[]): unknown;
  statusCode: number;
  end(body: string): unknown;
};

type Next = (error?: unknown) => void;

/** Answers the protected resource metadata (RFC 9728). It needs no token, so it stands before `requireToken`. */
export const serveMetadata =
  (server: ResourceServer) =>
  (request: ExpressRequest, response: ExpressResponse, next: Next): void => {
    const isAsked = request.originalUrl?.split('?')[0] === server.metadata.path;
    if (!isAsked || (request.method !== 'GET' && request.method !== 'HEAD')) {
      next();
      return;
    }
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(server.metadata.document));
  };

/**
 * Lets a request through only with a token that allows it, and sets `request.auth`. An error of the requirement's function goes to
 * `next`, so that the request is not let through.
 */
export const requireToken =
  <Request extends ExpressRequest>(
    server: ResourceServer,
    requirement: RequirementOf<Request> = {},
    certificateOf?: CertificateOf<Request>,
  ) =>
  async (request: Request, response: ExpressResponse, next: Next): Promise<void> => {
    let isGranted = false;
    try {
      const presented = presentedByNode(request, request.originalUrl, certificateOf?.(request));
      const decision = await server.check(presented, await requirementFor(requirement, request));
      const { headers } = decision.granted ? decision : decision.answer;
      for (const [name, value] of Object.entries(byName(headers))) response.setHeader(name, value);
      if (decision.granted) {
        request.auth = decision.access;
        isGranted = true;
      } else {
        response.statusCode = decision.answer.status;
        response.end(decision.answer.body);
      }
    } catch (error) {
      next(error);
      return;
    }
    // Outside of `try`: an error of a later handler is not one of this middleware.
    if (isGranted) next();
  };

/** `request.auth` with its type. Throws an Error for a request that `requireToken` has not let through. */
export const accessOf = (request: object): Access => verifiedAccess((request as { readonly auth?: unknown }).auth);

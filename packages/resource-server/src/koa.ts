/** Binding for Koa 2 and 3. */
import { byName, type CertificateOf, type NodeRequest, presentedByNode } from './node-request.ts';
import { type RequirementOf, requirementFor } from './request-requirement.ts';
import type { Access, ResourceServer } from './resource-server.ts';
import { verifiedAccess } from './verified-access.ts';

/** The members of a context of Koa that are used. `requireToken` sets `state.auth` to an `Access`. */
export type KoaContext = {
  readonly req: NodeRequest;
  readonly originalUrl: string;
  readonly state: Record<string, unknown>;
  status: number;
  body: unknown;
  set(name: string, value: string | string[]): void;
};

type Next = () => Promise<unknown>;

/** Answers the protected resource metadata (RFC 9728). It needs no token, so it stands before `requireToken`. */
export const serveMetadata =
  (server: ResourceServer) =>
  async (context: KoaContext, next: Next): Promise<void> => {
    const { method } = context.req;
    const isAsked = context.originalUrl.split('?')[0] === server.metadata.path;
    if (!isAsked || (method !== 'GET' && method !== 'HEAD')) {
      await next();
      return;
    }
    context.set('content-type', 'application/json');
    context.body = JSON.stringify(server.metadata.document);
  };

/** Lets a request through only with a token that allows it, and sets `context.state.auth`. */
export const requireToken =
  <Context extends KoaContext>(
    server: ResourceServer,
    requirement: RequirementOf<Context> = {},
    certificateOf?: CertificateOf<Context>,
  ) =>
  async (context: Context, next: Next): Promise<void> => {
    const presented = presentedByNode(context.req, context.originalUrl, certificateOf?.(context));
    const decision = await server.check(presented, await requirementFor(requirement, context));
    const { headers } = decision.granted ? decision : decision.answer;
    for (const [name, value] of Object.entries(byName(headers))) context.set(name, value);
    if (decision.granted) {
      context.state['auth'] = decision.access;
      await next();
      return;
    }
    context.status = decision.answer.status;
    context.body = decision.answer.body;
    // Koa names a text as text/plain unless it is told otherwise after the body.
    context.set('content-type', 'application/json');
  };

/** `context.state.auth` with its type. Throws an Error for a request that `requireToken` has not let through. */
export const accessOf = ({ state }: Pick<KoaContext, 'state'>): Access => verifiedAccess(state['auth']);

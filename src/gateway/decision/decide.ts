/** The decision about one request: target, route, token, and what the route and the content need. Forwards nothing. */
import { createHash } from 'node:crypto';
import {
  type Access,
  type Page,
  type PresentedRequest,
  pageOf,
  type RefusalAnswer,
  type Requirement,
  type ResourceServer,
} from '../../../packages/resource-server/src/resource-server.ts';
import type { GatewayConfiguration, Need } from '../configuration/configuration.ts';
import { noCredentials, type UpstreamCredentials } from '../credentials/upstream-credentials.ts';
import { headerIn, jsonContent } from '../request/json-content.ts';
import { type OwnRefusal, ownAnswer } from '../request/own-refusals.ts';
import { RequestRefused } from '../request/request-refused.ts';
import { namesMethod, targetOf } from '../request/target.ts';
import { type Evaluations, type Question, questionsOf } from './evaluations.ts';
import type { Decide, Deed, GatewayDecision, GatewayRequest } from './gateway-decision.ts';
import { type Messages, messageAnswer, messagesIn, repeatable } from './json-rpc.ts';
import { type FilledNeed, filledNeed, needsOfMessages, requirementOf } from './needs.ts';
import { type Found, routeTable } from './route-table.ts';
import { type McpSessions, SESSION_HEADER } from './sessions.ts';
import type { ToolLists } from './tool-lists.ts';

export type DecisionTools = {
  readonly server: ResourceServer;
  readonly credentials: UpstreamCredentials;
  /** Undefined without a credential. */
  readonly evaluations: Evaluations | undefined;
  readonly sessions: McpSessions;
  /** Undefined where no tools are pinned. */
  readonly toolLists: ToolLists | undefined;
};

const refuse = (refusal: OwnRefusal): GatewayDecision => ({
  kind: 'refuse',
  answer: ownAnswer(refusal),
  reason: refusal.reason,
});

/** The refusal of content that was needed, or of a session. Rethrows any other error. */
export const contentRefusal = (error: unknown): OwnRefusal => {
  if (!(error instanceof RequestRefused)) throw error;
  return { status: error.status, reason: error.reason, description: error.message };
};

const digestOf = async (body: GatewayRequest['body']): Promise<Uint8Array | string> =>
  body
    ? createHash('sha256')
        .update(await body())
        .digest()
    : '';

/** What becomes known while a request is checked. */
type Seen = {
  access: Access | undefined;
  messages: Messages | undefined;
  page: Page | undefined;
  credentials: Awaited<ReturnType<UpstreamCredentials['headersFor']>>;
  scopes: readonly string[] | undefined;
  /** Id of the session at the upstream. */
  session: string | undefined;
};

const isContentNeeded = (found: Found, method: string): boolean =>
  found.kind === 'mcp' ? method === 'POST' : found.kind === 'route' && found.route.details.length > 0;

const deedOf = (found: Found, messages: Messages | undefined): Deed => {
  const tools: string[] = [];
  if (messages) for (const { tool } of messages.list) if (tool !== undefined) tools.push(tool);
  return {
    route: found.kind === 'route' ? found.route.path : found.kind === 'mcp' ? found.rules.path : undefined,
    tools,
  };
};

/** With its members, so that the package checks it once. */
const frozen = (requirement: Requirement): Requirement => {
  for (const value of Object.values(requirement)) Object.freeze(value);
  return Object.freeze(requirement);
};

/** Makes the decision of a gateway. */
export const gatewayDecision = (configuration: GatewayConfiguration, tools: DecisionTools): Decide => {
  const { server, credentials, evaluations, sessions } = tools;
  const { resource } = configuration;
  const table = routeTable(configuration);
  const isChanged = (tool: string): boolean => tools.toolLists?.isChanged(tool) ?? false;
  const metadata = {
    status: 200,
    headers: [['content-type', 'application/json']],
    body: JSON.stringify(server.metadata.document),
  } as const;

  const isForMetadata = (method: string, path: string): boolean =>
    path === server.metadata.path && (method === 'GET' || method === 'HEAD');

  /** What requests need whose content fills no details: the same for each. By the need of the route or of the tool. */
  const fixed = new Map<Need, Requirement>();

  /** All that the needs require of the token itself. Where the server decides about details, the token need not hold them. */
  const requirementFrom = (needs: readonly FilledNeed[], isApproved: boolean): Requirement => {
    const last = needs.at(-1);
    // All messages share the first need.
    const isFixed = needs.length <= 2 && last && needs.every(({ need }) => need.details.length === 0);
    const known = isFixed ? fixed.get(last.need) : undefined;
    if (known) return known;
    const requirement = requirementOf(
      needs.map((one) => (one.need.authzen === false || isApproved ? one : { ...one, details: [] })),
    );
    if (isFixed) fixed.set(last.need, frozen(requirement));
    return requirement;
  };

  const contentOf = ({ body }: GatewayRequest): Promise<Uint8Array> | Uint8Array => {
    if (body) return body();
    throw new RequestRefused(
      411,
      'content_unavailable',
      'The decision needs the content, which the gateway does not get here.',
    );
  };

  /** What the route and the content need. */
  const needsOf = async (
    found: Found,
    own: Need,
    request: GatewayRequest,
    seen: Seen,
  ): Promise<readonly FilledNeed[]> => {
    const bytes = await contentOf(request);
    if (found.kind !== 'mcp') return [filledNeed(own, jsonContent(request.headers, bytes))];
    const messages = messagesIn(request, bytes);
    seen.messages = messages;
    return [{ need: own, details: [] }, ...needsOfMessages(found.rules, messages.list, isChanged)];
  };

  const ask = async (
    request: GatewayRequest,
    found: Found,
    seen: Seen,
    questions: readonly Question[],
  ): Promise<void> => {
    const { access } = seen;
    if (questions.length === 0 || !access || !evaluations) return;
    const { method, target, body, isGone = () => false } = request;
    const { route, tools: called } = deedOf(found, seen.messages);
    const name = called.length > 0 ? `Tool ${called.join(', ')}` : `${method} ${route ?? ''}`;
    const content = seen.messages ? repeatable(seen.messages) : await digestOf(body);
    await evaluations.check(access, questions, {
      name,
      parts: [method, target, content],
      isWhole: body !== undefined,
      scopes: seen.scopes ?? [],
      isGone,
      onPage: (page) => {
        seen.page = page;
      },
    });
  };

  /** Finds what the request needs once its token is verified, and asks about it. */
  const requirementFor = (request: GatewayRequest, found: Found, seen: Seen) => async (access: Access) => {
    seen.access = access;
    const session = found.kind === 'mcp' ? headerIn(request.headers, SESSION_HEADER) : undefined;
    if (session !== undefined) seen.session = sessions.opened(session, access);
    const own: Need | undefined = found.kind === 'mcp' ? found.rules : found.kind === 'route' ? found.route : undefined;
    const plain = own ? [{ need: own, details: [] }] : [];
    const needs = own && isContentNeeded(found, request.method) ? await needsOf(found, own, request, seen) : plain;
    const requirement = requirementFrom(needs, access.approval !== undefined);
    seen.scopes = requirement.scopes;
    // Before people or the server are asked about a request that would be refused in any case.
    // Where there is nothing to ask, the package checks the same next.
    const questions: Question[] = [];
    for (const one of needs) questions.push(...questionsOf(one, resource));
    if (questions.length === 0 && credentials === noCredentials) return requirement;
    const refusal = await server.refusalNow(access, requirement);
    if (refusal) throw refusal;
    await ask(request, found, seen, questions);
    seen.credentials = await credentials.headersFor(access);
    // The server was asked about the sign-in, if it had to be.
    const { acrValues: _, maxAge: __, ...others } = requirement;
    return others;
  };

  const inMessages = (answer: RefusalAnswer, { messages, page }: Seen): RefusalAnswer =>
    messages ? messageAnswer(answer, messages, page) : answer;

  const withToken = async (
    request: GatewayRequest,
    target: { readonly path: string; readonly query: string },
    found: Found,
  ): Promise<GatewayDecision> => {
    const { method, target: received, headers, certificate } = request;
    const presented: PresentedRequest = { method, target: received, headers, certificate };
    const seen: Seen = {
      access: undefined,
      messages: undefined,
      page: undefined,
      credentials: [],
      scopes: undefined,
      session: undefined,
    };
    try {
      const decision = await server.check(presented, requirementFor(request, found, seen));
      const deed = deedOf(found, seen.messages);
      if (!decision.granted) {
        const { reason } = decision.refusal.facts;
        seen.page ??= pageOf(decision.refusal);
        return { kind: 'refuse', answer: inMessages(decision.answer, seen), reason, deed, access: seen.access };
      }
      const { access, headers: more } = decision;
      const { path, query } = target;
      const scopes = seen.scopes ?? access.scopes;
      const sealed = (id: string): string => sessions.sealed(id, access);
      const session = found.kind === 'mcp' ? { id: seen.session, sealed } : undefined;
      return {
        kind: 'permit',
        path,
        query,
        deed,
        access,
        scopes,
        headers: more,
        credentials: seen.credentials,
        listsTools: seen.messages?.list.some(({ method: asked }) => asked === 'tools/list') ?? false,
        session,
      };
    } catch (error) {
      const refusal = contentRefusal(error);
      const answer = inMessages(ownAnswer(refusal), seen);
      return {
        kind: 'refuse',
        answer,
        reason: refusal.reason,
        deed: deedOf(found, seen.messages),
        access: seen.access,
      };
    }
  };

  return async (request) => {
    const { method, target: received } = request;
    const target = targetOf(received);
    if (target.kind === 'refused') {
      return refuse({ status: 400, reason: 'target_ambiguous', description: `The request is refused: ${target.why}.` });
    }
    const { path, query } = target;
    if (method === 'POST' && namesMethod(query)) {
      const description = 'The request is refused: the query names another method.';
      return refuse({ status: 400, reason: 'target_ambiguous', description });
    }
    if (isForMetadata(method, path)) return { kind: 'answer', answer: metadata };
    const found = table.find(method, path);
    if (found.kind === 'refused') return refuse(found.refusal);
    // Messages in frames of a WebSocket are not read.
    if (found.kind === 'mcp' && headerIn(request.headers, 'upgrade') !== undefined) {
      return refuse({ status: 400, reason: 'handshake_malformed', description: 'This path has no WebSocket.' });
    }
    if (found.kind === 'route' && found.route.public) {
      const deed = deedOf(found, undefined);
      return { kind: 'permit', path, query, deed, access: undefined, scopes: [], headers: [], credentials: [] };
    }
    return withToken(request, target, found);
  };
};

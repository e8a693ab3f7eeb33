/**
 * A reverse proxy in front of an API or an MCP server that cannot be changed. Owns the life of the listener and the order of a request:
 * framing, decision, body, upstream. What is decided is in `decision/`, and how the upstream is reached in `upstream/`.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ConfigurationError } from '../../config/problem.ts';
import type { Fetch } from '../../packages/resource-server/src/http-client.ts';
import { drain, listen } from '../listening.ts';
import { publicServer } from '../public-server.ts';
import type { GatewayConfiguration } from './configuration/configuration.ts';
import { contentRefusal, gatewayDecision } from './decision/decide.ts';
import type { Decide, Deed, GatewayDecision, GatewayRequest, Permit } from './decision/gateway-decision.ts';
import { decisionEndpoint } from './decision-endpoint.ts';
import { healthServer } from './health.ts';
import { protectionOf } from './protection.ts';
import { deedReports } from './reports.ts';
import { framingFault } from './request/framing.ts';
import { ownAnswer } from './request/own-refusals.ts';
import { sendRaw } from './request/raw-answer.ts';
import { requestBodies } from './request/request-body.ts';
import { refuseUnreadable } from './request/unreadable.ts';
import { readingOf } from './upstream/answer-reading.ts';
import { type ForwardResult, forwarder, sendAnswer, type WatchToken } from './upstream/forward.ts';
import { requestHeadersOf, withoutHeader } from './upstream/request-headers.ts';
import { upstreamAt } from './upstream/upstream.ts';
import { upstreamHeaders } from './upstream/upstream-headers.ts';
import { handshakeFault, webSockets } from './upstream/websocket.ts';

/** What is logged. No entry has a token, a query or a body. */
export type GatewayLogEntry = Readonly<Record<string, string | number | undefined>> & { readonly event: string };

export type GatewayPorts = {
  readonly log: (entry: GatewayLogEntry) => void;
  /** Milliseconds since the epoch. */
  readonly nowMillis: () => number;
  readonly fetch?: Fetch;
};

export interface Gateway {
  /** The decision about a request, for an endpoint that forwards nothing. */
  readonly decide: Decide;
  /** Listens. Rejects with an Error that names the address. */
  listen(): Promise<{
    readonly port: number;
    readonly healthPort: number | undefined;
    readonly decisionPort: number | undefined;
  }>;
  /** Finishes requests under way, and sends reports that wait. Idempotent. */
  close(): Promise<void>;
}

type Served = Pick<ForwardResult, 'status'> & {
  readonly outcome: ForwardResult['outcome'] | 'refused';
  readonly reason?: string | undefined;
  readonly deed?: Deed | undefined;
  readonly txn?: string | undefined;
};

const INTERNAL = {
  status: 500,
  reason: 'gateway_fault',
  description: 'The gateway failed. Report it to its operator.',
};

/** A handshake with content was refused before. */
const NO_CONTENT = (): Promise<Uint8Array> => Promise.resolve(new Uint8Array());

const portOf = (server: Server): number => (server.address() as { readonly port: number }).port;

const faultOf = (error: unknown): GatewayLogEntry => ({
  event: 'gateway_fault',
  reason: 'gateway_fault',
  detail: String((error as Error)?.stack ?? error),
});

const requestOf = (
  { method = '', url = '', rawHeaders }: IncomingMessage,
  { body, isGone }: Pick<GatewayRequest, 'body' | 'isGone'>,
): GatewayRequest => ({ method, target: url, headers: requestHeadersOf(rawHeaders), body, isGone });

const refusedBy = ({ answer, ...decision }: Exclude<GatewayDecision, Permit>): Served => ({
  status: answer.status,
  ...(decision.kind === 'refuse'
    ? { outcome: 'refused', reason: decision.reason, deed: decision.deed, txn: decision.access?.txn }
    : { outcome: 'answered' }),
});

/** Throws ConfigurationError if a file of `listen.tls` cannot be used. */
const listenerFor = (
  { listen: { tls }, limits }: GatewayConfiguration,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Server => {
  const bounds = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: Math.min(10, limits.requestSeconds) * 1000,
    requestTimeout: limits.requestSeconds * 1000,
  };
  try {
    const listener = publicServer(tls === undefined ? {} : { tls }, { handle }, bounds);
    listener.maxConnections = limits.connections;
    return listener;
  } catch (error) {
    throw new ConfigurationError([{ pointer: '/listen/tls', message: (error as Error).message }]);
  }
};

/** Creates a gateway. Throws ConfigurationError. */
export const createGateway = (configuration: GatewayConfiguration, ports: GatewayPorts): Gateway => {
  const { listen: address, limits, tokens } = configuration;
  const tools = protectionOf(configuration, ports);
  const { server } = tools;
  const decide = gatewayDecision(configuration, tools);
  const upstream = upstreamAt(configuration.upstream.url, limits);
  const forward = forwarder(upstream, limits);
  const sockets = webSockets(upstream, limits);
  const headers = upstreamHeaders(configuration, upstream.host);
  const bodies = requestBodies(limits);
  const reports = deedReports(configuration.reports ? server : undefined);

  const watchOf = ({ access, scopes }: Permit): WatchToken | undefined => {
    if (!access) return undefined;
    if (tokens.revocationFeed) return (onEnded) => server.watch(access, { scopes }, onEnded);
    return (onEnded) => {
      const left = access.expiresAt * 1000 - ports.nowMillis();
      const timer = setTimeout(onEnded, Math.min(left, 2 ** 31 - 1));
      return () => clearTimeout(timer);
    };
  };

  const passOn = async (request: IncomingMessage, response: ServerResponse, permit: Permit, body: Uint8Array) => {
    const { path, query, deed, access } = permit;
    // Only an MCP server has sessions.
    const reading = permit.session && tools.toolLists && readingOf(tools.toolLists, permit.listsTools ?? false);
    const sent = headers.of(request, permit, body);
    const forwarded = {
      reading,
      method: String(request.method),
      target: `${path}${query}`,
      // What is read must not be compressed.
      headers: reading ? withoutHeader(sent, 'accept-encoding') : sent,
      body,
      more: permit.headers,
      session: permit.session,
      watch: watchOf(permit),
    };
    const result = await forward.send(forwarded, response);
    if (result.status === 401) tools.credentials.refused(permit.credentials);
    reports.done(permit, result);
    const { status, outcome, reason } = result;
    return { status, outcome, reason, deed, txn: access?.txn };
  };

  /** Their next bytes may be part of the request that was refused, so they are no request. */
  const ended = new Set<Socket>();

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<Served> => {
    if (ended.has(request.socket) || request.socket.writableEnded) {
      return { status: 400, outcome: 'refused', reason: 'connection_ended' };
    }
    const fault = framingFault(request);
    if (fault) {
      ended.add(request.socket);
      request.socket.once('close', () => ended.delete(request.socket));
      const { status, reason, why } = fault;
      response.shouldKeepAlive = false;
      sendAnswer(response, ownAnswer({ status, reason, description: `The request is refused: ${why}.` }));
      return { status, outcome: 'refused', reason };
    }
    const body = bodies.of(request);
    response.on('close', body.release);
    const isGone = (): boolean => response.destroyed;
    const decision = await decide(requestOf(request, { body: () => body.read(), isGone }));
    if (decision.kind !== 'permit') {
      sendAnswer(response, decision.answer);
      reports.refused(decision);
      return refusedBy(decision);
    }
    if (isGone()) return { status: 499, outcome: 'failed', reason: 'client_gone', deed: decision.deed };
    let bytes: Uint8Array;
    try {
      const reading = body.read();
      bytes = reading instanceof Promise ? await reading : reading;
    } catch (error) {
      const refusal = contentRefusal(error);
      sendAnswer(response, ownAnswer(refusal));
      return { status: refusal.status, outcome: 'refused', reason: refusal.reason, deed: decision.deed };
    }
    return passOn(request, response, decision, bytes);
  };

  const upgrade = async (request: IncomingMessage, client: Duplex, head: Buffer): Promise<Served> => {
    const fault = framingFault(request);
    const answer = fault
      ? ownAnswer({ ...fault, description: `The request is refused: ${fault.why}.` })
      : handshakeFault(request);
    if (answer) {
      sendRaw(client, answer);
      return { status: answer.status, outcome: 'refused', reason: fault?.reason ?? 'handshake_malformed' };
    }
    const isGone = (): boolean => client.destroyed;
    const decision = await decide(requestOf(request, { body: NO_CONTENT, isGone }));
    if (decision.kind !== 'permit') {
      sendRaw(client, decision.answer);
      reports.refused(decision);
      return refusedBy(decision);
    }
    if (isGone()) return { status: 499, outcome: 'failed', reason: 'client_gone', deed: decision.deed };
    const { path, query, deed, access } = decision;
    const result = await sockets.connect(
      {
        target: `${path}${query}`,
        headers: headers.of(request, decision),
        key: String(request.headers['sec-websocket-key']),
        more: decision.headers,
        watch: watchOf(decision),
      },
      client,
      head,
    );
    reports.done(decision, result);
    return { ...result, deed, txn: access?.txn };
  };

  /** Logs one request, and answers what the program got wrong. */
  const logged = (request: IncomingMessage, serving: Promise<Served>, fail: () => void): void => {
    const startedAt = ports.nowMillis();
    serving.then(
      ({ deed, status, outcome, reason, txn }) => {
        const tool = deed && deed.tools.length > 0 ? deed.tools.join(' ').slice(0, 300) : undefined;
        const milliseconds = ports.nowMillis() - startedAt;
        const { method } = request;
        ports.log({ event: 'request', method, route: deed?.route, tool, status, outcome, reason, txn, milliseconds });
      },
      (error: unknown) => {
        ports.log(faultOf(error));
        fail();
      },
    );
  };

  const handle = (request: IncomingMessage, response: ServerResponse): void =>
    logged(request, serve(request, response), () => {
      if (response.headersSent) response.destroy();
      else sendAnswer(response, ownAnswer(INTERNAL));
    });

  const listener = listenerFor(configuration, handle);
  refuseUnreadable(listener);
  listener.on('upgrade', (request: IncomingMessage, client: Duplex, head: Buffer) => {
    // Node has taken its own listener away.
    client.on('error', () => client.destroy());
    sockets.hold(client);
    logged(request, upgrade(request, client, head), () => client.destroy());
  });
  const health = configuration.health && healthServer();
  const decisions =
    configuration.decisions &&
    decisionEndpoint(configuration, {
      decide,
      onAsked: (asked) => ports.log({ event: 'decision', ...asked }),
      onFault: (error) => ports.log(faultOf(error)),
    });
  let closing: Promise<void> | undefined;

  const finish = async (): Promise<void> => {
    health?.drain();
    sockets.close();
    if (listener.listening) await drain(listener);
    upstream.close();
    await decisions?.close();
    await server.close();
    await health?.close();
  };

  return {
    decide,
    async listen() {
      await listen(listener, address, 'listen');
      const healthPort = health && configuration.health && (await health.listen(configuration.health));
      const decisionPort = decisions && configuration.decisions && (await decisions.listen(configuration.decisions));
      return { port: portOf(listener), healthPort, decisionPort };
    },
    close() {
      closing ??= finish();
      return closing;
    },
  };
};

/** The parts that verify tokens and ask the server, made of the configuration. */
import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { ConfigurationError } from '../../config/problem.ts';
import { type Fetch, platformFetch } from '../../packages/resource-server/src/http-client.ts';
import {
  type LogEntry,
  type Options,
  type ResourceServer,
  resourceServer,
} from '../../packages/resource-server/src/resource-server.ts';
import type { GatewayConfiguration } from './configuration/configuration.ts';
import { exchangedTokens } from './credentials/exchanged-tokens.ts';
import { noCredentials, sameToken, type UpstreamCredentials } from './credentials/upstream-credentials.ts';
import { approvals } from './decision/approvals.ts';
import type { DecisionTools } from './decision/decide.ts';
import { decisionPoint } from './decision/decision-point.ts';
import { evaluations } from './decision/evaluations.ts';
import { mcpSessions } from './decision/sessions.ts';
import { type ToolLists, toolLists } from './decision/tool-lists.ts';

type Ports = {
  readonly log: (entry: {
    readonly event: string;
    readonly reason: string;
    readonly detail: string | undefined;
  }) => void;
  /** Milliseconds since the epoch. */
  readonly nowMillis: () => number;
  readonly fetch?: Fetch;
};

/** Scopes for the metadata document: all that a route or a tool names. */
const scopesOf = ({ routes, mcp }: GatewayConfiguration): readonly string[] => {
  const needs = [...routes, ...(mcp ? [mcp, ...Object.values(mcp.tools), ...Object.values(mcp.methods)] : [])];
  return [...new Set(needs.flatMap(({ scopes }) => scopes))];
};

const optionsOf = (configuration: GatewayConfiguration, ports: Ports): Options => {
  const { issuer, resource, baseUrl, name, credential, tokens, reports } = configuration;
  return {
    issuer,
    resource,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(name === undefined ? {} : { name }),
    scopes: scopesOf(configuration),
    algorithms: tokens.algorithms,
    dpop: { use: tokens.dpop },
    ...(credential === undefined ? {} : { introspection: { ...credential, tokens: tokens.introspect } }),
    revocationFeed: tokens.revocationFeed,
    statusList: tokens.statusList,
    reports,
    // Without a credential the gateway cannot ask for the page.
    stepUp: credential !== undefined,
    log: ({ event, reason, detail }: LogEntry) => {
      // A refused request has a line of its own.
      if (event !== 'request_refused') ports.log({ event, reason, detail });
    },
    ...(ports.fetch === undefined ? {} : { fetch: ports.fetch }),
  };
};

const serverOf = (configuration: GatewayConfiguration, ports: Ports): ResourceServer => {
  try {
    return resourceServer(optionsOf(configuration, ports));
  } catch (error) {
    const { member, message } = error as { readonly member?: unknown; readonly message: string };
    if (typeof member !== 'string') throw error;
    throw new ConfigurationError([{ pointer: `/${member.replaceAll('.', '/')}`, message }]);
  }
};

const credentialsOf = (configuration: GatewayConfiguration, { fetch }: Ports): UpstreamCredentials => {
  const { upstream, exchange, issuer, approvals: asking } = configuration;
  if (upstream.token === 'same') return sameToken;
  return exchange ? exchangedTokens(exchange, { issuer, waitSeconds: asking.waitSeconds, fetch }) : noCredentials;
};

const sleep = (seconds: number): Promise<void> => setTimeout(seconds * 1000);

/** Undefined where no tools are pinned. Throws ConfigurationError. */
const listsOf = (mcp: GatewayConfiguration['mcp'], { log }: Ports): ToolLists | undefined => {
  if (!mcp || mcp.toolChanges === 'pass') return undefined;
  const told = (reason: string, detail: string) => log({ event: 'tools', reason, detail });
  try {
    return toolLists({
      onChange: mcp.toolChanges,
      file: mcp.toolPinsFile,
      onChanged: ({ tool, from, to }) => told('tool_changed', `${tool}: ${from} became ${to}`),
      onUnreadable: (why) => told('tools_unreadable', why),
    });
  } catch (error) {
    throw new ConfigurationError([{ pointer: '/mcp/toolPinsFile', message: (error as Error).message }]);
  }
};

/** Throws ConfigurationError. */
export const protectionOf = (configuration: GatewayConfiguration, ports: Ports): DecisionTools => {
  const { issuer, credential, mcp, approvals: asking } = configuration;
  const now = (): number => ports.nowMillis() / 1000;
  const point = credential && decisionPoint({ issuer, credential, fetch: ports.fetch ?? platformFetch, now });
  return {
    server: serverOf(configuration, ports),
    credentials: credentialsOf(configuration, ports),
    evaluations: point && evaluations(point, approvals(point, asking.waitSeconds, { now, sleep })),
    sessions: mcpSessions(mcp?.sessionKey ?? randomBytes(32)),
    toolLists: listsOf(mcp, ports),
  };
};

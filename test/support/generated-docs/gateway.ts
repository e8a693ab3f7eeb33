/** docs/reference/gateway.md, out of the schema of the settings of a gateway. */
import { GATEWAY_SCHEMA, type GatewaySchema } from '../../../src/gateway/configuration/schema.ts';
import { REMOVED } from '../../../src/gateway/upstream/request-headers.ts';

const INTRODUCTION = `<!-- Generated from src/gateway/configuration/schema.ts by \`npm run generate\`. Do not edit. -->

# Gateway

For operators. After this you know each setting of \`behalf gateway\`, what it refuses, and what it logs. [The guide](../how-to/gateway.md)
has the steps.

The settings are one JSON file. \`behalf gateway --config FILE --check\` reports every problem, each with its member and a remedy, and exits with
code 78. Files are relative to the folder of the configuration file.

`;

const REFUSALS = `
## What it refuses by itself

Each answer has the [denial profile](denials.md), with \`layer\` \`gateway\`. Refusals of tokens are those of the
[package for APIs](denials.md#denials-of-an-api).

| status | \`reason\` | when |
|---|---|---|
| 400 | \`request_malformed\`, \`request_ambiguous\` | two servers could find the end of the request, its host or its type at different places |
| 400, 411, 415 | \`content_ambiguous\`, \`message_malformed\`, \`needs_conflict\`, \`content_unavailable\`, \`type_refused\`, \`coding_refused\` | the decision depends on the content, and the gateway cannot read it, or two parsers could read it differently |
| 400 | \`body_incomplete\` | the connection ended before the body did |
| 400 | \`target_ambiguous\` | two servers could read the path differently, the query is malformed, or that of a POST request has \`_method\` |
| 403 | \`route_unknown\` | no route names the request, and \`others\` is \`refuse\` |
| 404 | \`path_ambiguous\` | the path is that of a route but for letter case, a slash at the end, or a format such as \`.json\` |
| 404 | \`session_unknown\` | the caller has no such session of MCP: it is of another caller, or the gateway has another key. The client begins a new one |
| 405 | \`method_refused\` | the path has no such method |
| 408, 413, 431 | \`request_timeout\`, \`body_too_large\`, \`headers_too_large\` | a bound of \`limits\` |
| 501, 505 | \`coding_refused\`, \`version_refused\` | a transfer coding other than \`chunked\`; a version of HTTP other than 1.0 and 1.1 |
| 400, 426 | \`handshake_malformed\` | an upgrade that is no WebSocket handshake (RFC 6455 §4.2.1) |
| 500 | \`gateway_fault\` | the gateway failed. Its log has the cause |
| 502, 504 | \`upstream_unreachable\`, \`upstream_timeout\` | the upstream did not answer, or not in time |
| 502 | \`tools_changed\`, \`tools_unreadable\` | with \`mcp.toolChanges: refuse\`: the list has a changed tool, or cannot be read |
| 503 | \`gateway_busy\` | the gateway holds more bodies than \`limits.bufferedBytes\` |

Refusals beside those of the package, with \`layer\` \`resource_server\`:

| \`reason\` | when |
|---|---|
| \`tool_changed\` | the tool is not as it was first listed, and \`mcp.toolChanges\` is \`refuse\` |
| \`tool_unknown\`, \`method_unknown\` | \`mcp\` names no such tool or method |
| \`approval_required\`, \`approval_denied\` | people have to approve the request, or did not |
| those of the [decision](authzen.md#reasons-of-a-denial) | the server does not permit the request |
| those of [exchanges](token-exchange.md#refusals) | the server gives no token for the upstream |
| 503 \`decision_unavailable\`, \`decision_malformed\`, \`approval_unavailable\`, \`approval_contended\`, \`task_elsewhere\`, \`exchange_unavailable\`, \`server_unreachable\` | the server could not be asked, or its answer cannot be used |

## Headers of clients

The gateway removes what could speak for the connection or another address, and many headers that could name a user. Add yours to
\`removeHeaders\`. It also removes each name with a character other than letters, digits and hyphens. It refuses a request
whose \`Connection\` names a header for the API. A \`*\` stands for any continuation: ${REMOVED.map((name) => `\`${name}\``).join(', ')}. Without
\`upstream.cookies\` it removes \`cookie\` too. It sets \`X-Forwarded-For\`, \`X-Forwarded-Proto\` and \`X-Forwarded-Host\`, and the headers of
\`upstream.identity\`.

## Limits

- Some frameworks take another method from \`_method\` in a form (Rails, Laravel, Symfony). The gateway reads no forms: switch that off in the
  upstream.
- The gateway reads no frames of a WebSocket. A route whose handshake passes lets all frames pass.

## Sessions of MCP

A client gets \`Mcp-Session-Id\` of the server with a MAC behind it. The MAC binds the session to the person, the client and the agents of the
token that began it. The server gets its own id back. Another caller gets 404 for the session, as for one that has ended.

## For a proxy that asks

With \`decisions\` the gateway answers nginx, HAProxy and Envoy ([the guide](../how-to/gateway-for-proxies.md)). Each question has the headers of the
client, and no content. So no people are asked, and a request that needs an approval is refused with \`approval_required\`.

| path | for | original request |
|---|---|---|
| \`GET /auth_request\` | nginx | \`X-Original-Method\` and \`X-Original-URI\`, once each |
| \`GET /decision\` | HAProxy and other scripts | the same |
| \`/envoy\` and the original path | Envoy | method and path of the question |

| answer | |
|---|---|
| 200 | \`X-Behalf-Target\`: the path and query for the upstream; each header of \`upstream.identity\`, empty if the token has no value; \`X-Behalf-Authorization\`: the token for the upstream, if \`upstream.token\` names one |
| 401, 403, 5xx | at \`/auth_request\`. Other refusals are 403 with \`X-Behalf-Status\` |
| the status of the refusal | at \`/decision\` and \`/envoy\`, with headers and body for the client |

It refuses by itself: \`proxy_unknown\` (403), another secret; \`question_malformed\` (400), a question without the original request, or with content;
\`metadata_elsewhere\` (403), a question about the metadata document, which the listener for clients serves. For Envoy a path that is not in its
normal form is \`target_ambiguous\`.

## Log

One JSON object a line, on standard output, up to 50 milliseconds after its \`time\`. No line has a token, a query or a body.

| \`event\` | members |
|---|---|
| \`listening\`, \`stopping\` | \`host\`, \`port\`, \`healthPort\`, \`decisionPort\`, \`upstream\` |
| \`decision\` | \`method\`, \`route\` as a pattern, \`status\`, \`outcome\` (\`permitted\`, \`refused\`), \`reason\`, \`txn\` |
| \`request\` | \`method\`, \`route\` as a pattern, \`tool\`, \`status\`, \`outcome\` (\`answered\`, \`failed\`, \`refused\`), \`reason\`, \`txn\`, \`milliseconds\` |
| \`tools\` | \`reason\` (\`tool_changed\`, \`tools_unreadable\`), \`detail\` |
| \`server_unreachable\`, \`report_dropped\`, \`gateway_fault\` | \`reason\`, \`detail\` |

A \`request\` has the \`reason\` of a refusal, or one of these:

| \`reason\` | what ended the request or its answer |
|---|---|
| \`client_gone\` | the client closed the connection. Before an answer the status is 499 |
| \`client_idle\`, \`upstream_idle\`, \`idle\` | \`limits.idleSeconds\`: the client takes no byte, the upstream sends none, or a WebSocket has none |
| \`upstream_broken\` | the upstream broke off |
| \`token_ended\` | the token of a stream or WebSocket ended |
| \`connection_ended\` | the bytes came behind a refused request |
`;

type Row = readonly [path: string, schema: GatewaySchema, isRequired: boolean];

const membersOf = (schema: GatewaySchema): GatewaySchema =>
  schema.type === 'array' && schema.items ? schema.items : schema;

/** A member with members of its own is followed by them. */
const rowsOf = (schema: GatewaySchema, path: string): readonly Row[] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, member]): readonly Row[] => {
    const own = `${path}${name}`;
    const below = membersOf(member);
    const map = typeof below.additionalProperties === 'object' ? below.additionalProperties : undefined;
    const inner = below.properties
      ? rowsOf(below, `${own}${member.type === 'array' ? '[]' : ''}.`)
      : map?.properties
        ? rowsOf(map, `${own}.NAME.`)
        : [];
    return [[own, member, schema.required?.includes(name) ?? false], ...inner];
  });

const formOf = (schema: GatewaySchema): string => {
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(' ');
  if (schema.anyOf) return schema.anyOf.map(formOf).join(' or ');
  if (schema.type === 'integer')
    return `${schema.minimum} to ${schema.maximum}${schema.unit === 'port' ? '' : ` ${schema.unit}`}`;
  if (schema.type === 'array') return `list of ${schema.items?.type === 'object' ? 'objects' : 'texts'}`;
  return { boolean: 'true or false', object: 'object', string: 'text' }[String(schema.type)] ?? '';
};

const defaultOf = (schema: GatewaySchema, isRequired: boolean): string => {
  if (isRequired) return 'required';
  if (schema.default === undefined || schema.type === 'object') return '';
  return `\`${JSON.stringify(schema.default)}\``;
};

const rowText = ([path, schema, isRequired]: Row): string =>
  `| \`${path}\` | ${formOf(schema)} | ${defaultOf(schema, isRequired)} | ${String(schema.description ?? '').replaceAll('|', '\\|')} |`;

export default {
  path: 'docs/reference/gateway.md',
  render: () =>
    `${INTRODUCTION}| setting | form | default | |\n|---|---|---|---|\n${rowsOf(GATEWAY_SCHEMA, '').map(rowText).join('\n')}\n${REFUSALS}`,
};

/** The settings of a gateway, a table: form, default and meaning of each. `docs/reference/gateway.md` is generated from it. */
import { schemaParts } from '../../../config/schema-parts.ts';

const { count, section, text, tlsFiles } = schemaParts<GatewaySchema>();

/** The part of JSON Schema 2020-12 that the table uses. */
export type GatewaySchema = {
  readonly type?: 'object' | 'string' | 'integer' | 'boolean' | 'array';
  readonly description?: string;
  readonly default?: unknown;
  readonly unit?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: GatewaySchema;
  readonly anyOf?: readonly GatewaySchema[];
  readonly additionalProperties?: false | GatewaySchema;
  readonly propertyNames?: GatewaySchema;
  readonly properties?: Readonly<Record<string, GatewaySchema>>;
  readonly required?: readonly string[];
};

const flag = (description: string, standard: boolean): GatewaySchema => ({
  type: 'boolean',
  default: standard,
  description,
});

const list = (description: string, items: GatewaySchema, more: GatewaySchema = {}): GatewaySchema => ({
  type: 'array',
  items,
  description,
  ...more,
});

const SCOPE = '^[!#-\\[\\]-~]+$';
const HEADER = "^[A-Za-z0-9!#$%&'*+.^`|~-]+$";
const METHOD = '^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$';

const scopes = (description: string): GatewaySchema =>
  list(description, { type: 'string', pattern: SCOPE }, { default: [] });

/** What a token must allow. */
const NEED = {
  scopes: scopes('The token must have each of these scopes.'),
  actor: {
    description:
      '`required`: an agent acts for a person. `none`: no agent acts. A list: one of these agents acts. Absent: both pass.',
    anyOf: [
      { type: 'string', enum: ['required', 'none'] },
      { type: 'array', items: { type: 'string', minLength: 1 }, minItems: 1 },
    ],
  },
  acrValues: list(
    'The person signed in with one of these (RFC 9470).',
    { type: 'string', pattern: SCOPE },
    { minItems: 1 },
  ),
  maxAge: {
    type: 'integer',
    minimum: 0,
    maximum: 31_536_000,
    unit: 'seconds',
    description: 'The person signed in no longer ago than this (RFC 9470).',
  },
  senderConstrained: flag('The token must be bound to a key of its sender.', false),
  authzen: {
    default: false,
    description:
      '`true`: the gateway asks the server about each of `details`, or else about each of `scopes`, before a request passes. An object asks about this action and resource. Needs `credential`.',
    anyOf: [
      { type: 'boolean' },
      {
        type: 'object',
        additionalProperties: false,
        properties: {
          action: { type: 'string', minLength: 1 },
          resource: {
            type: 'object',
            additionalProperties: false,
            properties: { type: { type: 'string', minLength: 1 }, id: { type: 'string', minLength: 1 } },
            required: ['type', 'id'],
          },
        },
        required: ['action', 'resource'],
      },
    ],
  },
  details: list(
    'Authorization details that the JSON content fills: `members` has a JSON pointer into the content or the arguments of the tool, or `{ "value": … }`.',
    {
      type: 'object',
      additionalProperties: false,
      properties: {
        type: { type: 'string', minLength: 1 },
        members: {
          type: 'object',
          additionalProperties: {
            anyOf: [
              { type: 'string', pattern: '^(?:/[^/]+)+$' },
              { type: 'object', additionalProperties: false, properties: { value: {} }, required: ['value'] },
            ],
          },
        },
      },
      required: ['type', 'members'],
    },
    { default: [] },
  ),
  approval: {
    type: 'string',
    enum: ['required'],
    description: 'Only the token of an approval of exactly `details` passes, once.',
  },
  live: flag('The gateway introspects the token for each request. Needs `credential`.', false),
} as const satisfies Readonly<Record<string, GatewaySchema>>;

const route = section(
  'One route.',
  {
    methods: list(
      'Methods; empty: all. HEAD passes where GET does.',
      { type: 'string', pattern: METHOD },
      { default: [] },
    ),
    path: text('Path pattern. `:name` is one segment, `*` at the end one or more segments.', { pattern: '^/' }),
    public: flag('Requests need no token, and each token is removed.', false),
    ...NEED,
  },
  { required: ['path'] },
);

const need = section('What one call needs.', NEED);

const { details: _details, approval: _approval, ...WITHOUT_CONTENT } = NEED;

/** What each message needs. Only calls and further methods have content that fills details. */
const NEED_OF_MESSAGES = {
  ...WITHOUT_CONTENT,
  authzen: {
    ...NEED.authzen,
    description:
      '`true`: the gateway asks the server about each of `scopes` before a message passes. An object asks about this action and resource. Needs `credential`.',
  },
} as const satisfies Readonly<Record<string, GatewaySchema>>;

const mcp = section(
  'An MCP server over Streamable HTTP. The gateway reads each message. If it refuses one call of a batch, it refuses the whole batch. Not beside `decisions`.',
  {
    path: text('Its path. GET, POST and DELETE pass.', { pattern: '^/' }),
    ...NEED_OF_MESSAGES,
    tools: {
      type: 'object',
      description: 'What a call of each tool needs, besides the needs of all messages.',
      additionalProperties: need,
      default: {},
    },
    otherTools: {
      type: 'string',
      enum: ['refuse', 'token'],
      default: 'refuse',
      description: 'What happens to a call of a tool that `tools` does not name.',
    },
    methods: {
      type: 'object',
      description:
        'What each further method needs, such as `resources/read` or `tasks/get`. The handshake, lists, pings, cancellations, subscriptions to changes of lists and answers to the server always pass.',
      additionalProperties: need,
      default: {},
    },
    toolChanges: {
      type: 'string',
      enum: ['pass', 'report', 'refuse'],
      default: 'pass',
      description:
        'What happens when a list has a tool with other texts or schemas than first. `report`: a line in the log. `refuse`: neither the list nor a call of the tool passes, nor an answer that cannot be read. `pass`: answers are not read.',
    },
    toolPinsFile: text(
      'File in which the gateway keeps the digest of each tool. To accept a change, remove the tool from it, and restart the gateway. Absent: they are kept until a restart. Relative to the configuration file.',
    ),
    sessionKeyFile: text(
      'File with a secret of at least 32 characters, which binds each session to its caller. Several gateways need the same one. Absent: a key of the process, so that a restart ends sessions. Relative to the configuration file.',
    ),
  },
  { required: ['path'] },
);

const LIMITS = {
  connections: count('Connections of clients at a time; a further one is closed.', [1, 1000, 100_000], 'connections'),
  headerBytes: count('Size of the request line and all headers; more is 431.', [1024, 16_384, 131_072], 'bytes'),
  bodyBytes: count('Size of a request body; more is 413.', [0, 1_048_576, 67_108_864], 'bytes'),
  bufferedBytes: count(
    'Size of all request bodies that are held at a time; more is 503. The same for answers that are read because of `mcp.toolChanges`; more is 502.',
    [1024, 134_217_728, 4_294_967_296],
    'bytes',
  ),
  requestSeconds: count('Time in which a client sends a whole request; more is 408.', [1, 30, 600], 'seconds'),
  upstreamSeconds: count('Time in which the upstream begins its answer; more is 504.', [1, 30, 600], 'seconds'),
  idleSeconds: count(
    'Time without a byte after which an answer, a stream or a WebSocket is closed.',
    [1, 300, 86_400],
    'seconds',
  ),
} as const satisfies Readonly<Record<string, GatewaySchema>>;

export const GATEWAY_SCHEMA: GatewaySchema = section(
  'All settings of a gateway.',
  {
    listen: section(
      'The listener for clients.',
      {
        host: text('Address to listen on.', { default: '127.0.0.1' }),
        port: count('Port to listen on. 0 takes any free port.', [0, 8080, 65_535], 'port'),
        tls: tlsFiles(
          'Certificate of the listener. Without it the listener is plain HTTP, for loopback or behind a proxy that ends TLS.',
          ' Relative to the configuration file.',
        ),
      },
      { default: {} },
    ),
    health: section('Listener for health checks: `/livez` and `/readyz`. Absent: none.', {
      host: text('Address to listen on.', { default: '127.0.0.1' }),
      port: count('Port to listen on.', [0, 8081, 65_535], 'port'),
    }),
    decisions: section(
      'Listener for a proxy that only asks: nginx, HAProxy or Envoy. Only that proxy may reach it. Absent: none. Not beside `mcp` or `details`, because a proxy sends no content.',
      {
        host: text('Address to listen on. An address that is not loopback needs `secretFile`.', {
          default: '127.0.0.1',
        }),
        port: count('Port to listen on. 0 takes any free port.', [0, 9001, 65_535], 'port'),
        socket: text(
          'Path of a Unix socket to listen at, in place of host and port, with mode 0660. Relative to the configuration file.',
        ),
        secretFile: text(
          'File with a secret of at least 32 characters, which the proxy sends as `X-Behalf-Proxy`. Relative to the configuration file.',
        ),
      },
    ),
    issuer: text('URL of the authorization server, exactly as in the tokens.'),
    resource: text('Identifier of the protected API, exactly as registered.'),
    baseUrl: text('Public URL of the gateway, for DPoP and metadata. Default: the origin of `resource`.'),
    name: text('Name of the API in its metadata document.'),
    credential: section(
      'How the gateway authenticates to the server, as the resource server. Give one of the two files.',
      {
        clientId: text('Id of the resource server, `rs_…`.'),
        clientSecretFile: text('File with the client secret. Relative to the configuration file.'),
        privateKeyFile: text('File with the private JSON Web Key. Relative to the configuration file.'),
      },
      { required: ['clientId'] },
    ),
    tokens: section(
      'How tokens are verified.',
      {
        introspect: {
          type: 'string',
          enum: ['opaque', 'every'],
          default: 'opaque',
          description: 'Which tokens are introspected, with `credential`: those that are no JWTs, or every one.',
        },
        dpop: {
          type: 'string',
          enum: ['supported', 'required'],
          default: 'supported',
          description: 'Whether every token must be bound to a DPoP key (RFC 9449).',
        },
        algorithms: list(
          'Signature algorithms of tokens, all asymmetric.',
          { type: 'string', minLength: 1 },
          { minItems: 1, default: ['ES256'] },
        ),
        revocationFeed: flag(
          'The gateway reads the revocation feed, so that an ended token is refused soon and its streams close. Needs `credential`.',
          false,
        ),
        statusList: flag(
          'The gateway reads Token Status Lists, so that an ended JWT is refused within seconds, without `credential`. An open stream lasts until its token expires. It refuses a JWT from before the lists. Not together with `revocationFeed`.',
          false,
        ),
      },
      { default: {} },
    ),
    upstream: section(
      'The API or MCP server behind the gateway.',
      {
        url: text('Its origin, such as `http://127.0.0.1:4000`. Paths are those of the gateway.'),
        token: {
          type: 'string',
          enum: ['none', 'same', 'exchange'],
          default: 'none',
          description: 'Which token the upstream receives: none, that of the client, or one for it by `exchange`.',
        },
        cookies: flag('Cookies of clients pass. They can name another user to the upstream.', false),
        identity: {
          type: 'object',
          description:
            'Headers that tell the upstream about the token, by name: `subject`, `actor`, `client`, `scopes` or `transaction`. The gateway removes the same headers of clients.',
          propertyNames: { pattern: HEADER },
          additionalProperties: { type: 'string', enum: ['subject', 'actor', 'client', 'scopes', 'transaction'] },
          default: {},
        },
      },
      { required: ['url'] },
    ),
    exchange: section(
      'How the gateway gets a token for the upstream (RFC 8693), as an agent that is registered as this resource server.',
      {
        clientId: text('Id of the agent, `agt_…`.'),
        privateKeyFile: text('File with its private JSON Web Key. Relative to the configuration file.'),
        resource: text('Identifier of the upstream, exactly as registered.'),
        scopes: scopes('Scopes of that token. Empty: all that the agent may have for the caller.'),
      },
      { required: ['clientId', 'privateKeyFile', 'resource'] },
    ),
    routes: list('What requests need, by method and path. The most specific path decides.', route, { default: [] }),
    others: {
      type: 'string',
      enum: ['refuse', 'token'],
      default: 'refuse',
      description: 'What happens to a request that no route names: it is refused, or any valid token is enough.',
    },
    mcp,
    approvals: section(
      'Approvals by people, where an answer to `authzen` says that the request needs one.',
      {
        waitSeconds: count(
          'Time for which a request waits for people. 0: the answer is at once that an approval is required.',
          [0, 30, 300],
          'seconds',
        ),
      },
      { default: {} },
    ),
    reports: flag(
      'The gateway reports what was done with each token. Needs `credential`, with `reports:write`.',
      false,
    ),
    removeHeaders: list(
      'Further headers of clients that are removed. A `*` at the end stands for any continuation.',
      { type: 'string', pattern: "^[A-Za-z0-9!#$%&'+.^`|~-]+\\*?$" },
      { default: [] },
    ),
    limits: section('Bounds.', LIMITS, { default: {} }),
  },
  { required: ['issuer', 'resource', 'upstream'] },
);

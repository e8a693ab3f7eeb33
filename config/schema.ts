/**
 * A table of every setting: type, unit, range, default and meaning. Owns the wording of
 * docs/reference/configuration.md and of `behalf check-config`. Does not own rules over two settings at once
 * (rules.ts) or where values come from (load.ts). `unit` and `secret` are our own annotations: `secret` values may
 * be given by reference and are never printed.
 */
import { schemaParts } from './schema-parts.ts';

const { count, section, text, tlsFiles } = schemaParts<SettingSchema>();

const hosts = (description: string): SettingSchema => ({
  type: 'array',
  items: { type: 'string', minLength: 1 },
  default: [],
  description,
});

/** The part of JSON Schema 2020-12 that describes settings, and two annotations. */
export type SettingSchema = {
  readonly type: 'object' | 'string' | 'integer' | 'boolean' | 'array';
  readonly description: string;
  readonly default?: string | number | boolean | readonly string[];
  /** The default when it follows from other settings. */
  readonly derivedDefault?: string;
  readonly unit?: string;
  readonly secret?: boolean;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: { readonly type: 'string'; readonly minLength: number };
  readonly additionalProperties?: false;
  readonly properties?: Readonly<Record<string, SettingSchema>>;
  readonly required?: readonly string[];
};

const HOUR = 3600;
const DAY = 86400;

/** JSON Schema of the configuration file; `Configuration` is its type after defaults. */
export const CONFIGURATION_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Behalf configuration',
  ...section('All settings. Every one has a default that is safe for development on one machine.', {
    issuer: text(
      'URL at which clients and people reach this server (RFC 8414 §2). http only on a loopback host. With an https issuer the server is in production, and the rules of production apply. May have a path; no slash at the end, no query, no fragment.',
      { derivedDefault: 'http://localhost:PORT, where PORT is listen.port' },
    ),
    listen: section('The listener for clients, people and the management API.', {
      host: text('Address to listen on. With 0.0.0.0 or :: other machines can reach the server.', {
        default: '127.0.0.1',
      }),
      port: count('Port to listen on. 0 takes any free port and requires `issuer`.', [0, 3000, 65535], 'port'),
      tls: tlsFiles(
        'Certificate of the listener. Without it the listener uses plain HTTP, for loopback or behind a proxy that terminates TLS.',
      ),
      clientCertificates: section('Certificates with which agents authenticate (RFC 8705).', {
        request: {
          type: 'boolean',
          default: false,
          description:
            'Whether the listener asks for a client certificate. Requires listen.tls. Browsers that have a certificate may then ask people which one to send.',
        },
        header: text(
          'Header in which the proxies of listen.trustedProxies forward the client certificate. The proxies must remove this header from incoming requests. Value: PEM in percent-encoding, or base64 of DER, with or without the colons of RFC 9440.',
          { pattern: '^[A-Za-z][A-Za-z0-9-]{2,63}$' },
        ),
        authoritiesFile: text(
          'PEM file of the certificate authorities for client certificates, with the intermediate ones. Each authority may issue for any name. Without this file the server accepts only certificates that are registered themselves.',
        ),
      }),
      trustedProxies: {
        type: 'array',
        items: { type: 'string', minLength: 1 },
        default: [],
        description:
          'Addresses or CIDR ranges of proxies whose X-Forwarded-For the server trusts, for limits and audit only. It never affects a URL.',
      },
    }),
    operations: section(
      'The listener for health and metrics. It requires no sign-in: keep it where only operators reach it.',
      {
        host: text('Address to listen on.', { default: '127.0.0.1' }),
        port: {
          type: 'integer',
          minimum: 0,
          maximum: 65535,
          unit: 'port',
          derivedDefault: 'listen.port + 1',
          description: 'Port to listen on.',
        },
      },
    ),
    data: section('Where the server keeps its own files.', {
      folder: text(
        'Folder for the database, the keys created at first start and the key files. The server creates it if it is absent, with mode 0700.',
        {
          default: './data',
        },
      ),
      reserveMebibytes: {
        type: 'integer',
        minimum: 1,
        maximum: 4096,
        unit: 'MiB',
        derivedDefault: 'a sixteenth of the volume, at least 2 and at most 64',
        description:
          'Space that the server keeps free on the volume of SQLite. When the volume is full the server releases it, for sweeping, kills and the audit log only.',
      },
      resumeFreePercent: count(
        'After the volume of SQLite was full: the share of it that must be free before anonymous requests may write again.',
        [1, 20, 90],
        'percent',
      ),
    }),
    stores: section(
      'Where the server stores data. Memory loses all data when the process ends, and the server refuses it in production. Give the URL of PostgreSQL, or the URLs of MongoDB and Redis, to use them.',
      {
        document: text('Store of durable data: accounts, clients, agents, delegations, tokens, audit.', {
          enum: ['sqlite', 'mongodb', 'postgresql', 'memory'],
          default: 'sqlite',
        }),
        ephemeral: text('Store of data that may be lost: interactions, pending codes, counters.', {
          enum: ['sqlite', 'redis', 'postgresql', 'memory'],
          default: 'sqlite',
        }),
        mongodbUrl: text(
          'URL of MongoDB, for example mongodb://user:password@a,b,c/behalf?replicaSet=rs0&tls=true. It must be a replica set of MongoDB 4.4 or newer. A majority acknowledges each write, in the journal. It goes with Redis.',
          { secret: true, derivedDefault: 'none: SQLite stores the data' },
        ),
        postgresqlUrl: text(
          'URL of PostgreSQL 15 or newer, in place of MongoDB: postgresql://user:password@host:5432/behalf, with ?schema=…, sslrootcert=… or host=… (the folder of a socket). TLS verifies the host, unless it is this machine. Without Redis, it stores the short-lived data too.',
          { secret: true, derivedDefault: 'none: SQLite stores the data' },
        ),
        redisUrl: text(
          'URL of Redis 6.2 or newer: redis://user:password@host:6379/0; redis+sentinel://…@a,b,c/0?group=mymaster; redis+cluster://…@a,b,c; with rediss in front for TLS. Its maxmemory-policy must be noeviction.',
          { secret: true, derivedDefault: 'none: SQLite or PostgreSQL stores the data' },
        ),
        redisPrefix: text('Prefix of every key in Redis. Installations that share a Redis need different prefixes.', {
          default: 'behalf:',
          maxLength: 64,
        }),
        deadlineMilliseconds: count(
          'Longest wait for one call to MongoDB, PostgreSQL or Redis. After it the server answers 503.',
          [100, 1000, 5000],
          'milliseconds',
        ),
        allowStandalone: {
          type: 'boolean',
          default: false,
          description:
            'Whether the server may use a MongoDB that is not a replica set and can lose acknowledged writes. For development; the server refuses it in production.',
        },
      },
    ),
    tokens: section('Lifetimes of tokens and codes.', {
      accessTokenTtlSeconds: count(
        'Lifetime of an access token, unless its resource server sets a shorter one.',
        [30, 600, HOUR],
        'seconds',
      ),
      exchangedTokenTtlSeconds: count(
        'Longest lifetime of a token from token exchange. It never outlives its subject token.',
        [30, 300, 600],
        'seconds',
      ),
      trustDomain: text(
        'Name of the trust domain whose services read transaction tokens; it is their audience. Without it the server issues none.',
        { minLength: 1, maxLength: 255 },
      ),
      idTokenTtlSeconds: count('Lifetime of an ID token.', [60, HOUR, DAY], 'seconds'),
      refreshTokenTtlSeconds: count(
        'Lifetime of a refresh token since its last use.',
        [300, 30 * DAY, 365 * DAY],
        'seconds',
      ),
      authorizationCodeTtlSeconds: count(
        'Lifetime of an authorization code (RFC 6749 §4.1.2).',
        [10, 60, 600],
        'seconds',
      ),
      deviceCodeTtlSeconds: count('Lifetime of a device code (RFC 8628 §3.2).', [60, 600, 1800], 'seconds'),
      devicePollIntervalSeconds: count(
        'Shortest time between two polls with a device code (RFC 8628 §3.2).',
        [1, 5, 60],
        'seconds',
      ),
      ownHandlers: {
        type: 'boolean',
        default: true,
        description:
          'Whether the server answers introspections, client credentials requests, refreshes and token exchanges by its own handlers. false: oidc-provider answers all of them, with the same answers and more CPU. The next release has no such setting.',
      },
    }),
    sessions: section('How long people stay signed in.', {
      ttlSeconds: count('Lifetime of a session in the browser.', [300, 12 * HOUR, 30 * DAY], 'seconds'),
      interactionTtlSeconds: count('Time a person has to sign in and consent.', [60, HOUR, DAY], 'seconds'),
      source: text(
        'How much of the address from which a person signs in the server stores. The person sees it beside the session. Values: its network (/24, or /48 of IPv6), the whole address, or nothing.',
        { enum: ['network', 'address', 'none'], default: 'network' },
      ),
    }),
    delegation: section('Limits of delegations to agents.', {
      maxDepth: count(
        'Longest chain, in hops from a person to the last agent. The first hop is the person’s own consent.',
        [1, 5, 10],
        'hops',
      ),
      defaultDurationSeconds: count(
        'Lifetime of a delegation that the consent page preselects.',
        [60, 7 * DAY, 365 * DAY],
        'seconds',
      ),
      maxDurationSeconds: count(
        'Longest lifetime of a delegation that a person can choose.',
        [60, 30 * DAY, 365 * DAY],
        'seconds',
      ),
      requestTtlSeconds: count('Lifetime of the page to which `consent_required` links.', [60, 600, DAY], 'seconds'),
      keptSeconds: count(
        'How long the management API and the console show a delegation after it was revoked or has expired. Then the server removes it; its events stay in the audit log.',
        [60, 90 * DAY, 3650 * DAY],
        'seconds',
      ),
    }),
    approvals: section('How agents request approval of single actions (docs/how-to/approvals.md).', {
      ttlSeconds: count('Time that approvers have to decide.', [60, 600, DAY], 'seconds'),
      redeemSeconds: count('Time that an agent has to fetch the token after the approval.', [30, 300, 300], 'seconds'),
      pollIntervalSeconds: count(
        'Shortest time between two polls of an agent for the decision.',
        [1, 5, 60],
        'seconds',
      ),
      keptSeconds: count(
        'How long people see an approval after its time to decide has passed. Its events stay in the audit log.',
        [60, 90 * DAY, 3650 * DAY],
        'seconds',
      ),
      mostOpen: count('Highest number of open requests of one agent with one person.', [1, 5, 16], 'requests'),
      mostOpenPerApprover: count(
        'Highest number of open requests of the agents of one owner with one approver, on behalf of all people.',
        [1, 20, 100],
        'requests',
      ),
      perHour: count(
        'Highest number of new requests of one agent to one person within an hour.',
        [1, 30, 1000],
        'requests',
      ),
    }),
    policy: section('Policies (docs/how-to/policy.md).', {
      enforcement: {
        type: 'string',
        enum: ['on', 'off'],
        default: 'on',
        description:
          'Whether the server evaluates the active policy set. `off` grants all that the other layers leave; for measuring and for emergencies.',
      },
      external: section(
        'An external policy decision point that the server asks too (docs/how-to/external-decision-point.md). It only narrows: the server does not grant what it does not permit, or does not permit in time.',
        {
          url: text(
            'https URL of its Access Evaluations endpoint (AuthZEN Authorization API 1.0). Its host must be public or listed in egress.internalHosts.decisionPoint.',
            {
              derivedDefault: 'none: the server asks none',
              pattern: '^https://',
            },
          ),
          timeoutMilliseconds: count('Longest wait for an answer.', [20, 300, 1000], 'milliseconds'),
          credential: text('Bearer token that the server sends to it.', {
            secret: true,
            pattern: '^[!-~]{1,4096}$',
          }),
          routes: {
            type: 'array',
            items: { type: 'string', minLength: 1 },
            default: [],
            description:
              'Routes on which the server asks it: client_credentials, token_exchange and others of docs/reference/decision-layers.md. Empty: all routes to which it applies.',
          },
        },
      ),
    }),
    agents: section('Agents and their instances.', {
      inactiveAfterDays: count(
        'The server suspends an agent that gets no token for this long. 0 switches this off.',
        [0, 0, 3650],
        'days',
      ),
      noticeDays: count(
        'How long before the suspension of an agent the server notifies its owner. An agent is suspended when it is unused or reaches its end.',
        [0, 7, 365],
        'days',
      ),
      instanceLifetimeSeconds: count(
        'How long an instance of an agent stays active after its last use.',
        [60, 3600, 30 * DAY],
        'seconds',
      ),
      maxInstances: count(
        'Highest number of instances of one agent at once, unless its blueprint allows fewer.',
        [0, 100, 10_000],
        'instances',
      ),
    }),
    clientAuthentication: section('Client authentication by assertion (RFC 7523).', {
      assertionMaxLifetimeSeconds: count(
        'How long a client assertion is valid after `iat`, unless its `exp` is earlier.',
        [10, 300, 300],
        'seconds',
      ),
      clockToleranceSeconds: count('How far a client’s clock may be ahead or behind.', [0, 5, 60], 'seconds'),
    }),
    dpop: section('Tokens bound to a key of the client (RFC 9449).', {
      requireNonce: {
        type: 'boolean',
        default: false,
        description: 'Whether proofs must contain a nonce of this server (RFC 9449 §8).',
      },
    }),
    registration: section(
      'How clients and agents register themselves (RFC 7591). A caller with an initial access token may always register.',
      {
        open: {
          type: 'boolean',
          default: false,
          description:
            'Whether any caller may register a public client that is not an agent, as clients of the Model Context Protocol do.',
        },
        openLifetimeSeconds: count(
          'How long a client from open registration lasts, unless an account adopts it.',
          [HOUR, 30 * DAY, 365 * DAY],
          'seconds',
        ),
        openPerDay: count(
          'Highest number of open registrations in a day, and of changes that such clients make to themselves. At most a quarter of them may come from one network (IPv4 /24, IPv6 /48). 0 switches the limit off.',
          [0, 1000, 1000000],
          'clients',
        ),
        perSourcePerHour: count(
          'Highest number of registrations from one address (IPv6: a network of 64 bits) in an hour, including refused ones. A /56 may send four times as many, a /48 or an IPv4 /24 sixteen times. 0 switches the limit off.',
          [0, 60, 1000000],
          'registrations',
        ),
        perOwnerPerHour: count(
          'Highest number of registrations for one owner in an hour. 0 switches the limit off.',
          [0, 120, 1000000],
          'registrations',
        ),
        corsOrigins: {
          type: 'array',
          items: { type: 'string', minLength: 1 },
          default: [],
          description:
            'Origins of web pages that may register clients from a browser: https://inspector.example.com. The list cannot be every origin: a page with many visitors could register from all their addresses.',
        },
        reservedNames: {
          type: 'array',
          items: { type: 'string', minLength: 2 },
          default: [],
          description:
            'Names of your organisation and its products. Software that registers itself, a metadata document or a person without a role cannot use them in a name. The same applies to names that look like them. "Behalf" and the host of the issuer are always reserved.',
        },
        softwareStatementsFile: text(
          'JSON file of the issuers whose software statements let software register. For each issuer it has the public keys as a JWK Set, or `{"jwks_uri": URL}`. Without it the server accepts no software statement.',
        ),
      },
    ),
    egress: section(
      'What the server fetches from URLs that others choose: keys and metadata. Always over https, without redirects, and from public addresses only.',
      {
        internalHosts: section(
          'Hosts that may have an address that is not public, by purpose: issuer.example.internal, or with another port than 443 issuer.example.internal:8443. The server looks up their names as the operating system does. A host serves only the purposes whose lists name it. The lists apply to URLs that operators and administrators enter, and to pushServices and clientMetadata. URLs that owners of agents, software and strangers enter reach public hosts only.',
          {
            upstreamProviders: hosts(
              'Identity providers at which people sign in: discovery, keys, token and userinfo endpoints.',
            ),
            trustedIssuers: hosts(
              'Keys and discovery of issuers: of workload tokens, of other authorization servers, and of software statements.',
            ),
            clientKeys: hosts('Keys of agents and clients (`jwks_uri`).'),
            clientMetadata: hosts(
              'Metadata documents of unregistered clients, and their keys. Any client can name such a document: list the host in clientIdMetadata.hosts too.',
            ),
            mcpServers: hosts('MCP servers whose metadata the console reads when an operator enables one.'),
            webhooks: hosts('Webhook endpoints.'),
            approvalPings: hosts('Endpoints at which the server notifies agents of a decision (CIBA ping).'),
            appLogout: hosts(
              'Endpoints at which the server notifies apps that a session has ended (Back-Channel Logout).',
            ),
            decisionPoint: hosts('The decision point of policy.external.url.'),
            pushServices: hosts('Push services of push.services.'),
            witnesses: hosts('Witnesses of audit.witnesses.policyFile.'),
            auditSinks: hosts('Audit sinks: OTLP receivers, webhooks and syslog servers.'),
            signalReceivers: hosts('Receivers of security events (Shared Signals), to which the server pushes.'),
            provisioningTargets: hosts('Directories to which the server pushes its agents over SCIM.'),
          },
        ),
        caFile: text(
          'PEM file of certificate authorities that the server trusts beside those of the machine, for hosts with private certificates.',
        ),
        requestsPerMinute: count(
          'Highest number of fetches that one process starts in a minute.',
          [1, 1200, 100000],
          'fetches',
        ),
        requestsPerHostPerMinute: count('The same to one host.', [1, 120, 100000], 'fetches'),
        requestsPerSourcePerMinute: count('The same on behalf of one address.', [1, 60, 100000], 'fetches'),
      },
    ),
    clientIdMetadata: section(
      'Unregistered clients. Their client_id is the https URL of a document that identifies them (draft-ietf-oauth-client-id-metadata-document-02).',
      {
        accept: {
          type: 'boolean',
          derivedDefault: 'true with an http issuer, which is development; false in production',
          description:
            'Whether such clients may ask people for access. While it is switched off, the tokens and grants of these clients do not work.',
        },
        hosts: {
          type: 'array',
          items: { type: 'string', minLength: 1 },
          default: [],
          description:
            'Hosts whose documents the server accepts: app.example.com, or with another port than 443 app.example.com:8443. Empty: every public host. A host that is not public must be listed here and in egress.internalHosts.clientMetadata. The server accepts a host on this machine in development only.',
        },
      },
    ),
    keys: section('Keys of the server.', {
      masterKey: text(
        '32 random bytes, base64url. The server derives all keys for data at rest from it. Without it the database is unusable: keep it elsewhere, and keep it safe. Required in production.',
        { secret: true, pattern: '^[A-Za-z0-9_-]{43}$', derivedDefault: 'created at first start in the data folder' },
      ),
      otherMasterKey: text(
        'The other master key while the master key is changed. First it is the next key. Then it is the former key, until no live data depends on the former key. Data of either key is valid.',
        { secret: true, pattern: '^[A-Za-z0-9_-]{43}$' },
      ),
      prepublishSeconds: count(
        'The server publishes a new signing key this long before it signs with it.',
        [0, 300, DAY],
        'seconds',
      ),
      retireSeconds: count(
        'The server publishes an old signing key this long after its last signature.',
        [HOUR, DAY, 30 * DAY],
        'seconds',
      ),
    }),
    passwords: section('Passwords of accounts: Argon2id (RFC 9106), with the figures that OWASP recommends.', {
      argon2MemoryKib: count('Memory of one hash.', [8, 19456, 1048576], 'KiB'),
      argon2Passes: count('Passes of one hash.', [1, 2, 16], 'passes'),
      argon2Parallelism: count('Lanes of one hash.', [1, 1, 16], 'lanes'),
      concurrency: count('Hashes that each process computes at the same time.', [1, 2, 64], 'hashes'),
      queueLimit: count(
        'Hashes that may wait in a process. Beyond that the server defers the newest sign-in of the network with the most waiting: the person must try again later.',
        [0, 64, 10000],
        'hashes',
      ),
      minimumLength: count('Shortest new password that the server accepts.', [8, 8, 64], 'characters'),
      signIn: {
        type: 'boolean',
        default: true,
        description:
          'Whether people may sign in with a password. `false` leaves passkeys and upstream providers (docs/how-to/upstream-sign-in.md). The server then does not start without a provider that is switched on. An operator who is locked out sets it to true again.',
      },
    }),
    limits: section('Limits against guessing and floods.', {
      signInPerAccount: count(
        'Sign-in attempts to one account within the window. The server counts browsers that never signed in to it together, and each other browser separately.',
        [1, 10, 10000],
        'attempts',
      ),
      signInPerSource: count(
        'Failed sign-in attempts from one address or one IPv6 network of 64 bits, within the window. A /56 may have four times as many, a /48 or an IPv4 /24 sixteen times.',
        [1, 50, 100000],
        'attempts',
      ),
      signInWindowSeconds: count('The window of the two limits above.', [10, 900, DAY], 'seconds'),
      deviceUserCodeAttempts: count(
        'Wrong user codes from one address (IPv6: a network of 64 bits) within ten minutes. The server counts each code before it looks it up, and subtracts a right one. A /56 may send four times as many, a /48 or an IPv4 /24 sixteen times.',
        [1, 10, 1000],
        'attempts',
      ),
      requestsPerSourcePerMinute: count(
        'Requests from one address (IPv6: a network of 64 bits), to all processes together (docs/how-to/several-nodes.md). A /56 may send four times as many, a /48 or an IPv4 /24 sixteen times. 0 switches the limit off.',
        [0, 6000, 10000000],
        'requests a minute',
      ),
      requestsPerClientPerMinute: count(
        'Requests of one client to the OAuth endpoints, to all processes together. 0 switches the limit off.',
        [0, 6000, 10000000],
        'requests a minute',
      ),
      openRequestsPerNetwork: count(
        'Pushed requests without client authentication that one address (IPv6: a network of 64 bits) may have open at each process. The same limit applies to device codes, to prompts and to sign-ins at a provider. A request of more than 4 KiB counts once for each 4 KiB begun. A network of 24 bits (IPv6: 48) may have four times as many. The server drops the oldest first. 0 switches the budgets off.',
        [0, 256, 100000],
        'requests',
      ),
      openRequestsPerClient: count(
        'Pushed requests that one registered, authenticated client may have open at each process, and as many device codes. A request of more than 4 KiB counts once for each 4 KiB begun. The server drops the oldest of the client first. 0 switches these budgets off.',
        [0, 4096, 1000000],
        'requests',
      ),
      openRequests: count(
        'The same limit for all networks together, and for all clients together. The server drops requests of the larger network or client first.',
        [100, 16384, 1000000],
        'requests',
      ),
    }),
    audit: section('The audit log.', {
      checkpointSeconds: count('Time between two signed checkpoints.', [1, 60, HOUR], 'seconds'),
      refusalIntervalSeconds: count(
        'The server counts refusals before authentication over this time and writes one event. While they continue, the time doubles up to an hour.',
        [1, 60, HOUR],
        'seconds',
      ),
      refusalEventsPerDay: count(
        'Events a day about refusals before authentication, over all processes, a 24th of them in each hour. The server counts the rest in one number (docs/how-to/audit.md). 0 switches the limit off.',
        [0, 2400, 1000000],
        'events',
      ),
      anonymousEventsPerDay: count(
        'Events a day about pushed requests, device requests and changed metadata documents of clients without authentication. Links for a new password beyond 10 for an account are included. The limit is over all processes, a 24th of it in each hour. At most a quarter of that may come from one network (IPv4 /24, IPv6 /48). The server counts the rest in one number (docs/how-to/audit.md). 0 switches the limit off.',
        [0, 4800, 1000000],
        'events',
      ),
      reportEventsPerDay: count(
        'Reports of one resource server that have an event of their own in a day (UTC), over all processes (docs/reference/reports.md). The server counts further ones and records their digest. 0 switches the limit off.',
        [0, 50000, 10000000],
        'events',
      ),
      witnesses: section('Witnesses that cosign the checkpoints of the transparency log (docs/how-to/witness.md).', {
        policyFile: text(
          'File with a policy (C2SP tlog-policy): a line for each witness with name, verifier key and https URL, groups, and the quorum. The server reads it at start. Lines of logs have no effect here. A host that is not public must be listed in egress.internalHosts.witnesses.',
          { derivedDefault: 'none: no witness cosigns' },
        ),
        withoutQuorum: text(
          'record: readers see a checkpoint without a quorum, and the audit log records which witness failed. withhold: readers see the last checkpoint that had a quorum. Tokens and records never wait.',
          { enum: ['record', 'withhold'], default: 'record' },
        ),
        intervalSeconds: count('Time between two requests for cosignatures.', [1, 1, HOUR], 'seconds'),
        timeoutMilliseconds: count('Time limit of a request to a witness.', [100, 2000, 2500], 'milliseconds'),
      }),
      files: section('Files of audit sinks (docs/how-to/audit-sinks.md).', {
        folder: text('Folder in which each audit sink of the kind `file` has a folder of its own.', {
          derivedDefault: 'audit-sinks in data.folder; without a data folder there are no such sinks',
        }),
        mebibytes: count('Size at which the server begins another file.', [1, 64, 4096], 'MiB'),
        kept: count('Number of files kept for each audit sink. The server removes the oldest.', [1, 8, 1000], 'files'),
      }),
    }),
    brand: section('The brand of the operator on pages and in mails (docs/how-to/brand.md).', {
      name: text('Name of the organisation or service, in the header of pages, in their titles and in mails.', {
        maxLength: 40,
        pattern: '^[^\\p{Cc}<>]*$',
        derivedDefault: 'Behalf',
      }),
      logoFile: text(
        'Image in the header: PNG, JPEG or WebP, at most 16384 bytes; 56 pixels high is enough. The server reads it at start and serves it itself.',
        { derivedDefault: 'the mark of Behalf' },
      ),
      accentColor: section(
        'Colour of buttons and links. Text in it must have a contrast of 4.5:1 on the surfaces of the pages (WCAG 2.2 §1.4.3).',
        {
          light: text('In light colours: #rrggbb.', { pattern: '^#[0-9a-fA-F]{6}$' }),
          dark: text('In dark colours: #rrggbb.', { pattern: '^#[0-9a-fA-F]{6}$' }),
        },
        { required: ['light', 'dark'] },
      ),
      supportUrl: text(
        'Where people get help: an https URL or mailto:help@example.com. A link in the footer, and in mails.',
        {
          maxLength: 320,
          pattern: '^(?:mailto:[^\\s@<>"]+@[^\\s@<>"]+|https://[!-~]+)$',
        },
      ),
      privacyUrl: text('The privacy notice: an https URL. A link in the footer.', {
        maxLength: 320,
        pattern: '^https://[!-~]+$',
      }),
      termsUrl: text('The terms of service: an https URL. A link in the footer.', {
        maxLength: 320,
        pattern: '^https://[!-~]+$',
      }),
    }),
    mail: section(
      'Mail to people: to owners about their agents, and to people about their own account (docs/how-to/notifications.md).',
      {
        smtpUrl: text(
          'SMTP server: smtps://user:password@smtp.example.com:465, or smtp:// with port 587. smtp:// starts TLS with STARTTLS and requires it, unless the SMTP server is on this machine.',
          { secret: true, derivedDefault: 'none: the server sends no mail' },
        ),
        from: text(
          'Sender address of mail: id@example.com, or with a name Behalf <id@example.com>. Required with an SMTP server.',
          {
            maxLength: 320,
          },
        ),
        language: text('Language of mail to people who never chose one.', { enum: ['en', 'de'], default: 'en' }),
      },
    ),
    push: section(
      'Notifications in the browsers of people who turn them on (Web Push, docs/how-to/notifications.md).',
      {
        isOn: {
          type: 'boolean',
          default: true,
          description: 'Whether people can turn them on.',
        },
        services: {
          type: 'array',
          items: { type: 'string', minLength: 1 },
          default: [
            'fcm.googleapis.com',
            'updates.push.services.mozilla.com',
            '*.push.apple.com',
            '*.notify.windows.com',
          ],
          description:
            'Hosts of the push services to which the server sends notifications; *.example.com is every host below example.com. A browser names its push service; the server refuses one that is not listed. A host that is not public must be listed in egress.internalHosts.pushServices too.',
        },
        contact: text(
          'Contact for push services about notifications of this server (RFC 8292 §2.1): mailto:id@example.com, or an https URL.',
          {
            maxLength: 320,
            pattern: '^(?:mailto:[^\\s@]+@[^\\s@]+|https://[!-~]+)$',
            derivedDefault: 'the issuer, if it is https',
          },
        ),
      },
    ),
    administrator: section('The account that the server creates at first start.', {
      username: text('Its username.', { default: 'admin', maxLength: 128 }),
      password: text('Its password at first start. It has no effect afterwards. Required in production.', {
        secret: true,
        maxLength: 1024,
        derivedDefault: 'created at first start and printed once',
      }),
    }),
    log: section('The log, on standard output.', {
      level: text('The lowest level of lines that the server writes.', {
        enum: ['silent', 'error', 'warn', 'info', 'debug'],
        default: 'info',
      }),
      format: text(
        'json: one JSON object a line, for programs. text: one readable line for each request, without requests for parts of pages that succeed. auto: text when standard output is a terminal, else json.',
        { enum: ['auto', 'json', 'text'], default: 'auto' },
      ),
    }),
  }),
} as const satisfies SettingSchema & { readonly $schema: string; readonly title: string };

/** The schema of one setting, or undefined. Never walks into inherited members. */
export const schemaAt = (path: readonly string[]): SettingSchema | undefined => {
  let at: SettingSchema | undefined = CONFIGURATION_SCHEMA;
  for (const name of path) {
    at = at?.properties && Object.hasOwn(at.properties, name) ? at.properties[name] : undefined;
  }
  return at;
};

/** Every setting that is no section, with its path, in the order of the schema. */
export const allSettings = (
  schema: SettingSchema = CONFIGURATION_SCHEMA,
  path: readonly string[] = [],
): readonly { readonly path: readonly string[]; readonly schema: SettingSchema }[] =>
  schema.properties
    ? Object.entries(schema.properties).flatMap(([name, below]) => allSettings(below, [...path, name]))
    : [{ path, schema }];

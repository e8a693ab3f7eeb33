/**
 * The description of every setting: type, unit, range, default and meaning. Owns the wording of
 * docs/reference/configuration.md and of `behalf check-config`. Does not own rules over two settings at once
 * (rules.ts) or where values come from (load.ts). `unit` and `secret` are our own annotations: `secret` values may
 * be given by reference and are never printed.
 */
const text = (description: string, more: Partial<SettingSchema> = {}): SettingSchema => ({
  type: 'string',
  minLength: 1,
  description,
  ...more,
});

const count = (
  description: string,
  [minimum, standard, maximum]: readonly [number, number, number],
  unit: string,
): SettingSchema => ({ type: 'integer', minimum, maximum, default: standard, unit, description });

const hosts = (description: string): SettingSchema => ({
  type: 'array',
  items: { type: 'string', minLength: 1 },
  default: [],
  description,
});

const section = (
  description: string,
  properties: Readonly<Record<string, SettingSchema>>,
  required: readonly string[] = [],
): SettingSchema => ({ type: 'object', additionalProperties: false, description, properties, required });

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
      'URL of this server as others see it (RFC 8414 §2). http only on a loopback host; an https issuer is production and its rules hold. May have a path; no slash at the end, no query, no fragment.',
      { derivedDefault: 'http://localhost:PORT, PORT being listen.port' },
    ),
    listen: section('The listener for clients, people and the management API.', {
      host: text('Address to listen on. Use 0.0.0.0 or :: to be reached from other machines.', {
        default: '127.0.0.1',
      }),
      port: count('Port to listen on. 0 takes any free port and needs `issuer` to be given.', [0, 3000, 65535], 'port'),
      tls: section(
        'Certificate of the listener. Without it the listener speaks plain HTTP, for loopback or behind a proxy that ends TLS.',
        {
          certificateFile: text('PEM file with the certificate and those that vouch for it.'),
          keyFile: text('PEM file with the private key of the certificate.'),
        },
        ['certificateFile', 'keyFile'],
      ),
      clientCertificates: section('Certificates by which agents prove themselves (RFC 8705).', {
        request: {
          type: 'boolean',
          default: false,
          description:
            'Whether the listener asks for a certificate; needs listen.tls. Browsers that have one may then ask people which to send.',
        },
        header: text(
          'Header in which the proxies of listen.trustedProxies hand on the certificate, and take out what others sent: PEM in percent-encoding, or base64 of DER, with or without the colons of RFC 9440.',
          { pattern: '^[A-Za-z][A-Za-z0-9-]{2,63}$' },
        ),
        authoritiesFile: text(
          'PEM file of the authorities that vouch for certificates, with those between. Each may vouch for any name. Without it only certificates that are registered themselves count.',
        ),
      }),
      trustedProxies: {
        type: 'array',
        items: { type: 'string', minLength: 1 },
        default: [],
        description:
          'Addresses or CIDR ranges of proxies whose X-Forwarded-For is believed, for limits and audit only. Never decides a URL.',
      },
    }),
    operations: section(
      'The listener for health and metrics. It needs no sign-in, so keep it where only operators reach it.',
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
    data: section('Where the server keeps what is its own.', {
      folder: text(
        'Folder for the database, the keys made at first start and the key files; made when absent, mode 0700.',
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
          'Kept free on the volume of SQLite. When the volume is full it is released, for sweeping, kills and the audit log only.',
      },
      resumeFreePercent: count(
        'After the volume of SQLite was full: the part of it that must be free before anonymous requests may write again.',
        [1, 20, 90],
        'percent',
      ),
    }),
    stores: section(
      'Where data is kept. Memory loses everything when the process ends and is refused in production. MongoDB and Redis go together, and are chosen by giving their URLs.',
      {
        document: text('Store of what must last: accounts, clients, agents, delegations, tokens, audit.', {
          enum: ['sqlite', 'mongodb', 'memory'],
          default: 'sqlite',
        }),
        ephemeral: text('Store of what may be lost: interactions, codes under way, counters.', {
          enum: ['sqlite', 'redis', 'memory'],
          default: 'sqlite',
        }),
        mongodbUrl: text(
          'MongoDB, for example mongodb://user:password@a,b,c/behalf?replicaSet=rs0&tls=true. A replica set of MongoDB 4.4 or newer; writes are acknowledged by a majority, in the journal.',
          { secret: true, derivedDefault: 'none: data is kept in SQLite' },
        ),
        redisUrl: text(
          'Redis 6.2 or newer: redis://user:password@host:6379/0; redis+sentinel://…@a,b,c/0?group=mymaster; redis+cluster://…@a,b,c; with rediss in front for TLS. Its maxmemory-policy must be noeviction.',
          { secret: true, derivedDefault: 'none: data is kept in SQLite' },
        ),
        redisPrefix: text('In front of every key in Redis. Installations that share a Redis differ in it.', {
          default: 'behalf:',
          maxLength: 64,
        }),
        deadlineMilliseconds: count(
          'Longest wait for one call to MongoDB or Redis; then the answer is 503.',
          [100, 1000, 5000],
          'milliseconds',
        ),
        allowStandalone: {
          type: 'boolean',
          default: false,
          description:
            'Whether a MongoDB may be used that is no replica set and can lose what it has acknowledged. For development; refused in production.',
        },
      },
    ),
    tokens: section('How long credentials live.', {
      accessTokenTtlSeconds: count(
        'Life of an access token, unless its resource server says less.',
        [30, 600, HOUR],
        'seconds',
      ),
      exchangedTokenTtlSeconds: count(
        'Longest life of a token from token exchange; never past the token it came from.',
        [30, 300, 600],
        'seconds',
      ),
      trustDomain: text(
        'Name of the trust domain whose services read transaction tokens, their audience. Without it none are made.',
        { minLength: 1, maxLength: 255 },
      ),
      idTokenTtlSeconds: count('Life of an ID token.', [60, HOUR, DAY], 'seconds'),
      refreshTokenTtlSeconds: count(
        'Life of a refresh token since its last use.',
        [300, 30 * DAY, 365 * DAY],
        'seconds',
      ),
      authorizationCodeTtlSeconds: count('Life of an authorization code (RFC 6749 §4.1.2).', [10, 60, 600], 'seconds'),
      deviceCodeTtlSeconds: count('Life of a device code (RFC 8628 §3.2).', [60, 600, 1800], 'seconds'),
      devicePollIntervalSeconds: count(
        'Least time between two polls with a device code (RFC 8628 §3.2).',
        [1, 5, 60],
        'seconds',
      ),
    }),
    sessions: section('How long people stay signed in.', {
      ttlSeconds: count('Life of a session in the browser.', [300, 12 * HOUR, 30 * DAY], 'seconds'),
      interactionTtlSeconds: count('Time a person has to sign in and consent.', [60, HOUR, DAY], 'seconds'),
      source: text(
        'What is kept of the address a person signs in from, to be shown to that person beside the session: its network (/24, or /48 of IPv6), all of it, or nothing.',
        { enum: ['network', 'address', 'none'], default: 'network' },
      ),
    }),
    delegation: section('What agents may be given.', {
      maxDepth: count(
        'Hops from a person to the last agent; the first is the person’s own consent.',
        [1, 5, 10],
        'hops',
      ),
      defaultDurationSeconds: count(
        'Life of a delegation that the consent page offers first.',
        [60, 7 * DAY, 365 * DAY],
        'seconds',
      ),
      maxDurationSeconds: count(
        'Longest life of a delegation a person can choose.',
        [60, 30 * DAY, 365 * DAY],
        'seconds',
      ),
      requestTtlSeconds: count('Life of the page behind `consent_required`.', [60, 600, DAY], 'seconds'),
      keptSeconds: count(
        'How long the management API and the console show a delegation after it was ended or has expired. Later the server removes it; the audit log keeps what became of it.',
        [60, 90 * DAY, 3650 * DAY],
        'seconds',
      ),
    }),
    approvals: section('How people are asked about single actions of agents (docs/how-to/approvals.md).', {
      ttlSeconds: count('Time people have to decide.', [60, 600, DAY], 'seconds'),
      redeemSeconds: count('Time an agent has to fetch the token of what was approved.', [30, 300, 300], 'seconds'),
      pollIntervalSeconds: count(
        'Shortest time between two questions of an agent whether there is an answer.',
        [1, 5, 60],
        'seconds',
      ),
      keptSeconds: count(
        'How long people see an approval after its time to decide has passed; the audit log keeps what became of it.',
        [60, 90 * DAY, 3650 * DAY],
        'seconds',
      ),
      mostOpen: count('Requests that one agent may have open with one person.', [1, 5, 16], 'requests'),
      mostOpenPerApprover: count(
        'Requests that the agents of one owner may have open before one person who is asked, on whosoever’s behalf.',
        [1, 20, 100],
        'requests',
      ),
      perHour: count('New requests of one agent to one person within an hour.', [1, 30, 1000], 'requests'),
    }),
    policy: section('Policies (docs/how-to/policy.md).', {
      enforcement: {
        type: 'string',
        enum: ['on', 'off'],
        default: 'on',
        description:
          'Whether the active policy set is asked. `off` gives all that the other layers leave; for measuring and for emergencies.',
      },
      external: section(
        'Another policy decision point that is asked besides (docs/how-to/authzen.md). It only narrows: what it does not permit, or not in time, is not given.',
        {
          url: text(
            'https URL of its Access Evaluations endpoint (AuthZEN Authorization API 1.0). Its host must be public or stand in egress.internalHosts.decisionPoint.',
            {
              derivedDefault: 'none is asked',
              pattern: '^https://',
            },
          ),
          timeoutMilliseconds: count('Longest wait for an answer.', [20, 300, 1000], 'milliseconds'),
          credential: text('Bearer token with which it is asked.', {
            secret: true,
            pattern: '^[!-~]{1,4096}$',
          }),
          routes: {
            type: 'array',
            items: { type: 'string', minLength: 1 },
            default: [],
            description:
              'On which routes it is asked: client_credentials, token_exchange and others of docs/reference/decision-layers.md. Empty: on all on which it counts.',
          },
        },
      ),
    }),
    agents: section('The register of agents.', {
      inactiveAfterDays: count(
        'An agent that gets no token for so long is suspended; 0 switches that off.',
        [0, 0, 3650],
        'days',
      ),
      noticeDays: count(
        'How long before an agent is suspended, for being unused or at its end, its owner is told.',
        [0, 7, 365],
        'days',
      ),
      instanceLifetimeSeconds: count(
        'How long an instance of an agent counts after its last use.',
        [60, 3600, 30 * DAY],
        'seconds',
      ),
      maxInstances: count(
        'How many instances one agent may have at once, where its blueprint allows no fewer.',
        [0, 100, 10_000],
        'instances',
      ),
    }),
    clientAuthentication: section('Client authentication by assertion (RFC 7523).', {
      assertionMaxLifetimeSeconds: count(
        'How long a client assertion is good after `iat`, if its `exp` says no less.',
        [10, 300, 300],
        'seconds',
      ),
      clockToleranceSeconds: count('How far a client’s clock may be ahead or behind.', [0, 5, 60], 'seconds'),
    }),
    dpop: section('Tokens bound to a key of the client (RFC 9449).', {
      requireNonce: {
        type: 'boolean',
        default: false,
        description: 'Whether proofs must carry a nonce of ours (RFC 9449 §8).',
      },
    }),
    registration: section(
      'How clients and agents register themselves (RFC 7591). Whoever has an initial access token always may.',
      {
        open: {
          type: 'boolean',
          default: false,
          description:
            'Whether anybody may register a public client that is no agent, as clients of the Model Context Protocol do.',
        },
        openLifetimeSeconds: count(
          'How long a client lasts that anybody registered, unless somebody adopts it.',
          [HOUR, 30 * DAY, 365 * DAY],
          'seconds',
        ),
        openPerDay: count(
          'Clients that may come by open registration in a day, and changes that such clients make of themselves, at most a quarter of them from one network (IPv4 /24, IPv6 /48); 0 switches the limit off.',
          [0, 1000, 1000000],
          'clients',
        ),
        perSourcePerHour: count(
          'Registrations from one address (IPv6: a network of 64 bits) in an hour, also refused ones. A /56 has four times as many, a /48 or an IPv4 /24 sixteen times; 0 switches the limit off.',
          [0, 60, 1000000],
          'registrations',
        ),
        perOwnerPerHour: count(
          'Registrations for one owner in an hour; 0 switches the limit off.',
          [0, 120, 1000000],
          'registrations',
        ),
        corsOrigins: {
          type: 'array',
          items: { type: 'string', minLength: 1 },
          default: [],
          description:
            'Origins of pages in browsers that may register clients: https://inspector.example.com. Not every origin: a page that many visit could register from all their addresses.',
        },
        reservedNames: {
          type: 'array',
          items: { type: 'string', minLength: 2 },
          default: [],
          description:
            'Names of your organisation and its products. Software that registers itself, a metadata document or a person without a role cannot use them in a name, nor what looks like them. "Behalf" and the host of the issuer are always reserved.',
        },
        softwareStatementsFile: text(
          'JSON file that says whose software statements let software register, by issuer: its public keys as a JWK Set, or `{"jwks_uri": URL}`. Without it none do.',
        ),
      },
    ),
    egress: section(
      'What the server fetches from URLs that others chose: keys and metadata. Always https, without redirects, and from public addresses only.',
      {
        internalHosts: section(
          'Hosts that may have an address that is not public, by what they are opened for: issuer.example.internal, or with another port than 443 issuer.example.internal:8443. Their names are looked up as the operating system does. A host serves only the purposes whose lists name it. The lists count for what operators and administrators enter, and for pushServices and clientMetadata; what owners of agents, software and strangers enter reaches public hosts only.',
          {
            upstreamProviders: hosts(
              'Identity providers people sign in at: discovery, keys, token and userinfo endpoints.',
            ),
            trustedIssuers: hosts(
              'Keys and discovery of issuers: of workload tokens, of other authorization servers, and of software statements.',
            ),
            clientKeys: hosts('Keys of agents and clients (`jwks_uri`).'),
            clientMetadata: hosts(
              'Documents of clients that nobody registered, and their keys. Anybody can name such a document, so a host stands in clientIdMetadata.hosts, too.',
            ),
            webhooks: hosts('Endpoints of webhooks.'),
            approvalPings: hosts('Endpoints at which agents hear that there is an answer (CIBA ping).'),
            appLogout: hosts('Endpoints at which apps hear that a session is over (Back-Channel Logout).'),
            decisionPoint: hosts('The decision point of policy.external.url.'),
            pushServices: hosts('Push services of push.services.'),
          },
        ),
        caFile: text(
          'PEM file of authorities that are believed beside those of the machine, for hosts with private certificates.',
        ),
        requestsPerMinute: count('Fetches of one process that may begin in a minute.', [1, 1200, 100000], 'fetches'),
        requestsPerHostPerMinute: count('The same to one host.', [1, 120, 100000], 'fetches'),
        requestsPerSourcePerMinute: count('The same on behalf of one address.', [1, 60, 100000], 'fetches'),
      },
    ),
    clientIdMetadata: section(
      'Clients nobody registered, whose client_id is the https URL of a document that says who they are (draft-ietf-oauth-client-id-metadata-document-02).',
      {
        accept: {
          type: 'boolean',
          derivedDefault: 'true with an http issuer, which is development; false in production',
          description:
            'Whether such clients may ask people for access. When it is switched off, what they hold does not work until it is on again.',
        },
        hosts: {
          type: 'array',
          items: { type: 'string', minLength: 1 },
          default: [],
          description:
            'Hosts whose documents are accepted: app.example.com, or with another port than 443 app.example.com:8443. Empty: every public host. A host that is not public must stand here and in egress.internalHosts.clientMetadata; one on this machine is accepted in development only.',
        },
      },
    ),
    keys: section('Keys of the server.', {
      masterKey: text(
        '32 random bytes, base64url, from which all keys for data at rest are made. Without it nothing in the database is of use: keep it elsewhere, and keep it safe. Must be named in production.',
        { secret: true, pattern: '^[A-Za-z0-9_-]{43}$', derivedDefault: 'made at first start in the data folder' },
      ),
      otherMasterKey: text(
        'While the master key is changed: the next one at first, then the former one, until nothing of it is live. What either made is good.',
        { secret: true, pattern: '^[A-Za-z0-9_-]{43}$' },
      ),
      prepublishSeconds: count('A new signing key is published this long before it signs.', [0, 300, DAY], 'seconds'),
      retireSeconds: count(
        'An old signing key stays published this long after its last signature.',
        [HOUR, DAY, 30 * DAY],
        'seconds',
      ),
    }),
    passwords: section('Passwords of accounts: Argon2id (RFC 9106), with the figures OWASP asks for.', {
      argon2MemoryKib: count('Memory of one hash.', [8, 19456, 1048576], 'KiB'),
      argon2Passes: count('Passes of one hash.', [1, 2, 16], 'passes'),
      argon2Parallelism: count('Lanes of one hash.', [1, 1, 16], 'lanes'),
      concurrency: count('Hashes computed at the same time, by each process.', [1, 2, 64], 'hashes'),
      queueLimit: count(
        'Hashes that may wait in a process; beyond that the newest sign-in of the network with most waiting is told to try later.',
        [0, 64, 10000],
        'hashes',
      ),
      minimumLength: count('Shortest password that may be set.', [8, 8, 64], 'characters'),
      signIn: {
        type: 'boolean',
        default: true,
        description:
          'Whether people may sign in with a password. `false` leaves passkeys and upstream providers (docs/how-to/upstream-sign-in.md); the server then does not start without a provider that is switched on. Whoever was locked out by that sets it to true again.',
      },
    }),
    limits: section('Limits that keep guessing and floods out.', {
      signInPerAccount: count(
        'Attempts to sign in to one account within the window. Browsers that never signed in to it count together, each that did by itself.',
        [1, 10, 10000],
        'attempts',
      ),
      signInPerSource: count(
        'Attempts to sign in that fail, from one address or one IPv6 network of 64 bits, within the window. A /56 has four times as many, a /48 or an IPv4 /24 sixteen times.',
        [1, 50, 100000],
        'attempts',
      ),
      signInWindowSeconds: count('The window of the two limits above.', [10, 900, DAY], 'seconds'),
      deviceUserCodeAttempts: count(
        'Wrong user codes that may be sent from one address (IPv6: a network of 64 bits) within ten minutes. Each is counted before it is looked up; one that is right is taken back. A /56 has four times as many, a /48 or an IPv4 /24 sixteen times.',
        [1, 10, 1000],
        'attempts',
      ),
      requestsPerSourcePerMinute: count(
        'Requests from one address (IPv6: a network of 64 bits), to all processes together (docs/how-to/several-nodes.md). A /56 has four times as many, a /48 or an IPv4 /24 sixteen times; 0 switches the limit off.',
        [0, 6000, 10000000],
        'requests a minute',
      ),
      requestsPerClientPerMinute: count(
        'Requests to the OAuth endpoints by one client, to all processes together; 0 switches the limit off.',
        [0, 6000, 10000000],
        'requests a minute',
      ),
      openRequestsPerNetwork: count(
        'Pushed requests that one address (IPv6: a network of 64 bits) may have open at each process without proving which client it is; as many device codes, prompts and ways to a provider. One of more than 4 KiB counts once for each 4 KiB begun; a network of 24 bits (IPv6: 48) has four times as many. The oldest go first. 0 switches the budgets off.',
        [0, 256, 100000],
        'requests',
      ),
      openRequestsPerClient: count(
        'Pushed requests that one registered client which proves who it is may have open at each process, and as many device codes. One of more than 4 KiB counts once for each 4 KiB begun. The oldest of the client go first. 0 switches these budgets off.',
        [0, 4096, 1000000],
        'requests',
      ),
      openRequests: count(
        'The same of all networks together, and of all clients together; what a larger network or client holds goes first.',
        [100, 16384, 1000000],
        'requests',
      ),
    }),
    audit: section('The audit log.', {
      checkpointSeconds: count('Time between two signed checkpoints.', [1, 60, HOUR], 'seconds'),
      refusalIntervalSeconds: count(
        'Refusals before anybody is authenticated are counted over this time and written as one event; while they go on, the time doubles up to an hour.',
        [1, 60, HOUR],
        'seconds',
      ),
      refusalEventsPerDay: count(
        'Events a day about refusals before anybody is authenticated, a 24th of them in each hour, over all processes; the rest becomes one number (docs/how-to/audit.md). 0 switches the bound off.',
        [0, 2400, 1000000],
        'events',
      ),
      anonymousEventsPerDay: count(
        'Events a day about pushed requests, device requests and changed metadata documents of clients that prove nothing, and about links for a new password beyond 10 for an account, a 24th of them in each hour, over all processes, and at most a quarter of those from one network (IPv4 /24, IPv6 /48); the rest becomes one number (docs/how-to/audit.md). 0 switches the bound off.',
        [0, 4800, 1000000],
        'events',
      ),
    }),
    mail: section(
      'Mail to people: owners of agents, and whoever has to hear of their own account (docs/how-to/notifications.md).',
      {
        smtpUrl: text(
          'Server that takes mail: smtps://user:password@smtp.example.com:465, or smtp:// with port 587, where TLS is begun with STARTTLS and required unless the server is on this machine.',
          { secret: true, derivedDefault: 'none: nothing is mailed' },
        ),
        from: text(
          'Address that mail comes from: id@example.com, or with a name Behalf <id@example.com>. Goes with a server.',
          {
            maxLength: 320,
          },
        ),
        language: text('Language of mails to people who never chose one.', { enum: ['en', 'de'], default: 'en' }),
      },
    ),
    push: section('Messages in the browsers of people who turn them on (Web Push, docs/how-to/notifications.md).', {
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
          'Push services that messages are sent to, by host; *.example.com is every host below example.com. A browser says which one it uses; one of another is refused. One that is not public must stand in egress.internalHosts.pushServices, too.',
      },
      contact: text(
        'Whom a push service can ask about our messages (RFC 8292 §2.1): mailto:id@example.com, or an https URL.',
        {
          maxLength: 320,
          pattern: '^(?:mailto:[^\\s@]+@[^\\s@]+|https://[!-~]+)$',
          derivedDefault: 'the issuer, where it is https',
        },
      ),
    }),
    administrator: section('The account that first start makes.', {
      username: text('Its username.', { default: 'admin', maxLength: 128 }),
      password: text('Its password at first start; of no effect afterwards. Must be given in production.', {
        secret: true,
        maxLength: 1024,
        derivedDefault: 'made at first start and printed once',
      }),
    }),
    log: section('The log, on standard output.', {
      level: text('The least important lines that are written.', {
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

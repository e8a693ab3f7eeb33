/**
 * What is answered when something is lost: every loss, every endpoint. test/processes/fail-closed.test.ts asserts
 * each cell, docs/reference/failure.md is generated from it. Nothing is granted on what is not known (invariant 12).
 */

/** What is asked, in the words of the guide. */
export const ENDPOINTS = {
  code: 'Token: code, by a client with a secret',
  refresh: 'Token: refresh, by a client with a secret',
  client_credentials: 'Token: client credentials, by a client with a secret',
  assertion: 'Token: client credentials, by an agent with its key',
  exchange: 'Token: exchange, by an agent with its key',
  device_code: 'Token: device code, by a client with a secret',
  introspection: 'Introspection',
  revocation: 'Revocation',
  par: 'Pushed authorization request',
  device: 'Device authorization',
  authorize: 'Authorization, by a signed-in person',
  sign_in: 'Sign-in',
  consent: 'Consent',
  account_page: 'My account',
  userinfo: 'Userinfo',
  management_read: 'Management API, reading',
  management_write: 'Management API, changing',
  jwks: 'Signing keys (JWKS)',
  discovery: 'Discovery',
} as const;
export type Endpoint = keyof typeof ENDPOINTS;

/** `works`: as always. `refused`: 4xx, or a token called inactive. `503`: with `Retry-After`. */
export type Outcome = 'works' | 'refused' | '503';

export type Loss = {
  readonly title: string;
  /** What the person in charge sees, and what ends it. */
  readonly text: string;
  /** Where the tests make it happen. */
  readonly stores: readonly ('servers' | 'memory')[];
  /** What `/readyz` names; absent: the node stays ready. */
  readonly unready?: string;
  /** For each endpoint not named here: `otherwise`. */
  readonly endpoints: Partial<Readonly<Record<Endpoint, Outcome>>>;
  readonly otherwise: Outcome;
};

/** Needs a value, a count or a claim of Redis: codes, pushed requests, attempts to sign in, what has been used of assertions. */
const NEEDS_REDIS: readonly Endpoint[] = [
  ...(['code', 'assertion', 'exchange', 'device_code', 'par', 'device', 'authorize', 'sign_in', 'consent'] as const),
];
const on = (endpoints: readonly Endpoint[], expected: Outcome): Loss['endpoints'] =>
  Object.fromEntries(endpoints.map((endpoint) => [endpoint, expected]));
const STATIC = on(['jwks', 'discovery'], 'works');

export const LOSSES = {
  redis_down: {
    title: 'Redis is down',
    text: 'Requests that need no value of Redis still work. Start Redis again: then all requests work. Clients start flows with pending codes again.',
    stores: ['servers', 'memory'],
    unready: 'redis',
    endpoints: on(NEEDS_REDIS, '503'),
    otherwise: 'works',
  },
  redis_silent: {
    title: 'Redis is reachable but does not answer',
    text: 'As down, after `stores.deadlineMilliseconds`.',
    stores: ['servers'],
    unready: 'redis',
    endpoints: on(NEEDS_REDIS, '503'),
    otherwise: 'works',
  },
  redis_read_only: {
    title: 'Redis is a read-only replica',
    text: 'As down, except that clients can still redeem codes: the server only reads them in Redis, and marks their use in MongoDB. Name the master, or use Sentinel or a Cluster: the server asks them for the master after a failover.',
    stores: ['servers'],
    unready: 'redis',
    endpoints: { ...on(NEEDS_REDIS, '503'), ...on(['code', 'device_code'], 'works') },
    otherwise: 'works',
  },
  redis_flushed: {
    title: 'Redis has lost its data (flush, failover, restart)',
    text: 'Pending codes are lost. Prompts are in cookies and continue. The server refuses assertions and DPoP proofs from before the loss, and for some seconds after it, because Redis has forgotten which were used. No used value becomes usable again.',
    stores: ['servers'],
    endpoints: on(['code', 'assertion', 'exchange', 'device_code'], 'refused'),
    otherwise: 'works',
  },
  mongodb_down: {
    title: 'MongoDB is down or has no primary',
    text: 'The server grants nothing and reports no token as active. It still serves signing keys and discovery. An attempt uses up nothing.',
    stores: ['servers', 'memory'],
    unready: 'mongodb',
    endpoints: STATIC,
    otherwise: '503',
  },
  mongodb_silent: {
    title: 'MongoDB is reachable but does not answer',
    text: 'As down, after `stores.deadlineMilliseconds`.',
    stores: ['servers'],
    unready: 'mongodb',
    endpoints: STATIC,
    otherwise: '503',
  },
  writes: {
    title: 'The durable store accepts no writes (disk full, read-only)',
    text: 'Requests that only read still work. When a full disk has space again, the server works again without repair.',
    stores: ['memory'],
    endpoints: {
      ...STATIC,
      ...on(['introspection', 'account_page', 'userinfo', 'management_read'], 'works'),
    },
    otherwise: '503',
  },
  audit: {
    title: 'The audit log accepts no writes',
    text: 'The server does nothing that it cannot record first.',
    stores: ['memory'],
    endpoints: {
      ...STATIC,
      ...on(['introspection', 'account_page', 'userinfo', 'management_read'], 'works'),
    },
    otherwise: '503',
  },
  epochs: {
    title: 'The server cannot read epochs: it does not know what was killed',
    text: 'The server issues no token and reports none as active.',
    stores: ['memory'],
    endpoints: STATIC,
    otherwise: '503',
  },
} as const satisfies Readonly<Record<string, Loss>>;
export type LossName = keyof typeof LOSSES;

export const expectedOf = (name: LossName, endpoint: Endpoint): Outcome => {
  const loss: Loss = LOSSES[name];
  return loss.endpoints[endpoint] ?? loss.otherwise;
};

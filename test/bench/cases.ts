/**
 * What is measured, the same for both servers. A case makes its requests from a `Subject`, which says
 * where the server is and which tokens it has given out. Assertions are signed before the window.
 */
import { createPrivateKey, type KeyObject, randomUUID, sign } from 'node:crypto';
import type { JWK } from 'jose';
import { CONNECTIONS, type Send, type ShotAnswer, type Step } from './load.ts';

export type Subject = {
  readonly name:
    | 'bare'
    | 'behalf'
    | 'mongodb-redis'
    | 'memory'
    | 'memory-audit'
    | 'logging'
    | 'logged'
    | 'without-log-tasks';
  readonly pid: number;
  readonly issuer: string;
  /** Where it says what it did, for ours. */
  readonly metrics?: string;
  readonly send: Send;
  readonly paths: { readonly token: string; readonly introspection: string; readonly authorization: string };
  /** Authenticates by `private_key_jwt`. */
  readonly client: BenchClient;
  /** An agent like `client` that authenticates with the tokens of its platform, and such tokens; ours only. */
  readonly workload?: { readonly id: string; readonly tokens: readonly string[] };
  /** The client of the refresh tokens. */
  readonly refresher: BenchClient;
  /** `authorization` headers of the resource servers that introspect. */
  readonly introspectors: { readonly opaque: string; readonly jwt: string };
  readonly jwtResource: string;
  readonly scope: string;
  /** Live access tokens. The JWT ones are absent where JWTs cannot be introspected. */
  readonly opaqueTokens: readonly string[];
  readonly jwtTokens: readonly string[];
  /** Opaque tokens that `client` may exchange for one at `jwtResource`. */
  readonly subjectTokens: readonly string[];
  /** At least one for each connection. */
  readonly refreshTokens: readonly string[];
  /**
   * Query of an authorization request that ends on the consent page, and the cookies of browsers in which a
   * person is signed in, one for each connection: a session is saved by each request.
   */
  readonly consent: { readonly query: string; readonly cookies: readonly string[] };
  /** How a caller with the key of `client` is registered: with ours as an agent, by an operator; with the bare one as a client. */
  readonly registration: {
    readonly path: string;
    /** Of ours: where agents are registered a line each. */
    readonly bulkPath?: string;
    readonly headers: () => Promise<Readonly<Record<string, string>>>;
    readonly body: (index: number) => string;
  };
};

type BenchClient = { readonly id: string; readonly key: JWK };

export type BenchCase = {
  readonly name: string;
  /** Whether the same request can be made to bare oidc-provider; otherwise it is set against this case of it. */
  readonly against: string;
  readonly isFor: (subject: Subject) => boolean;
  /** Of what a step does several: figures are for one of them, latencies for the step. Default 1. */
  readonly perStep?: number;
  /** Also measured with the audit log in memory, and with the access log on. */
  readonly hasVariants?: boolean;
  /** Prepares about `count` steps. */
  readonly prepare: (subject: Subject, count: number) => Step;
};

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** A client assertion (RFC 7523) by the cheapest way there is: thousands are made before each window. */
const signAssertion = (client: BenchClient, key: KeyObject, audience: string, now: number): string => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${part({ alg: 'ES256', kid: client.key.kid })}.${part({
    iss: client.id,
    sub: client.id,
    aud: audience,
    jti: randomUUID(),
    iat: now,
    exp: now + 240,
  })}`;
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
};

const assertions = (client: BenchClient, issuer: string, count: number): string[] => {
  const key = createPrivateKey({ key: client.key, format: 'jwk' } as Parameters<typeof createPrivateKey>[0]);
  const now = Math.floor(Date.now() / 1000);
  return Array.from({ length: count }, () => signAssertion(client, key, issuer, now));
};

const expectStatus = (answer: ShotAnswer, status: number): ShotAnswer => {
  if (answer.status !== status)
    throw new Error(`expected ${status}, got ${answer.status}: ${answer.text.slice(0, 500)}`);
  return answer;
};

const form = (parameters: Record<string, string>): string => new URLSearchParams(parameters).toString();

const tokenStep =
  (subject: Subject, client: BenchClient, count: number, parameters: (connection: number) => Record<string, string>) =>
  (used?: (connection: number, answer: ShotAnswer) => void): Step => {
    const ready = assertions(client, subject.issuer, count);
    const rest = {
      client_id: client.id,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    };
    return (connection) => {
      const assertion = ready.pop();
      if (assertion === undefined) return undefined;
      const body = form({ ...rest, client_assertion: assertion, ...parameters(connection) });
      return async () => {
        const answer = await subject.send({ method: 'POST', path: subject.paths.token, headers: FORM, body });
        expectStatus(answer, 200);
        used?.(connection, answer);
      };
    };
  };

const at = (from: readonly string[], index: number): string => from[index % from.length] ?? '';

const introspect =
  (format: 'opaque' | 'jwt') =>
  (subject: Subject): Step => {
    const bodies = (format === 'jwt' ? subject.jwtTokens : subject.opaqueTokens).map((token) => form({ token }));
    const authorization = subject.introspectors[format];
    let index = 0;
    return () => async () => {
      const answer = await subject.send({
        method: 'POST',
        path: subject.paths.introspection,
        headers: { ...FORM, authorization },
        body: at(bodies, index++),
      });
      if (!expectStatus(answer, 200).text.includes('"active":true')) throw new Error(`not active: ${answer.text}`);
    };
  };

/** Where each connection is in its chain of refresh tokens: they rotate, and windows follow one another. */
const refreshChains = new WeakMap<Subject, string[]>();

/** A `cookie` header after an answer has set some; one cookie of each name, as a browser sends them. */
const withCookies = (header: string, set: readonly string[]): string => {
  const pairs = [...header.split('; '), ...set.map((line) => line.split(';', 1)[0] ?? '')];
  return [...new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair])).values()].join('; ');
};

/** Lines of one bulk request. */
const LINES = 100;
/** Our server works on so many bulk requests at once. */
const BULK_CONNECTIONS = 4;

/** Different ones for all windows of all cases: of names there is one each. */
let registered = 0;

const always = (): boolean => true;

export const CLIENT_CREDENTIALS = 'client credentials, JWT';

export const CASES: readonly BenchCase[] = [
  {
    name: CLIENT_CREDENTIALS,
    against: CLIENT_CREDENTIALS,
    isFor: always,
    prepare: (subject, count) =>
      tokenStep(subject, subject.client, count, () => ({
        grant_type: 'client_credentials',
        resource: subject.jwtResource,
        scope: subject.scope,
      }))(),
  },
  {
    name: 'client credentials, JWT, by workload token',
    against: CLIENT_CREDENTIALS,
    isFor: ({ workload }) => workload !== undefined,
    prepare: (subject) => {
      const bodies = (subject.workload?.tokens ?? []).map((token) =>
        form({
          client_id: subject.workload?.id ?? '',
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: token,
          grant_type: 'client_credentials',
          resource: subject.jwtResource,
          scope: subject.scope,
        }),
      );
      let index = 0;
      return () => async () => {
        const body = at(bodies, index++);
        expectStatus(await subject.send({ method: 'POST', path: subject.paths.token, headers: FORM, body }), 200);
      };
    },
  },
  {
    name: 'introspection, opaque',
    against: 'introspection, opaque',
    isFor: always,
    prepare: introspect('opaque'),
  },
  {
    name: 'introspection, JWT',
    against: 'introspection, opaque',
    isFor: (subject) => subject.jwtTokens.length > 0,
    prepare: introspect('jwt'),
  },
  {
    name: 'refresh, JWT',
    against: 'refresh, JWT',
    isFor: always,
    prepare: (subject, count) => {
      const chains = refreshChains.get(subject) ?? subject.refreshTokens.slice(0, CONNECTIONS);
      refreshChains.set(subject, chains);
      return tokenStep(subject, subject.refresher, count, (connection) => ({
        grant_type: 'refresh_token',
        refresh_token: chains[connection] ?? '',
        resource: subject.jwtResource,
      }))((connection, answer) => {
        chains[connection] = String(JSON.parse(answer.text).refresh_token);
      });
    },
  },
  {
    name: 'exchange, opaque to JWT',
    against: 'exchange, opaque to JWT',
    isFor: always,
    hasVariants: true,
    prepare: (subject, count) => {
      let index = 0;
      return tokenStep(subject, subject.client, count, () => ({
        grant_type: EXCHANGE,
        subject_token: at(subject.subjectTokens, index++),
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        resource: subject.jwtResource,
      }))();
    },
  },
  {
    name: 'first consent page',
    against: 'first consent page',
    isFor: always,
    prepare: (subject) => (connection) => async () => {
      const cookie = at(subject.consent.cookies, connection);
      const begun = expectStatus(
        await subject.send({
          method: 'GET',
          path: `${subject.paths.authorization}?${subject.consent.query}`,
          headers: { cookie, accept: 'text/html' },
        }),
        303,
      );
      const target = new URL(begun.headers.location ?? '', subject.issuer);
      const page = await subject.send({
        method: 'GET',
        path: target.pathname,
        headers: { cookie: withCookies(cookie, begun.headers['set-cookie'] ?? []), accept: 'text/html' },
      });
      if (!expectStatus(page, 200).text.includes('<form')) throw new Error(`no form: ${page.text.slice(0, 300)}`);
    },
  },
  {
    name: 'registration, single',
    against: 'registration, single',
    isFor: always,
    prepare: (subject) => {
      const { path, headers, body } = subject.registration;
      return () => async () => {
        registered += 1;
        const sent = { 'content-type': 'application/json', ...(await headers()) };
        expectStatus(await subject.send({ method: 'POST', path, headers: sent, body: body(registered) }), 201);
      };
    },
  },
  {
    name: 'registration, bulk (NDJSON)',
    against: 'registration, single',
    isFor: ({ registration }) => registration.bulkPath !== undefined,
    perStep: LINES,
    prepare: (subject) => {
      const { bulkPath = '', headers, body } = subject.registration;
      return (connection) => {
        if (connection >= BULK_CONNECTIONS) return undefined;
        return async () => {
          const lines = Array.from({ length: LINES }, () => {
            registered += 1;
            return body(registered);
          });
          const sent = {
            'content-type': 'application/x-ndjson',
            'idempotency-key': randomUUID(),
            ...(await headers()),
          };
          const answer = await subject.send({ method: 'POST', path: bulkPath, headers: sent, body: lines.join('\n') });
          const { text } = expectStatus(answer, 200);
          if (!text.includes(`"registered":${LINES}`)) throw new Error(`not all registered: ${text.slice(-300)}`);
        };
      };
    },
  },
];

/**
 * What is measured, the same for both servers. A case makes its requests from a `Subject`, which says
 * where the server is and which tokens it has given out. Assertions are signed before the window.
 */
import { randomUUID } from 'node:crypto';
import { CONNECTIONS, type Step } from './load.ts';
import type { Subject } from './subject.ts';
import { at, expectStatus, FORM, form, proofs, tokenStep } from './token-steps.ts';

export type Bounds = { readonly must: number; readonly aim: number };

export type BenchCase = {
  readonly name: string;
  /** What its CPU may be at most as a multiple of the bare one's, and what it should be. */
  readonly bounds?: Bounds;
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

type Format = 'opaque' | 'JWT';

const resourceOf = ({ jwtResource, opaqueResource }: Subject, format: Format): string =>
  format === 'JWT' ? jwtResource : opaqueResource;

const bySecret = (format: Format, bounds: Bounds): BenchCase => {
  const name = `client credentials, secret, ${format}`;
  return {
    name,
    against: name,
    bounds,
    isFor: always,
    prepare: (subject) => {
      const resource = resourceOf(subject, format);
      const body = form({ grant_type: 'client_credentials', resource, scope: subject.scope });
      const headers = { ...FORM, authorization: subject.secretClient };
      return () => async () => {
        expectStatus(await subject.send({ method: 'POST', path: subject.paths.token, headers, body }), 200);
      };
    },
  };
};

const byAssertion = (format: Format, bounds: Bounds): BenchCase => {
  const name = `client credentials, ${format}`;
  return {
    name,
    against: name,
    bounds,
    isFor: always,
    prepare: (subject, count) => {
      const resource = resourceOf(subject, format);
      const parameters = { grant_type: 'client_credentials', resource, scope: subject.scope };
      return tokenStep(subject, subject.client, count, () => parameters)();
    },
  };
};

const exchange = (name: string, bounds: Bounds, more: Partial<BenchCase>, hasProof = false): BenchCase => ({
  name,
  against: name,
  bounds,
  isFor: always,
  ...more,
  prepare: (subject, count) => {
    let index = 0;
    const ready = hasProof ? proofs(`${subject.issuer}${subject.paths.token}`, count) : undefined;
    const parameters = () => ({
      grant_type: EXCHANGE,
      subject_token: at(subject.subjectTokens, index++),
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      resource: subject.jwtResource,
    });
    return tokenStep(subject, subject.client, count, parameters, () => ready?.pop())();
  },
});

export const CASES: readonly BenchCase[] = [
  byAssertion('JWT', { must: 1.45, aim: 1.2 }),
  byAssertion('opaque', { must: 1.7, aim: 1.4 }),
  bySecret('JWT', { must: 1.8, aim: 1.4 }),
  bySecret('opaque', { must: 2.4, aim: 1.8 }),
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
    bounds: { must: 1.3, aim: 1.1 },
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
    bounds: { must: 1.6, aim: 1.4 },
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
  exchange('exchange, opaque to JWT', { must: 1.5, aim: 1.3 }, { hasVariants: true }),
  exchange('exchange with DPoP, opaque to JWT', { must: 1.4, aim: 1.2 }, {}, true),
  {
    name: 'first consent page',
    against: 'first consent page',
    bounds: { must: 3, aim: 2 },
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

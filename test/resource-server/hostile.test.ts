/** One table of hostile tokens and requests against each binding. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ResourceServer, resourceServer } from '../../packages/resource-server/src/resource-server.ts';
import { countedOnPage, countsOf } from '../support/hostile-counts.ts';
import { type HostileRequest, hostileRequests } from './hostile-requests.ts';
import { type HostileToken, hostileTokens } from './hostile-tokens.ts';
import { BINDINGS, MCP_BINDINGS, startHost } from './hosts/all.ts';
import type { Answer, Host } from './hosts/host.ts';
import { type Issuer, newPair, RESOURCE, startIssuer } from './issuer.ts';
import { jktOf, proofOf } from './proofs.ts';

const REQUIREMENT = { scopes: ['notes.read'] };

let issuer: Issuer;
let tokens: readonly HostileToken[];
let requests: readonly HostileRequest[];
let metadataUrl: string;
const hosts = new Map<string, Host>();
const hostOf = (name: string): Host => hosts.get(name) as Host;
const newServer = (): ResourceServer => resourceServer({ issuer: issuer.url, resource: RESOURCE });

beforeAll(async () => {
  issuer = await startIssuer();
  tokens = await hostileTokens(issuer);
  requests = await hostileRequests(issuer);
  metadataUrl = newServer().metadata.url;
  for (const name of [...BINDINGS, ...MCP_BINDINGS]) hosts.set(name, await startHost(name, newServer(), REQUIREMENT));
});

afterAll(async () => {
  for (const host of hosts.values()) await host.close();
  await issuer.close();
});

const errorIn = (challenge: string | undefined): string | undefined => / error="([^"]*)"/.exec(challenge ?? '')?.[1];

/** What is wrong with an answer, or undefined. */
const faultIn = (
  answer: Answer,
  { expected: [status, error], scheme = 'Bearer' }: Pick<HostileRequest, 'expected' | 'scheme'>,
) => {
  const { challenges, body, headers } = answer;
  const own = challenges.find((one) => one.startsWith(`${scheme} `));
  const rest = challenges.filter((one) => one !== own);
  const faults = [
    answer.status === status ? undefined : `status ${answer.status}`,
    errorIn(own) === error ? undefined : `error ${errorIn(own)} of ${scheme}`,
    rest.some((one) => errorIn(one) !== undefined) ? 'an error in the other challenge' : undefined,
    challenges.length === 2 ? undefined : `${challenges.length} challenges`,
    challenges.every((one) => one.includes(`resource_metadata="${metadataUrl}"`)) ? undefined : 'no resource_metadata',
    challenges.some((one) => /^DPoP .*algs="ES256 /.test(one)) ? undefined : 'no algs',
    headers['cache-control'] === 'no-store' ? undefined : 'may be stored',
    JSON.parse(body).error === (error ?? 'token_required') ? undefined : `body ${body}`,
    JSON.parse(body).denial.reason ? undefined : 'no reason',
  ].filter((fault) => fault !== undefined);
  return faults.length === 0 ? undefined : faults.join(', ');
};

test('there are at least 120 hostile tokens alone, each with a name of its own, and the page says how many of which kind', () => {
  const names = [...tokens, ...requests].map(({ name }) => name);
  expect(tokens.length).toBeGreaterThanOrEqual(120);
  expect(new Set(names).size).toBe(names.length);
  expect(countedOnPage('TypeScript')).toEqual(countsOf([...tokens, ...requests]));
});

describe.each(BINDINGS)('%s', (binding) => {
  test('lets a valid token through, as Bearer and as DPoP', async () => {
    const host = hostOf(binding);
    const key = await newPair();
    const bound = await issuer.token({ cnf: { jkt: await jktOf(key) } });
    const proof = await proofOf(bound, key);
    const before = host.reached();
    const asBearer = await host.send({ headers: [['authorization', `Bearer ${await issuer.token()}`]] });
    const asDpop = await host.send({
      headers: [
        ['authorization', `DPoP ${bound}`],
        ['dpop', proof],
      ],
    });
    expect([asBearer, asDpop].map(({ status, body }) => [status, JSON.parse(body)])).toEqual([
      [200, { subject: 'acc_ada' }],
      [200, { subject: 'acc_ada' }],
    ]);
    expect(host.reached()).toBe(before + 2);
  });

  test('accepts no hostile token (RFC 9068 §4, RFC 8725)', async () => {
    const host = hostOf(binding);
    const before = host.reached();
    const faults: string[] = [];
    for (const { name, token, expected } of tokens) {
      const fault = faultIn(await host.send({ headers: [['authorization', `Bearer ${token}`]] }), { expected });
      if (fault) faults.push(`${name}: ${fault}`);
    }
    expect(faults).toEqual([]);
    expect(host.reached()).toBe(before);
  });

  test('lets no hostile request through (RFC 6750 §3.1, RFC 9449 §7.1)', async () => {
    const host = hostOf(binding);
    const before = host.reached();
    const faults: string[] = [];
    for (const { name, sent, ...expected } of requests) {
      const fault = faultIn(await host.send(sent), expected);
      if (fault) faults.push(`${name}: ${fault}`);
    }
    expect(faults).toEqual([]);
    expect(host.reached()).toBe(before);
  });

  test('accepts a proof once, also of many at the same time (RFC 9449 §11.1)', async () => {
    const host = hostOf(binding);
    const key = await newPair();
    const bound = await issuer.token({ cnf: { jkt: await jktOf(key) } });
    const sent = {
      headers: [
        ['authorization', `DPoP ${bound}`],
        ['dpop', await proofOf(bound, key)],
      ],
    } as const;
    const answers = await Promise.all(Array.from({ length: 10 }, () => host.send(sent)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const replayed = await host.send(sent);
    expect(faultIn(replayed, { expected: [401, 'invalid_dpop_proof'], scheme: 'DPoP' })).toBeUndefined();
  });

  test('answers a header that is too large for its server, and runs on', async () => {
    const host = hostOf(binding);
    const before = host.reached();
    const answer = await host.send({ headers: [['authorization', `Bearer ${'A'.repeat(20_000)}`]] });
    expect([401, 431]).toContain(answer.status);
    expect(host.reached()).toBe(before);
  });

  test('serves the metadata without a token (RFC 9728 §3)', async () => {
    const answer = await hostOf(binding).send({ target: '/.well-known/oauth-protected-resource/api' });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      200,
      expect.objectContaining({
        resource: RESOURCE,
        authorization_servers: [issuer.url],
        bearer_methods_supported: ['header'],
      }),
    ]);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
  });
});

describe.each(MCP_BINDINGS)('%s', (binding) => {
  test('lets a valid token through', async () => {
    const answer = await hostOf(binding).send({ headers: [['authorization', `Bearer ${await issuer.token()}`]] });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { subject: 'acc_ada' }]);
  });

  test('accepts no hostile token, and no bound token without its proof', async () => {
    const host = hostOf(binding);
    const before = host.reached();
    const bound = await issuer.token({ cnf: { jkt: 'a'.repeat(43) } });
    const faults: string[] = [];
    for (const { name, token, expected } of [
      ...tokens,
      { name: 'bound', token: bound, expected: [401, 'invalid_token'] as const },
    ]) {
      const { status, challenges } = await host.send({ headers: [['authorization', `Bearer ${token}`]] });
      const isRight = status === expected[0] && errorIn(challenges[0]) === expected[1];
      if (!isRight) faults.push(`${name}: ${status} ${challenges.join()}`);
    }
    expect(faults).toEqual([]);
    expect(host.reached()).toBe(before);
  });
});

/** The package reports what an API did: many reports in a request, again after a failure, and counted when they are dropped. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { LogEntry, Options } from '../../packages/resource-server/src/options.ts';
import { type ResourceServer, resourceServer } from '../../packages/resource-server/src/resource-server.ts';
import { runServer } from '../support/running-server.ts';
import { makeScene } from '../support/scene.ts';
import { until } from '../support/until.ts';
import { ask } from './asking.ts';
import { type Issuer, RESOURCE, startIssuer } from './issuer.ts';

type Sent = { readonly id: string; readonly time: number; readonly jti: string; readonly tool?: string };

const NOW = Math.floor(Date.now() / 1000);
const DONE = { tool: 'notes.add', outcome: 'done' } as const;

let issuer: Issuer;
const worlds: ResourceServer[] = [];
beforeAll(async () => {
  issuer = await startIssuer();
});
afterEach(async () => {
  for (const server of worlds.splice(0)) await server.close();
});
afterAll(() => issuer.close());

/** An API, and a server that answers its reports as `answer` says. */
const newWorld = (options: Partial<Options> = {}) => {
  const requests: (readonly Sent[])[] = [];
  const log: LogEntry[] = [];
  const time = { now: NOW };
  const behaviour = {
    answer: (reports: readonly Sent[]): Response =>
      Response.json({ results: reports.map(({ id }) => ({ id, status: 'recorded' })) }),
  };
  const server = resourceServer({
    issuer: issuer.url,
    resource: RESOURCE,
    introspection: { clientId: 'rs_1', clientSecret: 'secret' },
    reports: true,
    clock: () => time.now,
    log: (entry) => void log.push(entry),
    fetch: async (url, init) => {
      if (url.endsWith('/.well-known/authzen-configuration')) {
        return Response.json({ policy_decision_point: issuer.url, report_endpoint: `${issuer.url}/access/v1/reports` });
      }
      if (!url.endsWith('/access/v1/reports')) return fetch(url, init);
      expect(init.headers).toMatchObject({ authorization: `Basic ${btoa('rs_1:secret')}` });
      const { reports } = JSON.parse(String(init.body)) as { readonly reports: readonly Sent[] };
      requests.push(reports);
      return behaviour.answer(reports);
    },
    ...options,
  });
  worlds.push(server);
  const { reports } = server;
  if (!reports) throw new Error('no reports');
  return { server, reports, requests, log, time, behaviour };
};
const token = { jti: 'tok_1', txn: 'txn_1' };

describe('a report', () => {
  test('has the token, the transaction, the time and an id of its own, and waits for others', async () => {
    const { server, reports, requests } = newWorld();
    server.report(token, { ...DONE, resource: 'notes/1' });
    server.report(token, { route: 'GET /notes', outcome: 'failed', time: NOW - 5.5 });
    expect(requests).toEqual([]);
    await reports.flush();
    const id = expect.stringMatching(/^[\w-]{36}$/);
    expect(requests).toEqual([
      [
        { id, time: NOW, jti: 'tok_1', txn: 'txn_1', ...DONE, resource: 'notes/1' },
        { id, time: NOW - 6, jti: 'tok_1', txn: 'txn_1', route: 'GET /notes', outcome: 'failed' },
      ],
    ]);
    expect([reports.queued, reports.dropped]).toEqual([0, 0]);
  });

  test('is sent by itself after a while, and 500 at once', async () => {
    const { server, requests } = newWorld();
    server.report(token, DONE);
    await until(() => requests.length === 1, { what: 'a report' });
    for (let count = 0; count < 500; count += 1) server.report(token, DONE);
    await until(() => requests.length === 2, { what: '500 reports' });
    expect(requests[1]).toHaveLength(500);
  });

  test('comes from the access of a request, which a handler gets', async () => {
    const { server, reports, requests } = newWorld();
    const decision = await ask(server, await issuer.token(), {});
    if (!decision.granted) throw new Error('refused');
    const { access } = decision;
    access.report?.(DONE);
    await reports.flush();
    expect(requests[0]).toEqual([expect.objectContaining({ jti: access.jti, tool: 'notes.add' })]);
    expect(Object.keys(access)).not.toContain('report');
  });
});

describe('a failure', () => {
  test('of the server keeps the reports, with their ids, for the next try', async () => {
    const { server, reports, requests, behaviour, log } = newWorld();
    const { answer } = behaviour;
    server.report(token, DONE);
    for (const status of [503, 429, 401, 403]) {
      behaviour.answer = () => new Response('no', { status });
      await reports.flush();
    }
    expect([reports.queued, reports.dropped]).toEqual([1, 0]);
    behaviour.answer = answer;
    await reports.flush();
    expect(new Set(requests.flat().map(({ id }) => id)).size).toBe(1);
    expect([requests.length, reports.queued, reports.dropped]).toEqual([5, 0, 0]);
    expect(log.map(({ reason }) => reason)).toEqual(Array.from({ length: 4 }, () => 'reports_delayed'));
  });

  test('waits longer each time, up to a minute, and not at once', async () => {
    const waits: number[] = [];
    const timeout = jest.spyOn(globalThis, 'setTimeout');
    const { server, reports, behaviour } = newWorld();
    behaviour.answer = () => new Response('no', { status: 503 });
    server.report(token, DONE);
    for (let tries = 0; tries < 8; tries += 1) {
      timeout.mockClear();
      await reports.flush();
      waits.push(Math.max(...timeout.mock.calls.map(([, milliseconds = 0]) => milliseconds)));
    }
    timeout.mockRestore();
    expect(waits[0]).toBeGreaterThanOrEqual(1000);
    expect(waits.at(-1)).toBeGreaterThanOrEqual(30_000);
    expect(waits.at(-1)).toBeLessThanOrEqual(60_000);
  });

  test('that sending again would not mend drops the reports', async () => {
    for (const status of [400, 413]) {
      const { server, reports, behaviour } = newWorld();
      behaviour.answer = () => new Response('no', { status });
      server.report(token, DONE);
      await reports.flush();
      expect([reports.queued, reports.dropped]).toEqual([0, 1]);
    }
  });

  test('of single reports drops the refused ones, and keeps those that are being recorded', async () => {
    const { server, reports, behaviour, log } = newWorld();
    const statuses = ['recorded', 'known', 'counted', 'later', 'refused'];
    behaviour.answer = (sent) =>
      Response.json({
        results: sent.map(({ id }, at) => ({
          id,
          status: statuses[at],
          ...(at === 4 ? { reason: 'report_late' } : {}),
        })),
      });
    for (const tool of statuses) server.report(token, { ...DONE, tool });
    await reports.flush();
    expect([reports.queued, reports.dropped]).toEqual([1, 1]);
    expect(log).toContainEqual(expect.objectContaining({ event: 'report_dropped', detail: 'report_late' }));
  });

  test('an answer of another form keeps them', async () => {
    const { server, reports, behaviour } = newWorld();
    behaviour.answer = () => Response.json({ results: [] });
    server.report(token, DONE);
    await reports.flush();
    expect([reports.queued, reports.dropped]).toEqual([1, 0]);
  });
});

describe('bounds', () => {
  test('a full queue drops further reports, counts them, and no request fails', () => {
    const { server, reports, log } = newWorld({ reports: { mostQueued: 2 } });
    for (let count = 0; count < 5; count += 1) server.report(token, DONE);
    expect([reports.queued, reports.dropped]).toEqual([2, 3]);
    expect(log).toHaveLength(3);
  });

  test('a report that the server would refuse is dropped: too large, without a jti, more than a day old', async () => {
    const { server, reports, requests, time } = newWorld();
    server.report(token, { ...DONE, resource: 'x'.repeat(5000) });
    server.report(token, { ...DONE, resource: 5n as never });
    server.report({ jti: undefined, txn: undefined }, DONE);
    server.report(token, DONE);
    time.now += 86_401;
    await reports.flush();
    expect([requests.length, reports.queued, reports.dropped]).toEqual([0, 0, 4]);
  });

  test('a request has at most 500 reports and less than 1 MiB', async () => {
    const { server, reports, requests } = newWorld();
    for (let count = 0; count < 700; count += 1) server.report(token, { ...DONE, resource: 'é'.repeat(900) });
    await reports.flush();
    expect(requests.flat()).toHaveLength(700);
    for (const sent of requests) {
      expect(sent.length).toBeLessThanOrEqual(500);
      expect(Buffer.byteLength(JSON.stringify({ reports: sent }))).toBeLessThan(1_048_576);
    }
  });

  test('a queue of 200,000 reports, which an outage has filled, is sent as any other', async () => {
    const { server, reports, requests, behaviour } = newWorld({ reports: { mostQueued: 200_000, interval: 60 } });
    const answer = behaviour.answer;
    behaviour.answer = () => new Response('no', { status: 503 });
    for (let count = 0; count < 200_000; count += 1) server.report(token, DONE);
    await reports.flush();
    expect(reports.queued).toBe(200_000);
    const before = requests.length;
    behaviour.answer = (sent) => (requests.length === before + 1 ? answer(sent) : new Response('no', { status: 503 }));
    await reports.flush();
    expect([reports.queued, reports.dropped]).toEqual([199_500, 0]);
  });

  test('close sends what waits, drops what cannot be sent, and takes nothing more', async () => {
    const { server, reports, requests } = newWorld();
    server.report(token, DONE);
    await server.close();
    expect([requests.length, reports.queued, reports.dropped]).toEqual([1, 0, 0]);
    server.report(token, DONE);
    expect(reports.dropped).toBe(1);
    const other = newWorld();
    other.behaviour.answer = () => new Response('no', { status: 503 });
    other.server.report(token, DONE);
    await Promise.all([other.server.close(), other.server.close()]);
    expect([other.reports.queued, other.reports.dropped]).toEqual([0, 1]);
  });

  test('without the option there is nothing, and a wrong option is named', () => {
    const options = { issuer: issuer.url, resource: RESOURCE };
    const server = resourceServer(options);
    expect(server.reports).toBeUndefined();
    expect(() => server.report(token, DONE)).toThrow(TypeError);
    const introspection = { clientId: 'rs_1', clientSecret: 'secret' };
    expect(() => resourceServer({ ...options, reports: true })).toThrow('reports: set the option introspection');
    expect(() => resourceServer({ ...options, introspection, reports: { mostQueued: 0 } })).toThrow(
      'reports.mostQueued',
    );
    expect(() => resourceServer({ ...options, introspection, reports: { queue: 1 } as never })).toThrow(
      'reports.queue',
    );
  });
});

test('against a running server: each report is an event, once', async () => {
  const server = await runServer();
  try {
    const scene = await makeScene(server);
    const { id, identifier, credential } = scene.jwt;
    const path = `/resource-servers/${id}`;
    const etag = String((await scene.management.call('GET', path)).headers.get('etag'));
    await scene.management.call('PATCH', path, { permissions: ['reports:write'] }, { 'if-match': etag });
    if (credential.kind !== 'basic') throw new Error('no secret');
    const api = resourceServer({
      issuer: server.issuer,
      resource: identifier,
      introspection: { clientId: credential.clientId, clientSecret: credential.secret },
      reports: true,
    });
    const asked = { grant_type: 'client_credentials', resource: identifier, scope: 'read' };
    const { body } = await scene.calls.token(scene.keyed(scene.agent), asked);
    const access = await api.verifyBearer(String(body['access_token']));
    const tool = `notes.${randomUUID()}`;
    for (let count = 0; count < 3; count += 1) access.report?.({ tool, outcome: 'done' });
    await api.close();
    expect([api.reports?.queued, api.reports?.dropped]).toEqual([0, 0]);
    const events = await server.events('report.stated');
    expect(events.map(({ inputs, token: of }) => [inputs?.['tool'], of?.id])).toEqual(
      Array.from({ length: 3 }, () => [tool, access.jti]),
    );
  } finally {
    await server.close();
  }
});

/** Audit events go to other systems: over https to real receivers, and into files. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { AuditEventType } from '../../src/domain/audit/audit-event.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { attributeOf, otlpReceiver, placeOf } from '../support/otlp-receiver.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { until } from '../support/until.ts';
import { isAccepted, webhookReceiver } from '../support/webhook-receiver.ts';

type Shown = {
  readonly id: string;
  readonly secret?: string;
  readonly file?: string;
  readonly backlog: number;
  readonly delivered: number;
  readonly left_out: number;
  readonly state: string;
  readonly failing_since?: number;
  readonly last_failure?: string;
  readonly last_failure_status?: number;
};
type Native = {
  readonly id: string;
  readonly stream: string;
  readonly sequence: number;
  readonly event: { readonly type: string };
};

let authority: LocalAuthority;
let collector: Awaited<ReturnType<typeof otlpReceiver>>;
let hooks: Awaited<ReturnType<typeof webhookReceiver>>;
let server: RunningServer;
let management: Management;
let usual: (typeof collector)['answering']['request'];

beforeAll(async () => {
  authority = await localAuthority();
  collector = await otlpReceiver(authority);
  hooks = await webhookReceiver(authority);
  usual = collector.answering.request;
  server = await runServer({
    stores: 'sqlite',
    environment: {
      ...internalHosts({ auditSinks: `${collector.host},${hooks.host}` }),
      BEHALF_EGRESS_CA_FILE: authority.caFile,
    },
  });
  management = await managementFromKeyFile(server.administratorKeyFile);
});
afterEach(async () => {
  collector.answering.request = usual;
  for (const { id } of (await done('GET', '/audit-sinks'))['items'] as unknown as readonly Shown[])
    await done('DELETE', `/audit-sinks/${id}`);
  collector.records.length = 0;
  collector.requests.length = 0;
});
afterAll(async () => {
  await server?.close();
  await authority?.remove();
});

const call = (method: string, path: string, body?: unknown): Promise<Answer> => management.call(method, path, body);
const done = async (method: string, path: string, body?: unknown): Promise<Answer['body']> => {
  const answer = await call(method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.body;
};
const newSink = async (given: object): Promise<Shown> =>
  (await done('POST', '/audit-sinks', { name: 'Sink', ...given })) as unknown as Shown;
const shown = async (id: string): Promise<Shown> => (await done('GET', `/audit-sinks/${id}`)) as unknown as Shown;
const lastEvent = async (type: AuditEventType) => (await server.events(type)).at(-1);
let people = 0;
/** Records events: `account.created` names the account. */
const newAccount = async (): Promise<string> => {
  people += 1;
  return String((await done('POST', '/accounts', { username: `person${people}`, name: 'A person' }))['id']);
};
/** The event of its creation, as often as the collector took it. */
const collected = (account: string) =>
  collector.records.filter(
    (record) => record.eventName === 'behalf.account.created' && JSON.stringify(record.body).includes(account),
  );

describe('an OTLP sink', () => {
  test('receives each event once and in order, with the attributes of the conventions, and its backlog is empty', async () => {
    const { id } = await newSink({ kind: 'otlp', address: collector.url, authorization: 'Bearer collector' });
    const made: string[] = [];
    for (let count = 0; count < 5; count += 1) made.push(await newAccount());
    await until(() => collected(made.at(-1) ?? '').length > 0);
    await until(async () => (await shown(id)).backlog === 0);

    expect(collector.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer collector',
      'content-type': 'application/json',
    });
    const created = collector.records.filter(({ eventName }) => eventName === 'behalf.account.created');
    expect(created.map((record) => JSON.stringify(record.body).match(/acc_\w+/)?.[0])).toEqual(made);
    const places = collector.records.map(placeOf);
    for (const stream of new Set(places.map(([name]) => name))) {
      const sequences = places.filter(([name]) => name === stream).map(([, sequence]) => sequence);
      expect(sequences).toEqual(sequences.map((_, at) => Number(sequences[0]) + at));
    }
    expect(attributeOf(created[0] as never, 'behalf.caller')).toMatch(/^app_/);
    expect(created[0]).toMatchObject({ severityText: 'INFO' });
    expect(await lastEvent('audit_sink.created')).toMatchObject({
      outcome: 'done',
      target: { kind: 'audit sink', id },
    });
  });

  test('is tried again after a failure, delays no request, and then receives everything', async () => {
    collector.answering.request = (_given, response) => {
      response.writeHead(503, { 'retry-after': '1' }).end();
      return false;
    };
    const { id } = await newSink({ kind: 'otlp', address: collector.url });
    const account = await newAccount();
    await until(async () => (await shown(id)).failing_since !== undefined);
    expect(await shown(id)).toMatchObject({ last_failure: 'status_not_ok', last_failure_status: 503, delivered: 0 });
    expect((await done('GET', '/server'))['audit_sinks']).toMatchObject([{ id, backlog: expect.any(Number) }]);

    collector.answering.request = usual;
    await done('POST', `/audit-sinks/${id}/resume`);
    await until(() => collected(account).length > 0);
    await until(async () => (await shown(id)).failing_since === undefined);
    expect(collected(account)).toHaveLength(1);
  });

  test('that refuses one event gets the others before it, names the failure, and goes on after an administrator skips it', async () => {
    const { id } = await newSink({ kind: 'otlp', address: collector.url });
    let refused = '';
    collector.answering.request = (given, response) => {
      const poison = given.find(({ eventName }) => eventName === 'behalf.account.disabled');
      if (poison === undefined) return usual(given, response);
      refused = attributeOf(poison, 'log.record.uid') ?? '';
      response.writeHead(400).end();
      return false;
    };
    const before = await newAccount();
    await done('POST', `/accounts/${before}/disable`);
    const after = await newAccount();
    await until(async () => (await shown(id)).last_failure_status === 400, { what: 'the refusal of one record' });
    expect(collected(before)).not.toEqual([]);
    expect(collected(after)).toEqual([]);

    expect(await shown(id)).toMatchObject({ refused_event: refused });
    const other = await call('POST', `/audit-sinks/${id}/skip`, { event: `${refused}0` });
    expect([other.status, other.body]).toMatchObject([
      409,
      { type: 'urn:behalf:problem:conflict', detail: expect.stringContaining(refused) },
    ]);
    expect(await shown(id)).toMatchObject({ left_out: 0 });
    expect(await done('POST', `/audit-sinks/${id}/skip`, { event: refused })).toEqual({ event: refused });
    await until(() => collected(after).length > 0);
    expect(await lastEvent('audit_sink.skipped')).toMatchObject({ target: { id }, inputs: { record: refused } });
    expect(await shown(id)).toMatchObject({ left_out: 1 });
    const again = await call('POST', `/audit-sinks/${id}/skip`, { event: refused });
    expect([again.status, again.body]).toMatchObject([409, { type: 'urn:behalf:problem:conflict' }]);
  });

  test('counts records that the receiver rejected in a request it acknowledged (OTLP partial success)', async () => {
    collector.answering.request = (_given, response) => {
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"partialSuccess":{"rejectedLogRecords":"1","errorMessage":"no"}}');
      return true;
    };
    const { id } = await newSink({ kind: 'otlp', address: collector.url });
    await newAccount();
    await until(async () => (await shown(id)).left_out > 0);
  });

  test('receives nothing while it is paused, and from the same place afterwards', async () => {
    const { id } = await newSink({ kind: 'otlp', address: collector.url });
    await until(async () => (await shown(id)).backlog === 0);
    expect(await done('POST', `/audit-sinks/${id}/pause`)).toMatchObject({ state: 'paused' });
    const account = await newAccount();
    expect((await shown(id)).backlog).toBeGreaterThan(0);
    expect(collected(account)).toEqual([]);
    await done('POST', `/audit-sinks/${id}/resume`);
    await until(() => collected(account).length > 0);
  });
});

describe('a webhook sink', () => {
  test('receives signed requests with events as the API shows them, and no personal value', async () => {
    const { id, secret } = await newSink({ kind: 'webhook', address: hooks.url });
    const account = await newAccount();
    const [message] = await hooks.arrived(({ body }) => body.includes(account));
    if (!message) throw new Error('no message');
    expect(isAccepted(message, String(secret))).toBe(true);
    expect(message.message).toMatchObject({ type: 'audit.events', data: { sink: id, format: 'event' } });
    const events = message.message.data['events'] as readonly Native[];
    const [entry] = events.filter(({ event }) => event.type === 'account.created');
    const { personal: _, ...event } = (await done('GET', `/audit/events/${entry?.id}`))['event'] as Record<
      string,
      unknown
    >;
    expect(entry?.event).toEqual(event);
    expect(message.body).not.toContain('"personal":{');
  });

  test('signs with a new secret after a rotation, and other kinds have none', async () => {
    const { id, secret } = await newSink({ kind: 'webhook', address: hooks.url, format: 'ocsf' });
    const changed = (await done('POST', `/audit-sinks/${id}/rotate-secret`)) as unknown as Shown;
    expect(changed.secret).not.toBe(secret);
    const account = await newAccount();
    const [message] = await hooks.arrived(({ body }) => body.includes(account));
    expect([
      isAccepted(message as never, String(changed.secret)),
      isAccepted(message as never, String(secret)),
    ]).toEqual([true, false]);
    const { id: other } = await newSink({ kind: 'otlp', address: collector.url });
    expect((await call('POST', `/audit-sinks/${other}/rotate-secret`)).status).toBe(409);
  });
});

describe('a file', () => {
  test('holds all events from the beginning, one on each line, and is readable by the server alone', async () => {
    const { id, file = '' } = await newSink({ kind: 'file', from: 'beginning', is_personal: true });
    const account = await newAccount();
    await until(async () => (await readFile(file, 'utf8').catch(() => '')).includes(account));
    await until(async () => (await shown(id)).backlog === 0);
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const records = lines.map((line) => JSON.parse(line) as Native);
    const [node] = records.filter(({ event }) => event.type === 'node.started');
    expect(node?.sequence).toBe(1);
    const own = records.filter(({ stream }) => stream === node?.stream).map(({ sequence }) => sequence);
    expect(own).toEqual(own.map((_, at) => at + 1));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(lines.some((line) => line.includes('"source"'))).toBe(true);
  });
});

describe('refuses', () => {
  test.each([
    ['an address that is not https', { kind: 'otlp', address: 'http://collector.example.com/v1/logs' }, '/address'],
    ['an internal host that no setting names', { kind: 'webhook', address: 'https://127.0.0.1/x' }, '/address'],
    [
      'a syslog server at a port that no setting names',
      { kind: 'syslog', address: 'logs.example.com:6514' },
      '/address',
    ],
    ['a syslog address with a path', { kind: 'syslog', address: 'logs.example.com:443/x' }, '/address'],
    ['a missing address', { kind: 'otlp' }, '/address'],
    ['a path for a file', { kind: 'file', address: '/etc/passwd' }, '/address'],
    [
      'a format that the kind does not have',
      { kind: 'webhook', address: 'https://a.example.com/', format: 'cef' },
      '/format',
    ],
    [
      'a credential for a webhook',
      { kind: 'webhook', address: 'https://a.example.com/', authorization: 'x' },
      '/authorization',
    ],
  ])('%s', async (_name, given, field) => {
    const answer = await call('POST', '/audit-sinks', { name: 'Sink', ...given });
    expect([answer.status, answer.body]).toMatchObject([400, { errors: [{ pointer: field }] }]);
    expect(((await done('GET', '/audit-sinks'))['items'] as readonly unknown[]).length).toBe(0);
  });

  test('an operator, who is not an administrator', async () => {
    const operator = await managementFromKeyFile(join(server.dataFolder, 'operator.json'));
    const answer = await operator.call('POST', '/audit-sinks', { name: 'Sink', kind: 'file' });
    expect(answer.status).toBe(403);
    expect(await lastEvent('management.refused')).toMatchObject({ outcome: 'refused', note: 'createAuditSink' });
  });
});

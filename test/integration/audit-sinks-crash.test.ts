/** A server that is killed while it delivers audit events: nothing is lost, and the order stays. Also a real syslog server. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { otlpReceiver, placeOf } from '../support/otlp-receiver.ts';
import { hasRsyslog, rsyslog } from '../support/rsyslog.ts';
import { WITHOUT_LIMITS } from '../support/scene.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { until } from '../support/until.ts';

type Shown = { readonly id: string; readonly file?: string; readonly backlog: number; readonly failing_since?: number };

// Starts of a server, on a machine that others work on.
jest.setTimeout(150_000);

const hasSyslog = hasRsyslog();
let authority: LocalAuthority;
let collector: Awaited<ReturnType<typeof otlpReceiver>>;
let syslog: Awaited<ReturnType<typeof rsyslog>> | undefined;
let server: ServerProcess;
let management: Management;

beforeAll(async () => {
  authority = await localAuthority();
  collector = await otlpReceiver(authority);
  syslog = hasSyslog ? await rsyslog(authority) : undefined;
  server = await startServer({
    environment: {
      ...internalHosts({ auditSinks: [collector.host, syslog?.address].filter(Boolean).join(',') }),
      BEHALF_EGRESS_CA_FILE: authority.caFile,
      ...WITHOUT_LIMITS,
    },
  });
  management = await managementFromKeyFile(server.administratorKeyFile);
});
afterAll(async () => {
  await server?.remove();
  await syslog?.close();
  await authority?.remove();
});

const done = async (method: string, path: string, body?: unknown) => {
  const answer = await management.call(method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.body;
};
const newSink = async (given: object): Promise<Shown> =>
  (await done('POST', '/audit-sinks', { name: 'Sink', ...given })) as unknown as Shown;
const shown = async (id: string): Promise<Shown> => (await done('GET', `/audit-sinks/${id}`)) as unknown as Shown;
let people = 0;
const newAccount = async (): Promise<string> => {
  people += 1;
  return String((await done('POST', '/accounts', { username: `person${people}`, name: 'A person' }))['id']);
};

/** First arrivals of a stream are 1, 2, 3 …, with repeats in between. */
const expectWhole = (places: readonly (readonly [string, number])[]): void => {
  for (const stream of new Set(places.map(([name]) => name))) {
    const sequences = places.filter(([name]) => name === stream).map(([, sequence]) => sequence);
    const first = [...new Set(sequences)];
    expect([stream, first]).toEqual([stream, first.map((_, at) => at + 1)]);
    // What is sent again begins at the cursor: no arrival jumps ahead.
    let highest = 0;
    for (const sequence of sequences) {
      expect(sequence).toBeLessThanOrEqual(highest + 1);
      highest = Math.max(highest, sequence);
    }
  }
};

test('a kill -9 between acknowledgement and cursor loses no event of any sink and keeps the order', async () => {
  const { id } = await newSink({ kind: 'otlp', address: collector.url, from: 'beginning' });
  const { id: fileSink, file = '' } = await newSink({ kind: 'file', from: 'beginning' });
  for (let round = 0; round < 2; round += 1) {
    for (let count = 0; count < 3; count += 1) await newAccount();
    let isKilled: Promise<unknown> | undefined;
    const usual = collector.answering.request;
    // The collector has the records; the server is gone before it can store that.
    collector.answering.request = (given, response) => {
      isKilled ??= server.kill();
      return usual(given, response);
    };
    await newAccount().catch(() => undefined);
    await until(() => isKilled !== undefined, { what: 'a request to the collector' });
    await isKilled;
    collector.answering.request = usual;
    await server.restart();
  }
  const last = await newAccount();
  await until(() => collector.records.some(({ body }) => JSON.stringify(body).includes(last)), {
    what: 'the last event',
  });
  await until(async () => (await shown(fileSink)).backlog === 0 && (await shown(id)).backlog === 0);
  expectWhole(collector.records.map(placeOf));
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  const records = lines.map(
    (line) => JSON.parse(line) as { readonly id: string; readonly stream: string; readonly sequence: number },
  );
  expectWhole(records.map(({ stream, sequence }) => [stream, sequence] as const));
});

(hasSyslog ? test : test.skip)(
  'rsyslog receives CEF over TLS, and after an outage all events in their order',
  async () => {
    if (!syslog) return;
    const { id } = await newSink({ kind: 'syslog', address: syslog.address });
    const before = await newAccount();
    await until(async () => (await syslog?.received())?.some((line) => line.includes(before)) === true, {
      what: 'CEF',
    });
    await syslog.stop();
    const during = [await newAccount(), await newAccount()];
    await until(async () => (await shown(id)).failing_since !== undefined, { what: 'the failure' });
    await syslog.start();
    await done('POST', `/audit-sinks/${id}/resume`);
    await until(async () => (await shown(id)).backlog === 0 && (await shown(id)).failing_since === undefined);
    const lines = await syslog.received();
    const created = lines.filter((line) => line.includes(' account.created '));
    expect(created.map((line) => /flexString1=account (acc_\w+)/.exec(line)?.[1])).toEqual([before, ...during]);
    expect(created[0]).toMatch(
      /^110 \d{4}-\d\d-\d\dT\S+ localhost behalf account\.created CEF:0\|Behalf\|Behalf\|[\d.]+\|account\.created\|An account was created\|3\|rt=\d{13} externalId=nod_\w+:\d{16} /,
    );
    const sequences = lines.flatMap((line) => {
      const [, stream, sequence] = /deviceExternalId=(nod_\w+) .*?cn1=(\d+)/.exec(line) ?? [];
      return stream === undefined ? [] : [Number(sequence)];
    });
    expect(sequences).toEqual(sequences.map((_, at) => Number(sequences[0]) + at));
  },
);

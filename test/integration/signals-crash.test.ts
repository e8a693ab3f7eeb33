/** A server that is killed while it pushes security events: none is lost, and a repetition has the same `jti`. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { WITHOUT_LIMITS } from '../support/scene.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import {
  makeSignalReceiver,
  PUSH,
  pushEndpoint,
  RISC,
  type SignalReceiverUnderTest,
} from '../support/signal-receiver.ts';
import { until } from '../support/until.ts';

// Starts of a server, on a machine that others work on.
jest.setTimeout(150_000);

let authority: LocalAuthority;
let endpoint: Awaited<ReturnType<typeof pushEndpoint>>;
let server: ServerProcess;
let management: Management;
let receiver: SignalReceiverUnderTest;

beforeAll(async () => {
  authority = await localAuthority();
  endpoint = await pushEndpoint(authority);
  server = await startServer({
    environment: {
      ...internalHosts({ signalReceivers: endpoint.host }),
      BEHALF_EGRESS_CA_FILE: authority.caFile,
      ...WITHOUT_LIMITS,
    },
  });
  management = await managementFromKeyFile(server.administratorKeyFile);
  receiver = await makeSignalReceiver({ issuer: server.issuer, management }, { name: 'Mail', subjects: ['*'] });
});
afterAll(async () => {
  await server?.remove();
  await authority?.remove();
});

const done = async (method: string, path: string, body?: unknown) => {
  const answer = await management.call(method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.body;
};
let people = 0;
const newAccount = async (): Promise<string> => {
  people += 1;
  return String((await done('POST', '/accounts', { username: `person${people}`, name: 'Ada' }))['id']);
};
const sets = () => Promise.all(endpoint.received.map(({ body }) => receiver.verified(body)));
const subjects = async () => (await sets()).map(({ sub_id }) => sub_id['sub']);

test('WH-01 a kill -9 between acknowledgement and cursor loses no event, and repeats have the same jti', async () => {
  await receiver.stream({
    events_requested: [`${RISC}account-disabled`],
    delivery: { method: PUSH, endpoint_url: endpoint.url },
  });
  await endpoint.count(1);
  const expected: string[] = [];
  for (let round = 0; round < 2; round += 1) {
    const accounts = [await newAccount(), await newAccount(), await newAccount()];
    let isKilled: Promise<unknown> | undefined;
    // The receiver has the event; the server is gone before it can store that.
    endpoint.answering.push = (_, response) => {
      isKilled ??= server.kill();
      response.writeHead(202).end();
    };
    for (const account of accounts) {
      const answer = await management.call('POST', `/accounts/${account}/disable`).catch(() => undefined);
      if (answer?.status === 200) expected.push(account);
    }
    await until(() => isKilled !== undefined, { what: 'a pushed event' });
    await isKilled;
    endpoint.accept();
    await server.restart();
  }
  await until(
    async () => {
      // Repeats are allowed: each account counts once.
      const heard = new Set((await subjects()).map(String));
      return expected.every((account) => heard.has(account));
    },
    {
      what: 'every event of an answered call',
    },
  );
  const all = await sets();
  for (const account of expected) {
    const ids = new Set(all.filter(({ sub_id }) => sub_id['sub'] === account).map(({ jti }) => jti));
    expect([account, ids.size]).toEqual([account, 1]);
  }
  expect(expected.length).toBeGreaterThan(0);
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runCli } from '../../src/cli/main.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { until } from '../support/until.ts';
import { isAccepted, webhookReceiver } from '../support/webhook-receiver.ts';

let authority: LocalAuthority;
let receiver: Awaited<ReturnType<typeof webhookReceiver>>;
let server: RunningServer;

beforeAll(async () => {
  authority = await localAuthority();
  receiver = await webhookReceiver(authority);
  server = await runServer({
    stores: 'sqlite',
    environment: { ...internalHosts({ webhooks: receiver.host }), BEHALF_EGRESS_CA_FILE: authority.caFile },
  });
});
afterAll(async () => {
  await server?.close();
  await authority?.remove();
});

const behalf = async (...argv: readonly string[]) => {
  const [out, err]: [string[], string[]] = [[], []];
  const terminal = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
  const code = await runCli(['webhooks', ...argv], terminal, { BEHALF_DATA: server.dataFolder });
  return { code, out: out.join(''), err: err.join('') };
};

test('the command line sets up an endpoint as the guide says, and finds what did not get there', async () => {
  const created = await behalf(
    'create',
    receiver.url,
    '--kind',
    'agent.suspended',
    '--kind',
    'account.disabled',
    '--json',
  );
  expect(created).toMatchObject({ code: 0, err: '' });
  const { id, secret } = JSON.parse(created.out) as { readonly id: string; readonly secret: string };
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect((await behalf('list')).out).toMatch(new RegExp(`${id} +unproven`));
  expect((await behalf('test', id)).code).toBe(1);
  expect((await behalf('verify', id)).out).toContain('is active');
  expect(await behalf('test', id)).toMatchObject({ code: 0, out: 'It got there.\n' });
  const [tested] = receiver.received.filter(({ message }) => message.type === 'webhook.test');
  expect(tested && isAccepted(tested, secret)).toBe(true);

  const rotated = await behalf('rotate', id);
  expect(rotated.out).toContain('shown once');
  expect(rotated.out).toContain('former secret signs until');
  expect((await behalf('show', id)).out).not.toContain('whsec_');
  expect((await behalf('update', id, '--kind', 'account.disabled')).out).toContain('kinds');

  receiver.answering.message = (response) => void response.writeHead(410).end();
  expect(await behalf('test', id)).toMatchObject({ code: 1, out: 'It did not get there: status_not_ok.\n' });
  expect((await behalf('dead-letters')).err).toContain('Nothing was given up');
  const { accounts } = server.behalf.services;
  const { document } = await accounts.create({ username: 'ada', name: 'Ada' }, { caller: 'system' });
  await accounts.disable(document.id, { caller: 'system' });
  let letters = await behalf('dead-letters', '--json');
  while (letters.out === '[]\n') letters = await behalf('dead-letters', '--json');
  const [letter] = JSON.parse(letters.out) as readonly { readonly id: string; readonly failure: string }[];
  expect(letter).toMatchObject({ failure: 'gone', to: id, kind: 'account.disabled' });
  // The endpoint is stopped after its message was given up.
  const stopped = new RegExp(`${id} +stopped`);
  await until(async () => stopped.test((await behalf('list')).out), { what: 'the stop' });

  receiver.answering.message = (response) => void response.writeHead(204).end();
  expect((await behalf('verify', id)).code).toBe(0);
  expect((await behalf('retry', String(letter?.id))).out).toContain('is sent again');
  const [again] = await receiver.arrived(({ headers }) => headers['webhook-id'] === letter?.id, 2);
  expect(again?.message.data).toMatchObject({ account: document.id });
  expect((await behalf('retry', 'msg_none')).code).toBe(1);
  expect((await behalf('retry')).code).toBe(2);
  expect((await behalf('retry', '--all', '--to', `whk_${'a'.repeat(26)}`)).out).toContain('0 sent again.');
  expect((await behalf('stop', id)).out).toContain('is stopped');
  expect((await behalf('delete', id, '--yes')).out).toContain('is removed');
  expect((await behalf('show', id)).code).toBe(1);
  expect((await behalf('create', 'https://127.0.0.1/x', '--kind', 'agent.suspended')).err).toContain('public host');
  expect((await behalf('create', receiver.url, '--kind', 'no.such')).code).not.toBe(0);
});

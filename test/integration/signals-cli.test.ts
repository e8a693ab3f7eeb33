/** The commands about receivers of security events and their streams, as the guide has them. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cliHere } from '../support/in-process-cli.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeSignalReceiver } from '../support/signal-receiver.ts';

let server: RunningServer;
let management: Management;

beforeAll(async () => {
  server = await runServer();
  management = await managementFromKeyFile(server.administratorKeyFile);
});
afterAll(async () => {
  await server?.close();
});

const behalf = (...argv: readonly string[]) => cliHere(argv, { BEHALF_DATA: server.dataFolder });

test('an administrator admits a receiver, and sees, verifies, pauses, resumes and deletes its stream', async () => {
  const receiver = await makeSignalReceiver({ issuer: server.issuer, management }, { name: 'Mail', subjects: ['*'] });
  expect((await behalf('signal-receivers', 'list')).out).toMatch(new RegExp(`${receiver.id} +active .*Mail`));
  expect((await behalf('signal-receivers', 'streams', 'Mail')).out).toBe('The receiver has no stream.\n');
  const id = await receiver.stream();
  expect((await behalf('signal-receivers', 'streams', 'Mail')).out).toMatch(new RegExp(`${id} +enabled +poll +0`));
  expect(await behalf('signal-streams', 'verify', id)).toMatchObject({
    code: 0,
    out: expect.stringContaining('waiting'),
  });
  expect((await receiver.poll(id)).sets).toHaveLength(1);
  const paused = await behalf('signal-streams', 'pause', id, '--reason', 'Upgrade');
  expect(paused).toMatchObject({ code: 0, out: expect.stringContaining('paused') });
  expect((await receiver.call('GET', `/status?stream_id=${id}`)).body).toMatchObject({ reason: 'Upgrade' });
  expect((await behalf('signal-streams', 'resume', id)).out).toContain('enabled');
  expect((await behalf('signal-streams', 'show', id)).out).toContain(receiver.id);
  expect((await behalf('signal-streams', 'delete', id, '--local', '--yes')).code).toBe(0);
  expect((await behalf('signal-streams', 'show', id)).code).not.toBe(0);
});

test('a receiver is created, changed, disabled and enabled by its name', async () => {
  const client = await management.createClient({ name: 'Gateway client', grant_types: ['client_credentials'] });
  const made = await behalf(
    ...['signal-receivers', 'create', '--local', '--name', 'Gateway', '--client', client.id],
    ...['--event', 'session_revoked', '--event', 'agent_killed', '--personal', 'no', '--json'],
  );
  expect(made).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(made.out)).toMatchObject({ events: ['session_revoked', 'agent_killed'], subjects: [] });
  const changed = await behalf('signal-receivers', 'update', 'Gateway', '--local', '--subject', '*', '--json');
  expect(JSON.parse(changed.out)).toMatchObject({ subjects: ['*'] });
  expect((await behalf('signal-receivers', 'disable', 'Gateway', '--local')).out).toContain('disabled');
  expect((await behalf('signal-receivers', 'enable', 'Gateway', '--local')).out).toContain('active');
  const named = await behalf('signal-receivers', 'update', 'Gateway', '--local', '--subject', 'admin', '--json');
  expect(JSON.parse(named.out)).toMatchObject({ subjects: [expect.stringMatching(/^acc_/)] });
  const wrong = await behalf('signal-receivers', 'update', 'Gateway', '--local', '--personal', 'maybe');
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('is not yes or no')]);
});

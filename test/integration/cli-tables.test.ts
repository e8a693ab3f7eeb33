/** Tables and details of commands for people: names, amounts and payees, times. JSON and CSV keep ids and exact times. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCli } from '../../src/cli/main.ts';
import type { Detail } from '../../src/domain/vocabulary/detail-type.ts';
import { type ApprovalScene, approvalScene, PAYMENTS } from '../support/approval-scene.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

let server: RunningServer;
let scene: ApprovalScene;
let person: { readonly id: string };
let approval: { readonly id: string; readonly digest: string };

const PAYMENT: Detail = {
  type: 'payment_initiation',
  amount: 1_218_500,
  currency: 'EUR',
  creditor: { name: 'Acme GmbH', account: 'DE89370400440532013000' },
};

beforeAll(async () => {
  server = await runServer();
  scene = await approvalScene(server);
  person = await scene.newPerson('payer');
  const action = { resource: PAYMENTS, scope: ['pay'], details: [PAYMENT], message: 'Invoice \u001b[2J42' };
  approval = await scene.ask(person.id, { risk: 'high', action });
});
afterAll(() => server?.close());

const behalf = async (argv: readonly string[], on: object = {}) => {
  const written = { out: '', err: '' };
  const out = (text: string): void => {
    written.out += text;
  };
  const err = (text: string): void => {
    written.err += text;
  };
  const code = await runCli(argv, { out, err, ...on }, { BEHALF_DATA: server.dataFolder });
  return { code, ...written };
};
const ESCAPE = '\u001b';
const COLOR = new RegExp(`${ESCAPE}\\[[\\d;]*m`, 'g');
const TERMINAL = { columns: 160, hasColors: true };

describe('a list', () => {
  test('shows amount and payee, and names in place of ids', async () => {
    const { out } = await behalf(['approvals', 'list', '--agent', 'Secretary']);
    expect(out).toMatch(
      /pending +high +Pay up to EUR 12,185\.00 to account DE89 3704 0044 0532 0130 00 of Acme GmbH +Secretary +payer +20\d\d-.*Z +Payments\n/,
    );
    expect(out).not.toContain(ESCAPE);
  });

  test('has relative times and colors on a terminal, and exact times with --utc', async () => {
    const { out } = await behalf(['approvals', 'list'], TERMINAL);
    expect(out).toMatch(/ (?:now|\d+ s ago) /);
    expect(out).toContain(`${ESCAPE}[33mpending${ESCAPE}[0m`);
    expect(out).toContain(`${ESCAPE}[31mhigh${ESCAPE}[0m`);
    for (const line of out.replaceAll(COLOR, '').trimEnd().split('\n')) {
      expect(line.length).toBeLessThanOrEqual(TERMINAL.columns);
    }
    expect((await behalf(['approvals', 'list', '--utc'], TERMINAL)).out).toMatch(/ 20\d\d-\d\d-\d\d \d\d:\d\d:\d\dZ /);
  });

  test('keeps ids with --ids, in JSON and in CSV', async () => {
    expect((await behalf(['approvals', 'list', '--ids'])).out).toContain(scene.agent.clientId);
    const [row] = JSON.parse((await behalf(['approvals', 'list', '--json'], TERMINAL)).out);
    expect(row).toMatchObject({ id: approval.id, agent: scene.agent.clientId, subject: person.id, details: [PAYMENT] });
    expect(row).not.toHaveProperty('action');
    const csv = (await behalf(['approvals', 'list', '--csv'], TERMINAL)).out;
    expect(csv).toContain(`"${scene.agent.clientId}","${person.id}","20`);
    expect(csv).not.toContain(ESCAPE);
  });
});

test('approvals show begins with what is approved, and has names beside ids', async () => {
  const { code, out } = await behalf(['approvals', 'show', approval.id]);
  expect(code).toBe(0);
  const lines = out.split('\n');
  expect(lines[0]).toBe('pending  high risk');
  expect(lines[2]).toMatch(/^action +Pay up to EUR 12,185\.00 to account DE89 .* of Acme GmbH$/);
  expect(out).toMatch(new RegExp(`\nagent +Secretary \\(${scene.agent.clientId}\\)\n`));
  expect(out).toMatch(new RegExp(`\non behalf of +payer \\(${person.id}\\)\n`));
  expect(out).toMatch(/\napprovals +0 of 1\n/);
  expect(out).toContain('Invoice \\u{1b}[2J42');
  expect(out).toContain(approval.digest);
  expect((await behalf(['approvals', 'show', approval.id], TERMINAL)).out).toMatch(
    /decide until .*Z \(in \d+ (?:min|s)\)/,
  );
  expect((await behalf(['approvals', 'show', 'apv_none'])).code).toBe(1);
});

test('show prints names beside ids, and create prints times as show does', async () => {
  expect((await behalf(['agents', 'show', 'Secretary'])).out).toMatch(/\nowner +ada \(acc_[a-z2-7]{26}\)\n/);
  const budget = ['budgets', 'create', 'Few', '--about', 'agent', '--subject', scene.agent.clientId];
  const key = ['--key-file', server.administratorKeyFile];
  const { out } = await behalf([...budget, '--limit', '3', '--window', '24h', ...key]);
  expect(out).toMatch(/created_at +20\d\d-\d\d-\d\d \d\d:\d\d:\d\dZ\n/);
});

describe('audit list --actor', () => {
  test('takes the name of an account, an agent or a client', async () => {
    const { out } = await behalf(['audit', 'list', '--actor', 'Secretary', '--since', 'today', '--json']);
    const events = JSON.parse(out) as readonly { readonly event: { readonly caller: string } }[];
    expect(events.length).toBeGreaterThan(0);
    expect(new Set(events.map(({ event }) => event.caller))).toEqual(new Set([scene.agent.clientId]));
    for (const name of ['payer', 'Management administrator', person.id]) {
      expect((await behalf(['audit', 'list', '--actor', name])).code).toBe(0);
    }
  });

  test('refuses a name that nothing has, and one that an agent and an account have', async () => {
    expect(await behalf(['audit', 'list', '--actor', 'Nowhere'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is no account, agent or client with the id or name Nowhere.'),
    });
    const account = await scene.newPerson('secretary');
    const { code, err } = await behalf(['audit', 'list', '--actor', 'Secretary']);
    expect([code, err]).toEqual([1, expect.stringContaining('Several have the name Secretary')]);
    expect(err).toContain(account.id);
    expect(err).toContain(scene.agent.clientId);
  });
});

describe('--watch', () => {
  test('prints the list again until the user interrupts, and sees what is new', async () => {
    const rounds: boolean[] = [false, true];
    const pause = async (seconds: number): Promise<boolean> => {
      expect(seconds).toBe(2);
      if (rounds.length === 2) await scene.ask(person.id, { action: { scope: ['write'] } });
      return rounds.shift() === true;
    };
    const argv = ['approvals', 'list', '--subject', 'payer', '--watch', '--interval', '2'];
    const { code, out, err } = await behalf(argv, { columns: 120, rows: 20, pause });
    expect(code).toBe(0);
    const [, first = '', second = '', ...more] = out.split(`${ESCAPE}[H${ESCAPE}[J`);
    expect([first.includes('write'), second.includes('write'), more]).toEqual([false, true, []]);
    expect(err).toBe('Every 2 s. Ctrl-C ends.Every 2 s. Ctrl-C ends.\n');
  });

  test('shows no more lines than the terminal has', async () => {
    const { out } = await behalf(['audit', 'list', '--watch'], { columns: 80, rows: 6, pause: async () => true });
    expect(out.trimEnd().split('\n')).toHaveLength(4);
  });

  test('needs a terminal, and a bounded interval', async () => {
    expect(await behalf(['agents', 'list', '--watch'])).toMatchObject({ code: 2, out: '' });
    const on = { columns: 80, pause: async () => true };
    expect((await behalf(['agents', 'list', '--watch', '--json'], on)).code).toBe(2);
    expect((await behalf(['agents', 'list', '--watch', '--interval', '1'], on)).code).toBe(2);
  });
});

/** A policy set that permits no user anything here, and the way back. */
import { describe, expect, test } from '@jest/globals';
import { runCli } from '../../src/cli/main.ts';
import { newBrowser } from '../support/browser-flow.ts';
import { managementFromKeyFile } from '../support/management.ts';
import { runServer } from '../support/running-server.ts';
import { finishOnOurPages } from '../support/scene.ts';

describe('an administrator who locked every user out', () => {
  /** Agents and applications get their tokens, and no user may do anything here. */
  const TOKENS_ONLY = `@id("tokens-only")
permit (principal, action in [Action::"act", Action::"delegate"], resource) when { context.depth < 5 };`;

  const behalf = async (env: Record<string, string>, ...argv: string[]) => {
    const written = { out: '', err: '' };
    const terminal = {
      out: (text: string) => {
        written.out += text;
      },
      err: (text: string) => {
        written.err += text;
      },
    };
    const code = await runCli(argv, terminal, { BEHALF__LOG__LEVEL: 'silent', ...env });
    return { code, ...written };
  };

  test('is warned before, and gets back in on the machine while the server runs; the audit log has it', async () => {
    const alone = await runServer({ stores: 'sqlite' });
    try {
      const env = { BEHALF_DATA: alone.dataFolder };
      const api = await managementFromKeyFile(alone.administratorKeyFile);
      const drafted = await api.call('POST', '/policy-sets', { text: TOKENS_ONLY });
      expect(drafted.body['warnings']).toEqual([
        expect.stringMatching(/No policy permits `administer`.*rollback --local/),
        expect.stringMatching(/No policy permits `register`/),
        expect.stringMatching(/No policy permits `approve`/),
      ]);
      const etag = { 'if-match': String(drafted.headers.get('etag')) };
      expect((await api.call('POST', `/policy-sets/${drafted.body['id']}/activation`, {}, etag)).status).toBe(200);

      // What is read goes on; the policies themselves are no exception.
      expect((await api.call('GET', '/policy-sets/active')).status).toBe(200);
      for (const [method, path] of [
        ['POST', '/policy-sets'],
        ['POST', '/policy-sets/1/activation'],
        ['POST', '/groups'],
      ] as const) {
        const { status, body } = await api.call(method, path, {});
        expect([status, body['denial']]).toMatchObject([403, { layer: 'policy', reason: 'policy_forbids' }]);
      }
      const remote = await behalf(env, 'policy', 'rollback');
      expect([remote.code === 0, remote.err]).toEqual([false, expect.stringContaining('policies of this server')]);

      const local = await behalf(env, 'policy', 'rollback', '--local');
      expect(local).toMatchObject({ code: 0, err: 'Version 1 is active from now on in place of version 2.\n' });
      expect((await api.call('POST', '/groups', {})).status).toBe(400);
      const { entries } = await alone.behalf.services.audit.list({ type: 'policy.activated', limit: 1 });
      expect(entries).toMatchObject([{ stream: 'command-line', event: { caller: 'system', inputs: { replaces: 2 } } }]);

      expect(await behalf(env, 'policy', 'rollback', '--local', '--to', '7')).toMatchObject({
        err: expect.stringContaining('There is no version 7.'),
      });
      expect((await behalf(env, 'policy', 'rollback', '--local', '--to', '1e3')).code).not.toBe(0);
      expect((await behalf(env, 'policy', 'rollback', '--to', '1')).code).not.toBe(0);
      for (const to of ['1', 'starter']) {
        const again = await behalf(env, 'policy', 'rollback', '--local', '--to', to);
        expect(again).toMatchObject({ code: 0, err: 'Version 1 is active already; nothing to do.\n' });
      }
      await behalf(env, 'policy', 'rollback', '--local', '--to', '2');
      const starter = await behalf(env, 'policy', 'rollback', '--local', '--to', 'starter');
      expect(starter.err).toBe('Version 3 is active from now on in place of version 2.\n');
      expect((await api.call('GET', '/policy-sets/active')).body).toMatchObject({ version: 3, created_by: 'system' });
    } finally {
      await alone.close();
    }
  });

  test('says at each start, and on the page of the policies, what the active set permits no user', async () => {
    const before: string[] = [];
    const alone = await runServer({ stores: 'sqlite', log: (line) => before.push(line) });
    const gapsIn = (lines: readonly string[]) =>
      lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ event }) => event === 'policy.gap');
    await alone.behalf.loadPolicies();
    expect(gapsIn(before)).toEqual([]);
    const { policies } = alone.behalf.services;
    const by = { caller: 'system' };
    const text = policies.starter.replace(/@id\("people-approve"\)[^;]*;/, '');
    const { document } = await policies.create({ text }, by);
    await policies.activate(document.id, {}, by);
    await alone.close({ keepData: true });
    const after: string[] = [];
    const again = await runServer({ stores: 'sqlite', after: alone, log: (line) => after.push(line) });
    try {
      await again.behalf.loadPolicies();
      expect(gapsIn(after)).toMatchObject([
        { level: 40, version: 2, msg: expect.stringMatching(/^No policy permits `approve`/) },
      ]);
      const browser = newBrowser(again.issuer);
      const person = { username: 'admin', password: 'correct horse battery staple' };
      await finishOnOurPages(browser, await browser.open(`${again.issuer}/account`), { person });
      const page = await browser.open(`${again.issuer}/console/policy`);
      expect(page.text).toContain('No person can approve anything: no policy permits approve');
      expect(page.text).not.toContain('No agent or client gets a token');
    } finally {
      await again.close();
    }
  });

  test('with policies switched off no policy is evaluated', async () => {
    const alone = await runServer({ stores: 'sqlite' });
    const api = await managementFromKeyFile(alone.administratorKeyFile);
    const drafted = await api.call('POST', '/policy-sets', { text: TOKENS_ONLY });
    const etag = { 'if-match': String(drafted.headers.get('etag')) };
    await api.call('POST', `/policy-sets/${drafted.body['id']}/activation`, {}, etag);
    await alone.close({ keepData: true });
    const again = await runServer({
      stores: 'sqlite',
      after: alone,
      environment: { BEHALF__POLICY__ENFORCEMENT: 'off' },
    });
    try {
      const { body } = await api.call('POST', '/groups', {});
      expect(body['denial']).toBeUndefined();
      const events = await again.events('management.permitted');
      expect(events.filter(({ note }) => note === 'createGroup')).toEqual([]);
    } finally {
      await again.close();
    }
  });
});

/** Policies over HTTP and the command line: drafts, what is refused and with which words, which version counts. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCli } from '../../src/cli/main.ts';
import { POLICY_SETS, type PolicySet } from '../../src/domain/authority/policy/policy-set.ts';
import { update } from '../../src/domain/ports/document-store.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene } from '../support/scene.ts';

const folder = mkdtempSync(join(tmpdir(), 'behalf-policies-'));
let server: RunningServer;
let management: Management;
beforeAll(async () => {
  server = await runServer();
  management = await managementFromKeyFile(server.administratorKeyFile);
});
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true });
});

const call = (method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> =>
  management.call(method, path, body, headers);
const etagOf = ({ headers }: Answer) => ({ 'if-match': String(headers.get('etag')) });
const activate = async (version: unknown, body: object = {}): Promise<Answer> => {
  const path = `/policy-sets/${version}`;
  return call('POST', `${path}/activation`, body, etagOf(await call('GET', path)));
};
const text = (name: string): string =>
  `@id("${name}")\npermit (principal, action, resource)\nwhen { context.depth < 5 };\n`;

describe('the management API', () => {
  test('a new server has the starter set, and it counts', async () => {
    const { body } = await call('GET', '/policy-sets/active');
    const { body: schema } = await call('GET', '/policy/schema');
    expect(body).toMatchObject({ version: 1, state: 'active', created_by: 'system', text: schema['starter'] });
    expect(schema['schema']).toContain('entity Agent');
    expect(await server.behalf.services.activePolicy.current()).toMatchObject({ version: 1 });
    expect((await server.events('policy.activated')).map(({ inputs }) => inputs)).toMatchObject([{ version: 1 }]);
  });

  test('a text is checked without being stored', async () => {
    const before = (await call('GET', '/policy-sets')).body['items'];
    const wrong = `${text('a')}\n@id("b")\npermit (principal, action, resource)\nwhen { contxt.depth < 5 };`;
    const { status, body } = await call('POST', '/policy-sets/validation', { text: wrong });
    expect([status, body]).toMatchObject([
      200,
      { is_valid: false, findings: [{ severity: 'error', line: 7, message: expect.stringContaining('contxt') }] },
    ]);
    const good = await call('POST', '/policy-sets/validation', { text: text('a') });
    expect(good.body).toEqual({
      is_valid: true,
      findings: [],
      policies: [{ id: 'a', effect: 'permit', annotations: { id: 'a' } }],
    });
    expect((await call('GET', '/policy-sets')).body['items']).toEqual(before);
  });

  test.each([
    ['a username', 'forbid (principal == Account::"ada", action, resource);', 'Account::"ada"', 'acc_'],
    [
      'an id of another kind',
      'forbid (principal, action, resource) when { principal in [Agent::"agt_1", Agent::"acc_1"] };',
      'Agent::"acc_1"',
      'agt_',
    ],
    [
      'the name of an agent',
      'forbid (principal, action, resource) when { principal == Agent::"Booker" };',
      'Agent::"Booker"',
      'agt_',
    ],
    ['an id in capitals', 'forbid (principal in Group::"grp_ABC", action, resource);', 'Group::"grp_ABC"', 'grp_'],
    ['an escaped name', 'forbid (principal == Client::"\\u{64}esk", action, resource);', 'Client::"desk"', 'app_'],
    ['a scope alone', 'forbid (principal, action, resource == Scope::"read");', 'Scope::"read"', 'identifier'],
    [
      'a resource server by name',
      'forbid (principal, action, resource in ResourceServer::"api");',
      'ResourceServer::"api"',
      'rs_',
    ],
    [
      'an owner by name',
      'forbid (principal is Agent, action, resource) when { "ada" == principal.owner };',
      'The owner "ada"',
      'acc_',
    ],
    [
      'an owner by name in a list',
      'forbid (principal is Agent, action, resource) when { ["acc_1", "ada"].contains(principal.owner) };',
      'The owner "ada"',
      'acc_',
    ],
  ])(
    'C17 a policy about %s, which never applies, is refused with the id and its line',
    async (_, rule, shown, prefix) => {
      const wrong = `${text('a')}\n@id("b")\n${rule}`;
      const before = (await call('GET', '/policy-sets')).body['items'];
      const refused = await call('POST', '/policy-sets', { text: wrong });
      expect([refused.status, refused.body['type']]).toEqual([400, 'urn:behalf:problem:invalid_field']);
      const [{ pointer, detail }] = refused.body['errors'] as [{ pointer: string; detail: string }];
      expect(pointer).toBe('/text');
      const line = rule.includes('\\u') ? 5 : 6;
      expect(detail).toContain(`Line ${line}: ${shown} names nothing`);
      expect(detail).toContain(prefix);
      expect((await server.events('management.refused')).at(-1)).toMatchObject({
        error: 'invalid_field',
        note: 'createPolicySet',
      });
      const checked = await call('POST', '/policy-sets/validation', { text: wrong });
      expect(checked.body).toMatchObject({ is_valid: false, findings: [{ severity: 'error', policy: 'b', line }] });
      expect((await call('GET', '/policy-sets')).body['items']).toEqual(before);
    },
  );

  test('C17 ids of every kind, groups of accounts by name and agents without an owner are taken', async () => {
    const heads = [
      ...['Account::"acc_1"', 'Client::"app_1"', 'Client::"https://app.example/client"', 'Agent::"agt_1"'],
      ...['Group::"grp_1"', 'Group::"Travel desk"', 'Blueprint::"bpt_1"'],
    ].map((name, at) => `@id("p${at}") forbid (principal in ${name}, action, resource);`);
    const owner = '@id("o") forbid (principal is Agent, action, resource) when { principal.owner == "" };';
    const scope = '@id("s") forbid (principal, action, resource == Scope::"https://pay.example.com pay:write");';
    const { body } = await call('POST', '/policy-sets/validation', { text: [...heads, owner, scope].join('\n') });
    const findings = body['findings'] as readonly { readonly message: string }[];
    expect(findings.filter(({ message }) => message.includes('names nothing'))).toEqual([]);
  });

  test('C17 a set with such an id that counts already goes on to count, and so does the way back to it', async () => {
    const old = `${text('old')}@id("gone") forbid (principal == Account::"ada", action, resource);`;
    const made = await call('POST', '/policy-sets', { text: text('old') });
    const { version } = made.body;
    expect((await activate(version)).status).toBe(200);
    const sets = server.behalf.services.documents.collection<PolicySet>(POLICY_SETS);
    await update(sets, String(made.body['id']), (set) => ({ ...set, text: old }));
    const next = await call('POST', '/policy-sets', { text: text('new') });
    expect((await activate(next.body['version'])).status).toBe(200);
    expect((await activate(version)).status).toBe(200);
    expect((await server.behalf.services.activePolicy.current())?.version).toBe(version);
    expect((await activate(1)).status).toBe(200);
  });

  test('a text with errors is refused with the line of each, and one with warnings is taken', async () => {
    const refused = await call('POST', '/policy-sets', {
      text: 'permit (principal, action, resource);\n@id("a") permit (;',
    });
    expect([refused.status, refused.body['errors']]).toEqual([
      400,
      [
        { pointer: '/text', detail: expect.stringMatching(/^Line 1: .*@id/) },
        { pointer: '/text', detail: expect.stringMatching(/^Line 2: /) },
      ],
    ]);
    const warned = await call('POST', '/policy-sets', { text: '@id("a") permit (principal, action, resource);' });
    expect([warned.status, warned.body]).toMatchObject([
      201,
      { state: 'draft', warnings: [expect.stringMatching(/^Line 1: .*without any condition/)] },
    ]);
  });

  test('a long text is taken, a longer one is refused', async () => {
    const policies = Array.from({ length: 1_500 }, (_, at) => `${text(`p${at}`)}// ${'"'.repeat(200)}\n`).join('');
    expect(policies.length).toBeGreaterThan(400_000);
    const { status, body } = await call('POST', '/policy-sets', { text: policies });
    expect([status, String(body['text']).length]).toEqual([201, policies.length]);
    expect((await call('POST', '/policy-sets/validation', { text: 'x'.repeat(524_289) })).status).toBe(400);
    expect((await call('POST', '/policy-sets', { text: 'x'.repeat(800_000) })).status).toBe(413);
    expect((await call('POST', '/groups', { name: 'x'.repeat(70_000), members: [] })).status).toBe(413);
  });

  test('a version is drafted, rewritten, activated, replaced and activated again', async () => {
    const drafted = await call('POST', '/policy-sets', { text: text('a'), note: 'Shallow chains' });
    const { id, version } = drafted.body;
    expect(drafted.headers.get('location')).toBe(`${server.issuer}/api/v1/policy-sets/${id}`);
    const path = `/policy-sets/${id}`;
    expect((await call('PATCH', path, { text: text('b') }, etagOf(drafted))).body).toMatchObject({
      version,
      note: 'Shallow chains',
    });
    expect((await call('POST', `${path}/activation`, {}, etagOf(drafted))).status).toBe(412);
    expect((await call('POST', `${path}/activation`, {})).status).toBe(428);
    const active = await activate(id);
    expect(active.body).toMatchObject({ version, state: 'active', replaces: 1, text: text('b') });
    expect((await server.behalf.services.activePolicy.current())?.version).toBe(version);
    expect((await call('PATCH', path, { text: text('c') }, etagOf(active))).status).toBe(409);
    expect((await activate(1, { replaces: 1 })).status).toBe(409);
    expect((await activate(1, { replaces: version })).body).toMatchObject({ version: 1, replaces: version });
    const { items } = (await call('GET', '/policy-sets')).body as { items: readonly Record<string, unknown>[] };
    expect(items.find((one) => one['version'] === version)).toMatchObject({ state: 'archived' });
    expect(items.filter((one) => 'text' in one)).toEqual([]);
    const [archived] = (await server.events('policy.archived')).slice(-1);
    expect(archived).toMatchObject({ target: { kind: 'policy set', id }, inputs: { version, replacedBy: 1 } });
  });

  test('what is not there is not found', async () => {
    for (const name of ['pol_x', '999', '0', '01', '1e3', '-1', 'Active']) {
      expect([name, (await call('GET', `/policy-sets/${name}`)).status]).toEqual([name, 404]);
    }
  });
});

describe('a policy', () => {
  test('SC-06 counts with the next request after its activation, and not any more after its rollback', async () => {
    const scene = await makeScene(server);
    const ask = (scope: string): Promise<Answer> =>
      scene.calls.token(
        { kind: 'key', identity: scene.agent },
        { grant_type: 'client_credentials', resource: scene.jwt.identifier, scope },
      );
    const granted = async (scope: string) => {
      const { status, body } = await ask(scope);
      return [status, status === 200 ? body['scope'] : (body['denial'] as { layer: string }).layer];
    };
    const { version, text: before } = (await call('GET', '/policy-sets/active')).body;
    expect(await granted('write')).toEqual([200, 'write']);
    const rule = `${before}
@id("only-production-beyond-low-risk")
@reason("Agents outside of production may use only low-risk scopes.")
forbid (principal is Agent, action == Action::"act", resource)
when { principal.environment != "production" && resource.risk != "low" };`;
    const { body: drafted } = await call('POST', '/policy-sets', { text: rule });
    expect(await granted('write')).toEqual([200, 'write']);
    expect((await activate(drafted['version'])).status).toBe(200);
    expect(await granted('write')).toEqual([400, 'policy']);
    expect(await granted('read write')).toEqual([200, 'read']);
    expect((await activate(version)).status).toBe(200);
    expect(await granted('write')).toEqual([200, 'write']);
    const issued = (await server.events('token.issued')).filter(({ caller }) => caller === scene.agent.clientId);
    expect(issued.map(({ policy }) => policy)).toEqual([version, version, drafted['version'], version]);
  });
});

describe('behalf policy', () => {
  const behalf = async (...argv: string[]) => {
    const written = { out: '', err: '' };
    const terminal = {
      out: (line: string) => {
        written.out += line;
      },
      err: (line: string) => {
        written.err += line;
      },
    };
    const code = await runCli(['policy', ...argv], terminal, { BEHALF_DATA: server.dataFolder });
    return { code, ...written };
  };
  const file = join(folder, 'policies.cedar');
  const write = (content: string): void => writeFileSync(file, content);

  test('the first policy is written by following the guide, and says what the guide says', async () => {
    const guide = readFileSync(new URL('../../docs/how-to/policy.md', import.meta.url), 'utf8');
    const [, rule = ''] = /<<'END'\n([\s\S]*?)\nEND\n/.exec(guide) ?? [];
    const [, complaint = ''] = /\n(policies\.cedar:\d+: error: .*)\n/.exec(guide) ?? [];
    const name = join(folder, 'policies.cedar');
    writeFileSync(name, `${(await behalf('starter')).out}${rule}\n`);
    const wrong = await behalf('push', name, '--dry-run');
    expect([wrong.code, wrong.err.replaceAll(name, 'policies.cedar').split('\n')[0]]).toEqual([1, complaint]);
    writeFileSync(name, `${(await behalf('starter')).out}${rule.replace('enviroment', 'environment')}\n`);
    expect((await behalf('push', name, '--dry-run')).out).toContain('+ @id("only-production-beyond-low-risk")');
    const pushed = await behalf('push', name, '--note', 'Only low risk outside of production');
    const version = /Version (\d+) is drafted/.exec(pushed.out)?.[1] ?? '';
    expect(pushed.out).toContain(`Next: behalf policy activate ${version}`);
    expect((await behalf('activate', version)).out).toContain(`Version ${version} is active from now on`);
    expect((await behalf('list')).out).toMatch(/ active .*Only low risk outside of production\n/);
    expect((await behalf('rollback')).code).toBe(0);
  });

  test('begins with the starter set, and pushes what was changed in it', async () => {
    const { out: starter } = await behalf('starter');
    write(starter);
    expect(await behalf('push', file)).toMatchObject({ code: 0, out: expect.stringContaining('nothing to do') });
    write(
      `${starter}\n@id("no-nights")\nforbid (principal is Agent, action == Action::"act", resource)\nwhen { context.hour < 6 };\n`,
    );
    const dry = await behalf('push', file, '--dry-run');
    expect(dry).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^.* is valid: 12 policies\. What it changes:\n {2}\S/),
    });
    expect(dry.out).toContain('\n+ forbid (principal is Agent, action == Action::"act", resource)\n');
    expect(await behalf('diff', file)).toMatchObject({ code: 0, out: expect.stringContaining('+ @id("no-nights")') });
    const pushed = await behalf('push', file, '--note', 'Nights off');
    const version = /Version (\d+) is drafted/.exec(pushed.out)?.[1];
    expect(await behalf('diff', '--to', String(version))).toMatchObject({
      out: expect.stringContaining('+ @id("no-nights")'),
    });
    expect(await behalf('activate', String(version), '--replaces', '1')).toMatchObject({
      code: 0,
      out: `Version ${version} is active from now on in place of version 1.\n`,
    });
    expect((await behalf('show')).out).toContain('no-nights');
    expect((await behalf('list')).out).toMatch(new RegExp(`${version} +active .*Nights off\\n`));
    expect(await behalf('rollback')).toMatchObject({ code: 0, out: expect.stringContaining('Version 1 is active') });
    expect((await behalf('show')).out).toBe(starter);
    expect((await behalf('show', String(version), '--about')).out).toMatch(/state +archived/);
    expect((await behalf('diff', '--from', '1', '--to', 'active')).out).toBe('They do not differ.\n');
  });

  test('says file and line of what is wrong, and pushes nothing', async () => {
    write(`${text('a')}@id("b")\npermit (principal, action, resource)\nwhen { context.dept < 5 };\n`);
    const before = (await behalf('list')).out;
    const { code, err } = await behalf('push', file, '--activate');
    expect(code).toBe(1);
    expect(err).toContain(`${file}:6: error: `);
    expect(err).toContain('did you mean `depth`?');
    expect((await behalf('list')).out).toBe(before);
  });

  test('activates at once what is pushed so, and prints the schema', async () => {
    write(text('shallow'));
    const { code, out } = await behalf('push', file, '--activate');
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^Version \d+ is active from now on in place of version 1\.\n$/),
    ]);
    expect((await behalf('schema')).out).toContain('action act, delegate appliesTo');
    await behalf('rollback');
  });

  test('reports an unknown version, and a missing file', async () => {
    expect((await behalf('activate', '../x')).code).toBe(2);
    expect((await behalf('push', join(folder, 'none.cedar'))).code).toBe(2);
    expect((await behalf('diff')).code).toBe(2);
    expect(await behalf('activate', '9999')).toMatchObject({ code: 1, err: expect.stringContaining('no such object') });
  });
});

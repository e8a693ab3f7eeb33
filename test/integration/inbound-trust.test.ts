/** Who decides whose word about people is taken: an administrator with a second factor, or on the machine of the server. */
import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../adapters/node/clock.ts';
import { writeLocalProof } from '../../adapters/node/local-proofs.ts';
import { dataFolder } from '../../config/data-folder.ts';
import { runCli } from '../../src/cli/main.ts';
import { MULTI_FACTOR, SINGLE_FACTOR, UPSTREAM_SESSION } from '../../src/domain/vocabulary/assurance.ts';
import { composeManagementApi } from '../support/composed-management-api.ts';
import { newPublicKey } from '../support/composed-people-pages.ts';
import { foreignIssuer } from '../support/foreign-issuer.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

const STEP_UP = 'urn:behalf:problem:insufficient_user_authentication';
const CHALLENGE = /error="insufficient_user_authentication", acr_values="urn:behalf:acr:multi-factor", max_age="300"/;

const newPeer = () => ({ name: 'Home', issuer: `https://${Math.random()}.example`, jwks: { keys: [newPublicKey()] } });
const newIssuer = () => ({ ...newPeer(), template: 'generic' });

describe('people, by their tokens', () => {
  let world: Awaited<ReturnType<typeof composeManagementApi>>;
  const factor = (age: number, acr = MULTI_FACTOR, amr: readonly string[] = ['pwd', 'otp']) => ({
    acr,
    amr,
    authTime: world.clock.now() - age,
  });
  beforeAll(async () => {
    world = await composeManagementApi();
  });
  beforeEach(() => {
    world.audit.events.length = 0;
  });

  const as = (person: { readonly account: { readonly id: string } }, assurance?: ReturnType<typeof factor>) => ({
    token: world.token({ subject: person.account.id, ...(assurance ? { assurance } : {}) }),
  });

  test.each([
    ['/peers', newPeer],
    ['/trusted-issuers', newIssuer],
    ['/account-links', () => ({ peer: 'per_x', subject: 'u-9', account: 'acc_x' })],
  ])('an operator adds nothing at %s, with the freshest second factor', async (path, body) => {
    const refused = await world.call(as(world.operator, factor(0)), 'post', path, body());
    expect([refused.status, refused.body.type]).toEqual([403, 'urn:behalf:problem:forbidden']);
    expect(world.refusals()).toMatchObject([{ caller: world.operator.account.id, error: 'forbidden' }]);
  });

  test('an operator neither changes nor enables what is there, and may still take trust away', async () => {
    const admin = as(world.admin, factor(0));
    for (const [path, body] of [
      ['/peers', newPeer()],
      ['/trusted-issuers', newIssuer()],
    ] as const) {
      const made = await world.call(admin, 'post', path, body);
      expect(made.status).toBe(201);
      const at = `${path}/${made.body.id}`;
      const operator = as(world.operator, factor(0));
      const changed = await world.call(
        operator,
        'patch',
        at,
        { name: 'Mine' },
        { 'if-match': String(made.headers['etag']) },
      );
      expect(changed.status).toBe(403);
      expect((await world.call(operator, 'post', `${at}/disable`)).body.state).toBe('disabled');
      expect((await world.call(operator, 'post', `${at}/enable`)).status).toBe(403);
      expect((await world.call(operator, 'post', `${at}/purge-keys`)).status).toBe(200);
      expect((await world.call(admin, 'get', at)).body.state).toBe('disabled');
      expect((await world.call(admin, 'post', `${at}/enable`)).body.state).toBe('active');
    }
  });

  test.each([
    ['no sign-in at all', undefined],
    ['one factor', [0, SINGLE_FACTOR, ['pwd']]],
    ['a second factor of 301 seconds ago', [301]],
    ['a second factor elsewhere, of unknown age', [0, MULTI_FACTOR, [UPSTREAM_SESSION, 'mfa']]],
  ] as const)('an administrator with %s is asked to sign in again (RFC 9470 §3)', async (_, given) => {
    const by = as(world.admin, given === undefined ? undefined : factor(...(given as unknown as [number])));
    const answer = await world.call(by, 'post', '/peers', newPeer());
    expect([answer.status, answer.body.type]).toEqual([401, STEP_UP]);
    expect(answer.headers['www-authenticate']).toMatch(CHALLENGE);
    expect(answer.body.denial).toMatchObject({ reason: 'step_up_required', remedies: [{ kind: 'step_up' }] });
    expect(world.refusals()).toMatchObject([
      { caller: world.admin.account.id, error: 'insufficient_user_authentication', note: 'createPeer' },
    ]);
  });

  test('an administrator with a second factor of 300 seconds ago may', async () => {
    expect((await world.call(as(world.admin, factor(300)), 'post', '/peers', newPeer())).status).toBe(201);
  });

  test('no session without one makes itself one: ways to sign in as others, and roles, take a second factor too', async () => {
    const { call, admin, fresh, owner, auditor } = world;
    const stolen = as(admin, factor(301));
    const upstream = { name: 'Works', issuer: 'https://mine.example.com', client_id: 'x' };
    const made = (await call(fresh, 'post', '/upstreams', upstream)).body.id as string;
    const link = { upstream: made, subject: 'mallory', account: admin.account.id };
    const version = { 'if-match': '"1"' };
    const victim = `/accounts/${owner.account.id}`;
    const tries = [
      ['post', '/upstreams', { ...upstream, issuer: 'https://evil.example.com' }],
      ['patch', `/upstreams/${made}`, { multi_factor: { acr: [], amr: ['pwd'] } }, version],
      ['post', `/upstreams/${made}/enable`],
      ['post', '/upstream-links', link],
      ['post', '/accounts', { username: 'mallory', name: 'M', roles: ['administrator'], password: 'correct horse 3' }],
      ['patch', victim, { roles: ['administrator'] }, version],
      ['patch', victim, { email: 'mallory@evil.example', email_verified: true }, version],
      ['post', `${victim}/password`, { password: 'correct horse 3' }],
      ['post', `${victim}/remove-factors`],
    ] as const;
    for (const [method, path, body, headers] of tries) {
      world.audit.events.length = 0;
      const answer = await call(stolen, method, path, body, headers);
      expect([path, answer.status, answer.body.type]).toEqual([path, 401, STEP_UP]);
      expect(answer.headers['www-authenticate']).toMatch(CHALLENGE);
      expect(world.refusals()).toMatchObject([{ caller: admin.account.id, error: 'insufficient_user_authentication' }]);
    }
    expect((await call(admin, 'get', victim)).body).toMatchObject({ roles: [] });
    // What takes powers away, or gives none, goes on without.
    expect((await call(stolen, 'post', `/upstreams/${made}/disable`)).status).toBe(200);
    expect((await call(stolen, 'post', '/accounts', { username: 'nina', name: 'Nina' })).status).toBe(201);
    expect((await call(stolen, 'patch', victim, { name: 'Owen' }, version)).status).toBe(200);
    expect((await call(fresh, 'patch', `/accounts/${auditor.account.id}`, { roles: [] }, version)).status).toBe(200);
  });

  test('apps without consent: only an administrator with a fresh second factor makes, changes and opens one', async () => {
    const app = { name: 'Portal', redirect_uris: ['https://portal.example/cb'], skip_consent: true };
    const operator = as(world.operator, factor(0));
    const admin = as(world.admin, factor(0));
    expect((await world.call(operator, 'post', '/clients', app)).status).toBe(403);
    expect((await world.call(as(world.admin), 'post', '/clients', app)).status).toBe(401);
    const made = await world.call(admin, 'post', '/clients', app);
    expect(made.body).toMatchObject({ skip_consent: true });
    const at = `/clients/${made.body.id}`;
    let etag = made.headers['etag'] as string;
    const change = async (by: { readonly token: string }, body: object) => {
      const answer = await world.call(by, 'patch', at, body, { 'if-match': etag });
      if (answer.status === 200) etag = answer.headers['etag'] as string;
      return answer.status;
    };
    // Where codes of people go who are never asked, and what redeems them.
    for (const body of [
      { redirect_uris: ['https://evil.example/cb'] },
      { name: 'X' },
      { skip_consent: false, name: 'X' },
    ]) {
      expect(await change(operator, body)).toBe(403);
      expect(await change(as(world.admin, factor(301)), body)).toBe(401);
    }
    expect((await world.call(operator, 'post', `${at}/rotate-secret`)).status).toBe(403);
    expect((await world.call(operator, 'post', `${at}/disable`)).status).toBe(200);
    expect((await world.call(operator, 'post', `${at}/enable`)).status).toBe(403);
    expect((await world.call(admin, 'post', `${at}/enable`)).status).toBe(200);
    etag = (await world.call(admin, 'get', at)).headers['etag'] as string;
    // Having people asked again is no power.
    expect(await change(operator, { skip_consent: false })).toBe(200);
    expect(await change(operator, { skip_consent: true })).toBe(403);
    expect(await change(operator, { redirect_uris: ['https://portal.example/other'] })).toBe(200);
    expect(await change(admin, { skip_consent: true })).toBe(409);
    expect(await change(admin, { skip_consent: true, redirect_uris: ['https://portal.example/cb'] })).toBe(200);
  });
});

describe('clients, on the machine of the server', () => {
  let server: RunningServer;
  let administrator: Management;
  let operator: Management;
  const proofs = () => dataFolder(server.dataFolder).localProofs;

  beforeAll(async () => {
    server = await runServer();
    administrator = await managementFromKeyFile(server.administratorKeyFile);
    operator = await managementFromKeyFile(join(server.dataFolder, 'operator.json'));
  });
  afterAll(() => server?.close());

  const peer = (by: Management, headers?: Record<string, string>): Promise<Answer> =>
    by.callOnce('POST', '/peers', newPeer(), headers);

  test('the key file of an administrator is not enough: it may have left the machine', async () => {
    const answer = await peer(administrator);
    expect([answer.status, answer.body['type']]).toEqual([401, STEP_UP]);
    expect(answer.headers.get('www-authenticate')).toMatch(CHALLENGE);
  });

  test('a proof is accepted once, for its own client, and makes no operator an administrator', async () => {
    const proof = administrator.localProof();
    expect((await peer(administrator, proof)).status).toBe(201);
    expect((await server.events('management.local_proof')).at(-1)).toMatchObject({
      note: 'createPeer',
      outcome: 'done',
    });
    expect((await peer(administrator, proof)).status).toBe(401);
    expect((await peer(operator, operator.localProof())).status).toBe(403);
    expect((await peer(administrator, operator.localProof())).status).toBe(401);
    expect((await peer(administrator, { 'behalf-local-proof': '../administrator' })).status).toBe(401);
  });

  test('of one proof sent at once ten times one counts', async () => {
    const proof = administrator.localProof();
    const answers = await Promise.all(Array.from({ length: 10 }, () => peer(administrator, proof)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(9);
  });

  test('a proof expires after a minute, and is refused where others may write it', async () => {
    const { clientId } = administrator;
    const old = writeLocalProof(proofs(), clientId, { now: () => systemClock.now() - 61 });
    expect((await peer(administrator, { 'behalf-local-proof': old })).status).toBe(401);
    const ahead = writeLocalProof(proofs(), clientId, { now: () => systemClock.now() + 3600 });
    expect((await peer(administrator, { 'behalf-local-proof': ahead })).status).toBe(401);
    const open = writeLocalProof(proofs(), clientId, systemClock);
    for (const name of await readdir(proofs())) await chmod(join(proofs(), name), 0o666);
    expect((await peer(administrator, { 'behalf-local-proof': open })).status).toBe(401);
  });

  const behalf = async (...argv: readonly string[]) => {
    const [out, err]: [string[], string[]] = [[], []];
    const terminal = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
    const code = await runCli([...argv], terminal, { BEHALF_DATA: server.dataFolder });
    return { code, out: out.join(''), err: err.join('') };
  };

  test('the command line says how, and does it with --local', async () => {
    const foreign = await foreignIssuer('https://cli.example');
    const { id: account } = await administrator.createAccount({ username: 'grace', name: 'Grace' });
    const create = ['peers', 'create', foreign.issuer, '--name', 'Home', '--json'];
    const refused = await behalf(...create);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('--local');
    const made = await behalf(...create, '--local');
    expect(made).toMatchObject({ code: 0, err: '' });
    const { id } = JSON.parse(made.out) as { readonly id: string };
    const link = ['peers', 'link', 'grace', '--peer', id, '--subject', 'u-1'];
    expect((await behalf(...link)).code).toBe(1);
    expect((await behalf(...link, '--local')).out).toContain(account);
    const app = [
      'clients',
      'create',
      '--name',
      'Portal',
      '--redirect-uri',
      'https://portal.example/cb',
      '--skip-consent',
    ];
    expect((await behalf(...app)).err).toContain('Only an administrator');
    expect((await behalf(...app, '--local')).code).toBe(0);
  });
});

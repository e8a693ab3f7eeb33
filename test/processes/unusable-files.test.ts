/** What a person meets who points the server at a folder or file it cannot use: one sentence, a remedy, exit code 1. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { allSettings } from '../../config/schema.ts';
import { freePort } from '../support/free-port.ts';
import { endWithUs, runCli, startServer } from '../support/server-process.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const MAIN = join(ROOT, 'src/main.ts');
const UNPRIVILEGED = 65_534;

jest.setTimeout(120_000);

const root = mkdtempSync(join(tmpdir(), 'behalf-unusable-'));
chmodSync(root, 0o755);
const made = join(root, 'made');
let settings: Readonly<Record<string, string>>;

beforeAll(async () => {
  mkdirSync(made, { mode: 0o700 });
  const server = await startServer({ dataFolder: made });
  await server.stop();
  settings = { PORT: String(server.port), BEHALF_ISSUER: server.issuer };
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Starts the server, which is expected to end by itself. */
const start = async (
  environment: Readonly<Record<string, string>>,
  { parameters = [], user }: { readonly parameters?: readonly string[]; readonly user?: number } = {},
) => {
  const child = endWithUs(
    spawn(process.execPath, [MAIN, ...parameters], {
      cwd: ROOT,
      env: {
        ...process.env,
        ...settings,
        BEHALF__OPERATIONS__PORT: String(await freePort()),
        BEHALF__DATA__RESERVE_MEBIBYTES: '2',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(user === undefined ? {} : { uid: user, gid: user }),
    }),
  );
  const late = setTimeout(() => child.kill('SIGKILL'), 60_000);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (more: string) => {
      text += more;
    });
  }
  await once(child, 'close');
  clearTimeout(late);
  return { code: child.exitCode, text };
};

/** One line, which no stack or JSON follows. */
const sentence = (text: string, pattern: RegExp): void => {
  expect(text.trim().split('\n')).toHaveLength(1);
  expect(text).toMatch(/^Behalf cannot start: /);
  expect(text).toMatch(pattern);
};

describe('a data folder that cannot be used', () => {
  const file = join(root, 'a-file');
  writeFileSync(file, '');
  symlinkSync(join(root, 'nowhere/at-all'), join(root, 'a-link'));
  mkdirSync(join(root, 'others'), { mode: 0o700 });

  test.each([
    ['a file', file, /a-file is a file and no folder\. .*BEHALF_DATA or data\.folder/],
    ['below a file', join(file, 'data'), /a-file is a file and no folder\. .*BEHALF_DATA/],
    ['where the file system takes none', '/proc/x', /\/proc\/x cannot be made: .* \(ENOENT\)\. .*BEHALF_DATA/],
    ['far below there', '/proc/x/y/z', /\/proc\/x cannot be made: .* \(ENOENT\)\. .*BEHALF_DATA/],
    ['a link to nowhere', join(root, 'a-link'), /a-link cannot be made: something else has that name \(EEXIST\)\. /],
  ])('%s', async (_name, folder, pattern) => {
    const { code, text } = await start({ BEHALF_DATA: folder });
    sentence(text, pattern);
    expect(code).toBe(1);
  });

  const asRoot = process.getuid?.() === 0 ? test : test.skip;
  asRoot.each([
    ['of another user', join(root, 'others')],
    ['in a folder of another user', join(root, 'others/data')],
  ])('%s', async (_name, folder) => {
    const { code, text } = await start({ BEHALF_DATA: folder }, { user: UNPRIVILEGED });
    sentence(
      text,
      /others(?:\/data)? cannot be (?:written to|used): this user has no right to \(EACCES\)\. .*data\.folder/,
    );
    expect(code).toBe(1);
  });

  test('a backup to where no folder can be made ends, too', async () => {
    const told = await runCli(['backup', '--to', '/proc/x/behalf.db'], {
      ...process.env,
      ...settings,
      BEHALF_DATA: made,
    });
    expect(told).toMatchObject({ code: 1, stderr: expect.stringContaining('/proc/x cannot be made') });
  });
});

describe('a file that is not what the server wrote', () => {
  const otherKey = Buffer.from(Array.from({ length: 32 }, (_, index) => index + 1)).toString('base64url');
  const keyOf = (file: string, member: unknown): string =>
    JSON.stringify({ ...JSON.parse(readFileSync(join(made, file), 'utf8')), private_key: member });

  test.each([
    ['operator.json', () => 'no JSON', /operator\.json does not hold what the server wrote there\. .*move it away/],
    ['administrator.json', () => '{}', /administrator\.json does not hold what the server wrote/],
    [
      'operator.json',
      () => keyOf('operator.json', { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA', d: 'AA' }),
      /operator\.json holds a private key that cannot be used\. .*move it away/,
    ],
    ['node.json', () => '[1]', /node\.json does not hold what the server wrote there\. .*under a new name/],
    ['trusted-heads.json', () => 'no JSON', /trusted-heads\.json was not signed with the audit key of this database/],
    [
      'trusted-checkpoints.json',
      () => '{"log":1}',
      /trusted-checkpoints\.json holds no checkpoints of the transparency log: .*Put back the right file/,
    ],
    ['master.key', () => 'short', /master\.key does not hold a master key .*put the right file back/],
    [
      'master.key',
      () => otherKey,
      /The master key does not open the signing keys of this database\. .*keys\.masterKey/,
    ],
    ['behalf.db', () => 'no database', /behalf\.db is damaged or no SQLite database; restore a backup/],
  ])('%s', async (file, content, pattern) => {
    const folder = mkdtempSync(join(root, 'copy-'));
    cpSync(made, folder, { recursive: true });
    for (const beside of file === 'behalf.db' ? ['-wal', '-shm'] : [])
      rmSync(join(folder, file + beside), { force: true });
    writeFileSync(join(folder, file), content(), { mode: 0o600 });
    const { code, text } = await start({ BEHALF_DATA: folder });
    sentence(text, pattern);
    expect(code).toBe(1);
    expect(text).not.toContain(otherKey);
  });

  test('a command whose key file holds a broken key says so', async () => {
    const file = join(root, 'broken.json');
    writeFileSync(file, keyOf('operator.json', { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA', d: 'AA' }), {
      mode: 0o600,
    });
    const told = await runCli(['agents', 'list', '--key-file', file], process.env);
    expect(told).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('The private key in the key file cannot be used.'),
    });
    expect(told.stderr).not.toContain('keyData');
  });
});

describe('certificate and key of the listener', () => {
  const pem = (name: string): string => join(root, name);
  beforeAll(() => {
    for (const name of ['one', 'two']) {
      execFileSync(
        'openssl',
        [
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:P-256',
          '-nodes',
          '-subj',
          '/CN=localhost',
        ].concat(['-keyout', pem(`${name}.key`), '-out', pem(`${name}.crt`)]),
        { stdio: 'ignore' },
      );
    }
    writeFileSync(pem('nothing.pem'), 'nothing');
  });

  test.each([
    ['missing.crt', 'one.key', /missing\.crt, which listen\.tls\.certificateFile names, cannot be read \(ENOENT\)/],
    ['nothing.pem', 'one.key', /nothing\.pem holds no certificate in PEM form\. Correct listen\.tls/],
    ['one.crt', 'nothing.pem', /nothing\.pem holds no private key in PEM form/],
    ['one.crt', 'two.key', /two\.key is not the key of .*one\.crt\./],
  ])('%s and %s', async (certificate, key, pattern) => {
    const { code, text } = await start({
      BEHALF_ISSUER: String(settings['BEHALF_ISSUER']).replace('http:', 'https:'),
      BEHALF_DATA: join(root, 'never'),
      BEHALF__KEYS__MASTERKEY: Buffer.from(Array.from({ length: 32 }, (_, index) => 9 + 7 * index)).toString(
        'base64url',
      ),
      BEHALF_ADMIN_PASSWORD: 'correct horse battery staple',
      BEHALF__LISTEN__TLS__CERTIFICATEFILE: pem(certificate),
      BEHALF__LISTEN__TLS__KEYFILE: pem(key),
    });
    sentence(text, pattern);
    expect(code).toBe(1);
  });
});

describe('npm start -- --help', () => {
  test('lists options, every setting with variable and default, and where the documentation is; starts nothing', async () => {
    const { code, text } = await start({ BEHALF_DATA: '/proc/x', PORT: 'no port' }, { parameters: ['--help'] });
    expect(code).toBe(0);
    for (const option of ['--config FILE', '--workers N', '--help']) expect(text).toContain(option);
    for (const { path } of allSettings()) {
      expect(text).toContain(`BEHALF__${path.join('__').toUpperCase()}\n      ${path.join('.')}: `);
    }
    expect(text).toContain('  PORT, BEHALF__LISTEN__PORT\n      listen.port: 0 to 65535; default: 3000\n');
    expect(text).toContain('docs/reference/configuration.md');
  });

  test('an option that is not there leads to it', async () => {
    const { code, text } = await start({ BEHALF_DATA: made }, { parameters: ['--verbose'] });
    expect(code).toBe(78);
    expect(text).toContain('There is no option --verbose.');
    expect(text).toContain('--help lists them');
  });
});

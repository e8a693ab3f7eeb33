import { describe, expect, test } from '@jest/globals';
import type { Configuration } from '../../../config/configuration.ts';
import { type LoadOptions, loadConfiguration } from '../../../config/load.ts';
import { isConfigurationError, type Problem } from '../../../config/problem.ts';
import { allSettings } from '../../../config/schema.ts';

const MASTER_KEY = 'Zhe5iVtxJftqBtVKZeJ57d_SnFTm5UZ60TLeqP0fiss';

/** Loads settings from a file that exists in this test only. */
const load = (
  file: unknown,
  env: LoadOptions['env'] = {},
  files: Readonly<Record<string, string>> = {},
  isFirstStart = false,
) =>
  loadConfiguration({
    argv: file === undefined ? [] : ['--config', 'behalf.json'],
    env,
    isFirstStart,
    readFile: (path) => {
      const content = path === 'behalf.json' ? (typeof file === 'string' ? file : JSON.stringify(file)) : files[path];
      if (content === undefined) throw new Error('ENOENT');
      return content;
    },
  });

const problemsOf = (run: () => unknown): readonly Problem[] => {
  try {
    run();
  } catch (error) {
    if (isConfigurationError(error)) return error.problems;
    throw error;
  }
  return [];
};

const pointersOf = (run: () => unknown): string[] => problemsOf(run).map(({ pointer }) => pointer);

const PRODUCTION = {
  issuer: 'https://id.example.com',
  keys: { masterKey: { env: 'MASTER' } },
} as const;
const SECRETS = { MASTER: MASTER_KEY };

describe('settings come from', () => {
  test('defaults alone, which are complete', () => {
    const { configuration, sources } = load(undefined);
    expect(configuration.issuer).toBe('http://localhost:3000');
    expect(configuration.operations).toEqual({ host: '127.0.0.1', port: 3001 });
    expect(configuration.tokens.exchangedTokenTtlSeconds).toBe(300);
    expect(sources['/issuer']).toEqual({ kind: 'derived' });
    const optional = [
      '/listen/tls/certificateFile',
      '/listen/tls/keyFile',
      '/listen/clientCertificates/header',
      '/listen/clientCertificates/authoritiesFile',
      '/policy/external/credential',
      '/policy/external/url',
      '/registration/softwareStatementsFile',
      '/stores/mongodbUrl',
      '/stores/postgresqlUrl',
      '/stores/redisUrl',
      '/tokens/trustDomain',
      '/brand/accentColor/dark',
      '/brand/accentColor/light',
      '/brand/logoFile',
      '/brand/name',
      '/brand/privacyUrl',
      '/brand/supportUrl',
      '/brand/termsUrl',
      '/data/reserveMebibytes',
      '/egress/caFile',
      '/mail/smtpUrl',
      '/mail/from',
      '/push/contact',
      '/keys/masterKey',
      '/keys/otherMasterKey',
      '/administrator/password',
      '/audit/files/folder',
      '/audit/witnesses/policyFile',
    ];
    const missing = allSettings()
      .map(({ path }) => `/${path.join('/')}`)
      .filter((pointer) => !(pointer in sources));
    expect(missing.sort()).toEqual(optional.sort());
  });

  test('defaults, then the file, then the environment', () => {
    const file = { listen: { port: 4000 }, log: { level: 'debug' }, sessions: { ttlSeconds: 600 } };
    const { configuration, sources } = load(file, { PORT: '5000', BEHALF__LOG__LEVEL: 'warn' });
    expect(configuration.listen.port).toBe(5000);
    expect(configuration.issuer).toBe('http://localhost:5000');
    expect(configuration.operations.port).toBe(5001);
    expect(configuration.log.level).toBe('warn');
    expect(configuration.sessions.ttlSeconds).toBe(600);
    expect(sources['/sessions/ttlSeconds']).toEqual({ kind: 'file', name: 'behalf.json' });
    expect(sources['/log/level']).toEqual({ kind: 'environment', name: 'BEHALF__LOG__LEVEL' });
  });

  test('the short variables', () => {
    const { configuration } = load(undefined, {
      PORT: '8080',
      BEHALF_ISSUER: 'http://127.0.0.1:8080/id',
      BEHALF_DATA: '/var/lib/behalf',
      BEHALF_ADMIN_PASSWORD: '12345678',
    });
    expect(configuration.issuer).toBe('http://127.0.0.1:8080/id');
    expect(configuration.data.folder).toBe('/var/lib/behalf');
    expect(configuration.administrator.password).toBe('12345678');
  });

  test.each([
    'BEHALF__TOKENS__ACCESSTOKENTTLSECONDS',
    'BEHALF__TOKENS__ACCESS_TOKEN_TTL_SECONDS',
    'BEHALF__tokens__accessTokenTtlSeconds',
  ])('the variable %s', (name) => {
    expect(load(undefined, { [name]: '900' }).configuration.tokens.accessTokenTtlSeconds).toBe(900);
  });

  test('variables whose text has the type of the setting', () => {
    const env = {
      BEHALF__DPOP__REQUIRENONCE: 'true',
      BEHALF__LISTEN__TRUSTEDPROXIES: '10.0.0.0/8, ::1',
      BEHALF__ADMINISTRATOR__USERNAME: '12',
      BEHALF__LOG__LEVEL: '',
    };
    const { configuration } = load(undefined, env);
    expect(configuration.dpop.requireNonce).toBe(true);
    expect(configuration.listen.trustedProxies).toEqual(['10.0.0.0/8', '::1']);
    expect(configuration.administrator.username).toBe('12');
    expect(configuration.log.level).toBe('info');
    const asJson = load(undefined, { BEHALF__LISTEN__TRUSTEDPROXIES: '["192.0.2.1"]' });
    expect(asJson.configuration.listen.trustedProxies).toEqual(['192.0.2.1']);
  });

  test('secrets by reference, without the line end of their file', () => {
    const file = {
      keys: { masterKey: { file: '/run/secrets/key' } },
      administrator: { password: { env: 'PASSWORD' } },
    };
    const { configuration } = load(file, { PASSWORD: 'correct horse' }, { '/run/secrets/key': `${MASTER_KEY}\n` });
    expect(configuration.keys.masterKey).toBe(MASTER_KEY);
    expect(configuration.administrator.password).toBe('correct horse');
    const byVariable = load(undefined, { BEHALF__KEYS__MASTERKEY__FILE: '/key' }, { '/key': MASTER_KEY });
    expect(byVariable.configuration.keys.masterKey).toBe(MASTER_KEY);
  });

  test('no code afterwards: they are frozen to the bottom', () => {
    const { configuration } = load({ listen: { trustedProxies: ['::1'] } });
    const thaw = configuration as { -readonly [K in keyof Configuration]: Configuration[K] };
    expect(() => {
      thaw.issuer = 'http://localhost';
    }).toThrow(TypeError);
    expect(Object.isFrozen(configuration.tokens)).toBe(true);
    expect(Object.isFrozen(configuration.listen.trustedProxies)).toBe(true);
    // A default that was frozen must not be shared with the next load.
    expect(load(undefined).configuration.listen.trustedProxies).not.toBe(
      load(undefined).configuration.listen.trustedProxies,
    );
  });
});

describe('a configuration that cannot be used', () => {
  test('is refused with every problem at once, each with its place, source and a suggestion', () => {
    const file = {
      tokens: { acessTokenTtlSeconds: 1, exchangedTokenTtlSeconds: 601, idTokenTtlSeconds: '60' },
      stores: { document: 'postgres' },
      sesions: {},
      issuer: 'http://id.example.com',
      listen: { tls: { keyFile: 'key.pem' }, trustedProxies: ['10.0.0.0/33'] },
      delegation: { defaultDurationSeconds: 604800, maxDurationSeconds: 3600 },
    };
    const problems = problemsOf(() => load(file, { PORT: 'http', BEHALF__LOG__LEVL: 'info' }));
    expect(problems.map(({ pointer, from }) => [pointer, from]).sort()).toEqual(
      [
        ['', 'BEHALF__LOG__LEVL'],
        ['/delegation/defaultDurationSeconds', 'behalf.json'],
        ['/issuer', 'behalf.json'],
        ['/listen/port', 'PORT'],
        ['/listen/tls/certificateFile', undefined],
        ['/listen/trustedProxies/0', undefined],
        ['/sesions', 'behalf.json'],
        ['/stores/document', 'behalf.json'],
        ['/tokens/acessTokenTtlSeconds', 'behalf.json'],
        ['/tokens/exchangedTokenTtlSeconds', 'behalf.json'],
        ['/tokens/idTokenTtlSeconds', 'behalf.json'],
      ].sort(),
    );
    const by = new Map(problems.map((problem) => [problem.pointer, problem]));
    expect(by.get('/tokens/acessTokenTtlSeconds')?.suggestion).toBe('Did you mean accessTokenTtlSeconds?');
    expect(by.get('/sesions')?.suggestion).toBe('Did you mean sessions?');
    expect(by.get('')?.suggestion).toBe('Did you mean BEHALF__LOG__LEVEL?');
    expect(by.get('/tokens/exchangedTokenTtlSeconds')?.message).toBe('This must be at most 600 seconds.');
    expect(by.get('/stores/document')?.message).toBe('This must be one of sqlite, mongodb, postgresql, memory.');
  });

  test.each([
    'https://a.example',
    'a.example/x',
    'a.example.',
    '*.example.com',
    'a.example:443',
    'u@a.example',
    '0x7f.1',
  ])('SF-01 a host that may be inside is named exactly: not %s', (host) => {
    const problems = problemsOf(() =>
      load({ egress: { internalHosts: { webhooks: ['a.example:8443', '[fd00::1]', host] } } }),
    );
    expect(problems.map(({ pointer }) => pointer)).toEqual(['/egress/internalHosts/webhooks/2']);
  });

  test('SF-01 the former single list is refused, and its place is named', () => {
    const inFile = problemsOf(() => load({ egress: { allowedHosts: ['a.example'] } }));
    const short = problemsOf(() => load({}, { BEHALF_EGRESS_ALLOWED_HOSTS: 'a.example' }));
    const long = problemsOf(() => load({}, { BEHALF__EGRESS__ALLOWEDHOSTS: 'a.example' }));
    for (const problems of [inFile, short, long]) {
      expect(problems).toEqual([
        expect.objectContaining({
          message: 'egress.allowedHosts was replaced.',
          suggestion: expect.stringContaining(
            'egress.internalHosts, in the list of what it is opened for: upstreamProviders',
          ),
        }),
      ]);
    }
  });

  test('exits 78 and names all problems in its text', () => {
    try {
      load({ a: 1, b: 2 });
      throw new Error('was not refused');
    } catch (error) {
      if (!isConfigurationError(error)) throw error;
      expect(error.exitCode).toBe(78);
      expect(error.message).toMatch(/2 problems[\s\S]*\/a [\s\S]*\/b /);
    }
  });

  test.each([
    ['not JSON', '{', 'The file is not valid JSON'],
    ['no object', '[]', 'The file must hold a JSON object.'],
  ])('is a file with %s', (_, content, message) => {
    expect(problemsOf(() => load(content))[0]?.message).toContain(message);
  });

  test('is a file that cannot be read, and an option that is not known', () => {
    const missing = problemsOf(() => loadConfiguration({ argv: ['--config', '/no/such/file'], env: {} }));
    expect(missing).toMatchObject([{ from: '/no/such/file' }]);
    expect(problemsOf(() => loadConfiguration({ argv: ['--confg=x'], env: {} }))).toMatchObject([
      { suggestion: 'Did you mean --config FILE?' },
    ]);
    expect(problemsOf(() => loadConfiguration({ argv: ['--config'], env: {} }))).toHaveLength(1);
  });

  test('IN-03 never reaches a prototype', () => {
    const file =
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"tokens":{"__proto__":{"polluted":1}}}';
    expect(new Set(pointersOf(() => load(file)))).toEqual(new Set(['/__proto__', '/constructor', '/tokens/__proto__']));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(pointersOf(() => load(undefined, { BEHALF____PROTO____POLLUTED: '1' }))).toEqual(['']);
  });

  test('IN-05 is described without control characters', () => {
    try {
      load({ 'a\u001b[31m\nb\u202e': 1 });
      throw new Error('was not refused');
    } catch (error) {
      if (!isConfigurationError(error)) throw error;
      expect(error.message.split('\n')).toHaveLength(2);
      expect(error.message).not.toMatch(/\p{Cf}|[^\P{Cc}\n]/u);
    }
  });

  test('never says a secret', () => {
    for (const env of [{ BEHALF__KEYS__MASTERKEY: 'keep-secret' }, { BEHALF_ADMIN_PASSWORD: 'hush' }]) {
      const problems = problemsOf(() => load(undefined, env));
      expect(problems).toHaveLength(1);
      expect(JSON.stringify(problems)).not.toMatch(/keep-secret|hush/);
    }
    const broken = problemsOf(() => load('{"keys":{"masterKey":keep-secret}}'));
    expect(JSON.stringify(broken)).not.toContain('tell');
  });

  test('has a secret that cannot be read', () => {
    const at = (masterKey: unknown) => problemsOf(() => load({ keys: { masterKey } }, {}, { '/empty': '\n' }))[0];
    expect(at({ file: '/gone' })).toMatchObject({
      pointer: '/keys/masterKey',
      message: 'The file /gone cannot be read.',
    });
    expect(at({ env: 'GONE' })?.message).toBe('The environment has no variable GONE.');
    expect(at({ file: '/empty' })?.message).toBe('The file /empty is empty.');
    expect(at({ vault: 'x' })?.suggestion).toContain('/run/secrets/');
    expect(at(7)?.message).toBe('This must be a text.');
  });

  test('looks like a short variable with one wrong letter', () => {
    expect(problemsOf(() => load(undefined, { BEHALF_ISUER: 'x' }))).toMatchObject([
      { from: 'BEHALF_ISUER', suggestion: 'Did you mean BEHALF_ISSUER?' },
    ]);
    expect(problemsOf(() => load(undefined, { BEHALF_BENCH_SECONDS: '3', BEHALFX: '1', PORTS: '1' }))).toEqual([]);
  });
});

describe('the issuer (RFC 8414 §2, D19)', () => {
  test.each(['http://localhost:3000', 'http://127.0.0.1:3000', 'http://127.9.9.9', 'http://[::1]:3000/id'])(
    'may be %s',
    (issuer) => {
      expect(load({ issuer }).configuration.issuer).toBe(issuer);
    },
  );

  test.each([
    'http://id.example.com',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
    'http://0.0.0.0:3000',
    'http://localhost:3000/',
    'http://localhost:3000/id/',
    'http://localhost:3000?a=b',
    'http://localhost:3000?',
    'http://localhost:3000#a',
    'http://me@localhost:3000',
    'http://LOCALHOST:3000',
    'http://localhost:80',
    'http://localhost:3000/a/../b',
    'ftp://localhost',
    'localhost:3000',
    'id',
  ])('may not be %s', (issuer) => {
    expect(pointersOf(() => load({ issuer }))).toContain('/issuer');
  });

  test('must be given when the port is any free one', () => {
    expect(pointersOf(() => load({ listen: { port: 0 } }))).toEqual(['/issuer']);
    expect(load({ listen: { port: 0 }, issuer: 'http://localhost:3000' }).configuration.operations.port).toBe(0);
  });

  test('is https where listen.tls is given', () => {
    const tls = { certificateFile: 'c.pem', keyFile: 'k.pem' };
    expect(pointersOf(() => load({ listen: { tls } }))).toEqual(['/issuer']);
    expect(pointersOf(() => load({ ...PRODUCTION, listen: { host: '::', tls } }, SECRETS))).toEqual([]);
  });
});

describe('production (D19)', () => {
  test('starts with a named key behind a named proxy', () => {
    const file = { ...PRODUCTION, listen: { host: '0.0.0.0', trustedProxies: ['10.0.0.0/8'] } };
    expect(pointersOf(() => load(file, SECRETS))).toEqual([]);
  });

  test.each<[string, object, string]>([
    ['a memory store', { stores: { document: 'memory' } }, '/stores/document'],
    ['a memory store for what may be lost', { stores: { ephemeral: 'memory' } }, '/stores/ephemeral'],
    ['no master key', { keys: {} }, '/keys/masterKey'],
    ['a master key in the file', { keys: { masterKey: MASTER_KEY } }, '/keys/masterKey'],
    ['a password in the file', { administrator: { password: 'correct horse' } }, '/administrator/password'],
    ['plain HTTP that others reach', { listen: { host: '0.0.0.0' } }, '/listen'],
    ['hashes weaker than OWASP asks for', { passwords: { argon2MemoryKib: 1024 } }, '/passwords/argon2MemoryKib'],
  ])('refuses %s, which development allows', (_, setting, pointer) => {
    expect(pointersOf(() => load({ ...PRODUCTION, ...setting }, SECRETS))).toEqual([pointer]);
    expect(pointersOf(() => load({ ...PRODUCTION, ...setting, issuer: 'http://localhost:3000' }, SECRETS))).toEqual([]);
  });

  test.each<[string, string | undefined]>([
    ['missing', undefined],
    ['empty', ''],
    ['short', MASTER_KEY.slice(0, 42)],
    ['all zeros', Buffer.alloc(32).toString('base64url')],
    ['a text', Buffer.from('the master key of this very site').toString('base64url')],
    ['a pattern', Buffer.from('0123456789abcdef'.repeat(4), 'hex').toString('base64url')],
  ])('KY-03 a master key that is %s is refused, and not repeated', (_, key) => {
    const problems = problemsOf(() => load(PRODUCTION, key === undefined ? {} : { MASTER: key }));
    expect(problems.map(({ pointer }) => pointer)).toContain('/keys/masterKey');
    if (key) expect(JSON.stringify(problems)).not.toContain(key);
  });

  test('KY-03 no setting that is secret has a value by default', () => {
    const secrets = allSettings().filter(({ schema }) => schema.secret);
    expect(secrets.length).toBeGreaterThan(3);
    expect(secrets.filter(({ schema }) => schema.default !== undefined)).toEqual([]);
  });

  test('needs a password for the administrator at first start only', () => {
    expect(pointersOf(() => load(PRODUCTION, SECRETS, {}, false))).toEqual([]);
    expect(pointersOf(() => load(PRODUCTION, SECRETS, {}, true))).toEqual(['/administrator/password']);
    const given = { ...SECRETS, BEHALF_ADMIN_PASSWORD: 'correct horse' };
    expect(pointersOf(() => load(PRODUCTION, given, {}, true))).toEqual([]);
    expect(pointersOf(() => load(undefined, {}, {}, true))).toEqual([]);
    const nowhere = { ...SECRETS, BEHALF_DATA: '/no/such/folder' };
    expect(
      pointersOf(() => loadConfiguration({ env: { ...nowhere, BEHALF_ISSUER: PRODUCTION.issuer } })).sort(),
    ).toEqual(['/administrator/password', '/keys/masterKey']);
  });
});

describe('settings that contradict each other', () => {
  test.each<[object, string]>([
    [{ operations: { port: 3000 } }, '/operations/port'],
    [{ keys: { retireSeconds: 3600 }, tokens: { idTokenTtlSeconds: 7200 } }, '/keys/retireSeconds'],
    [{ tokens: { devicePollIntervalSeconds: 60, deviceCodeTtlSeconds: 60 } }, '/tokens/devicePollIntervalSeconds'],
    [{ passwords: { argon2MemoryKib: 8, argon2Parallelism: 2 } }, '/passwords/argon2MemoryKib'],
    [{ passwords: { minimumLength: 12 }, administrator: { password: '12345678' } }, '/administrator/password'],
  ])('are refused: %j', (file, pointer) => {
    expect(pointersOf(() => load(file))).toEqual([pointer]);
  });
});

describe('the examples', () => {
  test('can be used', () => {
    const example = (name: string) => ['--config', `${import.meta.dirname}/../../../config/examples/${name}.json`];
    expect(loadConfiguration({ argv: example('development'), env: {} }).configuration.log.level).toBe('debug');
    const env = { BEHALF__KEYS__MASTERKEY: MASTER_KEY, BEHALF_ADMINISTRATOR_PASSWORD: 'correct horse' };
    const production = loadConfiguration({
      argv: example('production'),
      env: { ...env, BEHALF_ADMIN_PASSWORD: 'another horse' },
    });
    expect(production.configuration.issuer).toBe('https://id.example.com');
  });
});

import { describe, expect, test } from '@jest/globals';
import { loadConfiguration, withoutSecrets } from '../../../config/load.ts';
import { isConfigurationError } from '../../../config/problem.ts';

const MONGODB = 'mongodb://behalf:hunter2@a,b/behalf?replicaSet=rs0';
const REDIS = 'rediss://behalf:hunter2@c:6379/0';

const POSTGRESQL = 'postgresql://behalf:hunter2@d/behalf';

const load = (env: Readonly<Record<string, string>>, file: object = {}, files: Readonly<Record<string, string>> = {}) =>
  loadConfiguration({
    env,
    argv: ['--config', 'behalf.json'],
    isFirstStart: false,
    readFile: (path) => (path === 'behalf.json' ? JSON.stringify(file) : String(files[path])),
  });
const problemsOf = (...given: Parameters<typeof load>) => {
  try {
    load(...given);
  } catch (error) {
    if (isConfigurationError(error))
      return { pointers: error.problems.map(({ pointer }) => pointer), text: error.message };
    throw error;
  }
  return { pointers: [], text: '' };
};

describe('MongoDB and Redis', () => {
  test('are chosen by their two URLs, and stay secret', () => {
    const loaded = load({ BEHALF_MONGODB_URL: MONGODB, BEHALF_REDIS_URL: REDIS });
    expect(loaded.configuration.stores).toMatchObject({
      document: 'mongodb',
      ephemeral: 'redis',
      mongodbUrl: MONGODB,
      redisUrl: REDIS,
    });
    expect(JSON.stringify(withoutSecrets(loaded))).not.toContain('hunter2');
  });

  test('may be given by reference, in the file and in variables', () => {
    const files = { '/run/secrets/mongodb': `${MONGODB}\n`, '/run/secrets/redis': REDIS };
    const file = { stores: { mongodbUrl: { file: '/run/secrets/mongodb' } } };
    const { stores } = load({ BEHALF__STORES__REDIS_URL__FILE: '/run/secrets/redis' }, file, files).configuration;
    expect([stores.mongodbUrl, stores.redisUrl]).toEqual([MONGODB, REDIS]);
  });

  test.each([
    [{ BEHALF_MONGODB_URL: MONGODB }, '/stores/redisUrl'],
    [{ BEHALF_REDIS_URL: REDIS }, '/stores/mongodbUrl'],
  ])('one without the other says so', (env: Record<string, string>, pointer) => {
    const { pointers, text } = problemsOf(env);
    expect(pointers).toEqual([pointer]);
    expect(text).toContain('give BEHALF_MONGODB_URL and BEHALF_REDIS_URL, or neither');
    expect(text).not.toContain('hunter2');
  });

  test('named without URLs, or beside another store', () => {
    expect(problemsOf({}, { stores: { document: 'mongodb' } }).pointers).toEqual([
      '/stores/mongodbUrl',
      '/stores/redisUrl',
    ]);
    const both = { BEHALF_MONGODB_URL: MONGODB, BEHALF_REDIS_URL: REDIS };
    expect(problemsOf(both, { stores: { document: 'sqlite' } }).pointers).toEqual(['/stores/document']);
    expect(problemsOf(both, { stores: { ephemeral: 'memory' } }).pointers).toEqual(['/stores/ephemeral']);
  });

  test('a URL of something else is refused and not repeated', () => {
    const { pointers, text } = problemsOf({
      BEHALF_MONGODB_URL: 'https://u:hunter2@a/',
      BEHALF_REDIS_URL: 'tcp://u:hunter2@b',
    });
    expect(pointers).toEqual(['/stores/mongodbUrl', '/stores/redisUrl']);
    expect(text).not.toContain('hunter2');
  });

  test('FT-03 production takes no standalone', () => {
    const env = { BEHALF_MONGODB_URL: MONGODB, BEHALF_REDIS_URL: REDIS, BEHALF__STORES__ALLOW_STANDALONE: 'true' };
    expect(problemsOf(env).pointers).toEqual([]);
    expect(problemsOf({ ...env, BEHALF_ISSUER: 'https://id.example.com' }).pointers).toContain(
      '/stores/allowStandalone',
    );
  });
});

describe('PostgreSQL', () => {
  test('is chosen by its URL, which stays secret, and stores short-lived data too unless Redis is given', () => {
    const loaded = load({ BEHALF_POSTGRESQL_URL: POSTGRESQL });
    const alone = { document: 'postgresql', ephemeral: 'postgresql', postgresqlUrl: POSTGRESQL };
    expect(loaded.configuration.stores).toMatchObject(alone);
    expect(JSON.stringify(withoutSecrets(loaded))).not.toContain('hunter2');
    const { stores } = load({ BEHALF_POSTGRESQL_URL: POSTGRESQL, BEHALF_REDIS_URL: REDIS }).configuration;
    expect(stores).toMatchObject({ document: 'postgresql', ephemeral: 'redis', redisUrl: REDIS });
    const chosen = { stores: { document: 'postgresql', ephemeral: 'postgresql' } };
    expect(load({ BEHALF_POSTGRESQL_URL: POSTGRESQL }, chosen).configuration.stores).toMatchObject(alone);
  });

  test('and MongoDB exclude each other, and the refusal names both settings', () => {
    const both = { BEHALF_POSTGRESQL_URL: POSTGRESQL, BEHALF_MONGODB_URL: MONGODB };
    for (const env of [both, { ...both, BEHALF_REDIS_URL: REDIS }]) {
      const { pointers, text } = problemsOf(env);
      expect(pointers).toEqual(['/stores/postgresqlUrl']);
      expect(text).toContain('BEHALF_MONGODB_URL or BEHALF_POSTGRESQL_URL, not both');
      expect(text).not.toContain('hunter2');
    }
  });

  test.each([
    [{ document: 'postgresql' }, {}, ['/stores/postgresqlUrl']],
    [{ ephemeral: 'postgresql' }, {}, ['/stores/postgresqlUrl']],
    [{ document: 'sqlite' }, { BEHALF_POSTGRESQL_URL: POSTGRESQL }, ['/stores/document']],
    [{ ephemeral: 'sqlite' }, { BEHALF_POSTGRESQL_URL: POSTGRESQL }, ['/stores/ephemeral']],
    [{ ephemeral: 'memory' }, { BEHALF_POSTGRESQL_URL: POSTGRESQL }, ['/stores/ephemeral']],
    [{ ephemeral: 'redis' }, { BEHALF_POSTGRESQL_URL: POSTGRESQL }, ['/stores/redisUrl']],
    [
      { ephemeral: 'postgresql' },
      { BEHALF_MONGODB_URL: MONGODB, BEHALF_REDIS_URL: REDIS },
      ['/stores/ephemeral', '/stores/postgresqlUrl'],
    ],
    [{}, { BEHALF_POSTGRESQL_URL: 'mysql://u:hunter2@a/' }, ['/stores/postgresqlUrl']],
    [{}, { BEHALF_POSTGRESQL_URL: 'postgresql://u:hunter2@a:port/' }, ['/stores/postgresqlUrl']],
  ])('%j with other settings that do not go with it is refused', (chosen, env: Record<string, string>, pointers) => {
    const found = problemsOf(env, { stores: chosen });
    expect(found.pointers).toEqual(pointers);
    expect(found.text).not.toContain('hunter2');
  });

  test('its database is not taken for a new one', () => {
    const env = { BEHALF_POSTGRESQL_URL: POSTGRESQL, BEHALF_ISSUER: 'https://id.example.com' };
    const key = {
      BEHALF__KEYS__MASTERKEY: Buffer.from(Array.from({ length: 32 }, (_, at) => (at * 37) % 251)).toString(
        'base64url',
      ),
    };
    const pointersOf = (more: object): readonly string[] => {
      try {
        loadConfiguration({ env: { ...env, ...key }, readFile: () => '', ...more });
      } catch (error) {
        if (isConfigurationError(error)) return error.problems.map(({ pointer }) => pointer);
        throw error;
      }
      return [];
    };
    expect(pointersOf({ isFirstStart: true })).toContain('/administrator/password');
    expect(pointersOf({})).not.toContain('/administrator/password');
  });
});

describe('mail', () => {
  const URL_OF_SERVER = 'smtps://behalf:hunter2@smtp.example.com:465';

  test('is sent by one server, whose URL stays secret', () => {
    const loaded = load({ BEHALF_SMTP_URL: URL_OF_SERVER, BEHALF_MAIL_FROM: 'Behalf <id@example.com>' });
    expect(loaded.configuration.mail).toEqual({
      smtpUrl: URL_OF_SERVER,
      from: 'Behalf <id@example.com>',
      language: 'en',
    });
    expect(JSON.stringify(withoutSecrets(loaded))).not.toContain('hunter2');
  });

  test.each([
    ['https://smtp.example.com', 'id@example.com', ['/mail/smtpUrl']],
    ['smtp://smtp.example.com/?ignoreTLS=true', 'id@example.com', ['/mail/smtpUrl']],
    ['smtp://smtp.example.com', '', ['/mail/from']],
    ['smtp://smtp.example.com', 'no-address', ['/mail/from']],
    ['smtp://smtp.example.com', 'a@example.com, b@example.com', ['/mail/from']],
  ])('%s from "%s" is refused', (url, from, pointers) => {
    const found = problemsOf({ BEHALF_SMTP_URL: url, BEHALF_MAIL_FROM: from });
    expect(found.pointers).toEqual(pointers);
    expect(found.text).not.toContain('smtp.example.com/');
  });
});

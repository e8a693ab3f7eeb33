/** Which stores go together, and whether each has its URL. */
import type { Configuration } from './configuration.ts';
import type { Problem } from './problem.ts';

/** Whether documents are in a database server, which other nodes may share. */
export const isOnServer = ({ stores }: Pick<Configuration, 'stores'>): boolean =>
  stores.document === 'mongodb' || stores.document === 'postgresql';

const TOGETHER =
  'MongoDB and Redis go together: give BEHALF_MONGODB_URL and BEHALF_REDIS_URL, or neither. PostgreSQL goes with or without Redis: give BEHALF_POSTGRESQL_URL.';

/** Never quotes a URL, which may hold a password. */
export const storeProblems = ({ stores }: Configuration): readonly Problem[] => [
  ...storeUrlProblems(stores),
  ...storeChoiceProblems(stores),
];

const storeProblem = (pointer: string, message: string, suggestion: string): Problem => ({
  pointer: `/stores/${pointer}`,
  message,
  suggestion,
});

const storeUrlProblems = ({ mongodbUrl, postgresqlUrl, redisUrl }: Configuration['stores']): readonly Problem[] => {
  const problems: Problem[] = [];
  if (mongodbUrl !== undefined && !/^mongodb(\+srv)?:\/\/[^/]/.test(mongodbUrl)) {
    problems.push(
      storeProblem('mongodbUrl', 'This is no URL of MongoDB.', 'It begins with mongodb:// or mongodb+srv://.'),
    );
  }
  if (postgresqlUrl !== undefined && !(/^postgres(ql)?:\/\/./.test(postgresqlUrl) && URL.canParse(postgresqlUrl))) {
    problems.push(
      storeProblem(
        'postgresqlUrl',
        'This is no URL of PostgreSQL.',
        'Example: postgresql://user:password@host/behalf.',
      ),
    );
  }
  if (redisUrl !== undefined && !/^rediss?(\+sentinel|\+cluster)?:\/\/[^/]/.test(redisUrl)) {
    problems.push(
      storeProblem(
        'redisUrl',
        'This is no URL of Redis.',
        'It begins with redis://, redis+sentinel:// or redis+cluster://, or the same with rediss for TLS.',
      ),
    );
  }
  return problems;
};

const storeChoiceProblems = (stores: Configuration['stores']): readonly Problem[] => {
  const { document, ephemeral, mongodbUrl, postgresqlUrl, redisUrl } = stores;
  if (mongodbUrl !== undefined && postgresqlUrl !== undefined) {
    const remedy = 'Give BEHALF_MONGODB_URL or BEHALF_POSTGRESQL_URL, not both.';
    return [storeProblem('postgresqlUrl', 'stores.mongodbUrl and stores.postgresqlUrl are both given.', remedy)];
  }
  const problems: Problem[] = [];
  const problem = (...given: Parameters<typeof storeProblem>): void => void problems.push(storeProblem(...given));
  const other = (name: 'mongodb' | 'postgresql'): void =>
    problem('document', `This is ${document}, but stores.${name}Url is given.`, `Use ${name}, or remove the URL.`);
  if (mongodbUrl !== undefined && document !== 'mongodb') other('mongodb');
  if (postgresqlUrl !== undefined && document !== 'postgresql') other('postgresql');
  if (redisUrl !== undefined && ephemeral !== 'redis') {
    problem('ephemeral', `This is ${ephemeral}, but stores.redisUrl is given.`, 'Use redis, or remove the URL.');
  }
  const needsPostgresql = document === 'postgresql' || ephemeral === 'postgresql';
  if (postgresqlUrl === undefined && needsPostgresql) {
    problem('postgresqlUrl', 'The URL of PostgreSQL is missing.', 'Give BEHALF_POSTGRESQL_URL.');
  }
  if (postgresqlUrl !== undefined && ephemeral !== 'redis' && ephemeral !== 'postgresql') {
    problem('ephemeral', `This is ${ephemeral}, which no other node shares.`, 'Use redis or postgresql, or remove it.');
  }
  // With PostgreSQL, Redis is a choice.
  if (needsPostgresql || postgresqlUrl !== undefined) {
    if (ephemeral === 'redis' && redisUrl === undefined) {
      problem(
        'redisUrl',
        'The URL of Redis is missing.',
        'Give BEHALF_REDIS_URL, or set stores.ephemeral to postgresql.',
      );
    }
    return problems;
  }
  const isOnBoth = document === 'mongodb' || ephemeral === 'redis';
  if (mongodbUrl === undefined && isOnBoth) problem('mongodbUrl', 'The URL of MongoDB is missing.', TOGETHER);
  if (redisUrl === undefined && isOnBoth) problem('redisUrl', 'The URL of Redis is missing.', TOGETHER);
  return problems;
};

import { readFileSync } from 'node:fs';
import { StoreUnavailable } from '../../src/domain/ports/document-store.ts';

/** Where the server is, as the driver takes it. */
export type PostgresqlAddress = {
  readonly host: string;
  readonly port: number;
  readonly user?: string;
  readonly password?: string;
  readonly database: string;
  /** The schema that holds our tables. */
  readonly schema: string;
  readonly ssl: false | { readonly ca?: string; readonly rejectUnauthorized: true };
};

const PARAMETERS = ['host', 'user', 'schema', 'sslmode', 'sslrootcert'];
/** PostgreSQL keeps names that begin with pg_ for itself. */
const SCHEMA = /^(?!pg_)[a-z][a-z0-9_]{0,47}$/;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\/.*)$/;

/**
 * The address in `postgresql://USER:PASSWORD@HOST:PORT/DATABASE?…`. The database is `behalf` unless named. Parameters: `host` (a
 * folder of a Unix socket), `user`, `schema` (default `behalf`), `sslmode`, `sslrootcert` (a file of certificates).
 * TLS with a verified host, unless the host is this machine. Throws StoreUnavailable, without the password in its text, when the URL is
 * malformed, names another parameter, or asks for less than `verify-full` on another host.
 */
export const postgresqlAddress = (text: string): PostgresqlAddress => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'postgresql:' && url?.protocol !== 'postgres:') {
    throw new StoreUnavailable('the PostgreSQL URL is not postgresql://USER:PASSWORD@HOST:PORT/DATABASE');
  }
  for (const name of url.searchParams.keys()) {
    if (!PARAMETERS.includes(name)) {
      throw new StoreUnavailable(`the PostgreSQL URL names ${name}: it may name ${PARAMETERS.join(', ')}`);
    }
  }
  const named = (name: string): string | undefined => {
    const value = url.searchParams.get(name) ?? undefined;
    // The driver would take another one from its environment.
    if (value === '')
      throw new StoreUnavailable(`the PostgreSQL URL names an empty ${name}: leave it out, or name one`);
    return value;
  };
  const host = named('host') ?? (url.hostname.replace(/^\[|\]$/g, '') || 'localhost');
  const schema = named('schema') ?? 'behalf';
  if (!SCHEMA.test(schema)) {
    throw new StoreUnavailable(
      'the PostgreSQL URL names a schema that is not a lower-case name of at most 48 characters, without pg_ at its beginning',
    );
  }
  const user = decoded(url.username) || named('user');
  const password = decoded(url.password);
  const database = decoded(url.pathname.slice(1)) || 'behalf';
  if (/[/@]/.test(database)) {
    throw new StoreUnavailable(`the PostgreSQL URL names a database with / or @ in its name: ${ENCODE}`);
  }
  return {
    host,
    port: Number(url.port || '5432'),
    ...(user === undefined ? {} : { user }),
    ...(password === '' ? {} : { password }),
    database,
    schema,
    ssl: tlsOf(host, named('sslmode'), named('sslrootcert')),
  };
};

const ENCODE = 'in a password, write %25 for %, %2F for / and %40 for @';

/** Throws StoreUnavailable without the text, which may be a password. */
const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new StoreUnavailable(`the PostgreSQL URL has a % that begins no character: ${ENCODE}`);
  }
};

const tlsOf = (host: string, mode: string | undefined, rootFile: string | undefined): PostgresqlAddress['ssl'] => {
  const isLocal = LOOPBACK.test(host);
  const hasTls = mode === 'verify-full' || !isLocal;
  if (!hasTls && rootFile !== undefined && (mode === undefined || mode === 'disable')) {
    throw new StoreUnavailable(
      'the PostgreSQL URL names sslrootcert, and a host of this machine, which has no TLS by default: add sslmode=verify-full, or leave sslrootcert out',
    );
  }
  if (mode === 'disable' && isLocal) return false;
  if (mode !== undefined && mode !== 'verify-full') {
    throw new StoreUnavailable(
      `the PostgreSQL URL says sslmode=${mode}: leave it out, or use verify-full${isLocal ? ' or disable' : ', so that no other server can answer'}`,
    );
  }
  if (mode === undefined && isLocal) return false;
  if (rootFile === undefined) return { rejectUnauthorized: true };
  try {
    return { rejectUnauthorized: true, ca: readFileSync(rootFile, 'utf8') };
  } catch (cause) {
    throw new StoreUnavailable(`the file ${rootFile} that sslrootcert names cannot be read`, { cause });
  }
};

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
const SCHEMA = /^[a-z][a-z0-9_]{0,47}$/;
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
  const named = (name: string): string | undefined => url.searchParams.get(name) ?? undefined;
  const host = named('host') ?? (url.hostname.replace(/^\[|\]$/g, '') || 'localhost');
  const schema = named('schema') ?? 'behalf';
  if (!SCHEMA.test(schema)) {
    throw new StoreUnavailable(
      'the PostgreSQL URL names a schema that is not a lower-case name of at most 48 characters',
    );
  }
  const user = decodeURIComponent(url.username) || named('user');
  const password = decodeURIComponent(url.password);
  return {
    host,
    port: Number(url.port || '5432'),
    ...(user === undefined ? {} : { user }),
    ...(password === '' ? {} : { password }),
    database: decodeURIComponent(url.pathname.slice(1)) || 'behalf',
    schema,
    ssl: tlsOf(host, named('sslmode'), named('sslrootcert')),
  };
};

const tlsOf = (host: string, mode: string | undefined, rootFile: string | undefined): PostgresqlAddress['ssl'] => {
  const isLocal = LOOPBACK.test(host);
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

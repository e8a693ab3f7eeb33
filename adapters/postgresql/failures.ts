/** What a failure of the driver means: for the connection, and for the reader of the message. */
import { isDocumentConflict, StoreUnavailable } from '../../src/domain/ports/document-store.ts';

/** The SQLSTATE, if the server has answered. Errors of sockets have a `code` too, but no `severity`, whose text depends on the server's language. */
export const codeOf = (error: unknown): string | undefined => {
  const { code, severity } = (error ?? {}) as { readonly code?: unknown; readonly severity?: unknown };
  return severity !== undefined && typeof code === 'string' ? code : undefined;
};

/** Of a broken connection, and of a server that ends sessions. */
const ENDS_CONNECTION = /^(?:08|57P)/;

/** Whether the server refused the statement and the connection is as before. */
export const isOfStatement = (error: unknown): boolean => {
  const code = codeOf(error);
  return isDocumentConflict(error) || (code !== undefined && !ENDS_CONNECTION.test(code));
};

/** Whether the driver stopped waiting for an answer. The server may still be at work. */
export const isGivenUp = (error: unknown): boolean => (error as Error | undefined)?.message === 'Query read timeout';

/** Of a function that the server lacks, does not support, or keeps from this user. */
const WITHHELD = /^(?:42883|0A000|42501)$/;

export const isWithheld = (error: unknown): boolean => WITHHELD.test(codeOf(error) ?? '');

const DISK_FULL = '53100';

const NO_RIGHT =
  'the PostgreSQL user lacks a right: let it own the schema that the URL names (default behalf), or give it CREATE on the database, or USAGE and CREATE on that schema';

const REFUSALS: readonly (readonly [code: RegExp, message: string])[] = [
  [/^28/, 'PostgreSQL refuses the user: correct the user or the password in the URL, or pg_hba.conf'],
  [/^3D000$/, 'PostgreSQL has no database of this name: create it, or name another in the URL (default behalf)'],
  [/^(?:42501|3F000)$/, NO_RIGHT],
  [/^53300$/, 'PostgreSQL takes no more connections: raise max_connections there, or the CONNECTION LIMIT'],
];

const UNTRUSTED = /^(?:CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/;

/** Why the server was not believed, from an error of the TLS connection. */
const tlsRefusal = (error: unknown): string | undefined => {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return 'PostgreSQL has the certificate of another host: name a host in the URL that is in the certificate';
  }
  if (typeof code === 'string' && UNTRUSTED.test(code)) {
    return `the certificate of PostgreSQL is not trusted (${code}): name the file of its authority by sslrootcert in the URL, or renew the certificate`;
  }
  return message === 'The server does not support SSL connections'
    ? 'PostgreSQL offers no TLS: set ssl=on there, with a certificate for the host in the URL'
    : undefined;
};

/**
 * As the port names it; a `Failure` unless it was refused. One with a remedy has no cause: its text says all. For others the driver's own message, which may name the server, is
 * in `cause`.
 */
export const unavailable = (cause: unknown, Failure = StoreUnavailable): StoreUnavailable => {
  const code = codeOf(cause);
  if (code === undefined) {
    const refusal = tlsRefusal(cause);
    return refusal === undefined ? new Failure('PostgreSQL is not in reach', { cause }) : new StoreUnavailable(refusal);
  }
  if (code === DISK_FULL) return new StoreUnavailable('PostgreSQL has no room', { cause, reason: 'no_space' });
  const refusal = REFUSALS.find(([codes]) => codes.test(code))?.[1];
  return refusal === undefined
    ? new Failure(`PostgreSQL failed (SQLSTATE ${code})`, { cause })
    : new StoreUnavailable(refusal);
};

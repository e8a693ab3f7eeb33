/** The parameters of an exchange (RFC 8693 §2.1): their names, types and limits, and how each is read once. */
import { TOKEN_EXCHANGE } from '../../domain/clients/clients/grant-types.ts';
import { readDetails } from '../../domain/resources/authorization-details/asked-details.ts';
import type { Detail } from '../../domain/vocabulary/detail-type.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { scopeTokens } from '../../domain/vocabulary/scope-tokens.ts';
import type { Refuse } from './refusals.ts';

export const GRANT_TYPE = TOKEN_EXCHANGE;
export const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token';
export const JWT_TYPE = 'urn:ietf:params:oauth:token-type:jwt';
/** An instance of an agent requests it, to get a separate refresh token (refresh-family.ts). */
export const REFRESH_TYPE = 'urn:ietf:params:oauth:token-type:refresh_token';

/** Proves a sign-in, as a refresh token does. It is a subject token for the client that it was issued to only. */
export const ID_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:id_token';
/** A token for calls within the trust domain (txn-token.ts). */
export const TXN_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:txn_token';
/** An assertion for another authorization server (id-jag.ts). */
export const ID_JAG_TYPE = 'urn:ietf:params:oauth:token-type:id-jag';

/** All parameters that the grant can read. `act`, `may_act`, `sub` and the like never reach it (RFC 8693 §2.1). */
export const PARAMETERS = [
  'subject_token',
  'subject_token_type',
  'actor_token',
  'actor_token_type',
  'requested_token_type',
  'audience',
  'resource',
  'scope',
  'request_context',
  'request_details',
  'authorization_details',
  'transaction',
] as const;

export const REPEATABLE = ['audience', 'resource'] as const;

/** Bytes of a token. Our tokens are smaller even with the longest chain. */
const MAX_TOKEN_BYTES = 8192;
const MAX_TARGET_LENGTH = 2048;
const MAX_SCOPE_LENGTH = 4096;
const MAX_ID_LENGTH = 128;

export type TokenType =
  | typeof ACCESS_TOKEN_TYPE
  | typeof JWT_TYPE
  | typeof ID_TOKEN_TYPE
  | typeof REFRESH_TYPE
  | typeof ID_JAG_TYPE
  | typeof TXN_TOKEN_TYPE;
export type PresentedToken = { readonly value: string; readonly type: TokenType };

const ACCESS_TYPES: readonly TokenType[] = [ACCESS_TOKEN_TYPE, JWT_TYPE];
const SUBJECT_TYPES: readonly TokenType[] = [...ACCESS_TYPES, ID_TOKEN_TYPE, REFRESH_TYPE];

/** Whether this is the type of an access token, of any format. */
export const isAccessTokenType = (type: string | undefined): boolean => ACCESS_TYPES.some((one) => one === type);

type Values = (parameter: string) => readonly string[];

export type ExchangeParameters = {
  readonly subject: PresentedToken;
  readonly actor: PresentedToken | undefined;
  readonly requestedType: TokenType;
  readonly resource: string | undefined;
  readonly audience: string | undefined;
  /** Undefined: everything that remains after the cut. Sorted, without duplicates. */
  readonly scope: readonly string[] | undefined;
  /** Undefined: everything that the source holds. */
  readonly details: readonly Detail[] | undefined;
  /** Id of a declared transaction. */
  readonly transaction: string | undefined;
};

/**
 * Reads the form once. Throws the error of `refuse`, which names the parameter at fault. A missing or malformed parameter
 * never selects another grant or a default (RFC 8693 §2.1, §2.2.2).
 */
export const readParameters = (
  values: Values,
  refuse: Refuse,
  /** Token types that can be requested. */
  requestable: readonly TokenType[] = ACCESS_TYPES,
): ExchangeParameters => {
  const { single, required, bounded, tokenType } = readers(values, refuse);
  const target = (field: 'resource' | 'audience'): string | undefined => {
    const [value, ...others] = new Set(values(field).filter((each) => each !== ''));
    if (others.length > 0) throw refuse('target_ambiguous', { field, text: `name one ${field} only` });
    return value === undefined ? undefined : bounded(field, value, MAX_TARGET_LENGTH);
  };

  const subject = readSubject(values, refuse, SUBJECT_TYPES);
  const actorToken = single('actor_token');
  const actorType = single('actor_token_type');
  if (actorToken === undefined && actorType !== undefined) {
    throw refuse('parameter_missing', {
      field: 'actor_token',
      text: 'actor_token_type must not be given without actor_token',
    });
  }
  const actor =
    actorToken === undefined
      ? undefined
      : {
          value: bounded('actor_token', actorToken, MAX_TOKEN_BYTES),
          type: tokenType('actor_token_type', required('actor_token_type')),
        };
  const requestedType = tokenType(
    'requested_token_type',
    single('requested_token_type') ?? ACCESS_TOKEN_TYPE,
    requestable,
  );
  const resource = target('resource');
  const audience = target('audience');
  if (resource === undefined && audience === undefined) throw refuse('target_missing');
  const scope = single('scope');
  const transaction = single('transaction');
  return {
    subject,
    actor,
    requestedType,
    resource,
    audience,
    scope: scope === undefined ? undefined : scopeOf(bounded('scope', scope, MAX_SCOPE_LENGTH), refuse),
    details: detailsIn(single('authorization_details'), refuse),
    transaction: transaction === undefined ? undefined : bounded('transaction', transaction, MAX_ID_LENGTH),
  };
};

/** Whether the request asks for a transaction token. */
export const asksForTxnToken = (values: Values): boolean => values('requested_token_type').includes(TXN_TOKEN_TYPE);

/** Whether the request asks for an assertion for another server. */
export const asksForIdJag = (values: Values): boolean => values('requested_token_type').includes(ID_JAG_TYPE);

/** Whether the request asks for a refresh token. */
export const asksForRefreshToken = (values: Values): boolean => values('requested_token_type').includes(REFRESH_TYPE);

/** The form of a request for a refresh token: a subject token, and no parameter that would narrow the result. */
export const readFamilyParameters = (values: Values, refuse: Refuse): PresentedToken => {
  readers(values, refuse).single('requested_token_type');
  for (const field of PARAMETERS.filter((name) => !FAMILY_PARAMETERS.has(name))) {
    if (values(field).some((value) => value !== '')) {
      const text = `a refresh token is for all that was authorized: ${field} is given when it is used`;
      throw refuse('token_type_unsupported', { field, text });
    }
  }
  return readSubject(values, refuse, ACCESS_TYPES);
};

const FAMILY_PARAMETERS: ReadonlySet<string> = new Set(['subject_token', 'subject_token_type', 'requested_token_type']);

const readSubject = (values: Values, refuse: Refuse, types: readonly TokenType[]): PresentedToken => {
  const { required, bounded, tokenType } = readers(values, refuse);
  return {
    value: bounded('subject_token', required('subject_token'), MAX_TOKEN_BYTES),
    type: tokenType('subject_token_type', required('subject_token_type'), types),
  };
};

const readers = (values: Values, refuse: Refuse) => {
  const single = (field: string): string | undefined => {
    const [value, ...more] = values(field);
    if (more.length > 0) throw refuse('parameter_repeated', { field, text: `${field} is given more than once` });
    return value === '' ? undefined : value;
  };
  return {
    single,
    required(field: string): string {
      const value = single(field);
      if (value === undefined) throw refuse('parameter_missing', { field, text: `${field} is missing` });
      return value;
    },
    bounded(field: string, value: string, limit: number): string {
      if (Buffer.byteLength(value) <= limit) return value;
      throw refuse('parameter_too_long', { field, text: `${field} is longer than ${limit} bytes` });
    },
    tokenType(field: string, value: string, types = ACCESS_TYPES): TokenType {
      const known = types.find((type) => type === value);
      if (known !== undefined) return known;
      throw refuse('token_type_unsupported', { field, text: `${field} must be ${types[0]}` });
    },
  };
};

/** Undefined without the parameter. */
const detailsIn = (text: string | undefined, refuse: Refuse): readonly Detail[] | undefined =>
  text === undefined ? undefined : refusing(refuse, () => readDetails(text));

/** Refuses unreadable authorization details with the error of this grant. */
export const refusing = <T>(refuse: Refuse, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    if (!isDomainError(error) || error.code !== 'invalid_authorization_details') throw error;
    throw refuse('details_malformed', { text: error.message });
  }
};

const scopeOf = (scope: string, refuse: Refuse): readonly string[] => {
  const names = scopeTokens(scope);
  if (!names) throw refuse('scope_malformed');
  return names;
};

import { checkName } from '../../platform/display-names/display-text.ts';
import type { EpochSeconds } from '../../ports/clock.ts';
import { canonicalDigest } from '../../vocabulary/canonical-digest.ts';
import { fieldRefusal } from '../../vocabulary/field-refusals.ts';
import { raise } from '../../vocabulary/refusals.ts';
import { strictJson } from '../../vocabulary/strict-json.ts';
import { checkRedirectUris, originsOf } from '../../vocabulary/web-address.ts';
import type { Client } from './client.ts';
import { checkGrantTypes, DOCUMENT_GRANT_TYPES } from './grant-types.ts';
import { checkKeySource, type KeySource, type KeyUrlCheck } from './key-source.ts';
import { metadataDocumentRefusal } from './metadata-document-refusals.ts';
import type { SelfChosen } from './self-chosen.ts';

/**
 * A client without registration: it describes itself in a document at the URL that is its id
 * (draft-ietf-oauth-client-id-metadata-document-02). It has no owner, no rights of its own and no secret.
 */
export type DocumentClient = Client & {
  /** Digest of all that is read from the document. A different digest asks the user for consent again. */
  readonly documentVersion: string;
};

/** No other id of this server begins like this (DR-02): ids begin with a word and `_`. */
export const isDocumentId = (id: string): boolean => id.startsWith('https://');

/** The client if it is a document; undefined for a registered client. */
export const asDocumentClient = (client: Client): DocumentClient | undefined =>
  (client as Partial<DocumentClient>).documentVersion === undefined ? undefined : (client as DocumentClient);

/** The version of its document that a client was read from. Undefined for a registered client. */
export const documentVersionOf = (client: Client): string | undefined => asDocumentClient(client)?.documentVersion;

const MAXIMUM_ID = 512;

/**
 * Throws 'invalid_request' unless this is an https URL with a path, in its normal form. One document then has
 * one spelling, and ids are compared character by character.
 *
 * DIVERGENCE: the draft only advises against a query. Here a query is refused: through an endpoint that echoes
 * its query, any caller could be a client of that host.
 */
export const checkDocumentId = (id: string): void => {
  const url = URL.parse(id);
  const isPlain = id.length <= MAXIMUM_ID && /^https:\/\/[^/?#@\\]+\/[!"$->@-[\]-~]*$/.test(id);
  if (url && isPlain && url.href === id && !/%2e|%2f|%5c/i.test(url.pathname)) return;
  throw metadataDocumentRefusal('document_url_malformed');
};

/**
 * `https://host:port` of such an id. It is not an id itself, since it has no path. A kill of it kills all
 * clients there.
 */
export const siteOf = (id: string): string => {
  const end = id.indexOf('/', 'https://'.length);
  return end === -1 ? id : id.slice(0, end);
};

const SIGNATURES: readonly string[] = [
  'RS256',
  'ES256',
  'PS256',
  'EdDSA',
] satisfies Client['idTokenSignedResponseAlg'][];
const SECRETS = ['client_secret', 'client_secret_expires_at'];
const MAXIMUM_ENTRIES = 20;

/**
 * Reads the client from a document, by the rules of every registration. Ignores members that are not read here
 * and values that only other servers support, because one document serves all servers. Throws 'invalid_request'
 * or 'invalid_field' with the member at fault.
 */
export const readMetadataDocument = (
  id: string,
  body: Uint8Array,
  {
    now,
    checkKeyUrl,
    selfChosen,
  }: { readonly now: EpochSeconds; readonly checkKeyUrl: KeyUrlCheck; readonly selfChosen?: SelfChosen | undefined },
): DocumentClient => {
  const document = objectOf(strictJson(body));
  const given = (member: string): unknown => (Object.hasOwn(document, member) ? document[member] : undefined);
  if (given('client_id') !== id) {
    throw metadataDocumentRefusal('document_id_differs', { field: '/client_id' });
  }
  for (const member of SECRETS) {
    if (given(member) !== undefined) throw metadataDocumentRefusal('document_holds_secret', { field: `/${member}` });
  }
  const redirectUris = texts(given('redirect_uris'), '/redirect_uris') ?? [];
  const applicationType =
    oneOf(given('application_type'), '/application_type', ['web', 'native']) ?? typeOf(redirectUris);
  checkRedirectUris(redirectUris, applicationType);
  selfChosen?.addresses.refuseEachOnHost(redirectUris, '/redirect_uris');
  const grantTypes = grantTypesOf(given('grant_types'), given('response_types'), redirectUris);
  const keys = keysOf(given('jwks'), given('jwks_uri'));
  selfChosen?.addresses.refuseHost(keys.jwksUri, '/jwks_uri');
  const tokenEndpointAuthMethod = methodOf(given('token_endpoint_auth_method'), keys);
  const dpopBoundAccessTokens = given('dpop_bound_access_tokens') ?? false;
  if (typeof dpopBoundAccessTokens !== 'boolean') {
    throw fieldRefusal('boolean_expected', { field: '/dpop_bound_access_tokens' });
  }
  const algorithm = given('id_token_signed_response_alg');
  const client = {
    id,
    name: nameOf(given('client_name'), id, selfChosen),
    applicationType,
    tokenEndpointAuthMethod,
    ...(tokenEndpointAuthMethod === 'private_key_jwt' ? checkKeySource(keys, undefined, checkKeyUrl) : {}),
    grantTypes,
    redirectUris,
    postLogoutRedirectUris: [],
    corsOrigins: originsOf(redirectUris),
    skipConsent: false,
    dpopBoundAccessTokens,
    idTokenSignedResponseAlg: (SIGNATURES.includes(String(algorithm))
      ? algorithm
      : 'RS256') as Client['idTokenSignedResponseAlg'],
    roles: [],
    state: 'active',
  } as const satisfies Partial<Client>;
  return { ...client, documentVersion: canonicalDigest(client), createdAt: now, updatedAt: now };
};

const nameOf = (name: unknown, id: string, selfChosen: SelfChosen | undefined): string => {
  const { host } = new URL(id);
  if (name === undefined) return host;
  if (typeof name !== 'string') throw fieldRefusal('text_expected', { field: '/client_name' });
  checkName(name, '/client_name');
  if (name !== host) selfChosen?.checkName(name, '/client_name');
  return name;
};

/**
 * Absent: a client with keys uses them; a client without keys has no method. The default of RFC 7591 §2 is a
 * secret.
 */
const methodOf = (method: unknown, { jwks, jwksUri }: KeySource): 'none' | 'private_key_jwt' => {
  if (method === undefined) return jwks === undefined && jwksUri === undefined ? 'none' : 'private_key_jwt';
  return method === 'none' || method === 'private_key_jwt'
    ? method
    : raise(metadataDocumentRefusal('document_method_wrong', { field: '/token_endpoint_auth_method' }));
};

const keysOf = (jwks: unknown, jwksUri: unknown): KeySource => {
  if (jwksUri !== undefined && typeof jwksUri !== 'string') throw fieldRefusal('uri_expected', { field: '/jwks_uri' });
  // Its content is checked where it is used.
  return { ...(jwks === undefined ? {} : { jwks }), ...(jwksUri === undefined ? {} : { jwksUri }) } as KeySource;
};

const grantTypesOf = (given: unknown, responses: unknown, redirectUris: readonly string[]): readonly string[] => {
  const named = texts(given, '/grant_types') ?? ['authorization_code'];
  const known = DOCUMENT_GRANT_TYPES.filter((grantType) => named.includes(grantType));
  if (known.length === 0) {
    throw metadataDocumentRefusal('document_grant_types_wrong', {
      field: '/grant_types',
      params: { allowed: DOCUMENT_GRANT_TYPES.join(', ') },
    });
  }
  const responseTypes = texts(responses, '/response_types') ?? ['code'];
  if (known.includes('authorization_code') && !responseTypes.includes('code')) {
    throw metadataDocumentRefusal('response_type_needs_code_grant', { field: '/response_types' });
  }
  return checkGrantTypes(known, DOCUMENT_GRANT_TYPES, redirectUris);
};

/** Programs on users' machines rarely declare their type; it follows from their redirect URIs. */
const typeOf = (redirectUris: readonly string[]): 'web' | 'native' =>
  redirectUris.every((uri) => uri.startsWith('https:')) ? 'web' : 'native';

const texts = (value: unknown, field: string): readonly string[] | undefined => {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw fieldRefusal('text_list_expected', { field });
  if (value.length > MAXIMUM_ENTRIES) {
    throw fieldRefusal('list_entries_exceeded', { field, params: { most: MAXIMUM_ENTRIES } });
  }
  return value.map((entry: unknown, index) =>
    typeof entry === 'string' ? entry : raise(fieldRefusal('text_expected', { field: `${field}/${index}` })),
  );
};

const oneOf = <T extends string>(value: unknown, field: string, values: readonly T[]): T | undefined =>
  value === undefined
    ? undefined
    : (values.find((known) => known === value) ??
      raise(fieldRefusal('value_not_listed', { field, params: { allowed: values.join(', ') } })));

const objectOf = (value: unknown): { readonly [member: string]: unknown } => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw metadataDocumentRefusal('document_not_object');
};

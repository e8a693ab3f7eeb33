/** The members of a registration request that are read (RFC 7591 §2). Members not named here are ignored. */

import { checkName, checkText } from '../../platform/display-names/display-text.ts';
import { ENVIRONMENTS, type Environment } from '../../vocabulary/environment.ts';
import { fieldRefusal } from '../../vocabulary/field-refusals.ts';
import type { JsonWebKeySet } from '../../vocabulary/json-web-keys.ts';
import { raise } from '../../vocabulary/refusals.ts';
import type { Client, ClientAuthMethod } from '../clients/client.ts';
import { metadataDocumentRefusal } from '../clients/metadata-document-refusals.ts';
import { DELIVERY_MODES, type DeliveryMode } from '../clients/token-delivery.ts';
import { type CertificateName, certificateMember, readCertificateName } from './certificate-metadata.ts';
import { registrationRefusal } from './registration-refusals.ts';

/** Members as they came, with their types checked. The registries check their values. */
export type ClientMetadata = {
  readonly name?: string;
  readonly redirectUris?: readonly string[];
  readonly postLogoutRedirectUris?: readonly string[];
  readonly backchannelLogoutUri?: string;
  readonly backchannelLogoutSessionRequired?: boolean;
  readonly grantTypes?: readonly string[];
  readonly deliveryMode?: DeliveryMode;
  /** URL at which the client is notified of a decision (CIBA Core §4). */
  readonly notificationEndpoint?: string;
  readonly authMethod?: ClientAuthMethod;
  readonly applicationType?: 'web' | 'native';
  readonly jwks?: JsonWebKeySet;
  readonly jwksUri?: string;
  /** The name by which the certificate is identified (RFC 8705 §2.1.2). */
  readonly certificate?: CertificateName;
  readonly dpopBoundAccessTokens?: boolean;
  readonly certificateBoundAccessTokens?: boolean;
  readonly requirePushedAuthorizationRequests?: boolean;
  readonly idTokenSignedResponseAlg?: Client['idTokenSignedResponseAlg'];
  /** The first of `contacts`. */
  readonly contact?: string;
  /** Space-separated scope names (RFC 7591 §2). */
  readonly scope?: string;
  readonly softwareId?: string;
  readonly softwareVersion?: string;
  readonly owner?: string;
  readonly purpose?: string;
  readonly environment?: Environment;
  readonly blueprint?: string;
};

export type Body = { readonly [member: string]: unknown };

/** Certificates that are accepted by thumbprint are not metadata: the owner adds them. */
const AUTH_METHODS = [
  'private_key_jwt',
  'client_secret_basic',
  'client_secret_post',
  'tls_client_auth',
  'none',
] as const;
const SIGNATURES = ['RS256', 'ES256', 'PS256', 'EdDSA'] as const;
const TEXT = 2000;

/**
 * Reads the known members of a body. Reads own members only, and treats `null` as absent. Throws 'invalid_field' with
 * the member as it is spelled on the wire.
 */
export const readMetadata = (body: Body): ClientMetadata => {
  const given = (member: string): unknown => (Object.hasOwn(body, member) ? (body[member] ?? undefined) : undefined);
  const text = (member: string, maximum = TEXT): string | undefined => {
    const value = given(member);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') throw fieldRefusal('text_expected', { field: `/${member}` });
    return value.length > maximum
      ? raise(fieldRefusal('text_too_long', { field: `/${member}`, params: { most: maximum } }))
      : value;
  };
  const shown = (member: string, maximum: number): string | undefined => {
    const value = text(member);
    return value === undefined ? undefined : checkText(value, `/${member}`, maximum);
  };
  const texts = (member: string): readonly string[] | undefined => {
    const value = given(member);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) throw fieldRefusal('text_list_expected', { field: `/${member}` });
    if (value.length > 20) {
      throw fieldRefusal('list_entries_exceeded', { field: `/${member}`, params: { most: 20 } });
    }
    return value.map((entry: unknown, index) =>
      typeof entry === 'string' && entry.length <= TEXT
        ? entry
        : raise(
            registrationRefusal('metadata_text_too_long', { field: `/${member}/${index}`, params: { most: TEXT } }),
          ),
    );
  };
  const flag = (member: string): boolean | undefined => {
    const value = given(member);
    if (value === undefined || typeof value === 'boolean') return value;
    throw fieldRefusal('boolean_expected', { field: `/${member}` });
  };
  const oneOf = <T extends string>(member: string, values: readonly T[]): T | undefined => {
    const value = given(member);
    if (value === undefined) return undefined;
    return (
      values.find((known) => known === value) ??
      raise(fieldRefusal('value_not_listed', { field: `/${member}`, params: { allowed: values.join(', ') } }))
    );
  };

  const grantTypes = texts('grant_types');
  checkResponseTypes(texts('response_types'), grantTypes);
  const redirectUris = texts('redirect_uris');
  const asksPeople = grantTypes === undefined || grantTypes.includes('authorization_code');
  oneOf('subject_type', ['public']);
  const name = text('client_name');
  const jwks = given('jwks');
  if (jwks !== undefined && (typeof jwks !== 'object' || Array.isArray(jwks))) {
    throw registrationRefusal('jwks_malformed', { field: '/jwks' });
  }
  return withoutAbsent({
    name: name === undefined ? undefined : checkName(name, '/client_name'),
    // Common clients send redirect URIs for every flow. Without the code flow they are ignored.
    redirectUris: asksPeople ? redirectUris : undefined,
    postLogoutRedirectUris: texts('post_logout_redirect_uris'),
    backchannelLogoutUri: text('backchannel_logout_uri'),
    backchannelLogoutSessionRequired: flag('backchannel_logout_session_required'),
    grantTypes,
    deliveryMode: oneOf('backchannel_token_delivery_mode', DELIVERY_MODES),
    notificationEndpoint: text('backchannel_client_notification_endpoint'),
    authMethod: oneOf('token_endpoint_auth_method', AUTH_METHODS),
    applicationType: oneOf('application_type', ['web', 'native']),
    jwks: jwks as JsonWebKeySet | undefined,
    jwksUri: text('jwks_uri'),
    certificate: readCertificateName((member) => text(member, 512)),
    dpopBoundAccessTokens: flag('dpop_bound_access_tokens'),
    certificateBoundAccessTokens: flag('tls_client_certificate_bound_access_tokens'),
    requirePushedAuthorizationRequests: flag('require_pushed_authorization_requests'),
    idTokenSignedResponseAlg: oneOf('id_token_signed_response_alg', SIGNATURES),
    contact: texts('contacts')?.map((contact, index) => checkText(contact, `/contacts/${index}`, 254))[0],
    scope: checkScope(text('scope')),
    softwareId: shown('software_id', 200),
    softwareVersion: shown('software_version', 100),
    owner: text('agent_owner', 64),
    purpose: shown('agent_purpose', 500),
    environment: oneOf('agent_environment', ENVIRONMENTS),
    blueprint: text('agent_blueprint', 64),
  });
};

/**
 * Response types follow from the grant types (RFC 7591 §2.1). This server has only one, and ignores it without its
 * grant type.
 */
const checkResponseTypes = (given: readonly string[] | undefined, grantTypes: readonly string[] | undefined): void => {
  for (const [index, type] of (given ?? []).entries()) {
    if (type !== 'code') throw registrationRefusal('response_type_unknown', { field: `/response_types/${index}` });
  }
  if (given === undefined || grantTypes === undefined) return;
  if (given.length === 0 && grantTypes.includes('authorization_code')) {
    throw metadataDocumentRefusal('response_type_needs_code_grant', { field: '/response_types' });
  }
};

const SCOPE_NAME = /^[!#-[\]-~]+$/;

/** RFC 6749 §3.3 */
const checkScope = (scope: string | undefined): string | undefined => {
  if (scope === undefined || scope === '') return undefined;
  return scope.split(' ').every((name) => SCOPE_NAME.test(name))
    ? scope
    : raise(registrationRefusal('scope_list_malformed', { field: '/scope' }));
};

const withoutAbsent = <T extends object>(members: T): { [member in keyof T]?: Exclude<T[member], undefined> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [member in keyof T]?: Exclude<T[member], undefined>;
  };

/** The wire names of the registries' members. */
const WIRE: Readonly<Record<string, string>> = {
  name: 'client_name',
  purpose: 'agent_purpose',
  environment: 'agent_environment',
  blueprint: 'agent_blueprint',
  owner: 'agent_owner',
  contact: 'contacts',
  provider_version: 'software_version',
  composition: 'agent_blueprint',
  authority: 'agent_blueprint',
  ceilings: 'agent_blueprint',
  certificate_bound_access_tokens: 'tls_client_certificate_bound_access_tokens',
};

/**
 * Turns the pointer of a registry's refusal into the member name that the sender knows: without the leading
 * slash.
 */
export const wireMember = (field: string): string => {
  const known = certificateMember(field);
  if (known !== undefined) return known;
  const [first = '', ...rest] = field.replace(/^\//, '').split('/');
  return [WIRE[first] ?? first, ...rest].join('/');
};

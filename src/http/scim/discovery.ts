/** What the SCIM endpoints say about themselves (RFC 7643 §5 to §7). Each claim has a test. */
import {
  AGENT_ATTRIBUTES,
  AGENT_SCHEMA,
  type Attribute,
  ENTERPRISE_ATTRIBUTES,
  ENTERPRISE_SCHEMA,
  GROUP_ATTRIBUTES,
  GROUP_SCHEMA,
  USER_ATTRIBUTES,
  USER_SCHEMA,
} from '../../domain/identity/scim/attributes.ts';
import { AGENT_DRAFT } from '../../domain/vocabulary/scim-api.ts';
import { BULK_LIMITS, CURSOR_SECONDS, DEFAULT_ON_PAGE, MOST_ON_PAGE } from './limits.ts';

export const LIST_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

const SCHEMA_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Schema';
const CONFIG_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig';
const TYPE_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType';

export type Resource = { readonly [name: string]: unknown };

export const serviceProviderConfig = (base: string): Resource => ({
  schemas: [CONFIG_SCHEMA],
  patch: { supported: true },
  bulk: { supported: true, ...BULK_LIMITS },
  filter: { supported: true, maxResults: MOST_ON_PAGE },
  // A password that a directory sends is ignored: people sign in here, or at an upstream provider.
  changePassword: { supported: false },
  sort: { supported: true },
  etag: { supported: true },
  // RFC 9865 §4
  pagination: {
    ...{ cursor: true, index: true, defaultPaginationMethod: 'index' },
    ...{ defaultPageSize: DEFAULT_ON_PAGE, maxPageSize: MOST_ON_PAGE, cursorTimeout: CURSOR_SECONDS },
  },
  // draft-abbey-scim-agent-extension-00 §4.1. Applications are clients of this server, which no directory reaches.
  agentExtension: { supported: true, agentsSupported: true, agenticApplicationsSupported: false },
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'OAuth 2.0 access token',
      description: `Access token of the client of the directory, by client_credentials, for the resource ${base}.`,
      specUri: 'https://www.rfc-editor.org/info/rfc6750',
      primary: true,
    },
    {
      type: 'oauthbearertoken',
      name: 'Static bearer secret',
      description:
        'For a directory that cannot request access tokens: a secret that an administrator allowed until a date.',
      specUri: 'https://www.rfc-editor.org/info/rfc6750',
      primary: false,
    },
  ],
  meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
});

export const resourceTypes = (base: string): readonly Resource[] => [
  {
    schemas: [TYPE_SCHEMA],
    id: 'User',
    name: 'User',
    endpoint: '/Users',
    description: 'An account of the directory.',
    schema: USER_SCHEMA,
    schemaExtensions: [{ schema: ENTERPRISE_SCHEMA, required: false }],
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/User` },
  },
  {
    schemas: [TYPE_SCHEMA],
    id: 'Group',
    name: 'Group',
    endpoint: '/Groups',
    description: 'A group of users of the directory.',
    schema: GROUP_SCHEMA,
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/Group` },
  },
  {
    schemas: [TYPE_SCHEMA],
    id: 'Agent',
    name: 'Agent',
    endpoint: '/Agents',
    description: 'An agent that a user of the directory owns.',
    schema: AGENT_SCHEMA,
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/Agent` },
  },
];

export const schemas = (base: string): readonly Resource[] => [
  schemaOf(base, USER_SCHEMA, 'User', 'User Account', USER_ATTRIBUTES),
  schemaOf(base, GROUP_SCHEMA, 'Group', 'Group', GROUP_ATTRIBUTES),
  schemaOf(base, AGENT_SCHEMA, 'Agent', `AI Agent (${AGENT_DRAFT})`, AGENT_ATTRIBUTES),
  schemaOf(base, ENTERPRISE_SCHEMA, 'EnterpriseUser', 'Enterprise User', ENTERPRISE_ATTRIBUTES),
];

const schemaOf = (
  base: string,
  id: string,
  name: string,
  description: string,
  attributes: readonly Attribute[],
): Resource => ({
  schemas: [SCHEMA_SCHEMA],
  ...{ id, name, description },
  attributes: attributes.map((one) => shown(one)),
  meta: { resourceType: 'Schema', location: `${base}/Schemas/${id}` },
});

/** Of a reference within this server the type of resource, else `external` (RFC 7643 §7). */
const referenceTypes = (name: string, within: string | undefined): readonly string[] => {
  if (name !== '$ref') return ['external'];
  return [within === 'groups' ? 'Group' : 'User'];
};

const shown = (
  { subAttributes, mostValues: _, isDerived: __, ...attribute }: Attribute,
  within?: string,
): Resource => ({
  ...attribute,
  ...(attribute.type === 'reference' ? { referenceTypes: referenceTypes(attribute.name, within) } : {}),
  ...(subAttributes ? { subAttributes: subAttributes.map((one) => shown(one, attribute.name)) } : {}),
});

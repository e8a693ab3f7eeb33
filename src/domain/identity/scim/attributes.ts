/**
 * The attributes of users, groups and agents of a directory (RFC 7643 §4.1 to §4.3, AGENT_DRAFT). The table decides what the server stores, what
 * filters and paths can name, and what `/Schemas` shows. No other name reaches a stored value (MG-06).
 */

export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';
/** Its draft: AGENT_DRAFT in vocabulary/scim-api.ts. */
export const AGENT_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Agent';
export const ENTERPRISE_SCHEMA = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** Characteristics as in RFC 7643 §7. */
export type Attribute = {
  readonly name: string;
  readonly type: 'string' | 'boolean' | 'complex' | 'reference' | 'dateTime' | 'binary';
  readonly description: string;
  readonly multiValued: boolean;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: 'readOnly' | 'readWrite' | 'immutable';
  readonly returned: 'default' | 'always';
  readonly uniqueness: 'none' | 'server';
  readonly subAttributes?: readonly Attribute[];
  readonly canonicalValues?: readonly string[];
  /** Most values of a list. Default 100. No part of `/Schemas`. */
  readonly mostValues?: number;
  /** It is derived for each answer, so that filters and orders cannot name it. No part of `/Schemas`. */
  readonly isDerived?: true;
};

const attribute = (name: string, description: string, more: Partial<Attribute> = {}): Attribute => ({
  name,
  type: 'string',
  description,
  multiValued: false,
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
  ...more,
});

const EXACT = { caseExact: true } as const;
const READ_ONLY = { mutability: 'readOnly' } as const;
const IMMUTABLE = { mutability: 'immutable' } as const;

/** Most members of one group. */
export const MOST_MEMBERS = 10_000;

/** A list of values of one kind (RFC 7643 §2.4). */
const plural = (name: string, description: string, value: Partial<Attribute> = {}): Attribute =>
  attribute(name, description, {
    type: 'complex',
    multiValued: true,
    subAttributes: [
      attribute('value', 'The value.', value),
      attribute('display', 'A name to show.'),
      attribute('type', 'What the value is for, such as work or home.'),
      attribute('primary', 'Whether this is the preferred value. At most one is.', { type: 'boolean' }),
    ],
  });

const address = attribute('addresses', 'Postal addresses. Stored and returned only.', {
  type: 'complex',
  multiValued: true,
  subAttributes: [
    attribute('formatted', 'The whole address.'),
    attribute('streetAddress', 'Street and number.'),
    attribute('locality', 'City.'),
    attribute('region', 'State or region.'),
    attribute('postalCode', 'Postal code.'),
    attribute('country', 'Country.'),
    attribute('type', 'What the address is for.'),
    attribute('primary', 'Whether this is the preferred address.', { type: 'boolean' }),
  ],
});

const groups = attribute('groups', 'Groups of the directory that the user is a direct member of.', {
  ...{ type: 'complex', multiValued: true, ...READ_ONLY, isDerived: true },
  subAttributes: [
    attribute('value', 'id of the Group.', { ...EXACT, ...READ_ONLY }),
    attribute('$ref', 'URI of the Group.', { type: 'reference', ...EXACT, ...READ_ONLY }),
    attribute('display', 'displayName of the Group.', READ_ONLY),
    attribute('type', 'Always direct.', { ...READ_ONLY, canonicalValues: ['direct'] }),
  ],
});

export const USER_ATTRIBUTES: readonly Attribute[] = [
  attribute('userName', 'Username of the account.', { required: true, returned: 'always', uniqueness: 'server' }),
  attribute('name', 'Parts of the name.', {
    type: 'complex',
    subAttributes: [
      attribute('formatted', 'The whole name. It is the name of the account if there is no displayName.'),
      attribute('familyName', 'Family name.'),
      attribute('givenName', 'Given name.'),
      attribute('middleName', 'Middle name.'),
      attribute('honorificPrefix', 'Title before the name.'),
      attribute('honorificSuffix', 'Suffix after the name.'),
    ],
  }),
  attribute('displayName', 'Name of the account.'),
  attribute('nickName', 'Casual name. Stored and returned only.'),
  attribute('profileUrl', 'Page about the person. Stored and returned only.', { type: 'reference', ...EXACT }),
  attribute('title', 'Job title. Stored and returned only.'),
  attribute('userType', 'Relation to the organization. Stored and returned only.'),
  attribute('preferredLanguage', 'Preferred language. Stored and returned only.'),
  attribute('locale', 'Locale. Stored and returned only.'),
  attribute('timezone', 'Time zone. Stored and returned only.'),
  attribute('active', 'Whether the account is active. false disables it, with all its effects.', { type: 'boolean' }),
  plural('emails', 'E-mail addresses. The primary one, else that of type work, else the first is that of the account.'),
  plural('phoneNumbers', 'Telephone numbers. Stored and returned only.'),
  plural('ims', 'Instant messaging addresses. Stored and returned only.'),
  plural('photos', 'Pictures. Stored and returned only.', { type: 'reference', ...EXACT }),
  address,
  groups,
  plural('entitlements', 'Stored and returned only: they give no right here.'),
  plural('roles', 'Stored and returned only: they give no role here.'),
  plural('x509Certificates', 'Stored and returned only: they prove nothing here.', { type: 'binary', ...EXACT }),
];

export const ENTERPRISE_ATTRIBUTES: readonly Attribute[] = [
  attribute('employeeNumber', 'Number in the organization. Stored and returned only.'),
  attribute('costCenter', 'Cost center. Stored and returned only.'),
  attribute('organization', 'Organization. Stored and returned only.'),
  attribute('division', 'Division. Stored and returned only.'),
  attribute('department', 'Department. Stored and returned only.'),
  attribute('manager', 'Manager. Stored and returned; successor rules ask the manager of a user who leaves.', {
    type: 'complex',
    subAttributes: [
      attribute('value', 'id of the manager’s User.', EXACT),
      attribute('$ref', 'URI of the manager’s User.', { type: 'reference', ...EXACT }),
      attribute('displayName', 'Name of the manager.'),
    ],
  }),
];

export const GROUP_ATTRIBUTES: readonly Attribute[] = [
  attribute('displayName', 'Name of the group. The allow-list of the directory maps it to a group of this server.', {
    ...{ required: true, uniqueness: 'server' },
  }),
  attribute('members', 'Users of the directory that are in the group.', {
    ...{ type: 'complex', multiValued: true, mostValues: MOST_MEMBERS },
    subAttributes: [
      attribute('value', 'id of the User.', { ...EXACT, ...IMMUTABLE, required: true }),
      attribute('$ref', 'URI of the User.', { type: 'reference', ...EXACT, ...IMMUTABLE }),
      attribute('type', 'Always User.', { ...IMMUTABLE, canonicalValues: ['User'] }),
    ],
  }),
];

export const AGENT_ATTRIBUTES: readonly Attribute[] = [
  attribute('agentUserName', 'Name of the agent that is unique in the directory. Of an agent from here: its id.', {
    ...{ required: true, returned: 'always', uniqueness: 'server' },
  }),
  attribute('displayName', 'Name of the agent.'),
  attribute('description', 'Purpose of the agent.'),
  attribute('active', 'false: the agent is suspended, or has no owner. false suspends it.', { type: 'boolean' }),
  attribute('owners', 'The User of the directory that owns the agent. Exactly one.', {
    ...{ type: 'complex', multiValued: true, ...IMMUTABLE, mostValues: 1 },
    subAttributes: [
      attribute('value', 'id of the User.', { ...EXACT, ...IMMUTABLE, required: true }),
      attribute('$ref', 'URI of the User.', { type: 'reference', ...EXACT, ...IMMUTABLE }),
      attribute('display', 'Name of the User.', READ_ONLY),
    ],
  }),
];

/** Attributes of every resource (RFC 7643 §3.1). They are in no schema. */
const COMMON_ATTRIBUTES: readonly Attribute[] = [
  attribute('id', 'Id of the account.', { ...EXACT, ...READ_ONLY, returned: 'always' }),
  attribute('externalId', 'Id that the directory chose.', EXACT),
  attribute('schemas', 'Schemas of the resource.', { ...EXACT, ...READ_ONLY, multiValued: true, returned: 'always' }),
  attribute('meta', 'Facts about the resource.', {
    ...{ type: 'complex', ...READ_ONLY },
    subAttributes: [
      attribute('resourceType', 'Type of the resource.', EXACT),
      attribute('created', 'When it was created.', { type: 'dateTime', ...READ_ONLY }),
      attribute('lastModified', 'When it was changed.', { type: 'dateTime', ...READ_ONLY }),
      attribute('location', 'URI of the resource.', { type: 'reference', ...EXACT }),
      attribute('version', 'Entity tag of the resource.', EXACT),
    ],
  }),
];

export type Table = ReadonlyMap<string, Attribute>;

const tableOf = (attributes: readonly Attribute[]): Table =>
  new Map(attributes.map((one) => [one.name.toLowerCase(), one]));

/** A type of resource, with the tables by which its attributes are found. */
export type ResourceSchema = {
  readonly urn: string;
  readonly core: Table;
  readonly extension?: { readonly urn: string; readonly table: Table };
};

export const USER_RESOURCE: ResourceSchema = {
  urn: USER_SCHEMA,
  core: tableOf([...COMMON_ATTRIBUTES, ...USER_ATTRIBUTES]),
  extension: { urn: ENTERPRISE_SCHEMA, table: tableOf(ENTERPRISE_ATTRIBUTES) },
};

export const GROUP_RESOURCE: ResourceSchema = {
  urn: GROUP_SCHEMA,
  core: tableOf([...COMMON_ATTRIBUTES, ...GROUP_ATTRIBUTES]),
};

export const AGENT_RESOURCE: ResourceSchema = {
  urn: AGENT_SCHEMA,
  core: tableOf([...COMMON_ATTRIBUTES, ...AGENT_ATTRIBUTES]),
};

const SUB_TABLES: ReadonlyMap<Attribute['subAttributes'], Table> = new Map(
  [COMMON_ATTRIBUTES, USER_ATTRIBUTES, ENTERPRISE_ATTRIBUTES, GROUP_ATTRIBUTES, AGENT_ATTRIBUTES]
    .flat()
    .flatMap(({ subAttributes }) => (subAttributes ? [[subAttributes, tableOf(subAttributes)] as const] : [])),
);
const NO_TABLE: Table = new Map();

/** Sub-attributes by name in lower case: names are compared without regard to case (RFC 7643 §2.1). */
export const subTable = ({ subAttributes }: Attribute): Table => SUB_TABLES.get(subAttributes) ?? NO_TABLE;

/** The place of an attribute in a resource. */
export type AttributePath = {
  /** The attribute is in the enterprise extension. */
  readonly isEnterprise: boolean;
  readonly attribute: Attribute;
  readonly sub?: Attribute;
};

const beginsWith = (lower: string, urn: string | undefined): boolean =>
  urn !== undefined && lower.startsWith(`${urn.toLowerCase()}:`);

/**
 * Finds the attribute that a name means: `userName`, `name.familyName`, or either after the URN of its schema and a colon
 * (RFC 7644 §3.10). Undefined: there is none.
 */
export const findAttribute = (name: string, resource: ResourceSchema = USER_RESOURCE): AttributePath | undefined => {
  const { urn, core, extension } = resource;
  const lower = name.toLowerCase();
  const isEnterprise = beginsWith(lower, extension?.urn);
  const prefix = isEnterprise ? extension?.urn : beginsWith(lower, urn) ? urn : undefined;
  const [first = '', second, ...rest] = lower.slice(prefix === undefined ? 0 : prefix.length + 1).split('.');
  const found = (isEnterprise ? extension?.table : core)?.get(first);
  if (!found || rest.length > 0) return undefined;
  if (second === undefined) return { isEnterprise, attribute: found };
  const sub = subTable(found).get(second);
  return sub && { isEnterprise, attribute: found, sub };
};

/** Whether a name is the URN of the enterprise extension. */
export const isEnterpriseSchema = (name: string): boolean => name.toLowerCase() === ENTERPRISE_SCHEMA.toLowerCase();

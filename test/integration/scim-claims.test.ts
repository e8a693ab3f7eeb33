/** What `/Schemas` claims of each attribute holds at the endpoints (RFC 7643 §7). */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type DirectoryUnderTest, ENTERPRISE, GROUP, makeDirectory, USER } from '../support/directory.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

type Attribute = {
  readonly name: string;
  readonly type: 'string' | 'boolean' | 'complex' | 'reference' | 'dateTime' | 'binary';
  readonly multiValued: boolean;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: 'readOnly' | 'readWrite' | 'immutable';
  readonly returned: 'default' | 'always';
  readonly uniqueness: 'none' | 'server';
  readonly subAttributes?: readonly Attribute[];
  readonly canonicalValues?: readonly string[];
};
type Json = Readonly<Record<string, unknown>>;

let server: RunningServer;
let scene: Scene;
let directory: DirectoryUnderTest;
let count = 0;
const schemas = new Map<string, readonly Attribute[]>();

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  directory = await makeDirectory(scene, { name: 'Head office', verifies_emails: true });
  const { body } = await directory.call('GET', '/Schemas');
  for (const { id, attributes } of body['Resources'] as readonly { id: string; attributes: readonly Attribute[] }[])
    schemas.set(id, attributes);
});
afterAll(() => server?.close());

const attributesOf = (schema: string): readonly Attribute[] => schemas.get(schema) ?? [];
const isWritten = ({ mutability }: Attribute): boolean => mutability !== 'readOnly';

/** A good value, another one each time. */
const single = (attribute: Attribute): unknown => {
  const { name, type, subAttributes = [], canonicalValues } = attribute;
  count += 1;
  if (type === 'boolean') return true;
  if (type === 'binary') return Buffer.from(`certificate ${count}`).toString('base64');
  if (type === 'reference') return `https://example.com/${name}/${count}`;
  if (type === 'complex')
    return Object.fromEntries(subAttributes.filter(isWritten).map((sub) => [sub.name, single(sub)]));
  return canonicalValues?.[0] ?? `Value${count}`;
};
const good = (attribute: Attribute): unknown => (attribute.multiValued ? [single(attribute)] : single(attribute));
const wrong = ({ type }: Attribute): unknown => (type === 'boolean' ? 'perhaps' : 7);

/** A user with a value of every attribute that a directory writes. */
const wholeUser = (): Record<string, unknown> => {
  const values = (schema: string) =>
    Object.fromEntries(
      attributesOf(schema)
        .filter(isWritten)
        .map((one) => [one.name, good(one)]),
    );
  count += 1;
  return {
    ...{ schemas: [USER, ENTERPRISE], ...values(USER), userName: `claim-${count}` },
    emails: [{ value: `claim-${count}@example.com`, type: 'work', primary: true, display: 'Work' }],
    [ENTERPRISE]: values(ENTERPRISE),
  };
};
/** The user with another value of one attribute of a schema. */
const withValue = (schema: string, name: string, value: unknown): Json => {
  const user = wholeUser();
  return schema === USER
    ? { ...user, [name]: value }
    : { ...user, [schema]: { ...(user[schema] as Json), [name]: value } };
};
const create = (body: Json) => directory.call('POST', '/Users', body);
const member = (body: Json, schema: string): Json => (schema === USER ? body : ((body[schema] ?? {}) as Json));

describe.each([
  ['core', USER],
  ['enterprise', ENTERPRISE],
])('attributes of the %s schema of users', (_, schema) => {
  test('each that a directory writes is stored and returned as it was sent (§7 returned, mutability)', async () => {
    const sent = wholeUser();
    const made = await create(sent);
    expect([made.status, made.text]).toEqual([201, expect.any(String)]);
    const { body } = await directory.call('GET', `/Users/${String(made.body['id'])}`);
    for (const { name } of attributesOf(schema).filter(isWritten))
      expect({ [name]: member(body, schema)[name] }).toEqual({ [name]: member(sent, schema)[name] });
  });

  test('a value of another type is 400 invalidValue (§2.3)', async () => {
    for (const attribute of attributesOf(schema).filter(isWritten)) {
      const answer = await create(withValue(schema, attribute.name, wrong(attribute)));
      expect([attribute.name, answer.status, answer.body['scimType']]).toEqual([attribute.name, 400, 'invalidValue']);
    }
  });

  test('so is a sub-attribute of another type (§2.3.8)', async () => {
    for (const attribute of attributesOf(schema).filter(isWritten)) {
      for (const sub of attribute.subAttributes ?? []) {
        const value = { ...(single(attribute) as Json), [sub.name]: wrong(sub) };
        const answer = await create(withValue(schema, attribute.name, attribute.multiValued ? [value] : value));
        const what = `${attribute.name}.${sub.name}`;
        expect([what, answer.status, answer.body['scimType']]).toEqual([what, 400, 'invalidValue']);
      }
    }
  });

  test('several values of a singular attribute are 400 (§7 multiValued)', async () => {
    for (const attribute of attributesOf(schema).filter((one) => isWritten(one) && !one.multiValued)) {
      const answer = await create(withValue(schema, attribute.name, [single(attribute), single(attribute)]));
      expect([attribute.name, answer.status]).toEqual([attribute.name, 400]);
    }
  });

  test('one that only the server writes is ignored in a POST (§7 mutability, RFC 7644 §3.3)', async () => {
    for (const attribute of attributesOf(schema).filter((one) => !isWritten(one))) {
      const answer = await create(withValue(schema, attribute.name, [{ value: 'dgr_others', type: 'direct' }]));
      expect(answer.status).toBe(201);
      expect(answer.text).not.toContain('dgr_others');
    }
  });

  test('excludedAttributes omits those of returned default, and keeps those of always (§7 returned)', async () => {
    const { body: made } = await create(wholeUser());
    for (const { name, returned, ...attribute } of attributesOf(schema).filter(isWritten)) {
      const path = schema === USER ? name : `${schema}:${name}`;
      const { body } = await directory.call('GET', `/Users/${String(made['id'])}?excludedAttributes=${path}`);
      expect([name, attribute.type, Object.hasOwn(member(body, schema), name)]).toEqual([
        ...[name, attribute.type, returned === 'always'],
      ]);
    }
  });

  test('a filter compares text with regard to case where caseExact says so (§7 caseExact)', async () => {
    const sent = wholeUser();
    const { body: made } = await create(sent);
    const texts = attributesOf(schema).filter(
      ({ type, multiValued }) => type !== 'boolean' && type !== 'complex' && !multiValued,
    );
    for (const { name, caseExact } of texts) {
      const path = schema === USER ? name : `${schema}:${name}`;
      const value = String(member(sent, schema)[name]).toUpperCase();
      const { body } = await directory.find(`${path} eq "${value}" and id eq "${String(made['id'])}"`);
      expect([name, body['totalResults']]).toEqual([name, caseExact ? 0 : 1]);
    }
    expect(texts.length).toBeGreaterThan(3);
  });
});

describe('required and unique attributes (§7)', () => {
  test.each([
    ['/Users', USER],
    ['/Groups', GROUP],
  ])('of %s: without one it is 400 invalidValue, and a second one is 409 uniqueness', async (path, schema) => {
    const attributes = attributesOf(schema);
    const body: Record<string, unknown> = { schemas: [schema] };
    for (const { name } of attributes.filter(({ required }) => required)) body[name] = `unique-${path.slice(1)}`;
    expect(Object.keys(body)).toHaveLength(2);
    for (const { name } of attributes.filter(({ required }) => required)) {
      const { [name]: _, ...others } = body;
      const answer = await directory.call('POST', path, others);
      expect([answer.status, answer.body['scimType']]).toEqual([400, 'invalidValue']);
    }
    expect((await directory.call('POST', path, body)).status).toBe(201);
    for (const { name } of attributes.filter(({ uniqueness }) => uniqueness === 'server')) {
      const again = await directory.call('POST', path, { ...body, [name]: String(body[name]).toUpperCase() });
      expect([again.status, again.body['scimType']]).toEqual([409, 'uniqueness']);
    }
  });

  test('a member of a group without its required value is 400, and its type is the canonical one (§7 canonicalValues)', async () => {
    const { body: user } = await create(wholeUser());
    const without = await directory.call('POST', '/Groups', {
      ...{ schemas: [GROUP], displayName: 'Members', members: [{ type: 'User' }] },
    });
    expect([without.status, without.body['scimType']]).toEqual([400, 'invalidValue']);
    const made = await directory.createGroup('Members', [String(user['id'])]);
    const members = attributesOf(GROUP).find(({ name }) => name === 'members');
    const type = members?.subAttributes?.find(({ name }) => name === 'type');
    expect((made.body['members'] as readonly Json[]).map((one) => one['type'])).toEqual(type?.canonicalValues);
  });
});

test('each resource type names a schema that is there, and has its endpoint (RFC 7643 §6)', async () => {
  const { body } = await directory.call('GET', '/ResourceTypes');
  type ResourceType = {
    readonly name: string;
    readonly endpoint: string;
    readonly schema: string;
    readonly schemaExtensions?: readonly { readonly schema: string; readonly required: boolean }[];
  };
  for (const { name, endpoint, schema, schemaExtensions = [] } of body['Resources'] as readonly ResourceType[]) {
    expect([name, (await directory.call('GET', endpoint)).status]).toEqual([name, 200]);
    for (const urn of [schema, ...schemaExtensions.map((one) => one.schema)])
      expect((await directory.call('GET', `/Schemas/${urn}`)).body['id']).toBe(urn);
    // No extension is required: a user without it is created.
    expect(schemaExtensions.every(({ required }) => !required)).toBe(true);
  }
  count += 1;
  expect((await directory.create(`claim-${count}`)).status).toBe(201);
});

describe('ServiceProviderConfig (RFC 7643 §5)', () => {
  test('filter.maxResults and pagination.maxPageSize bound a page, and defaultPageSize is its size (RFC 9865 §4)', async () => {
    const big = await makeDirectory(scene, { name: 'Pages' });
    const { body: config } = await big.call('GET', '/ServiceProviderConfig');
    const { maxPageSize, defaultPageSize } = config['pagination'] as Readonly<Record<string, number>>;
    const { maxResults } = config['filter'] as Readonly<Record<string, number>>;
    const operations = Array.from({ length: 205 }, (_, index) => ({
      ...{ method: 'POST', path: '/Users', bulkId: `u${index}` },
      data: { schemas: [USER], userName: `paged-${index}` },
    }));
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'];
    expect((await big.call('POST', '/Bulk', { schemas, Operations: operations })).status).toBe(200);
    const sizes = async (query: string) => {
      const { body } = await big.call('GET', `/Users${query}`);
      return (body['Resources'] as readonly unknown[]).length;
    };
    expect([await sizes('?count=1000'), await sizes(''), await sizes('?cursor=&count=1000')]).toEqual([
      ...[maxPageSize, defaultPageSize, maxPageSize],
    ]);
    expect(await sizes('?count=1000&filter=userName%20sw%20%22paged%22')).toBe(maxResults);
  });

  test('changePassword is not supported: a password that a directory sends signs no one in (§5)', async () => {
    count += 1;
    const userName = `claim-${count}`;
    const { body } = await directory.create(userName, { password: 'a long enough pass phrase 1' });
    const account = await server.behalf.services.accounts.get(String(body['id']));
    expect(account?.document).not.toHaveProperty('passwordHash');
    expect(JSON.stringify(account)).not.toContain('pass phrase');
  });
});

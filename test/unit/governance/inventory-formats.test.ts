/** Lists of apps in the forms of other systems. */
import { describe, expect, test } from '@jest/globals';
import type { InventoryFormat } from '../../../src/domain/governance/inventory.ts';
import { readInventory } from '../../../src/domain/governance/inventory-formats/inventory-format.ts';
import { reachesOf, riskyScopes } from '../../../src/domain/governance/scope-risks.ts';
import { isDomainError } from '../../../src/domain/vocabulary/errors.ts';
import { ENTRA_PAGES, GITHUB_PAGES, GOOGLE_PAGES, MCP_PAGES, OKTA_PAGES } from '../../support/inventory-exports.ts';

const file = (value: unknown, name = 'a.json') => ({
  name,
  text: typeof value === 'string' ? value : JSON.stringify(value),
});

/** Each page in a file of its own. */
const filesOf = (pages: readonly unknown[]) => pages.map((page, index) => file(page, `${index}.json`));
const linesOf = (pages: readonly unknown[]) => [file(pages.map((page) => JSON.stringify(page)).join('\n'), 'a.ndjson')];

const EXPORTS = {
  entra: ENTRA_PAGES,
  okta: OKTA_PAGES,
  google: GOOGLE_PAGES,
  github: GITHUB_PAGES,
  'mcp-registry': MCP_PAGES,
} as const satisfies Partial<Record<InventoryFormat, readonly unknown[]>>;
const FORMATS = Object.keys(EXPORTS) as readonly (keyof typeof EXPORTS)[];

const APPS = {
  entra: [
    {
      ...{ external_id: 'ai-1', name: 'Travel agent', people: 0, is_for_everyone: true, is_enabled: true },
      scopes: ['application:Wiki.Write.All', 'application:role-9'],
    },
    {
      ...{ external_id: 'app-1', name: 'Mail helper', publisher: 'Example Mail', people: 2, is_enabled: true },
      ...{ scopes: ['Mail.Send', 'User.Read', 'User.Read.All'], is_for_everyone: true },
      urls: ['https://mail.example.com/callback'],
    },
    {
      ...{ external_id: 'app-2', name: 'Old wiki', publisher: 'Example Wiki', people: 0 },
      ...{ is_for_everyone: false, is_enabled: false },
    },
  ],
  okta: [
    {
      ...{ external_id: '0oa1', name: 'Expense robot', scopes: ['okta.users.manage'], people: 0, secrets: 1 },
      ...{ is_for_everyone: true, is_enabled: true },
    },
    {
      ...{ external_id: '0oa2', name: 'Notes', scopes: ['notes', 'offline_access', 'okta.users.read.self'], people: 2 },
      ...{ is_for_everyone: false, is_enabled: true, urls: ['https://notes.example.com/cb'] },
    },
    { external_id: '0oa3', name: 'Old portal', people: 0, is_for_everyone: false, is_enabled: false },
    {
      ...{ external_id: '0oa9', name: '0oa9', scopes: ['okta.apps.manage'], people: 0 },
      ...{ is_for_everyone: true, is_enabled: true },
    },
  ],
  google: [
    {
      ...{ external_id: '1.apps.example.com', name: 'Notetaker', people: 2 },
      scopes: ['https://www.googleapis.com/auth/drive', 'https://www.googleapis.com/auth/gmail.readonly', 'openid'],
    },
    { external_id: '2.apps.example.com', name: 'Clock', people: 1, scopes: ['email', 'openid'] },
  ],
  github: [
    {
      ...{ external_id: 'app:2218', name: 'release-bot', is_enabled: true },
      scopes: ['contents:write', 'metadata:read', 'repositories:all'],
    },
    { external_id: 'app:2219', name: 'badges', scopes: ['metadata:read'], is_enabled: false },
    { external_id: 'credential:161195', name: 'laptop', owner: 'grace', scopes: ['repo', 'user'], secrets: 1 },
    { external_id: 'credential:161196', name: 'build server', owner: 'ada', secrets: 1 },
    {
      ...{ external_id: 'token:98', name: 'nightly', owner: 'ada', secrets: 1, is_enabled: true },
      scopes: ['contents:write', 'members:read', 'metadata:read'],
    },
  ],
  'mcp-registry': [
    {
      ...{ external_id: 'com.example/tickets', name: 'Tickets', publisher: 'com.example', secrets: 2 },
      urls: ['https://tickets.example.com/mcp'],
    },
    { external_id: 'org.example/clock', name: 'org.example/clock', publisher: 'org.example' },
  ],
} as const satisfies Record<keyof typeof EXPORTS, readonly unknown[]>;

/** A stream of numbers in [0, 1) that is the same for the same seed. */
const random = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
};

const shuffled = <T>(items: readonly T[], next: () => number): readonly T[] =>
  items
    .map((item) => ({ item, place: next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);

/** The same value with every list of objects in another order. */
const mixed = (value: unknown, next: () => number): unknown => {
  if (Array.isArray(value)) return shuffled(value, next).map((item) => mixed(item, next));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(shuffled(Object.entries(value), next).map(([name, one]) => [name, mixed(one, next)]));
};

describe.each(FORMATS)('%s', (format) => {
  test('pages in files, in lines and in one list are the same apps', () => {
    const apps = APPS[format];
    expect(readInventory(filesOf(EXPORTS[format]), format)).toEqual(apps);
    expect(readInventory(linesOf(EXPORTS[format]), format)).toEqual(apps);
    expect(readInventory([file(EXPORTS[format])], format)).toEqual(apps);
    expect(readInventory([file(JSON.stringify(EXPORTS[format], null, 2))], format)).toEqual(apps);
  });

  test('any order of files, pages, rows and members gives the same apps', () => {
    for (let seed = 1; seed <= 100; seed += 1) {
      const pages = mixed(EXPORTS[format], random(seed)) as readonly unknown[];
      expect(readInventory(filesOf(pages), format)).toEqual(APPS[format]);
    }
  });

  test('a page that is there twice changes nothing', () => {
    const [first, ...others] = EXPORTS[format] as readonly unknown[];
    expect(readInventory(filesOf([first, ...others, first]), format)).toEqual(APPS[format]);
  });

  test.each([
    ['a.json', '{"', 'a.json'],
    ['a row that is a number', [[5]], 'a.json#/0'],
    ['a row of another system', [{ some: 'thing' }], 'a.json#/0'],
    ['an error in place of a page', [{ error: { code: 403, message: 'Not authorized' } }], 'a.json#/0'],
  ])('%s is refused by its place', (_, value, at) => {
    expect(refusal(() => readInventory([file(value)], format))).toMatch(at);
  });
});

const refusal = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (isDomainError(error) && error.code === 'invalid_field') return error.message;
    throw error;
  }
  throw new Error('it was not refused');
};

describe('plain lists', () => {
  test('CSV: quotation marks, line breaks in cells, a byte order mark, empty cells (RFC 4180)', () => {
    const text =
      '\uFEFFexternal_id,name,scopes,people,is_enabled\r\n1,"A ""big"", old\napp",mail.send files.read,3,no\r\n2,Plain,,,\r\n\r\n';
    expect(readInventory([file(text)], 'csv')).toEqual([
      {
        ...{ external_id: '1', name: 'A "big", old\napp', scopes: ['mail.send', 'files.read'] },
        ...{ people: 3, is_enabled: false },
      },
      { external_id: '2', name: 'Plain' },
    ]);
  });

  test('NDJSON: one object a line', () => {
    const text = '{"external_id":"1","name":"A"}\n\n{"external_id":"2","name":"B"}\n';
    expect(readInventory([file(text)], 'ndjson')).toHaveLength(2);
  });

  test('NDJSON: a number as an id is its text, and null, an empty list and empty texts are left out, as in other formats', () => {
    const empty = { publisher: null, owner: '', scopes: ['a', '', ' b '], people: null, is_enabled: null, urls: [] };
    expect(readInventory([file({ external_id: 17, name: ' X ', ...empty })], 'ndjson')).toEqual([
      { external_id: '17', name: 'X', scopes: ['a', 'b'] },
    ]);
  });

  test('CSV: a column without a name is left out as long as it is empty, as spreadsheets write it', () => {
    expect(readInventory([file('external_id,name,,\n1,A,,\n2,B')], 'csv')).toEqual([
      { external_id: '1', name: 'A' },
      { external_id: '2', name: 'B' },
    ]);
  });
});

test.each([
  ['csv', 'name\nA', 'a.json:1: the member external_id'],
  ['csv', 'external_id,name\n1,"A', 'a.json:2: a quotation mark is not closed'],
  ['csv', 'external_id,name,people\n1,"A\nB",2\n2,C,many', 'a.json:4: the member people'],
  ['csv', 'external_id,name\n1,A\n2,', 'a.json:3: the member name'],
  ['ndjson', '{"external_id":"1","name":"A"}\n{"external_id":', 'a.json:2 is no JSON'],
  ['ndjson', '[]', 'a.json:1 is no JSON object'],
  ['ndjson', '\n', 'a.json has no app'],
  ['csv', 'external_id,name,is_enabled\n1,A,YES\n2,B,enabled', 'a.json:3: the member is_enabled'],
  ['csv', 'external_id,name,is_for_everyone\n1,A,0\n2,B,ja', 'a.json:3: the member is_for_everyone'],
  ['csv', '', 'a.json:1: the member external_id'],
  ['csv', 'external_id,name,\n1,A,\n2,B,x', 'a.json:3: column 3 has a value'],
  ['csv', 'external_id,name\n1,Example, Inc.', 'a.json:2: column 3 has a value'],
  ['google', '', 'a.json is no JSON'],
  ['ndjson', '{"external_id":"1"}', 'a.json:1: the member name'],
  ['entra', '{"servicePrincipals":{"value":[]}}', 'a.json: the member servicePrincipals'],
  ['entra', '{"servicePrincipals":[{"displayName":"A"}]}', 'a.json#/servicePrincipals/0: the member id'],
  ['okta', '[{"id":5,"label":7,"signOnMode":"BOOKMARK"}]', 'a.json#/0: the member label'],
  ['okta', '[]\n[{"scopeId":"okta.users.read"}]', 'a.json:2#/0: the member clientId'],
  ['google', '{"items":[{"clientId":"1","scopes":"openid"}]}', 'a.json#/items/0: the member scopes'],
  ['google', '{"items":[{"scopes":[]}]}', 'a.json#/items/0: the member clientId'],
  ['github', '{"installations":[{"app_id":1,"permissions":{"contents":5}}]}', 'permissions: the member contents'],
  ['mcp-registry', '{"servers":[{"server":{"name":"a/b","remotes":[{"url":5}]}}]}', 'remotes/0: the member url'],
] as const)('a bad row of %s names file, row and member: %s', (format, text, message) => {
  expect(refusal(() => readInventory([file(text)], format))).toContain(message);
});

test.each([
  ['csv', 'external_id,name'],
  ['okta', '[]'],
  ['google', '[]'],
  ['google', '{"kind":"admin#directory#tokenList"}'],
  ['github', '[]'],
  ['github', '{"total_count":0,"installations":[]}'],
  ['mcp-registry', '{"servers":[],"metadata":{"count":0}}'],
] as const)('a list of %s without an app is refused: all would count as gone: %s', (format, text) => {
  expect(refusal(() => readInventory([file(text)], format))).toContain('a.json has no app');
});

test('a CSV file with only its head is refused also beside others', () => {
  const files = [file('external_id,name\n1,A'), file('external_id,name\n', 'b.csv')];
  expect(refusal(() => readInventory(files, 'csv'))).toContain('b.csv has no app');
});

/** A page of installations of one organization. */
const installations = (organization: number, total: number, ids: readonly number[]) => ({
  total_count: total,
  installations: ids.map((id) => ({ id, app_id: id, app_slug: `app-${id}`, account: { id: organization } })),
});

test.each([
  ['the first one twice', [installations(1, 2, [1]), installations(1, 2, [1])]],
  ['one in the middle', [installations(1, 3, [1]), installations(1, 3, [3])]],
  ['one of a smaller organization', [installations(1, 3, [1, 2, 3]), installations(2, 2, [4])]],
  ['all but an empty one', [installations(1, 2, [])]],
] as const)('pages of GitHub installations are refused where one is missing: %s', (_, pages) => {
  expect(refusal(() => readInventory(filesOf(pages), 'github'))).toContain('names a further page');
});

test('whole lists of two GitHub organizations are taken, with an empty page behind the last', () => {
  const pages = [installations(1, 2, [1]), installations(2, 1, [3]), installations(1, 2, [2]), installations(1, 2, [])];
  expect(readInventory(filesOf(pages), 'github')).toHaveLength(3);
});

test.each([
  ['github', { installations: [] }, GITHUB_PAGES.slice(0, 2)],
  ['entra', { value: [] }, ENTRA_PAGES],
] as const)('%s: time grows with the pages, and not with their square', (format, empty, pages) => {
  const secondsOf = (count: number): number => {
    const many = Array.from({ length: count }, () => empty);
    const lists = format === 'entra' ? [...pages, { servicePrincipals: many }] : [...pages, many];
    const before = process.cpuUsage();
    readInventory([file(lists)], format);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000_000;
  };
  const few = Math.min(secondsOf(10_000), secondsOf(10_000));
  // 16 times the pages take 256 times as long if each is compared with all others.
  expect(secondsOf(160_000)).toBeLessThan(Math.max(few, 0.02) * 48);
});

test('an application permission matters as the delegated one of the same name does, also by what it reaches', () => {
  expect(riskyScopes(['application:Mail.Send', 'application:Notes.ReadWrite', 'application:role-9'])).toEqual([
    ...['application:Mail.Send', 'application:Notes.ReadWrite'],
  ]);
  expect(reachesOf(['application:Mail.Send', 'Mail.Send'])).toEqual(new Map([['mail', 2]]));
});

test('a name of an MCP server has up to 200 characters, as server.json allows', () => {
  const server = (name: string) => ({ server: { name, description: 'D', version: '1' } });
  const long = `example.com/${'a'.repeat(188)}`;
  expect(readInventory([file({ servers: [server(long), server('example.com/b')] })], 'mcp-registry')).toMatchObject([
    { external_id: long },
    { external_id: 'example.com/b' },
  ]);
  const longer = file({ servers: [server(`${long}a`)] });
  expect(refusal(() => readInventory([longer], 'mcp-registry'))).toContain('the member name');
});

test('an id that is too long together with its prefix is refused', () => {
  const credential = { credential_id: 'c'.repeat(190), login: 'ada' };
  expect(refusal(() => readInventory([file([credential])], 'github'))).toContain('the member credential_id');
});

test.each([
  ['entra', ENTRA_PAGES.filter((_, index) => index !== 1)],
  ['github', [GITHUB_PAGES[0]]],
  ['google', [{ kind: 'admin#directory#tokenList', items: [], nextPageToken: 'x' }]],
  ['mcp-registry', [MCP_PAGES[0]]],
] as const)('a list of %s without its last page is refused', (format, pages) => {
  expect(refusal(() => readInventory(filesOf(pages), format))).toContain('names a further page');
});

test.each(FORMATS)('%s: nesting is bounded', (format) => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  expect(refusal(() => readInventory([file(deep)], format))).toContain('nested more than 32 deep');
});

test('files, rows and bytes are bounded', () => {
  const many = (count: number) => Array.from({ length: count }, () => file('[]'));
  expect(refusal(() => readInventory(many(1001), 'okta'))).toContain('1000 files');
  const rows = file(`[${'1,'.repeat(500_000)}1]`);
  expect(refusal(() => readInventory([rows], 'google'))).toContain('500000 rows');
  const long = { name: 'a.json', text: { length: 268_435_457 } as unknown as string };
  expect(refusal(() => readInventory([long], 'csv'))).toContain('268435456 bytes');
});

test('an app with a long name, or more rights than an entry holds, keeps no other app out, and keeps the rights that matter', () => {
  const scopes = [...Array.from({ length: 400 }, (_, index) => `a${index}`), 'https://mail.google.com/'];
  const token = { clientId: '1', displayText: '\u{1f916}'.repeat(300), scopes };
  const [app] = readInventory([file({ items: [token, { clientId: '2', scopes: [] }] })], 'google');
  expect([...(app?.name ?? '')]).toHaveLength(200);
  expect(app?.name.isWellFormed()).toBe(true);
  expect(app?.scopes).toHaveLength(200);
  expect(app?.scopes).toContain('https://mail.google.com/');
});

/** The examples of the API reference run here, against stand-ins for curl, `fetch` and httpx that record what is sent. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { examplesOf } from '../../../site/api-examples/index.ts';

type Content = Readonly<Record<string, { readonly schema: { readonly $ref: string } }>>;
type Operation = {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly security: readonly object[];
  readonly parameters?: readonly { readonly name: string }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
};
/** A request that an example sent. Names of headers are in lower case. */
type Sent = {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

const ISSUER = 'https://as.example.com/login';
const TOKEN = 'the-token';
const ETAG = '"7"';
const NEXT = 'page-two';
const FIRST_PAGE = `${JSON.stringify({ items: [{}], next: NEXT })}\n`;
const LAST_PAGE = `${JSON.stringify({ items: [] })}\n`;

const document = JSON.parse(readFileSync('docs/openapi.json', 'utf8'));
const examples = examplesOf(document);
const operations: readonly Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods as Record<string, Operation>).map(([method, operation]) => ({
    ...operation,
    path,
    method: method.toUpperCase(),
  })),
);
const ajv = new Ajv2020({ strict: false }).addSchema(document, 'openapi.json');

const folder = mkdtempSync(join(tmpdir(), 'examples-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const inLowerCase = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const isList = ({ responses }: Operation): boolean =>
  /Page$/.test(responses['200']?.content?.['application/json']?.schema.$ref ?? '');

/** What is wrong with the body of the last request. */
const bodyFaults = ({ requestBody }: Operation, { headers, body }: Sent): readonly string[] => {
  if (!requestBody) return body === undefined ? [] : ['sends a body that the operation does not take'];
  const type = headers['content-type'] ?? '';
  const schema = requestBody.content[type]?.schema;
  if (!schema) return [`sends the type "${type}", which the operation does not take`];
  const validate = ajv.compile({ $ref: `openapi.json${schema.$ref}` });
  const values = type === 'application/x-ndjson' ? (body ?? '').trim().split('\n') : [body ?? ''];
  return values.flatMap((value) =>
    validate(JSON.parse(value)) ? [] : [`body ${value}: ${ajv.errorsText(validate.errors)}`],
  );
};

/** What is wrong with the requests of an example; none is right. */
const faults = (operation: Operation, sent: readonly Sent[], followsPages: boolean): readonly string[] => {
  const last = sent.at(-1);
  if (!last) return ['sends nothing'];
  const takes = (name: string): boolean => operation.parameters?.some((parameter) => parameter.name === name) ?? false;
  const pattern = (path: string): RegExp => new RegExp(`^/login/api/v1${path.replace(/\{\w+\}/g, '[\\w-]+')}$`);
  const { pathname, searchParams } = new URL(last.url);
  const wrong: readonly (readonly [boolean, string])[] = [
    [!last.url.startsWith(`${ISSUER}/`), `goes to ${last.url}`],
    [last.method !== operation.method || !pattern(operation.path).test(pathname), `calls ${last.method} ${pathname}`],
    [[...searchParams.keys()].some((name) => !takes(name)), `has the unknown parameters ${searchParams}`],
    [
      sent.some(
        ({ headers }) => headers['authorization'] !== (operation.security.length > 0 ? `Bearer ${TOKEN}` : undefined),
      ),
      `has the Authorization ${last.headers['authorization']}`,
    ],
    [takes('If-Match') !== (last.headers['if-match'] === ETAG), `has the If-Match ${last.headers['if-match']}`],
    [takes('Idempotency-Key') !== /^[\da-f-]{36}$/.test(last.headers['idempotency-key'] ?? ''), 'Idempotency-Key'],
    [followsPages && isList(operation) && searchParams.get('cursor') !== NEXT, 'does not ask for the second page'],
  ];
  const read = takes('If-Match') ? sent[0] : undefined;
  const isRead =
    !read ||
    (read.method === 'GET' && pattern(operation.path.replace(/(\{id\}).*/, '$1')).test(new URL(read.url).pathname));
  return [
    ...wrong.filter(([is]) => is).map(([, text]) => text),
    ...(isRead ? [] : ['does not read the object before']),
    ...bodyFaults(operation, last),
  ];
};

const allFaults = (
  sentBy: (operationId: string) => readonly Sent[] | undefined,
  followsPages: boolean,
): readonly string[] =>
  operations.flatMap((operation) =>
    faults(operation, sentBy(operation.operationId) ?? [], followsPages).map(
      (fault) => `${operation.operationId}: ${fault}`,
    ),
  );

const answerTo = (url: string): string => (new URL(url).searchParams.has('cursor') ? LAST_PAGE : FIRST_PAGE);

/** Runs an example with a `fetch` that answers from here. Rejects when it is no TypeScript. */
const runTypeScript = async (code: string): Promise<readonly Sent[]> => {
  const sent: Sent[] = [];
  const fetch = async (url: string | URL, { method = 'GET', headers = {}, body }: Partial<Sent> = {}) => {
    sent.push({ method, url: String(url), headers: inLowerCase(headers), ...(body !== undefined && { body }) });
    return new Response(answerTo(String(url)), { headers: { etag: ETAG } });
  };
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
  const run = AsyncFunction('fetch', 'process', 'console', stripTypeScriptTypes(code));
  await run(fetch, { env: { ISSUER, TOKEN } }, { log: () => {} });
  return sent;
};

/** Stand-in for httpx, and a loop that runs all examples in one process. */
const PYTHON = `
import contextlib, io, json, sys, types

class Response:
    headers = {"ETag": ${JSON.stringify(ETAG)}}
    def __init__(self, text): self.text = text
    def raise_for_status(self): return self
    def json(self): return json.loads(self.text)
    def iter_lines(self): return iter(self.text.splitlines())
    def __enter__(self): return self
    def __exit__(self, *_): pass

class Client:
    def __init__(self, base_url, headers={}, timeout=5):
        self.base_url, self.headers = base_url, headers
    def stream(self, method, path, params={}, headers={}, content=None, **body):
        query = "&".join(f"{name}={value}" for name, value in params.items())
        if "json" in body:
            headers, content = {**headers, "Content-Type": "application/json"}, json.dumps(body["json"])
        sent.append({"method": method, "url": self.base_url + path + (query and "?" + query),
            "headers": {**self.headers, **headers}, **({} if content is None else {"body": content})})
        return Response(${JSON.stringify(LAST_PAGE)} if "cursor" in params else ${JSON.stringify(FIRST_PAGE)})
    def __getattr__(self, name):
        return lambda path, **given: self.stream(name.upper(), path, **given)

sys.modules["httpx"] = types.SimpleNamespace(Client=Client)
results = {}
for name, code in json.load(sys.stdin).items():
    sent = results[name] = []
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(code, name, "exec"), {})
print(json.dumps(results))
`;

/** Runs all in one shell, with a curl that writes its arguments to the file `calls`. */
const SHELL = `
curl() {
  printf 'curl\\0' >> "$CALLS"
  for argument in "$@"; do
    case "$argument" in
      @*) cat "\${argument#@}" >> "$CALLS"; printf '\\0' >> "$CALLS" ;;
      *) printf '%s\\0' "$argument" >> "$CALLS" ;;
    esac
  done
  case "$*" in *'%header{etag}'*) printf '%s' '${ETAG}' ;; esac
}
uuidgen() { printf '0b54a8a5-2f6e-4a53-9d6c-0f6f3c0d5a11'; }
`;

/** The request of one call of curl. */
const sentBy = (call: readonly string[]): Sent => {
  const headers: Record<string, string> = {};
  let method: string | undefined;
  let body: string | undefined;
  let url = '';
  for (let at = 0; at < call.length; at += 1) {
    const option = call[at] ?? '';
    const value = call[at + 1] ?? '';
    if (!option.startsWith('-')) url = option;
    else if (!option.startsWith('--') || option === '--data-binary') at += option === '-fsS' ? 0 : 1;
    if (option === '-H') headers[value.split(': ')[0]?.toLowerCase() ?? ''] = value.replace(/^[^:]*: /, '');
    if (option === '-X') method = value;
    if (option === '-d' || option === '--data-binary') body = value;
  }
  return { method: method ?? (body === undefined ? 'GET' : 'POST'), url, headers, ...(body !== undefined && { body }) };
};

const runCurl = (): ReadonlyMap<string, readonly Sent[]> => {
  const script = [...examples].map(([name, { curl }]) => `printf 'example\\0%s\\0' ${name} >> "$CALLS"\n(\n${curl}\n)`);
  const calls = join(folder, 'calls');
  const { status, stderr } = spawnSync('sh', ['-eu'], {
    input: [SHELL, ...script].join('\n'),
    cwd: folder,
    env: { PATH: process.env['PATH'], ISSUER, TOKEN, CALLS: calls },
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  return new Map(
    readFileSync(calls, 'utf8')
      .split('example\0')
      .slice(1)
      .map((text) => {
        const [head = '', ...rest] = text.split('curl\0');
        return [head.replace('\0', ''), rest.map((call) => sentBy(call.split('\0').slice(0, -1)))];
      }),
  );
};

describe('examples of the management API', () => {
  test('every operation has one in curl, TypeScript and Python', () => {
    expect([...examples.keys()].sort()).toEqual(operations.map(({ operationId }) => operationId).sort());
    for (const { curl, typescript, python } of examples.values()) {
      expect(curl).toContain('curl ');
      expect(typescript).toContain('await fetch(');
      expect(python).toContain('httpx.Client(');
    }
  });

  test('curl sends what the operation takes', () => {
    const sent = runCurl();
    expect(allFaults((name) => sent.get(name), false)).toEqual([]);
  });

  test('TypeScript parses, sends what the operation takes, and follows pages', async () => {
    const sent = new Map<string, readonly Sent[]>();
    for (const [name, { typescript }] of examples) sent.set(name, await runTypeScript(typescript));
    expect(allFaults((name) => sent.get(name), true)).toEqual([]);
  });

  const withPython = spawnSync('python3', ['--version']).status === 0 ? test : test.skip;
  withPython('Python compiles, sends what the operation takes, and follows pages (needs python3)', () => {
    const input = JSON.stringify(Object.fromEntries([...examples].map(([name, { python }]) => [name, python])));
    const { status, stdout, stderr } = spawnSync('python3', ['-c', PYTHON], {
      input,
      env: { PATH: process.env['PATH'], ISSUER, TOKEN },
      encoding: 'utf8',
      maxBuffer: 16 * 1024 * 1024,
    });
    expect([status, stderr]).toEqual([0, '']);
    const sent = JSON.parse(stdout) as Record<string, readonly Sent[]>;
    const lowered = (name: string): readonly Sent[] | undefined =>
      sent[name]?.map((request) => ({ ...request, headers: inLowerCase(request.headers) }));
    expect(allFaults(lowered, true)).toEqual([]);
  });

  test('a body has the members that the schema requires, with ids of the right kind', () => {
    const { curl = '' } = examples.get('createGroup') ?? {};
    expect(JSON.parse(/-d '([^']*)'/.exec(curl)?.[1] ?? '')).toEqual({
      name: 'Billing',
      members: [expect.stringMatching(/^acc_/), expect.stringMatching(/^acc_/)],
    });
  });

  test('lines of a bulk request are one object each', () => {
    expect(examples.get('createAgents')?.curl.match(/^\{"name":.*\}$/gm)).toHaveLength(2);
  });

  test('a member without an example is named, with the remedy', () => {
    const broken = structuredClone(document);
    broken.components.schemas.NewGroup.required.push('colour');
    broken.components.schemas.NewGroup.properties.colour = { type: 'string' };
    expect(() => examplesOf(broken)).toThrow('no example of NewGroup.colour: add one to VALUES');
  });
});

/** Examples for Python 3 with httpx. */
import { type ExampleRequest, LINES_TYPE } from './requests.ts';

const INDENT = '    ';
/** A call that is longer has one argument a line. */
const WIDTH = 60;

/** A JSON value as a Python literal. JSON strings are Python strings, as JSON.stringify writes no character outside of both. */
const literal = (value: unknown, indent = ''): string => {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value !== 'object') return JSON.stringify(value);
  const inner = indent + INDENT;
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item !== 'object')) return `[${value.map((item) => literal(item)).join(', ')}]`;
    return `[\n${value.map((item) => `${inner}${literal(item, inner)},\n`).join('')}${indent}]`;
  }
  const members = Object.entries(value).map(
    ([key, own]) => `${inner}${JSON.stringify(key)}: ${literal(own, inner)},\n`,
  );
  return members.length === 0 ? '{}' : `{\n${members.join('')}${indent}}`;
};

const setup = ({ base, versionOf, lines, hasToken, hasIdempotencyKey, answer }: ExampleRequest): readonly string[] => [
  ...(lines || answer === 'lines' ? ['import json'] : []),
  'import os',
  ...(hasIdempotencyKey ? ['import uuid'] : []),
  '',
  'import httpx',
  '',
  'api = httpx.Client(',
  `    base_url=os.environ["ISSUER"] + "${base}",`,
  ...(hasToken ? ['    headers={"Authorization": "Bearer " + os.environ["TOKEN"]},'] : []),
  ...(answer === 'lines' ? ['    timeout=60,  # seconds between two lines'] : []),
  ')',
  '',
  ...(versionOf
    ? [
        '# The version that you read. 412: it changed since; read it again.',
        `read = api.get("${versionOf}")`,
        'read.raise_for_status()',
        '',
      ]
    : []),
  ...(lines ? [`lines = ${literal(lines)}`, ''] : []),
];

const extras = ({ query, body, lines, versionOf, hasIdempotencyKey }: ExampleRequest): readonly string[] => {
  const headers = [
    ...(versionOf ? ['"If-Match": read.headers["ETag"]'] : []),
    ...(hasIdempotencyKey ? ['"Idempotency-Key": str(uuid.uuid4())'] : []),
    ...(lines ? [`"Content-Type": "${LINES_TYPE}"`] : []),
  ];
  return [
    ...(Object.keys(query).length === 0 ? [] : [`params={${pairs(query)}}`]),
    ...(headers.length === 0 ? [] : [`headers={${headers.join(', ')}}`]),
    ...(body === undefined ? [] : [`json=${literal(body, INDENT)}`]),
    ...(lines ? ['content="\\n".join(json.dumps(line) for line in lines)'] : []),
  ];
};

const pairs = (query: Readonly<Record<string, string>>): string =>
  Object.entries(query)
    .map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
    .join(', ');

const call = (name: string, given: readonly string[]): string =>
  given.length <= 1 || `${name}(${given.join(', ')})`.length < WIDTH
    ? `${name}(${given.join(', ')})`
    : `${name}(\n${given.map((argument) => `${INDENT}${argument},\n`).join('')})`;

/** Follows `next` through all pages. */
const listExample = ({ path, query }: ExampleRequest): readonly string[] => [
  `params = {${pairs(query)}}`,
  'while True:',
  `    response = api.get("${path}", params=params)`,
  '    response.raise_for_status()',
  '    page = response.json()',
  '    for item in page["items"]:',
  '        print(item)',
  '    if "next" not in page:',
  '        break',
  '    params["cursor"] = page["next"]',
];

/** The example of a request for Python. */
export const pythonExample = (request: ExampleRequest): string => {
  const { method, path, answer } = request;
  if (answer === 'list') return [...setup(request), ...listExample(request)].join('\n');
  if (answer === 'lines') {
    const opened = call('api.stream', [`"${method}"`, `"${path}"`, ...extras(request)]);
    return [
      ...setup(request),
      `with ${opened} as response:`,
      '    response.raise_for_status()',
      '    for line in response.iter_lines():',
      '        print(json.loads(line))',
    ].join('\n');
  }
  return [
    ...setup(request),
    `response = ${call(`api.${method.toLowerCase()}`, [`"${path}"`, ...extras(request)])}`,
    'response.raise_for_status()',
    ...(answer === 'object' ? ['print(response.json())'] : []),
  ].join('\n');
};

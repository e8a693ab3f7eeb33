/** Examples for TypeScript with `fetch`: Node, Deno and Bun, without a dependency. */
import { type ExampleRequest, LINES_TYPE } from './requests.ts';

const INDENT = '  ';
/** Length of an address that leaves room for options in its line. */
const SHORT = 40;

const text = (value: string): string =>
  `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;

/** A JSON value as an object literal in the style of most formatters. */
const literal = (value: unknown, indent = ''): string => {
  if (typeof value === 'string') return text(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = indent + INDENT;
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item !== 'object')) return `[${value.map((item) => literal(item)).join(', ')}]`;
    return `[\n${value.map((item) => `${inner}${literal(item, inner)},\n`).join('')}${indent}]`;
  }
  const members = Object.entries(value).map(
    ([key, own]) => `${inner}${/^[A-Za-z_]\w*$/.test(key) ? key : text(key)}: ${literal(own, inner)},\n`,
  );
  return members.length === 0 ? '{}' : `{\n${members.join('')}${indent}}`;
};

const FAILED = 'throw new Error(await response.text());';

const setup = ({ base, versionOf, lines, hasToken }: ExampleRequest): readonly string[] => [
  hasToken ? 'const { ISSUER, TOKEN } = process.env;' : 'const { ISSUER } = process.env;',
  `const api = \`\${ISSUER}${base}\`;`,
  ...(hasToken ? [`const authorization = \`Bearer \${TOKEN}\`;`] : []),
  '',
  ...(versionOf
    ? [
        '// The version that you read. 412: it changed since; read it again.',
        `const read = await fetch(\`\${api}${versionOf}\`, { headers: { authorization } });`,
        'if (!read.ok) throw new Error(await read.text());',
        "const etag = read.headers.get('etag') ?? '';",
        '',
      ]
    : []),
  ...(lines ? [`const lines = ${literal(lines)};`, ''] : []),
];

const address = ({ path, query }: ExampleRequest): string => {
  const search = new URLSearchParams(query).toString();
  return `\`\${api}${path}${search && `?${search}`}\``;
};

const options = (request: ExampleRequest): string => {
  const { method, body, lines, versionOf, hasToken, hasIdempotencyKey } = request;
  const type = lines ? LINES_TYPE : 'application/json';
  const headers = [
    ...(hasToken ? ['authorization'] : []),
    ...(versionOf ? ["'if-match': etag"] : []),
    ...(hasIdempotencyKey ? ["'idempotency-key': crypto.randomUUID()"] : []),
    ...(body === undefined && !lines ? [] : [`'content-type': '${type}'`]),
  ];
  const members = [
    ...(method === 'GET' ? [] : [`method: '${method}'`]),
    ...(headers.length === 0 ? [] : [`headers: { ${headers.join(', ')} }`]),
    ...(body === undefined ? [] : [`body: JSON.stringify(${literal(body, INDENT)})`]),
    ...(lines ? ["body: lines.map((line) => JSON.stringify(line)).join('\\n')"] : []),
  ];
  if (members.length === 0) return '';
  if (members.length === 1 && address(request).length < SHORT) return `, { ${members[0]} }`;
  return `, {\n${members.map((member) => `${INDENT}${member},\n`).join('')}}`;
};

/** Follows `next` through all pages. */
const listExample = (request: ExampleRequest): readonly string[] => [
  'let cursor: string | undefined;',
  'do {',
  `  const url = new URL(${address(request)});`,
  "  if (cursor) url.searchParams.set('cursor', cursor);",
  '  const response = await fetch(url, { headers: { authorization } });',
  `  if (!response.ok) ${FAILED}`,
  '  const page = (await response.json()) as { items: object[]; next?: string };',
  '  for (const item of page.items) console.log(item);',
  '  cursor = page.next; // absent on the last page',
  '} while (cursor);',
];

/** Reads one object a line, without keeping the whole answer in memory. */
const LINES_READER = [
  `if (!response.ok || !response.body) ${FAILED}`,
  "let rest = '';",
  'for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {',
  "  const complete = (rest + piece).split('\\n');",
  "  rest = complete.pop() ?? '';",
  '  for (const line of complete) console.log(JSON.parse(line));',
  '}',
];

/** The example of a request for TypeScript. */
export const typescriptExample = (request: ExampleRequest): string => {
  const { answer } = request;
  if (answer === 'list') return [...setup(request), ...listExample(request)].join('\n');
  const call = `const response = await fetch(${address(request)}${options(request)});`;
  const rest =
    answer === 'lines'
      ? LINES_READER
      : [`if (!response.ok) ${FAILED}`, ...(answer === 'object' ? ['console.log(await response.json());'] : [])];
  return [...setup(request), call, ...rest].join('\n');
};

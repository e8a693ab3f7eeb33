/** Examples for a shell with curl 7.84 or newer. */
import { type ExampleRequest, LINES_TYPE } from './requests.ts';

const FILE = 'lines.ndjson';

/** In single quotes for a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const address = ({ base, path, query }: ExampleRequest): string => {
  const search = new URLSearchParams(query).toString();
  return `"$ISSUER${base}${path}${search && `?${search}`}"`;
};

const TOKEN = '-H "Authorization: Bearer $TOKEN"';

const before = ({ base, versionOf, lines, answer, hasToken }: ExampleRequest): readonly string[] => [
  ...(versionOf
    ? [
        '# The version that you read, with its quotes. 412: it changed since; read it again.',
        `etag=$(curl -fsS -o /dev/null -w '%header{etag}' "$ISSUER${base}${versionOf}"${hasToken ? ` \\\n  ${TOKEN}` : ''})`,
        '',
      ]
    : []),
  ...(lines
    ? ['# One object a line', `cat > ${FILE} <<'LINES'`, ...lines.map((line) => JSON.stringify(line)), 'LINES', '']
    : []),
  ...(answer === 'list' ? ['# "next" in the answer is the cursor of the next page: add &cursor=…'] : []),
  ...(answer === 'lines' ? ['# Prints one object a line, as they arrive'] : []),
];

/** The example of a request for curl. */
export const curlExample = (request: ExampleRequest): string => {
  const { method, body, lines, versionOf, hasToken, hasIdempotencyKey, answer } = request;
  const hasBody = body !== undefined || lines !== undefined;
  const parts = [
    `curl --fail-with-body ${answer === 'lines' ? '--no-buffer ' : ''}${method === 'GET' || (method === 'POST' && hasBody) ? '' : `-X ${method} `}${address(request)}`,
    ...(hasToken ? [TOKEN] : []),
    ...(versionOf ? ['-H "If-Match: $etag"'] : []),
    ...(hasIdempotencyKey ? ['-H "Idempotency-Key: $(uuidgen)"'] : []),
    ...(body === undefined
      ? []
      : ["-H 'Content-Type: application/json'", `-d ${quoted(JSON.stringify(body, undefined, 2))}`]),
    ...(lines ? [`-H 'Content-Type: ${LINES_TYPE}'`, `--data-binary @${FILE}`] : []),
  ];
  return [...before(request), parts.join(' \\\n  ')].join('\n');
};

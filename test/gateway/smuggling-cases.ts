/** Requests that could hide another request, another path or another user from the gateway. */

export type SmugglingCase = {
  readonly name: string;
  readonly kind: string;
  /** Lines after the request line, without Host and Authorization. Absent: the case writes the whole request. */
  readonly bytes: (token: string) => string;
};

const head = (token: string): string => `Host: notes.example.com\r\nAuthorization: Bearer ${token}\r\n`;
const HIDDEN = 'GET /admin HTTP/1.1\r\nHost: notes.example.com\r\n\r\n';

const post =
  (lines: string, body: string) =>
  (token: string): string =>
    `POST /notes HTTP/1.1\r\n${head(token)}${lines}\r\n${body}`;

const get =
  (target: string, lines = '') =>
  (token: string): string =>
    `GET ${target} HTTP/1.1\r\n${head(token)}${lines}\r\n`;

type Case = readonly [name: string, bytes: (token: string) => string];

const FRAMING: Readonly<Record<string, readonly Case[]>> = {
  'length and transfer coding': [
    [
      'a length before a transfer coding',
      post('Content-Length: 6\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${HIDDEN}`),
    ],
    [
      'a transfer coding before a length',
      post('Transfer-Encoding: chunked\r\nContent-Length: 6\r\n', `0\r\n\r\n${HIDDEN}`),
    ],
    ['two lengths that differ', post('Content-Length: 0\r\nContent-Length: 60\r\n', HIDDEN)],
    ['two lengths that agree', post('Content-Length: 3\r\nContent-Length: 3\r\n', 'abc')],
    ['a list of lengths', post('Content-Length: 3, 3\r\n', 'abc')],
    ['a length with a sign', post('Content-Length: +3\r\n', 'abc')],
    ['a negative length', post('Content-Length: -1\r\n', '')],
    ['a length with a leading zero', post('Content-Length: 03\r\n', 'abc')],
    ['a hexadecimal length', post('Content-Length: 0x3\r\n', 'abc')],
    ['a length with a fraction', post('Content-Length: 3.0\r\n', 'abc')],
    ['an empty length', post('Content-Length:\r\n', '')],
    ['a length beyond any number', post('Content-Length: 18446744073709551616\r\n', '')],
    ['a length with a space in its name', post('Content-Length : 3\r\n', 'abc')],
    ['an unknown transfer coding', post('Transfer-Encoding: xchunked\r\n', `0\r\n\r\n${HIDDEN}`)],
    ['chunked in quotes', post('Transfer-Encoding: "chunked"\r\n', `0\r\n\r\n${HIDDEN}`)],
    ['chunked with a parameter', post('Transfer-Encoding: chunked;q=1\r\n', `0\r\n\r\n${HIDDEN}`)],
    ['chunked, then identity', post('Transfer-Encoding: chunked, identity\r\n', `0\r\n\r\n${HIDDEN}`)],
    ['gzip, then chunked', post('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n')],
    ['chunked twice', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n')],
    [
      'chunked in one header, identity in another',
      post('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n', '0\r\n\r\n'),
    ],
    ['a vertical tab before chunked', post('Transfer-Encoding: \u000bchunked\r\n', '0\r\n\r\n')],
    ['a space in the name of the transfer coding', post('Transfer-Encoding : chunked\r\n', '0\r\n\r\n')],
    ['a folded transfer coding', post('Transfer-Encoding:\r\n chunked\r\n', '0\r\n\r\n')],
  ],
  'lines, versions and characters': [
    ['a folded header', get('/notes', 'X-Note: one\r\n two\r\n')],
    ['a header that begins with a space', (token) => `GET /notes HTTP/1.1\r\n X-Note: a\r\n${head(token)}\r\n`],
    [
      'HTTP/1.0 with a transfer coding',
      (token) => `POST /notes HTTP/1.0\r\n${head(token)}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['HTTP/0.9', () => 'GET /notes\r\n\r\n'],
    ['HTTP/2.0 in text', (token) => `GET /notes HTTP/2.0\r\n${head(token)}\r\n`],
    ['HTTP/1.2', (token) => `GET /notes HTTP/1.2\r\n${head(token)}\r\n`],
    ['the preface of HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['bare line feeds', (token) => `GET /notes HTTP/1.1\nHost: notes.example.com\nAuthorization: Bearer ${token}\n\n`],
    ['a bare line feed between headers', get('/notes', 'X-Note: a\nX-Forwarded-User: eve\r\n')],
    ['a bare carriage return in a header', get('/notes', 'X-Note: a\rX-Forwarded-User: eve\r\n')],
    ['a NUL in a header', get('/notes', 'X-Note: a\u0000b\r\n')],
    ['a space in a header name', get('/notes', 'X Note: a\r\n')],
  ],
  'chunks and content': [
    ['a chunk that ends with a line feed', post('Transfer-Encoding: chunked\r\n', '3\nabc\r\n0\r\n\r\n')],
    ['a chunk extension with a line feed', post('Transfer-Encoding: chunked\r\n', '3;a\nb\r\nabc\r\n0\r\n\r\n')],
    ['a chunk size with 0x', post('Transfer-Encoding: chunked\r\n', '0x3\r\nabc\r\n0\r\n\r\n')],
    ['a chunk size with a space', post('Transfer-Encoding: chunked\r\n', '3 \r\nabc\r\n0\r\n\r\n')],
    ['a chunk size that overflows', post('Transfer-Encoding: chunked\r\n', '10000000000000003\r\nabc\r\n0\r\n\r\n')],
    ['a chunk that is longer than its size', post('Transfer-Encoding: chunked\r\n', '3\r\nabcd\r\n0\r\n\r\n')],
    ['a length in a trailer', post('Transfer-Encoding: chunked\r\n', '0\r\nContent-Length: 60\r\n\r\n')],
    ['a GET request with content', get('/notes', `Content-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`)],
    ['a HEAD request with content', (token) => `HEAD /notes HTTP/1.1\r\n${head(token)}Content-Length: 3\r\n\r\nabc`],
  ],
  'hosts, methods and repeated headers': [
    ['no host', (token) => `GET /notes HTTP/1.1\r\nAuthorization: Bearer ${token}\r\n\r\n`],
    ['two hosts', get('/notes', 'Host: admin.example.com\r\n')],
    ['a host with a path', (token) => `GET /notes HTTP/1.1\r\nHost: a/admin\r\nAuthorization: Bearer ${token}\r\n\r\n`],
    [
      'two content types',
      post('Content-Type: application/json\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n', '{}'),
    ],
    [
      'a connection that names the content type',
      post('Content-Type: application/json\r\nConnection: content-type\r\nContent-Length: 2\r\n', '{}'),
    ],
    ['a connection that names another header', get('/notes', 'Connection: close, X-Note\r\nX-Note: a\r\n')],
    ...[
      '_method=DELETE',
      'a=1&_METHOD=PUT',
      '%5fmethod=DELETE',
      '+.method=DELETE',
      'a=1;_method=DELETE',
      '_method',
    ].map(
      (query): Case => [
        `a method in the query: ${query}`,
        (token) => `POST /notes?${query} HTTP/1.1\r\n${head(token)}Content-Length: 0\r\n\r\n`,
      ],
    ),
    ['two tokens', get('/notes', 'Authorization: Bearer x\r\n')],
    ['TRACE', (token) => `TRACE /notes HTTP/1.1\r\n${head(token)}\r\n`],
    ['a method in lower case', (token) => `get /notes HTTP/1.1\r\n${head(token)}\r\n`],
    ['a method of WebDAV', (token) => `MOVE /notes HTTP/1.1\r\n${head(token)}\r\n`],
    [
      'an upgrade to HTTP/2',
      get('/notes', 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n'),
    ],
  ],
};

const TARGETS: readonly (readonly [name: string, target: string])[] = [
  ['an absolute target', 'http://notes.example.com/notes'],
  ['an absolute target of another host', 'http://admin.example.com/notes'],
  ['the target of CONNECT', 'notes.example.com:80'],
  ['an asterisk', '*'],
  ['dot segments', '/notes/../admin'],
  ['encoded dot segments', '/notes/%2e%2e/admin'],
  ['half encoded dot segments', '/notes/.%2E/admin'],
  ['a single dot segment', '/notes/./1'],
  ['a dot segment at the end', '/notes/..'],
  ['a dot segment encoded twice', '/notes/%252e%252e/admin'],
  ['two slashes', '/notes//admin'],
  ['two slashes at the beginning', '//admin'],
  ['a backslash', '/notes/..\\admin'],
  ['an encoded backslash', '/notes/..%5cadmin'],
  ['an encoded slash', '/notes%2f..%2fadmin'],
  ['an encoded slash in a segment', '/notes/a%2Fb'],
  ['a slash encoded twice', '/notes/a%252fb'],
  ['a NUL', '/notes/%00'],
  ['an encoded line feed', '/notes/a%0d%0aHost:%20x'],
  ['a control character', '/notes/%7f'],
  ['a slash of two bytes that is no UTF-8', '/notes/%c0%af..%c0%afadmin'],
  ['a byte that is no UTF-8', '/notes/%ff'],
  ['half of a surrogate pair', '/notes/%ed%a0%80'],
  ['a broken escape', '/notes/%zz'],
  ['an escape that ends early', '/notes/%2'],
  ['an escape of Microsoft', '/notes/%u002e%u002e/admin'],
  ['a full-width slash', '/notes/%ef%bc%8f..%ef%bc%8fadmin'],
  ['a full-width dot', '/notes/%ef%bc%8e%ef%bc%8e/admin'],
  ['a fraction slash', '/notes/a%e2%81%84b'],
  ['a path parameter', '/notes;x=/admin'],
  ['a path parameter with dots', '/notes/..;/admin'],
  ['an encoded path parameter', '/notes/%3b/admin'],
  ['an encoded question mark', '/notes%3fx'],
  ['an encoded number sign', '/notes%23x'],
  ['a fragment', '/notes#/admin'],
  ['a space at the end of a segment', '/notes/admin%20'],
  ['a dot at the end of a segment', '/notes/admin.'],
  ['a path in other letter case', '/NOTES'],
  ['a slash at the end that the route lacks', '/notes/'],
  ['a format behind the path of a route', '/admin.json'],
  ['a format in other letter case', '/admin.XML'],
  ['an encoded format', '/%61dmin%2ejson'],
  ['a letter that folds to another', '/%E2%84%AA'],
  ['a line feed in the query', '/notes?a=%0d%0ab'],
  ['a broken escape in the query', '/notes?a=%'],
  ['a token in the query', '/notes?access_token=x'],
];

export const SMUGGLING: readonly SmugglingCase[] = [
  ...Object.entries(FRAMING).flatMap(([kind, cases]) => cases.map(([name, bytes]) => ({ name, kind, bytes }))),
  ...TARGETS.map(([name, target]) => ({ name: `target: ${name}`, kind: 'target', bytes: get(target) })),
];

/** Headers of a client that the upstream must not get, each with the name under which it would read them. */
export const CLAIMED_HEADERS: readonly (readonly [line: string, name: string])[] = [
  ['X-Forwarded-For: 10.0.0.1', 'x-forwarded-for'],
  ['X-Forwarded-Host: admin.example.com', 'x-forwarded-host'],
  ['X-Forwarded-Proto: ftp', 'x-forwarded-proto'],
  ['X-Forwarded-User: eve', 'x-forwarded-user'],
  ['X-Forwarded-Prefix: /admin', 'x-forwarded-prefix'],
  ['Forwarded: for=10.0.0.1', 'forwarded'],
  ['X-Real-IP: 10.0.0.1', 'x-real-ip'],
  ['True-Client-IP: 10.0.0.1', 'true-client-ip'],
  ['X-User: eve', 'x-user'],
  ['X-User-Id: eve', 'x-user-id'],
  ['X_User: eve', 'x_user'],
  ['X-Remote-User: eve', 'x-remote-user'],
  ['Remote-User: eve', 'remote-user'],
  ['X-Auth-Request-User: eve', 'x-auth-request-user'],
  ['X-Authenticated-Userid: eve', 'x-authenticated-userid'],
  ['X-Client-Cert: x', 'x-client-cert'],
  ['SSL-Client-S-DN: CN=eve', 'ssl-client-s-dn'],
  ['X-Original-URL: /admin', 'x-original-url'],
  ['X-Rewrite-URL: /admin', 'x-rewrite-url'],
  ['X-HTTP-Method-Override: DELETE', 'x-http-method-override'],
  ['X-Method-Override: DELETE', 'x-method-override'],
  ['X-Behalf-Subject: eve', 'x-behalf-subject'],
  ['X-Account: eve', 'x-account'],
  ['X.Account: eve', 'x.account'],
  ['X~Account: eve', 'x~account'],
  ['X-Account-Id: eve', 'x-account-id'],
  ['X-Role: admin', 'x-role'],
  ['X-Group: admins', 'x-group'],
  ['X-Scopes: notes.admin', 'x-scopes'],
  ['X-Org-Id: other', 'x-org-id'],
  ['X-Consumer-Username: eve', 'x-consumer-username'],
  ['X-Credential-Identifier: eve', 'x-credential-identifier'],
  ['X-Anonymous-Consumer: false', 'x-anonymous-consumer'],
  ['X-Pomerium-Claim-Email: eve', 'x-pomerium-claim-email'],
  ['Tailscale-User-Login: eve', 'tailscale-user-login'],
  ['Impersonate-User: eve', 'impersonate-user'],
  ['X-Corp-User: eve', 'x-corp-user'],
  ['Cookie: session=eve', 'cookie'],
  ['Proxy-Authorization: Basic x', 'proxy-authorization'],
  ['Proxy: http://evil.example', 'proxy'],
  ['DPoP: x', 'dpop'],
  ['Connection: close, TE', 'connection'],
  ['Keep-Alive: timeout=1', 'keep-alive'],
  ['TE: trailers', 'te'],
  ['Trailer: X-User', 'trailer'],
  ['Upgrade: websocket', 'upgrade'],
  ['Via: 1.1 admin', 'via'],
  ['Max-Forwards: 0', 'max-forwards'],
];

/**
 * Requests to the introspection and the token endpoint: right ones, and mutants of everything in them. A request is described
 * first, and then written once for each server, because each server needs proofs of its own. All random choices are made here.
 */
import { clientAssertion, dpopProof, type Identity, type KeyPair } from '../support/agent-keys.ts';
import { ACCESS_TOKEN_TYPE, EXCHANGE } from '../support/oauth-calls.ts';
import type { Random } from './campaign.ts';
import { type Caller, CERTIFICATE_HEADER, type HandlersWorld } from './handlers-world.ts';

/** A text, or one that is made anew for each server. */
type Value = string | (() => Promise<string>);

export type Described = {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, Value])[];
  readonly form: readonly (readonly [string, Value])[];
  /** How a name and a value are written. */
  readonly encoding: number;
  readonly separator: string;
  readonly transport: 'whole' | 'split' | 'chunked' | 'short';
  /** Through the proxy that forwards certificates. */
  readonly isFromProxy: boolean;
  /** The same bytes twice. */
  readonly isRepeated: boolean;
};

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const FORM = 'application/x-www-form-urlencoded';
const CONTENT_TYPES = [
  ...[`${FORM}; charset=utf-8`, `${FORM};charset=UTF-8`, `${FORM}; charset=utf-16`, `${FORM}; charset=iso-8859-1`],
  ...['APPLICATION/X-WWW-FORM-URLENCODED', `${FORM}; charset=nothing`, `${FORM}; boundary=x`, `${FORM},text/plain`],
  ...['application/json', 'multipart/form-data; boundary=x', 'text/plain', '', 'application/*'],
];
const TARGETS = [
  ...[
    '/token',
    '/token/',
    '/TOKEN',
    '/token?grant_type=client_credentials',
    '/token?',
    '//token',
    '/token/introspection',
  ],
  ...['/token/introspection/', '/Token/Introspection', '/token/introspection?token=x', '/token%2Fintrospection'],
  ...['/token/introspection#x', '/token/revocation', '/token/../token'],
];
const METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'post', 'TRACE'];
const TEXTS = [
  ...['', 'x', ' ', '%', '%zz', '%00', '%c3%28', 'ä', '\u0000', '[object Object]', 'null', 'undefined', '__proto__'],
  ...['constructor', 'a b', 'a+b', 'a;b', 'a&b=c', '"', '\\', 'x'.repeat(300), 'agt_nobody', 'app_nobody', 'rs_nobody'],
];
const SCOPES = [
  'read',
  'read write',
  'write',
  'delete',
  'openid',
  'read  write',
  ' read',
  'rea"d',
  'offline_access read',
];
const NAMES = [
  ...[
    'token',
    'token_type_hint',
    'client_id',
    'client_secret',
    'client_assertion',
    'client_assertion_type',
    'grant_type',
  ],
  ...[
    'scope',
    'resource',
    'audience',
    'authorization_details',
    'transaction',
    'code',
    'refresh_token',
    'Token',
    'GRANT_TYPE',
  ],
  ...['token[]', '', '__proto__', 'constructor', 'hasOwnProperty', 'subject_token', 'request', 'username'],
];
const HEADERS: readonly (readonly [string, string])[] = [
  ...[['origin', 'https://app.example.com'] as const, ['origin', 'null'] as const, ['accept', 'text/html'] as const],
  ...[['accept', 'application/token-introspection+jwt'] as const, ['expect', '100-continue'] as const],
  ...[['cookie', 'behalf_session=x'] as const, ['x-http-method-override', 'GET'] as const],
  ...[
    ['content-encoding', 'gzip'] as const,
    ['dpop', 'x'] as const,
    ['dpop', ''] as const,
    ['authorization', ''] as const,
  ],
  ...[
    ['authorization', 'Bearer x'] as const,
    ['authorization', 'Basic'] as const,
    ['authorization', 'Basic x y'] as const,
  ],
  ...[
    ['authorization', 'Basic eA=='] as const,
    ['authorization', 'basic YTo='] as const,
    ['authorization', 'Basic 4'] as const,
  ],
  ...[['authorization', 'Basic YWd0X3g6'] as const, ['authorization', 'Basic JTpi'] as const],
  ...[['oauth-client-attestation', 'x'] as const, ['oauth-client-attestation-pop', 'x.y.z'] as const],
  ...[['x-forwarded-for', '203.0.113.9'] as const, [CERTIFICATE_HEADER, ':AAAA:'] as const],
];

const idOf = (caller: Caller): string => (caller.kind === 'key' ? caller.identity.clientId : caller.id);

const basicOf = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;

export const requestsTo = (world: HandlersWorld, { pick, chance, integer }: Random) => {
  const everyone = [...world.introspectors, ...world.clients];

  /** Often right, and sometimes wrong in one way. */
  const assertionOf = ({ clientId, key }: Identity): Value => {
    const isRight = chance(0.75);
    const wrong = integer(14);
    const now = (): number => Math.floor(Date.now() / 1000);
    const claims = (): Record<string, unknown> =>
      [
        { aud: 'https://other.example.com' },
        { aud: [world.issuer] },
        { aud: `${world.issuer}/token` },
        { exp: now() - 600, iat: now() - 700 },
        { exp: undefined },
        { iat: undefined },
        { jti: undefined },
        { jti: 'x'.repeat(300) },
        { sub: 'app_nobody' },
        { iss: 'https://issuer.example.com' },
        { sub: undefined },
        { nbf: now() + 1000 },
        { iat: now() + 1000, exp: now() + 2000 },
        { exp: 'soon' },
      ][wrong] ?? {};
    const header = chance(0.05) ? { typ: 'at+jwt' } : {};
    const signer = chance(0.05) ? (world.keys[0] ?? key) : key;
    const isCut = chance(0.03);
    return async () => {
      const made = await clientAssertion({ clientId, key: signer }, world.issuer, {
        claims: isRight ? {} : claims(),
        header,
      });
      return isCut ? made.slice(0, -8) : made;
    };
  };

  const proofOf = (caller: Caller): Pick<Described, 'headers' | 'form' | 'isFromProxy'> => {
    const nothing = { headers: [], form: [], isFromProxy: false } as const;
    const named = chance(0.7) ? [['client_id', idOf(caller)] as const] : [];
    switch (caller.kind) {
      case 'key':
        return {
          ...nothing,
          form: [...named, ['client_assertion_type', JWT_BEARER], ['client_assertion', assertionOf(caller.identity)]],
        };
      case 'workload': {
        const claims = chance(0.8) ? {} : pick([{ aud: 'https://x.example.com' }, { sub: 'system:other' }, { exp: 1 }]);
        return {
          ...nothing,
          form: [...named, ['client_assertion_type', JWT_BEARER], ['client_assertion', () => caller.newToken(claims)]],
        };
      }
      case 'certificate':
        return {
          form: [['client_id', caller.id]],
          headers: [[CERTIFICATE_HEADER, caller.header]],
          isFromProxy: chance(0.9),
        };
      case 'public':
        return { ...nothing, form: [['client_id', caller.id]] };
      default: {
        const secret = chance(0.9) ? caller.secret : pick(TEXTS);
        // Now and then in the way that the client is not registered for.
        if ((caller.kind === 'basic') === chance(0.95)) {
          return {
            ...nothing,
            headers: [['authorization', basicOf(caller.id, secret)]],
            form: chance(0.2) ? named : [],
          };
        }
        return {
          ...nothing,
          form: [
            ['client_id', caller.id],
            ['client_secret', secret],
          ],
        };
      }
    }
  };

  const dpopOf = (): Value => {
    const key: KeyPair = pick(world.keys);
    const claims = chance(0.7)
      ? {}
      : pick([{ htm: 'GET' }, { htu: 'https://x.example.com' }, { iat: 1 }, { nonce: 'x' }]);
    return () => dpopProof(key, { method: 'POST', url: `${world.issuer}/token`, claims });
  };

  const exchange = (): [string, Value][] => {
    const form: [string, Value][] = [
      ['grant_type', EXCHANGE],
      ['subject_token', pick(chance(0.7) ? world.ofPersons : world.tokens)],
      ['subject_token_type', chance(0.9) ? ACCESS_TOKEN_TYPE : pick(TEXTS)],
    ];
    if (chance(0.1))
      form.push(['requested_token_type', pick([ACCESS_TOKEN_TYPE, 'urn:ietf:params:oauth:token-type:jwt', 'x'])]);
    if (chance(0.1)) form.push(['actor_token', pick(world.tokens)], ['actor_token_type', ACCESS_TOKEN_TYPE]);
    if (chance(0.1)) form.push([pick(['audience', 'transaction', 'authorization_details']), pick(TEXTS)]);
    return form;
  };

  const refresh = (): [string, Value][] => [
    ['grant_type', 'refresh_token'],
    ['refresh_token', chance(0.8) ? world.newRefreshToken : pick([...world.tokens, ...TEXTS])],
  ];

  const right = (): Described => {
    const isIntrospection = chance(0.5);
    const isExchange = !isIntrospection && chance(0.35);
    const isRefresh = !isIntrospection && !isExchange && chance(0.25);
    // The one that the person allowed something, and the one that the person signs in to.
    const [delegate, app] = world.clients;
    const expected = isExchange ? delegate : isRefresh ? app : undefined;
    const usual = isIntrospection ? world.introspectors : expected && chance(0.7) ? [expected] : world.clients;
    const caller = pick(chance(0.9) ? usual : everyone);
    const proof = proofOf(caller);
    const form: [string, Value][] = isIntrospection
      ? [['token', pick(world.tokens)]]
      : isExchange
        ? exchange()
        : isRefresh
          ? refresh()
          : [['grant_type', chance(0.95) ? 'client_credentials' : pick(['password', 'authorization_code'])]];
    if (isIntrospection && chance(0.3)) form.push(['token_type_hint', pick(['access_token', 'refresh_token', 'x'])]);
    if (!isIntrospection && chance(0.8)) form.push(['resource', chance(0.9) ? pick(world.resources) : pick(TEXTS)]);
    if (!isIntrospection && chance(0.7)) form.push(['scope', pick(SCOPES)]);
    const headers: [string, Value][] = [
      ['content-type', FORM],
      ...proof.headers.map((one): [string, Value] => [...one]),
    ];
    if (!isIntrospection && chance(0.2)) headers.push(['dpop', dpopOf()]);
    return {
      method: 'POST',
      target: isIntrospection ? '/token/introspection' : '/token',
      headers,
      form: chance(0.5) ? [...proof.form, ...form] : [...form, ...proof.form],
      encoding: 0,
      separator: '&',
      transport: 'whole',
      isFromProxy: proof.isFromProxy,
      isRepeated: chance(0.05),
    };
  };

  const MUTATIONS: readonly ((from: Described) => Partial<Described>)[] = [
    () => ({ method: pick(METHODS) }),
    () => ({ target: pick(TARGETS) }),
    () => ({ encoding: 1 + integer(5) }),
    () => ({ separator: pick([';', '&&', '&;', '&x&', '\n']) }),
    () => ({ transport: pick(['split', 'chunked', 'short'] as const) }),
    ({ headers }) => ({
      headers: headers.map(([name, value]) => [name, name === 'content-type' ? pick(CONTENT_TYPES) : value]),
    }),
    ({ headers }) => ({ headers: [...headers, pick(HEADERS)] }),
    ({ headers }) => ({ headers: headers.filter(() => chance(0.6)) }),
    ({ form }) => ({ form: [...form, [pick(NAMES), pick(TEXTS)]] }),
    ({ form }) => ({ form: form.filter(() => chance(0.7)) }),
    ({ form }) => ({ form: [...form, pick(form.length > 0 ? form : [['x', 'y'] as const])] }),
    ({ form }) => ({ form: form.map((pair) => (chance(0.3) ? [pair[0], pick(TEXTS)] : pair)) }),
    // Two ways to authenticate at once.
    ({ form, headers }) => {
      const more = proofOf(pick(everyone));
      return { form: [...form, ...more.form], headers: [...headers, ...more.headers] };
    },
    ({ form }) => ({ form: [...form, ['filler', 'x'.repeat(pick([1000, 30_000, 33_000, 57_000]))]] }),
    ({ form }) => ({ form: Array.from({ length: 20 }, (_, index) => form[index] ?? ([`p${index}`, 'x'] as const)) }),
    ({ form }) => ({ form: [...form, ['resource', pick(world.resources)]] }),
  ];

  return {
    next(): Described {
      let described = right();
      while (chance(0.4)) described = { ...described, ...pick(MUTATIONS)(described) };
      return described;
    },
  };
};

const encoded = (text: string, how: number): string => {
  if (how === 1) return text;
  if (how === 2) return Buffer.from(text).toString('hex').replaceAll(/../g, '%$&');
  const plain = encodeURIComponent(text.toWellFormed());
  if (how === 3) return plain.replaceAll('%20', '+').replaceAll(/%../g, (one) => one.toLowerCase());
  if (how === 4) return `${plain}%`;
  if (how === 5) return plain.replaceAll(/[aeiou]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
  return plain.replaceAll('%20', '+');
};

const textOf = async (value: Value): Promise<string> => (typeof value === 'string' ? value : value());

/** The parts of a request in the order in which they are sent. */
export const written = async (described: Described, host: string): Promise<readonly Buffer[]> => {
  const { method, target, headers, form, encoding, separator, transport } = described;
  const pairs: string[] = [];
  for (const [name, value] of form) {
    pairs.push(`${encoded(name, encoding === 5 ? 5 : 0)}=${encoded(await textOf(value), encoding)}`);
  }
  const body = Buffer.from(pairs.join(separator));
  const lines = [`${method} ${target} HTTP/1.1`, `Host: ${host}`, 'Connection: close'];
  for (const [name, value] of headers) lines.push(`${name}: ${(await textOf(value)).replaceAll(/[^\x20-\x7e]/g, '?')}`);
  const isChunked = transport === 'chunked' && body.length > 0;
  const length = transport === 'short' ? Math.max(0, body.length - 3) : body.length;
  lines.push(isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`);
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
  if (isChunked) {
    return [Buffer.concat([head, Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')])];
  }
  const middle = Math.floor(body.length / 2);
  return transport === 'split'
    ? [head, body.subarray(0, middle), body.subarray(middle)]
    : [Buffer.concat([head, body])];
};

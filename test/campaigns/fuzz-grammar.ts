/**
 * Requests made of valid parts and mutants: all routes, their parameters, bodies, headers and cookies.
 * All random choices are made here; the same seed gives the same choices. The
 * first requests are always the seeds of fuzz-words.ts.
 */
import type { Random } from './campaign.ts';
import { CONTENT_TYPES, GRANTS, HOSTS, METHODS, PARAMETERS, SEEDS, STRINGS } from './fuzz-words.ts';

export type Material = {
  readonly issuer: string;
  /** Values that mean something to this server: ids, tokens, codes, scopes, resources. */
  readonly known: readonly string[];
  /** By name of a parameter or path segment: values that are right there. */
  readonly named: Readonly<Record<string, readonly string[]>>;
  /** Ids what the fuzzer lives on: the management API is never told to change them. */
  readonly spared: readonly string[];
  /** Valid JSON bodies, by path. */
  readonly bodies: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Authorization header of an administrator's management token. */
  readonly management: string;
  /** Fresh `client_assertion` of an agent, good for one request. */
  readonly assertion: () => string;
  readonly agentId: string;
  /** `Basic …` of a confidential client. */
  readonly basic: string;
  /** Cookie header of a person who is signed in. */
  readonly cookie: string;
  readonly routes: readonly Route[];
};

export type Route = {
  readonly path: string;
  readonly methods: readonly string[];
  readonly kind: 'form' | 'json' | 'page';
  readonly parameters: readonly string[];
};

export type FuzzRequest = { readonly bytes: Buffer; readonly isWellFramed: boolean };

/** How many of the first requests are the seeds, in order. */
export const SEED_COUNT = SEEDS.length;

export const seedRequest = (index: number, host: string): FuzzRequest => ({
  bytes: Buffer.from((SEEDS[index] ?? '').replaceAll('{host}', host), 'latin1'),
  isWellFramed: true,
});

export const requestGrammar = (random: Random, material: Material) => {
  const { pick, chance, integer } = random;
  const host = new URL(material.issuer).host;
  const bearer = material.management;

  const word = (): string => {
    if (chance(0.45) && material.known.length > 0) return pick(material.known);
    if (chance(0.1)) return mangle(pick(material.known));
    if (chance(0.1)) return String(integer(2 ** 31) - 2 ** 30);
    return pick(STRINGS);
  };
  const mangle = (text: string): string => {
    const at = integer(text.length + 1);
    const how = integer(5);
    if (how === 0) return text.slice(0, at);
    if (how === 1) return text.slice(0, at) + pick(STRINGS).slice(0, 20) + text.slice(at);
    if (how === 2) return text.toUpperCase();
    if (how === 3) return `${text} ${text}`;
    return `${text}x`;
  };
  const valueFor = (name: string): string => {
    const right = material.named[name];
    if (right !== undefined && right.length > 0 && chance(0.7)) return pick(right);
    if (name === 'client_assertion' && chance(0.7)) return material.assertion();
    if (name === 'client_assertion_type' && chance(0.9))
      return 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    if (name === 'client_id' && chance(0.7)) return material.agentId;
    if (name === 'grant_type' && chance(0.9)) return pick(GRANTS);
    if (name === 'response_type' && chance(0.8)) return 'code';
    if (name === 'code_challenge_method' && chance(0.8)) return 'S256';
    if (name === 'code_challenge' && chance(0.8)) return 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
    if (name.endsWith('_token_type') && chance(0.8)) return 'urn:ietf:params:oauth:token-type:access_token';
    if (name === 'scope' && chance(0.6))
      return pick(['openid', 'openid offline_access', 'read', 'read write delete', 'openid profile email groups']);
    return word();
  };
  const encode = (text: string): string => {
    if (chance(0.05)) return text;
    try {
      return encodeURIComponent(text.toWellFormed()).replaceAll('%20', '+');
    } catch {
      return '';
    }
  };
  const pairs = (route: Route, leaveOut: RegExp | undefined): string => {
    const names = route.parameters.filter((name) => !leaveOut?.test(name) && chance(0.85));
    while (chance(0.35)) names.push(pick(chance(0.5) && route.parameters.length > 0 ? route.parameters : PARAMETERS));
    return names
      .map((name) => `${encode(name)}${chance(0.02) ? '' : '='}${encode(valueFor(name))}`)
      .join(chance(0.02) ? ';' : '&');
  };

  const jsonValue = (depth: number): unknown => {
    const kind = integer(depth > 3 ? 5 : 8);
    if (kind === 0) return null;
    if (kind === 1) return chance(0.5);
    if (kind === 2) return pick([0, -1, 1.5, 1e308, 2 ** 53, integer(1000)]);
    if (kind < 5) return word();
    if (kind === 5) return Array.from({ length: integer(4) }, () => jsonValue(depth + 1));
    return Object.fromEntries(
      Array.from({ length: integer(4) }, () => [chance(0.5) ? pick(PARAMETERS) : word(), jsonValue(depth + 1)]),
    );
  };
  const jsonMember = (name: string): unknown => {
    if (chance(0.3)) return jsonValue(0);
    if (name === 'scopes') return [{ name: word(), description: word(), risk: pick(['low', 'high', word()]) }];
    if (name === 'jwks')
      return { keys: [chance(0.5) ? { kty: 'EC', crv: 'P-256', x: word(), y: word() } : jsonValue(1)] };
    if (/uris|types|groups|roles|servers|origins/.test(name)) return Array.from({ length: integer(3) }, word);
    if (name === 'authority' || name === 'entitlements') return { [word()]: [word()] };
    return word();
  };
  const jsonBody = (route: Route): string => {
    if (chance(0.03)) return '['.repeat(5000);
    if (chance(0.03)) return `{"a":${'{"a":'.repeat(200)}1${'}'.repeat(200)}}`;
    if (chance(0.05)) return pick(STRINGS);
    if (chance(0.05)) return JSON.stringify(jsonValue(0));
    const valid = material.bodies[route.path];
    const members = route.parameters
      .filter((name) => chance(valid?.[name] === undefined ? 0.2 : 0.95))
      .map((name) => [name, valid?.[name] !== undefined && chance(0.85) ? valid[name] : jsonMember(name)] as const);
    // Names are unique where they must be: most bodies should get past that.
    const text = JSON.stringify(Object.fromEntries(members)).replaceAll('{unique}', String(integer(2 ** 31)));
    return chance(0.05) ? mangle(text) : text;
  };

  const pathOf = (route: Route): string => {
    const segment = (name: string): string => {
      const value = route.path.startsWith('/api/') && chance(0.6) ? pick(material.named['id'] ?? ['']) : valueFor(name);
      return route.path.startsWith('/api/') && material.spared.includes(value) ? 'spared' : value;
    };
    const path = route.path.replace(/[:{](\w+)\}?/g, (_, name: string) => encode(segment(name)));
    if (chance(0.03)) return `${path}/`;
    if (chance(0.03)) return path.toUpperCase();
    if (chance(0.03)) return path + encode(word());
    if (chance(0.02)) return `/${pick(STRINGS).replace(/[\r\n ]/g, '')}${path}`;
    if (chance(0.02)) return `${path}/../token`;
    return path;
  };

  /** How a form request authenticates: mostly in one way, sometimes in several or none. */
  const credentialOf = (route: Route): 'assertion' | 'basic' | 'any' => {
    if (route.kind !== 'form') return 'any';
    return pick(['assertion', 'assertion', 'basic', 'any']);
  };

  const headersOf = (route: Route, method: string, credential: ReturnType<typeof credentialOf>): string[] => {
    const headers: string[] = [`Host: ${chance(0.08) ? pick(HOSTS) : host}`, 'Connection: close'];
    if (route.path.startsWith('/api/')) {
      if (chance(0.9)) headers.push(`Authorization: ${chance(0.95) ? bearer : `Bearer ${word()}`}`);
    } else if (credential === 'basic') headers.push(`Authorization: ${material.basic}`);
    else if (credential === 'any' && chance(0.4)) {
      headers.push(
        `Authorization: ${pick([material.basic, material.basic, bearer, `Basic ${word()}`, `DPoP ${word()}`, 'Basic', 'Bearer', word()])}`,
      );
    }
    if (chance(route.kind === 'page' ? 0.8 : 0.1))
      headers.push(`Cookie: ${chance(0.8) ? material.cookie : `_session=${word()}; _interaction=${word()}`}`);
    if (chance(0.1))
      headers.push(
        `Accept: ${pick(['text/html', 'application/json', '*/*', '', 'x', 'application/token-introspection+jwt'])}`,
      );
    if (chance(0.1)) headers.push(`DPoP: ${word()}`);
    if (chance(0.1)) headers.push(`Origin: ${pick([material.issuer, 'null', 'https://evil.example', word()])}`);
    if (chance(0.05)) headers.push(`X-Forwarded-${pick(['Host', 'Proto', 'For', 'Port', 'Prefix'])}: ${word()}`);
    if (chance(method === 'PATCH' || method === 'PUT' ? 0.8 : 0.1))
      headers.push(`If-Match: ${pick(['"1"', '"1"', '"2"', 'W/"1"', '*', '1', word()])}`);
    if (chance(0.03))
      headers.push(
        `${pick(['Expect: 100-continue', 'Upgrade: websocket', 'Range: bytes=0-1', 'Content-Encoding: gzip', 'If-None-Match: *', 'X-HTTP-Method-Override: DELETE'])}`,
      );
    return headers.map((line) => line.replace(/[\r\n\0]/g, ' ').slice(0, 12_000));
  };

  return {
    next(): FuzzRequest {
      const route = pick(material.routes);
      const method = chance(0.9) ? pick(route.methods) : pick(METHODS);
      let target = pathOf(route);
      const credential = credentialOf(route);
      const leaveOut = credential === 'basic' ? /^client_(id|assertion)/ : undefined;
      const headers = headersOf(route, method, credential);
      const hasBody = method !== 'GET' && method !== 'HEAD' && chance(0.95);
      const query = chance(hasBody ? 0.1 : 0.8) ? pairs(route, leaveOut) : '';
      if (query !== '') target += `?${query}`;
      if (chance(0.01)) target = `http://evil.example${target}`;
      let body = '';
      let isWellFramed = true;
      if (hasBody) {
        body = route.kind === 'json' ? jsonBody(route) : pairs(route, leaveOut);
        const natural = route.kind === 'json' ? 'application/json' : 'application/x-www-form-urlencoded';
        headers.push(`Content-Type: ${chance(0.93) ? natural : pick(CONTENT_TYPES)}`);
        const length = Buffer.byteLength(body);
        if (chance(0.01)) {
          headers.push(`Content-Length: ${pick([length + 10, Math.max(0, length - 3), 'x', -1])}`);
          isWellFramed = false;
        } else if (chance(0.03)) {
          headers.push('Transfer-Encoding: chunked');
          body = `${length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
        } else headers.push(`Content-Length: ${length}`);
      }
      // Characters above latin1 would be cut to one byte: the request line and headers carry bytes.
      const head = `${method} ${target.replace(/[\r\n ]/g, '')} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`;
      return { bytes: Buffer.concat([Buffer.from(head, 'utf8'), Buffer.from(body, 'utf8')]), isWellFramed };
    },
  };
};

/** What a sample of a CPU profile belongs to: the part of the work, found by the frame nearest to the leaf that says it. */

/** Frames of one sample, the leaf first. */
export type Frame = { readonly name: string; readonly url: string };

export const PARTS = [
  'signatures and JOSE',
  'durable write',
  'store reads',
  'audit event',
  'decision',
  'kills and liveness',
  'client authentication',
  'digests',
  'parsing',
  'grant and token',
  'oidc-provider',
  'HTTP',
  'metrics',
  'garbage collection',
  'rest',
] as const;

export type ProfilePart = (typeof PARTS)[number];

const RULES: readonly (readonly [RegExp, ProfilePart])[] = [
  [
    /one-shot-signatures|node_modules\/jose\/|internal\/crypto\/(?:sig|ec|webcrypto|webidl|keys|cfrg)/,
    'signatures and JOSE',
  ],
  [/adapters\/sqlite\/group-commit/, 'durable write'],
  [
    /adapters\/cedar\/|cedar-wasm|domain\/authority\/(?:decision|policy|delegation|transactions|consent|budgets)\//,
    'decision',
  ],
  [/resource-authority|extensions\/token-exchange|requests\//, 'decision'],
  [
    /domain\/authority\/revocation|token-liveness|live-grants|live-participants|ended-tokens|kill-gate/,
    'kills and liveness',
  ],
  [/domain\/audit\/|written-text|sorted-copy|canonical/, 'audit event'],
  [/platform\/crypto\/|internal\/crypto\/hash/, 'digests'],
  [/request-form|strict-json|querystring|internal\/url/, 'parsing'],
  [
    /client-authentication\/|shared\/(?:client_auth|jwt_client_auth|reject_dupes)|domain\/clients\//,
    'client authentication',
  ],
  [/src\/provider\//, 'grant and token'],
  [/node_modules\/oidc-provider/, 'oidc-provider'],
  [/prom-client|measured-stores|http\/metrics/, 'metrics'],
  [
    /node:(?:_?http|net|internal\/(?:stream|timers|async|http|fs))|node:(?:_?stream|events|timers|buffer)|src\/http\/|node_modules\/koa/,
    'HTTP',
  ],
];

const known = new Map<string, ProfilePart | undefined>();

const partOfUrl = (url: string): ProfilePart | undefined => {
  if (!known.has(url)) known.set(url, RULES.find(([pattern]) => pattern.test(url))?.[1]);
  return known.get(url);
};

/** Undefined: the thread had nothing to do. */
export const partOf = (frames: readonly Frame[]): ProfilePart | undefined => {
  const [leaf] = frames;
  if (leaf === undefined || leaf.name === '(idle)') return undefined;
  if (leaf.name === '(garbage collector)') return 'garbage collection';
  for (const { url } of frames) {
    // All writes of a turn are in one transaction. What else is in the adapter reads.
    if (/adapters\/sqlite\//.test(url)) {
      return frames.some((frame) => /group-commit/.test(frame.url)) ? 'durable write' : 'store reads';
    }
    const part = partOfUrl(url);
    if (part) return part;
  }
  return 'rest';
};

/**
 * Applies the given values to the defaults, computes defaults that follow from other settings, and replaces
 * references with the secrets.
 */
import type { Given } from './layers.ts';
import { type Problem, pointerOf } from './problem.ts';
import { allSettings } from './schema.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where the value of a setting came from; `name` is the file or the variable. */
export type Source =
  | { readonly kind: 'default' | 'derived' }
  | { readonly kind: 'file' | 'environment'; readonly name: string };

/** The sources of secrets by reference. `readFile` throws when it cannot. */
export type Surroundings = { readonly env: Environment; readonly readFile: (path: string) => string };

type Tree = { [name: string]: unknown };

export type Merged = {
  readonly values: Readonly<Record<string, unknown>>;
  /** By JSON pointer. */
  readonly sources: Readonly<Record<string, Source>>;
  readonly inlineSecrets: readonly string[];
  readonly problems: readonly Problem[];
};

/** The sections in which a value is no default. */
export const changedIn = (sources: Readonly<Record<string, Source>>): ReadonlySet<string> =>
  new Set(
    Object.entries(sources).flatMap(([pointer, { kind }]) =>
      kind === 'default' ? [] : pointer.slice(1).split('/').slice(0, 1),
    ),
  );

/** Later values win. Never throws: a reference without a target is a problem. */
export const merge = (given: readonly Given[], surroundings: Surroundings): Merged => {
  const values: Tree = {};
  const sources: Record<string, Source> = {};
  const problems: Problem[] = [];
  const put = (path: readonly string[], value: unknown, source: Source): void => {
    place(values, path, value);
    sources[pointerOf(path)] = source;
  };

  for (const { path, schema } of allSettings()) {
    if (schema.default !== undefined) put(path, structuredClone(schema.default), { kind: 'default' });
  }
  for (const { path, value, from } of given) {
    // A section that is no object, for example "listen": 3, stays unchanged and the schema refuses it.
    put(path, value, from);
  }
  deriveDefaults(values, put);
  // A store that is set by its URL need not be set again by name.
  for (const [url, store, name] of STORES_BY_URL) {
    const isChosen = sources[pointerOf(store)]?.kind !== 'default';
    if (valueAt(values, url) !== undefined && !isChosen) put(store, name, { kind: 'derived' });
  }

  const inlineSecrets: string[] = [];
  for (const { path, schema } of allSettings()) {
    if (!schema.secret) continue;
    const pointer = pointerOf(path);
    const value = valueAt(values, path);
    const source = sources[pointer];
    if (typeof value === 'string' && source?.kind === 'file') inlineSecrets.push(pointer);
    if (typeof value !== 'object' || value === null) continue;
    const resolved = resolveSecret(value, surroundings);
    if ('secret' in resolved) place(values, path, resolved.secret);
    else {
      problems.push({ pointer, ...fromOf(source), ...resolved });
      remove(values, path);
    }
  }
  return { values, sources, inlineSecrets, problems };
};

const STORES_BY_URL = [
  [['stores', 'mongodbUrl'], ['stores', 'document'], 'mongodb'],
  [['stores', 'postgresqlUrl'], ['stores', 'document'], 'postgresql'],
  [['stores', 'redisUrl'], ['stores', 'ephemeral'], 'redis'],
  // Without Redis.
  [['stores', 'postgresqlUrl'], ['stores', 'ephemeral'], 'postgresql'],
] as const;

const deriveDefaults = (values: Tree, put: (path: readonly string[], value: unknown, source: Source) => void): void => {
  deriveAddresses(values, put);
  const issuer = valueAt(values, ['issuer']);
  if (typeof issuer === 'string' && valueAt(values, ['clientIdMetadata', 'accept']) === undefined) {
    put(['clientIdMetadata', 'accept'], issuer.startsWith('http:'), { kind: 'derived' });
  }
};

const deriveAddresses: typeof deriveDefaults = (values, put) => {
  const port = valueAt(values, ['listen', 'port']);
  if (typeof port !== 'number') return;
  if (valueAt(values, ['issuer']) === undefined) put(['issuer'], `http://localhost:${port}`, { kind: 'derived' });
  if (valueAt(values, ['operations', 'port']) === undefined) {
    const next = port === 0 ? 0 : port === 65535 ? port - 1 : port + 1;
    put(['operations', 'port'], next, { kind: 'derived' });
  }
};

const place = (tree: Tree, path: readonly string[], value: unknown): void => {
  const [name = '', ...rest] = path;
  if (rest.length === 0) {
    tree[name] = value;
    return;
  }
  tree[name] ??= {};
  const below = tree[name];
  if (typeof below === 'object' && below !== null) place(below as Tree, rest, value);
};

/** The value at a path, or undefined. */
export const valueAt = (tree: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((at, name) => (typeof at === 'object' && at !== null ? (at as Tree)[name] : undefined), tree);

const remove = (tree: Tree, path: readonly string[]): void => {
  const parent = valueAt(tree, path.slice(0, -1)) as Tree;
  delete parent[path.at(-1) ?? ''];
};

type Resolved = { readonly secret: string } | { readonly message: string; readonly suggestion?: string };

/** `{ "file": "/run/secrets/x" }` or `{ "env": "NAME" }`; a line end after the secret is not part of it. */
const resolveSecret = (reference: object, { env, readFile }: Surroundings): Resolved => {
  const entries = Object.entries(reference) as readonly (readonly [string, unknown])[];
  const [kind, name] = entries[0] ?? [];
  if (entries.length !== 1 || (kind !== 'file' && kind !== 'env') || typeof name !== 'string' || name === '') {
    return {
      message: 'A secret is a text, { "file": PATH } or { "env": NAME }.',
      suggestion: 'Example: { "file": "/run/secrets/behalf" }',
    };
  }
  const secret = (kind === 'file' ? attempt(() => readFile(name)) : env[name])?.replace(/\r?\n$/, '');
  if (secret === undefined) {
    return kind === 'file'
      ? { message: `The file ${name} cannot be read.`, suggestion: 'Check its path and mode.' }
      : { message: `The environment has no variable ${name}.`, suggestion: 'Set it, or name another.' };
  }
  if (secret === '') return { message: `The ${kind === 'file' ? 'file' : 'variable'} ${name} is empty.` };
  return { secret };
};

/** The result of `read`, or undefined when it throws. */
export const attempt = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

/** The member of a problem that names where the value came from. */
export const fromOf = (source: Source | undefined): { readonly from?: string } =>
  source && 'name' in source ? { from: source.name } : {};

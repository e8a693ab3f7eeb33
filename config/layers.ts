/**
 * Reads the two sources of settings, a JSON file and the environment, into lists of values by path. Unknown names
 * are reported here, because only here the original spelling is known.
 */
import { nearest, type Problem, pointerOf } from './problem.ts';
import { allSettings, CONFIGURATION_SCHEMA, type SettingSchema, schemaAt } from './schema.ts';

/** One value that was set. */
export type Given = {
  readonly path: readonly string[];
  readonly value: unknown;
  readonly from: { readonly kind: 'file' | 'environment'; readonly name: string };
};

export type Layer = { readonly given: readonly Given[]; readonly problems: readonly Problem[] };

/** Environment variables that have a short name; the long form of the same setting wins. */
export const SHORT_NAMES: Readonly<Record<string, readonly string[]>> = {
  PORT: ['listen', 'port'],
  BEHALF_ISSUER: ['issuer'],
  BEHALF_DATA: ['data', 'folder'],
  BEHALF_ADMIN_PASSWORD: ['administrator', 'password'],
  BEHALF_EGRESS_CA_FILE: ['egress', 'caFile'],
  BEHALF_SMTP_URL: ['mail', 'smtpUrl'],
  BEHALF_MAIL_FROM: ['mail', 'from'],
  BEHALF_MONGODB_URL: ['stores', 'mongodbUrl'],
  BEHALF_POSTGRESQL_URL: ['stores', 'postgresqlUrl'],
  BEHALF_REDIS_URL: ['stores', 'redisUrl'],
};

/** Removed settings, by path, with their replacements. */
const REPLACED: Readonly<Record<string, string>> = {
  'egress.allowedHosts':
    'Name each host in egress.internalHosts, in the list of what it is opened for: upstreamProviders, trustedIssuers, clientKeys, clientMetadata, mcpServers, webhooks, approvalPings, appLogout, decisionPoint, pushServices, witnesses, auditSinks, signalReceivers, provisioningTargets.',
};
const REPLACED_VARIABLES: Readonly<Record<string, string>> = { BEHALF_EGRESS_ALLOWED_HOSTS: 'egress.allowedHosts' };

const replaced = (path: string): Pick<Problem, 'message' | 'suggestion'> | undefined => {
  const suggestion = Object.hasOwn(REPLACED, path) ? REPLACED[path] : undefined;
  return suggestion === undefined ? undefined : { message: `${path} was replaced.`, suggestion };
};

const PREFIX = 'BEHALF__';

/** The variable that sets a setting: `BEHALF__TOKENS__ACCESSTOKENTTLSECONDS`. */
export const variableOf = (path: readonly string[]): string =>
  PREFIX + path.map((part) => part.toUpperCase()).join('__');

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Values of a configuration file. */
export const readFileLayer = (content: string, name: string): Layer => {
  const given: Given[] = [];
  const problems: Problem[] = [];
  const walk = (value: Readonly<Record<string, unknown>>, schema: SettingSchema, path: readonly string[]): void => {
    for (const [key, below] of Object.entries(value)) {
      const at = [...path, key];
      const known = schemaAt(at);
      if (path.length === 0 && key === '$schema') continue;
      if (!known)
        problems.push({
          pointer: pointerOf(at),
          from: name,
          ...(replaced(at.join('.')) ?? unknownSetting(key, schema)),
        });
      else if (known.properties && isObject(below)) walk(below, known, at);
      else given.push({ path: at, value: below, from: { kind: 'file', name } });
    }
  };

  let parsed: unknown;
  try {
    parsed = JSON.parse(content.startsWith('\uFEFF') ? content.slice(1) : content);
  } catch (error) {
    const reason = error instanceof Object && 'message' in error ? placeOnly(String(error.message)) : '';
    return { given, problems: [{ pointer: '', from: name, message: `The file is not valid JSON${reason}.` }] };
  }
  if (isObject(parsed)) walk(parsed, CONFIGURATION_SCHEMA, []);
  else problems.push({ pointer: '', from: name, message: 'The file must hold a JSON object.' });
  return { given, problems };
};

/** Only the position from V8's message: the message quotes the file, which may hold a secret. */
const placeOnly = (message: string): string => {
  const place = /line \d+ column \d+/.exec(message)?.[0];
  return place ? ` at ${place}` : '';
};

const unknownSetting = (key: string, schema: SettingSchema): { message: string; suggestion?: string } => {
  const names = Object.keys(schema.properties ?? {});
  const meant = nearest(key, names);
  return {
    message: 'There is no such setting.',
    suggestion: meant ? `Did you mean ${meant}?` : `Here may stand: ${names.join(', ')}.`,
  };
};

/**
 * Values of the environment. `referenced` names variables that hold secrets by reference and so are no typing
 * errors.
 */
export const readEnvironmentLayer = (env: Readonly<Record<string, string | undefined>>): Layer => {
  const given: Given[] = [];
  const problems: Problem[] = [];
  const add = (name: string, path: readonly string[], raw: string): void => {
    given.push({ path, value: parseValue(raw, schemaAt(path)), from: { kind: 'environment', name } });
  };

  const names = Object.keys(env).sort();
  for (const name of names) {
    const raw = env[name];
    // Many tools set an empty variable to mean "not set".
    if (raw === undefined || raw === '') continue;
    const short = Object.hasOwn(SHORT_NAMES, name) ? SHORT_NAMES[name] : undefined;
    const gone = Object.hasOwn(REPLACED_VARIABLES, name) ? replaced(String(REPLACED_VARIABLES[name])) : undefined;
    if (short) add(name, short, raw);
    else if (gone) problems.push({ pointer: '', from: name, ...gone });
    else if (!name.startsWith(PREFIX)) problems.push(...misspelledShortName(name));
  }
  for (const name of names) {
    const raw = env[name];
    if (raw === undefined || raw === '' || !name.startsWith(PREFIX)) continue;
    const found = settingNamed(name.slice(PREFIX.length).split('__'));
    if (!found) problems.push(unknownVariable(name));
    else if (found.reference)
      given.push({ path: found.path, value: { [found.reference]: raw }, from: { kind: 'environment', name } });
    else add(name, found.path, raw);
  }
  return { given, problems };
};

type Named = { readonly path: readonly string[]; readonly reference?: 'file' | 'env' };

/**
 * Matches `ACCESSTOKENTTLSECONDS` and `ACCESS_TOKEN_TTL_SECONDS` to accessTokenTtlSeconds; a secret may end in
 * `__FILE` or `__ENV`.
 */
const settingNamed = (parts: readonly string[]): Named | undefined => {
  const plain = (name: string): string => name.toLowerCase().replaceAll('_', '');
  const path: string[] = [];
  for (const [index, part] of parts.entries()) {
    const schema: SettingSchema | undefined = schemaAt(path);
    if (schema?.secret && index === parts.length - 1) {
      const reference = part.toLowerCase();
      return reference === 'file' || reference === 'env' ? { path, reference } : undefined;
    }
    const name = Object.keys(schema?.properties ?? {}).find((candidate) => plain(candidate) === plain(part));
    if (name === undefined) return undefined;
    path.push(name);
  }
  return schemaAt(path)?.properties ? undefined : { path };
};

const unknownVariable = (name: string): Problem => {
  const gone = Object.keys(REPLACED).find((path) => variableOf(path.split('.')) === name);
  if (gone !== undefined) return { pointer: '', from: name, message: '', ...replaced(gone) };
  const meant = nearest(
    name,
    allSettings().map(({ path }) => variableOf(path)),
  );
  return {
    pointer: '',
    from: name,
    message: 'No setting has this variable.',
    suggestion: meant ? `Did you mean ${meant}?` : 'See docs/reference/configuration.md, or unset it.',
  };
};

/** Other programs may have variables with the same prefix; only a difference of one letter is treated as a mistake. */
const misspelledShortName = (name: string): readonly Problem[] => {
  if (!name.startsWith('BEHALF_')) return [];
  const meant = Object.keys(SHORT_NAMES).find(
    (short) => short.length > 6 && nearest(name, [short]) && close(name, short),
  );
  return meant
    ? [{ pointer: '', from: name, message: 'No setting has this variable.', suggestion: `Did you mean ${meant}?` }]
    : [];
};

const close = (name: string, short: string): boolean =>
  Math.abs(name.length - short.length) <= 1 && nearest(name.slice(7), [short.slice(7)]) === short.slice(7);

/**
 * Converts the text of a variable to the type of its setting. Text that does not fit stays text, and the schema
 * refuses it.
 */
const parseValue = (raw: string, schema: SettingSchema | undefined): unknown => {
  if (schema?.type === 'string' && !(schema.secret && raw.startsWith('{'))) return raw;
  if (schema?.type === 'array' && !raw.trimStart().startsWith('[')) return raw.split(',').map((part) => part.trim());
  try {
    return JSON.parse(raw) as unknown;
  } catch {
    return raw;
  }
};

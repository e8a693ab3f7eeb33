/** Reads the configuration file of a gateway. Reports all problems at once, each with the member and a remedy. */
import { readFileSync } from 'node:fs';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { ConfigurationError, nearest, type Problem, pointerOf } from '../../../config/problem.ts';
import { strictJson } from '../../domain/vocabulary/strict-json.ts';
import type { Exchange, GatewayConfiguration, GatewayCredential, McpRules, Need } from './configuration.ts';
import { decisionProblems } from './decision-rules.ts';
import { clientSecretIn, longSecretIn, type NamedFiles, namedFiles } from './named-files.ts';
import { needProblems } from './need-rules.ts';
import { agentKeyIn, privateKeyIn } from './private-key.ts';
import { type Finding, pathFindings, routeProblems } from './route-rules.ts';
import { GATEWAY_SCHEMA, type GatewaySchema } from './schema.ts';

/** Reads a text file. Throws if it cannot. */
export type ReadFile = (path: string) => string;

const readText: ReadFile = (path) => readFileSync(path, 'utf8');

const ajv = new Ajv2020({ allErrors: true, strict: 'log', allowUnionTypes: true, useDefaults: true });
ajv.addKeyword('unit');
const validate = ajv.compile(GATEWAY_SCHEMA);

const KINDS: Readonly<Record<string, string>> = {
  object: 'an object',
  string: 'a text',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
};

/** The schema of a member, through lists and maps. */
const schemaAt = (path: readonly string[]): GatewaySchema | undefined => {
  let schema: GatewaySchema | undefined = GATEWAY_SCHEMA;
  for (const part of path) {
    const more: false | GatewaySchema | undefined = schema?.additionalProperties;
    schema = schema?.properties?.[part] ?? schema?.items ?? (more === false ? undefined : more);
  }
  return schema;
};

const problemOf = ({ instancePath, keyword, params }: ErrorObject): readonly Problem[] => {
  const schema = schemaAt(instancePath.split('/').slice(1));
  const at = (message: string, suggestion?: string): readonly Problem[] => [
    { pointer: instancePath, message, ...(suggestion === undefined ? {} : { suggestion }) },
  ];
  const { limit, type, missingProperty, allowedValues, additionalProperty, propertyName } = params as Readonly<
    Record<string, string>
  > & { readonly allowedValues?: readonly string[] };
  switch (keyword) {
    case 'type':
      return at(`This must be ${KINDS[type ?? ''] ?? type}.`, schema?.description);
    case 'minimum':
      return at(`This must be at least ${limit}.`, `Give a number from ${limit} to ${schema?.maximum}.`);
    case 'maximum':
      return at(`This must be at most ${limit}.`, `Give a number from ${schema?.minimum} to ${limit}.`);
    case 'enum':
      return at(`This must be one of ${allowedValues?.join(', ')}.`);
    case 'required':
      return [
        {
          pointer: `${instancePath}/${missingProperty}`,
          message: 'This is missing.',
          suggestion:
            schemaAt([...instancePath.split('/').slice(1), String(missingProperty)])?.description ?? 'Add it.',
        },
      ];
    case 'additionalProperties': {
      const known = Object.keys(schema?.properties ?? {});
      const meant = nearest(String(additionalProperty), known);
      return [
        {
          pointer: `${instancePath}/${additionalProperty}`,
          message: 'There is no such setting.',
          suggestion: meant ? `Did you mean ${meant}?` : `Remove it. Here are ${known.join(', ')}.`,
        },
      ];
    }
    case 'propertyNames':
      return at(`${propertyName} is no name of a header.`, schema?.description);
    // The parts of a choice are reported by the choice.
    case 'anyOf':
      return at('The value has another form.', schema?.description);
    default:
      return at('The value has another form.', schema?.description);
  }
};

type Given = Omit<GatewayConfiguration, 'credential' | 'exchange' | 'decisions' | 'mcp'> & {
  readonly mcp: (Omit<McpRules, 'sessionKey'> & { readonly sessionKeyFile?: string }) | undefined;
  readonly decisions?: {
    readonly host: string;
    readonly port: number;
    readonly socket?: string;
    readonly secretFile?: string;
  };
  readonly exchange?: Omit<Exchange, 'privateKey'> & { readonly privateKeyFile: string };
  readonly credential?: {
    readonly clientId: string;
    readonly clientSecretFile?: string;
    readonly privateKeyFile?: string;
  };
};

const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])$/;

const isOrigin = (value: string): boolean => {
  if (!URL.canParse(value)) return false;
  const { protocol, pathname, search, hash, username, password } = new URL(value);
  const isBare = pathname === '/' && search === '' && hash === '' && username === '' && password === '';
  return (protocol === 'http:' || protocol === 'https:') && isBare;
};

/** Each place that says what a request needs. */
const needsIn = ({ routes, mcp }: Given): readonly (readonly [path: readonly (string | number)[], need: Need])[] => [
  ...routes.map((route, index) => [['routes', index], route] as const),
  ...(mcp ? ([[['mcp'], mcp]] as const) : []),
  ...Object.entries(mcp?.tools ?? {}).map(([name, need]) => [['mcp', 'tools', name], need] as const),
  ...Object.entries(mcp?.methods ?? {}).map(([name, need]) => [['mcp', 'methods', name], need] as const),
];

/** Rules over several members. */
const findings = (given: Given): readonly Finding[] => {
  const found: Finding[] = [];
  const { issuer, baseUrl, upstream, credential, tokens, routes } = given;
  for (const [member, url] of [
    ['issuer', issuer],
    ['baseUrl', baseUrl],
  ] as const) {
    if (url === undefined) continue;
    const isSafe =
      URL.canParse(url) &&
      (new URL(url).protocol === 'https:' ||
        (new URL(url).protocol === 'http:' && LOOPBACK.test(new URL(url).hostname)));
    if (!isSafe) found.push([[member], 'This is no safe URL.', 'Give a URL with https, or with http on loopback.']);
  }
  if (!isOrigin(upstream.url)) {
    found.push([
      ['upstream', 'url'],
      'This is no origin.',
      'Give scheme, host and port without a path, such as http://127.0.0.1:4000.',
    ]);
  }
  if (credential && (credential.clientSecretFile === undefined) === (credential.privateKeyFile === undefined)) {
    found.push([['credential'], 'The credential has none or both files.', 'Give privateKeyFile or clientSecretFile.']);
  }
  const needing = (path: readonly (string | number)[]): void => {
    if (!credential) found.push([path, 'This needs a credential.', 'Add credential, or leave this out.']);
  };
  const { decisions } = given;
  const isOpen = decisions && decisions.socket === undefined && !LOOPBACK.test(decisions.host);
  if (isOpen && decisions.secretFile === undefined) {
    found.push([
      ['decisions', 'secretFile'],
      'Any host in the network could ask.',
      'Add secretFile, or listen on 127.0.0.1 or at a socket.',
    ]);
  }
  if (decisions) found.push(...decisionProblems(given));
  if (tokens.revocationFeed) needing(['tokens', 'revocationFeed']);
  if (tokens.statusList && tokens.revocationFeed) {
    found.push([
      ['tokens', 'statusList'],
      'The revocation feed hears of each end sooner.',
      'Leave one of the two out.',
    ]);
  }
  if (tokens.introspect === 'every') needing(['tokens', 'introspect']);
  if (given.reports) needing(['reports']);
  if ((upstream.token === 'exchange') !== (given.exchange !== undefined)) {
    found.push([
      ['upstream', 'token'],
      'upstream.token and exchange do not fit.',
      'Give exchange with the token "exchange", and leave it out otherwise.',
    ]);
  }
  for (const [path, need] of needsIn(given)) {
    if (need.live) needing([...path, 'live']);
    if (need.authzen !== false) needing([...path, 'authzen']);
    found.push(...needProblems(need, path));
  }
  const mcpRoute = given.mcp && { ...given.mcp, methods: [], public: false };
  if (given.mcp) found.push(...pathFindings(given.mcp.path, ['mcp', 'path']));
  return [...found, ...routeProblems(mcpRoute ? [...routes, mcpRoute] : routes)];
};

const credentialOf = (
  { clientId, clientSecretFile, privateKeyFile }: NonNullable<Given['credential']>,
  { load }: NamedFiles,
): GatewayCredential | undefined => {
  if (clientSecretFile === undefined) {
    const privateKey = load(['credential', 'privateKeyFile'], String(privateKeyFile), privateKeyIn);
    return privateKey && { clientId, privateKey };
  }
  const clientSecret = load(['credential', 'clientSecretFile'], clientSecretFile, clientSecretIn);
  return clientSecret === undefined ? undefined : { clientId, clientSecret };
};

const decisionsOf = (
  { secretFile, ...given }: NonNullable<Given['decisions']>,
  { load, placeOf }: NamedFiles,
): NonNullable<GatewayConfiguration['decisions']> => {
  const address = given.socket === undefined ? given : { ...given, socket: placeOf(given.socket) };
  const secret = secretFile === undefined ? undefined : load(['decisions', 'secretFile'], secretFile, longSecretIn);
  return secret === undefined ? address : { ...address, secret };
};

const mcpOf = (
  { sessionKeyFile, toolPinsFile, ...rules }: NonNullable<Given['mcp']>,
  { load, placeOf }: NamedFiles,
): NonNullable<GatewayConfiguration['mcp']> => {
  const key = sessionKeyFile === undefined ? undefined : load(['mcp', 'sessionKeyFile'], sessionKeyFile, longSecretIn);
  return {
    ...rules,
    ...(toolPinsFile === undefined ? {} : { toolPinsFile: placeOf(toolPinsFile) }),
    ...(key === undefined ? {} : { sessionKey: key }),
  };
};

const exchangeOf = (
  { privateKeyFile, ...rest }: NonNullable<Given['exchange']>,
  { load }: NamedFiles,
): Exchange | undefined => {
  const privateKey = load(['exchange', 'privateKeyFile'], privateKeyFile, agentKeyIn);
  return privateKey && { ...rest, privateKey };
};

const fail = (file: string, problems: readonly Problem[]): never => {
  throw new ConfigurationError(problems.map((problem) => ({ ...problem, from: file })));
};

/** The settings in a file. Throws ConfigurationError with all problems. */
export const loadGatewayConfiguration = (file: string, readFile: ReadFile = readText): GatewayConfiguration => {
  let text = '';
  try {
    text = readFile(file);
  } catch {
    fail(file, [
      { pointer: '', message: 'The configuration file cannot be read.', suggestion: 'Check its path and mode.' },
    ]);
  }
  let values: unknown;
  try {
    values = strictJson(Buffer.from(text));
  } catch (error) {
    fail(file, [{ pointer: '', message: (error as Error).message, suggestion: 'Correct the file.' }]);
  }
  if (!validate(values)) fail(file, (validate.errors ?? []).flatMap(problemOf));
  const checked = values as Given;
  // Each message needs no details: only the content of a call could fill them.
  const given: Given = { ...checked, mcp: checked.mcp && { ...checked.mcp, details: [] } };
  const problems: Problem[] = findings(given).map(([path, message, suggestion]) => ({
    pointer: pointerOf(path),
    message,
    suggestion,
  }));
  if (problems.length > 0) fail(file, problems);
  const files = namedFiles(file, readFile);
  const credential = given.credential && credentialOf(given.credential, files);
  const decisions = given.decisions && decisionsOf(given.decisions, files);
  const mcp = given.mcp && mcpOf(given.mcp, files);
  const exchange = given.exchange && exchangeOf(given.exchange, files);
  if (files.problems.length > 0) fail(file, files.problems);
  const { health, baseUrl, name } = given;
  const { tls, ...address } = given.listen;
  const listen = tls
    ? { ...address, tls: { certificateFile: files.placeOf(tls.certificateFile), keyFile: files.placeOf(tls.keyFile) } }
    : address;
  return { ...given, listen, health, decisions, baseUrl, name, mcp, credential, exchange };
};

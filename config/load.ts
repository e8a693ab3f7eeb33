/**
 * Creates the frozen Configuration: defaults, then the file of `--config`, then the environment. Owns the order and
 * the error report. Does not own the meaning of settings (schema.ts) or rules over several of them (rules.ts).
 * Called by src/main.ts and src/cli. The only reader of process.env.
 */
import { existsSync, readFileSync } from 'node:fs';
import { schemaProblems } from './check.ts';
import type { Configuration } from './configuration.ts';
import { dataFolder } from './data-folder.ts';
import { type Given, readEnvironmentLayer, readFileLayer } from './layers.ts';
import { attempt, changedIn, type Environment, fromOf, merge, type Source, valueAt } from './merge.ts';
import { ConfigurationError, nearest, type Problem, pointerOf } from './problem.ts';
import { productionProblems } from './production-rules.ts';
import { crossProblems } from './rules.ts';
import { allSettings, schemaAt } from './schema.ts';
import { isOnServer } from './store-rules.ts';

export type { Source } from './merge.ts';

export type Loaded = {
  readonly configuration: Configuration;
  /** By JSON pointer; settings without a value are left out. */
  readonly sources: Readonly<Record<string, Source>>;
};

export type LoadOptions = {
  /** Arguments after the command; only `--config FILE` is known. */
  readonly argv?: readonly string[];
  /** Default: the environment of this process. */
  readonly env?: Environment;
  /** Reads a text file; throws when it cannot. */
  readonly readFile?: (path: string) => string;
  /** Whether the data folder has no administrator yet. Default: whether it has no database; on a database server false. */
  readonly isFirstStart?: boolean;
};

/** The effective settings, checked and frozen. Throws ConfigurationError with all problems. */
export const loadConfiguration = (options: LoadOptions = {}): Loaded => {
  const surroundings = {
    env: options.env ?? process.env,
    readFile: options.readFile ?? ((path: string) => readFileSync(path, 'utf8')),
  };
  const { file, problems: argumentProblems } = readArguments(options.argv ?? []);
  const fileLayer = file === undefined ? NOTHING : readFileNamed(file, surroundings.readFile);
  const environmentLayer = readEnvironmentLayer(surroundings.env);
  const given = [...fileLayer.given, ...environmentLayer.given];

  const merged = merge(given, surroundings);
  const badValues = [
    ...merged.problems,
    ...withSources(schemaProblems(merged.values, changedIn(merged.sources)), merged.sources),
  ];
  // Rules over several settings apply to the values that remain when invalid ones are removed, so that one run
  // reports everything. A missing value removes its section.
  const bad = badValues.map(({ pointer }) => (pointer in merged.sources ? pointer : pointer.replace(/\/[^/]*$/, '')));
  const fitting = given.filter(({ path }) => !bad.some((pointer) => concerns(pointer, pointerOf(path))));
  const { values, sources, inlineSecrets } = bad.length === 0 ? merged : merge(fitting, surroundings);
  const configuration = values as unknown as Configuration;
  // The state of a remote database is unknown here; the first start itself then refuses to create a password.
  const isLocal = !isOnServer(configuration);
  const isFirstStart = options.isFirstStart ?? (isLocal && !existsSync(dataFolder(configuration.data.folder).database));
  const found = [
    ...crossProblems(configuration),
    ...productionProblems(configuration, { inlineSecrets, isFirstStart }),
  ];
  const ruleProblems = found.filter((problem) => !bad.some((pointer) => concerns(pointer, problem.pointer)));

  const problems = [
    ...argumentProblems,
    ...fileLayer.problems,
    ...environmentLayer.problems,
    ...badValues,
    ...withSources(ruleProblems, sources),
  ];
  if (problems.length > 0) throw new ConfigurationError(problems);
  return { configuration: deepFreeze(configuration), sources };
};

/**
 * Removes the variables that hold secrets from the environment of this process, once they are read: neither a report
 * nor a child process has them then. What the system keeps of a process's initial environment stays. To avoid that,
 * give secrets as files (`BEHALF__KEYS__MASTERKEY__FILE`).
 */
export const forgetSecretVariables = (): void => {
  for (const { path, value, from } of readEnvironmentLayer(process.env).given) {
    if (!schemaAt(path)?.secret) continue;
    if (typeof value === 'string') delete process.env[from.name];
    else if (isReferenceToVariable(value)) delete process.env[value.env];
  }
};

const isReferenceToVariable = (value: unknown): value is { readonly env: string } =>
  typeof value === 'object' && value !== null && typeof (value as { readonly env?: unknown }).env === 'string';

/** The environment of this process, for commands with variables of their own. */
export const processEnvironment = (): Environment => process.env;

const NOTHING = { given: [] as readonly Given[], problems: [] as readonly Problem[] };

const readFileNamed = (file: string, readFile: (path: string) => string) => {
  const content = attempt(() => readFile(file));
  if (content !== undefined) return readFileLayer(content, file);
  const suggestion = 'Check its path and mode.';
  return {
    given: [],
    problems: [{ pointer: '', from: file, message: 'The configuration file cannot be read.', suggestion }],
  };
};

const readArguments = (argv: readonly string[]): { readonly file?: string; readonly problems: readonly Problem[] } => {
  const problems: Problem[] = [];
  const problem = (message: string, suggestion: string): void => {
    problems.push({ pointer: '', from: 'command line', message, suggestion });
  };
  let file: string | undefined;
  for (let index = 0; index < argv.length; index += 1) {
    const [name = '', ...rest] = (argv[index] ?? '').split('=');
    if (name !== '--config') {
      const meant = nearest(name, ['--config']);
      problem(
        `There is no option ${name}.`,
        meant
          ? 'Did you mean --config FILE?'
          : 'Options of the server are --config FILE and --workers N; --help lists them and all settings.',
      );
      continue;
    }
    if (rest.length === 0) index += 1;
    const value = rest.length === 0 ? argv[index] : rest.join('=');
    if (value) file = value;
    else problem('--config needs the path of a file.', 'Example: --config /etc/behalf.json');
  }
  return file === undefined ? { problems } : { file, problems };
};

/** Whether one pointer names the same setting as the other, one inside it, or one around it. */
const concerns = (one: string, other: string): boolean =>
  one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);

const withSources = (problems: readonly Problem[], sources: Readonly<Record<string, Source>>): readonly Problem[] =>
  problems.map((problem) => ({ ...problem, ...fromOf(sources[problem.pointer]) }));

const deepFreeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null) {
    for (const below of Object.values(value)) deepFreeze(below);
    Object.freeze(value);
  }
  return value;
};

/** A setting as it may be printed. */
export type ShownSetting = {
  /** Its path, as a JSON Pointer. */
  readonly pointer: string;
  readonly source: Source;
  readonly value: unknown;
};

/** Every setting that has a value, in the order of the schema, with `(hidden)` in place of secrets. */
export const withoutSecrets = ({ configuration, sources }: Loaded): readonly ShownSetting[] =>
  allSettings().flatMap(({ path, schema }) => {
    const pointer = pointerOf(path);
    const source = sources[pointer];
    if (source === undefined) return [];
    return [{ pointer, source, value: schema.secret ? '(hidden)' : valueAt(configuration, path) }];
  });

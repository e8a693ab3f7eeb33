/** The configuration file of a witness: form, defaults and meaning of each member. Reports all problems at once. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ConfigurationError, nearest, type Problem } from '../../config/problem.ts';
import { isKeyName, type NoteVerifier, noteVerifier } from '../domain/audit/transparency-log/signed-note.ts';
import { strictJson } from '../domain/vocabulary/strict-json.ts';

export type WitnessConfiguration = {
  /** Name of the key: a URL without a scheme. */
  readonly name: string;
  /** Absolute path. */
  readonly folder: string;
  readonly listen: {
    readonly host: string;
    readonly port: number;
    readonly tls?: { readonly certificateFile: string; readonly keyFile: string };
  };
  /** By origin: keys of the log, at least one. */
  readonly logs: ReadonlyMap<string, readonly NoteVerifier[]>;
};

type Check = (problem: string, suggestion: string) => void;
type Members = Readonly<Record<string, unknown>>;

const MOST_LOGS = 1000;

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reports members that are not known. */
const known = (value: Members, names: readonly string[], at: string, problems: Problem[]): void => {
  for (const name of Object.keys(value)) {
    if (names.includes(name)) continue;
    const meant = nearest(name, names);
    const suggestion = meant ? `Did you mean ${meant}?` : `Remove it. Here are ${names.join(', ')}.`;
    problems.push({ pointer: `${at}/${name}`, message: 'There is no such setting.', suggestion });
  }
};

const textIn = (value: unknown, check: Check, what: string): string => {
  if (typeof value === 'string' && value !== '') return value;
  check('This is missing or no text.', what);
  return '';
};

const listenIn = (value: unknown, problems: Problem[], placeOf: (file: string) => string) => {
  if (value !== undefined && !isObject(value)) {
    problems.push({ pointer: '/listen', message: 'This must be an object.', suggestion: 'Give host and port.' });
  }
  const given = isObject(value) ? value : {};
  known(given, ['host', 'port', 'tls'], '/listen', problems);
  const { host = '127.0.0.1', port = 3500, tls } = given;
  if (typeof host !== 'string' || host === '') {
    problems.push({ pointer: '/listen/host', message: 'This is no address.', suggestion: 'Example: 127.0.0.1' });
  }
  if (!Number.isInteger(port) || Number(port) < 0 || Number(port) > 65_535) {
    problems.push({
      pointer: '/listen/port',
      message: 'This is no port.',
      suggestion: 'Give a number from 0 to 65535.',
    });
  }
  const address = { host: String(host), port: Number(port) };
  if (tls === undefined) return address;
  const { certificateFile, keyFile } = isObject(tls) ? tls : {};
  known(isObject(tls) ? tls : {}, ['certificateFile', 'keyFile'], '/listen/tls', problems);
  if (typeof certificateFile !== 'string' || typeof keyFile !== 'string') {
    const suggestion = 'Give certificateFile and keyFile, two PEM files.';
    problems.push({ pointer: '/listen/tls', message: 'A certificate needs both files.', suggestion });
    return address;
  }
  return { ...address, tls: { certificateFile: placeOf(certificateFile), keyFile: placeOf(keyFile) } };
};

const logsIn = (value: unknown, problems: Problem[]): ReadonlyMap<string, readonly NoteVerifier[]> => {
  const logs = new Map<string, NoteVerifier[]>();
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_LOGS) {
    const suggestion = `Give a list of 1 to ${MOST_LOGS} objects with the verifier key of a log: {"key": "…"}.`;
    problems.push({ pointer: '/logs', message: 'There are no logs, or too many.', suggestion });
    return logs;
  }
  for (const [at, log] of value.entries()) {
    const pointer = `/logs/${at}`;
    if (isObject(log)) known(log, ['key'], pointer, problems);
    try {
      const verifier = noteVerifier(String((log as Members | null)?.['key']));
      logs.set(verifier.name, [...(logs.get(verifier.name) ?? []), verifier]);
    } catch (error) {
      const suggestion = 'Give the key that `behalf audit log` prints. Its name is the origin of the log.';
      problems.push({ pointer: `${pointer}/key`, message: `This is ${(error as Error).message}.`, suggestion });
    }
  }
  return logs;
};

/** The settings in a file. Throws ConfigurationError with all problems. */
export const loadWitnessConfiguration = (
  file: string,
  readFile: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): WitnessConfiguration => {
  const problems: Problem[] = [];
  const fail = (): never => {
    throw new ConfigurationError(problems.map((problem) => ({ ...problem, from: file })));
  };
  let text = '';
  try {
    text = readFile(file);
  } catch {
    const suggestion = 'Check its path and mode.';
    problems.push({ pointer: '', message: 'The configuration file cannot be read.', suggestion });
    return fail();
  }
  let given: unknown;
  try {
    given = strictJson(Buffer.from(text));
  } catch (error) {
    problems.push({ pointer: '', message: (error as Error).message, suggestion: 'Correct the file.' });
    return fail();
  }
  if (!isObject(given)) {
    problems.push({ pointer: '', message: 'This must be an object.', suggestion: 'See docs/how-to/witness.md.' });
    return fail();
  }
  known(given, ['name', 'folder', 'listen', 'logs'], '', problems);
  const at =
    (pointer: string): Check =>
    (message, suggestion) =>
      void problems.push({ pointer, message, suggestion });
  const name = textIn(given['name'], at('/name'), 'Give a URL without a scheme: witness.example.com/w1');
  if (name !== '' && !isKeyName(name)) at('/name')('This is no name of a key.', 'It has no space and no plus sign.');
  const folder = textIn(given['folder'], at('/folder'), 'Name a folder for the key and the state of this witness.');
  const placeOf = (path: string): string => resolve(dirname(file), path);
  const listen = listenIn(given['listen'], problems, placeOf);
  const logs = logsIn(given['logs'], problems);
  return problems.length > 0 ? fail() : { name, folder: placeOf(folder), listen, logs };
};

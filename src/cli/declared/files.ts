/** The folder of declarations: one JSON file for each object, in a folder for each kind, and `policy.cedar`. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, usageError } from '../command.ts';
import type { Json } from '../management-client.ts';
import { DECLARED_KINDS, type DeclaredKind, membersOf } from './kinds.ts';

const POLICY_FILE = 'policy.cedar';

export type Declaration = {
  readonly kind: DeclaredKind;
  /** From the folder: `clients/portal.json`. */
  readonly file: string;
  readonly members: Json;
};

export type Declarations = {
  readonly declared: readonly Declaration[];
  /** Folders that exist. Pruning is limited to these kinds. */
  readonly folders: ReadonlySet<string>;
  /** The text of the policies; absent: files do not declare them. */
  readonly policy?: string;
};

/** Reads all declarations. Throws a usage error for a file that declares nothing, and for two files about one object. */
export const readDeclarations = (folder: string): Declarations => {
  const names = entriesOf(folder);
  const known = new Set([...DECLARED_KINDS.map((kind) => kind.folder), POLICY_FILE]);
  const unknown = names.find((name) => !known.has(name) && !/^(?:\.|README)/.test(name));
  if (unknown !== undefined) {
    throw usageError(
      `${join(folder, unknown)} declares nothing.`,
      `A folder of declarations has: ${[...known].join(', ')}.`,
    );
  }
  const kinds = DECLARED_KINDS.filter((kind) => names.includes(kind.folder));
  const declared = kinds.flatMap((kind) =>
    entriesOf(join(folder, kind.folder))
      .filter((name) => !name.startsWith('.'))
      .map((name) => read(folder, kind, name)),
  );
  const seen = new Map<string, string>();
  for (const { kind, file, members } of declared) {
    const what = `${kind.singular} ${String(members[kind.identity])}`;
    const other = seen.get(what);
    if (other !== undefined) throw usageError(`${other} and ${file} both declare the ${what}.`, 'Remove one of them.');
    seen.set(what, file);
  }
  return {
    declared,
    folders: new Set(kinds.map((kind) => kind.folder)),
    ...(names.includes(POLICY_FILE) ? { policy: readFileSync(join(folder, POLICY_FILE), 'utf8') } : {}),
  };
};

const entriesOf = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder).sort();
  } catch (cause) {
    throw new CommandError(`${folder} cannot be read as a folder.`, {
      hint: 'Write one with `behalf config export --folder DIR`.',
      cause,
    });
  }
};

const read = (folder: string, kind: DeclaredKind, name: string): Declaration => {
  const file = join(kind.folder, name);
  const wrong = (why: string, hint: string): CommandError => usageError(`${file} ${why}`, hint);
  if (!name.endsWith('.json')) throw wrong('is no JSON file.', 'Its name ends with .json.');
  let members: unknown;
  try {
    members = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  } catch {
    throw wrong('cannot be read as JSON.', 'Correct it, or export it again.');
  }
  if (typeof members !== 'object' || members === null || Array.isArray(members)) {
    throw wrong('holds no JSON object.', 'A file declares one object.');
  }
  const known = membersOf(kind);
  const unknown = Object.keys(members).find((member) => !known.includes(member));
  if (unknown !== undefined) {
    throw wrong(`has the member ${unknown}, which no file declares.`, `A ${kind.singular} has: ${known.join(', ')}.`);
  }
  const declared = members as Json;
  const identity = declared[kind.identity];
  if (typeof identity !== 'string' || identity === '') {
    throw wrong(`lacks ${kind.identity}.`, `It says which ${kind.singular} the file declares.`);
  }
  const { state } = declared;
  if (state !== undefined && kind.states[String(state)] === undefined) {
    throw wrong(
      `has the state ${String(state)}.`,
      `A ${kind.singular} can be: ${Object.keys(kind.states).join(', ')}.`,
    );
  }
  return { kind, file, members: declared };
};

/** Writes the declarations, over earlier files about the same objects. Returns the files in order of kind and name. */
export const writeDeclarations = (
  folder: string,
  given: {
    readonly objects: readonly { readonly kind: DeclaredKind; readonly members: Json }[];
    readonly policy: string;
  },
): { readonly written: readonly string[]; readonly others: readonly string[] } => {
  const before = existsSync(folder) ? readDeclarations(folder).declared : [];
  const taken = new Set(before.map(({ file }) => file));
  const written: string[] = [];
  for (const { kind, members } of given.objects) {
    const same = before.find((one) => one.kind === kind && one.members[kind.identity] === members[kind.identity]);
    const file = same?.file ?? newFile(kind, String(members[kind.identity]), taken);
    taken.add(file);
    mkdirSync(join(folder, kind.folder), { recursive: true });
    writeFileSync(join(folder, file), `${JSON.stringify(members, null, 2)}\n`);
    written.push(file);
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, POLICY_FILE), given.policy);
  return {
    written: [...written, POLICY_FILE],
    others: before.map(({ file }) => file).filter((file) => !written.includes(file)),
  };
};

/** `portal.json`, or with a number after the name where another object has that file. */
const newFile = (kind: DeclaredKind, identity: string, taken: ReadonlySet<string>): string => {
  const name =
    identity
      .toLowerCase()
      .replace(/^https?:\/\//, '')
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 60) || kind.singular;
  for (let number = 1; ; number += 1) {
    const file = join(kind.folder, `${name}${number === 1 ? '' : `-${number}`}.json`);
    if (!taken.has(file)) return file;
  }
};

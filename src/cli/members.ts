/** Converts options of commands to members of management API bodies. */
import { readFileSync } from 'node:fs';
import { type Call, type Option, usageError } from './command.ts';
import type { Json } from './management-client.ts';
import { readSecretText, requirePrivate } from './secret-file.ts';

/** Options for the rights that a client or agent has in its own name. */
export const AUTHORITY = {
  authority: {
    value: 'GRANT',
    description: "Rights when it acts for itself: 'RESOURCE SCOPE SCOPE'.",
    isRepeatable: true,
  },
} as const satisfies Record<string, Option>;

/** Values of the given options among `names`, under the API's names for them. */
export const texts = (call: Call, names: Readonly<Record<string, string>>): Json =>
  Object.fromEntries(
    Object.entries(names).flatMap(([option, member]) => {
      const value = call.text(option);
      return value === undefined ? [] : [[member, value]];
    }),
  );

/** The same for repeatable options: a list for each. */
export const lists = (call: Call, names: Readonly<Record<string, string>>): Json =>
  Object.fromEntries(
    Object.entries(names).flatMap(([option, member]) => {
      const values = call.texts(option);
      return values.length === 0 ? [] : [[member, values]];
    }),
  );

/** `--authority 'https://api.example.com a.read a.write'`, repeatable. Throws a usage error for a value without a scope. */
export const authority = (call: Call): Json => {
  const held = resourceScopes(call, 'authority');
  return Object.keys(held).length === 0 ? {} : { authority: held };
};

/** The scopes by resource that an option names in this form. */
export const resourceScopes = (call: Call, option: string): Readonly<Record<string, readonly string[]>> => {
  const held: Record<string, readonly string[]> = {};
  for (const text of call.texts(option)) {
    const [resource = '', ...scopes] = text.split(/\s+/).filter((word) => word !== '');
    if (scopes.length === 0) {
      throw usageError(
        `--${option} '${text}' names no scope.`,
        `Example: --${option} 'https://api.example.com reports.read reports.write'`,
      );
    }
    held[resource] = [...(held[resource] ?? []), ...scopes];
  }
  return held;
};

/** The JSON value in a file. Throws a usage error for a file that is not JSON. */
export const jsonIn = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw usageError(`${file} cannot be read as JSON.`);
  }
};

/** `--detail '{"type": "…"}'`, repeatable. Throws a usage error for a value that is no JSON object. */
export const jsonDetails = (call: Call, option: string): readonly object[] =>
  call.texts(option).map((text) => jsonObject(option, text));

/** `--detail 'https://api.example.com {"type": "…"}'`, repeatable, by resource. Throws a usage error as above. */
export const resourceDetails = (call: Call, option: string): Readonly<Record<string, readonly object[]>> => {
  const held: Record<string, readonly object[]> = {};
  for (const text of call.texts(option)) {
    const [, resource = '', detail = ''] = /^\s*(\S+)\s+(.*)$/s.exec(text) ?? [];
    held[resource] = [...(held[resource] ?? []), jsonObject(option, detail)];
  }
  return held;
};

const jsonObject = (option: string, text: string): object => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw usageError(`--${option} '${text}' is no JSON object.`, 'Copy the detail as `show --json` has it.');
};

/** Values of the form A=B of an option that repeats. The last `=` separates them. Throws a usage error for others. */
export const pairs = (call: Call, option: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    call.texts(option).map((pair) => {
      const at = pair.lastIndexOf('=');
      if (at < 1) throw usageError(`--${option} '${pair}' is not A=B.`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );

/** An option that is given empty removes its member. */
export const emptyIsNull = (given: Json): Json =>
  Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value === '' ? null : value]));

/** The secret in the file that an option names. */
export const secretIn = (call: Call, option: string, member: string): Json => {
  const file = call.text(option);
  if (file === undefined) return {};
  const secret = readSecretText(file);
  requirePrivate(secret, file);
  return { [member]: secret.text.trim() };
};

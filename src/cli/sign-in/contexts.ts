/**
 * Contexts: servers at which this user has signed in, one file each (mode 0600) in a private folder. A file holds the refresh
 * token and the private key to which it is bound. Does not talk to a server (sign-in.ts, context-access.ts).
 */
import { chmodSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { JWK } from 'jose';
import { writePrivateFile } from '../../../adapters/node/key-files.ts';
import { CommandError, type Environment, usageError } from '../command.ts';
import { readSecretText, requirePrivate, type SecretText } from '../secret-file.ts';

export type Context = {
  readonly issuer: string;
  readonly clientId: string;
  /** Name of the account that signed in. */
  readonly account: string;
  readonly refreshToken: string;
  readonly accessToken: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
  /** The private key of the DPoP proofs (RFC 9449). */
  readonly key: JWK;
};

export type NamedContext = Context & { readonly name: string };

const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
/** Holds the name of the context in use. */
const CURRENT = 'current';

export interface Contexts {
  /** All contexts by name, and which is in use. */
  list(): readonly (NamedContext & { readonly isCurrent: boolean })[];
  /** Whether there is one of this name, readable or not. */
  has(name: string): boolean;
  /** Throws CommandError when there is none of this name, or other users can read its file. */
  get(name: string): NamedContext;
  /** Name of the context in use; undefined: none. */
  current(): string | undefined;
  use(name: string): void;
  save(name: string, context: Context): void;
  remove(name: string): void;
}

/** Throws a usage error for a name that could not be a file. */
export const checkContextName = (name: string): string => {
  if (NAME.test(name) && name !== CURRENT) return name;
  throw usageError(
    `${name} cannot name a context.`,
    'Use small letters, digits, dots and hyphens: work, test.example.com.',
  );
};

/** The host of the server, with the port where it has one. */
export const contextNameOf = (issuer: string): string => {
  const { host, pathname } = new URL(issuer);
  return `${host}${pathname}`
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|-$/g, '')
    .slice(0, 64);
};

export const contextsIn = (env: Environment): Contexts => {
  const known = folderOf(env);
  const folder = known ?? '';
  const fileOf = (name: string): string => join(folder, `${checkContextName(name)}.json`);

  const names = (): readonly string[] => {
    if (known === undefined) return [];
    try {
      return readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .map((name) => name.slice(0, -'.json'.length))
        .filter((name) => NAME.test(name))
        .sort();
    } catch {
      return [];
    }
  };

  const current = (): string | undefined => {
    if (known === undefined) return undefined;
    try {
      const name = readFileSync(join(folder, CURRENT), 'utf8').trim();
      return NAME.test(name) ? name : undefined;
    } catch {
      return undefined;
    }
  };

  const write = (file: string, text: string): void => {
    if (known === undefined) {
      throw new CommandError('There is no folder for contexts.', { hint: 'Set BEHALF_CONTEXTS to a private folder.' });
    }
    writePrivateFile(file, text);
    chmodSync(folder, 0o700);
  };

  const get = (name: string): NamedContext => {
    const file = fileOf(name);
    let content: SecretText;
    try {
      content = readSecretText(file);
    } catch (cause) {
      throw new CommandError(`There is no context ${name}.`, {
        hint: 'See `behalf context list`, or sign in: behalf login URL',
        cause,
      });
    }
    requirePrivate(content, file);
    const context = parsed(content.text);
    if (context) return { ...context, name };
    throw new CommandError(`${file} is no context of Behalf.`, {
      hint: 'Remove it, and sign in again: behalf login URL',
    });
  };

  return {
    has: (name) => names().includes(name),
    get,
    current,
    list: () => names().map((name) => ({ ...get(name), isCurrent: name === current() })),
    use(name) {
      get(name);
      write(join(folder, CURRENT), `${name}\n`);
    },
    save(name, context) {
      write(fileOf(name), `${JSON.stringify(context, null, 2)}\n`);
    },
    remove(name) {
      rmSync(fileOf(name), { force: true });
      if (current() === name) rmSync(join(folder, CURRENT), { force: true });
    },
  };
};

/** BEHALF_CONTEXTS, or the folder of settings of this user (XDG Base Directory). */
const folderOf = (env: Environment): string | undefined => {
  const given = env['BEHALF_CONTEXTS'];
  if (given !== undefined && given !== '') return given;
  const base = env['XDG_CONFIG_HOME'] || (env['HOME'] ?? env['USERPROFILE'] ?? '');
  if (base === '') return undefined;
  return env['XDG_CONFIG_HOME'] ? join(base, 'behalf') : join(base, '.config', 'behalf');
};

const parsed = (text: string): Context | undefined => {
  let value: Partial<Context> | null;
  try {
    value = JSON.parse(text) as Partial<Context> | null;
  } catch {
    return undefined;
  }
  const { issuer, clientId, account, refreshToken, accessToken, expiresAt, key } = value ?? {};
  const texts = [clientId, account, refreshToken, accessToken];
  const isContext =
    typeof issuer === 'string' &&
    URL.canParse(issuer) &&
    texts.every((one) => typeof one === 'string') &&
    typeof expiresAt === 'number' &&
    typeof key === 'object';
  return isContext ? (value as Context) : undefined;
};

/** The hosts whose client metadata documents a server accepts: the settings that add some, and the configuration file. */
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { type Loaded, loadConfiguration } from '../../../config/load.ts';
import { CommandError, type Environment, usageError } from '../command.ts';
import { printable } from '../table.ts';

export type HostChange = {
  /** The hosts that the server accepts afterwards. */
  readonly hosts: readonly string[];
  /** The hosts before; empty: every public host. Undefined: the server accepted no document. */
  readonly before: readonly string[] | undefined;
  /** Writes the file. Throws CommandError when the server would not start with it; the file stays as it was. */
  readonly write: () => void;
};

/** `claude.ai`, `app.example.com:8443`, or the URL of a document. Throws a usage error. */
export const hostOf = (given: string): string => {
  const text = given.includes('://') ? given : `https://${given}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isBare = given.includes('://') || url?.pathname === '/';
  if (url?.protocol === 'https:' && url.username === '' && url.password === '' && isBare) return url.host;
  throw usageError(`--client-host ${printable(given)} is not a host.`, 'Example: --client-host app.example.com');
};

/**
 * What has to change in the configuration file so that the server accepts documents of these hosts. Undefined: nothing.
 * Throws CommandError when the file cannot be read, or when the environment decides these settings.
 */
export const hostChange = (file: string, wanted: readonly string[], env: Environment): HostChange | undefined => {
  const { configuration, sources } = loaded(file, env);
  const { accept, hosts } = configuration.clientIdMetadata;
  const missing = wanted.filter((host) => !hosts.includes(host));
  if (accept && (hosts.length === 0 || missing.length === 0)) return undefined;
  for (const pointer of ['/clientIdMetadata/accept', '/clientIdMetadata/hosts']) {
    const source = sources[pointer];
    if (source?.kind !== 'environment') continue;
    throw new CommandError(`${source.name} decides this setting, not ${printable(file)}.`, {
      hint: `Set it where the server gets its environment: ${settingsText([...hosts, ...missing]).join(' ')}`,
    });
  }
  const after = [...hosts, ...missing];
  return { hosts: after, before: accept ? hosts : undefined, write: () => written(file, after, env) };
};

/** The same as settings of the environment. */
export const settingsText = (hosts: readonly string[]): readonly string[] => [
  'BEHALF__CLIENTIDMETADATA__ACCEPT=true',
  `BEHALF__CLIENTIDMETADATA__HOSTS=${hosts.join(',')}`,
];

const loaded = (file: string, env: Environment): Loaded =>
  loadConfiguration({ argv: ['--config', file], env, isFirstStart: false });

/** By descriptor, not by path: another account that may write to the folder could put a link in its place. */
const writeDraft = (draft: string, text: string, { uid, gid, mode }: Stats): void => {
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeFileSync(file, text);
    const own = fstatSync(file);
    // The account of the server may be another one than that of this command, and the server has to read its file.
    if (uid !== own.uid || gid !== own.gid) fchownSync(file, uid, gid);
    fchmodSync(file, mode & 0o777);
  } finally {
    closeSync(file);
  }
};

/** Writes a file beside it first, and checks that the server would start with it. */
const written = (file: string, hosts: readonly string[], env: Environment): void => {
  const before = JSON.parse(readFileSync(file, 'utf8')) as { readonly clientIdMetadata?: object };
  const after = { ...before, clientIdMetadata: { ...before.clientIdMetadata, accept: true, hosts } };
  // A link to the file stays one.
  const target = realpathSync(file);
  const draft = `${target}.new-${process.pid}`;
  try {
    writeDraft(draft, `${JSON.stringify(after, null, 2)}\n`, statSync(target));
    loaded(draft, env);
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { force: true });
    throw new CommandError(`${printable(file)} is unchanged: ${(error as Error).message}`, {
      hint: 'Correct the file, or the right to write beside it, and run the command again as the owner of the file or as root.',
      cause: error,
    });
  }
};

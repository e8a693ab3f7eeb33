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
import { acceptedAfter, hostSettings } from '../../domain/resources/mcp-servers/client-hosts.ts';
import { CommandError, type Environment } from '../command.ts';
import { printable } from '../table.ts';

export type HostChange = {
  /** The hosts that the server accepts afterwards. */
  readonly hosts: readonly string[];
  /** The hosts before; empty: every public host. Undefined: the server accepted no document. */
  readonly before: readonly string[] | undefined;
  /** Writes the file. Throws CommandError when the server would not start with it; the file stays as it was. */
  readonly write: () => void;
};

/**
 * What has to change in the configuration file so that the server accepts documents of these hosts. Undefined: nothing.
 * Throws CommandError when the file cannot be read, or when the environment decides these settings.
 */
export const hostChange = (file: string, wanted: readonly string[], env: Environment): HostChange | undefined => {
  const { configuration, sources } = loaded(file, env);
  const { accept, hosts } = configuration.clientIdMetadata;
  const after = acceptedAfter({ accept, hosts }, wanted);
  if (after === undefined) return undefined;
  for (const pointer of ['/clientIdMetadata/accept', '/clientIdMetadata/hosts']) {
    const source = sources[pointer];
    if (source?.kind !== 'environment') continue;
    throw new CommandError(`${source.name} decides this setting, not ${printable(file)}.`, {
      hint: `Set it where the server gets its environment: ${hostSettings(after).join(' ')}`,
    });
  }
  return { hosts: after, before: accept ? hosts : undefined, write: () => written(file, after, env) };
};

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

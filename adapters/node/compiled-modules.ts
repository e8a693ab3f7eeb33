/** Keeps modules as Node has stripped and compiled them, which is most of the time of a start. */
import { existsSync, lstatSync, mkdirSync, readdirSync, type Stats, statSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

/** The name of the node, which each server writes that has started there. */
const OF_A_NODE = 'node.json';
/** Others than the owner of a folder must not write into it: code in it is run. */
const OTHERS_MAY_WRITE = 0o022;
/** Files and folders below `compiled` that are checked. Where there are more, none is used. */
const MOST_ENTRIES = 20_000;

/**
 * From now on, modules are read from the folder `compiled` in this data folder where their source is unchanged, and written there when
 * the process ends by itself. Does nothing without a folder, or in one in which no server has started yet: a start that fails makes
 * nothing. Nor where another user owns the data folder, or anything below `compiled`, or may write to it: who could write once may have
 * left code. `NODE_COMPILE_CACHE` names another folder, and `NODE_DISABLE_COMPILE_CACHE` switches it off.
 */
export const keepCompiled = (dataFolder: string | undefined): void => {
  if (dataFolder === undefined) return;
  try {
    if (!isOurs(statSync(dataFolder)) || !existsSync(join(dataFolder, OF_A_NODE))) return;
    const folder = join(dataFolder, 'compiled');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!isAllOurs(folder)) return;
    // Node makes the folder of its version now, with the rights that the umask leaves.
    const umask = process.umask(0o077);
    try {
      enableCompileCache(folder);
    } finally {
      process.umask(umask);
    }
  } catch {
    // The start itself says what is wrong with a folder that cannot be looked at.
  }
};

const isOurs = ({ uid, mode }: Stats): boolean =>
  (process.getuid === undefined || uid === process.getuid()) && (mode & OTHERS_MAY_WRITE) === 0;

/** Whether it and all below are files and folders of this user only. A link is neither. A file that is gone meanwhile was replaced. */
const isAllOurs = (folder: string): boolean => {
  const paths = [folder];
  for (const path of paths) {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) continue;
    if (!isOurs(found) || !(found.isDirectory() || found.isFile())) return false;
    if (found.isDirectory()) paths.push(...readdirSync(path).map((name) => join(path, name)));
    if (paths.length > MOST_ENTRIES) return false;
  }
  return true;
};

/** Keeps modules as Node has stripped and compiled them, which is most of the time of a start. */
import { existsSync, statSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

/** The name of the node, which each server writes that has started there. */
const OF_A_NODE = 'node.json';
/** Others than the owner of a folder must not write into it: code in it is run. */
const OTHERS_MAY_WRITE = 0o022;

/**
 * From now on, modules are read from the folder `compiled` in this data folder where their source is unchanged, and written there when
 * the process ends by itself. Does nothing without a folder, in one that another user owns or may write to, or in one in which no
 * server has started yet: a start that fails makes nothing. `NODE_COMPILE_CACHE` names another folder, and `NODE_DISABLE_COMPILE_CACHE` switches it off.
 */
export const keepCompiled = (dataFolder: string | undefined): void => {
  if (dataFolder === undefined || !isOurs(dataFolder)) return;
  enableCompileCache(join(dataFolder, 'compiled'));
};

/** False also for a folder that cannot be looked at: the start itself says what is wrong with it. */
const isOurs = (folder: string): boolean => {
  try {
    const found = statSync(folder);
    const isOwn = process.getuid === undefined || found.uid === process.getuid();
    return found.isDirectory() && isOwn && (found.mode & OTHERS_MAY_WRITE) === 0 && existsSync(join(folder, OF_A_NODE));
  } catch {
    return false;
  }
};

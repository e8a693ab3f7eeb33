/** The checkpoints of transparency logs that a node keeps outside the database, in `trusted-checkpoints.json`. */
import { existsSync, renameSync } from 'node:fs';
import { readPrivateFile, writePrivateFile } from '../../adapters/node/key-files.ts';
import { dataFolder } from '../../config/data-folder.ts';
import type { TrustedCheckpoints } from '../domain/audit/transparency-log/log-guard.ts';

/** Logs that the file names, at most: each restore begins another. */
const MOST_LOGS = 16;

/** Signed notes by the origin of their log, the latest one last. */
type KeptNotes = Readonly<Record<string, string>>;

/** Reads the file. Throws an Error when it has another form. */
const keptNotes = (folder: string): KeptNotes => {
  const file = dataFolder(folder).trustedCheckpointsFile;
  const text = readPrivateFile(file);
  if (text === undefined) return {};
  try {
    const notes: unknown = JSON.parse(text);
    const isMap = typeof notes === 'object' && notes !== null && !Array.isArray(notes);
    if (isMap && Object.values(notes).every((note) => typeof note === 'string')) return notes as KeptNotes;
  } catch {
    // The error below says the same of a text that is no JSON.
  }
  throw new Error(`${file} holds no checkpoints of the transparency log: it was changed. Put back the right file.`);
};

/**
 * The file in a data folder; without a folder nothing is kept. What it names is read here, before this process reads a log: a
 * checkpoint that another process keeps later may be ahead of that. Processes that share a folder share the file: one of them may
 * replace a later checkpoint with its own, and its next one corrects that. `failed` is told when the file cannot be written.
 */
export const trustedCheckpoints = (
  folder: string | undefined,
  failed: (error: unknown) => void,
): TrustedCheckpoints => {
  if (folder === undefined) return { read: () => undefined, keep: () => undefined };
  const atStart = keptNotes(folder);
  return {
    read: (origin) => atStart[origin],
    keep(origin, note) {
      try {
        const { [origin]: _, ...others } = keptNotes(folder);
        const notes = [...Object.entries(others), [origin, note] as const].slice(-MOST_LOGS);
        writePrivateFile(dataFolder(folder).trustedCheckpointsFile, JSON.stringify(Object.fromEntries(notes)));
      } catch (error) {
        failed(error);
      }
    },
  };
};

/** Renames what a node trusts about a store that was replaced, so that the server trusts the present one. `at`: epoch seconds. */
export const setTrustedAside = (folder: string, at: number): void => {
  const { trustedHeadsFile, trustedCheckpointsFile } = dataFolder(folder);
  for (const file of [trustedHeadsFile, trustedCheckpointsFile]) {
    if (existsSync(file)) renameSync(file, `${file}.before-${at}`);
  }
};

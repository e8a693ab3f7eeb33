/**
 * What a witness has cosigned, in files of its folder: one checkpoint for each origin, with its cosignature. A file is
 * replaced whole and is on stable storage before the cosignature leaves the process. So after kill -9 and on a full volume
 * each file is the last one that was written. Several processes on one folder exclude each other.
 */
import { hash } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileLock } from '../../adapters/node/file-lock.ts';
import {
  createPrivateFile,
  readPrivateFile,
  readPrivateJson,
  writePrivateFile,
} from '../../adapters/node/key-files.ts';
import { usablePrivateFolder } from '../../adapters/node/private-folder.ts';

/** Kept of one origin, at most: an origin that misbehaves must not fill the volume. */
const MOST_EVIDENCE = 32;

/** Hex SHA-256 of an origin, as the path of tlog-witness has it. */
export const originHash = (origin: string): string => hash('sha256', origin, 'hex');

export interface WitnessState {
  /** The checkpoint that was cosigned last, with its cosignature. Undefined when there is none. */
  read(origin: string): string | undefined;
  /**
   * Decides under the lock of the folder. What `decide` returns as `write` replaces the checkpoint, and is on stable storage when
   * this returns. Throws the error of the file system, with the former checkpoint in place.
   */
  advance<T>(origin: string, decide: (known: string | undefined) => { readonly write?: string; readonly answer: T }): T;
  /** Keeps a proof that the log misbehaves. False when there are enough of this origin already. */
  keepEvidence(origin: string, text: string): boolean;
}

const REMEDY =
  'Put back the file from the volume of this witness. If it is lost, begin a new witness with another name.';

/** Origins with a state: a state that is missing was lost, and the witness must not begin again at zero. */
const seenIn = (file: string): readonly string[] =>
  readPrivateJson<readonly string[]>(file, {
    isRight: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
    remedy: REMEDY,
  }) ?? [];

/** Opens the state. Throws an Error for people when the folder is not usable, or when a state was lost. */
export const witnessState = (folder: string): WitnessState => {
  const states = join(folder, 'checkpoints');
  const evidence = join(folder, 'evidence');
  for (const each of [folder, states, evidence]) usablePrivateFolder(each, 'Name another folder.');
  const seenFile = join(folder, 'origins.json');
  const locked = fileLock(join(folder, 'lock'));
  const fileOf = (origin: string): string => join(states, originHash(origin));
  /** Origins that this process knows to be in the file of origins. */
  const noted = new Set<string>();

  const assertNotLost = (origin: string): void => {
    if (existsSync(fileOf(origin)) || !seenIn(seenFile).includes(origin)) return;
    throw new Error(`${fileOf(origin)} is missing, the state of ${origin}. ${REMEDY}`);
  };

  locked(() => {
    // Remains of a process that was killed while it wrote.
    for (const name of readdirSync(states)) if (name.endsWith('.tmp')) rmSync(join(states, name), { force: true });
    for (const origin of seenIn(seenFile)) assertNotLost(origin);
  });

  return {
    read: (origin) => readPrivateFile(fileOf(origin)),
    advance: (origin, decide) =>
      locked(() => {
        assertNotLost(origin);
        const known = readPrivateFile(fileOf(origin));
        const { write, answer } = decide(known);
        if (write === undefined) return answer;
        writePrivateFile(fileOf(origin), write);
        // Not only with the first checkpoint: a process may have been killed between the two files.
        if (!noted.has(origin)) {
          const seen = seenIn(seenFile);
          if (!seen.includes(origin)) writePrivateFile(seenFile, JSON.stringify([...seen, origin]));
          noted.add(origin);
        }
        return answer;
      }),
    keepEvidence(origin, text) {
      const prefix = originHash(origin);
      const name = `${prefix}-${hash('sha256', text, 'hex').slice(0, 16)}`;
      const kept = readdirSync(evidence).filter((one) => one.startsWith(prefix) && !one.endsWith('.tmp'));
      if (kept.length >= MOST_EVIDENCE || kept.includes(name)) return false;
      createPrivateFile(join(evidence, name), text);
      return true;
    },
  };
};

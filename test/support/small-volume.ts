/** A volume of a few megabytes that is really full when it is filled. Mounting takes root; without it there is none. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const run = (command: string, ...parameters: readonly string[]): boolean => {
  try {
    execFileSync(command, parameters, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** `image`: a file for the blocks of ext4; absent: tmpfs. `isMounted` is false where that takes more rights, or a tool that is not there. */
export const smallVolume = (mebibytes: number, kind: 'tmpfs' | 'ext4' = 'tmpfs') => {
  const folder = mkdtempSync(join(tmpdir(), 'behalf-small-volume-'));
  const image = `${folder}.img`;
  const isMounted =
    kind === 'tmpfs'
      ? run('mount', '-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=0700`, 'tmpfs', folder)
      : run('truncate', '-s', `${mebibytes}M`, image) &&
        run('mkfs.ext4', '-q', '-m', '0', image) &&
        run('mount', '-o', 'loop', image, folder);
  const filler = join(folder, 'filler');
  return {
    folder,
    isMounted,
    /** Bytes that this user may still write. */
    free: (): number => {
      const { bavail, bsize } = statfsSync(folder);
      return bavail * bsize;
    },
    /** Writes a file until there is no byte left, or only `but` bytes. Answers what removes it. */
    fill(but = 0): () => void {
      const handle = openSync(filler, 'a');
      try {
        for (const bytes of [1_048_576, 65_536, 4096, 512, 1]) {
          const block = Buffer.alloc(bytes, 0x55);
          try {
            while (but === 0 || statfsSync(folder).bavail * statfsSync(folder).bsize > but + bytes)
              if (writeSync(handle, block) < bytes) break;
          } catch {
            // Full, for blocks of this size.
          }
        }
      } finally {
        closeSync(handle);
      }
      return () => rmSync(filler, { force: true });
    },
    remove(): void {
      if (isMounted) run('umount', '-l', folder);
      rmSync(folder, { recursive: true, force: true });
      rmSync(image, { force: true });
    },
  };
};

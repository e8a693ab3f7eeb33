/** All that the stores of a running server hold, as text, read past the adapters: bytes of the file, or through the drivers. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunningServer } from './running-server.ts';

export const storedText = async ({ dataFolder, part }: RunningServer): Promise<string> =>
  part ? part.text() : fileBytes(dataFolder);

const fileBytes = async (folder: string): Promise<string> => {
  const files = (await readdir(folder)).filter((name) => name.startsWith('behalf.db'));
  if (!files.includes('behalf.db')) throw new Error(`no database in ${folder}`);
  return (await Promise.all(files.map((name) => readFile(join(folder, name), 'latin1')))).join('\n');
};

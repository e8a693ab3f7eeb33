import { spawn } from 'node:child_process';
import { appendFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { sinkFiles } from '../../../adapters/node/sink-files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'behalf-sinks-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const filesOf = (more: Partial<Parameters<typeof sinkFiles>[0]> = {}) =>
  sinkFiles({ folder, mostBytes: 1000, files: 3, freeBytes: 0, ...more });
const linesIn = async (path: string): Promise<readonly string[]> =>
  (await readFile(path, 'utf8')).split('\n').slice(0, -1);

describe('files of audit sinks', () => {
  test('append lines in their order, each sink to a folder of its own', async () => {
    const files = filesOf();
    await files.append('snk_1', ['a', 'b']);
    await files.append('snk_2', ['x']);
    await files.append('snk_1', ['c']);
    expect(await linesIn(files.pathOf('snk_1'))).toEqual(['a', 'b', 'c']);
    expect(await linesIn(files.pathOf('snk_2'))).toEqual(['x']);
  });

  test('remove an incomplete last line that a crash left, however long, before they append', async () => {
    const files = filesOf({ mostBytes: 1_000_000 });
    await files.append('snk_1', ['whole']);
    await appendFile(files.pathOf('snk_1'), 'x'.repeat(200_000));
    await files.append('snk_1', ['next']);
    expect(await linesIn(files.pathOf('snk_1'))).toEqual(['whole', 'next']);
  });

  test('refuse a batch of which only a part was written, and go on behind the last whole line', async () => {
    // A limit of the process cuts off a write as a quota does.
    const source = `
      const { sinkFiles } = await import(process.argv[1]);
      const files = sinkFiles({ folder: process.argv[2], mostBytes: 1e6, files: 3, freeBytes: 0 });
      await files.append('snk_1', ['whole']);
      await files.append('snk_1', ['x'.repeat(20_000)]).catch((error) => process.stdout.write(error.sinkFileFailure));
    `;
    const module = new URL('../../../adapters/node/sink-files.ts', import.meta.url).href;
    const script = `trap '' XFSZ; ulimit -f 16; exec "$0" --input-type=module -e "$1" "$2" "$3"`;
    const child = spawn('sh', ['-c', script, process.execPath, source, module, folder], { stdio: 'pipe' });
    expect(await text(child.stdout)).toBe('not_writable');
    const files = filesOf({ mostBytes: 1_000_000 });
    await files.append('snk_1', ['next']);
    expect(await linesIn(files.pathOf('snk_1'))).toEqual(['whole', 'next']);
  });

  test('remove a file that holds nothing but an incomplete line', async () => {
    const files = filesOf();
    await files.append('snk_1', []);
    await appendFile(files.pathOf('snk_1'), 'half');
    await files.append('snk_1', ['next']);
    expect(await linesIn(files.pathOf('snk_1'))).toEqual(['next']);
  });

  test('begin another file at the size, keep the newest ones, and never split a batch', async () => {
    const files = filesOf();
    for (let round = 0; round < 8; round += 1)
      await files.append('snk_1', [`${round}a`.padEnd(300, '.'), `${round}b`.padEnd(300, '.')]);
    expect((await readdir(join(folder, 'snk_1'))).sort()).toEqual(['audit.log', 'audit.log.1', 'audit.log.2']);
    const path = files.pathOf('snk_1');
    const rounds = await Promise.all([`${path}.2`, `${path}.1`, path].map(linesIn));
    expect(rounds.map((lines) => lines.map((line) => line.slice(0, 2)))).toEqual([
      ['5a', '5b'],
      ['6a', '6b'],
      ['7a', '7b'],
    ]);
  });

  test('take a batch that is larger than a file, and keep one file if only one is kept', async () => {
    const files = filesOf({ files: 1 });
    await files.append('snk_1', ['first']);
    await files.append('snk_1', ['x'.repeat(2000)]);
    expect(await readdir(join(folder, 'snk_1'))).toEqual(['audit.log']);
    expect(await linesIn(files.pathOf('snk_1'))).toEqual(['x'.repeat(2000)]);
  });

  test('leave free what the server itself needs of the volume', async () => {
    const files = filesOf({ freeBytes: Number.MAX_SAFE_INTEGER });
    await expect(files.append('snk_1', ['a'])).rejects.toMatchObject({ sinkFileFailure: 'volume_full' });
  });

  test('say that a folder cannot be written', async () => {
    const path = join(folder, 'a-file');
    await appendFile(path, '');
    const files = filesOf({ folder: path });
    await expect(files.append('snk_1', ['a'])).rejects.toMatchObject({ sinkFileFailure: 'not_writable' });
  });
});

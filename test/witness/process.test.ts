/** `behalf witness` as its users run it: a process with a file, which is killed, and whose volume becomes full. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cosignatureVerifier } from '../../src/domain/audit/transparency-log/cosignature.ts';
import { noteVerifier, openCheckpoint } from '../../src/domain/audit/transparency-log/signed-note.ts';
import { originHash } from '../../src/witness/state.ts';
import { smallVolume } from '../support/small-volume.ts';
import { until } from '../support/until.ts';
import { signingLog } from './signing-log.ts';

const MAIN = resolve(import.meta.dirname, '../../src/cli/main.ts');
const log = signingLog('id.example.com/log/log_a');
const children: ChildProcess[] = [];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'behalf-witness-process-'));
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

const settings = async (state: string): Promise<string> => {
  const file = join(folder, 'witness.json');
  const content = { name: 'witness.example/w', folder: state, listen: { port: 0 }, logs: [{ key: log.verifierKey }] };
  await writeFile(file, JSON.stringify(content));
  return file;
};

const start = async (file: string) => {
  const child = spawn(process.execPath, [MAIN, 'witness', '--config', file], { stdio: 'pipe' });
  children.push(child);
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  await until(() => out.includes('"listening"'), { what: 'the witness', seconds: 100 });
  const { port, verifierKey } = JSON.parse(String(out.split('\n').find((line) => line.includes('"listening"'))));
  const url = `http://127.0.0.1:${port}`;
  const add = async (old: number, size: number) => {
    const answer = await fetch(`${url}/add-checkpoint`, { method: 'POST', body: await log.request(old, size) });
    return { status: answer.status, text: await answer.text() };
  };
  const size = async (): Promise<number> => {
    const note = await (await fetch(`${url}/${originHash(log.origin)}/checkpoint`)).text();
    return openCheckpoint(note, noteVerifier(log.verifierKey))?.size ?? 0;
  };
  return { child, add, size, verifierKey: String(verifierKey), output: () => out };
};

test('--check prints the verifier key, and a wrong file ends with exit code 78', async () => {
  const file = await settings(join(folder, 'checked'));
  const checked = spawn(process.execPath, [MAIN, 'witness', '--config', file, '--check']);
  expect(await text(checked.stdout)).toMatch(/^witness\.example\/w\+[0-9a-f]{8}\+B[A-Za-z0-9+/]{43}\n$/);
  await writeFile(file, '{}');
  const refused = spawn(process.execPath, [MAIN, 'witness', '--config', file]);
  const said = text(refused.stderr);
  expect((await once(refused, 'close'))[0]).toBe(78);
  expect(await said).toContain('/logs');
}, 120_000);

test('kill -9 at any moment loses no cosigned state, and the witness goes on with its key', async () => {
  const file = await settings(join(folder, 'killed'));
  let [known, key] = [0, ''];
  for (let round = 0; round < 4; round += 1) {
    const witness = await start(file);
    if (key !== '') expect(witness.verifierKey).toBe(key);
    key = witness.verifierKey;
    const before = await witness.size();
    // What was answered is there. What was not answered may be there.
    expect([known, known + 1]).toContain(before);
    known = before;
    const ended = once(witness.child, 'close');
    const stop = 5 + round * 7;
    for (;;) {
      const answer = await witness.add(known, known + 1).catch(() => undefined);
      if (answer?.status !== 200) break;
      known += 1;
      const note = (await log.checkpoint(known)) + answer.text;
      expect(cosignatureVerifier(key).read(note).state).toBe('cosigned');
      if (known % stop === stop - 1) {
        // While the next request is under way.
        setImmediate(() => witness.child.kill('SIGKILL'));
      }
    }
    await ended;
  }
  const last = await start(file);
  expect(await last.size()).toBeGreaterThan(8);
  expect(await readdir(join(folder, 'killed/checkpoints'))).toEqual([originHash(log.origin)]);
  expect((await last.add(0, known + 5)).status).toBe(409);
}, 240_000);

test('on a full volume it answers 503, keeps its state, and cosigns again when there is room', async () => {
  const volume = smallVolume(1);
  try {
    if (!volume.isMounted) return;
    const witness = await start(await settings(join(volume.folder, 'state')));
    expect((await witness.add(0, 3)).status).toBe(200);
    const empty = volume.fill();
    const refused = await witness.add(3, 4);
    expect(refused).toEqual({ status: 503, text: 'the state could not be read or written; nothing was cosigned\n' });
    expect(await witness.size()).toBe(3);
    await until(() => witness.output().includes('"ENOSPC"'), { what: 'the line of the log' });
    empty();
    expect((await witness.add(3, 4)).status).toBe(200);
    const ended = once(witness.child, 'close');
    witness.child.kill('SIGTERM');
    expect((await ended)[0]).toBe(0);
  } finally {
    volume.remove();
  }
}, 240_000);

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { publicKeyOf } from '../../../src/cli/key-pair.ts';
import { choosePassword, generatePassword } from '../../../src/cli/password.ts';

const folder = mkdtempSync(join(tmpdir(), 'behalf-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a key pair is made in a file only its owner can read, and read again the next time', async () => {
  const file = join(folder, 'agent.jwk.json');
  const made = await publicKeyOf(file);
  expect(made.isNew).toBe(true);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const again = await publicKeyOf(file);
  expect(again).toEqual({ jwk: made.jwk, isNew: false });
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ kty: 'EC', crv: 'P-256', d: expect.any(String) });
});

test('never gives a private member away', async () => {
  const file = join(folder, 'private.jwk.json');
  const { jwk } = await publicKeyOf(file);
  const again = await publicKeyOf(file);
  for (const key of [jwk, again.jwk])
    expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  const set = join(folder, 'set.json');
  writeFileSync(set, JSON.stringify({ keys: [JSON.parse(readFileSync(file, 'utf8'))] }), { mode: 0o600 });
  expect((await publicKeyOf(set)).jwk).toEqual(jwk);
});

test.each(['{', '{}', 'null', '{"kty":"oct","k":"c2VjcmV0"}', '{"keys":[]}'])('%s is no key', async (content) => {
  const file = join(folder, 'wrong.json');
  writeFileSync(file, content);
  await expect(publicKeyOf(file)).rejects.toMatchObject({
    code: 'command_failed',
    hint: expect.stringContaining('Give a file'),
  });
  expect(readFileSync(file, 'utf8')).toBe(content);
});

test('a password is taken from a file, asked for twice, or made; never from an argument', async () => {
  const silent = { out: () => {}, err: () => {} };
  const file = join(folder, 'password');
  writeFileSync(file, 'correct horse\n', { mode: 0o600 });
  expect(await choosePassword(silent, file, '')).toEqual({ password: 'correct horse', isGenerated: false });
  const made = await choosePassword(silent, undefined, '');
  expect(made.isGenerated).toBe(true);
  expect(made.password).toMatch(/^[a-km-z2-9]{5}(-[a-km-z2-9]{5}){3}$/);
  expect(generatePassword()).not.toBe(made.password);

  const answering = (...answers: string[]) => ({ ...silent, askSecret: async () => answers.shift() ?? '' });
  expect(await choosePassword(answering('one', 'one'), undefined, '')).toEqual({ password: 'one', isGenerated: false });
  expect((await choosePassword(answering(''), undefined, '')).isGenerated).toBe(true);
  await expect(choosePassword(answering('one', 'two'), undefined, '')).rejects.toMatchObject({
    message: 'The two passwords differ.',
  });
  writeFileSync(file, '\n');
  await expect(choosePassword(silent, file, '')).rejects.toMatchObject({ code: 'command_failed' });
});

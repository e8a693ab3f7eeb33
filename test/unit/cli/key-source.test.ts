import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { keySource } from '../../../src/cli/key-source.ts';

const folder = mkdtempSync(join(tmpdir(), 'behalf-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

const given = (options: Readonly<Record<string, string>>) => ({ text: (name: string) => options[name] });
const URL_OF_KEYS = 'https://keys.example.com/jwks.json';

test('keys come from a file, from a URL, or from the usual file', async () => {
  const file = join(folder, 'one.jwk');
  const made = await keySource(given({ key: file }), join(folder, 'usual.jwk'));
  expect(made).toMatchObject({ members: { jwks: { keys: [{ kty: 'EC' }] } }, file, isNew: true });
  const usual = join(folder, 'usual.jwk');
  expect(await keySource(given({}), usual)).toMatchObject({ file: usual, isNew: true });
  expect(await keySource(given({}))).toEqual({});
  expect(await keySource(given({ 'jwks-uri': URL_OF_KEYS }), usual)).toEqual({ members: { jwks_uri: URL_OF_KEYS } });
});

test('a file and a URL are one too many', async () => {
  await expect(keySource(given({ key: join(folder, 'x'), 'jwks-uri': URL_OF_KEYS }))).rejects.toMatchObject({
    message: expect.stringContaining('not both'),
  });
});

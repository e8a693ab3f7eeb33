/**
 * docs/how-to/clients.md is what people copy. mod_auth_openidc, oidc-agent and the MCP SDK are run from its blocks; the code in
 * the blocks of the others must stand in the script that is run.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { commandIn, filledIn, guideBlocks } from '../clients/guide.ts';

const CLIENTS = resolve(import.meta.dirname, '../clients');

/** By heading: the script, and what it has in place of the values of the guide. */
const SCRIPTS: readonly (readonly [string, string, Readonly<Record<string, string>>])[] = [
  ['openid-client', 'openid-client.ts', { ISSUER: 'ground.issuer', CLIENT_ID: 'made.id', SECRET: 'made.secret' }],
  ['oauth4webapi', 'oauth4webapi.ts', { ISSUER: 'ground.issuer' }],
  ['Authlib', 'authlib/client.py', { '"app.jwk"': 'os.environ["KEY_FILE"]' }],
  ['golang.org/x/oauth2', 'go/main.go', { redirectURI: 'os.Getenv("REDIRECT_URI")' }],
];

/** Without indentation, the argument for http on loopback, and the difference between declaring and assigning in Go. */
const plain = (line: string): string =>
  line.trim().replaceAll(/\s+/g, ' ').replaceAll(', insecure', '').replaceAll(':=', '=');

test.each(SCRIPTS)('each line of the blocks for %s stands in test/clients/%s', async (title, path, values) => {
  const script = readFileSync(join(CLIENTS, path), 'utf8').split('\n').map(plain);
  const blocks = (await guideBlocks(title)).map(({ text }) => filledIn(text, values)).join('\n');
  const missing = blocks
    .split('\n')
    .map(plain)
    .filter((line) => !script.some((own) => own.includes(line)));
  expect(missing).toEqual([]);
});

describe('what scripts take out of the guide', () => {
  test('a command is read with its continuation lines and quotes', () => {
    const text = "# first\nbehalf a --name X \\\n  --scope 'one two' --empty=\noidc-gen work\n";
    expect(commandIn(text, 'behalf')).toEqual(['a', '--name', 'X', '--scope', 'one two', '--empty=']);
    expect(() => commandIn(text, 'curl')).toThrow('no command curl');
  });

  test('examples are replaced in one pass, and one that is gone is named', () => {
    expect(filledIn('A B', { A: 'B', B: 'A' })).toBe('B A');
    expect(() => filledIn('A', { C: 'x' })).toThrow('no longer names C');
  });

  test('a section without blocks is named', async () => {
    await expect(guideBlocks('No client')).rejects.toThrow('## No client');
  });
});

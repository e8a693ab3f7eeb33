import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { COMPLETION_SCRIPTS, completions } from '../../../src/cli/completion.ts';
import { COMMANDS, TOPICS } from '../../../src/cli/topics.ts';

const [FISH, ZSH] = ['fish', 'zsh'];
const MAIN = resolve(import.meta.dirname, '../../../src/cli/main.ts');

describe('what can follow', () => {
  const after = (...typed: string[]): readonly string[] => completions(COMMANDS, typed);

  test('a first word, a second word, a third word', () => {
    expect(after('')).toEqual(expect.arrayContaining(['agents', 'help', 'serve', 'version']));
    expect(after('ag')).toEqual(['agents']);
    expect(after('agents', 'su')).toEqual(['suspend']);
    expect(after('agents', 'credentials', '')).toEqual(['list', 'remove', 'resume', 'rotate', 'suspend']);
  });

  test('options of the command that was typed, not those of a shorter one', () => {
    expect(after('agents', 'create', '--na')).toEqual(['--name']);
    expect(after('kills', 'lift', 'kil_1', '--lo')).toEqual(['--local']);
    expect(after('policy', 'simulate', '--h')).toEqual(['--help']);
    expect(after('policy', 'simulate', 'approve', '--')).not.toContain('--assume-consent');
  });

  test('help names a command, or all of them', () => {
    expect(after('help', 'al')).toEqual(['all']);
    expect(after('help', 'agents', 'cre')).toEqual(['create', 'credentials']);
    expect(after('help', 'agents', 'create', '--')).toEqual([]);
  });

  test('nothing where the shell knows better: ids, values, files', () => {
    expect(after('agents', 'show', '')).toEqual([]);
    expect(after('nothing', 'like', 'it')).toEqual([]);
  });
});

test('each command is below the noun that is its first word', () => {
  for (const { nouns } of TOPICS) {
    for (const { name, commands } of nouns) {
      expect(commands.length).toBeGreaterThan(0);
      for (const { words } of commands) expect(words[0]).toBe(name);
    }
  }
  const names = TOPICS.flatMap(({ nouns }) => nouns.map(({ name }) => name));
  expect(new Set(names).size).toBe(names.length);
});

describe('in a shell', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'behalf-completion-'));
    writeFileSync(join(folder, 'behalf'), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`, { mode: 0o755 });
    for (const [shell, script] of Object.entries(COMPLETION_SCRIPTS)) writeFileSync(join(folder, shell), script);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const inBash = (words: readonly string[]): readonly string[] => {
    const typed = ['behalf', ...words].map((word) => `'${word}'`).join(' ');
    const program = `. "$0"; COMP_WORDS=(${typed}); COMP_CWORD=${words.length}; _behalf; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}` };
    const out = execFileSync('bash', ['-c', program, join(folder, 'bash')], { env, encoding: 'utf8' });
    return out.split('\n').filter((line) => line !== '');
  };

  test.each<[readonly string[], readonly string[]]>([
    [
      ['agents', 'cre'],
      ['create', 'credentials'],
    ],
    [
      ['agents', 'credentials', ''],
      ['list', 'remove', 'resume', 'rotate', 'suspend'],
    ],
    [['agents', 'create', '--nam'], ['--name']],
    [['agents', 'show', ''], []],
  ])('bash completes %j', (words, expected) => {
    expect(inBash(words)).toEqual(expected);
  });

  const inFish = (line: string): readonly string[] => {
    const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}`, HOME: folder };
    const program = `cd '${folder}'; source '${join(folder, 'fish')}'; complete -C 'behalf ${line}'`;
    const out = execFileSync(FISH, ['--no-config', '-c', program], { env, encoding: 'utf8' });
    return out.split('\n').filter((word) => word !== '');
  };
  const hasFish = spawnSync(FISH, ['--version']).status === 0;

  // Files stand among the words only where no word fits.
  (hasFish ? test : test.skip)('fish completes words, and files where no word fits', () => {
    expect(inFish('agents cre')).toEqual(['create', 'credentials']);
    expect(inFish('agents credentials ')).toEqual(['list', 'remove', 'resume', 'rotate', 'suspend']);
    expect(inFish('agents create --nam')).toEqual(['--name']);
    expect(inFish('agents show ba')).toEqual(['bash']);
  });

  const hasZsh = spawnSync(ZSH, ['--version']).status === 0;

  (hasZsh ? test : test.skip)('zsh takes the script', () => {
    const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}`, HOME: folder };
    const program = `autoload -U compinit; compinit -u -D; source '${join(folder, 'zsh')}'; print $_comps[behalf]`;
    expect(execFileSync(ZSH, ['-f', '-c', program], { env, encoding: 'utf8' }).trim()).toBe('_behalf');
  });
});

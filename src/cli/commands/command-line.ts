/** `behalf version` and `behalf completion`: about the command itself. */
import { readFileSync } from 'node:fs';
import { type Command, usageError } from '../command.ts';
import { COMPLETION_SCRIPTS, completions } from '../completion.ts';

const versionCommand: Command = {
  words: ['version'],
  operands: [],
  summary: 'Print the version.',
  options: {},
  run: async ({ terminal }) => {
    terminal.out(`${version()}\n`);
    return undefined;
  },
};

const version = (): string =>
  (JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { version: string }).version;

const SHELLS = Object.keys(COMPLETION_SCRIPTS);

/** `commands` returns all commands, those of this file included. */
const completionCommand = (commands: () => readonly Command[]): Command => ({
  words: ['completion'],
  operands: [`[${SHELLS.join('|')}]`],
  summary: 'Print a script with which a shell completes commands and options.',
  options: {
    line: { value: 'WORDS', description: 'Print what can follow these words, one a line. The scripts call this.' },
  },
  notes: [
    'Complete commands in this shell, or at its start:',
    '',
    '  bash  eval "$(behalf completion bash)"     in ~/.bashrc',
    '  zsh   eval "$(behalf completion zsh)"      in ~/.zshrc, after compinit',
    '  fish  behalf completion fish | source      in ~/.config/fish/config.fish',
  ].join('\n'),
  run: async ({ terminal, operands, text }) => {
    const line = text('line');
    if (line !== undefined) {
      for (const word of completions(commands(), line.split('\n'))) terminal.out(`${word}\n`);
      return undefined;
    }
    const script = COMPLETION_SCRIPTS[operands[0] ?? ''];
    if (script === undefined) {
      throw usageError(`Name a shell: ${SHELLS.join(', ')}.`, 'See `behalf completion --help`.');
    }
    terminal.out(script);
    return undefined;
  },
});

export const commandLineCommands = (commands: () => readonly Command[]): readonly Command[] => [
  versionCommand,
  completionCommand(commands),
];

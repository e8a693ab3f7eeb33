/** Completion in shells: what can follow the words typed so far, and the script with which a shell asks for it. */
import type { Command } from './command.ts';
import { HELP_TEXTS } from './help-texts.ts';

/**
 * The words and options that can take the place of the last of `typed`, which may be empty. Operands and values are left to
 * the shell, which completes file names.
 */
export const completions = (commands: readonly Command[], typed: readonly string[]): readonly string[] => {
  const begun = typed.at(-1) ?? '';
  const before = typed.slice(0, -1);
  const isHelp = before[0] === 'help';
  const words = isHelp ? before.slice(1) : before;
  const next = commands
    .filter(({ words: name }) => name.length > words.length && words.every((word, index) => name[index] === word))
    .map(({ words: name }) => name[words.length] ?? '');
  const others =
    before.length === 0 ? ['help'] : isHelp && words.length === 0 ? ['all', ...Object.keys(HELP_TEXTS)] : [];
  // The longest: `policy simulate register` rather than `policy simulate`.
  const [command] = commands
    .filter(({ words: name }) => name.every((word, index) => words[index] === word))
    .toSorted((one, other) => other.words.length - one.words.length);
  const options = command && !isHelp && begun.startsWith('-') ? [...Object.keys(command.options), 'help'] : [];
  return [...new Set([...next, ...others, ...options.map((name) => `--${name}`)])]
    .filter((word) => word.startsWith(begun))
    .toSorted();
};

const BASH = `# Completion of behalf for bash. In ~/.bashrc: eval "$(behalf completion bash)"
_behalf() {
  local IFS=$'\\n'
  local typed="\${COMP_WORDS[*]:1:COMP_CWORD}"
  COMPREPLY=($(behalf completion --line="$typed" 2>/dev/null))
}
complete -o default -F _behalf behalf
`;

const ZSH = `#compdef behalf
# Completion of behalf for zsh. In ~/.zshrc, after compinit: eval "$(behalf completion zsh)"
_behalf() {
  local -a typed next
  typed=("\${(@)words[2,CURRENT]}")
  next=("\${(@f)$(behalf completion --line="\${(pj:\\n:)typed}" 2>/dev/null)}")
  if [[ -n "$next[1]" ]]; then compadd -- "\${(@)next}"; else _files; fi
}
compdef _behalf behalf
`;

const FISH = `# Completion of behalf for fish. In ~/.config/fish/config.fish: behalf completion fish | source
function __behalf_next
    set -l typed
    for word in (commandline -opc)[2..]
        set typed "$typed$word"\\n
    end
    set -l begun (commandline -ct)
    set -l next (behalf completion --line="$typed$begun" 2>/dev/null)
    if test (count $next) -gt 0
        printf '%s\\n' $next
    else
        __fish_complete_path $begun
    end
end
complete -c behalf -f -a '(__behalf_next)'
`;

export const COMPLETION_SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

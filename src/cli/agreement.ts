/** Confirmation of commands that end or change much. */
import { type Call, usageError } from './command.ts';
import type { Json } from './management-client.ts';
import { jsonText } from './table.ts';

/** The option of a command that asks first. */
export const YES = { yes: { description: 'Do not ask. Required without a terminal.' } } as const;

type Asking = {
  /** What happens, as text. */
  readonly preview: string;
  /** The same as JSON. */
  readonly json: Json;
  readonly question: string;
};

/** Whether the answer is yes. */
const isYes = async (ask: (question: string) => Promise<string>, question: string): Promise<boolean> =>
  ['y', 'yes'].includes((await ask(`${question} [y/N] `)).trim().toLowerCase());

/**
 * Whether the user confirms. Without `--yes` and without a terminal, prints the preview and throws a usage error.
 */
export const isAgreed = async (
  { terminal, isSet }: Pick<Call, 'terminal' | 'isSet'>,
  { preview, json, question }: Asking,
): Promise<boolean> => {
  if (isSet('yes')) {
    if (!isSet('json')) terminal.err(preview);
    return true;
  }
  if (terminal.ask) {
    terminal.err(preview);
    if (await isYes(terminal.ask, question)) return true;
    terminal.err('Nothing was changed.\n');
    return false;
  }
  terminal.out(isSet('json') ? jsonText(json) : preview);
  throw usageError('Nothing was changed.', 'Read what happens, then add --yes.');
};

/** The same in one line, for a command of an emergency: `--yes` prints nothing, and the question is the preview. */
export const isAgreedInOneLine = async (
  { terminal, isSet }: Pick<Call, 'terminal' | 'isSet'>,
  { preview, json, question }: Asking,
): Promise<boolean> => {
  if (isSet('yes')) return true;
  return isAgreed(
    { terminal, isSet },
    terminal.ask
      ? { preview: '', json, question: `${preview} ${question}` }
      : { preview: `${preview}\n`, json, question },
  );
};

/** Asks about objects that end. `warning`: what ends, as a sentence. `names`: what the user typed, safe to print. */
export const isEndAgreed = (
  call: Pick<Call, 'terminal' | 'isSet'>,
  end: { readonly verb: string; readonly warning: string; readonly names: readonly string[]; readonly json: Json },
): Promise<boolean> => {
  const { verb, warning, names, json } = end;
  const question = `${verb[0]?.toUpperCase()}${verb.slice(1).replaceAll('-', ' ')} ${names.join(', ')}?`;
  return isAgreed(call, { preview: `${warning}\n`, json, question });
};

/** Summary and options of a command that asks first if it has a warning. */
export const askingFirst = (summary: string, warning: string | undefined) =>
  warning === undefined ? { summary, options: {} } : { summary: `${summary} The command asks first.`, options: YES };

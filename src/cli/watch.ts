/** `--watch`: prints a list again at intervals, on a terminal, until the user ends it. */
import { type CommandError, isCommandError, type Option, usageError } from './command.ts';
import type { ManagementCall } from './management-command.ts';
import { printable } from './table.ts';

export const WATCH = {
  watch: { description: 'Print the list again at intervals, until Ctrl-C. Needs a terminal.' },
  interval: { value: 'SECONDS', description: 'With --watch: 2 to 3600. Default 5.' },
} as const satisfies Record<string, Option>;

/** Cursor to the upper left corner, and everything after it removed (ECMA-48 §8.3.21, §8.3.39). */
const CLEAR = '\u001b[H\u001b[J';
const USUAL_SECONDS = 5;
/** A server that is restarted or busy. More failures in a row end the command. */
const MOST_FAILURES = 10;

/**
 * Shows what `read` returns, at once and after each interval. Returns when the user interrupts. Throws a usage error without a
 * terminal, and the failure of `read` when it is a refusal that does not pass, or lasts.
 */
export const watched = async (call: ManagementCall, read: () => Promise<string>): Promise<void> => {
  const { terminal } = call;
  const seconds = call.integer('interval', 2, 3600) ?? USUAL_SECONDS;
  const { columns, pause } = terminal;
  if (columns === undefined || pause === undefined || call.isSet('json') || call.isSet('ndjson') || call.isSet('csv')) {
    throw usageError(
      '--watch needs a terminal, and shows a table.',
      'A program lists again at intervals, with --json.',
    );
  }
  let failures = 0;
  for (;;) {
    let text: string;
    try {
      text = await read();
      failures = 0;
    } catch (error) {
      failures += 1;
      if (!isPassing(error) || failures >= MOST_FAILURES) throw error;
      text = `${printable(error.message)}\n`;
    }
    const lines = text.trimEnd().split('\n');
    // One line for the end, so that the terminal does not scroll.
    const shown = lines.slice(0, Math.max(1, (terminal.rows ?? 24) - 2));
    terminal.out(`${CLEAR}${shown.join('\n')}\n`);
    terminal.err(`Every ${seconds} s. Ctrl-C ends.`);
    if (await pause(seconds)) break;
  }
  terminal.err('\n');
};

/** No answer, or a server that asks to try again later. */
const isPassing = (error: unknown): error is CommandError =>
  isCommandError(error) && (error.status === undefined || error.status === 429 || error.status === 503);

/** Progress of a long command: on a terminal a bar that is overwritten, elsewhere a line at intervals. */
import { isMovingRefused } from '../domain/platform/data-transfer/data-file.ts';
import { CommandError } from './command.ts';
import type { Terminal } from './terminal.ts';

const WIDTH = 30;
/** Without a terminal: prints a line after each step of this many percent. */
const STEP = 25;

const NUMBER = new Intl.NumberFormat('en');

interface Progress {
  /** Begins a step. The returned function reports the progress of that step. `what`: what it counts; default: documents. */
  show(step: string, what?: string): (done: number, total: number) => void;

  /** Ends the line of the last step. */
  end(): void;
}

const progress = (terminal: Terminal): Progress => {
  let isOpen = false;
  const end = (): void => {
    if (isOpen) terminal.err('\n');
    isOpen = false;
  };
  return {
    show(step: string, what = 'documents'): (done: number, total: number) => void {
      end();
      let shown = -1;
      return (done, total) => {
        const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
        const mark = terminal.isErrLive ? percent : Math.floor(percent / STEP) * STEP;
        if (mark <= shown) return;
        shown = mark;
        const counted = `${NUMBER.format(done)} of ${NUMBER.format(total)} ${what}`;
        if (!terminal.isErrLive) {
          terminal.err(`${step}: ${percent} %, ${counted}\n`);
          return;
        }
        const filled = Math.floor((percent / 100) * WIDTH);
        const bar = '#'.repeat(filled).padEnd(WIDTH, '-');
        terminal.err(`\r${step.padEnd(17)} [${bar}] ${String(percent).padStart(3)} %  ${counted}`);
        isOpen = true;
      };
    },
    end,
  };
};

/**
 * Runs `work` with a progress bar for each of its steps, and prints the lines that it returns. Turns refusals of a transfer
 * into CommandErrors.
 */
export const withProgress = async (
  terminal: Terminal,
  work: (show: Progress['show']) => Promise<readonly string[]>,
): Promise<void> => {
  const shown = progress(terminal);
  try {
    const lines = await work(shown.show);
    shown.end();
    if (lines.length > 0) terminal.err(`${lines.join('\n')}\n`);
  } catch (error) {
    shown.end();
    if (!isMovingRefused(error)) throw error;
    throw new CommandError(error.message, { hint: error.hint, cause: error });
  }
};

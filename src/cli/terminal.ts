/** The terminal of a command; a small interface that a test can replace. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

type Environment = Readonly<Record<string, string | undefined>>;

export type Terminal = {
  /** Prints results unchanged: the caller makes the text safe first. */
  readonly out: (text: string) => void;
  /** Prints everything but the result. */
  readonly err: (text: string) => void;
  /** Whether `err` is a terminal, where a line can be overwritten. */
  readonly isErrLive?: boolean;
  /** Columns of the terminal that shows results; absent for a file or a pipe. */
  readonly columns?: number;
  /** Lines of the terminal that shows results; absent for a file or a pipe. */
  readonly rows?: number;
  /** Waits. True when the user interrupted the command meanwhile. Absent where results go to a file or a pipe. */
  readonly pause?: (seconds: number) => Promise<boolean>;
  /** Whether results may have colors. */
  readonly hasColors?: boolean;
  /** Asks, and shows the typed text. Absent without a user at the terminal. */
  readonly ask?: (question: string) => Promise<string>;
  /** Asks, and hides the typed text. Absent without a user at the terminal. */
  readonly askSecret?: (question: string) => Promise<string>;
};

type Streams = Pick<typeof process, 'stdin' | 'stdout' | 'stderr'>;

/** FORCE_COLOR goes first, also for a file; then NO_COLOR (no-color.org) and a terminal that has none. */
const hasColors = ({ isTTY }: { readonly isTTY?: boolean }, env: Environment): boolean => {
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
};

/** The terminal of this process. */
export const processTerminal = (
  { stdin, stdout, stderr }: Streams = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr },
  env: Environment = {},
): Terminal => {
  return {
    out: (text) => {
      stdout.write(text);
    },
    err: (text) => {
      stderr.write(text);
    },
    ...(stderr.isTTY ? { isErrLive: true } : {}),
    // A terminal of unknown size reports 0.
    ...(stdout.isTTY && stdout.columns > 0 ? { columns: stdout.columns } : {}),
    ...(stdout.isTTY && stdout.rows > 0 ? { rows: stdout.rows } : {}),
    ...(stdout.isTTY ? { pause } : {}),
    ...(hasColors(stdout, env) ? { hasColors: true } : {}),
    ...(stdin.isTTY && stderr.isTTY
      ? {
          ask: (question) => lineOf(stdin, stderr, question),
          askSecret: async (question) => {
            stderr.write(question);
            const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
            const line = await lineOf(stdin, nowhere, '');
            stderr.write('\n');
            return line;
          },
        }
      : {}),
  };
};

/** One line of input; empty at the end of the input. Ctrl-C interrupts the command. */
const lineOf = (input: NodeJS.ReadableStream, output: NodeJS.WritableStream, question: string): Promise<string> =>
  new Promise((resolve) => {
    const lines = createInterface({ input, output, terminal: true });
    lines.once('close', () => resolve(''));
    // In raw mode Ctrl-C is a character. Without this it would be an empty answer, and a usual value would be taken.
    lines.once('SIGINT', () => {
      lines.close();
      process.kill(process.pid, 'SIGINT');
    });
    lines.question(question, (line) => {
      resolve(line);
      lines.close();
    });
  });

const pause = (seconds: number): Promise<boolean> =>
  new Promise((resolve) => {
    const end = (isInterrupted: boolean) => () => {
      clearTimeout(timer);
      process.off('SIGINT', interrupted);
      resolve(isInterrupted);
    };
    const interrupted = end(true);
    const timer = setTimeout(end(false), seconds * 1000);
    process.once('SIGINT', interrupted);
  });

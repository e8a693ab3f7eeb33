/** The terminal that a command uses; a small interface, so that a test can replace it. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

export type Terminal = {
  /** Results. Prints the text as it is: the caller makes it safe first. */
  readonly out: (text: string) => void;
  /** Everything that is not the result. */
  readonly err: (text: string) => void;
  /** Whether `err` is a terminal, where a line can be overwritten. */
  readonly isErrLive?: boolean;
  /** Columns of the terminal that shows results; absent when they go to a file or another program. */
  readonly columns?: number;
  /** Asks and shows what is typed. Absent when no user is at the terminal. */
  readonly ask?: (question: string) => Promise<string>;
  /** Asks without showing what is typed. Absent when no user is at the terminal. */
  readonly askSecret?: (question: string) => Promise<string>;
};

type Streams = Pick<typeof process, 'stdin' | 'stdout' | 'stderr'>;

/** The terminal of this process. */
export const processTerminal = (
  { stdin, stdout, stderr }: Streams = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr },
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

/** One line of input; empty where the input ends. */
const lineOf = (input: NodeJS.ReadableStream, output: NodeJS.WritableStream, question: string): Promise<string> =>
  new Promise((resolve) => {
    const lines = createInterface({ input, output, terminal: true });
    lines.once('close', () => resolve(''));
    lines.question(question, (line) => {
      resolve(line);
      lines.close();
    });
  });

import { runCli } from '../../src/cli/main.ts';

/** Runs a command of `behalf` in this process; `answers`: what is typed at its questions, none where absent. Answers its exit code and what it wrote on standard output and error. */
export const cliHere = async (
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  answers?: string[],
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> => {
  const written = { out: '', err: '' };
  const terminal = {
    out: (text: string) => {
      written.out += text;
    },
    err: (text: string) => {
      written.err += text;
    },
    ...(answers && {
      ask: async (question: string) => {
        written.err += question;
        return answers.shift() ?? '';
      },
    }),
  };
  const code = await runCli(argv, terminal, environment);
  return { code, ...written };
};

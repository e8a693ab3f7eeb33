import { runCli } from '../../src/cli/main.ts';

/** Runs a command of `behalf` in this process. Answers its exit code and what it wrote on standard output and error. */
export const cliHere = async (
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> => {
  const written = { out: '', err: '' };
  const terminal = {
    out: (text: string) => {
      written.out += text;
    },
    err: (text: string) => {
      written.err += text;
    },
  };
  const code = await runCli(argv, terminal, environment);
  return { code, ...written };
};

import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { processTerminal } from '../../../src/cli/terminal.ts';

type Streams = NonNullable<Parameters<typeof processTerminal>[0]>;

const terminalOf = (columns: number, isTTY = true) => {
  const stdin = new PassThrough();
  const stream = () => Object.assign(new PassThrough(), { isTTY, columns });
  const [stdout, stderr] = [stream(), stream()];
  const terminal = processTerminal({ stdin: Object.assign(stdin, { isTTY }), stdout, stderr } as unknown as Streams);
  return { terminal, stdin, stderr };
};

describe('the terminal of a command', () => {
  test.each([
    [80, true, 80],
    [0, true, undefined],
    [80, false, undefined],
  ])('%i columns, terminal: %s: tables are cut to %s', (columns, isTTY, expected) => {
    expect(terminalOf(columns, isTTY).terminal.columns).toBe(expected);
  });
});

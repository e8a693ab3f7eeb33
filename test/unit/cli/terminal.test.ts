import { PassThrough } from 'node:stream';
import { describe, expect, jest, test } from '@jest/globals';
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

  test.each(['ask', 'askSecret'] as const)('Ctrl-C at a question interrupts the command (%s)', async (member) => {
    const kill = jest.spyOn(process, 'kill').mockReturnValue(true);
    const { terminal, stdin } = terminalOf(80);
    const asked = terminal[member]?.('Name: ');
    stdin.write('\u0003');
    await asked;
    expect(kill.mock.calls).toEqual([[process.pid, 'SIGINT']]);
    kill.mockRestore();
  });
});

describe('colors', () => {
  const colorsOf = (isTTY: boolean, env: Readonly<Record<string, string>>): boolean => {
    const stream = () => Object.assign(new PassThrough(), { isTTY, columns: 80 });
    const streams = { stdin: stream(), stdout: stream(), stderr: stream() };
    return processTerminal(streams as unknown as Streams, env).hasColors === true;
  };

  test.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [true, { FORCE_COLOR: '0' }, false],
    [true, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  ])('terminal: %s, with %j: %s', (isTTY, env, expected) => {
    expect(colorsOf(isTTY, env)).toBe(expected);
  });
});

import { expect, test } from '@jest/globals';
import { CommandError } from '../../../src/cli/command.ts';
import type { ManagementCall } from '../../../src/cli/management-command.ts';
import { actOnEach, targetsNamed } from '../../../src/cli/several.ts';

/** A call with these operands that remembers what it prints. */
const callOf = (typed: readonly string[], isJson = false) => {
  const said = { out: '', err: '', json: undefined as unknown };
  const call = {
    ...{ typed, operands: typed, isSet: (name: string) => name === 'json' && isJson },
    terminal: {
      out: (text: string) => {
        said.out += text;
      },
      err: (text: string) => {
        said.err += text;
      },
    },
    print: {
      object: (value: unknown, text: string) => {
        said.json = value;
        said.out += isJson ? '' : text;
      },
    },
  } as unknown as ManagementCall;
  return { call, said };
};

const REFUSED = new CommandError('It is retired.', { status: 409, hint: 'Look at it.' });
const NO_ANSWER = new CommandError('No server answers at https://id.example.com.', { hint: 'Start it.' });

/** `b` and `d` are refused, and `e` gets no answer. */
const act = async (id: string) => {
  if (id === 'b' || id === 'd') throw REFUSED;
  if (id === 'e') throw NO_ANSWER;
  return { id };
};

test('a call without an answer is unknown, since the server may have done it, and the rest is not tried', async () => {
  const { call, said } = callOf(['a', 'b', 'e', 'f'], true);
  const targets = await targetsNamed(call, async (given) => given);
  expect(await actOnEach(call, targets, { act, done: 'suspended' })).toBe(1);
  expect(said.json).toEqual([
    { id: 'a', outcome: 'done', object: { id: 'a' } },
    { id: 'b', outcome: 'refused', error: 'It is retired.' },
    { id: 'e', outcome: 'unknown', error: NO_ANSWER.message },
    { id: 'f', outcome: 'not_tried' },
  ]);
});

test('says each outcome in its line, and each way out once', async () => {
  const { call, said } = callOf(['a', 'b', 'c', 'd', 'a']);
  const targets = await targetsNamed(call, async (given) => given);
  const known = new Map([['c', { id: 'c', outcome: 'unchanged' } as const]]);
  expect(await actOnEach(call, targets, { act, done: 'suspended', known })).toBe(1);
  expect(said.out).toBe('a is suspended.\nc is suspended already.\n');
  expect(said.err).toBe('behalf: b: It is retired.\nbehalf: d: It is retired.\nLook at it.\n');
});

test('with one object the refusal is the failure of the command', async () => {
  const { call, said } = callOf(['b']);
  const targets = await targetsNamed(call, async (given) => given);
  await expect(actOnEach(call, targets, { act, done: 'suspended' })).rejects.toBe(REFUSED);
  expect(said.out).toBe('');
});

test('names are found one after the other, and an unknown one ends the command', async () => {
  const { call } = callOf(['a', 'unknown', 'c']);
  const asked: string[] = [];
  const find = async (given: string): Promise<string> => {
    asked.push(given);
    if (given === 'unknown') throw REFUSED;
    return given;
  };
  await expect(targetsNamed(call, find)).rejects.toBe(REFUSED);
  expect(asked).toEqual(['a', 'unknown']);
});

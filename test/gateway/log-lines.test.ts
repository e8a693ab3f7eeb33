import { expect, test } from '@jest/globals';
import { logLines } from '../../src/gateway/log-lines.ts';

test('a line has its time in milliseconds before its members', () => {
  let written = '';
  const times = [1_700_000_000_007, 1_700_000_000_999, 1_700_000_001_000, 1_699_999_999_050];
  const lines = logLines(
    (text) => {
      written += text;
    },
    () => Number(times.shift()),
  );
  lines.add({ event: 'one', reason: undefined });
  lines.add({});
  lines.add({ event: '"' });
  lines.add({ event: 'back' });
  lines.flush();
  expect(written.split('\n')).toEqual([
    '{"time":"2023-11-14T22:13:20.007Z","event":"one"}',
    '{"time":"2023-11-14T22:13:20.999Z"}',
    '{"time":"2023-11-14T22:13:21.000Z","event":"\\""}',
    '{"time":"2023-11-14T22:13:19.050Z","event":"back"}',
    '',
  ]);
});

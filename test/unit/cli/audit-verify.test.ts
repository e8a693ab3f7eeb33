import { expect, test } from '@jest/globals';
import { cliHere } from '../../support/in-process-cli.ts';

test.each([
  ['a transaction', ['--proof', 'x', '--txn', 'trn_x'], '--txn applies to FILE, not to --proof.'],
  ['a record', ['--archive', 'x', '--record', 'y'], '--record applies to --proof, not to --archive.'],
  ['a checkpoint', ['--archive', 'x', '--checkpoint', 'y'], '--checkpoint applies to --store, not to --archive.'],
  [
    'trusted heads',
    ['--archive', 'x', '--trusted-heads', 'y'],
    '--trusted-heads applies to FILE, --store, not to --archive.',
  ],
  ['a range', ['--store', '--stream', 'nod_a', '--from', '1'], '--stream applies to FILE, not to --store.'],
  ['a policy, for a part', ['x', '--txn', 'trn_x', '--policy', 'y'], '--policy verifies a whole export.'],
  ['nothing', [], 'Specify exactly one of FILE, --store, --proof FILE, --archive PLACE or --evidence FILE.'],
  ['two sources', ['x', '--store'], 'Specify exactly one of'],
  ['two others', ['--archive', 'x', '--proof', 'y'], 'Specify exactly one of'],
])(
  'verify refuses an option that its source cannot check, rather than leave the check out: %s',
  async (_, argv, problem) => {
    const { code, out, err } = await cliHere(['audit', 'verify', ...argv], {});
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(problem)]);
  },
);

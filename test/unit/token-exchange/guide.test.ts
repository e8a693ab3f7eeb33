import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { REFUSALS } from '../../../src/extensions/token-exchange/refusals.ts';

test('the guide explains every reason for a refusal, with its error', async () => {
  const guide = await readFile(new URL('../../../docs/reference/token-exchange.md', import.meta.url), 'utf8');
  const told = [...guide.matchAll(/^\| `(\w+)` \| `(\w+)`[^|]*\| [A-Z]/gm)].map(
    ([, reason, error]) => `${reason} ${error}`,
  );
  const wire = (code: string): string => (code === 'too_many_requests' ? 'temporarily_unavailable' : code);
  const inCode = Object.entries(REFUSALS).map(([reason, { code }]) => `${reason} ${wire(code)}`);
  expect(told).toEqual(inCode);
});

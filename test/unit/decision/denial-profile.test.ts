import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import type { Remedy } from '../../../src/domain/vocabulary/errors.ts';

/** Exhaustive: a new kind does not compile until it stands here. */
const KINDS: Readonly<Record<Remedy['kind'], true>> = {
  consent: true,
  narrow: true,
  step_up: true,
  attestation: true,
  approval: true,
  transaction: true,
  wait: true,
  contact: true,
};

test('the profile of denials explains every kind of remedy', async () => {
  const profile = await readFile(new URL('../../../docs/reference/denials.md', import.meta.url), 'utf8');
  const told = [...profile.matchAll(/^\| `(\w+)` \| `\w+`/gm)].map(([, kind]) => kind);
  expect(told).toEqual(Object.keys(KINDS));
});

/** The reference of the gateway has the reason of each refusal and each end of a request. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '../..');
const SOURCES = join(ROOT, 'src/gateway');
/** A reason is a member of that name, or an argument of what throws or ends. */
const REASON = /(?:reason: |unavailable\(|\bend\(|(?:refusal|Refused)\(\s*\d+,\s*)'([a-z_]+)'/g;

test('the reference has each reason of a refusal, and of an end of a request', () => {
  const page = readFileSync(join(ROOT, 'docs/reference/gateway.md'), 'utf8');
  const sources = readdirSync(SOURCES, { recursive: true })
    .map(String)
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join(SOURCES, path), 'utf8'));
  const reasons = new Set(
    sources.flatMap((source) => [...source.matchAll(REASON)].map(([, reason]) => String(reason))),
  );
  expect(reasons.size).toBeGreaterThan(30);
  expect([...reasons].filter((reason) => !page.includes(`\`${reason}\``))).toEqual([]);
});

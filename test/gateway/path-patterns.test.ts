/** Which pattern names a path, and which paths other servers could read as those of another pattern. */
import { expect, test } from '@jest/globals';
import { pathPatterns } from '../../src/gateway/request/path-patterns.ts';

const PATTERNS = ['/notes/:id', '/notes/export', '/export.json', '/:any', '/files/*'];
const found = (path: string): string | undefined => {
  const index = pathPatterns(PATTERNS).find(path);
  return typeof index === 'number' ? PATTERNS[index] : index;
};

test.each([
  // Rails and others leave a format out of the path.
  ['/notes/export.json', 'ambiguous'],
  ['/notes/export.XML', 'ambiguous'],
  ['/notes/export', '/notes/export'],
  ['/notes/1.json', '/notes/:id'],
  ['/notes/a.b', '/notes/:id'],
  ['/notes/.json', '/notes/:id'],
  // The pattern itself has the format.
  ['/export.json', '/export.json'],
  ['/files/a/b.txt', '/files/*'],
  ['/notes/export.of-more-than-a-format', '/notes/:id'],
])('%s: %s', (path, pattern) => {
  expect(found(path)).toBe(pattern);
});

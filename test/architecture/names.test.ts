/** One term for one thing: each name in ids, API, command line, audit log and settings belongs to exactly one concept. */
import { expect, test } from '@jest/globals';
import { CONFIGURATION_SCHEMA } from '../../config/schema.ts';
import { COMMANDS } from '../../src/cli/topics.ts';
import { COLLECTIONS } from '../../src/compose/collections.ts';
import { AUDIT_EVENTS } from '../../src/domain/audit/audit-event.ts';
import { ID_PREFIXES } from '../../src/domain/ports/identifiers.ts';
import { routeEntries } from '../../src/http/management/resource-table.ts';
import { CONCEPTS, type Concept } from '../support/concepts.ts';

const sorted = (names: Iterable<string>): readonly string[] => [...new Set(names)].sort();

/** What there is, by the member of a concept that names it. */
const THERE_IS: Readonly<Record<Exclude<keyof Concept, 'name' | 'means'>, readonly string[]>> = {
  collections: COLLECTIONS.map(({ name }) => name),
  prefixes: ID_PREFIXES,
  paths: routeEntries()
    .map(([, { path }]) => path.split('/')[1] ?? '')
    .filter((path) => path !== 'openapi.json'),
  commands: COMMANDS.map(({ words }) => words[0] ?? ''),
  events: Object.keys(AUDIT_EVENTS).map((type) => type.split('.')[0] ?? ''),
  settings: Object.keys(CONFIGURATION_SCHEMA.properties ?? {}),
};

test.each(Object.entries(THERE_IS))('%s belong to one concept each', (member, there) => {
  const named = CONCEPTS.flatMap((concept) => concept[member as keyof typeof THERE_IS] ?? []);
  const all = sorted(there);
  expect({
    'add to a concept in test/support/concepts.ts': all.filter((name) => !named.includes(name)),
    'remove from test/support/concepts.ts': named.filter((name) => !all.includes(name)),
    'in two concepts of test/support/concepts.ts': named.filter((name, index) => named.indexOf(name) !== index),
  }).toEqual({
    'add to a concept in test/support/concepts.ts': [],
    'remove from test/support/concepts.ts': [],
    'in two concepts of test/support/concepts.ts': [],
  });
});

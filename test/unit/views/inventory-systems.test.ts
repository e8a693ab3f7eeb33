/** What the import page says about each system is what the server reads, and what the how-to guide says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { INVENTORY_FORMATS, readInventory } from '../../../src/domain/governance/inventory-formats/inventory-format.ts';
import { INVENTORY_SYSTEMS } from '../../../views/pages/inventory-systems.ts';
import { SYSTEMS } from '../../../views/words/inventory-exports.ts';

const GUIDE = readFileSync(join(import.meta.dirname, '../../../docs/how-to/inventories.md'), 'utf8');

test('the page offers every format', () => {
  expect([...INVENTORY_SYSTEMS].toSorted()).toEqual([...INVENTORY_FORMATS].toSorted());
});

test.each(INVENTORY_SYSTEMS)('the example of %s can be imported, also pasted', (system) => {
  const { example } = SYSTEMS[system];
  expect(readInventory([{ name: 'list', text: example }], system).length).toBeGreaterThan(0);
});

test.each(INVENTORY_SYSTEMS)('the commands of %s are those of the guide', (system) => {
  const { commands, files } = SYSTEMS[system];
  for (const line of commands?.split('\n') ?? []) expect(GUIDE).toContain(`${line}\n`);
  if (commands !== undefined) expect(GUIDE).toContain(`behalf inventory import ${files} --format ${system}\n`);
});

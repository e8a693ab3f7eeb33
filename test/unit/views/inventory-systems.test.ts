/** What the import page says about each system is what the server reads, and what the how-to guide says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { INVENTORY_FORMATS } from '../../../src/domain/governance/inventory.ts';
import { readInventory } from '../../../src/domain/governance/inventory-formats/inventory-format.ts';
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

test.each(INVENTORY_SYSTEMS)(
  'the commands of %s are those of the guide, which imports only what a script got whole',
  (system) => {
    const { commands, files } = SYSTEMS[system];
    if (commands === undefined) return;
    expect(commands).toMatch(/^\(set -euo pipefail\n[\s\S]*\n\)$/);
    // Not behind the script with &&: the shell would not end the script at an error.
    expect(GUIDE).toContain(`${commands.slice(0, -1)}behalf inventory import ${files} --format ${system}\n)\n`);
  },
);

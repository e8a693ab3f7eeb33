/** A collection that is missing from the list would be left behind by a move without a word. */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { NODE_LOCAL, TRANSFERRED } from '../../../src/compose/collections.ts';
import { deliveredFiles } from '../../architecture/source-files.ts';

const listed = [...TRANSFERRED, ...NODE_LOCAL].map(({ name }) => name);

test('every collection that is declared anywhere is in the list of those that move or stay, once', () => {
  const declared = deliveredFiles().flatMap(({ path, code }) => {
    const declarations = [...code.matchAll(/(?:=|:)\s*\{([^;]*?)\}\s*as const satisfies CollectionDeclaration;/g)];
    const named = declarations.map(([, body]) => /\bname: '([a-z0-9_]+)'/.exec(String(body))?.[1]);
    // Whatever declares one in another form would not be seen here.
    const uses = code.match(/satisfies CollectionDeclaration|: CollectionDeclaration = \{/g) ?? [];
    expect({ path, found: named.length }).toEqual({ path, found: uses.length });
    return named;
  });
  expect(declared.length).toBeGreaterThan(15);
  expect(declared.toSorted()).toEqual(listed.toSorted());
});

test('the list can be declared on one store', () => {
  const documents = memoryDocumentStore();
  for (const declaration of [...TRANSFERRED, ...NODE_LOCAL]) documents.collection(declaration);
  expect(new Set(listed).size).toBe(listed.length);
});

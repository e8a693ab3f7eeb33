import type { CollectionDeclaration } from '../../src/domain/ports/document-store.ts';

/** What the contract suites of the document store keep: a member of every kind, and an index of every kind. */
export type Item = {
  readonly id: string;
  readonly owner?: string;
  readonly slot?: string;
  readonly sequence?: number;
  readonly active?: boolean;
  readonly expiresAt?: number;
  readonly body?: unknown;
};

export const ITEMS = {
  name: 'items',
  indexes: [
    { fields: ['owner'] },
    { fields: ['slot'], unique: true },
    { fields: ['owner', 'sequence'], unique: true },
    { fields: ['sequence'] },
    { fields: ['active'] },
  ],
  expiresAt: 'expiresAt',
} as const satisfies CollectionDeclaration;

export const ids = (found: readonly { readonly document: { readonly id: string } }[]): readonly string[] =>
  found.map((each) => each.document.id);

/** docs/reference/collections.md, out of what each collection declares about itself. */
import { COLLECTIONS } from '../../../src/compose/collections.ts';
import type { OwnedCollection, Retention } from '../../../src/domain/ports/owned-collection.ts';

const INTRODUCTION = `<!-- Generated from the declarations that src/compose/collections.ts lists, by \`npm run generate\`. Do not edit. -->

# Collections

For operators and contributors. After this you know what the document store holds, what removes it, and how each collection is
kept.

A collection declares all about itself beside its noun; \`src/domain/ports/owned-collection.ts\` describes the members. MongoDB uses the
names below; in SQLite the table of a collection is \`c_\` and its name.`;

const CONTENT = `## What a document is, and what removes it

[The sweeper](../how-to/storage.md#what-has-expired) removes what has expired. It looks for documents by the index that the last column names.
Where the column names no index, the code that owns the collection removes the document when it is over.

| collection | one document is | ids | audit events | removed when | by index |
|---|---|---|---|---|---|`;

const STORAGE = `## How it is kept

- **Unreadable**: what a damaged document counts as. *Absent* where an absent document gives nothing; otherwise the request fails with 503.
- **Reads** and **cached** are about MongoDB. A *linearizable* read is never answered by a primary that was replaced. SQLite is always
  linearizable, and caches all collections. [Decision 58](../explanation/decisions/0058-change-marks-by-document.md) describes the cache.
- **Transfer**: a [transfer](../how-to/data-transfer.md) reads what gives authority before what removes it. So the file holds
  every removal made meanwhile. It reads the audit log last.

| collection | unique keys | other indexes | unreadable | reads | cached | transfer |
|---|---|---|---|---|---|---|`;

const ALL: readonly OwnedCollection[] = COLLECTIONS.toSorted((a, b) => (a.name < b.name ? -1 : 1));

const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

const removed = (retention: Retention): string =>
  retention.removedBy === 'nothing' ? `never: ${retention.because}` : retention.once;

const indexOf = ({ expiresAt, retention }: OwnedCollection): string =>
  code(retention.removedBy === 'own sweep' ? [retention.endsAt] : expiresAt === undefined ? [] : [expiresAt]);

const content = (collection: OwnedCollection): string => {
  const { name, holds, prefixes, events, retention } = collection;
  const ids = code(prefixes.map((prefix) => `${prefix}_`));
  const families = code(events.map((family) => `${family}.`));
  return `| \`${name}\` | ${holds} | ${ids} | ${families} | ${removed(retention)} | ${indexOf(collection)} |`;
};

/** `a, b`; a list is `a[]`. */
const indexes = ({ indexes: all, lists = [] }: OwnedCollection, isUnique: boolean): string =>
  all
    .filter(({ unique = false }) => unique === isUnique)
    .map(({ fields }) => `\`${fields.map((field) => (lists.includes(field) ? `${field}[]` : field)).join(', ')}\``)
    .join('; ');

const cachedAs = ({ cached }: OwnedCollection): string => {
  if (cached === false) return 'no';
  if (cached === true) return 'yes';
  const ids = cached.ids ? `ids that match \`${cached.ids.source.replaceAll('|', '\\|')}\`` : 'yes';
  return cached.absence ? `${ids}, absence too` : ids;
};

const transferOf = ({ transfer }: OwnedCollection): string =>
  typeof transfer === 'object' ? `no: ${transfer.no}` : transfer === 'neither' ? 'yes' : transfer;

const storage = (collection: OwnedCollection): string =>
  `| \`${collection.name}\` | ${[
    indexes(collection, true),
    indexes(collection, false),
    collection.isAbsentWhenUnreadable ? 'absent' : '503',
    collection.consistency,
    cachedAs(collection),
    transferOf(collection),
  ].join(' | ')} |`;

const page = {
  path: 'docs/reference/collections.md',
  render: (): string =>
    `${INTRODUCTION}\n\n${CONTENT}\n${ALL.map(content).join('\n')}\n\n${STORAGE}\n${ALL.map(storage).join('\n')}\n`,
};

export default page;

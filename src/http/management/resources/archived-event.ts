import { auditRefusal } from '../../../domain/audit/audit-refusals.ts';
import type { Archived } from '../../../domain/audit/beginning.ts';
import { documentRefusal } from '../../../domain/platform/registries/document-refusals.ts';
import type { DomainError } from '../../../domain/vocabulary/errors.ts';
import { named } from '../schema.ts';
import { arrayOf, integer, output, string } from '../schema-parts.ts';

/** Where records are that are in an archive only. */
export const ARCHIVED = named(
  'ArchivedRecords',
  output({
    before: integer('Every archived record is from before this time; milliseconds since the epoch.'),
    places: arrayOf(string(), 'Folder or S3 address of each archive, the last one first.'),
  }),
);

export type ArchiveReader = {
  /** The archive that has this record; undefined: it was not removed. */
  archiveOf(id: string): Promise<Archived | undefined>;
};

/** Why the store has no event with this id: there never was one, or it is in an archive. */
export const eventGone = async (reader: ArchiveReader, id: string): Promise<DomainError> => {
  const archived = await reader.archiveOf(id);
  return archived
    ? auditRefusal('event_archived', { params: { places: archived.places.join(', ') } })
    : documentRefusal('document_not_found', { params: { kind: 'audit event' } });
};

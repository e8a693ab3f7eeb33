/** Begins and ends the dry run of a directory, and reads its report. Owns the collection DIRECTORY_DRY_RUNS with dry-run.ts. */
import type { AuditLog } from '../../audit/audit-event.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import { registeredDocuments } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Cursor, type DocumentStore, everyDocument, type Versioned } from '../../ports/document-store.ts';
import { DIRECTORIES, DIRECTORY_ACCOUNTS, type Directory, type DirectoryAccount } from './directory.ts';
import { DIRECTORY_GROUPS, type DirectoryGroup } from './directory-group.ts';
import { directoryRefusal } from './directory-refusals.ts';
import type { DryRunEntries, DryRunEntry, DryRunOutcome } from './dry-run.ts';
import { type MappedAttribute, mappingOf } from './user-mapping.ts';

/** Users from which the preview of the attribute mapping takes its examples. */
const MOST_EXAMPLES = 100;

export type DryRunReport = {
  readonly counts: Readonly<Record<DryRunOutcome, number>>;
  /** What the attributes of the newest users become here. */
  readonly attributes: readonly MappedAttribute[];
};

export interface DirectoryDryRuns {
  /**
   * Lets the requests of a directory be checked only, with an empty report. Throws 'conflict' once the directory has written
   * an account or group: it could then disable no account of a person who leaves.
   */
  begin(id: string, by: By): Promise<Versioned<Directory>>;
  /** Lets the next request of the directory be done, and forgets the report. Throws 'conflict' for one in no dry run. */
  end(id: string, by: By): Promise<Versioned<Directory>>;
  report(directory: Directory): Promise<DryRunReport>;
  /** The entries, newest first. */
  page(
    directory: Directory,
    query: { readonly outcome?: DryRunOutcome; readonly limit: number; readonly after?: Cursor },
  ): Promise<{ readonly items: readonly DryRunEntry[]; readonly next?: Cursor }>;
}

export const directoryDryRuns = ({
  documents,
  audit,
  clock,
  entries,
}: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly entries: DryRunEntries;
}): DirectoryDryRuns => {
  const collection = documents.collection<Directory>(DIRECTORIES);
  const accounts = documents.collection<DirectoryAccount>(DIRECTORY_ACCOUNTS);
  const groups = documents.collection<DirectoryGroup>(DIRECTORY_GROUPS);
  const documentsOf = registeredDocuments<Directory>({ collection, kind: 'directory', audit, clock });

  const hasWritten = async (directory: string): Promise<boolean> => {
    if ((await groups.find({ where: { directory }, limit: 1 })).length > 0) return true;
    for await (const { isAssigned } of everyDocument(accounts, { where: { directory }, limit: 1000 })) {
      if (!isAssigned) return true;
    }
    return false;
  };

  return {
    async begin(id, by) {
      const { document } = await documentsOf.found(id);
      if (await hasWritten(id)) throw directoryRefusal('directory_dry_run_too_late');
      await entries.clear(document);
      return documentsOf.change(id, undefined, 'directory.dry_run_started', by, (found) => ({
        ...found,
        dryRunFrom: clock.now(),
      }));
    },

    async end(id, by) {
      const { document } = await documentsOf.found(id);
      if (document.dryRunFrom === undefined) throw directoryRefusal('directory_not_in_dry_run');
      const ended = await documentsOf.change(
        id,
        undefined,
        'directory.dry_run_ended',
        by,
        ({ dryRunFrom: _, ...rest }) => rest,
      );
      await entries.clear(document);
      return ended;
    },

    async report(directory) {
      const { items } = await entries.page(directory, { limit: MOST_EXAMPLES });
      const users = items.filter(({ kind }) => kind === 'user').map(({ values }) => values);
      return { counts: await entries.counts(directory), attributes: mappingOf(users) };
    },

    page: (directory, query) => entries.page(directory, query),
  };
};

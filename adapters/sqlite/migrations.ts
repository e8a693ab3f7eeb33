import type { DatabaseSync } from 'node:sqlite';
import { StoreUnavailable } from '../../src/domain/ports/document-store.ts';

/** "BHLF": distinguishes our files from other SQLite databases. */
const APPLICATION_ID = 0x42484c46;

/**
 * What each version of the file adds to the one before; the version of a file is its `user_version`. Tables of
 * collections are created when a collection is declared and are not listed here. Never change an entry that was
 * released: add one.
 */
const MIGRATIONS: readonly string[] = [
  `
  PRAGMA application_id = ${APPLICATION_ID};
  CREATE TABLE collections (
    name TEXT NOT NULL PRIMARY KEY,
    declaration TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE ephemeral (
    key TEXT NOT NULL UNIQUE,
    value ANY,
    ends_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX ephemeral_by_end ON ephemeral (ends_at);
  `,
];

/** The version that the first entry creates. In files of version 1 collections, members and ids have other names. */
const FIRST_VERSION = 2;

export const SCHEMA_VERSION = FIRST_VERSION - 1 + MIGRATIONS.length;

/**
 * Throws StoreUnavailable when the file belongs to another program, or to a newer or former Behalf. An empty file is
 * ours.
 */
export const assertOurs = (connection: DatabaseSync, file: string): void => {
  const version = numberOf(connection, 'user_version');
  const application = numberOf(connection, 'application_id');
  const isEmpty = connection.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
  if (application !== APPLICATION_ID && !(isEmpty && application === 0 && version === 0)) {
    throw new StoreUnavailable(`${file} is a database of another program`);
  }
  if (version > 0 && version < FIRST_VERSION) {
    throw new StoreUnavailable(
      `${file} was written before collections and ids got the names they have (schema ${version}, this Behalf reads ${FIRST_VERSION} and later), and no release wrote it; move the data folder away and start with an empty one`,
    );
  }
  if (version > SCHEMA_VERSION) {
    throw new StoreUnavailable(
      `${file} was written by a newer Behalf (schema ${version}, this one knows ${SCHEMA_VERSION}); start that version, or restore a backup of this one`,
    );
  }
};

/** Throws StoreUnavailable unless it is our file and holds a schema: an empty file is no backup. */
export const assertHoldsData = (connection: DatabaseSync, file: string): void => {
  assertOurs(connection, file);
  if (numberOf(connection, 'user_version') === 0) throw new StoreUnavailable(`${file} holds nothing`);
};

/** Migrates the file to the newest version, one transaction for each step. Safe when two processes start at once. */
export const migrate = (connection: DatabaseSync, file: string): void => {
  for (let version = numberOf(connection, 'user_version'); version < SCHEMA_VERSION; ) {
    connection.exec('BEGIN IMMEDIATE');
    try {
      version = numberOf(connection, 'user_version');
      const step = MIGRATIONS[version === 0 ? 0 : version - FIRST_VERSION + 1];
      if (step !== undefined) {
        connection.exec(step);
        version = Math.max(version + 1, FIRST_VERSION);
        connection.exec(`PRAGMA user_version = ${version}`);
      }
      connection.exec('COMMIT');
    } catch (error) {
      if (connection.isTransaction) connection.exec('ROLLBACK');
      throw error;
    }
  }
  assertOurs(connection, file);
};

const numberOf = (connection: DatabaseSync, pragma: 'user_version' | 'application_id'): number =>
  Number(connection.prepare(`PRAGMA ${pragma}`).get()?.[pragma]);

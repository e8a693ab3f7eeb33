/** A copy of all data in one file of this machine. */
export type BackupFile = {
  readonly name: string;
  readonly bytes: number;
  /** Epoch seconds. */
  readonly createdAt: number;
};

/** The folder in which a server with a database file keeps the backups that it made. */
export interface BackupFiles {
  readonly folder: string;
  /** Newest first. A folder that does not exist holds none. */
  list(): Promise<readonly BackupFile[]>;
  /**
   * Removes what backups have left whose process ended before they were complete, if it was not changed since `before`
   * (epoch seconds).
   */
  removeDrafts(before: number): Promise<void>;
  /** Bytes that are free on the volume, and those that a backup takes at most. */
  room(): Promise<{ readonly free: number; readonly needed: number }>;
  /**
   * Copies the database as it is at one moment, while the server serves. The file is checked and on stable storage when this
   * resolves. Throws StoreUnavailable when the file exists, or the database cannot be read.
   */
  write(name: string): Promise<void>;
}

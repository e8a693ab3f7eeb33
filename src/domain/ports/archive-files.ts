/** The place of an archive of the audit log. Names have letters, digits, `.`, `-` and `/`. */
export interface ArchiveFiles {
  /** Undefined when there is none. Throws an Error for people when the place cannot be read. */
  read(name: string): Promise<Buffer | undefined>;
  /** Writes a file whole or not at all; it is on stable storage when this resolves. Throws as `read`. */
  write(name: string, bytes: Buffer): Promise<void>;
}

/** Files on the machine of the server that receive audit events: one folder for each sink. */
export interface SinkFiles {
  /**
   * Appends lines and resolves when they are on stable storage. After a crash in the middle, an incomplete last line is
   * removed before the next append. Begins another file when the present one is full, and removes the oldest beyond the
   * limit. Throws SinkFileError.
   */
  append(sink: string, lines: readonly string[]): Promise<void>;
  /** The present file of a sink. */
  pathOf(sink: string): string;
}

/** `volume_full`: too little of the volume is free. `not_writable`: any other error of the file system. */
export type SinkFileFailure = 'volume_full' | 'not_writable';

export type SinkFileError = Error & { readonly sinkFileFailure: SinkFileFailure };

/** Why a file was not written, if this is such an error. */
export const sinkFileFailureOf = (error: unknown): SinkFileFailure | undefined =>
  (error as Partial<SinkFileError> | undefined)?.sinkFileFailure;

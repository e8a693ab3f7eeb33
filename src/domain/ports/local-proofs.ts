/**
 * Proofs that a caller is on the machine of this server, with the rights of the user it runs as. Any method throws when the
 * volume fails.
 */
export interface LocalProofs {
  /**
   * Whether this secret was written to the data folder for this client at most 60 seconds ago. At most one of several
   * concurrent calls with one secret returns true.
   */
  take(secret: string, clientId: string): Promise<boolean>;
}
